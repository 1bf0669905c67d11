/** Tells what became of each finding: a changed thing counts as repaired only where a new scan of it finds nothing. */
import type { Finding } from '@dismts/protocol';
import type { ImageFiles } from '../imageFiles/imageFiles.ts';
import type { RestoreSession } from './restoreSession.ts';
import { scanStore } from './scan.ts';

const missingPayload = 'Repair failed: Missing replacement payload';
const missingPair = 'Repair failed: Missing replacement mum/cat pair';

/** Scans what was touched. @param before Every finding of the scans before; of those of one thing, the last counts. */
export async function concludeRestore(
  session: RestoreSession, image: ImageFiles, before: readonly Finding[], provenRules: ReadonlySet<string>,
): Promise<{ readonly findings: readonly Finding[]; readonly sourceMissing: boolean }> {
  await session.readBases();
  const after = await scanStore(image, session.index, session.ownBases, session.context, { ...session.touched, provenRules });
  const rows = new Map<string, Finding>();
  let sourceMissing = false;
  for (const row of before) {
    const key = `${row.class}\0${row.component.toLowerCase()}\0${row.file.toLowerCase()}`;
    if (row.state === 'Noted') {
      rows.set(key, row);
      continue;
    }
    if (wasTouched(session, row) && !after.findings.has(row)) {
      if (row.state === 'Found') { rows.set(key, { ...row, state: 'Repaired' }); }
      continue;
    }
    if (row.state === 'NotChecked') {
      rows.set(key, row);
      continue;
    }
    sourceMissing = true;
    const isPackage = row.class.startsWith('CBS MUM') || (row.class.startsWith('CBS Catalog') && row.wantedDigest === '');
    rows.set(key, {
      ...row, state: 'NotRepaired', reason: `${row.reason}. ${isPackage ? missingPair : missingPayload}`, offeredVersions: await offeredVersions(session, row),
    });
  }
  return { findings: [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row), sourceMissing };
}

function wasTouched({ touched: { components, packages, catalogs }, ownBases }: RestoreSession, row: Finding): boolean {
  const component = row.component.toLowerCase();
  return components.has(component) || packages.has(component) || catalogs.has(component) || (row.class === 'Base Manifest Missing' && ownBases.length > 0);
}

async function offeredVersions({ sources }: RestoreSession, row: Finding): Promise<string[]> {
  if (!row.class.startsWith('CSI')) { return []; }
  const versions = new Set<string>();
  for (const source of sources) {
    for (const version of await source.versionsOf(row.component)) { versions.add(version); }
  }
  return [...versions].sort();
}
