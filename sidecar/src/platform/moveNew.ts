/** Gives a file or folder another name on its volume, unless that is taken: what is whole appears at once, and nothing is replaced. */
import { linkSync, lstatSync, mkdirSync, renameSync, rmdirSync, unlinkSync } from 'node:fs';
import { moveFile } from './windows/windows.ts';

/**
 * @throws Error of node:fs, or with its `code` and `syscall`: EEXIST where the new name is taken.
 */
export function moveNew(from: string, to: string): void {
  if (process.platform === 'win32') {
    moveFile(from, to, false);
  } else if (lstatSync(from).isDirectory()) {
    // Claims the name; an empty folder is what rename(2) replaces.
    mkdirSync(to);
    try {
      renameSync(from, to);
    } catch (error) {
      rmdirSync(to);
      throw error;
    }
  } else {
    linkSync(from, to);
    unlinkSync(from);
  }
}

/** The same, but what has the new name is replaced: at every moment it is the old file or the new one. Files only. */
export function moveOver(from: string, to: string): void {
  if (process.platform === 'win32') { moveFile(from, to, true); } else { renameSync(from, to); }
}
