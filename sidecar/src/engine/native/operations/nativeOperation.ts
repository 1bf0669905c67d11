/** What one operation on the DISM API works with. */
import type { ImageResult, ProgressPhase } from '@dismts/protocol';
import { CancelledError } from '../../../errors.ts';
import type { OperationContext } from '../../../operationContext.ts';
import type { CallOptions, CallOutcome, CallResult, DismApi, DismSession } from '../binding/dismApi.ts';
import { progressPosition } from '../binding/progress.ts';
import { explained } from '../process/hints.ts';
import { defaultWindowsDirectory, type ImageReference, type Sessions } from '../process/sessions.ts';

/** Lives as long as the operation does. */
export class NativeOperation {
  readonly context: OperationContext;
  readonly api: DismApi;
  /** Sentences for the user. */
  readonly warnings: string[];
  readonly #sessions: Sessions;
  #restartNeeded = false;

  constructor(context: OperationContext, api: DismApi, sessions: Sessions, warnings: readonly string[]) {
    this.context = context;
    this.api = api;
    this.#sessions = sessions;
    this.warnings = [...warnings];
  }

  /**
   * To be called before each step of an operation that can stop there.
   * @throws CancelledError
   */
  throwIfCancelled(): void {
    if (this.context.signal.aborted) { throw new CancelledError(this.context.operation); }
  }

  /** What functions with progress are called with. */
  options(phase: ProgressPhase): CallOptions {
    return {
      signal: this.context.signal,
      onProgress: (current, total) => {
        const position = progressPosition(current, total);
        this.context.progress(phase, position.current, position.total);
      },
    };
  }

  /** Reads something of an image. */
  async read<T>(image: ImageReference, call: (session: DismSession) => Promise<CallResult<T>>): Promise<T> {
    this.throwIfCancelled();
    return this.remember(await explained(() => this.#sessions.use(image, true, call))).value;
  }

  /** Changes something in an image. */
  async change(image: ImageReference, call: (session: DismSession) => Promise<CallOutcome>): Promise<void> {
    this.throwIfCancelled();
    this.remember(await explained(() => this.#sessions.use(image, false, call)));
  }

  /** Changes something in an image, and gives what the call says about it. */
  async changeAndRead<T>(image: ImageReference, call: (session: DismSession) => Promise<CallResult<T>>): Promise<T> {
    this.throwIfCancelled();
    return this.remember(await explained(() => this.#sessions.use(image, false, call))).value;
  }

  /** Opens a session on an image, which shows that it can be serviced. */
  async open(image: ImageReference): Promise<void> {
    await this.read(image, () => Promise.resolve({ hresult: 0, restartNeeded: false, reloadSession: false, value: undefined }));
  }

  /** Makes a call that needs no session. */
  async call<T extends CallOutcome>(call: () => Promise<T>): Promise<T> {
    this.throwIfCancelled();
    return this.remember(await explained(call));
  }

  /** Closes the sessions on an image that is to be mounted, unmounted or remounted. */
  async closeSessions(path: string): Promise<void> {
    await this.#sessions.closeOn(path);
  }

  /** A restart that one call of several needs is needed by all of the operation. */
  remember<T extends CallOutcome>(outcome: T): T {
    this.#restartNeeded ||= outcome.restartNeeded;
    return outcome;
  }

  /** The in-box ImageObject. The server adds the path of the log. */
  imageResult({ path, windowsDirectory, systemDrive }: ImageReference): ImageResult {
    return {
      ...this.mountResult(path ?? ''), online: path === undefined,
      winPath: path === undefined ? defaultWindowsDirectory : windowsDirectory ?? defaultWindowsDirectory, sysDrivePath: path === undefined ? '' : systemDrive ?? '',
    };
  }

  /** The in-box ImageObject of what opens no session. */
  mountResult(path: string): ImageResult {
    return {
      path, online: false, winPath: '', sysDrivePath: '', restartNeeded: this.#restartNeeded, logPath: '',
      scratchDirectory: this.context.scratchDirectory, logLevel: this.context.log.level, warnings: [...this.warnings],
    };
  }
}
