/** Says of a path that may not be looked at that it is in a FUSE mount of another user, which is what root meets there, too. */
import { DismError } from '../../errors.ts';
import { Hresult } from '../../hresult.ts';
import { isSystemError } from '../../systemErrors.ts';
import { mountAround, onlyUserOf, readMountTable } from './mountTable.ts';

/**
 * The error for a path that the system refused; who has all rights would look for the missing ones in vain.
 * @param what What cannot be done, such as `Cannot mount "/a.wim" at "/mnt"`.
 * @returns undefined where it is another error, or where no such mount is around the path.
 */
export function foreignMountError(error: unknown, what: string, path: string): DismError | undefined {
  if (process.platform !== 'linux' || !isSystemError(error) || error.code !== 'EACCES') { return undefined; }
  const mount = mountAround(readMountTable(), path);
  const user = mount === undefined ? undefined : onlyUserOf(mount);
  if (mount === undefined || user === undefined || user === process.geteuid?.()) { return undefined; }
  return new DismError(
    Hresult.E_ACCESSDENIED, `${what}: "${mount.mountPoint}" is a FUSE mount (${mount.type}) of user ${user}, which nobody else can look into, not even root`,
    { target: path, hint: `Run as user ${user}, or have it mounted with the option "allow_other" (/etc/fuse.conf: user_allow_other).`, cause: error },
  );
}
