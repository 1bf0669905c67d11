/** The staged changes of mounts: a folder a generation, and a save begins the next one. */
import { readdirSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeFolders } from '../../../makeFolders.ts';
import { getAttribute, listAttributes, setAttribute } from '../../../platform/linux/attributes.ts';
import { removeFolder } from '../../../platform/linux/removeFolder.ts';
import type { MountRecord } from './record.ts';

type Generation = Pick<MountRecord, 'id' | 'generation'>;

/** Says whose changes a folder holds; ours, so no overlay looks at it. */
const ownerAttribute = 'trusted.dismts.mount';

const ownerOf = ({ id, generation }: Generation): string => `${id}/${generation}`;

/** The folders of staged changes below those of the mounts. */
export class Generations {
  readonly #mounts: string;

  constructor(mounts: string) {
    this.#mounts = mounts;
  }

  /** Folder of one generation. */
  folder({ id, generation }: Generation): string {
    return join(this.#mounts, id, 'generations', String(generation));
  }

  upperFolder(record: Generation): string {
    return join(this.folder(record), 'upper');
  }

  workFolder(record: Generation): string {
    return join(this.folder(record), 'work');
  }

  /** Where root serves the image that the changes are on. Nobody else can put anything there. */
  lowerFolder(record: Generation): string {
    return join(this.folder(record), 'lower');
  }

  /** Makes the empty folders of a generation. Their mode keeps the content of the image from other users. */
  make(record: Generation): void {
    this.makeLower(record);
    for (const folder of [this.upperFolder(record), this.workFolder(record)]) { makeFolders(folder, 0o700); }
    setAttribute(this.upperFolder(record), ownerAttribute, Buffer.from(ownerOf(record)));
  }

  /** Where the machine is shown to what serves the image, while that starts. */
  privateRoot(record: Generation): string {
    return join(this.folder(record), 'root');
  }

  makeLower(record: Generation): void {
    makeFolders(this.lowerFolder(record), 0o700);
  }

  /**
   * Whether the staged changes are those that an overlay made, attributes and all. A copy that left out the trusted ones
   * (tar, cp -r, rsync without -X) has lost which folders were renamed, and which hide what the image has.
   * @throws SystemCallError
   */
  isWhole(record: Generation): boolean {
    const path = this.upperFolder(record);
    return listAttributes(path).includes(ownerAttribute) && getAttribute(path, ownerAttribute).toString('utf8') === ownerOf(record);
  }

  /** Whether anything is staged. */
  hasChanges(record: Generation): boolean {
    return readdirSync(this.upperFolder(record)).length > 0;
  }

  /** Deletes what was staged in a generation that was saved; its folders, which may be in use still, go later. */
  async empty(record: Generation): Promise<void> {
    const upper = this.upperFolder(record);
    for (const name of await readdir(upper).catch(() => [])) { await removeFolder(join(upper, name)).catch(() => undefined); }
  }

  /** Deletes the staged changes of generations that were saved. */
  async removeOld(record: Generation): Promise<void> {
    const folder = dirname(this.folder(record));
    for (const name of await readdir(folder).catch(() => [])) {
      if (/^\d+$/.test(name) && Number(name) < record.generation) { await removeFolder(join(folder, name)); }
    }
  }
}
