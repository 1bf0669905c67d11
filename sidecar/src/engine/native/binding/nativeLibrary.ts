/** Libraries of Windows: loaded by an absolute path, asked for what they export. */
import { isAbsolute } from 'node:path';
import { DismError } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import { loadKoffi, type LibraryHandle } from '../../../nativeAddon/koffi.ts';

/** A bound function. Its `async` member runs it on a thread of the pool. */
export type BoundFunction = ReturnType<LibraryHandle['func']>;

/**
 * Loads a library by an absolute path.
 * @throws DismError E_INVALIDARG: the path is not absolute.
 * @throws DismError ERROR_MOD_NOT_FOUND: the library or one that it needs is missing, or cannot be loaded into this process.
 */
export function loadLibrary(path: string): LibraryHandle {
  // A path like \folder is absolute to Node, but on which drive depends on the current folder.
  if (!isAbsolute(path) || (process.platform === 'win32' && !/^(?:[A-Za-z]:[\\/]|[\\/]{2})/.test(path))) {
    throw new DismError(Hresult.E_INVALIDARG, `Cannot load "${path}": the path is not absolute`, { target: path });
  }
  try {
    return loadKoffi().load(path);
  } catch (error) {
    throw new DismError(Hresult.ERROR_MOD_NOT_FOUND, `Cannot load "${path}": ${(error as Error).message}`, { target: path, cause: error });
  }
}

/** Whether a library exports a function of that name; case matters. */
export function exportsFunction(library: LibraryHandle, name: string): boolean {
  try {
    library.symbol(name);
    return true;
  } catch {
    return false;
  }
}
