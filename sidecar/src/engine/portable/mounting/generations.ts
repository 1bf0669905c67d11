/** The staged changes of mounts: a folder a generation, and a save begins the next one. */
import { mkdirSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { removeFolder } from '../../../platform/linux/removeFolder.ts';
import type { MountRecord } from './record.ts';

type Generation = Pick<MountRecord, 'id' | 'generation'>;

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

  /** Makes the empty folders of a generation. Their mode keeps the content of the image from other users. */
  make(record: Generation): void {
    mkdirSync(this.upperFolder(record), { recursive: true, mode: 0o700 });
    mkdirSync(this.workFolder(record), { recursive: true, mode: 0o700 });
  }

  /** Deletes the staged changes of generations that were saved. */
  async removeOld(record: Generation): Promise<void> {
    const folder = dirname(this.folder(record));
    for (const name of await readdir(folder).catch(() => [])) {
      if (/^\d+$/.test(name) && Number(name) < record.generation) { await removeFolder(join(folder, name)); }
    }
  }
}
