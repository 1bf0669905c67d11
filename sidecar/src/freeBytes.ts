/** How much may be written to a file system: what a plan says, and a check before anything is begun. */
import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Bytes that are free for this user where a file or folder is. Some network file systems report more than a number holds: so much at the most.
 * @throws the error of the system call, such as ENOENT: there is nothing at the path.
 */
export function freeBytes(path: string): number {
  const { bavail, bsize } = statfsSync(path);
  return Math.min(bavail * bsize, Number.MAX_SAFE_INTEGER);
}

/** As freeBytes(), where a path is or will be: asks the nearest folder above that answers. null: none does. */
export function freeBytesAt(path: string): number | null {
  for (let current = path; ; current = dirname(current)) {
    try {
      return freeBytes(current);
    } catch {
      if (dirname(current) === current) { return null; }
    }
  }
}
