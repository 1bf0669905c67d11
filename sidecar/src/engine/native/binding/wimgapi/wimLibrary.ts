/** One wimgapi library: opened by its absolute path, its functions bound when they are first needed, called on the pool's thread. */
import { CancelledError, DismError, UnsupportedError } from '../../../../errors.ts';
import { describeHresult, Hresult, hresultFromWin32 } from '../../../../hresult.ts';
import { loadKoffi, type LibraryHandle } from '../../../../nativeAddon/koffi.ts';
import { exportsFunction, loadLibrary, type BoundFunction } from '../nativeLibrary.ts';
import { structs } from '../structs.ts';
import { WinError } from './constants.ts';
import type { MessageRelay } from './messages.ts';

/** A file, an image, or a file of an image that is open. Never 0. */
export type WimHandle = bigint;

/** A function of the library, not bound yet. */
export interface WimFunction {
  readonly name: string;
  /** HANDLE: NULL is failure. BOOL: 0 is. DWORD: the number `failure`, where there is one. */
  readonly result: 'HANDLE' | 'BOOL' | 'DWORD';
  /** In C, without the parentheses. */
  readonly parameters: string;
}

/** Declares an exported function; `parameters` as in wimgapi.h. Nothing is loaded by this. */
export function wimFunction(result: WimFunction['result'], name: string, parameters: string): WimFunction {
  return { name, result, parameters };
}

/** One call to make. */
export interface WimCall {
  readonly function: WimFunction;
  readonly arguments: readonly unknown[];
  /** What cannot be done when this fails, such as `Cannot apply "C:\a.wim"`. */
  readonly action: string;
  /** The name or path at fault, for the error. */
  readonly target?: string | undefined;
  /** Of the file that the function works on, where it sends messages. */
  readonly messages?: MessageRelay | undefined;
  /** Results of a DWORD function that mean failure. Where 0 is, a last error of 0 makes it a success. */
  readonly failure?: number | undefined;
}

/** The libraries that calls go to. */
export interface WimLibraries {
  /** Absolute path of wimgapi.dll. */
  readonly libraryPath: string;
  /** Absolute path of kernel32.dll, or of a library with GetLastError and LocalFree. */
  readonly kernelLibraryPath: string;
}

/** A failure of wimgapi.dll, with its number. */
export class WimgapiError extends DismError {
  /** What GetLastError said. */
  readonly lastError: number;

  constructor(lastError: number, message: string, options: { readonly target?: string | undefined; readonly hint?: string | undefined }) {
    super(hresultOf(lastError), message, options);
    this.lastError = lastError;
  }
}

/** A code of Win32 as HRESULT; wimgapi.dll also sets HRESULTs of its own (0xC142....) as last errors. */
function hresultOf(lastError: number): number {
  if (lastError === 0) { return Hresult.E_FAIL; }
  return lastError <= 0xFFFF ? hresultFromWin32(lastError) : lastError;
}

/** A loaded library. It stays loaded for as long as the process lives. */
export class WimLibrary {
  readonly path: string;
  readonly #handle: LibraryHandle;
  readonly #bound = new Map<WimFunction, BoundFunction>();
  readonly #getLastError: BoundFunction;
  readonly #localFree: BoundFunction;

  /** @throws DismError E_INVALIDARG, ERROR_MOD_NOT_FOUND: as loadLibrary(). */
  constructor({ libraryPath, kernelLibraryPath }: WimLibraries) {
    this.path = libraryPath;
    this.#handle = loadLibrary(libraryPath);
    structs();
    const kernel = loadLibrary(kernelLibraryPath);
    this.#getLastError = kernel.func('DWORD __stdcall GetLastError()');
    this.#localFree = kernel.func('PVOID __stdcall LocalFree(PVOID hMem)');
  }

  /**
   * Makes a call; gives what the function returned. Other calls must not run meanwhile.
   * @throws UnsupportedError: the library does not export the function.
   * @throws CancelledError: an answer to a message aborted it, because of the signal.
   * @throws WimgapiError: it failed.
   * @throws DismError E_INVALIDARG: a string has a NUL in it.
   */
  async call(call: WimCall): Promise<unknown> {
    const bound = this.#bind(call);
    requireNoNul(call);
    const { result, lastError } = await new Promise<{ result: unknown; lastError: number }>((resolve, reject) => {
      bound.async(...call.arguments, (error: Error | null, value: unknown) => {
        if (error !== null) {
          reject(error);
          return;
        }
        // koffi takes the last error on the thread of the call right after the function, and it is what this thread sees in here. A call of
        // GetLastError on the pool's thread would come when Node.js had used that for something else.
        resolve({ result: value, lastError: failed(call, value) ? this.#getLastError() as number : 0 });
      });
    });
    const problem = call.messages?.takeProblem();
    if (problem !== undefined) { throw problem as Error; }
    if (!failed(call, result) || (call.failure === 0 && lastError === 0)) { return result; }
    throw this.#failure(call, lastError);
  }

  /** Gives back what a function allocated. */
  free(block: bigint): void {
    this.#localFree(block);
  }

  #bind({ function: native, action }: WimCall): BoundFunction {
    let bound = this.#bound.get(native);
    if (bound === undefined) {
      if (!exportsFunction(this.#handle, native.name)) {
        throw new UnsupportedError(`${action}: not supported by this wimgapi.dll ("${this.path}"), which does not export "${native.name}"`, {
          target: native.name, hint: 'It needs a newer Windows.',
        });
      }
      bound = this.#handle.func(`${native.result} __stdcall ${native.name}(${native.parameters})`);
      this.#bound.set(native, bound);
    }
    return bound;
  }

  #failure(call: WimCall, lastError: number): DismError {
    if ((lastError === WinError.RequestAborted || lastError === WinError.Cancelled) && call.messages?.aborted === true) {
      return new CancelledError(call.function.name, { target: call.target });
    }
    const trouble = call.messages?.takeTrouble(lastError);
    const { known, meaning, hint } = describeHresult(hresultOf(lastError));
    const reason = known ? meaning.replace(/^(?!Windows|DismTs)[A-Z](?=[a-z]* )/, (letter) => letter.toLowerCase()) : meaning;
    return new WimgapiError(lastError, `${call.action}: ${reason}${trouble === undefined ? '' : ` ("${trouble}")`}`, {
      target: trouble ?? call.target, hint: hint === '' ? undefined : hint,
    });
  }
}

function failed({ function: { result: kind }, failure }: WimCall, value: unknown): boolean {
  switch (kind) {
    case 'HANDLE': return value === null;
    case 'BOOL': return value === 0;
    case 'DWORD': return value === failure;
  }
}

/** A NUL would end a string early: what is then named is not what was checked. */
function requireNoNul({ action, target, arguments: values }: WimCall): void {
  if (values.some((value) => typeof value === 'string' && value.includes('\0'))) {
    throw new DismError(Hresult.E_INVALIDARG, `${action}: an argument contains the character NUL`, { target });
  }
}

/** Reads memory that a function gave. */
export function bytesAt(address: bigint, length: number): Buffer {
  return Buffer.from(Buffer.from(loadKoffi().view(address, length)));
}
