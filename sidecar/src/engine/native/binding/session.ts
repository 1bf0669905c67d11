/** Sessions: what functions on the content of an image work through. */
import type { NumberSlot } from './asyncCall.ts';
import type { Caller } from './call.ts';
import { DISM_ONLINE_IMAGE } from './constants.ts';
import { nativeFunction } from './dismLibrary.ts';
import type { CallOutcome, CallResult } from './outcome.ts';
import { quoted } from './text.ts';

const DismOpenSession = nativeFunction('DismOpenSession', 'PCWSTR ImagePath, PCWSTR WindowsDirectory, PCWSTR SystemDrive, _Out_ DismSession *Session');
const DismCloseSession = nativeFunction('DismCloseSession', 'DismSession Session');

/** A number that stands for an open session. Not a pointer; 0 is never one. */
export type DismSession = number;

/** Which image to open. */
export interface OpenSessionParams {
  /** Root folder of a mounted or applied image, or DISM_ONLINE_IMAGE. */
  readonly imagePath: string;
  /** Relative to the root; null: `Windows`. Null for DISM_ONLINE_IMAGE. */
  readonly windowsDirectory: string | null;
  /** Drive of the boot manager; null: that of the image. Null for DISM_ONLINE_IMAGE. */
  readonly systemDrive: string | null;
}

/** Functions on sessions. */
export interface SessionFunctions {
  /**
   * Opens a session. It has to be closed before the image is unmounted and before shutdown().
   * @throws DismError DISMAPI_E_MUST_SPECIFY_ONLINE_IMAGE: the path is that of the running Windows.
   * @throws DismError DISMAPI_E_NEEDS_REMOUNT: the mounted image is no longer served.
   * @throws DismError DISM_E_IMAGE_BUSY: another process services the image.
   * @throws DismError ERROR_BAD_FORMAT: the running Windows, from a process of another architecture.
   * @throws DismError ERROR_FILE_NOT_FOUND, ERROR_PATH_NOT_FOUND, ERROR_ALREADY_EXISTS
   * @see dismapi.h DismOpenSession
   */
  openSession(params: OpenSessionParams): Promise<CallResult<DismSession>>;
  /**
   * Closes a session; does not unmount.
   * @throws DismError DISMAPI_E_INVALID_DISM_SESSION, E_INVALIDARG: it is not open.
   * @see dismapi.h DismCloseSession
   */
  closeSession(session: DismSession): Promise<CallOutcome>;
}

/** The functions of this group, on a caller. */
export function sessionFunctions(caller: Caller): SessionFunctions {
  return {
    openSession: ({ imagePath, windowsDirectory, systemDrive }) => {
      const session: NumberSlot = [0];
      return caller.read({
        function: DismOpenSession, arguments: [imagePath, windowsDirectory, systemDrive, session],
        results: [], read: () => session[0], opensImage: true,
        action: imagePath === DISM_ONLINE_IMAGE ? 'Cannot open the running Windows' : `Cannot open the image in ${quoted(imagePath)}`,
        target: imagePath === DISM_ONLINE_IMAGE ? undefined : imagePath,
      });
    },
    closeSession: (session) => caller.run({
      function: DismCloseSession, arguments: [session], action: 'Cannot close the session on the image',
    }),
  };
}
