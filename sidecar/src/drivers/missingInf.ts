/** A folder of drivers that has none. */
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';

/**
 * @param what What cannot be done without one, such as `Cannot add the driver "/d"`.
 * @param recurse Whether the folders below were looked into; undefined: nobody can ask for that.
 */
export function missingInf(path: string, what: string, recurse: boolean | undefined): DismError {
  return new DismError(Hresult.ERROR_FILE_NOT_FOUND, `${what}: there is no .inf file in the folder`, {
    target: path, hint: recurse === false ? 'Look in the folders below it as well: -Recurse.' : 'Give the folder that the driver was unpacked to.',
  });
}
