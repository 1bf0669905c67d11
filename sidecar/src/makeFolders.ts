/** Makes a folder with those above it: mkdir(1) -p. */
import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a folder, and those above it that are missing; it is no error that it exists.
 * Node's own recursive mkdirSync() never ends where a folder that exists answers that it does not (an autofs map without the
 * entry, /proc, a dead mount): here each one is tried twice at most.
 * @throws Error of node:fs.
 */
export function makeFolders(path: string, mode = 0o777): void {
  // Asked first, as most are there, and an error that is thrown takes longer than the question.
  if (existsSync(path) || tryMake(path, mode)) { return; }
  const above = dirname(path);
  if (above !== path) { makeFolders(above, mode); }
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    // Another process was faster.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') { throw error; }
  }
}

/** @returns False where the folder above is missing. */
function tryMake(path: string, mode: number): boolean {
  try {
    mkdirSync(path, { mode });
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') { return false; }
    // What is there may be something else than a folder, which the next step on it says.
    if (code === 'EEXIST') { return true; }
    throw error;
  }
}
