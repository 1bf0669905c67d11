/** Makes the errors of one image file: each says what cannot be done with it, and why. */
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DismError, UnsupportedError } from '../errors.ts';
import { Hresult } from '../hresult.ts';

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

  unsupported(reason: string): UnsupportedError {
    return new UnsupportedError(`${this.what}: ${reason}`, { target: this.path });
  }

  /** The error for a system call that failed on the path itself; what is none of the system's stays what it is. */
  async ofSystem(error: unknown): Promise<unknown> {
    const code = (error as NodeJS.ErrnoException | undefined)?.code;
    const make = (hresult: number, reason: string): DismError => new DismError(hresult, `${this.what}: ${reason}`, { target: this.path, cause: error });
    switch (code) {
      case 'ENOENT': {
        const folder = dirname(this.path);
        const folderExists = await stat(folder).then((found) => found.isDirectory(), () => false);
        return folderExists
          ? make(Hresult.ERROR_FILE_NOT_FOUND, 'the file does not exist')
          : make(Hresult.ERROR_PATH_NOT_FOUND, `the folder "${folder}" does not exist`);
      }
      case 'ENOTDIR':
      case 'ELOOP':
      case 'ENAMETOOLONG':
        return make(Hresult.ERROR_PATH_NOT_FOUND, `the path leads nowhere (${code})`);
      case 'EACCES':
      case 'EPERM':
        return make(Hresult.E_ACCESSDENIED, 'permission is denied');
      case 'EROFS':
        return make(Hresult.DISM_E_IMAGE_READONLY, 'its file system is read-only');
      case 'ETXTBSY':
      case 'EBUSY':
        return make(Hresult.ERROR_SHARING_VIOLATION, 'another program uses it');
      case undefined:
        return error;
      default:
        return make(Hresult.ERROR_READ_FAULT, `the file could not be read (${code})`);
    }
  }
}
