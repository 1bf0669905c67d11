/** The state directory: one folder a mount, with its record and its staged changes. It is the truth about mounts. */
import { lstatSync, mkdirSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DismError } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import { removeFolder } from '../../../platform/linux/removeFolder.ts';
import { stateFolder } from '../../../stateFolder.ts';
import { isDenied, messageOf } from '../../../systemErrors.ts';
import { Generations } from './generations.ts';
import { MountLocks } from './mountLocks.ts';
import { RecordStore } from './recordStore.ts';

/** Makes a folder of ours, and refuses one that somebody else could have put there. */
function ensurePrivateFolder(path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') { throw error; }
  }
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
      // A full disk, for instance, is no question of rights.
      if (!isDenied(error)) { throw error; }
      throw new DismError(Hresult.E_ACCESSDENIED, `Cannot make the state directory "${this.path}": ${messageOf(error)}`, {
        target: this.path, hint: 'Choose a folder that you can write with DISMTS_STATE_DIR.', cause: error,
      });
    }
  }

  /** Where staged changes are kept that were dropped without being asked for. */
  get droppedFolder(): string {
    return join(this.path, 'dropped');
  }

  /** Deletes what was set aside long ago. The last ones stay whatever the clock says, which may have been wrong. */
  async removeOldDropped(): Promise<void> {
    const oldest = new Date(Date.now() - keepDroppedDays * 24 * 60 * 60 * 1000).toISOString();
    const names = (await readdir(this.droppedFolder).catch(() => [])).sort().reverse();
    for (const name of names.slice(keepDropped)) {
      if (name < oldest) { await removeFolder(join(this.droppedFolder, name)); }
    }
  }
}
