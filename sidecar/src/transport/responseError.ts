/** Turns what an operation threw into the error that crosses the wire. */
import { ErrorCode, type DismErrorData, type InvalidParamsData } from '@dismts/protocol';
import { ResponseError } from 'vscode-jsonrpc/node';
import { CancelledError, DismError, InvalidParamsError, UnsupportedError, WimError } from '../errors.ts';
import { describeHresult, Hresult } from '../hresult.ts';
import { errorData, type ErrorPlace } from '../errorData.ts';
import { isSystemError, systemFailure } from '../systemErrors.ts';

/** An error with everything that the client is told. */
export type WireError = ResponseError<DismErrorData | InvalidParamsData | undefined>;

/** True for what neither an operation throws on purpose nor the system answers. */
export function isBug(error: unknown): boolean {
  return !(error instanceof ResponseError || error instanceof InvalidParamsError || error instanceof DismError || isSystemError(error));
}

/**
 * Gives DismError and its kinds their own code, and calls everything that isBug() a bug. What the system answers is an ordinary failure,
 * also where nobody has expected it. A ResponseError is passed on as it is.
 */
export function toWireError(error: unknown, place: ErrorPlace): WireError {
  if (error instanceof ResponseError) {
    return error as WireError;
  }
  if (error instanceof InvalidParamsError) {
    return new ResponseError<InvalidParamsData>(ErrorCode.InvalidParams, error.message, { issues: error.issues });
  }
  if (error instanceof DismError) {
    return new ResponseError(codeOf(error), error.message, errorData(error, place));
  }
  if (isSystemError(error)) {
    return toWireError(systemFailure(error, `Cannot finish "${place.operation}"`, ''), place);
  }
  const entry = describeHresult(Hresult.E_UNEXPECTED);
  return new ResponseError(ErrorCode.InternalError, `Bug in DismTs: ${error instanceof Error ? error.message : String(error)}`, {
    source: 'dismts',
    symbol: entry.symbol,
    nativeCode: entry.code | 0,
    category: entry.category,
    operation: place.operation,
    hint: entry.hint,
    ...(place.logPath === '' ? {} : { logPath: place.logPath }),
  });
}

function codeOf(error: DismError): number {
  if (error instanceof CancelledError) {
    return ErrorCode.RequestCancelled;
  }
  if (error instanceof UnsupportedError) {
    return ErrorCode.UnsupportedError;
  }
  return error instanceof WimError ? ErrorCode.WimError : ErrorCode.DismError;
}
