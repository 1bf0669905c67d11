/** Whether an image file may be written to. */
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { DismError } from '../../../errors.ts';
import { describeErrno } from '../../../errnos.ts';
import { Hresult } from '../../../hresult.ts';
import { isDenied, isSystemError, systemCode } from '../../../systemErrors.ts';

/** What can be done with a file that is not to be changed. */
export const orMountReadOnly = 'or mount with -ReadOnly';

/**
 * What a change of the file, or a writable mount, needs of it.
 * @param instead What can be done then, or without it; goes on from a comma.
 * @throws DismError DISM_E_IMAGE_READONLY: the file is marked read-only, or permissions, flags or its file system forbid to write to it.
 */
export async function checkWritable(path: string, what: string, instead: string): Promise<void> {
  const refused = (reason: string, hint: string, cause?: unknown): DismError => new DismError(Hresult.DISM_E_IMAGE_READONLY, `${what}: ${reason}`, { target: path, hint, cause });
  const denial = access(path, constants.W_OK).then(() => undefined, (error: unknown) => {
    if (isSystemError(error) && isDenied(error)) { return error; }
    throw error;
  });
  const [{ mode }, cause] = await Promise.all([stat(path), denial]);
  // Root may write to such a file, too; whoever has marked it means that nobody is to.
  if ((mode & 0o222) === 0) { throw refused('the file is marked read-only', `Clear the mark ("chmod u+w"), ${instead}.`); }
  if (cause === undefined) { return; }
  if (cause.code === 'EACCES') { throw refused('you may not write to the file', `Check its owner and permissions, ${instead}.`, cause); }
  const { reason, hint } = describeErrno(systemCode(cause), cause.syscall);
  throw refused(`nothing can be written to the file: ${reason}`, hint ?? '', cause);
}
