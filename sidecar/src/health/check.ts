/** The fast check: markers that somebody left, and truths that cost little. */
import { nothingIfInTrouble } from '../imageFiles/fileTrouble.ts';
import type { ImageFiles } from '../imageFiles/imageFiles.ts';
import { Findings } from './findings.ts';
import { readOwnBases } from './baseManifests.ts';
import { manifestFolder, packageFolder, packagePath } from './storePaths.ts';
import type { StoreIndex } from './storeIndex.ts';

/**
 * Checks. No findings means "no known marker", nothing more.
 * @param lastScan State that our own last scan of the image gave, where there was one.
 */
export async function checkStore(files: ImageFiles, index: StoreIndex, lastScan: string | undefined): Promise<Findings> {
  const findings = new Findings();
  for (const { name, reason } of index.brokenHives) {
    findings.add({ class: 'CSI Store Metadata Corrupt', component: name, state: 'Found', reason: `the registry hive cannot be read: ${reason}` });
  }
  for (const marker of index.markers) {
    findings.add({ class: 'Marker', component: marker, state: 'Found', reason: 'Windows noted damage here' });
  }
  if (lastScan !== undefined && lastScan !== 'Healthy') {
    findings.add({ class: 'Marker', component: 'LastScan', state: 'Found', reason: `the last scan of DismTs found the image ${lastScan}` });
  }
  if ((await readOwnBases(files, index)).isNewestLost) {
    findings.add({ class: 'Base Manifest Missing', component: 'microsoft-windows-servicingstack', file: 'wcp.dll', state: 'Found', reason: 'the newest servicing stack has no readable base manifest' });
  }
  const manifests = new Set((await files.list(manifestFolder(index)).catch(nothingIfInTrouble) ?? []).map((name) => name.toUpperCase()));
  for (const { keyform } of index.components) {
    if (!manifests.has(`${keyform}.manifest`.toUpperCase())) {
      findings.add({ class: 'CSI Manifest Corrupt', component: keyform, state: 'Found', reason: 'the manifest does not exist' });
    }
  }
  const packages = new Set((await files.list(packageFolder(index)).catch(nothingIfInTrouble) ?? []).map((name) => name.toUpperCase()));
  const name = (path: string): string => (path.split('/').at(-1) ?? path).toUpperCase();
  for (const { identity } of index.packages ?? []) {
    for (const [ending, kind] of [['mum', 'CBS MUM Missing'], ['cat', 'CBS Catalog Missing']] as const) {
      if (!packages.has(name(packagePath(index, identity, ending)))) {
        findings.add({ class: kind, component: identity, state: 'Found', reason: 'the file does not exist' });
      }
    }
  }
  return findings;
}
