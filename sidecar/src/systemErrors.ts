/** Turns the errors of system calls, and an aborted signal, into DismErrors. */
import { CancelledError, DismError } from './errors.ts';
import { Hresult } from './hresult.ts';
import type { OperationContext } from './operationContext.ts';

/** HRESULT and reason, by errno. */
const reasons: ReadonlyMap<string, readonly [code: number, reason: string]> = new Map([
  ['ENOENT', [Hresult.ERROR_FILE_NOT_FOUND, 'it does not exist']],
  ['ENOTDIR', [Hresult.ERROR_PATH_NOT_FOUND, 'a part of the path is no folder']],
  ['ELOOP', [Hresult.ERROR_PATH_NOT_FOUND, 'a part of the path is a symbolic link that leads nowhere']],
  ['ENAMETOOLONG', [Hresult.ERROR_PATH_NOT_FOUND, 'the path is too long']],
  ['EACCES', [Hresult.E_ACCESSDENIED, 'permission denied']],
  ['EPERM', [Hresult.E_ACCESSDENIED, 'permission denied']],
  ['EROFS', [Hresult.DISM_E_IMAGE_READONLY, 'its file system is read-only']],
  ['ETXTBSY', [Hresult.ERROR_SHARING_VIOLATION, 'another program uses it']],
  ['EBUSY', [Hresult.ERROR_SHARING_VIOLATION, 'another program uses it']],
  ['ENOSPC', [Hresult.ERROR_DISK_FULL, 'no space is left on its disk']],
  ['EDQUOT', [Hresult.ERROR_DISK_FULL, 'the disk quota is used up']],
  ['EFBIG', [Hresult.ERROR_DISK_FULL, 'its file system allows no larger file']],
  ['EIO', [Hresult.ERROR_WRITE_FAULT, 'the disk reports an error']],
  ['ENOTCONN', [Hresult.DISMAPI_E_NEEDS_REMOUNT, 'what serves the image has stopped']],
  ['ENOMEM', [Hresult.E_OUTOFMEMORY, 'memory is exhausted']],
]);

/**
 * The DismError for anything that an operation ran into. Errors that are none of the system's stay what they are: bugs.
 * @param what What cannot be done, such as `Cannot save "/mnt/a"`.
 */
export function toDismError(error: unknown, what: string, target: string, context: Pick<OperationContext, 'operation' | 'signal'>): unknown {
  if (error instanceof DismError) { return error; }
  if (context.signal.aborted && (error === context.signal.reason || (error as Error | undefined)?.name === 'AbortError')) {
    return new CancelledError(context.operation, { target });
  }
  const { code, path } = (error ?? {}) as NodeJS.ErrnoException;
  const known = code === undefined ? undefined : reasons.get(code);
  if (known === undefined) { return error; }
  const culprit = path ?? target;
  return new DismError(known[0], `${what}: ${known[1]}${culprit === target ? '' : ` ("${culprit}")`}`, { target: culprit, cause: error });
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

/** For messages of warnings and logs. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
