/** A folder that something is to be made in, looked at before anything is begun. */
import { accessSync, constants, statSync } from 'node:fs';
import { DismError } from './errors.ts';
import { describeErrno } from './errnos.ts';
import { Hresult } from './hresult.ts';
import { isDenied, isSystemError, systemCode, systemFailure } from './systemErrors.ts';

/**
 * Makes sure that a folder is there, and that this user may make files in it. Windows tells that only when one is made.
 * @param what What cannot be done without it, such as `Cannot split "/a.wim"`.
 * @throws DismError ERROR_PATH_NOT_FOUND: there is no such folder. E_ACCESSDENIED, ERROR_WRITE_PROTECT: nothing can be made in it.
 */
export function requireWritableFolder(folder: string, what: string): void {
  try {
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
      throw new DismError(Hresult.ERROR_PATH_NOT_FOUND, `${what}: the folder "${folder}" does not exist`, { target: folder });
    }
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    if (!isSystemError(error)) { throw error; }
    if (!isDenied(error)) { throw systemFailure(error, what, ''); }
    const { hresult, reason, hint } = describeErrno(systemCode(error), error.syscall);
    throw new DismError(hresult, error.code === 'EACCES' ? `${what}: you may not write to the folder "${folder}"` : `${what}: nothing can be written to the folder "${folder}": ${reason}`, {
      target: folder, hint, cause: error,
    });
  }
}
