/** Drivers are added to mounted virtual disks and WIM files, and saved with them. Needs root. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { diskFile, ntfsBytes, windowsDisk } from '../../helpers/disks.ts';
import { workbench } from '../../helpers/mounts.ts';
import { isRoot } from '../../helpers/nobody.ts';
import { differences, snapshot } from '../../helpers/store/driverImage.ts';
import { makeDriverPackage, scsiClass, writeDriverPackage } from '../../helpers/store/driverPackage.ts';
import { buildStore, captureStore } from '../../helpers/store/syntheticImage.ts';
import { imagex } from '../../helpers/wims.ts';

/** Makes a WIM file of an image, or a disk with it. */
async function makeImage(folder: string, kind: 'WIM' | 'disk'): Promise<string> {
  await buildStore(join(folder, 'source'));
  const wim = await captureStore(join(folder, 'source'), join(folder, 'store.wim'));
  if (kind === 'WIM') { return wim; }
  await writeFile(join(folder, 'volume'), await ntfsBytes(folder, {}, 64));
  await imagex('apply', wim, '1', join(folder, 'volume'));
  return await diskFile(join(folder, 'disk.vhdx'), windowsDisk(await readFile(join(folder, 'volume'))), 'dynamic.vhdx');
}

describe.skipIf(!isRoot)('drivers of a mounted image', () => {
  test.each(['WIM', 'disk'] as const)('in a %s are there after a save, and gone without a trace when they are removed', async (kind) => {
    const bench = await workbench();
    const path = await makeImage(bench.folder, kind);
    const drivers = join(bench.folder, 'drivers');
    writeDriverPackage(join(drivers, 'net'), makeDriverPackage({ name: 'mntnet', moreFiles: ['sub/more.dll'] }));
    const scsi = makeDriverPackage({ name: 'mntscsi', classGuid: scsiClass, className: 'SCSIAdapter', start: 0 });
    writeDriverPackage(join(drivers, 'scsi'), scsi);
    const mountPath = await bench.mount(path);
    const before = snapshot(mountPath);
    const { results } = await bench.call('addDriver', { path: mountPath, driver: drivers, recurse: true, bootCritical: true });
    expect(results.map(({ driver, failure }) => driver?.driver ?? failure)).toEqual(['oem1.inf', 'oem2.inf']);
    const added = snapshot(mountPath);
    await bench.dismount(mountPath, true);
    const again = await bench.mount(path);
    expect(differences(added, snapshot(again))).toEqual([]);
    expect((await readFile(join(again, 'Windows/System32/drivers/mntscsi.sys'))).equals(scsi.files.get('mntscsi.sys') ?? Buffer.alloc(0))).toBe(true);
    expect((await bench.call('getDrivers', { path: again })).drivers.map(({ driver }) => driver)).toEqual(['oem0.inf', 'oem1.inf', 'oem2.inf']);
    for (const driver of ['oem1.inf', 'oem2.inf']) { await bench.call('removeDriver', { path: again, driver, force: true }); }
    expect(differences(before, snapshot(again))).toEqual([]);
    await bench.dismount(again, true);
    const last = await bench.mount(path, { readOnly: true });
    expect(differences(before, snapshot(last))).toEqual([]);
    await expect(bench.call('addDriver', { path: last, driver: drivers, recurse: true })).rejects.toMatchObject({ symbol: 'WIM_E_MOUNTED_READONLY' });
    await bench.dismount(last, false);
    await bench.expectNothingLeft();
  });
});
