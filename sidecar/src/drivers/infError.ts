/** What is wrong with an INF file, and in which line. */
import { DismError, type DismErrorOptions } from '../errors.ts';
import { Hresult } from '../hresult.ts';

/** The INF file breaks a rule of its format, or lacks what a driver package must have. */
export class InfError extends DismError {
  override readonly name = 'InfError';
  /** What is wrong, in the words of a sentence. */
  readonly what: string;

  constructor(what: string, options: DismErrorOptions = {}) {
    super(Hresult.SPAPI_E_GENERAL_SYNTAX, `The INF file is not valid: ${what}`, {
      hint: 'Get the driver package again from its maker; the files of a package belong together and must not be edited.', ...options,
    });
    this.what = what;
  }
}
