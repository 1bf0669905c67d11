/** One DismApi library: opened by its absolute path, its exports bound by name when they are first needed. */
import { UnsupportedError } from '../../../errors.ts';
import type { LibraryHandle } from '../../../nativeAddon/koffi.ts';
import { exportsFunction, loadLibrary, type BoundFunction } from './nativeLibrary.ts';
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

/**
 * Declares an exported function; `parameters` as in dismapi.h. `alternative` is another name of the same function in other versions.
 * Nothing is loaded by this.
 */
export function nativeFunction(name: string, parameters: string, alternative?: string): NativeFunction {
  return { names: alternative === undefined ? [name] : [name, alternative], parameters };
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
    return exportsFunction(this.#handle, name);
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
