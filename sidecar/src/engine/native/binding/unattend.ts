/** Answer files. */
import type { Caller } from './call.ts';
import { nativeFunction } from './dismLibrary.ts';
import type { CallOutcome } from './outcome.ts';
import type { DismSession } from './session.ts';
import { quoted } from './text.ts';

const DismApplyUnattend = nativeFunction('DismApplyUnattend', 'DismSession Session, PCWSTR UnattendFile, BOOL SingleSession');

/** What to apply, and how. */
export interface ApplyUnattendParams {
  /** The answer file. */
  readonly unattendFile: string;
  /** All of its packages in one go. */
  readonly singleSession: boolean;
}

/** Functions on answer files. */
export interface UnattendFunctions {
  /**
   * Applies the pass offlineServicing of an answer file.
   * @throws DismError ERROR_FILE_NOT_FOUND, CBS_E_XML_PARSER_FAILURE
   * @see dismapi.h DismApplyUnattend
   */
  applyUnattend(session: DismSession, params: ApplyUnattendParams): Promise<CallOutcome>;
}

/** The functions of this group, on a caller. */
export function unattendFunctions(caller: Caller): UnattendFunctions {
  return {
    applyUnattend: (session, { unattendFile, singleSession }) => caller.run({
      function: DismApplyUnattend, arguments: [session, unattendFile, Number(singleSession)],
      action: `Cannot apply the answer file ${quoted(unattendFile)}`, target: unattendFile,
    }),
  };
}
