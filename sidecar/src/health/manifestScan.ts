/** Checks the manifests of a store: each expands to the recorded bytes, and is that of its component. */
import { storedForm } from '../componentStore/compressed.ts';
import { compareVersions } from '../componentStore/identity.ts';
import { keyform } from '../componentStore/keyHash.ts';
import { type Manifest, parseManifest } from '../componentStore/manifest.ts';
import { DismError } from '../errors.ts';
import { nothingIfInTrouble } from '../imageFiles/fileTrouble.ts';
import { releaseMemory } from '../platform/releaseMemory.ts';
import { isServicingStack, noteLostBase } from './baseManifests.ts';
import { matchDigest } from './digestMatch.ts';
import type { ScanSession } from './scanSession.ts';
import type { StoreComponent } from './storeIndex.ts';
import { manifestFolder, manifestPath, maxManifestBytes, payloadPath } from './storePaths.ts';
import { noteUncheckedFiles } from './uncheckedFiles.ts';

/** After so many bytes of manifests, what is left of them is collected: V8 itself would wait for as much again as the scan keeps. */
const releaseBytes = 24 * 1024 * 1024;

/** A compressed manifest that expands to other bytes than recorded: it is damaged, or the base manifest is. */
interface FailedDelta {
  readonly component: StoreComponent;
  readonly reason: string;
}

/** Fills `verified`, `brokenManifests` and `unjudgedManifests` of the scan. */
export async function checkManifests(session: ScanSession): Promise<void> {
  await new ManifestScan(session).run();
}

class ManifestScan {
  readonly #session: ScanSession;
  readonly #failedDeltas: FailedDelta[] = [];
  #goodDeltas = 0;
  /** Expanded since memory was given back. */
  #expandedBytes = 0;

  constructor(session: ScanSession) {
    this.#session = session;
  }

  async run(): Promise<void> {
    const session = this.#session;
    const { index, filter, scan } = session;
    const components = index.components.filter(({ keyform: key }) => filter?.components.has(key.toLowerCase()) ?? true);
    const work = await session.sized(components, ({ keyform: key }) => [manifestPath(index, key)]);
    session.begin('Checking manifests', work);
    await session.forEach(work, async ({ item: component, bytes }) => {
      await this.#check(component);
      session.advance(bytes);
    }, ({ item: component }, { reason, isDenied }) => {
      if (isDenied) { this.#noteUnchecked(component, reason); } else { this.#noteBroken(component, reason); }
    });
    session.finish();
    await this.#judgeFailedDeltas();
    await noteUncheckedFiles(session, scan.brokenManifests);
    if (filter === undefined) { await this.#noteStrays(); }
  }

  #noteBroken(component: StoreComponent, reason: string): void {
    const { scan } = this.#session;
    scan.brokenManifests.push(component);
    scan.findings.add({ class: 'CSI Manifest Corrupt', component: component.keyform, state: 'Found', reason, wantedDigest: component.manifestDigest });
  }

  #noteUnchecked({ keyform: key, manifestDigest }: StoreComponent, reason: string): void {
    this.#session.scan.findings.add({ class: 'CSI Manifest Corrupt', component: key, state: 'NotChecked', reason, wantedDigest: manifestDigest });
  }

  async #check(component: StoreComponent): Promise<void> {
    const { files, index, bases, context, scan } = this.#session;
    const { keyform: key, manifestDigest } = component;
    scan.findings.measured.manifestsChecked++;
    const data = await files.read(manifestPath(index, key), maxManifestBytes);
    if (data === undefined) {
      this.#noteBroken(component, 'the manifest does not exist');
      return;
    }
    const isDelta = storedForm(data) === 'DCM';
    if (isDelta && bases.length === 0) {
      this.#failedDeltas.push({ component, reason: 'there is no base manifest to expand it with' });
    } else if (manifestDigest === undefined) {
      // Windows 7 recorded none: the manifest is taken as it is, and its payload is checked.
      await this.#accept(component, data);
    } else {
      const match = await matchDigest(data, bases, { algorithm: 'sha256', hex: manifestDigest }, maxManifestBytes, context.signal);
      if (match.result === 'match') {
        if (isDelta) { this.#goodDeltas++; }
        this.#expandedBytes += match.data.length;
        if (this.#expandedBytes > releaseBytes) {
          this.#expandedBytes = 0;
          releaseMemory();
        }
        await this.#accept(component, match.data);
      } else if (match.result === 'differs' && isDelta) {
        this.#failedDeltas.push({ component, reason: match.reason });
      } else {
        // The recorded digest says that Windows can expand it: a form that cannot be expanded is the work of damage.
        this.#noteBroken(component, match.reason);
      }
    }
  }

  async #accept(component: StoreComponent, xml: Buffer): Promise<void> {
    let manifest: Manifest;
    try {
      manifest = parseManifest(xml);
    } catch (error) {
      if (!(error instanceof DismError)) { throw error; }
      this.#noteBroken(component, `it cannot be read: ${error.message}`);
      return;
    }
    if (keyform(manifest.identity).toLowerCase() !== component.keyform.toLowerCase()) {
      this.#noteBroken(component, 'it is the manifest of another component');
      return;
    }
    const { index, files, scan } = this.#session;
    // Of payload that was removed there is nothing to look at, and nothing to remember.
    const hasNone = component.payloadDeleted && (await files.list(payloadPath(index, component.keyform, '')).catch(nothingIfInTrouble))?.length === 0;
    scan.verified.set(component.keyform.toLowerCase(), { component, manifest: hasNone ? { identity: manifest.identity, files: [] } : manifest });
  }

  /** Only a base manifest that is known to be good makes damage of what it cannot expand. */
  async #judgeFailedDeltas(): Promise<void> {
    const { scan, filter, isNewestBaseLost, baseAnswer } = this.#session;
    const failed = this.#failedDeltas;
    scan.isBaseInDoubt = isNewestBaseLost || (filter?.isBaseInDoubt ?? (failed.length > 0 && await this.#isBaseBad()));
    if (isNewestBaseLost) { noteLostBase(scan.findings, { answer: baseAnswer }); }
    for (const { component, reason } of failed) {
      if (!scan.isBaseInDoubt) {
        this.#noteBroken(component, reason);
        continue;
      }
      scan.unjudgedManifests.push(component);
      this.#noteUnchecked(component, `the base manifest of the image cannot expand it, and is itself lost or damaged: ${reason}`);
    }
  }

  /** The base manifest is in wcp.dll, of which a manifest records the digest; where that one fails as well, most others tell. */
  async #isBaseBad(): Promise<boolean> {
    const { files, index, scan } = this.#session;
    const stacks = [...scan.verified.values()].filter(({ component }) => isServicingStack(component.keyform))
      .sort((a, b) => compareVersions(b.manifest.identity.version, a.manifest.identity.version));
    for (const { component, manifest } of stacks) {
      const file = manifest.files.find(({ storePath }) => storePath.toLowerCase() === 'wcp.dll');
      if (file?.digest === undefined) { continue; }
      const digest = await files.digest(payloadPath(index, component.keyform, file.storePath), file.digest.algorithm);
      if (digest !== undefined) { return digest !== file.digest.hex; }
    }
    return this.#failedDeltas.length > this.#goodDeltas;
  }

  async #noteStrays(): Promise<void> {
    const { files, index, scan } = this.#session;
    if (index.brokenHives.some(({ name }) => name === 'COMPONENTS')) { return; }
    const known = new Set(index.components.map(({ keyform: key }) => `${key}.manifest`.toUpperCase()));
    for (const name of await files.list(manifestFolder(index)).catch(nothingIfInTrouble) ?? []) {
      if (!known.has(name.toUpperCase())) {
        scan.findings.add({ class: 'Note', component: name, state: 'Noted', reason: 'the manifest belongs to no recorded component' });
      }
    }
  }
}
