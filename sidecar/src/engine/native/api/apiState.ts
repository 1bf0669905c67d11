/** The DISM API in this process: loaded once, initialised as operations ask for it, shut down in the end. */
import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { LogLevel } from '@dismts/protocol';
import { release } from '../../../closing.ts';
import { DismError } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import { createDefaultFile, defaultLogDirectory } from '../../../log/logFolder.ts';
import { systemFolder } from '../../../platform/windows/systemFolder.ts';
import type { OperationLog } from '../../../operationContext.ts';
import { requireScratchFolder } from '../../../scratchFolder.ts';
import { DismLogLevel, type ValueOf } from '../binding/constants.ts';
import { openDismApi, type DismApi } from '../binding/dismApi.ts';
import type { InitializeParams } from '../binding/lifecycle.ts';
import { findLibraries } from '../binding/libraryLocation.ts';
import type { LibraryChoice } from '../binding/libraryPaths.ts';
import { ImageFileLibraries } from './imageFileLibraries.ts';
import { Sessions } from './sessions.ts';

const logLevels = {
  Errors: DismLogLevel.Errors,
  Warnings: DismLogLevel.ErrorsWarnings,
  WarningsInfo: DismLogLevel.ErrorsWarningsInfo,
  Debug: DismLogLevel.ErrorsWarningsInfoDebug,
} as const satisfies Record<LogLevel, ValueOf<typeof DismLogLevel>>;

/** What holds as long as the API is loaded. */
export interface ApiConfiguration extends LibraryChoice {
  /** How long an image session stays open without being used. */
  readonly sessionIdleMs: number;
}

/** What an operation asks of the API. */
export interface OperationSettings {
  /** The caller's own log file, which DISM then writes to as well; empty: none. */
  readonly logPath: string;
  readonly logLevel: LogLevel;
  /** Empty: DISM's own choice. */
  readonly scratchDirectory: string;
}

/** The API, ready to be called. */
export interface ReadyApi {
  readonly api: DismApi;
  readonly sessions: Sessions;
  readonly libraries: ImageFileLibraries;
  /** What the user should know about it. */
  readonly warnings: readonly string[];
}

/** The state of the API in an engine process. */
export class ApiState {
  readonly #configuration: ApiConfiguration;
  readonly #libraries: ImageFileLibraries;
  #api: DismApi | undefined;
  #sessions: Sessions | undefined;
  /** What it was initialised with; undefined while it is not. */
  #settings: InitializeParams | undefined;
  #warnings: readonly string[] = [];
  /** The log of this process, for operations that bring none of their own. Undefined: not made yet. */
  #ownLog: { readonly path: string | null; readonly warnings: readonly string[] } | undefined;
  #log: OperationLog | undefined;

  constructor(configuration: ApiConfiguration) {
    this.#configuration = configuration;
    this.#libraries = new ImageFileLibraries(configuration.libraries?.imageFiles);
  }

  /**
   * The log that DISM writes during an operation. Its size is that before anything of the operation is in it; undefined where it is
   * also the operation's own log.
   */
  dismLog({ logPath }: OperationSettings): { readonly path: string; readonly size: number } | undefined {
    if (logPath !== '') { return undefined; }
    this.#ownLog ??= makeOwnLog();
    const path = this.#ownLog.path ?? windowsLog();
    return path === undefined ? undefined : { path, size: sizeOf(path) };
  }

  /**
   * Loads and initialises the API; shuts it down first where it works with another log, log level or scratch folder.
   * @throws DismError ERROR_ELEVATION_REQUIRED, DISMTS_E_UNSAFE_LIBRARY, ERROR_MOD_NOT_FOUND
   */
  async ready(settings: OperationSettings, log: OperationLog): Promise<ReadyApi> {
    this.#log = log;
    requireScratchFolder(settings.scratchDirectory);
    this.#api ??= openDismApi(findLibraries(this.#configuration));
    this.#sessions ??= new Sessions(this.#api, (text) => { this.#log?.warning(text); });
    const wanted = this.#parametersFor(settings);
    if (this.#settings === undefined || !equal(this.#settings, wanted)) {
      const before = this.#settings;
      const problem = await this.#shutDown();
      const { warnings, alreadyDone } = await initialize(this.#api, wanted, log);
      // It then goes on as before.
      this.#warnings = problem !== undefined && alreadyDone ? [...warnings, ineffective(before ?? wanted, wanted, problem)] : warnings;
      this.#settings = problem !== undefined && alreadyDone ? before : wanted;
    }
    return { api: this.#api, sessions: this.#sessions, libraries: this.#libraries, warnings: [...settings.logPath === '' ? this.#ownLog?.warnings ?? [] : [], ...this.#warnings] };
  }

  /** Closes what has not been used for a while: an open session keeps other programs from unmounting the image. */
  async closeSessions(): Promise<void> {
    await this.#sessions?.closeAll();
  }

  /** True while sessions are open. */
  get hasSessions(): boolean {
    return this.#sessions !== undefined && this.#sessions.count > 0;
  }

  /** True once a session turned out to be gone for good. */
  get dead(): boolean {
    return this.#sessions?.dead === true;
  }

  /** Closes all sessions and shuts the API down. */
  async end(): Promise<void> {
    this.#log = undefined;
    await this.#shutDown();
  }

  #parametersFor({ logPath, logLevel, scratchDirectory }: OperationSettings): InitializeParams {
    return {
      logLevel: logLevels[logLevel],
      logFilePath: logPath === '' ? (this.#ownLog ??= makeOwnLog()).path : logPath,
      scratchDirectory: scratchDirectory === '' ? null : scratchDirectory,
    };
  }

  /** Gives the reason where it cannot be shut down. */
  async #shutDown(): Promise<string | undefined> {
    if (this.#settings === undefined) { return undefined; }
    await this.closeSessions();
    this.#settings = undefined;
    try {
      await this.#api?.shutdown();
      return undefined;
    } catch (error) {
      const { message } = error as Error;
      this.#log?.warning(`The DISM API could not be shut down: ${message}`);
      return message;
    }
  }
}

/** What of the new settings has no effect, because the API goes on with the old ones. */
function ineffective(before: InitializeParams, wanted: InitializeParams, problem: string): string {
  const what = [
    ...before.logFilePath === wanted.logFilePath ? [] : [`DISM goes on writing its log to "${before.logFilePath ?? 'its own place'}", not to "${wanted.logFilePath ?? 'its own place'}"`],
    ...before.logLevel === wanted.logLevel ? [] : ['the log level stays as it was'],
    ...before.scratchDirectory === wanted.scratchDirectory ? [] : ['the scratch folder stays what it was'],
  ];
  return `${what.join(', ')}: ${problem}`;
}

/** Gives what the user should know, and whether the API says that it was initialised before. */
async function initialize(
  api: DismApi, params: InitializeParams, log: OperationLog,
): Promise<{ readonly warnings: readonly string[]; readonly alreadyDone: boolean }> {
  try {
    const { hresult } = await api.initialize(params);
    return { warnings: [], alreadyDone: hresult === 1 };
  } catch (error) {
    if (!(error instanceof DismError)) { throw error; }
    if (error.hresult === Hresult.E_INVALIDARG && params.logLevel === DismLogLevel.ErrorsWarningsInfoDebug) {
      log.info('This DismApi.dll does not know the log level Debug; it logs as with WarningsInfo');
      return await initialize(api, { ...params, logLevel: DismLogLevel.ErrorsWarningsInfo }, log);
    }
    // The API works all the same.
    if (error.hresult === Hresult.DISMAPI_E_LOGGING_DISABLED) {
      return { warnings: [`DISM writes no log: ${error.message}`], alreadyDone: false };
    }
    throw error;
  }
}

/** Where Windows logs by itself; nobody else is to be told about it off Windows. */
function windowsLog(): string | undefined {
  return process.platform === 'win32' ? join(dirname(systemFolder()), 'Logs', 'DISM', 'dism.log') : undefined;
}

/** A log for this process alone, so that what one operation causes is one piece of it. Null: where Windows logs by itself. */
function makeOwnLog(): { readonly path: string | null; readonly warnings: readonly string[] } {
  try {
    const { descriptor, path } = createDefaultFile(defaultLogDirectory(), 'dism');
    release(descriptor);
    return { path, warnings: [] };
  } catch (error) {
    return { path: null, warnings: [`DISM logs where it always does, for there is no log folder: ${(error as Error).message}`] };
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function equal(one: InitializeParams, other: InitializeParams): boolean {
  return one.logLevel === other.logLevel && one.logFilePath === other.logFilePath && one.scratchDirectory === other.scratchDirectory;
}
