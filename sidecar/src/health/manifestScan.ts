/** Checks the manifests of a store: each expands to the recorded bytes, and is that of its component. */
import { keyform } from '../componentStore/keyHash.ts';
import { type Manifest, parseManifest } from '../componentStore/manifest.ts';
import { DismError } from '../errors.ts';
import { matchDigest } from './digestMatch.ts';
import type { ScanSession } from './scanSession.ts';
import type { StoreComponent } from './storeIndex.ts';
import { manifestFolder, manifestPath, maxManifestBytes } from './storePaths.ts';

/** Fills `verified` and `brokenManifests` of the scan. */
export async function checkManifests(session: ScanSession): Promise<void> {
  const { index, filter, scan } = session;
  const components = index.components.filter(({ keyform: key }) => filter?.components.has(key.toLowerCase()) ?? true);
  const work = await session.sized(components, ({ keyform: key }) => [manifestPath(index, key)]);
  session.begin('Checking manifests', work);
  await session.forEach(work, async ({ item: component, bytes }) => {
    await checkManifest(session, component);
    session.advance(bytes);
  }, ({ item: component }, reason) => { noteBroken(session, component, reason); });
  session.finish();
  if (scan.missingBase) {
    scan.findings.add({
      class: 'Base Manifest Missing', component: 'microsoft-windows-servicingstack', file: 'wcp.dll', state: 'Found',
      reason: 'no servicing stack of the image has a readable base manifest, so compressed manifests cannot be checked',
    });
  }
  if (filter === undefined) { await noteStrays(session); }
}

function noteBroken({ scan }: ScanSession, component: StoreComponent, reason: string): void {
  scan.brokenManifests.push(component);
  scan.findings.add({ class: 'CSI Manifest Corrupt', component: component.keyform, state: 'Found', reason, wantedDigest: component.manifestDigest });
}

async function noteStrays({ files, index, scan }: ScanSession): Promise<void> {
  const known = new Set(index.components.map(({ keyform: key }) => `${key}.manifest`.toUpperCase()));
  for (const name of await files.list(manifestFolder(index))) {
    if (!known.has(name.toUpperCase())) {
      scan.findings.add({ class: 'Note', component: name, state: 'Noted', reason: 'the manifest belongs to no recorded component' });
    }
  }
}

async function checkManifest(session: ScanSession, component: StoreComponent): Promise<void> {
  const { files, index, bases, context, scan } = session;
  const { keyform: key, manifestDigest } = component;
  scan.findings.measured.manifestsChecked++;
  const data = await files.read(manifestPath(index, key), maxManifestBytes);
  if (data === undefined) {
    noteBroken(session, component, 'the manifest does not exist');
    return;
  }
  const isDelta = data.toString('latin1', 0, 4) === 'DCM\u0001';
  if (isDelta && bases.length === 0) {
    scan.missingBase = true;
    scan.findings.add({ class: 'CSI Manifest Corrupt', component: key, state: 'NotChecked', reason: 'there is no base manifest to expand it with', wantedDigest: manifestDigest });
    return;
  }
  if (manifestDigest === undefined) {
    // Windows 7 recorded none: the manifest is taken as it is, and its payload is checked.
    accept(session, component, data);
    return;
  }
  const match = await matchDigest(data, bases, { algorithm: 'sha256', hex: manifestDigest }, maxManifestBytes, context.signal);
  if (match.result === 'match') {
    accept(session, component, match.data);
  } else if (match.result === 'unknown') {
    scan.findings.add({ class: 'CSI Manifest Corrupt', component: key, state: 'NotChecked', reason: match.reason, wantedDigest: manifestDigest });
  } else {
    noteBroken(session, component, match.reason);
  }
}

function accept(session: ScanSession, component: StoreComponent, xml: Buffer): void {
  let manifest: Manifest;
  try {
    manifest = parseManifest(xml);
  } catch (error) {
    if (!(error instanceof DismError)) { throw error; }
    noteBroken(session, component, `it cannot be read: ${error.message}`);
    return;
  }
  if (keyform(manifest.identity).toLowerCase() !== component.keyform.toLowerCase()) {
    noteBroken(session, component, 'it is the manifest of another component');
    return;
  }
  session.scan.verified.set(component.keyform.toLowerCase(), { component, manifest });
}
