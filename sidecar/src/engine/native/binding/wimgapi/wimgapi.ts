/** wimgapi.dll: the functions on image files that DismTs uses, typed. */
import { wimFileFunctions, type WimFileFunctions } from './files.ts';
import { wimImageFunctions, type WimImageFunctions } from './images.ts';
import { WimLibrary, type WimLibraries } from './wimLibrary.ts';

export type { WimFileInfo, WimListener } from './messages.ts';
export type { WimHandle, WimLibraries } from './wimLibrary.ts';

/**
 * The functions of wimgapi.dll. Each runs on the pool's one thread while the event loop goes on, for its messages come from threads of the library and are
 * answered here. Nothing that the library allocates is left when a promise settles; handles are the caller's.
 *
 * Every function also throws
 * - UnsupportedError: the library does not export it;
 * - CancelledError: its messages were answered with an abort, because the listener's signal is aborted;
 * - DismError E_INVALIDARG: a string has a NUL in it; the call is not made then;
 * - WimgapiError: it failed with another last error.
 */
export interface WimgApi extends WimFileFunctions, WimImageFunctions {
  /** Where it was loaded from. */
  readonly libraryPath: string;
}

/**
 * Opens a wimgapi library; once in a process, which is to be started with UV_THREADPOOL_SIZE=1, so that calls come one after the other.
 * @throws DismError ERROR_MOD_NOT_FOUND: a library or one that it needs is missing, or cannot be loaded into this process.
 */
export function openWimgApi(libraries: WimLibraries): WimgApi {
  const library = new WimLibrary(libraries);
  return { libraryPath: library.path, ...wimFileFunctions(library), ...wimImageFunctions(library) };
}
