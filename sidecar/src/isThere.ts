/** Whether a name is taken. */
import { lstatSync } from 'node:fs';

/** By whatever, a link too. Unlike existsSync(), which says no as well where a disk does not answer. @throws the error of lstat(2). */
export function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
