/** Repairs the component store of an image: finds bytes that have the recorded digest, and puts them in place. */
import type { Finding } from '@dismts/protocol';
import type { OperationContext } from '../operationContext.ts';
import type { WritableImageFiles } from '../imageFiles/imageFiles.ts';
import { isServicingStack } from './baseManifests.ts';
import { CatalogRestore } from './catalogRestore.ts';
import { restoreManifests } from './manifestRestore.ts';
import { restorePackages } from './packageRestore.ts';
import { PayloadRestore } from './payloadRestore.ts';
import { concludeRestore, type LeftOver } from './restoreConclusion.ts';
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
  /** What is left of what was found, and why. */
  readonly left: readonly LeftOver[];
}

/** Restores. Each step is whole or not there, so an interrupted restore is finished by another one. */
export async function restoreStore(
  image: WritableImageFiles, index: StoreIndex, sources: readonly StoreSource[], context: OperationContext,
): Promise<RestoreOutcome> {
  return await new Restore(image, new RestoreSession(image, index, sources, context)).run();
}

/** At most a manifest of the servicing stack, then its wcp.dll. */
const baseSteps = 2;

class Restore {
  readonly #image: WritableImageFiles;
  readonly #session: RestoreSession;
  readonly #payload: PayloadRestore;
  readonly #rows = new Map<string, Finding>();
  #hasScanned = false;

  constructor(image: WritableImageFiles, session: RestoreSession) {
    this.#image = image;
    this.#session = session;
    this.#payload = new PayloadRestore(session);
  }

  async run(): Promise<RestoreOutcome> {
    const session = this.#session;
    await session.readBases();
    let scan = await this.#scan();
    const { measured } = scan.findings;
    scan = await this.#restoreBase(scan);
    const catalogs = new CatalogRestore(session);
    await catalogs.run(scan);
    if (await restoreManifests(session, scan.brokenManifests)) {
      // The payload of a manifest that was bad could not be checked before.
      scan = mergeScans(scan, await this.#scan(scan));
    }
    session.begin(scan.brokenFiles.length + scan.brokenProjections.length + scan.brokenPackages.length);
    await this.#payload.run(scan);
    await restorePackages(session, catalogs, scan);
    return { ...await concludeRestore(session, this.#image, [...this.#rows.values()], scan), measured };
  }

  /** Nothing else can be judged while the base manifest is lost or bad: it is in a file of the servicing stack, which comes first. */
  async #restoreBase(first: StoreScan): Promise<StoreScan> {
    const session = this.#session;
    let scan = first;
    for (let step = 0; scan.isBaseInDoubt && step < baseSteps; step++) {
      const before = session.touched.components.size;
      await restoreManifests(session, [...scan.brokenManifests, ...scan.unjudgedManifests].filter(({ keyform }) => isServicingStack(keyform)));
      await this.#payload.restoreFiles(scan, scan.brokenFiles.filter(({ component }) => isServicingStack(component.component.keyform)));
      if (session.touched.components.size === before) { break; }
      await session.readBases();
      scan = await this.#scan();
    }
    return scan;
  }

  /** Scans everything, or again what was restored after a scan, and keeps what was found. */
  async #scan(after?: StoreScan): Promise<StoreScan> {
    const { index, scanBases, context, touched } = this.#session;
    // A manifest that was not restored is among them, so that it stays among what is broken.
    const components = new Set([...touched.components, ...after?.brokenManifests.map(({ keyform }) => keyform.toLowerCase()) ?? []]);
    // A second look would seem to begin everything anew: it is not told.
    const looking = this.#hasScanned ? { ...context, progress: () => undefined } : context;
    this.#hasScanned = true;
    const scan = await scanStore(this.#image, index, scanBases, looking, after === undefined ? undefined
      : { ...touched, components, provenRules: after.provenRules, isBaseInDoubt: after.isBaseInDoubt });
    for (const [key, row] of this.#rows) {
      // What could not be checked then has been now.
      if (row.state === 'NotChecked' && (after === undefined || components.has(row.component.toLowerCase()))) { this.#rows.delete(key); }
    }
    for (const row of scan.findings.rows()) { this.#rows.set(`${row.class}\0${row.component.toLowerCase()}\0${row.file.toLowerCase()}`, row); }
    return scan;
  }
}
