/** Tells trouble with one file of an image, which leaves the others as they are, from trouble with everything. */
import { errnoName } from '../errnos.ts';
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';

/** What a system call says where only this file is out of reach. What concerns a whole disk, mount or process is not among them. */
const reasons: ReadonlyMap<string, string> = new Map([
  ['EIO', 'the disk reports an error'], ['EBADMSG', 'the disk reports an error'], ['EREMOTEIO', 'the disk reports an error'],
  ['EUCLEAN', 'its file system is damaged'], ['EILSEQ', 'its name is not one that the file system can have'],
  ['EACCES', 'permission denied'], ['EPERM', 'permission denied'], ['ENAMETOOLONG', 'its path is too long'],
  ['EISDIR', 'a folder is in its place'], ['ENOTDIR', 'a part of its path is no folder'], ['ENOTEMPTY', 'a folder is in its place'],
  ['EEXIST', 'something else is in its place'], ['ENOENT', 'it does not exist any more'], ['ENXIO', 'it is no file'], ['ENODEV', 'it is no file'],
  ['ETXTBSY', 'another program uses it'], ['EBUSY', 'another program uses it'], ['EMLINK', 'it has as many names as a file can have'],
  ['EXDEV', 'it is on another disk than the file that it should be'], ['EOVERFLOW', 'it is too large'],
]);

/** Codes by which a disk or file system says that the bytes are lost. */
const damage: ReadonlySet<string> = new Set(['EIO', 'EBADMSG', 'EREMOTEIO', 'EUCLEAN']);

/** Something else than a regular file where one should be: a pipe, socket or device. It is not opened, only looked at. */
export class NotAFileError extends DismError {
  override readonly name = 'NotAFileError';
  /** In the words of a sentence, such as `a pipe`. */
  readonly kind: string;

  constructor(path: string, kind: string) {
    super(Hresult.ERROR_FILE_CORRUPT, `"${path}" is ${kind}, no file`, { target: path });
    this.kind = kind;
  }
}

/** Why one file cannot be read or written; undefined where the error concerns more than it, or is a bug. */
export function fileTrouble(error: unknown): string | undefined {
  if (error instanceof NotAFileError) { return `${error.kind} is in its place`; }
  if (error instanceof DismError) { return error.message; }
  const { code, syscall } = (error ?? {}) as NodeJS.ErrnoException;
  return code === undefined || syscall === undefined ? undefined : reasons.get(errnoName(code));
}

/** Whether the trouble is that the file is lost, rather than that it cannot be looked at. */
export function isLoss(error: unknown): boolean {
  return error instanceof NotAFileError || damage.has(errnoName((error as NodeJS.ErrnoException | undefined)?.code ?? ''));
}

/** Whether the trouble is that this user may not look. */
export function isDenied(error: unknown): boolean {
  const { code } = (error ?? {}) as NodeJS.ErrnoException;
  return code === 'EACCES' || code === 'EPERM';
}

/** For catch(): what is in trouble counts as not there. */
export function nothingIfInTrouble(error: unknown): undefined {
  if (fileTrouble(error) === undefined) { throw error; }
  return undefined;
}
