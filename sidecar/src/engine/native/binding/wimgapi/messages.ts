/** The messages of wimgapi.dll: one callback for each open file, which asks whoever has a call running. */
import { loadKoffi, type Koffi } from '../../../../nativeAddon/koffi.ts';
import {
  FILE_ATTRIBUTE_DIRECTORY, FILE_ATTRIBUTE_REPARSE_POINT, WIM_MSG_ABORT_IMAGE, WIM_MSG_SUCCESS, WimMessage,
} from './constants.ts';

/** A path of an image, as WIM_MSG_FILEINFO tells it. */
export interface WimFileInfo {
  /** Without the `\` that folders end with. */
  readonly path: string;
  readonly isFolder: boolean;
  readonly isReparsePoint: boolean;
  readonly size: number;
}

/** What a call wants to hear. All of it comes while the call runs, from whatever thread of the library; what throws aborts the call. */
export interface WimListener {
  /** Aborted: the next message is answered with an abort. */
  readonly signal?: AbortSignal | undefined;
  /** From 0 to 100. */
  readonly onProgress?: ((percent: number) => void) | undefined;
  /** Files or folders found so far. */
  readonly onScanned?: ((count: number) => void) | undefined;
  /** Whether a path is captured or applied. Asked more than once for a path. */
  readonly includes?: ((path: string) => boolean) | undefined;
  /** Whether a file is stored as it is. */
  readonly storesUncompressed?: ((path: string) => boolean) | undefined;
  readonly onFile?: ((info: WimFileInfo) => void) | undefined;
  /** Something that the library goes on after; `code` is a last error. */
  readonly onTrouble?: ((kind: 'retry' | 'warning' | 'info', path: string, code: number) => void) | undefined;
}

const prototypeName = 'WIMMessageCallback';
let prototype: ReturnType<Koffi['proto']> | undefined;

/** Receives the messages of one file for as long as it is open. */
export class MessageRelay {
  /** Address of the callback, for the library. */
  readonly pointer: bigint;
  readonly #koffi = loadKoffi();
  #listener: WimListener | undefined;
  #aborted = false;
  #problem: unknown;
  /** Paths that WIM_MSG_ERROR named, by their codes. */
  readonly #troubles = new Map<number, string>();

  constructor() {
    prototype ??= this.#koffi.proto(`uint32_t __stdcall ${prototypeName}(uint32_t dwMessageId, void *wParam, void *lParam, void *pvUserData)`);
    this.pointer = this.#koffi.register((message: number, first: bigint | null, second: bigint | null) => this.#receive(message, first, second),
      this.#koffi.pointer(prototype));
  }

  /** True once a message was answered with an abort: so are all that come after it. */
  get aborted(): boolean {
    return this.#aborted;
  }

  /** Lets a call hear its messages. */
  async during<T>(listener: WimListener, call: () => Promise<T>): Promise<T> {
    this.#listener = listener;
    this.#troubles.clear();
    this.#problem = undefined;
    this.#aborted = false;
    try {
      return await call();
    } finally {
      this.#listener = undefined;
    }
  }

  /** What a listener threw, once. */
  takeProblem(): unknown {
    const problem = this.#problem;
    this.#problem = undefined;
    return problem;
  }

  /** The path that a call failed at. */
  takeTrouble(lastError: number): string | undefined {
    return this.#troubles.get(lastError);
  }

  /** To be called when the library no longer has the callback. */
  close(): void {
    this.#koffi.unregister(this.pointer);
  }

  /** Nothing may leave this by an exception: the library would not see it. */
  #receive(message: number, first: bigint | null, second: bigint | null): number {
    if (this.#aborted) { return WIM_MSG_ABORT_IMAGE; }
    const listener = this.#listener;
    // A late one of a thread of the library.
    if (listener === undefined) { return WIM_MSG_SUCCESS; }
    if (listener.signal?.aborted === true) { return this.#abort(); }
    try {
      this.#tell(listener, message, first, second);
      return WIM_MSG_SUCCESS;
    } catch (error) {
      this.#problem = error;
      return this.#abort();
    }
  }

  #abort(): number {
    this.#aborted = true;
    return WIM_MSG_ABORT_IMAGE;
  }

  #tell(listener: WimListener, message: number, first: bigint | null, second: bigint | null): void {
    switch (message) {
      case WimMessage.Progress: listener.onProgress?.(Math.min(Number(first ?? 0n), 100)); break;
      case WimMessage.Scanning: listener.onScanned?.(Number(second ?? 0n)); break;
      case WimMessage.Process: this.#decide(listener.includes, first, second); break;
      // What is not to be compressed is answered with 0 as well.
      case WimMessage.Compress: this.#decide(negated(listener.storesUncompressed), first, second); break;
      case WimMessage.FileInfo: this.#tellFile(listener, first, second); break;
      case WimMessage.Error: this.#troubles.set(Number(second ?? 0n), this.#text(first)); break;
      case WimMessage.Retry: listener.onTrouble?.('retry', this.#text(first), Number(second ?? 0n)); break;
      case WimMessage.Warning: case WimMessage.WarningObjectId: listener.onTrouble?.('warning', this.#text(first), Number(second ?? 0n)); break;
      case WimMessage.Info: listener.onTrouble?.('info', this.#text(first), Number(second ?? 0n)); break;
      default: break;
    }
  }

  /** `second` is a BOOL that is TRUE until somebody says otherwise. */
  #decide(wanted: ((path: string) => boolean) | undefined, first: bigint | null, second: bigint | null): void {
    if (wanted === undefined || first === null || second === null) { return; }
    if (!wanted(this.#text(first))) { this.#koffi.encode(second, 'int32_t', 0); }
  }

  #tellFile(listener: WimListener, first: bigint | null, second: bigint | null): void {
    if (listener.onFile === undefined || first === null || second === null) { return; }
    const number = (offset: number): number => this.#koffi.decode(second, offset, 'uint32_t') as number;
    const attributes = number(0);
    listener.onFile({
      path: this.#text(first).replace(/(?<=.)\\+$/, ''),
      isFolder: (attributes & FILE_ATTRIBUTE_DIRECTORY) !== 0, isReparsePoint: (attributes & FILE_ATTRIBUTE_REPARSE_POINT) !== 0,
      // nFileSizeHigh, nFileSizeLow of WIN32_FIND_DATAW.
      size: number(28) * 2 ** 32 + number(32),
    });
  }

  #text(address: bigint | null): string {
    return address === null ? '' : this.#koffi.decode(address, 'char16_t', -1) as string;
  }
}

function negated(decide: ((path: string) => boolean) | undefined): ((path: string) => boolean) | undefined {
  return decide === undefined ? undefined : (path) => !decide(path);
}
