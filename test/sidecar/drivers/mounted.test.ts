/** Drivers are added to mounted virtual disks and WIM files, and saved with them. Needs root. */
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { diskFile, ntfsBytes, windowsDisk } from '../../helpers/disks.ts';
import { failure, workbench } from '../../helpers/mounts.ts';
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
    expect(results.map(({ driver, failure: problem }) => driver?.driver ?? problem)).toEqual(['oem1.inf', 'oem2.inf']);
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

  test('are not added, and nothing is repaired, where the folder was renamed and is read-only, or where the record of the mount is damaged', async () => {
    const bench = await workbench();
    const wim = await makeImage(bench.folder, 'WIM');
    const driver = join(bench.folder, 'driver');
    writeDriverPackage(driver, makeDriverPackage({ name: 'mntnet' }));
    await mkdir(join(bench.folder, 'before/mount'), { recursive: true });
    await bench.mount(wim, { mountPath: join(bench.folder, 'before/mount'), readOnly: true });
    await rename(join(bench.folder, 'before'), join(bench.folder, 'after'));
    const moved = join(bench.folder, 'after/mount');
    const attempts = (path: string) => [() => bench.call('addDriver', { path, driver }), () => bench.call('restoreHealth', { path, sources: [] })];
    for (const attempt of attempts(moved)) { expect(await failure(attempt())).toMatchObject({ symbol: 'WIM_E_MOUNTED_READONLY' }); }
    await bench.dismount(moved, false);

    const mountPath = await bench.mount(wim);
    const [id = ''] = await readdir(join(bench.stateDirectory, 'mounts'));
    const record = join(bench.stateDirectory, 'mounts', id, 'record.json');
    const text = await readFile(record, 'utf8');
    await writeFile(record, '{');
    const before = snapshot(mountPath);
    for (const attempt of attempts(mountPath)) {
      expect(await failure(attempt())).toMatchObject({ symbol: 'DISM_E_MOUNT_INVALID', message: expect.stringContaining('its record cannot be read') as string });
    }
    expect(differences(before, snapshot(mountPath))).toEqual([]);
    await writeFile(record, text);
    await bench.dismount(mountPath, false);
    await bench.expectNothingLeft();
  });
});
