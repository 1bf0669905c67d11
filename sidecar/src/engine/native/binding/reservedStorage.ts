/** The storage that the running Windows reserves for updates. */
import type { NumberSlot } from './asyncCall.ts';
import type { Caller } from './call.ts';
import { nativeFunction } from './dismLibrary.ts';
import type { CallOutcome, CallResult } from './outcome.ts';
import type { DismSession } from './session.ts';

const DismGetReservedStorageState = nativeFunction('DismGetReservedStorageState', 'DismSession Session, _Out_ DWORD *State');
const DismSetReservedStorageState = nativeFunction('DismSetReservedStorageState', 'DismSession Session, DWORD State');

/** Functions on reserved storage. The session is on the running Windows, 10 2004 or later. */
export interface ReservedStorageFunctions {
  /**
   * DISM_RESERVED_STORAGE_*.
   * @throws DismError ERROR_NOT_SUPPORTED: the session is on an offline image.
   * @see dismapi.h DismGetReservedStorageState
   */
  getReservedStorageState(session: DismSession): Promise<CallResult<number>>;
  /**
   * Sets DISM_RESERVED_STORAGE_*.
   * @throws DismError ERROR_NOT_SUPPORTED: the session is on an offline image.
   * @throws DismError DISMAPI_E_BUSY: the storage is in use.
   * @see dismapi.h DismSetReservedStorageState
   */
  setReservedStorageState(session: DismSession, state: number): Promise<CallOutcome>;
}

/** The functions of this group, on a caller. */
export function reservedStorageFunctions(caller: Caller): ReservedStorageFunctions {
  return {
    getReservedStorageState: (session) => {
      const state: NumberSlot = [0];
      return caller.read({
        function: DismGetReservedStorageState, arguments: [session, state], results: [], read: () => state[0],
        action: 'Cannot read the state of reserved storage',
      });
    },
    setReservedStorageState: (session, state) => caller.run({
      function: DismSetReservedStorageState, arguments: [session, state], action: 'Cannot change the state of reserved storage',
    }),
  };
}
