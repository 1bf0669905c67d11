/** What an image says of its Windows. */
import type { Caller } from './call.ts';
import { nativeFunction } from './dismLibrary.ts';
import type { CallResult } from './outcome.ts';
import { readOne } from './results.ts';
import type { DismSession } from './session.ts';
import { readOsInfo, type DismOsInfo } from './structs.ts';

const _DismGetOsInfo = nativeFunction('_DismGetOsInfo', 'DismSession Session, _Out_ DismOsInfo **OsInfo');

/** Functions on the Windows in an image. It is not documented. */
export interface SystemFunctions {
  /**
   * Version, architecture and folders of the Windows in the image.
   * @see _DismGetOsInfo (undocumented)
   */
  getOsInfo(session: DismSession): Promise<CallResult<DismOsInfo>>;
}

/** The functions of this group, on a caller. */
export function systemFunctions(caller: Caller): SystemFunctions {
  return {
    getOsInfo: (session) => readOne(caller, {
      function: _DismGetOsInfo, inputs: [session], action: 'Cannot read which Windows the image holds',
    }, readOsInfo),
  };
}
