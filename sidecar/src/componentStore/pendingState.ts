/** Tells whether servicing of an image waits for its next start, which forbids every change before. */
import type { HiveKey } from '../registry/hive.ts';

/** What waits. */
export interface PendingState {
  readonly isPending: boolean;
  /** Everything that says so, such as `pending.xml` or `PackagesPending`. */
  readonly reasons: readonly string[];
}

/**
 * Reads the signs of pending operations.
 * @param servicing - The key `Component Based Servicing` of the SOFTWARE hive.
 * @param hasPendingXml - Whether `WinSxS\pending.xml` exists.
 */
export function readPendingState(servicing: HiveKey | undefined, hasPendingXml: boolean): PendingState {
  const reasons = hasPendingXml ? ['pending.xml'] : [];
  const sessions = servicing?.subkey('SessionsPending');
  // The key itself also exists on systems where nothing waits.
  if (sessions !== undefined && (sessions.subkeys().length > 0 || (sessions.value('Exclusive')?.asNumber() ?? 0) !== 0)) { reasons.push('SessionsPending'); }
  if ((servicing?.subkey('PackagesPending')?.subkeys().length ?? 0) > 0) { reasons.push('PackagesPending'); }
  if (servicing?.subkey('RebootPending') !== undefined) { reasons.push('RebootPending'); }
  return { isPending: reasons.length > 0, reasons };
}
