/** The state directory: one folder a mount, with its record and its staged changes. It is the truth about mounts. */
import { createHash, randomUUID } from 'node:crypto';
import {
  closeSync, constants, fsync, lstatSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';
import { DismError } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import { Lock } from '../../../platform/linux/locks.ts';
import { removeFolder } from '../../../platform/linux/removeFolder.ts';
import { stateFolder } from '../../../stateFolder.ts';

/** How an interrupted commit is recognised and undone, or taken for done. */
const pendingCommitSchema = z.object({
  wimPath: z.string(),
  oldSize: z.number().int(),
  oldHeaderHash: z.string(),
  /** Known once only the header was left to write. */
  newHeaderHash: z.string().optional(),
  newImageHash: z.string().optional(),
  /** The changes went into a new image, so they stay staged for this one. */
  append: z.boolean(),
});
export type PendingCommit = z.infer<typeof pendingCommitSchema>;

const mountRecordSchema = z.object({
  version: z.literal(1),
  id: z.uuid(),
  /** `mounting` until everything stands; what is left of an interrupted mount is removed. */
  state: z.enum(['mounting', 'mounted']),
  wimPath: z.string(),
  mountPath: z.string(),
  imageIndex: z.number().int().min(1),
  mode: z.enum(['ReadWrite', 'ReadOnly']),
  /** SHA-1 of the image's metadata, in hex. */
  imageHash: z.string(),
  /** The file when it was last seen to hold that image. */
  file: z.object({ size: z.number(), modifiedMs: z.number(), inode: z.string() }),
  /** Number of the folder with the staged changes; a save begins a new one. */
  generation: z.number().int().min(1),
  /** What stacks the changes on the image; `none` where it is mounted read-only. */
  stacking: z.enum(['none', 'overlayfs']),
  /** Named streams show as `user.*` attributes; off where one is too large for the file system of the changes. */
  streamsShown: z.boolean(),
  commit: pendingCommitSchema.optional(),
});
export type MountRecord = z.infer<typeof mountRecordSchema>;

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

/** The one call here that waits for a disk; all others take less time than to wake another thread up for them. */
const flush = promisify(fsync);

const recordName = 'record.json';
const newRecordName = `${recordName}.new`;
/** Of the folder of a mount that is no more. */
const removedSuffix = '.removed';

/** Writes a record whole or not at all, and not before it is on the disk. */
async function writeDurably(folder: string, text: string): Promise<void> {
  const temporary = join(folder, newRecordName);
  const file = openSync(temporary, 'w', 0o600);
  try {
    writeFileSync(file, text);
    await flush(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, join(folder, recordName));
  const opened = openSync(folder, constants.O_RDONLY);
  try { await flush(opened); } finally { closeSync(opened); }
}

/** All that DismTs knows of mounts on this machine for one state directory. */
export class State {
  readonly path: string;
  readonly #mounts: string;
  readonly #locks: string;

  constructor(path: string = stateFolder()) {
    this.path = path;
    this.#mounts = join(path, 'mounts');
    this.#locks = join(path, 'locks');
  }

  /** Makes the folders. @throws DismError E_ACCESSDENIED: they cannot be made, or others could write to them. */
  prepare(): void {
    try {
      for (const folder of [this.path, this.#mounts, this.#locks]) { ensurePrivateFolder(folder); }
    } catch (error) {
      // A full disk, for instance, is no question of rights.
      if (!['EACCES', 'EPERM', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '')) { throw error; }
      throw new DismError(Hresult.E_ACCESSDENIED, `Cannot make the state directory "${this.path}": ${(error as Error).message}`, {
        target: this.path, hint: 'Choose a folder that you can write with DISMTS_STATE_DIR.', cause: error,
      });
    }
  }

  /** Held while records are made, compared and removed; never during long work. */
  async lockRegistry(signal: AbortSignal): Promise<Lock> {
    return await Lock.acquire(join(this.#locks, 'registry'), signal);
  }

  /** Held by whoever works on a mount; free means that nobody does, also after a crash. */
  tryLockMount(id: string): Lock | undefined {
    return Lock.tryAcquire(join(this.#locks, `mount-${id}`));
  }

  /** Given to the programs that serve a mount, so that none of them goes unnoticed. */
  lockServing(id: string): Lock | undefined {
    return Lock.tryAcquire(this.#servingLock(id), true);
  }

  /** Whether a program serves a mount, or has been started to: also one whose process has not become that program yet. */
  isServed(id: string): boolean {
    const lock = Lock.tryAcquire(this.#servingLock(id));
    lock?.release();
    return lock === undefined;
  }

  #servingLock(id: string): string {
    return join(this.#locks, `serving-${id}`);
  }

  /** Held while a WIM file is written, so that saves of two of its images wait for each other. */
  async lockWim(wimPath: string, signal: AbortSignal): Promise<Lock> {
    const name = createHash('sha256').update(wimPath).digest('hex').slice(0, 32);
    return await Lock.acquire(join(this.#locks, `wim-${name}`), signal);
  }

  newId(): string {
    return randomUUID();
  }

  folder(id: string): string {
    return join(this.#mounts, id);
  }

  /** Folder of the staged changes of one generation. */
  generationFolder(record: Pick<MountRecord, 'id' | 'generation'>): string {
    return join(this.folder(record.id), 'generations', String(record.generation));
  }

  upperFolder(record: Pick<MountRecord, 'id' | 'generation'>): string {
    return join(this.generationFolder(record), 'upper');
  }

  workFolder(record: Pick<MountRecord, 'id' | 'generation'>): string {
    return join(this.generationFolder(record), 'work');
  }

  /** Makes the empty folders of a generation. Their mode keeps the content of the image from other users. */
  makeGeneration(record: Pick<MountRecord, 'id' | 'generation'>): void {
    mkdirSync(this.upperFolder(record), { recursive: true, mode: 0o700 });
    mkdirSync(this.workFolder(record), { recursive: true, mode: 0o700 });
  }

  /** All records. One that cannot be read is not ours to judge: it is left alone and reported. */
  readAll(onUnreadable: (path: string, reason: string) => void): MountRecord[] {
    const records: MountRecord[] = [];
    for (const id of readdirSync(this.#mounts)) {
      if (!z.uuid().safeParse(id).success) { continue; }
      try {
        const record = this.read(id);
        if (record !== undefined) { records.push(record); }
      } catch (error) {
        onUnreadable(this.#recordPath(id), (error as Error).message);
      }
    }
    return records;
  }

  /** @returns undefined where the mount is gone. */
  read(id: string): MountRecord | undefined {
    let text: string;
    try {
      text = readFileSync(this.#recordPath(id), 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') { return undefined; }
      throw error;
    }
    return mountRecordSchema.parse(JSON.parse(text));
  }

  async write(record: MountRecord): Promise<void> {
    mkdirSync(this.folder(record.id), { recursive: true, mode: 0o700 });
    await writeDurably(this.folder(record.id), `${JSON.stringify(record, null, 2)}\n`);
  }

  /** Forgets a mount: at once, so that a half removed one is never taken for a mount. */
  async remove(id: string): Promise<void> {
    renameSync(this.folder(id), `${this.folder(id)}${removedSuffix}`);
    for (const lock of [`mount-${id}`, `serving-${id}`]) { rmSync(join(this.#locks, lock), { force: true }); }
    await this.#removeFolder(`${id}${removedSuffix}`);
  }

  /** Deletes what an interrupted remove() or a mount that was killed before its record left. The registry lock must be held. */
  async removeLeftovers(): Promise<void> {
    const names = new Set(readdirSync(this.#mounts));
    for (const name of names) {
      const content = name.endsWith(removedSuffix) ? [] : readdirSync(join(this.#mounts, name));
      // Without a record, but with staged changes, it is not ours to judge.
      if (content.some((file) => file !== newRecordName)) { continue; }
      await this.#removeFolder(name);
      names.delete(name);
    }
    for (const lock of readdirSync(this.#locks)) {
      const id = /^(?:mount|serving)-(.+)$/.exec(lock)?.[1];
      if (id !== undefined && !names.has(id)) { rmSync(join(this.#locks, lock), { force: true }); }
    }
  }

  async #removeFolder(name: string): Promise<void> {
    await removeFolder(join(this.#mounts, name));
  }

  #recordPath(id: string): string {
    return join(this.folder(id), recordName);
  }
}
