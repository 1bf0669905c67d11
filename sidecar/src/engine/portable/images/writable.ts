/** Whether an image file may be written to. */
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { DismError } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import { isDenied } from '../../../systemErrors.ts';

/** What a writable mount needs of the file. @throws DismError DISM_E_IMAGE_READONLY. */
export async function checkWritable(path: string, what: string): Promise<void> {
  const refused = access(path, constants.W_OK).then(() => undefined, (cause: unknown) => {
    if (isDenied(cause)) { return new DismError(Hresult.DISM_E_IMAGE_READONLY, `${what}: you may not write to the file`, { target: path, cause }); }
    throw cause;
  });
  const [{ mode }, refusal] = await Promise.all([stat(path), refused]);
  if ((mode & 0o222) === 0) {
    throw new DismError(Hresult.DISM_E_IMAGE_READONLY, `${what}: the file is marked read-only`, {
      target: path, hint: `Clear the mark ("chmod u+w"), or mount with -ReadOnly.`,
    });
  }
  if (refusal !== undefined) { throw refusal; }
}
