/** The fast check: markers that somebody left, and truths that cost little. */
import type { Finding } from '@dismts/protocol';
import { fileTrouble, isForbidden } from '../imageFiles/fileTrouble.ts';
import type { ImageFiles } from '../imageFiles/imageFiles.ts';
import { Findings } from './findings.ts';
import { noteLostBase, readOwnBases } from './baseManifests.ts';
import { messageOf } from '../systemErrors.ts';
import { manifestFolder, packageFolder, packagePath } from './storePaths.ts';
import type { StoreIndex } from './storeIndex.ts';

/**
 * Checks. No findings means "no known marker", nothing more.
 * @param lastScan State that our own last scan of the image gave, where there was one; an error where that cannot be told.
 */
export async function checkStore(files: ImageFiles, index: StoreIndex, lastScan: string | Error | undefined): Promise<Findings> {
  const findings = new Findings();
  for (const { name, reason } of index.brokenHives) {
    findings.add({ class: 'CSI Store Metadata Corrupt', component: name, state: 'Found', reason: `the registry hive cannot be read: ${reason}` });
  }
  for (const marker of index.markers) {
    findings.add({ class: 'Marker', component: marker, state: 'Found', reason: 'Windows noted damage here' });
  }
  if (lastScan instanceof Error) {
    findings.add({ class: 'Marker', component: 'LastScan', state: 'NotChecked', reason: `what the last scan of DismTs found cannot be read: ${messageOf(lastScan)}` });
  } else if (lastScan !== undefined && lastScan !== 'Healthy') {
    findings.add({ class: 'Marker', component: 'LastScan', state: 'Found', reason: `the last scan of DismTs found the image ${lastScan}` });
  }
  const bases = await readOwnBases(files, index);
  if (bases.isNewestLost) { noteLostBase(findings, bases); }
  const manifests = await namesIn(files, manifestFolder(index), 'the manifest');
  for (const { keyform } of index.components) {
    if (!manifests.names.has(`${keyform}.manifest`.toUpperCase())) {
      findings.add({ class: 'CSI Manifest Corrupt', component: keyform, state: manifests.absence, reason: manifests.reason });
    }
  }
  const packages = await namesIn(files, packageFolder(index), 'the file');
  const name = (path: string): string => (path.split('/').at(-1) ?? path).toUpperCase();
  for (const { identity } of index.packages ?? []) {
    for (const [ending, kind] of [['mum', 'CBS MUM Missing'], ['cat', 'CBS Catalog Missing']] as const) {
      if (!packages.names.has(name(packagePath(index, identity, ending)))) {
        findings.add({ class: kind, component: identity, state: packages.absence, reason: packages.reason });
      }
    }
  }
  return findings;
}

/** The names in a folder, in upper case, and what is to be said of a file that is not among them. */
interface FolderNames {
  readonly names: ReadonlySet<string>;
  readonly absence: Finding['state'];
  readonly reason: string;
}

async function namesIn(files: ImageFiles, folder: string, what: string): Promise<FolderNames> {
  try {
    return { names: new Set((await files.list(folder)).map((name) => name.toUpperCase())), absence: 'Found', reason: `${what} does not exist` };
  } catch (error) {
    const reason = fileTrouble(error);
    if (reason === undefined) { throw error; }
    return { names: new Set(), absence: isForbidden(error) ? 'NotChecked' : 'Found', reason: `its folder cannot be read: ${reason}` };
  }
}
