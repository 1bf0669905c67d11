/** Makes a folder with those above it: mkdir(1) -p. */
import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a folder, and those above it that are missing; it is no error that it exists.
 * Node's own recursive mkdirSync() never ends where a folder that exists answers that it does not (an autofs map without the
 * entry, /proc, a dead mount): here each one is tried once.
 * @throws Error of node:fs.
 */
export function makeFolders(path: string, mode = 0o777): void {
  // Asked first, as most are there, and an error that is thrown takes longer than the question.
  if (existsSync(path)) { return; }
  const above = dirname(path);
  if (above !== path) { makeFolders(above, mode); }
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    // Another process was faster, or it did not answer. That what is there is no folder is said by the next step on it.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') { throw error; }
  }
}
