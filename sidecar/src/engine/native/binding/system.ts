/** What an image says of its Windows, and where its registry hives are loaded. */
import type { AddressSlot } from './asyncCall.ts';
import type { Caller } from './call.ts';
import type { DismRegistryHive, ValueOf } from './constants.ts';
import { nativeFunction } from './dismLibrary.ts';
import type { CallResult } from './outcome.ts';
import { readOne, readOptionalString } from './results.ts';
import type { DismSession } from './session.ts';
import { readOsInfo, type DismOsInfo } from './structs.ts';

const _DismGetOsInfo = nativeFunction('_DismGetOsInfo', 'DismSession Session, _Out_ DismOsInfo **OsInfo');
const _DismGetRegistryMountPoint = nativeFunction('_DismGetRegistryMountPoint', 'DismSession Session, int RegistryHive, _Out_ DismString **MountPoint');

/** Functions on the Windows in an image. None of them is documented. */
export interface SystemFunctions {
  /**
   * Version, architecture and folders of the Windows in the image.
   * @see _DismGetOsInfo (undocumented)
   */
  getOsInfo(session: DismSession): Promise<CallResult<DismOsInfo>>;
  /**
   * The registry key under which the API has loaded a hive of an offline image.
   * @see _DismGetRegistryMountPoint (undocumented)
   */
  getRegistryMountPoint(session: DismSession, hive: ValueOf<typeof DismRegistryHive>): Promise<CallResult<string | null>>;
}

/** The functions of this group, on a caller. */
export function systemFunctions(caller: Caller): SystemFunctions {
  return {
    getOsInfo: (session) => readOne(caller, {
      function: _DismGetOsInfo, inputs: [session], action: 'Cannot read which Windows the image holds',
    }, readOsInfo),
    getRegistryMountPoint: (session, hive) => {
      const mountPoint: AddressSlot = [null];
      return caller.read({
        function: _DismGetRegistryMountPoint, arguments: [session, hive, mountPoint], results: [mountPoint],
        read: () => readOptionalString(mountPoint[0]), action: 'Cannot find the registry of the image',
      });
    },
  };
}
