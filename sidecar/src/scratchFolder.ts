/** The folder for temporary files that a command may be given. */
import { statSync } from 'node:fs';
import { DismError } from './errors.ts';
import { Hresult } from './hresult.ts';

/**
 * Whether the work needs it or not: a folder that is missing is a slip of the pen, and said before anything is done rather than at some point of the work.
 * @param path Empty: none is given.
 * @throws DismError ERROR_PATH_NOT_FOUND: it does not exist. ERROR_DIRECTORY: it is a file.
 */
export function requireScratchFolder(path: string): void {
  if (path === '') { return; }
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory() === true) { return; }
  const [code, reason] = found === undefined ? [Hresult.ERROR_PATH_NOT_FOUND, 'it does not exist'] : [Hresult.ERROR_DIRECTORY, 'it is no folder'];
  throw new DismError(code, `Cannot use the scratch folder "${path}": ${reason}`, {
    target: path, hint: 'Make the folder, or give another one with -ScratchDirectory.',
  });
}
