/** The one table of exit codes: how work can end, and the number that the host of a script or program reads it from. The module's copy is generated from it. */
import type { ErrorCategory } from '@dismts/protocol';
import { Hresult, knownCodes } from './hresult.ts';

interface Row {
  /** Intune, ConfigMgr and installers know 3010 and 1618. */
  readonly windows: number;
  /** What the caller sees is one byte; the numbers above 63 are those of sysexits.h, which mailers, cron wrappers and systemd units know. */
  readonly posix: number;
  /** A phrase, for tables and for help. */
  readonly meaning: string;
}

/** In the order of what counts first where several things ended differently, the least first. The last four are of `dismts` alone. */
export const exitCodes = {
  done: { windows: 0, posix: 0, meaning: 'done' },
  // What waits for a restart is the running Windows, which no other system has.
  restart: { windows: 3010, posix: 0, meaning: 'done, a restart is needed' },
  damaged: { windows: 65, posix: 65, meaning: 'checked, and the image is damaged' },
  busy: { windows: 1618, posix: 75, meaning: 'busy, try again later' },
  failed: { windows: 1, posix: 1, meaning: 'failed, also where a check could not be made' },
  usage: { windows: 2, posix: 2, meaning: 'wrong usage or parameters' },
  unwritten: { windows: 74, posix: 74, meaning: 'done, but the result could not be written to stdout' },
  bug: { windows: 70, posix: 70, meaning: 'a bug in DismTs' },
  cancelled: { windows: 130, posix: 130, meaning: 'cancelled by a signal, after cleaning up' },
} as const satisfies Record<string, Row>;

/** How work can end. */
export type Outcome = keyof typeof exitCodes;

/** Those that the helper for scripts gives. */
export const scriptOutcomes = ['done', 'restart', 'damaged', 'busy', 'failed'] as const satisfies readonly Outcome[];

/** Another user of the same thing, who will be through at some time, though the category says that something exists already. */
const alsoBusy = [Hresult.WIM_E_ALREADY_MOUNTED_READWRITE, Hresult.WIM_E_ALREADY_MOUNTED, Hresult.WIM_E_MOUNT_DIR_IN_USE];
/** ERROR_BUSY and ERROR_USER_MAPPED_FILE: Windows and .NET report them of files that DismTs is not asked about. */
const busyElsewhere = [0x800700AA, 0x800704C8];

/** HRESULTs after which another attempt, later, can succeed with nothing else changed. Unsigned. */
export const busyCodes: readonly number[] = [
  ...knownCodes().filter(({ category }) => category === 'ResourceBusy').map(({ code }) => code), ...alsoBusy, ...busyElsewhere,
].sort((a, b) => a - b);

/** HRESULTs, signed or unsigned, that say: done, and a restart is needed. */
export const restartCodes: readonly number[] = [0x00000BC2, 0x00000BC3, 0x80070BC2, 0x80070BC3];

/** The number of an outcome on a platform. */
export function exitCode(outcome: Outcome, platform: NodeJS.Platform = process.platform): number {
  return exitCodes[outcome][platform === 'win32' ? 'windows' : 'posix'];
}

/** What a failure comes to. */
export function outcomeOfFailure({ nativeCode, category }: { readonly nativeCode: number; readonly category?: ErrorCategory }): Outcome {
  return category === 'ResourceBusy' || busyCodes.includes(nativeCode >>> 0) ? 'busy' : 'failed';
}

/** What a result comes to. A failure that stands in it counts first, then damage, then a restart. */
export function outcomeOfResult(result: unknown): Outcome {
  const { failure, results, imageHealthState, healthy, restartNeeded } = (result ?? {}) as Readonly<Record<string, unknown>>;
  // That of the whole, or those of the items of a list.
  const failures = [failure, ...(Array.isArray(results) ? results as { failure?: unknown }[] : []).map((item) => item.failure)]
    .filter((one) => typeof one === 'object' && one !== null).map((one) => outcomeOfFailure((one as { data: { nativeCode: number } }).data));
  if (failures.length > 0) { return failures.includes('failed') ? 'failed' : 'busy'; }
  if ((typeof imageHealthState === 'string' && imageHealthState !== 'Healthy') || healthy === false) { return 'damaged'; }
  return restartNeeded === true ? 'restart' : 'done';
}
