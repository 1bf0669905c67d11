/** The staged changes of mounts: a folder a generation, and a save begins the next one. */
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeFolders } from '../../../makeFolders.ts';
import { removeFolder } from '../../../platform/linux/removeFolder.ts';
import { formatOf } from '../images/formats.ts';
import type { GenerationFolders } from '../images/imageFormat.ts';
import type { MountRecord } from '../images/mountRecord.ts';

type Generation = Pick<MountRecord, 'id' | 'generation' | 'format'>;

/** The folders of staged changes below those of the mounts. */
export class Generations {
  readonly #mounts: string;

  constructor(mounts: string) {
    this.#mounts = mounts;
  }

  /** Folder of one generation. */
  folder({ id, generation }: Pick<Generation, 'id' | 'generation'>): string {
    return join(this.#mounts, id, 'generations', String(generation));
  }

  /** What is where in the folder of a generation. */
  folders(record: Generation): GenerationFolders {
    const folder = this.folder(record);
    return { folder, staged: join(folder, formatOf(record).staging.name), lower: join(folder, 'lower') };
  }

  /** Makes the folder for the served image. Its mode keeps the content of the image from other users. */
  makeLower(record: Generation): void {
    makeFolders(this.folders(record).lower, 0o700);
  }

  /** Deletes the staged changes of generations that were saved. What cannot be deleted now goes with those of the next, or the mount: nothing fails by it. */
  async removeOld(record: Generation): Promise<void> {
    const folder = dirname(this.folder(record));
    for (const name of await readdir(folder).catch(() => [])) {
      if (/^\d+$/.test(name) && Number(name) < record.generation) { await removeFolder(join(folder, name)).catch(() => undefined); }
    }
  }
}
