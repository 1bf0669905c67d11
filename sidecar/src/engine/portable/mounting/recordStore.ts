/** The records of mounts: one folder a mount, written whole or not at all. */
import { closeSync, constants, fsync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';
import { removeFolder } from '../../../platform/linux/removeFolder.ts';
import type { MountLocks } from './mountLocks.ts';
import { type MountRecord, mountRecordSchema } from './record.ts';

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

/** The folders of all mounts, with their records. */
export class RecordStore {
  readonly #mounts: string;
  readonly #locks: MountLocks;

  constructor(mounts: string, locks: MountLocks) {
    this.#mounts = mounts;
    this.#locks = locks;
  }

  /** Folder of a mount. */
  folder(id: string): string {
    return join(this.#mounts, id);
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
    this.#locks.removeOf(id);
    await removeFolder(join(this.#mounts, `${id}${removedSuffix}`));
  }

  /** Deletes what an interrupted remove() or a mount that was killed before its record left. The registry lock must be held. */
  async removeLeftovers(): Promise<void> {
    const names = new Set(readdirSync(this.#mounts));
    for (const name of names) {
      const content = name.endsWith(removedSuffix) ? [] : readdirSync(join(this.#mounts, name));
      // Without a record, but with staged changes, it is not ours to judge.
      if (content.some((file) => file !== newRecordName)) { continue; }
      await removeFolder(join(this.#mounts, name));
      names.delete(name);
    }
    this.#locks.removeExcept(names);
  }

  #recordPath(id: string): string {
    return join(this.folder(id), recordName);
  }
}
