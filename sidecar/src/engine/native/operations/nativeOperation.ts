/** What one operation on the DISM API works with. */
import type { ImageResult, ProgressPhase } from '@dismts/protocol';
import { CancelledError, DismError } from '../../../errors.ts';
import type { OperationContext } from '../../../operationContext.ts';
import type { CallOptions, CallOutcome, CallResult, DismApi, DismSession } from '../binding/dismApi.ts';
import type { ImageFileLibraries } from '../api/imageFileLibraries.ts';
import { progressPosition } from '../binding/progress.ts';
import type { ReadyApi } from '../api/apiState.ts';
import { defaultWindowsDirectory, type ImageReference, type Sessions } from '../api/sessions.ts';

/** Lives as long as the operation does. */
export class NativeOperation {
  readonly context: OperationContext;
  readonly api: DismApi;
  /** Sentences for the user. */
  readonly warnings: string[];
  /** What works on image files, loaded when it is first needed. */
  readonly libraries: ImageFileLibraries;
  readonly #sessions: Sessions;
  #restartNeeded = false;
  /** True while something is read that belongs to a change which is done. */
  #afterChange = false;
  #shown: { readonly phase: ProgressPhase; readonly fraction: number } | undefined;

  constructor(context: OperationContext, { api, sessions, libraries, warnings }: ReadyApi) {
    this.context = context;
    this.api = api;
    this.libraries = libraries;
    this.#sessions = sessions;
    this.warnings = [...warnings];
  }

  /**
   * To be called before each step of an operation that can stop there.
   * @param done How far the operation came, where that is not nothing, such as `1 of 3 drivers had been added`.
   * @throws CancelledError
   */
  throwIfCancelled(done = ''): void {
    if (this.context.signal.aborted && !this.#afterChange) { throw new CancelledError(this.context.operation, {}, done); }
  }

  /** What functions with progress are called with. */
  options(phase: ProgressPhase): CallOptions {
    return {
      signal: this.context.signal,
      onProgress: (current, total) => {
        const position = progressPosition(current, total);
        this.progress(phase, position.current, position.total);
      },
    };
  }

  /** Options for one of several calls, whose progress is a part of that of all. */
  optionsFor(phase: ProgressPhase, index: number, count: number): CallOptions {
    return {
      ...this.options(phase),
      onProgress: (current, total) => {
        const position = progressPosition(current, total);
        if (position.total > 0) { this.progress(phase, index * position.total + position.current, count * position.total); }
      },
    };
  }

  /** Reports progress. Within a phase it never goes back, which the numbers of the API do where one call has several steps. */
  progress(phase: ProgressPhase, current: number, total: number, unit?: 'bytes'): void {
    const fraction = total === 0 ? 0 : current / total;
    if (this.#shown?.phase === phase && fraction < this.#shown.fraction) { return; }
    this.#shown = { phase, fraction };
    this.context.progress(phase, current, total, unit);
  }

  /** Reads something of an image. */
  async read<T>(image: ImageReference, call: (session: DismSession) => Promise<CallResult<T>>): Promise<T> {
    this.throwIfCancelled();
    return this.remember(await this.#sessions.use(image, true, call)).value;
  }

  /** Changes something in an image. */
  async change(image: ImageReference, call: (session: DismSession) => Promise<CallOutcome>): Promise<CallOutcome> {
    this.throwIfCancelled();
    return this.remember(await this.#sessions.use(image, false, call));
  }

  /** Changes something in an image, and gives what the call says about it. */
  async changeAndRead<T>(image: ImageReference, call: (session: DismSession) => Promise<CallResult<T>>): Promise<T> {
    this.throwIfCancelled();
    return this.remember(await this.#sessions.use(image, false, call)).value;
  }

  /** Opens a session on an image, which shows that it can be serviced. */
  async open(image: ImageReference): Promise<void> {
    await this.read(image, () => Promise.resolve({ hresult: 0, restartNeeded: false, reloadSession: false, value: undefined }));
  }

  /** Makes a call that needs no session. */
  async call<T extends CallOutcome>(call: () => Promise<T>): Promise<T> {
    this.throwIfCancelled();
    try {
      return this.remember(await call());
    } catch (error) {
      this.#sessions.notice(error);
      throw error;
    }
  }

  /** True once a call said that its session is gone for good: every other would only say so again. */
  get dead(): boolean {
    return this.#sessions.dead;
  }

  /**
   * Reads what belongs to a change that is done: a cancel comes too late for it, and where it fails the change has succeeded all the same.
   * Undefined then, with a warning.
   * @param consequence What cannot be told without it, such as `The new name of the driver cannot be told`.
   */
  async optional<T>(read: () => Promise<T>, consequence: string): Promise<T | undefined> {
    this.#afterChange = true;
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof DismError)) { throw error; }
      this.context.log.warning(error.message);
      this.warnings.push(`${consequence}: ${error.message}`);
      return undefined;
    } finally {
      this.#afterChange = false;
    }
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
