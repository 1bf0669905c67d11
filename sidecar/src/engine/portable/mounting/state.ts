/** The state directory: one folder a mount, with its record and its staged changes. It is the truth about mounts. */
import { lstatSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isThere } from '../../../isThere.ts';
import { DismError } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import { makeFolders } from '../../../makeFolders.ts';
import { stateFolder } from '../../../stateFolder.ts';
import { isDenied, messageOf } from '../../../systemErrors.ts';
import { Generations } from './generations.ts';
import { MountLocks } from './mountLocks.ts';
import { RecordStore } from './recordStore.ts';

/** Makes a folder of ours, and refuses one that somebody else could have put there. */
function ensurePrivateFolder(path: string): void {
  makeFolders(dirname(path));
  makeFolders(path, 0o700);
  const stat = lstatSync(path);
  const owner = process.geteuid?.() ?? 0;
  if (!stat.isDirectory() || stat.uid !== owner || (stat.mode & 0o022) !== 0) {
    throw new DismError(Hresult.E_ACCESSDENIED, `The state directory "${path}" is not safe to use: it must be a folder that only its owner, user ${owner}, can write`, {
      target: path, hint: `Correct it with "chown ${owner} ${path}; chmod 700 ${path}", or choose another one with DISMTS_STATE_DIR.`,
    });
  }
}

/** How long, and how many at least. */
const [keepDroppedDays, keepDropped] = [30, 5];

/** All that DismTs knows of mounts on this machine for one state directory. */
export class State {
  readonly path: string;
  /** Folder of the folders of all mounts. */
  readonly mountsFolder: string;
  readonly records: RecordStore;
  readonly locks: MountLocks;
  readonly generations: Generations;

  constructor(path: string = stateFolder()) {
    this.path = path;
    this.mountsFolder = join(path, 'mounts');
    this.locks = new MountLocks(join(path, 'locks'));
    this.records = new RecordStore(this.mountsFolder, this.locks);
    this.generations = new Generations(this.mountsFolder);
  }

  /** Makes the folders. @throws DismError E_ACCESSDENIED: they cannot be made, or others could write to them. */
  prepare(): void {
    try {
      for (const folder of [this.path, this.mountsFolder, join(this.path, 'locks')]) { ensurePrivateFolder(folder); }
    } catch (error) {
      if (error instanceof DismError) { throw error; }
      const { code = '' } = error as NodeJS.ErrnoException;
      // A full disk, for instance, is no question of where.
      if (!isDenied(error) && !['ENOENT', 'ENOTDIR', 'ELOOP'].includes(code)) { throw error; }
      throw new DismError(isDenied(error) ? Hresult.E_ACCESSDENIED : Hresult.ERROR_PATH_NOT_FOUND,
        `Cannot make the state directory "${this.path}": ${messageOf(error, this.path)}`, {
          target: this.path, hint: 'Choose a folder that you can write with the environment variable DISMTS_STATE_DIR.', cause: error,
        });
    }
  }

  /** Where staged changes are kept that were dropped without being asked for. */
  get droppedFolder(): string {
    return join(this.path, 'dropped');
  }

  /** What was set aside long ago. The last ones stay whatever the clock says, which may have been wrong. */
  oldDropped(): string[] {
    if (!isThere(this.droppedFolder)) { return []; }
    const oldest = new Date(Date.now() - keepDroppedDays * 24 * 60 * 60 * 1000).toISOString();
    return readdirSync(this.droppedFolder).sort().reverse().slice(keepDropped).filter((name) => name < oldest).map((name) => join(this.droppedFolder, name));
  }
}
