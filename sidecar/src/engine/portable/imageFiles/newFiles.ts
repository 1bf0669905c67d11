/** New files, which get their names once they are whole, and never that of a file that is there. */
import { constants, fchmodSync, fchownSync, fstatSync, fsyncSync, lstatSync, openSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { release, releaseFile } from '../../../closing.ts';
import { isThere } from '../../../isThere.ts';
import { DismError } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import type { OperationContext } from '../../../operationContext.ts';
import { copyAttributes } from '../../../platform/linux/attributes.ts';
import { renameWithoutReplacing } from '../../../platform/linux/renameWithoutReplacing.ts';
import { atDescriptorPath, isSystemError, messageOf } from '../../../systemErrors.ts';
import { requireWritableFolder } from '../../../writableFolder.ts';
import { writing } from '../../../writing.ts';
import type { State } from '../mounting/state.ts';
import type { CommitJournal } from '../saving/commit.ts';
import { temporaryPath, UnfinishedWork } from './unfinished.ts';

/**
 * The path of a file that is to be made: its folder as it is called without symbolic links.
 * @throws DismError ERROR_FILE_EXISTS: there is one. As requireWritableFolder().
 */
export function newFilePath(path: string, what: string): string {
  const folder = dirname(path);
  // First what is there: that nobody may write beside it is not what matters then.
  if (isThere(path)) { throw existsError(path, what); }
  requireWritableFolder(folder, what);
  return join(realpathSync(folder), basename(path));
}

function existsError(path: string, what: string): DismError {
  return new DismError(Hresult.ERROR_FILE_EXISTS, `${what}: "${path}" exists already`, { target: path });
}

/**
 * Has the disk note which names a folder has, now that a file got one. What is in the way of it makes no failure of that.
 * @returns Sentences for the user.
 */
export function syncNames(path: string): readonly string[] {
  try {
    const descriptor = openSync(dirname(path), constants.O_RDONLY);
    try {
      fsyncSync(descriptor);
    } finally {
      release(descriptor);
    }
  } catch (error) {
    // Some file systems have no such thing, and note names as they like.
    if (isSystemError(error) && ['EINVAL', 'ENOTSUP'].includes(error.code)) { return []; }
    return [`"${path}" is whole, but the disk has not confirmed its name, which may be gone after a power cut: ${messageOf(error)}`];
  }
  return [];
}

/**
 * Runs an operation with the record of what it begins. What is left of that is taken away when it is over.
 * @param state Of openImageFiles().
 */
export async function withUnfinishedWork<T>(state: State, context: OperationContext, operation: (work: UnfinishedWork) => Promise<T>): Promise<T> {
  const work = await UnfinishedWork.begin(state);
  try {
    return await operation(work);
  } finally {
    try {
      work.end();
    } catch (error) {
      context.log.warning(`what the operation began cannot be taken away yet: ${messageOf(error)}`);
    }
  }
}

/** The journal of a file that grows: the record of the work says how it was, which is enough to make it so again. */
export function growthJournal(work: UnfinishedWork, path: string): CommitJournal {
  return { started: async () => { await work.growing(path); }, finishing: () => Promise.resolve(), undone: () => { work.grown(); } };
}

/** Makes an empty file that must not be there yet, and notes before that it goes where it is left. */
export async function makeEmptyFile(path: string, work: UnfinishedWork | undefined, mode = 0o600): Promise<void> {
  await work?.making(path);
  release(openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, mode));
}

/** Writes to the beginning of a file that is there: all of the data, for a single write to a disk that is nearly full takes a part and is no error. */
export async function fillFile(path: string, data: Uint8Array): Promise<void> {
  const handle = await open(path, 'r+');
  try {
    await handle.writeFile(data);
  } catch (error) {
    throw atDescriptorPath(error, path);
  } finally {
    await releaseFile(handle);
  }
}

/** The folder that withTemporaryFile() writes to. @throws DismError as requireWritableFolder(). */
export function requireTemporaryFolder(beside: string, what: string, { scratchDirectory }: Pick<OperationContext, 'scratchDirectory'>): void {
  requireWritableFolder(scratchDirectory === '' ? dirname(beside) : scratchDirectory, what);
}

/**
 * Runs something with an empty file beside another one, or in the folder for temporary files where one is given, and takes it away.
 * @param use Gets its path.
 */
export async function withTemporaryFile<T>(
  beside: string, work: UnfinishedWork, context: Pick<OperationContext, 'scratchDirectory'>, use: (temporary: string) => Promise<T>,
): Promise<T> {
  const temporary = temporaryPath(context.scratchDirectory === '' ? beside : join(context.scratchDirectory, basename(beside)), 'file');
  try {
    return await writing(temporary, context.scratchDirectory === '' ? beside : context.scratchDirectory, async () => {
      await makeEmptyFile(temporary, work);
      return await use(temporary);
    });
  } finally {
    try { rmSync(temporary, { force: true }); } catch { /* The end of the work tries again. */ }
  }
}

/** A file that has got its name. */
export interface NewFile {
  readonly sizeBytes: number;
  /** Sentences for the user. */
  readonly warnings: readonly string[];
}

/**
 * Makes a file: `write` gets a path beside it, of an empty file, and leaves it whole and on the disk.
 * @param path Of newFilePath(). @throws DismError ERROR_FILE_EXISTS: somebody else has made one meanwhile.
 */
export async function makeFile(
  work: UnfinishedWork, path: string, what: string, context: OperationContext, write: (temporary: string) => Promise<void>,
): Promise<NewFile> {
  const temporary = temporaryPath(path, 'file');
  await writing(temporary, path, async () => {
    await makeEmptyFile(temporary, work, 0o666);
    await write(temporary);
  });
  // While it can still fail.
  const { size: sizeBytes } = lstatSync(temporary);
  context.signal.throwIfAborted();
  return { sizeBytes, warnings: publish(temporary, path, what) };
}

/** Gives a file its name. From here on it counts. @returns Sentences for the user. */
export function publish(temporary: string, path: string, what: string): readonly string[] {
  if (!renameWithoutReplacing(temporary, path)) { throw existsError(path, what); }
  return syncNames(path);
}

/** Puts a new file in the place of an old one, with its owner, mode and extended attributes. As makeFile(). */
export async function replaceFile(
  work: UnfinishedWork, path: string, context: OperationContext, write: (temporary: string) => Promise<void>, beforeReplacing: () => void,
): Promise<NewFile> {
  const temporary = temporaryPath(path, 'file');
  await writing(temporary, path, async () => {
    await makeEmptyFile(temporary, work);
    await write(temporary);
  });
  keepMetadata(path, temporary);
  const { size: sizeBytes } = lstatSync(temporary);
  context.signal.throwIfAborted();
  beforeReplacing();
  renameSync(temporary, path);
  return { sizeBytes, warnings: syncNames(path) };
}

function keepMetadata(from: string, to: string): void {
  const old = openSync(from, constants.O_RDONLY);
  try {
    const { mode, uid, gid } = fstatSync(old);
    const descriptor = openSync(to, constants.O_RDWR | constants.O_NOFOLLOW);
    try {
      // Where only root may give files away, it becomes that of who has made it anew. FAT has neither owners nor modes.
      // Access lists and labels come last: a change of owner or mode would change them.
      const steps = [() => { fchownSync(descriptor, uid, gid); }, () => { fchmodSync(descriptor, mode & 0o7777); }, () => { copyAttributes(old, descriptor); }];
      for (const step of steps) {
        try { step(); } catch { /* As said. */ }
      }
    } finally {
      release(descriptor);
    }
  } finally {
    release(old);
  }
}
