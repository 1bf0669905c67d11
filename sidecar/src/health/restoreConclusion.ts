/** Tells what became of each finding: a changed thing counts as repaired only where a new scan of it finds nothing. */
import type { Finding } from '@dismts/protocol';
import type { ImageFiles } from '../imageFiles/imageFiles.ts';
import { type Failure, fileTrouble } from '../imageFiles/fileTrouble.ts';
import { Findings } from './findings.ts';
import { messageOf } from '../systemErrors.ts';
import type { RestoreOutcome } from './restore.ts';
import type { RestoreSession } from './restoreSession.ts';
import { scanStore } from './scan.ts';
import type { StoreScan } from './storeScan.ts';

/** Why something was not repaired. */
export type LeftOver =
  /** It is a registry hive, which no repair mends. */
  | { readonly cause: 'hive'; readonly name: string; readonly failure: Failure }
  /** Somebody has it, but it could not be put in place. */
  | { readonly cause: 'failed'; readonly failure: Failure }
  /** It is in nothing that can be read of the sources. */
  | { readonly cause: 'unread'; readonly failure: Failure }
  /** Nobody has it. */
  | { readonly cause: 'missing' };

const missingPayload = 'Repair failed: Missing replacement payload';
const missingPair = 'Repair failed: Missing replacement mum/cat pair';

/** Scans what was touched. @param before Every finding of the scans before. */
export async function concludeRestore(
  session: RestoreSession, image: ImageFiles, before: readonly Finding[], { provenRules, isBaseInDoubt }: StoreScan,
): Promise<Pick<RestoreOutcome, 'findings' | 'left'>> {
  await session.readBases();
  const after = await scanStore(image, session.index, session.own, session.context, { ...session.touched, provenRules, isBaseInDoubt });
  const rows = new Findings();
  const left: LeftOver[] = [];
  const leave = async (row: Finding): Promise<void> => {
    const why = leftOver(session, row);
    left.push(why);
    rows.add(await notRepaired(session, row, why));
  };
  for (const row of before) {
    if (row.state === 'Noted' || (row.state === 'NotChecked' && !wasTouched(session, row))) {
      rows.add(row);
    } else if (wasTouched(session, row) && !after.findings.has(row)) {
      if (row.state === 'Found') { rows.add({ ...row, state: 'Repaired' }); }
    } else if (row.state === 'Found') {
      await leave(row);
    }
  }
  // What only the last scan sees is damage that a repair has laid bare, or did not reach.
  for (const row of after.findings.rows()) {
    if (rows.has(row)) { continue; }
    if (row.state === 'Found') { await leave(row); } else { rows.add(row); }
  }
  return { findings: rows.rows(), left };
}

function leftOver({ index, failures, unread, unreadSources }: RestoreSession, row: Finding): LeftOver {
  const hive = row.class === 'CSI Store Metadata Corrupt' ? index.brokenHives.find(({ name }) => name === row.component) : undefined;
  if (hive !== undefined) { return { cause: 'hive', name: hive.name, failure: hive.failure }; }
  const component = row.component.toLowerCase();
  const failed = failures.get(component);
  if (failed !== undefined) { return { cause: 'failed', failure: failed }; }
  const failure = unread.get(component) ?? unreadSources;
  return failure === undefined ? { cause: 'missing' } : { cause: 'unread', failure };
}

async function notRepaired(session: RestoreSession, row: Finding, why: LeftOver): Promise<Finding> {
  const isPackage = row.class.startsWith('CBS MUM') || (row.class.startsWith('CBS Catalog') && row.wantedDigest === '');
  const missing = isPackage ? missingPair : missingPayload;
  const reason = why.cause === 'missing' ? missing
    : why.cause === 'unread' ? `${missing} (not all of the sources can be read: ${messageOf(why.failure)})`
      : `Repair failed: ${why.cause === 'hive' ? 'A registry hive cannot be repaired' : fileTrouble(why.failure) ?? messageOf(why.failure)}`;
  return {
    ...row, state: 'NotRepaired', offeredVersions: await offeredVersions(session, row),
    reason: `${row.reason}. ${reason}`,
  };
}

function wasTouched({ touched: { components, packages, catalogs }, own }: RestoreSession, row: Finding): boolean {
  const component = row.component.toLowerCase();
  return components.has(component) || packages.has(component) || catalogs.has(component) || (row.class === 'Base Manifest Missing' && !own.isNewestLost);
}

async function offeredVersions({ sources }: RestoreSession, row: Finding): Promise<string[]> {
  if (!row.class.startsWith('CSI')) { return []; }
  const versions = new Set<string>();
  for (const source of sources) {
    for (const version of await source.versionsOf(row.component)) { versions.add(version); }
  }
  return [...versions].sort();
}
