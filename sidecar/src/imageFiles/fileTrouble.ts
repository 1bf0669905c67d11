/** Tells trouble with one file of an image, which leaves the others as they are, from trouble with everything. */
import { describeErrno, errnoName } from '../errnos.ts';
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';
import { isSystemError, systemCode, type SystemError } from '../systemErrors.ts';

/** Why something cannot be read or written: what the system answered, or what was found. */
export type Failure = DismError | SystemError;

/** What a system call answers where only this file is out of reach. What concerns a whole disk, mount or process is not among it. */
const ofOneFile: ReadonlySet<string> = new Set([
  'EIO', 'EBADMSG', 'EREMOTEIO', 'EUCLEAN', 'EILSEQ', 'EACCES', 'EPERM', 'ENAMETOOLONG', 'EISDIR', 'ENOTDIR', 'ENOTEMPTY', 'EEXIST', 'ENOENT',
  'ETXTBSY', 'EBUSY', 'EMLINK', 'EXDEV', 'EOVERFLOW',
]);

/** Codes by which a disk or file system says that the bytes are lost. */
const damage: ReadonlySet<string> = new Set(['EIO', 'EBADMSG', 'EREMOTEIO', 'EUCLEAN']);

/** What a system call answers where this process or machine has run out of something, whatever the call was about. */
const ofProcess: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'ENOBUFS', 'EAGAIN', 'ENOSYS', 'EBADF']);

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
  return isSystemError(error) && ofOneFile.has(errnoName(systemCode(error))) ? describeErrno(systemCode(error), error.syscall).reason : undefined;
}

/** Whether the trouble is that the file is lost, rather than that it cannot be looked at. */
export function isLoss(error: unknown): boolean {
  return error instanceof NotAFileError || (isSystemError(error) && damage.has(errnoName(systemCode(error))));
}

/** Whether the trouble is that this user may not look. */
export function isForbidden(error: unknown): boolean {
  return isSystemError(error) && (error.code === 'EACCES' || error.code === 'EPERM');
}

/** Whether it is this process or machine that is in trouble, whatever it was about to read. An error in words of its own has the answer as its cause. */
export function ofThisProcess(error: unknown): boolean {
  const { cause } = (error ?? {}) as { readonly cause?: unknown };
  return [error, cause].some((answer) => isSystemError(answer) && ofProcess.has(errnoName(systemCode(answer))));
}

/** For catch(): what is in trouble counts as not there. */
export function nothingIfInTrouble(error: unknown): undefined {
  if (fileTrouble(error) === undefined) { throw error; }
  return undefined;
}
