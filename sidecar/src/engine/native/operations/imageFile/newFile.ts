/** Files and folders in the making: beside their names, and under them only once they are whole. */
import { fsyncSync, mkdirSync, openSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createHash, randomBytes } from 'node:crypto';
import { hostname, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { release } from '../../../../closing.ts';
import { DismError } from '../../../../errors.ts';
import { escapeRegExp } from '../../../../escapeRegExp.ts';
import { freeBytesAt } from '../../../../freeBytes.ts';
import { Hresult } from '../../../../hresult.ts';
import { moveNew, moveOver } from '../../../../platform/moveNew.ts';
import { isSystemError, systemFailure } from '../../../../systemErrors.ts';
import { requireWritableFolder } from '../../../../writableFolder.ts';
import { writing } from '../../../../writing.ts';

/** Tells this machine from others that write to the same share. */
const machine = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
const suffix = '.dismts.tmp';

/** Size of a file; 0: it is not there. */
export function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** @throws DismError ERROR_FILE_EXISTS: something has the name. As requireWritableFolder(). */
export function requireNew(path: string, action: string): void {
  if (statSync(path, { throwIfNoEntry: false }) !== undefined) {
    throw new DismError(Hresult.ERROR_FILE_EXISTS, `${action}: "${path}" exists already`, { target: path });
  }
  requireWritableFolder(dirname(path), action);
}

/** @throws DismError ERROR_DISK_FULL: there is less room than is needed at least. */
export function requireRoom(path: string, bytes: number, action: string): void {
  const free = freeBytesAt(dirname(path));
  if (free !== null && free < bytes) {
    throw new DismError(Hresult.ERROR_DISK_FULL, `${action}: it takes up to ${bytes} bytes in "${dirname(path)}", where ${free} are free`, { target: path });
  }
}

/** A name for what is in the making: it says who makes it. */
function temporaryName(path: string): string {
  return `${path}.${machine}-${process.pid}-${randomBytes(4).toString('hex')}${suffix}`;
}

/** Removes what processes of this machine that are gone have left beside a name. */
function removeLeftovers(path: string): void {
  const own = new RegExp(`^${escapeRegExp(basename(path))}\\.${machine}-(\\d+)-[0-9a-f]{8}${escapeRegExp(suffix)}$`);
  try {
    for (const name of readdirSync(dirname(path))) {
      const pid = own.exec(name)?.[1];
      if (pid !== undefined && !isRunning(Number(pid))) { rmSync(join(dirname(path), name), { recursive: true, force: true }); }
    }
  } catch {
    // It is in nobody's way.
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function flush(path: string): void {
  const descriptor = openSync(path, 'r+');
  try {
    fsyncSync(descriptor);
  } finally {
    release(descriptor);
  }
}

/** What a file in the making becomes. */
interface NewFile {
  readonly path: string;
  readonly action: string;
  /** Take the place of the file that is there; otherwise nothing may be there. */
  readonly replace?: boolean | undefined;
  /** Last chance to give up. */
  readonly beforeMove: () => void;
}

/**
 * Has a file written beside its name, and gives it the name once it is on the disk. Of a failure nothing stays.
 * @throws DismError ERROR_FILE_EXISTS: another process was faster.
 */
export async function makeFile<T>({ path, action, replace = false, beforeMove }: NewFile, write: (temporary: string) => Promise<T>): Promise<T> {
  removeLeftovers(path);
  const temporary = temporaryName(path);
  try {
    return await writing(temporary, path, async () => {
      const result = await write(temporary);
      flush(temporary);
      beforeMove();
      if (replace) { moveOver(temporary, path); } else { moveNew(temporary, path); }
      return result;
    });
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    throw isSystemError(error) ? systemFailure(error, action, path) : error;
  }
}

/** Has files written into a folder beside a name, for as long as `body` works with it. */
export async function withFolderBeside<T>(path: string, action: string, body: (folder: string) => Promise<T>): Promise<T> {
  removeLeftovers(path);
  const folder = temporaryName(path);
  try {
    return await writing(folder, dirname(path), async () => {
      mkdirSync(folder);
      return await body(folder);
    });
  } catch (error) {
    throw isSystemError(error) ? systemFailure(error, action, path) : error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Moves files to their names, the last first, so that a set is complete when its first one appears. Of a failure none stays. */
export function moveAll(moves: readonly (readonly [from: string, to: string])[]): void {
  const done: string[] = [];
  try {
    for (const [from, to] of moves.toReversed()) {
      flush(from);
      moveNew(from, to);
      done.push(to);
    }
  } catch (error) {
    for (const path of done) { rmSync(path, { force: true }); }
    throw error;
  }
}

/** A folder for what wimgapi.dll unpacks, in the scratch folder or in that of the user. */
export async function withTemporaryFolder<T>(scratchDirectory: string, body: (folder: string) => Promise<T>): Promise<T> {
  const parent = scratchDirectory === '' ? tmpdir() : scratchDirectory;
  const name = join(parent, 'dismts');
  removeLeftovers(name);
  const folder = temporaryName(name);
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    throw isSystemError(error) ? systemFailure(error, `Cannot use "${parent}" for temporary files`, parent) : error;
  }
  try {
    return await body(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
