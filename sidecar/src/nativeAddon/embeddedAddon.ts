/** The koffi.node that the single-file executable carries: put on the disk where nobody else can change it, checked, loaded. */
import { getRawAsset } from 'node:sea';
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';
import { isSystemError, systemFailure } from '../systemErrors.ts';
import { UnsafePathError, withPrivateFile } from './privateFile.ts';
import { privateLocation } from './privateLocation.ts';

/** Name of the asset in the executable, and of the file on the disk. */
const addonName = 'koffi.node';

/**
 * Extracts the embedded addon where that is needed and calls `use` with the path to load.
 * @throws DismError ERROR_MOD_NOT_FOUND: there is no folder that only this user can write. Others: as the system says.
 */
export function withEmbeddedAddon<T>(sha256: string, use: (path: string) => T): T {
  try {
    const { base, below } = privateLocation();
    const content = () => new Uint8Array(getRawAsset(addonName));
    return withPrivateFile({ base, below: [...below, 'addon', sha256], name: addonName, sha256, content }, use);
  } catch (error) {
    if (error instanceof DismError) { throw error; }
    if (isSystemError(error)) { throw systemFailure(error, `Cannot extract the native library "${addonName}"`, ''); }
    const unsafePath = error instanceof UnsafePathError ? error.path : undefined;
    throw new DismError(Hresult.ERROR_MOD_NOT_FOUND, `Cannot extract the native library "${addonName}": ${(error as Error).message}`, {
      hint: unsafePath === undefined
        ? 'Make sure that this user can write the folder, and that its volume has space and lets programs run'
        : `Remove "${unsafePath}", or make it a folder of this user which nobody else can write`,
      target: unsafePath,
      cause: error,
    });
  }
}
