/** Collects what a scan finds, and counts it under the headings of CBS.log. */
import type { Finding, FindingClass, HealthCounts, ImageHealthState } from '@dismts/protocol';
import { printable } from '../printable.ts';

export type FindingState = Finding['state'];

const zeroCounts: HealthCounts = {
  manifestsChecked: 0, filesChecked: 0, bytesChecked: 0, packagesChecked: 0, catalogsChecked: 0,
  totalDetected: 0, cbsManifest: 0, cbsMetadata: 0, csiManifest: 0, csiMetadata: 0, csiPayload: 0,
  totalRepaired: 0, cbsManifestRepaired: 0, csiManifestRepaired: 0, csiPayloadRepaired: 0, notChecked: 0, payloadRemoved: 0,
};

type CountName = keyof HealthCounts;

/** Which headings a class of damage counts under. */
const headings: Readonly<Partial<Record<FindingClass, { readonly found: CountName; readonly repaired?: CountName }>>> = {
  'CBS MUM Missing': { found: 'cbsManifest', repaired: 'cbsManifestRepaired' },
  'CBS MUM Corrupt': { found: 'cbsManifest', repaired: 'cbsManifestRepaired' },
  'CBS Catalog Missing': { found: 'cbsManifest', repaired: 'cbsManifestRepaired' },
  'CBS Catalog Corrupt': { found: 'cbsManifest', repaired: 'cbsManifestRepaired' },
  'CSI Manifest Corrupt': { found: 'csiManifest', repaired: 'csiManifestRepaired' },
  'Base Manifest Missing': { found: 'csiManifest', repaired: 'csiManifestRepaired' },
  'CSI Payload Corrupt': { found: 'csiPayload', repaired: 'csiPayloadRepaired' },
  'Projection Differs': { found: 'csiPayload', repaired: 'csiPayloadRepaired' },
  'CSI Store Metadata Corrupt': { found: 'csiMetadata' },
};

/** The rows of a report, one for each thing and class. */
export class Findings {
  readonly #rows = new Map<string, Finding>();
  readonly measured: { -readonly [K in 'manifestsChecked' | 'filesChecked' | 'bytesChecked' | 'packagesChecked' | 'catalogsChecked' | 'payloadRemoved']: number } = {
    manifestsChecked: 0, filesChecked: 0, bytesChecked: 0, packagesChecked: 0, catalogsChecked: 0, payloadRemoved: 0,
  };

  add(row: { readonly class: FindingClass; readonly component: string; readonly file?: string; readonly state: FindingState; readonly reason: string;
    readonly wantedDigest?: string | undefined; readonly offeredVersions?: readonly string[]; }): void {
    // All of it may come from the image.
    const finding: Finding = {
      class: row.class, component: printable(row.component), file: printable(row.file ?? ''), state: row.state, reason: printable(row.reason),
      wantedDigest: printable(row.wantedDigest ?? ''), offeredVersions: (row.offeredVersions ?? []).map(printable),
    };
    this.#rows.set(Findings.#key(finding), finding);
  }

  has(row: Pick<Finding, 'class' | 'component' | 'file'>): boolean {
    return this.#rows.has(Findings.#key(row));
  }

  /** Sorted by class, component and file, so that two scans of the same image read the same. */
  rows(): Finding[] {
    return [...this.#rows.values()].sort((a, b) => {
      const left = Findings.#key(a);
      const right = Findings.#key(b);
      return left < right ? -1 : left > right ? 1 : 0;
    });
  }

  static #key(row: Pick<Finding, 'class' | 'component' | 'file'>): string {
    return `${row.class}\0${row.component.toLowerCase()}\0${row.file.toLowerCase()}`;
  }
}

/** The numbers of a report. */
export function countFindings(rows: readonly Finding[], measured: Findings['measured']): HealthCounts {
  const counts = { ...zeroCounts, ...measured };
  for (const row of rows) {
    if (row.state === 'NotChecked') { counts.notChecked++; }
    if (row.state === 'NotChecked' || row.state === 'Noted') { continue; }
    counts.totalDetected++;
    const heading = headings[row.class];
    if (heading !== undefined) { counts[heading.found]++; }
    if (row.state === 'Repaired') {
      counts.totalRepaired++;
      if (heading?.repaired !== undefined) { counts[heading.repaired]++; }
    }
  }
  return counts;
}

/** Damage to hives cannot be mended, and without a base manifest nothing can be told; damage to files can be mended. */
export function stateOf(rows: readonly Finding[], basis: 'markers' | 'scan'): ImageHealthState {
  const open = rows.filter(({ state }) => state === 'Found' || state === 'NotRepaired');
  if (open.some((row) => row.class === 'CSI Store Metadata Corrupt' || (basis === 'scan' && row.class === 'Base Manifest Missing'))) { return 'NonRepairable'; }
  return open.length > 0 ? 'Repairable' : 'Healthy';
}
