/** The koffi.node that the single-file executable carries: put on the disk where nobody else can change it, checked, loaded. */
import { getRawAsset } from 'node:sea';
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';
import { isSystemError, messageOf, systemFailure } from '../systemErrors.ts';
import { UnsafePathError, withPrivateFile, withTemporaryFile } from './privateFile.ts';
import { privateLocations } from './privateLocation.ts';

/** Name of the asset in the executable, and of the file on the disk. */
const addonName = 'koffi.node';

/**
 * Extracts the embedded addon where that is needed and calls `use` with the path to load. Where the first folder cannot be
 * written, or lets no programs run, the next one does.
 * @throws DismError ERROR_MOD_NOT_FOUND: there is no folder that only this user can write. Others: as the system says.
 */
export function withEmbeddedAddon<T>(sha256: string, use: (path: string) => T): T {
  const content = () => new Uint8Array(getRawAsset(addonName));
  const failures: unknown[] = [];
  for (const { base, below } of privateLocations()) {
    try {
      return withPrivateFile({ base, below: [...below, 'addon', sha256], name: addonName, sha256, content }, use);
    } catch (error) {
      failures.push(error);
    }
  }
  if (process.platform === 'linux') {
    try {
      return withTemporaryFile(content, use);
    } catch (error) {
      failures.push(error);
    }
  }
  throw extractionError(failures[0], failures.slice(1).map((one) => messageOf(one)));
}

/** What kept the best folder from being used, which is what the user can do something about. */
function extractionError(error: unknown, others: readonly string[]): unknown {
  if (error instanceof DismError) { return error; }
  const also = others.length === 0 ? '' : `; nor elsewhere: ${[...new Set(others)].join('; ')}`;
  if (isSystemError(error)) { return systemFailure(error, `Cannot extract the native library "${addonName}"${also}`, ''); }
  const unsafePath = error instanceof UnsafePathError ? error.path : undefined;
  return new DismError(Hresult.ERROR_MOD_NOT_FOUND, `Cannot extract the native library "${addonName}": ${messageOf(error)}${also}`, {
    hint: unsafePath === undefined
      ? 'Make sure that this user can write the folder, and that its volume has space and lets programs run'
      : `Remove "${unsafePath}", or make it a folder of this user which nobody else can write`,
    target: unsafePath,
    cause: error,
  });
}
