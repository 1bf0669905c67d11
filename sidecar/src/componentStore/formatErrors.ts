/** The two ways in which bytes of a component store cannot be read: they are damaged, or of a kind DismTs does not know. */
import { DismError, type DismErrorOptions } from '../errors.ts';
import { Hresult } from '../hresult.ts';

/** The bytes break the rules of their format. */
export class StoreFormatError extends DismError {
  override readonly name = 'StoreFormatError';
  /** Where in the bytes handed over, or in the text read from them, the rule is broken. */
  readonly offset: number;
  /** What is wrong there. */
  readonly what: string;

  constructor(what: string, offset: number, options: DismErrorOptions = {}) {
    super(Hresult.ERROR_FILE_CORRUPT, `The data is damaged at offset ${offset}: ${what}`, options);
    this.offset = offset;
    this.what = what;
  }
}

/** The bytes are of a kind whose contents DismTs cannot expand: "not checked" rather than "damaged". */
export class UnsupportedFormatError extends DismError {
  override readonly name = 'UnsupportedFormatError';
  /** The kind, such as `DCX`. */
  readonly kind: string;

  constructor(kind: string, message: string, options: DismErrorOptions = {}) {
    super(Hresult.ERROR_NOT_SUPPORTED, message, options);
    this.kind = kind;
  }
}
