/**
 * Scans the component store of an image: every manifest, payload file, catalog and package against what is recorded of it.
 *
 * It is parallel without workers of its own. Reading, hashing and LZMS run on libuv's threads, which keeps all processors busy
 * with payload. What is left to this thread is looking up paths, deltas (PA30) and XML: in a scan of 28,000 manifests, the
 * deltas take a twentieth of the time and the XML a third. Workers would have to hand back every file of every manifest by copying
 * it, and each would have a heap of its own; `npm run bench -- --only health` measures what is gained without them. Each step on
 * this thread is short, so that a cancellation is heard at any time.
 */
import type { OperationContext } from '../operationContext.ts';
import type { ImageFiles } from '../imageFiles/imageFiles.ts';
import { checkManifests } from './manifestScan.ts';
import { checkCatalogsAndPackages } from './packageScan.ts';
import { checkPayload } from './payloadScan.ts';
import { type ScanBases, ScanSession } from './scanSession.ts';
import type { StoreIndex } from './storeIndex.ts';
import type { ScanFilter, StoreScan } from './storeScan.ts';

/** Scans the whole store, or what a filter leaves of it. */
export async function scanStore(
  files: ImageFiles, index: StoreIndex, bases: ScanBases, context: OperationContext, filter?: ScanFilter,
): Promise<StoreScan> {
  const session = new ScanSession(files, index, bases, context, filter);
  reportHives(session);
  await checkManifests(session);
  await checkPayload(session);
  await checkCatalogsAndPackages(session);
  return session.scan;
}

function reportHives({ index, scan: { findings } }: ScanSession): void {
  for (const { name, reason } of index.brokenHives) {
    findings.add({ class: 'CSI Store Metadata Corrupt', component: name, state: 'Found', reason: `the registry hive cannot be read: ${reason}` });
  }
  if (index.packages === undefined && !index.brokenHives.some(({ name }) => name === 'SOFTWARE')) {
    findings.add({ class: 'CSI Store Metadata Corrupt', component: 'SOFTWARE', state: 'NotChecked', reason: 'the registry hive knows of no packages, so that none is checked' });
  }
  for (const name of index.dirtyHives) {
    findings.add({
      class: 'Note', component: name, state: 'Noted', reason: 'the registry hive was not closed cleanly; its newest changes may be in its log only',
    });
  }
}
