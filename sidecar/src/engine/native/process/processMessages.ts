/** What the server and its engine process say to each other: JSON-RPC over the engine process's stdin and stdout. */
import type { ProgressPhase } from '@dismts/protocol';
import { NotificationType, NotificationType0, RequestType, ResponseError } from 'vscode-jsonrpc/node';
import type { DismLogRange } from '../../../log/byteRange.ts';
import { DismError } from '../../../errors.ts';
import { type FailureData, fromFailureData, toFailureData } from '../../../failureData.ts';
import { isSystemError, systemFailure } from '../../../systemErrors.ts';
import type { EngineOperations } from '../../engine.ts';
import type { ApiConfiguration, OperationSettings } from '../api/apiState.ts';

/** One operation of the engine. */
export interface OperationCall extends OperationSettings {
  /** Of the server's choice; progress and log lines carry it. */
  readonly id: number;
  readonly method: keyof EngineOperations;
  /** The protocol's method name. */
  readonly operation: string;
  /** Checked against the method's schema by the server. */
  readonly params: unknown;
}

/** A line for the operation's log. */
export interface LogLine {
  readonly id: number;
  readonly level: 'error' | 'warning' | 'info' | 'debug';
  readonly text: string;
}

/** What holds for an engine process as long as it lives; the first message. */
export const configure = new NotificationType<ApiConfiguration>('configure');
/** Its result is that of the method; `logPath` in it is for the server to fill in. */
export const perform = new RequestType<OperationCall, unknown, FailureData | undefined>('perform');
export const progressed = new NotificationType<{
  readonly id: number; readonly phase: ProgressPhase; readonly current: number; readonly total: number; readonly unit?: 'bytes' | undefined;
}>('progressed');
export const logged = new NotificationType<LogLine>('logged');
/** Sent when an operation begins to use DISM's log, and with the end of the range when it is over; not where both logs are one file. */
export const dismLogged = new NotificationType<DismLogRange & { readonly id: number }>('dismLogged');

/** Asks the process to cancel what it does and to end; it says `stopped` when everything else is said. */
export const stop = new NotificationType0('stop');
export const stopped = new NotificationType0('stopped');

/** Codes of ResponseError between the two processes. */
const failureCode = 1;
const bugCode = 2;
const retiredCode = 3;

/** The process does nothing more: an operation before lost its session for good. Nothing was done of this one. */
export class RetiredError extends Error {
  override readonly name = 'RetiredError';

  constructor() {
    super('the engine process is to be replaced');
  }
}

/** Turns what an operation threw into an answer. */
export function toResponseError(error: unknown, operation: string): ResponseError<FailureData | undefined> {
  if (error instanceof RetiredError) { return new ResponseError(retiredCode, error.message, undefined); }
  if (isSystemError(error)) { return toResponseError(systemFailure(error, `Cannot finish "${operation}"`, ''), operation); }
  if (!(error instanceof DismError)) {
    return new ResponseError(bugCode, error instanceof Error ? error.stack ?? error.message : String(error), undefined);
  }
  return new ResponseError(failureCode, error.message, toFailureData(error));
}

/** Makes the error again that an operation threw; what is no answer of toResponseError() is a bug and stays as it is. */
export function fromResponseError(error: unknown, operation: string): unknown {
  if (!(error instanceof ResponseError)) { return error; }
  if (error.code === retiredCode) { return new RetiredError(); }
  const failure = error.data as FailureData | undefined;
  if (error.code !== failureCode || failure === undefined) {
    const bug = new Error(`in the engine process: ${error.message.split('\n', 1)[0] ?? ''}`);
    bug.stack = error.message;
    return bug;
  }
  return fromFailureData(failure, operation);
}
