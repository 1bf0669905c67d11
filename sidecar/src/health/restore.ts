/** Repairs the component store of an image: finds bytes that have the recorded digest, and puts them in place. */
import type { Finding } from '@dismts/protocol';
import type { OperationContext } from '../operationContext.ts';
import type { WritableImageFiles } from '../imageFiles/imageFiles.ts';
import { CatalogRestore } from './catalogRestore.ts';
import { restoreManifests } from './manifestRestore.ts';
import { restorePackages } from './packageRestore.ts';
import { PayloadRestore } from './payloadRestore.ts';
import { concludeRestore } from './restoreConclusion.ts';
import { RestoreSession } from './restoreSession.ts';
import { scanStore } from './scan.ts';
import type { StoreSource } from './sources.ts';
import type { StoreIndex } from './storeIndex.ts';
import { mergeScans, type StoreScan } from './storeScan.ts';

/** What a restore did. */
export interface RestoreOutcome {
  /** Every finding of the scans, with what became of it. */
  readonly findings: readonly Finding[];
  readonly measured: StoreScan['findings']['measured'];
  /** Something was found that could not be repaired, because nobody had it. */
  readonly sourceMissing: boolean;
}

/** Restores. Each step is whole or not there, so an interrupted restore is finished by another one. */
export async function restoreStore(
  image: WritableImageFiles, index: StoreIndex, sources: readonly StoreSource[], context: OperationContext,
): Promise<RestoreOutcome> {
  const session = new RestoreSession(image, index, sources, context);
  const { touched } = session;
  await session.readBases();
  let scan = await scanStore(image, index, session.bases, context);
  const first = scan.findings.rows();
  const { measured } = scan.findings;
  const catalogs = new CatalogRestore(session);
  await catalogs.run(scan);
  if (await restoreManifests(session, scan) || scan.missingBase) {
    // The payload of a manifest that was bad could not be checked before.
    const components = new Set([...touched.components, ...scan.brokenManifests.map(({ keyform }) => keyform.toLowerCase())]);
    await session.readBases();
    const filter = scan.missingBase ? undefined : { ...touched, components, provenRules: scan.provenRules };
    scan = mergeScans(scan, await scanStore(image, index, session.bases, context, filter));
  }
  session.begin(scan.brokenFiles.length + scan.brokenProjections.length + scan.brokenPackages.length);
  await new PayloadRestore(session).run(scan);
  await restorePackages(session, catalogs, scan);
  return { ...await concludeRestore(session, image, [...first, ...scan.findings.rows()], scan.provenRules), measured };
}
