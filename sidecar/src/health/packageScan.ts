/** Checks the catalogs of a store and the files of its packages. */
import { catalogName } from '../componentStore/catalog.ts';
import { nothingIfInTrouble } from '../imageFiles/fileTrouble.ts';
import { isVouchedFor, mumDamage } from './packageFiles.ts';
import type { ScanSession } from './scanSession.ts';
import { catalogFolder, catalogPath, maxPackageFileBytes, packagePath } from './storePaths.ts';

/** Fills `brokenCatalogs` and `brokenPackages` of the scan. */
export async function checkCatalogsAndPackages(session: ScanSession): Promise<void> {
  const { index, filter, scan } = session;
  const catalogs = await session.sized([...index.catalogs].filter((name) => filter?.catalogs.has(name) ?? true), (name) => [catalogPath(index, name)]);
  const packages = await session.sized((index.packages ?? []).filter(({ identity }) => filter?.packages.has(identity.toLowerCase()) ?? true),
    ({ identity }) => [packagePath(index, identity, 'mum'), packagePath(index, identity, 'cat')]);
  session.begin('Checking packages', [...catalogs, ...packages]);
  await session.forEach(catalogs, async ({ item: name, bytes }) => {
    await checkCatalog(session, name);
    session.advance(bytes);
  }, ({ item: name }, { reason, isDenied }) => {
    if (!isDenied) { scan.brokenCatalogs.push(name); }
    scan.findings.add({ class: 'CBS Catalog Corrupt', component: name, state: isDenied ? 'NotChecked' : 'Found', wantedDigest: name, reason });
  });
  await session.forEach(packages, async ({ item: { identity }, bytes }) => {
    await checkPackage(session, identity);
    session.advance(bytes);
  }, ({ item: { identity } }, { reason, isDenied }) => {
    if (!isDenied) { scan.brokenPackages.push(identity); }
    scan.findings.add({ class: 'CBS MUM Corrupt', component: identity, state: isDenied ? 'NotChecked' : 'Found', reason });
  });
  session.finish();
  if (filter === undefined) { await noteStrays(session); }
}

async function noteStrays({ files, index, scan }: ScanSession): Promise<void> {
  if (index.brokenHives.some(({ name }) => name === 'COMPONENTS')) { return; }
  for (const name of await files.list(catalogFolder(index)).catch(nothingIfInTrouble) ?? []) {
    if (!index.catalogs.has(name.toLowerCase().replace(/\.cat$/, ''))) {
      scan.findings.add({ class: 'Note', component: name, state: 'Noted', reason: 'the catalog belongs to nothing that is recorded' });
    }
  }
}

async function checkCatalog({ files, index, scan }: ScanSession, name: string): Promise<void> {
  const data = await files.read(catalogPath(index, name), maxPackageFileBytes);
  scan.findings.measured.catalogsChecked++;
  if (data !== undefined && catalogName(data).toLowerCase() === name) { return; }
  scan.brokenCatalogs.push(name);
  scan.findings.add({
    class: data === undefined ? 'CBS Catalog Missing' : 'CBS Catalog Corrupt', component: name, state: 'Found', wantedDigest: name,
    reason: data === undefined ? 'the file does not exist' : 'its content has another digest than its name says',
  });
}

async function checkPackage({ files, index, scan }: ScanSession, identity: string): Promise<void> {
  scan.findings.measured.packagesChecked++;
  const broken = (kind: 'CBS MUM Missing' | 'CBS MUM Corrupt' | 'CBS Catalog Missing' | 'CBS Catalog Corrupt', reason: string): void => {
    if (scan.brokenPackages.at(-1) !== identity) { scan.brokenPackages.push(identity); }
    scan.findings.add({ class: kind, component: identity, state: 'Found', reason });
  };
  const mum = await files.read(packagePath(index, identity, 'mum'), maxPackageFileBytes);
  if (mum === undefined) {
    broken('CBS MUM Missing', 'the file does not exist');
  } else {
    const reason = mumDamage(mum, identity);
    if (reason !== undefined) { broken('CBS MUM Corrupt', reason); }
  }
  const catalog = await files.read(packagePath(index, identity, 'cat'), maxPackageFileBytes);
  if (catalog === undefined) {
    broken('CBS Catalog Missing', 'the file does not exist');
  } else if (!index.brokenHives.some(({ name }) => name === 'COMPONENTS') && !index.catalogs.has(catalogName(catalog).toLowerCase())) {
    broken('CBS Catalog Corrupt', 'its digest is not that of a recorded catalog');
  } else if (mum !== undefined && await isVouchedFor(mum, catalog) === false) {
    broken('CBS MUM Corrupt', 'its digest is none of those that its catalog lists');
  }
}
