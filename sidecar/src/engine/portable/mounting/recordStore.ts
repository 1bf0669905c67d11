/** The records of mounts: one folder a mount, written whole or not at all. */
import { constants, fsync, openSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readTextFile, release } from '../../../closing.ts';
import { isThere } from '../../../isThere.ts';
import * as z from 'zod';
import { makeFolders } from '../../../makeFolders.ts';
import { removeFolder } from '../../../platform/linux/removeFolder.ts';
import { atDescriptorPath, messageOf } from '../../../systemErrors.ts';
import { formatOf } from '../images/formats.ts';
import { type MountRecord, mountRecordSchema } from '../images/mountRecord.ts';
import type { MountLocks } from './mountLocks.ts';

/** The one call here that waits for a disk; all others take less time than to wake another thread up for them. */
const flush = promisify(fsync);

const recordName = 'record.json';
const newRecordName = `${recordName}.new`;
/**
 * The record of a mount that is just being made, in place of the other. It need not survive the machine, as nothing is mounted then, and
 * nobody was told of it: it is not flushed, and one that is cut short is of no mount.
 */
const unfinishedName = 'mounting.json';
/** Of the folder of a mount that is no more. */
const removedSuffix = '.removed';

/**
 * Writes a record whole or not at all; by the end it is on the disk.
 * The first one of a mount comes in the place of the unfinished one, which says no more than it wherever the machine stops: file and folder
 * are flushed at once, and its last name need not be. There are never two, as where one is lost later the other would say that nothing is lost with it.
 */
async function writeDurably(folder: string, text: string): Promise<void> {
  const [temporary, unfinished, path] = [newRecordName, unfinishedName, recordName].map((name) => join(folder, name)) as [string, string, string];
  const isFirst = !isThere(path);
  const file = openSync(temporary, 'w', 0o600);
  const opened = openSync(folder, constants.O_RDONLY);
  try {
    writeFileSync(file, text);
    if (isFirst) {
      renameSync(temporary, unfinished);
      await Promise.all([flush(file), flush(opened)]);
      renameSync(unfinished, path);
    } else {
      await flush(file);
      renameSync(temporary, path);
      await flush(opened);
    }
  } catch (error) {
    throw atDescriptorPath(error, path);
  } finally {
    release(file);
    release(opened);
  }
}

/** Whether a text begins like JSON that was not written to its end, as where the machine stopped: it may be empty, or zeros. */
function isCut(text: string): boolean {
  try {
    JSON.parse(text);
    return false;
  } catch {
    return true;
  }
}

/** @returns undefined where there is none. */
function readText(path: string): string | undefined {
  try {
    return readTextFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') { return undefined; }
    throw error;
  }
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

  /** Whether there is a folder of a mount, with a record or without. */
  exists(id: string): boolean {
    return isThere(this.folder(id));
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
        onUnreadable(this.#recordPath(id), messageOf(error, this.#recordPath(id)));
      }
    }
    return records;
  }

  /** @returns undefined where the mount is gone. */
  read(id: string): MountRecord | undefined {
    const text = this.#text(id);
    if (text === undefined) { return undefined; }
    const record = mountRecordSchema.parse(JSON.parse(text));
    // What is said twice has to agree: a wrong path here would change the file of somebody else.
    if (record.id !== id) { throw new Error(`it is the record of another mount, "${record.id}"`); }
    if (record.commit !== undefined && record.commit.wimPath !== record.wimPath) {
      throw new Error(`its save is into "${record.commit.wimPath}", but its image is in "${record.wimPath}"`);
    }
    formatOf(record).checkRecord(record);
    return record;
  }

  /** The record of a mount, or of one that is being made. */
  #text(id: string): string | undefined {
    const record = readText(this.#recordPath(id));
    if (record !== undefined) { return record; }
    const unfinished = readText(join(this.folder(id), unfinishedName));
    // It was finished meanwhile, perhaps.
    return unfinished === undefined || isCut(unfinished) ? readText(this.#recordPath(id)) : unfinished;
  }

  /** Writes a record, of a mount that is being made so that it outlives this process, of others so that it outlives the machine. */
  async write(record: MountRecord): Promise<void> {
    const folder = this.folder(record.id);
    const text = `${JSON.stringify(record, null, 2)}\n`;
    makeFolders(folder, 0o700);
    if (record.state === 'mounted') { await writeDurably(folder, text); } else { writeFileSync(join(folder, unfinishedName), text, { mode: 0o600 }); }
  }

  /** Folders of mounts that have no record but something else in them. */
  withoutRecord(): string[] {
    return readdirSync(this.#mounts)
      .filter((name) => z.uuid().safeParse(name).success && !this.#hasRecord(name) && !this.#isUnbegun(name))
      .map((name) => join(this.#mounts, name));
  }

  #hasRecord(id: string): boolean {
    return this.#text(id) !== undefined;
  }

  /** Whether a folder of a mount without a record holds but the beginning of one, or what was made for a mount that the machine did not finish. */
  #isUnbegun(id: string): boolean {
    const content = readdirSync(this.folder(id));
    return content.every((file) => file === newRecordName) || (content.includes(unfinishedName) && !this.#hasRecord(id) && !this.#locks.isServed(id));
  }

  /** Forgets a mount: at once, so that a half removed one is never taken for a mount. */
  async remove(id: string): Promise<void> {
    const removed = `${this.folder(id)}${removedSuffix}`;
    renameSync(this.folder(id), removed);
    try {
      this.#locks.removeOf(id);
      await removeFolder(removed);
    } catch {
      // The mount is forgotten, and whoever asked for that must not hear that it failed. removeLeftovers() tries again.
    }
  }

  /** Forgets a mount, but keeps its folder with the staged changes. @returns where it is now. */
  setAside(id: string, folder: string): string {
    makeFolders(folder, 0o700);
    const target = join(folder, `${new Date().toISOString().replace(/[:.]/g, '-')}-${id}`);
    renameSync(this.folder(id), target);
    try { this.#locks.removeOf(id); } catch { /* As in remove(). */ }
    return target;
  }

  /** Whether removeLeftovers() would find anything. A mount that is being made at this moment may look like it. */
  hasLeftovers(): boolean {
    const names = readdirSync(this.#mounts);
    return names.some((name) => this.#isLeftover(name)) || this.#locks.hasOthers(new Set(names));
  }

  /** Deletes what an interrupted remove() or a mount that was killed before its record left. The registry lock must be held. */
  async removeLeftovers(): Promise<void> {
    const names = new Set(readdirSync(this.#mounts));
    for (const name of names) {
      // Without a record, but with staged changes, it is not ours to judge.
      if (!this.#isLeftover(name)) { continue; }
      await removeFolder(join(this.#mounts, name));
      names.delete(name);
    }
    this.#locks.removeExcept(names);
  }

  #isLeftover(name: string): boolean {
    if (name.endsWith(removedSuffix)) { return true; }
    try {
      return this.#isUnbegun(name);
    } catch (error) {
      // Another process has just removed it.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') { return false; }
      throw error;
    }
  }

  #recordPath(id: string): string {
    return join(this.folder(id), recordName);
  }
}
