/** Initialising the DISM API in a process, and ending its use. */
import type { Caller } from './call.ts';
import type { DismLogLevel, ValueOf } from './constants.ts';
import { nativeFunction } from './dismLibrary.ts';
import type { CallOutcome } from './outcome.ts';
import { quoted } from './text.ts';

const DismInitialize = nativeFunction('DismInitialize', 'int LogLevel, PCWSTR LogFilePath, PCWSTR ScratchDirectory');
const DismShutdown = nativeFunction('DismShutdown', '');

/** How the API works in this process. */
export interface InitializeParams {
  readonly logLevel: ValueOf<typeof DismLogLevel>;
  /** In a folder that exists; null: `%WINDIR%\Logs\DISM\dism.log`. */
  readonly logFilePath: string | null;
  /** Null: the API's own choice. */
  readonly scratchDirectory: string | null;
}

/** Functions without which no other may be called. */
export interface LifecycleFunctions {
  /**
   * Initialises the API, once per process. An `hresult` of 1 means that it was initialised already.
   * @throws DismError ERROR_ELEVATION_REQUIRED: the process is not elevated.
   * @throws DismError DISMAPI_E_LOGGING_DISABLED: the log file cannot be opened.
   * @see dismapi.h DismInitialize
   */
  initialize(params: InitializeParams): Promise<CallOutcome>;
  /**
   * Ends the use of the API. To be called once for each successful initialize().
   * @throws DismError DISMAPI_E_OPEN_SESSION_HANDLES: sessions are open; nothing has changed.
   * @throws DismError DISMAPI_E_DISMAPI_NOT_INITIALIZED
   * @see dismapi.h DismShutdown
   */
  shutdown(): Promise<CallOutcome>;
}

/** The functions of this group, on a caller. */
export function lifecycleFunctions(caller: Caller): LifecycleFunctions {
  return {
    initialize: ({ logLevel, logFilePath, scratchDirectory }) => caller.run({
      function: DismInitialize, arguments: [logLevel, logFilePath, scratchDirectory], setsLastError: false,
      action: `Cannot initialise the DISM API${logFilePath === null ? '' : ` with the log file ${quoted(logFilePath)}`}`,
      target: logFilePath ?? undefined,
    }),
    shutdown: () => caller.run({
      function: DismShutdown, arguments: [], setsLastError: false, action: 'Cannot shut the DISM API down',
    }),
  };
}
