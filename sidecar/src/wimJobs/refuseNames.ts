/** Names that an image must not get, whichever way: Windows could not have the files, or not all of them. */
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';
import { printable } from '../printable.ts';
import type { Noted } from './noted.ts';

/** What was found in a folder. */
export interface FoundNames {
  /** Names that no file of Windows can have. */
  readonly impossible: Noted;
  /** Names that differ from another one in case only. */
  readonly twins: Noted;
  /** Links whose target is no UTF-8. */
  readonly badTargets?: Noted;
}

/** @param what The first half of messages. @param source Where they were found. @param hint What to do about them. @throws DismError ERROR_INVALID_NAME. */
export function refuseNames({ impossible, twins, badTargets }: FoundNames, what: string, source: string, hint: string): void {
  if (impossible.count > 0) {
    throw new DismError(Hresult.ERROR_INVALID_NAME, printable(`${what}: Windows cannot have files with these names: ${String(impossible)}`), { target: source, hint });
  }
  if (badTargets !== undefined && badTargets.count > 0) {
    throw new DismError(Hresult.ERROR_INVALID_NAME, printable(`${what}: what these links lead to has no valid name (it is not UTF-8): ${String(badTargets)}`), { target: source, hint });
  }
  if (twins.count > 0) {
    throw new DismError(Hresult.ERROR_INVALID_NAME,
      printable(`${what}: these names differ from others of their folders in case only, and Windows would have one of each: ${String(twins)}`), { target: source, hint });
  }
}
