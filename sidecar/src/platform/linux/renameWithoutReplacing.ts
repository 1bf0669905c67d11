/** Gives a file a new name that is free, and never takes it from another. */
import { constants, linkSync, lstatSync, mkdirSync, openSync, renameSync, rmdirSync, unlinkSync } from 'node:fs';
import { release } from '../../closing.ts';
import { loadKoffi } from '../../nativeAddon/koffi.ts';
import { SystemCallError } from './libc.ts';

type Rename = (oldFolder: number, oldPath: string, newFolder: number, newPath: string, flags: number) => number;

const AT_FDCWD = -100;
const RENAME_NOREPLACE = 1;

let bound: Rename | null | undefined;

/** @returns null where the C library does not have it. */
function renameat2(): Rename | null {
  if (bound === undefined) {
    try {
      bound = loadKoffi().load(null).func('int renameat2(int oldfd, const char *oldpath, int newfd, const char *newpath, unsigned int flags)');
    } catch {
      bound = null;
    }
  }
  return bound;
}

/** @returns False where the new name is taken. @throws SystemCallError, Error of node:fs. */
export function renameWithoutReplacing(from: string, to: string): boolean {
  const rename = renameat2();
  if (rename !== null) {
    if (rename(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) === 0) { return true; }
    const error = new SystemCallError('rename', to);
    if (error.code === 'EEXIST') { return false; }
    if (!['EINVAL', 'ENOSYS', 'ENOTSUP'].includes(error.code)) { throw error; }
  }
  return renameByLink(from, to);
}

/** For file systems that cannot, such as NFS and what FUSE serves: a second name fails where there is one. */
function renameByLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') { return false; }
    if (!['EPERM', 'ENOSYS', 'ENOTSUP', 'EMLINK'].includes(code)) { throw error; }
    return renameOverOwn(from, to);
  }
  // It has the name: whoever made the file takes its first name away where that cannot be done now.
  try { unlinkSync(from); } catch { /* As said. */ }
  return true;
}

/** For those without hard links, and for folders: the name is taken by an empty file or folder of our own first, which nobody else can have made. */
function renameOverOwn(from: string, to: string): boolean {
  const isFolder = lstatSync(from).isDirectory();
  try {
    if (isFolder) { mkdirSync(to, 0o700); } else { release(openSync(to, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600)); }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') { return false; }
    throw error;
  }
  try {
    renameSync(from, to);
  } catch (error) {
    try { if (isFolder) { rmdirSync(to); } else { unlinkSync(to); } } catch { /* What has failed is what counts. */ }
    throw error;
  }
  return true;
}
