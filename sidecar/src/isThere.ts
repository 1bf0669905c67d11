/** Whether a name is taken. */
import { lstatSync, statSync } from 'node:fs';

/** By whatever, a link too. Unlike existsSync(), which says no as well where a disk does not answer. @throws the error of lstat(2). */
export function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/**
 * The first path behind which there is something, links followed; undefined where there is nothing behind any.
 * @throws the error of stat(2) of the first that did not answer, where nothing is behind the others: nobody knows whether it is missing.
 */
export function firstThere(paths: readonly string[]): string | undefined {
  let trouble: { readonly error: unknown } | undefined;
  for (const path of paths) {
    try {
      if (statSync(path, { throwIfNoEntry: false }) !== undefined) { return path; }
    } catch (error) {
      // Below a file there is nothing.
      if ((error as NodeJS.ErrnoException).code !== 'ENOTDIR') { trouble ??= { error }; }
    }
  }
  if (trouble !== undefined) { throw trouble.error; }
  return undefined;
}
