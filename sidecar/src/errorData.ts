/** What the client is told of a failure beside its message. */
import type { DismErrorData } from '@dismts/protocol';
import type { DismError } from './errors.ts';

/** Where an error happened. */
export interface ErrorPlace {
  /** The protocol's method name. */
  readonly operation: string;
  /** The operation's log file; empty where there is none. */
  readonly logPath: string;
}

/** The data of a DismError. */
export function errorData(error: DismError, place: ErrorPlace): DismErrorData {
  return {
    source: error.source,
    symbol: error.symbol,
    // PowerShell's [int] takes no unsigned HRESULT.
    nativeCode: error.hresult | 0,
    category: error.category,
    operation: place.operation,
    ...(error.target === undefined ? {} : { target: error.target }),
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    ...(place.logPath === '' ? {} : { logPath: place.logPath }),
    ...(error.holders === undefined ? {} : { holders: [...error.holders] }),
  };
}
