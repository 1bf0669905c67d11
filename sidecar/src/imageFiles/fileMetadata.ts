/** What a new file of an image has beside its bytes: taken from the file that it replaces, or from what is beside it. */
import { fchmodSync, fchownSync, fstatSync, futimesSync, lstatSync, readdirSync } from 'node:fs';
import { copyAttributes } from '../platform/linux/attributes.ts';
import { NotAFileError } from './fileTrouble.ts';
import { openFile } from './folderTree.ts';

/** Opens the file that is replaced, for what is kept of it. A pipe, socket or device is replaced as if nothing were there. */
export function openReplaced(folder: number, name: string): number | undefined {
  try {
    return openFile(folder, name)?.descriptor;
  } catch (error) {
    if (error instanceof NotAFileError) { return undefined; }
    throw error;
  }
}

/** Owner, mode, times and extended attributes. */
export function copyMetadata(from: number, to: number): void {
  const stat = fstatSync(from);
  copyAttributes(from, to);
  fchownSync(to, stat.uid, stat.gid);
  fchmodSync(to, stat.mode & 0o7777);
  futimesSync(to, stat.atime, stat.mtime);
}

/** The mode of a file that is new in a folder: that of the folder, without the right to enter it. */
export function fileMode(folder: number): number {
  return fstatSync(folder).mode & 0o666;
}

/** The mode of a file that comes back: that of the files beside it. */
export function neighbourMode(folder: number): number {
  for (const name of readdirSync(`/proc/self/fd/${folder}`)) {
    const stat = lstatSync(`/proc/self/fd/${folder}/${name}`);
    if (stat.isFile() && !name.startsWith('.dismts-')) { return stat.mode & 0o7777; }
  }
  return fileMode(folder);
}
