/** The errors that operations throw. Everything else that reaches the server is a bug. */
import type { DismErrorData, ErrorCategory, Holder, InvalidParamsData } from '@dismts/protocol';
import { describeHresult, Hresult } from './hresult.ts';

/** What a DismError is made of beside its message. */
export interface DismErrorOptions {
  /** The file, folder or name at fault. */
  readonly target?: string | undefined;
  /** What to do; default: the table's hint for the code. */
  readonly hint?: string | undefined;
  readonly holders?: readonly Holder[] | undefined;
  /** SHA-1, hexadecimal, of the content of an image that is damaged, where that is known. */
  readonly contentHash?: string | undefined;
  readonly cause?: unknown;
}

/** An operation failed for a normal reason. The message says what failed and names the value, without a full stop. */
export class DismError extends Error {
  override readonly name: string = 'DismError';
  /** Unsigned HRESULT. */
  readonly hresult: number;
  readonly symbol: string;
  readonly source: DismErrorData['source'];
  readonly category: ErrorCategory;
  readonly target: string | undefined;
  readonly hint: string | undefined;
  readonly holders: readonly Holder[] | undefined;
  readonly contentHash: string | undefined;

  constructor(hresult: number, message: string, options: DismErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    const entry = describeHresult(hresult);
    this.hresult = hresult >>> 0;
    this.symbol = entry.symbol;
    this.source = entry.symbol.startsWith('DISMTS_') ? 'dismts' : 'dismapi';
    this.category = entry.category;
    this.target = options.target;
    this.hint = options.hint ?? (entry.hint === '' ? undefined : entry.hint);
    this.holders = options.holders;
    this.contentHash = options.contentHash;
  }
}

/** libwim failed for a reason that no DISM code stands for; its own name for it becomes the symbol. */
export class WimError extends DismError {
  override readonly name = 'WimError';
  override readonly symbol: string;
  override readonly source = 'wimlib';

  /** `wimlibSymbol` is a `WIMLIB_ERR_*` name. */
  constructor(wimlibSymbol: string, message: string, options: DismErrorOptions = {}) {
    super(Hresult.E_FAIL, message, options);
    this.symbol = wimlibSymbol;
  }
}

/** The same error in other words, where somebody further up knows better what cannot be done, about what, or what to do. */
export function reworded(error: DismError, message: string, { target = error.target, hint = error.hint }: Pick<DismErrorOptions, 'target' | 'hint'> = {}): DismError {
  const options: DismErrorOptions = { target, hint, holders: error.holders, contentHash: error.contentHash, cause: error };
  return error instanceof WimError ? new WimError(error.symbol, message, options) : new DismError(error.hresult, message, options);
}

/** The hint of an error, and more advice behind it. */
export function hintAnd({ hint = '' }: DismError, more: string): string {
  return `${hint} ${more}`.trim();
}

/** The engine in use cannot do this; the message names the operation and the engine which can, if any. */
export class UnsupportedError extends DismError {
  override readonly name = 'UnsupportedError';
  override readonly source = 'dismts';
  override readonly category = 'NotImplemented';
  // The table's hint is about file systems, which is not what this error is about.
  override readonly hint: string | undefined;

  constructor(message: string, options: DismErrorOptions = {}) {
    super(Hresult.ERROR_NOT_SUPPORTED, message, options);
    this.hint = options.hint;
  }
}

/** The operation was cancelled and has cleaned up. */
export class CancelledError extends DismError {
  override readonly name = 'CancelledError';
  /** What it had done before; empty: nothing. */
  readonly done: string;

  constructor(operation: string, options: DismErrorOptions = {}, done = '') {
    super(Hresult.ERROR_CANCELLED, `The operation "${operation}" was cancelled${done === '' ? '' : `; ${done}`}`, options);
    this.done = done;
  }
}

/** The parameters do not fit the method's schema. */
export class InvalidParamsError extends Error {
  override readonly name = 'InvalidParamsError';
  readonly issues: InvalidParamsData['issues'];

  constructor(operation: string, issues: InvalidParamsData['issues']) {
    const texts = issues.map((issue) => (issue.path === '' ? issue.message : `${issue.path}: ${issue.message}`));
    super(`The parameters of "${operation}" are invalid: ${texts.join('; ')}`);
    this.issues = issues;
  }
}
