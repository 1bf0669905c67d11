/** A DismError as data, from one process of DismTs to another. */
import type { Holder } from '@dismts/protocol';
import { CancelledError, DismError, UnsupportedError, WimError } from './errors.ts';

/** A DismError as data. */
export interface FailureData {
  readonly kind: 'dism' | 'wim' | 'unsupported' | 'cancelled';
  readonly hresult: number;
  readonly symbol: string;
  readonly message: string;
  readonly target: string | undefined;
  readonly hint: string | undefined;
  readonly holders: readonly Holder[] | undefined;
  /** What a cancelled operation had done before. */
  readonly done: string | undefined;
  readonly contentHash: string | undefined;
  /** Stacks of what caused it, down to the first cause; for the log. */
  readonly cause: string | undefined;
}

/** The data of an error. */
export function toFailureData(error: DismError): FailureData {
  return {
    kind: error instanceof CancelledError ? 'cancelled' : error instanceof UnsupportedError ? 'unsupported' : error instanceof WimError ? 'wim' : 'dism',
    hresult: error.hresult,
    symbol: error.symbol,
    message: error.message,
    target: error.target,
    hint: error.hint,
    holders: error.holders,
    done: error instanceof CancelledError ? error.done : undefined,
    contentHash: error.contentHash,
    cause: stacksOf(error.cause),
  };
}

/** Makes the error again. @param operation The protocol's method name, for a cancellation. */
export function fromFailureData(failure: FailureData, operation: string): DismError {
  const { kind, hresult, symbol, message, target, hint, holders, done, contentHash, cause } = failure;
  const options = { target, hint, holders, contentHash, cause: cause === undefined ? undefined : causeOf(cause) };
  switch (kind) {
    case 'cancelled': return new CancelledError(operation, options, done);
    case 'unsupported': return new UnsupportedError(message, options);
    case 'wim': return new WimError(symbol, message, options);
    case 'dism': return new DismError(hresult, message, options);
  }
}

/** Of all causes, one after the other. */
function stacksOf(cause: unknown): string | undefined {
  const stacks: string[] = [];
  for (let at = cause; at instanceof Error; at = at.cause) { stacks.push(at.stack ?? at.message); }
  return stacks.length === 0 ? undefined : stacks.join('\nCaused by: ');
}

function causeOf(stack: string): Error {
  const cause = new Error(stack.split('\n', 1)[0]);
  cause.stack = stack;
  return cause;
}
