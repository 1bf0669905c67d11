/** Makes the errors of one image file: each says what cannot be done with it, and why. */
import { DismError, UnsupportedError } from './errors.ts';
import { Hresult } from './hresult.ts';
import { isSystemError, systemFailure } from './systemErrors.ts';

/** The file is an image of another format. */
export class OtherFormatError extends UnsupportedError {}

/** The errors that one file can be at fault for. `reason` is the second half of a message. */
export class FileErrors {
  readonly path: string;
  /** The first half of every message, such as `Cannot mount "/a.wim"`. */
  readonly what: string;

  constructor(path: string, what = `Cannot read "${path}"`) {
    this.path = path;
    this.what = what;
  }

  /** @param hresult What the reason is known as. */
  make(hresult: number, reason: string, hint?: string): DismError {
    return new DismError(hresult, `${this.what}: ${reason}`, { target: this.path, hint });
  }

  /** The file is no whole WIM. */
  damaged(reason: string): DismError {
    return this.make(Hresult.WIM_E_INVALID_CONTAINER, reason);
  }

  /** The file is a WIM, but its data is not what it was. */
  corrupt(reason: string): DismError {
    return this.make(Hresult.ERROR_FILE_CORRUPT, reason);
  }

  unsupported(reason: string, hint: string): UnsupportedError {
    return new UnsupportedError(`${this.what}: ${reason}`, { target: this.path, hint });
  }

  otherFormat(reason: string, hint: string): OtherFormatError {
    return new OtherFormatError(`${this.what}: ${reason}`, { target: this.path, hint });
  }

  /** The error for a system call that failed on the file; what is none of the system's stays what it is. */
  ofSystem(error: unknown): unknown {
    if (!isSystemError(error)) { return error; }
    // Images that cannot be changed have a code of their own.
    return error.code === 'EROFS'
      ? new DismError(Hresult.DISM_E_IMAGE_READONLY, `${this.what}: its file system is read-only`, { target: this.path, cause: error })
      : systemFailure(error, this.what, this.path);
  }
}
