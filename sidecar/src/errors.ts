/** The errors that operations throw. Everything else that reaches the server is a bug. */
import type { ErrorCategory, Holder } from '@dismts/protocol';
import { describeHresult, Hresult } from './hresult.ts';

/** What a DismError is made of beside its message. */
export interface DismErrorOptions {
  /** The file, folder or name at fault. */
  readonly target?: string | undefined;
  /** What to do; default: the table's hint for the code. */
  readonly hint?: string | undefined;
  readonly holders?: readonly Holder[] | undefined;
  readonly cause?: unknown;
}

/** An operation failed for a normal reason. The message says what failed and names the value, without a full stop. */
export class DismError extends Error {
  override readonly name: string = 'DismError';
  /** Unsigned HRESULT. */
  readonly hresult: number;
  readonly symbol: string;
  readonly category: ErrorCategory;
  readonly target: string | undefined;
  readonly hint: string | undefined;
  readonly holders: readonly Holder[] | undefined;

  constructor(hresult: number, message: string, options: DismErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    const entry = describeHresult(hresult);
    this.hresult = hresult >>> 0;
    this.symbol = entry.symbol;
    this.category = entry.category;
    this.target = options.target;
    this.hint = options.hint ?? (entry.hint === '' ? undefined : entry.hint);
    this.holders = options.holders;
  }
}

/** libwim failed for a reason that no DISM code stands for; `wimlibSymbol` is its own name for it. */
export class WimError extends DismError {
  override readonly name = 'WimError';
  readonly wimlibSymbol: string;

  constructor(wimlibSymbol: string, message: string, options: DismErrorOptions = {}) {
    super(Hresult.E_FAIL, message, options);
    this.wimlibSymbol = wimlibSymbol;
  }
}

/** The engine in use cannot do this; `canDo` names the engine which can, if any. */
export class UnsupportedError extends DismError {
  override readonly name = 'UnsupportedError';

  constructor(message: string, options: DismErrorOptions = {}) {
    super(Hresult.ERROR_NOT_SUPPORTED, message, options);
  }
}

/** The operation was cancelled and has cleaned up. */
export class CancelledError extends DismError {
  override readonly name = 'CancelledError';

  constructor(operation: string, options: DismErrorOptions = {}) {
    super(Hresult.ERROR_CANCELLED, `The operation "${operation}" was cancelled`, options);
  }
}
