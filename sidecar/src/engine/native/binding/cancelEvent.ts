/** The Win32 event that tells a running call to stop. */
import { DismError } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import { loadLibrary, type BoundFunction } from './nativeLibrary.ts';

/** A manual-reset event, not signalled at first. */
export interface CancelEvent {
  /** HANDLE. */
  readonly handle: bigint;
  /** SetEvent. */
  signal(): void;
  /** CloseHandle. The call that was given the handle must have returned. */
  close(): void;
}

/** The functions of kernel32.dll that make and set events. All of them return at once, so they are called synchronously. */
export class EventFactory {
  readonly #createEvent: BoundFunction;
  readonly #setEvent: BoundFunction;
  readonly #closeHandle: BoundFunction;

  /**
   * `libraryPath`: absolute path of kernel32.dll, or of a library with functions of the same names and arguments.
   * structs() must have been called before, for it names the types.
   * @throws DismError E_INVALIDARG, ERROR_MOD_NOT_FOUND: as loadLibrary().
   */
  constructor(libraryPath: string) {
    const library = loadLibrary(libraryPath);
    this.#createEvent = library.func('HANDLE __stdcall CreateEventW(PVOID lpEventAttributes, BOOL bManualReset, BOOL bInitialState, PCWSTR lpName)');
    this.#setEvent = library.func('BOOL __stdcall SetEvent(HANDLE hEvent)');
    this.#closeHandle = library.func('BOOL __stdcall CloseHandle(HANDLE hObject)');
  }

  /**
   * Makes an event without a name.
   * @throws DismError E_OUTOFMEMORY: the system has no more handles to give.
   */
  create(): CancelEvent {
    const handle = this.#createEvent(null, 1, 0, null) as bigint | null;
    if (handle === null) {
      throw new DismError(Hresult.E_OUTOFMEMORY, 'Cannot create the event that cancels an operation');
    }
    return {
      handle,
      signal: () => { this.#setEvent(handle); },
      close: () => { this.#closeHandle(handle); },
    };
  }
}
