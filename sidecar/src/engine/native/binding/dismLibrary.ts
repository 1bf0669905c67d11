/** One DismApi library: opened by its absolute path, its exports bound by name when they are first needed. */
import { isAbsolute } from 'node:path';
import { DismError, UnsupportedError } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import { loadKoffi, type LibraryHandle } from '../../../nativeAddon/koffi.ts';
import { structs } from './structs.ts';

/** The three parameters of all functions with progress, which the header always lists together. */
export const progressParameters = 'HANDLE CancelEvent, DISM_PROGRESS_CALLBACK *Progress, PVOID UserData';

/** A function of the library, not bound yet. */
export interface NativeFunction {
  /** Export names, in the order in which they are tried. */
  readonly names: readonly [string, ...string[]];
  /** In C, without the parentheses. */
  readonly parameters: string;
}

/** A bound function. Its `async` member runs it on a thread of the pool. */
export type BoundFunction = ReturnType<LibraryHandle['func']>;

/**
 * Declares an exported function; `parameters` as in dismapi.h. `alternative` is another name of the same function in other versions.
 * Nothing is loaded by this.
 */
export function nativeFunction(name: string, parameters: string, alternative?: string): NativeFunction {
  return { names: alternative === undefined ? [name] : [name, alternative], parameters };
}

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

/** A loaded DismApi library. It stays loaded for as long as the process lives. */
export class DismLibrary {
  readonly path: string;
  readonly #handle: LibraryHandle;
  readonly #bound = new Map<NativeFunction, BoundFunction>();

  /**
   * `path` is absolute.
   * @throws DismError E_INVALIDARG, ERROR_MOD_NOT_FOUND: as loadLibrary().
   */
  constructor(path: string) {
    this.path = path;
    this.#handle = loadLibrary(path);
    structs();
  }

  /** Whether the library exports a function of that name; case matters. */
  exports(name: string): boolean {
    try {
      this.#handle.symbol(name);
      return true;
    } catch {
      return false;
    }
  }

  /**
   * The function, ready to be called.
   * @param action What it is needed for, such as `Cannot export drivers`.
   * @throws UnsupportedError: the library exports it under none of its names.
   */
  bind(native: NativeFunction, action: string): BoundFunction {
    let bound = this.#bound.get(native);
    if (bound === undefined) {
      const name = native.names.find((candidate) => this.exports(candidate));
      if (name === undefined) {
        throw this.unsupported(native.names[0], action);
      }
      bound = this.#handle.func(`HRESULT __stdcall ${name}(${native.parameters})`);
      this.#bound.set(native, bound);
    }
    return bound;
  }

  /** The error for what this library cannot do, for want of an export. */
  unsupported(name: string, action: string): UnsupportedError {
    return new UnsupportedError(`${action}: not supported by this DismApi.dll ("${this.path}"), which does not export "${name}"`, {
      target: name, hint: 'Use the DISM of a newer Windows or of a newer ADK (-DismPath).',
    });
  }
}
