/** What every operation on image files begins and ends with. */
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

/** Does work on image files; loads wimgapi.dll where that was not done yet. */
export async function withImageFiles<T>(operation: NativeOperation, action: string, body: (work: ImageFileWork) => Promise<T>): Promise<T> {
  operation.throwIfCancelled();
  const { api, missingPrivileges } = operation.libraries.wimgapi();
  if (missingPrivileges.length > 0) { operation.context.log.warning(`This process does not have ${missingPrivileges.join(', ')}`); }
  return withTemporaryFolder(operation.context.scratchDirectory, (temporaryFolder) => body({
    operation, api, action, temporaryFolder,
    withWim: async (access, work) => {
      const { path, compression, writable = false } = access;
      const whole = { ...access, action, temporaryFolder };
      if (compression !== undefined) { return withWim(api, whole, work); }
      if (writable) {
        return changingFile(path, action, operation, (begins) => withWim(api, whole, (wim) => {
          begins();
          return work(wim);
        }));
      }
      await settleFile(path, action, operation);
      return withWim(api, whole, work);
    },
  }));
}
