/** The one way in which functions of the DISM API are called: one after the other, on the pool's thread, with nothing left allocated. */
import { CancelledError, DismError } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import { callAsync, type AddressSlot } from './asyncCall.ts';
import { EventFactory, type CancelEvent } from './cancelEvent.ts';
import { DismLibrary, nativeFunction, type NativeFunction } from './dismLibrary.ts';
import type { BoundFunction } from './nativeLibrary.ts';
import { hintFor } from './hints.ts';
import { takeLastErrorMessage } from './lastError.ts';
import { classify, type CallOutcome, type CallResult } from './outcome.ts';
import { ProgressRelay, type ProgressListener } from './progress.ts';
import { failureMessage } from './text.ts';

/** What the functions with progress accept beside their own arguments. */
export interface CallOptions {
  /** Its abort sets the call's CancelEvent. Aborted before the call begins, the call is not made at all. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ProgressListener | undefined;
}

/** CancelEvent, Progress and UserData: the arguments that the header always lists together. */
export type ProgressArguments = readonly [cancelEvent: bigint | null, progress: ((current: number, total: number) => void) | null, userData: null];

/** One call to make. */
export interface NativeCall {
  readonly function: NativeFunction;
  /** A list, or for functions with progress one made of the three arguments that stand for it. */
  readonly arguments: readonly unknown[] | ((progress: ProgressArguments) => readonly unknown[]);
  /** What cannot be done when this fails, such as `Cannot mount "C:\a.wim"`. */
  readonly action: string;
  /** The name or path at fault, for the error. */
  readonly target?: string | undefined;
  readonly options?: CallOptions | undefined;
  /** Arguments that no message may contain. */
  readonly secrets?: readonly string[];
  /** It opens or mounts an image. */
  readonly opensImage?: true;
  /** False: the text of the last error is not of this function. */
  readonly setsLastError?: false;
}

/** A call that returns something. */
export interface ReadingCall<T> extends NativeCall {
  /** The slots among the arguments whose addresses are to be freed. */
  readonly results: readonly AddressSlot[];
  /** Copies everything out of the slots. */
  readonly read: () => T;
}

const DismDelete = nativeFunction('DismDelete', 'PVOID DismStructure');

/** The libraries that calls go to. */
export interface CallerLibraries {
  /** Absolute path of DismApi.dll. */
  readonly libraryPath: string;
  /** Absolute path of kernel32.dll, or of a library with CreateEventW, SetEvent and CloseHandle. */
  readonly eventsLibraryPath: string;
}

/** Calls functions of one library. */
export class Caller {
  readonly library: DismLibrary;
  readonly #events: EventFactory;
  /** Settles, never rejects, when the last call so far is over. */
  #last: Promise<unknown> = Promise.resolve();

  /**
   * @throws Error: the process was not started with UV_THREADPOOL_SIZE=1. The DISM API keeps the text of the last error per thread.
   * @throws DismError E_INVALIDARG, ERROR_MOD_NOT_FOUND: a library cannot be loaded.
   */
  constructor({ libraryPath, eventsLibraryPath }: CallerLibraries) {
    if (process.env['UV_THREADPOOL_SIZE'] !== '1') {
      throw new Error('a process that calls the DISM API must be started with UV_THREADPOOL_SIZE=1');
    }
    this.library = new DismLibrary(libraryPath);
    this.#events = new EventFactory(eventsLibraryPath);
  }

  /**
   * Makes a call that returns nothing but its outcome.
   * @throws UnsupportedError: the library does not export the function.
   * @throws CancelledError: the call was cancelled, or its signal aborted before it began.
   * @throws DismError: it failed.
   */
  async run(call: NativeCall): Promise<CallOutcome> {
    const { hresult, restartNeeded, reloadSession } = await this.read({ ...call, results: [], read: () => undefined });
    return { hresult, restartNeeded, reloadSession };
  }

  /**
   * Makes a call that returns something, and frees it.
   * @throws UnsupportedError, CancelledError, DismError: as run().
   */
  read<T>(call: ReadingCall<T>): Promise<CallResult<T>> {
    const result = this.#last.then(() => this.#perform(call));
    // Not catch(): the chain would keep the result until the next call.
    this.#last = result.then(() => undefined, () => undefined);
    return result;
  }

  async #perform<T>(call: ReadingCall<T>): Promise<CallResult<T>> {
    const bound = this.library.bind(call.function, call.action);
    const code = await this.#callWithProgress(bound, call);
    const outcome = classify(code, call.function.parameters.startsWith('DismSession '));
    if (outcome === 'cancelled' || outcome === 'failed') {
      const error = await this.#failure(call, code, outcome);
      // A bare 1223 is no failure to the function itself, so its results are there. Those of a failure are not to be looked at.
      if (code >= 0) { await this.#free(call.results); }
      throw error;
    }
    try {
      return { ...outcome, value: call.read() };
    } finally {
      await this.#free(call.results);
    }
  }

  /** Calls with an event to cancel it and a progress callback, both of which live exactly as long as the call. */
  async #callWithProgress(bound: BoundFunction, call: NativeCall): Promise<number> {
    const { signal, onProgress } = call.options ?? {};
    if (signal?.aborted === true) { throw new CancelledError(call.function.names[0]); }
    if (typeof call.arguments !== 'function') {
      return callAsync(bound, checkedArguments(call, call.arguments));
    }
    const relay = onProgress === undefined ? undefined : new ProgressRelay(onProgress);
    const event: CancelEvent | undefined = signal === undefined ? undefined : this.#events.create();
    const cancel = (): void => { event?.signal(); };
    signal?.addEventListener('abort', cancel);
    try {
      return await callAsync(bound, checkedArguments(call, call.arguments([event?.handle ?? null, relay?.callback ?? null, null])));
    } finally {
      signal?.removeEventListener('abort', cancel);
      event?.close();
      relay?.flush();
    }
  }

  async #failure(call: NativeCall, code: number, kind: 'cancelled' | 'failed'): Promise<DismError> {
    // A bare 1223 leaves the text of an earlier failure, and without DismInitialize no text may be asked for.
    const hasText = code < 0 && call.setsLastError !== false && code >>> 0 !== Hresult.DISMAPI_E_DISMAPI_NOT_INITIALIZED;
    const windowsText = hasText ? await takeLastErrorMessage(this.library, (address) => this.#free([[address]])) : '';
    const message = failureMessage({ action: call.action, hresult: code, windowsText, secrets: call.secrets ?? [] });
    const hint = hintFor({ hresult: code, message, opensImage: call.opensImage === true, functionName: call.function.names[0], target: call.target });
    const error = new DismError(code, message, { target: call.target, hint });
    return kind === 'cancelled' ? new CancelledError(call.function.names[0], { target: call.target, cause: error }) : error;
  }

  /** Frees what results point to. A DismDelete that fails leaves nothing that could be done better. */
  async #free(results: readonly AddressSlot[]): Promise<void> {
    const bound = this.library.bind(DismDelete, 'Cannot free a result');
    for (const [address] of results) {
      if (address !== null) { await callAsync(bound, [address]); }
    }
  }
}

/** A NUL would end a string early: what is then named is not what was checked. */
function checkedArguments(call: NativeCall, values: readonly unknown[]): readonly unknown[] {
  if (values.flat().some((value) => typeof value === 'string' && value.includes('\0'))) {
    throw new DismError(Hresult.E_INVALIDARG, `${call.action}: an argument contains the character NUL`, { target: call.target });
  }
  return values;
}
