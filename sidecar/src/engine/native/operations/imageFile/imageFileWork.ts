/** What every operation on image files begins and ends with. */
import { noTableWarning } from '../../../../wim/integrity.ts';
import { WimAttribute } from '../../binding/wimgapi/constants.ts';
import type { WimgApi } from '../../binding/wimgapi/wimgapi.ts';
import type { NativeOperation } from '../nativeOperation.ts';
import { withTemporaryFolder } from './newFile.ts';
import { changingFile, settleFile } from './unfinishedChange.ts';
import { withWim, type OpenWim, type WimAccess } from './openWim.ts';

/** What the work is done with. */
export interface ImageFileWork {
  readonly operation: NativeOperation;
  readonly api: WimgApi;
  /** What cannot be done when it fails, such as `Cannot export "C:\\a.wim"`. */
  readonly action: string;
  /** A folder for what wimgapi.dll unpacks, removed at the end. */
  readonly temporaryFolder: string;
  /** Opens or makes a file for as long as `body` works on it. */
  readonly withWim: <T>(access: Omit<WimAccess, 'action' | 'temporaryFolder'>, body: (wim: OpenWim) => Promise<T>) => Promise<T>;
}

/** A file may be opened more than once. */
function tellNoTable({ info, path }: OpenWim, { warnings }: NativeOperation): void {
  const warning = noTableWarning(path);
  if ((info.attributes & WimAttribute.VerifyData) === 0 && !warnings.includes(warning)) { warnings.push(warning); }
}

/** Does work on image files; loads wimgapi.dll where that was not done yet. */
export async function withImageFiles<T>(operation: NativeOperation, action: string, body: (work: ImageFileWork) => Promise<T>): Promise<T> {
  operation.throwIfCancelled();
  const { api, missingPrivileges } = operation.libraries.wimgapi();
  if (missingPrivileges.length > 0) { operation.context.log.warning(`This process does not have ${missingPrivileges.join(', ')}`); }
  return withTemporaryFolder(operation.context.scratchDirectory, (temporaryFolder) => body({
    operation, api, action, temporaryFolder,
    withWim: async (access, work) => {
      const { path, compression, writable = false, verify = false, tellsNoTable = verify && !writable } = access;
      const whole = { ...access, action, temporaryFolder };
      if (compression !== undefined) { return withWim(api, whole, work); }
      const open = (begins: () => void) => withWim(api, whole, (wim) => {
        begins();
        if (tellsNoTable) { tellNoTable(wim, operation); }
        return work(wim);
      });
      if (writable) { return changingFile(path, action, operation, open); }
      await settleFile(path, action, operation);
      return open(() => undefined);
    },
  }));
}
