/**
 * Brings the two files of packages back, only as a pair: the catalog is one that the hive names, and vouches for the .mum.
 * The good half of a pair stays as it is.
 */
import { catalogName } from '../componentStore/catalog.ts';
import { nothingIfInTrouble } from '../imageFiles/fileTrouble.ts';
import type { CatalogRestore } from './catalogRestore.ts';
import { isVouchedFor, mumDamage } from './packageFiles.ts';
import type { RestoreSession } from './restoreSession.ts';
import { catalogPath, packagePath } from './storePaths.ts';
import type { StoreScan } from './storeScan.ts';

interface Pair {
  readonly mum: Buffer;
  readonly cat: Buffer;
}

/** Restores the packages that a scan found broken. */
export async function restorePackages(session: RestoreSession, catalogs: CatalogRestore, scan: StoreScan): Promise<void> {
  for (const identity of scan.brokenPackages) {
    await session.attempt(identity, async () => { await restorePackage(session, catalogs, identity); });
    session.advance();
  }
}

async function restorePackage(session: RestoreSession, catalogs: CatalogRestore, identity: string): Promise<void> {
  const { writer, index, context, touched } = session;
  const pair = await findPair(session, identity);
  if (pair === undefined) { return; }
  const cat = packagePath(index, identity, 'cat');
  if ((await session.read(cat))?.equals(pair.cat) !== true && !await catalogs.place(cat, catalogName(pair.cat).toLowerCase())) {
    await writer.write(cat, pair.cat);
  }
  const mum = packagePath(index, identity, 'mum');
  if ((await session.read(mum))?.equals(pair.mum) !== true) { await writer.write(mum, pair.mum); }
  context.log.info(`(w)\t(Fixed)\tCBS MUM\t${identity}`);
  touched.packages.add(identity.toLowerCase());
}

async function findPair({ files, index, sources }: RestoreSession, identity: string): Promise<Pair | undefined> {
  const own = { files, pathOf: (ending: 'mum' | 'cat') => packagePath(index, identity, ending) };
  const places = [own, ...sources.map((source) => ({ files: source.files, pathOf: (ending: 'mum' | 'cat') => source.packagePath(identity, ending) }))];
  const read = async (ending: 'mum' | 'cat'): Promise<Buffer[]> => {
    const found: Buffer[] = [];
    for (const { files: place, pathOf } of places) {
      const data = await place.read(pathOf(ending)).catch(nothingIfInTrouble);
      if (data !== undefined) { found.push(data); }
    }
    return found;
  };
  const catalogs = (await read('cat')).filter((data) => index.catalogs.has(catalogName(data).toLowerCase()));
  for (const name of index.catalogs) {
    // The store keeps the same catalog under its digest.
    if (catalogs.length > 0) { break; }
    const data = await files.read(catalogPath(index, name)).catch(nothingIfInTrouble);
    const mums = await read('mum');
    if (data !== undefined && catalogName(data).toLowerCase() === name && await firstVouchedFor(data, mums) !== undefined) { catalogs.push(data); }
  }
  const mums = (await read('mum')).filter((data) => mumDamage(data, identity) === undefined);
  for (const cat of catalogs) {
    const mum = await firstVouchedFor(cat, mums);
    if (mum !== undefined) { return { mum, cat }; }
  }
  return undefined;
}

async function firstVouchedFor(catalog: Buffer, mums: readonly Buffer[]): Promise<Buffer | undefined> {
  for (const mum of mums) {
    if (await isVouchedFor(mum, catalog) === true) { return mum; }
  }
  return undefined;
}
