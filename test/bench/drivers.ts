/** Adding driver packages to an image and listing those that it has: against a bare copy of the same files, and against reading the hives. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeDriverPackage, netClass, scsiClass, writeDriverPackage } from '../helpers/store/driverPackage.ts';
import { makeStore } from '../helpers/store/syntheticImage.ts';
import { below, pairedRounds, type Row, time } from './measure.ts';
import { flush, type Workbench } from './workbench.ts';

const packages = 60;
/** As many as an image of Windows lists with -All. */
const listed = 700;
const hives = ['SYSTEM', 'DRIVERS', 'SOFTWARE'];

/** Packages as vendors make them: an INF file, a catalog, a driver, and libraries that come with it. */
function writePackages(folder: string, count: number, bytesPerFile: number): void {
  for (let index = 0; index < count; index++) {
    const isBoot = index % 3 === 0;
    const made = makeDriverPackage({
      name: `bench${index}`, seed: index, moreFiles: ['sub/a.dll', 'b.dll'], classGuid: isBoot ? scsiClass : netClass, className: isBoot ? 'SCSIAdapter' : 'Net',
      devices: [[`PCI\\VEN_1DDD&DEV_${index.toString(16).padStart(4, '0')}&SUBSYS_0001`, `PCI\\VEN_1DDD&DEV_${index.toString(16).padStart(4, '0')}`]],
      bytesPerFile,
    });
    writeDriverPackage(join(folder, `p${index}`), made);
  }
}

interface Results {
  readonly results: readonly { readonly failure: { readonly message: string } | null }[];
}

function requireAdded({ results }: Results, count: number): void {
  const failed = results.find(({ failure }) => failure !== null);
  if (results.length !== count || failed !== undefined) { throw new Error(`not all packages were added: ${failed?.failure?.message ?? results.length}`); }
}

export async function measureDrivers(bench: Workbench): Promise<Row[]> {
  const folder = join(bench.folder, 'drivers');
  const [pristine, image, copy] = [join(folder, 'pristine'), join(folder, 'image'), join(folder, 'copy')];
  (await makeStore()).tree.write(pristine);
  const [few, many] = [join(folder, 'few'), join(folder, 'many')];
  writePackages(few, packages, 300_000);
  writePackages(many, listed, 1000);
  const sidecar = await bench.startSidecar();
  const adding = await pairedRounds(bench.rounds(5), async () => {
    rmSync(image, { recursive: true, force: true });
    cpSync(pristine, image, { recursive: true });
    flush(folder);
    return { add: await time(async () => { requireAdded(await sidecar.request('driver/add', { path: image, driver: few, recurse: true }) as Results, packages); }) };
  }, async () => {
    rmSync(copy, { recursive: true, force: true });
    mkdirSync(copy);
    flush(folder);
    return { add: await time(async () => {
      await Promise.resolve();
      if (spawnSync('cp', ['-r', few, copy]).status !== 0) { throw new Error('cp failed'); }
      flush(copy);
    }) };
  });
  requireAdded(await sidecar.request('driver/add', { path: image, driver: many, recurse: true }) as Results, listed);
  const listing = await pairedRounds(bench.rounds(10), async () => ({ list: await time(async () => {
    const { drivers } = await sidecar.request('driver/get', { path: image, all: true }) as { drivers: unknown[] };
    if (drivers.length < listed) { throw new Error(`${drivers.length} drivers are listed`); }
  }) }), async () => ({ list: await time(async () => {
    await Promise.resolve();
    for (const hive of hives) { readFileSync(join(image, 'Windows/System32/config', hive)); }
  }) }));
  await bench.end(sidecar);
  rmSync(folder, { recursive: true });
  const pairs = { add: adding.get('add') ?? { ours: [], peer: [] }, list: listing.get('list') ?? { ours: [], peer: [] } };
  return [
    { name: `add ${packages} drivers, 54 MB`, unit: 'ms', ...pairs.add, peerName: 'cp of the same files, flushed', aim: below(10_000, 'ms') },
    { name: `list ${listed + packages} drivers`, unit: 'ms', ...pairs.list, peerName: 'reading the hives', aim: below(1000, 'ms') },
  ];
}
