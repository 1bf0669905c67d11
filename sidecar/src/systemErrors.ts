/** Turns the errors of system calls, and an aborted signal, into DismErrors: the only place where an errno becomes an HRESULT. */
import { statfsSync, statSync } from 'node:fs';
import { dirname, isAbsolute } from 'node:path';
import { describeErrno, directionOf, type ErrnoEntry } from './errnos.ts';
import { CancelledError, DismError } from './errors.ts';
import { Hresult } from './hresult.ts';
import type { OperationContext } from './operationContext.ts';

/** The error of a system call, as Node.js and libc.ts make it. */
export interface SystemError extends Error {
  /** The errno's name, such as `EIO`. */
  readonly code: string;
  readonly syscall: string;
  readonly errno?: number;
  readonly path?: string;
}

/** True for what the system answered: an ordinary failure, whatever the answer is. Errors of Node.js itself have no system call. */
export function isSystemError(error: unknown): error is SystemError {
  const { code, syscall } = (error ?? {}) as Partial<SystemError>;
  return error instanceof Error && typeof code === 'string' && typeof syscall === 'string';
}

/** The code of an error for the table of errnos. The synchronous functions of node:fs call UNKNOWN what libuv has no name for, such as ESTALE and EDQUOT. */
export function systemCode({ code, errno }: SystemError): string {
  return code === 'UNKNOWN' && errno !== undefined ? `Unknown system error ${-Math.abs(errno)}` : code;
}

/** True where rights are missing, or the file system is read-only. */
export function isDenied(error: unknown): boolean {
  return isSystemError(error) && ['EACCES', 'EPERM', 'EROFS'].includes(error.code);
}

/** The error, with the path that it is about: calls on a descriptor do not know it, and one below /proc/self/fd says nothing to anybody. */
export function atPath(error: unknown, path: string): unknown {
  return isSystemError(error) ? Object.assign(error, { path }) : error;
}

/** As atPath(), for a call on the descriptor of a file: an error that names another path keeps it. */
export function atDescriptorPath(error: unknown, path: string): unknown {
  return isSystemError(error) && error.path === undefined ? atPath(error, path) : error;
}

/** The path that an error names to people: not one below a descriptor, nor the name of something without a path, such as that of a mount in the making. */
function namedPath({ path, syscall }: SystemError): string | undefined {
  return path !== undefined && (syscall.startsWith('spawn') || isAbsolute(path)) && !path.startsWith('/proc/self/fd/') ? path : undefined;
}

/**
 * The DismError for the error of a system call.
 * @param what What cannot be done, such as `Cannot save "/mnt/a"`.
 * @param target What the call was about, where it does not say so itself; empty: no path. It is added where `what` does not name it.
 */
export function systemFailure(error: SystemError, what: string, target: string): DismError {
  const culprit = namedPath(error) ?? target;
  const { hresult, reason, hint } = lookCloser(error, culprit) ?? describeErrno(systemCode(error), error.syscall);
  return new DismError(hresult, `${what}: ${reason}${culprit === '' || what.includes(`"${culprit}"`) ? '' : ` ("${culprit}")`}`, {
    target: culprit === '' ? undefined : culprit, hint, cause: error,
  });
}

/**
 * The DismError for anything that an operation ran into. Errors that are none of the system's stay what they are: bugs.
 * @param what What cannot be done, such as `Cannot save "/mnt/a"`.
 */
export function toDismError(error: unknown, what: string, target: string, context: Pick<OperationContext, 'operation' | 'signal'>): unknown {
  if (error instanceof DismError) { return error; }
  if (context.signal.aborted && (error === context.signal.reason || (error as Error | undefined)?.name === 'AbortError')) {
    return new CancelledError(context.operation, { target: target === '' ? undefined : target, cause: error });
  }
  return isSystemError(error) ? systemFailure(error, what, target) : error;
}

/** Runs a step of an operation; what it throws becomes a DismError. */
export async function guarded<T>(
  what: string, target: string, context: Pick<OperationContext, 'operation' | 'signal'>, step: () => Promise<T>,
): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw toDismError(error, what, target, context);
  }
}

/**
 * What went wrong, for warnings, logs and the second half of messages: of an answer of the system what it means, and for which path.
 * @param known A path that the text names already.
 */
export function messageOf(error: unknown, known?: string): string {
  if (!isSystemError(error)) { return error instanceof Error ? error.message : String(error); }
  const { reason } = describeErrno(systemCode(error), error.syscall);
  const path = namedPath(error);
  return path === undefined || path === known ? reason : `${reason} ("${path}")`;
}

/** What the errno alone does not say: whether it is the folder that is missing, and what a disk has run out of. */
function lookCloser({ code, syscall }: SystemError, culprit: string): ErrnoEntry | undefined {
  if (!isAbsolute(culprit)) { return undefined; }
  const folder = dirname(culprit);
  try {
    if (code === 'ENOENT' && !syscall.startsWith('spawn') && statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
      return { hresult: Hresult.ERROR_PATH_NOT_FOUND, reason: `the folder "${folder}" does not exist`, hint: undefined };
    }
    if (code === 'ENOSPC' && directionOf(syscall) !== 'other') {
      const { bavail, files, ffree } = statfsSync(folder);
      // A file system that makes inodes as they are needed reports none at all.
      if (files > 0 && ffree === 0 && bavail > 0) {
        return { hresult: Hresult.ERROR_DISK_FULL, reason: 'its file system can hold no more files (it has no inodes left)', hint: 'Remove files that are not needed: their number counts, not their size.' };
      }
    }
  } catch {
    // Nothing more can be found out.
  }
  return undefined;
}
