/** Tells what became of each finding: a changed thing counts as repaired only where a new scan of it finds nothing. */
import type { Finding } from '@dismts/protocol';
import type { ImageFiles } from '../imageFiles/imageFiles.ts';
import { Findings } from './findings.ts';
import type { SystemError } from '../systemErrors.ts';
import type { RestoreOutcome } from './restore.ts';
import type { RestoreSession } from './restoreSession.ts';
import { scanStore } from './scan.ts';
import type { StoreScan } from './storeScan.ts';

const missingPayload = 'Repair failed: Missing replacement payload';
const missingPair = 'Repair failed: Missing replacement mum/cat pair';

/** Scans what was touched. @param before Every finding of the scans before. */
export async function concludeRestore(
  session: RestoreSession, image: ImageFiles, before: readonly Finding[], { provenRules, isBaseInDoubt }: StoreScan,
): Promise<Pick<RestoreOutcome, 'findings' | 'sourceMissing' | 'systemError'>> {
  await session.readBases();
  const after = await scanStore(image, session.index, session.own, session.context, { ...session.touched, provenRules, isBaseInDoubt });
  const rows = new Findings();
  let sourceMissing = false;
  let systemError: SystemError | undefined;
  const leave = async (row: Finding): Promise<void> => {
    const answer = session.systemErrors.get(row.component.toLowerCase());
    if (answer === undefined) { sourceMissing = true; } else { systemError ??= answer; }
    rows.add(await notRepaired(session, row));
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
  return { findings: rows.rows(), sourceMissing, systemError };
}

async function notRepaired(session: RestoreSession, row: Finding): Promise<Finding> {
  const failure = session.failures.get(row.component.toLowerCase());
  const isPackage = row.class.startsWith('CBS MUM') || (row.class.startsWith('CBS Catalog') && row.wantedDigest === '');
  return {
    ...row, state: 'NotRepaired', offeredVersions: await offeredVersions(session, row),
    reason: `${row.reason}. ${failure === undefined ? isPackage ? missingPair : missingPayload : `Repair failed: ${failure}`}`,
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
