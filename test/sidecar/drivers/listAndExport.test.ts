/** Drivers of an image are listed from their INF files, and copied out of its driver store. */
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { addDriver, exportDrivers } from '../../../sidecar/src/engine/portable/operations/drivers.ts';
import { getDrivers } from '../../../sidecar/src/engine/portable/operations/inventory.ts';
import { WritableFolderImage } from '../../../sidecar/src/imageFiles/writableFolder.ts';
import { testContext } from '../../helpers/operationContext.ts';
import { makeDriverPackage, scsiClass, writeDriverPackage } from '../../helpers/store/driverPackage.ts';
import { sampleDriverFolder, sampleDriverPackage, sampleDrivers } from '../../helpers/store/storeHives.ts';
import { buildStore } from '../../helpers/store/syntheticImage.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

const folder = sampleDriverFolder(sampleDrivers.net);

async function makeImage(): Promise<{ path: string; store: string }> {
  const path = tempFolder();
  await buildStore(path);
  return { path, store: join(path, 'Windows/System32/DriverStore/FileRepository', folder) };
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  return await work.then(() => 'no error', (error: unknown) => (error as { symbol?: string }).symbol ?? String(error));
}

describe('getDrivers()', () => {
  it('reads what a driver is for in its INF file, one row a hardware id', async () => {
    const { path, store } = await makeImage();
    const { drivers } = await getDrivers({ path, driver: 'oem0.inf' }, testContext('driver/get'));
    expect(drivers).toMatchObject([1, 2].map((device) => ({
      driver: 'oem0.inf', hardwareId: `PCI\\VEN_1DDD&DEV_000${device}`, compatibleIds: 'PCI\\VEN_1DDD', serviceName: 'dtnet', architecture: 9,
      manufacturerName: 'DismTs Networks', hardwareDescription: `Device of tests ${device}`, className: 'Net', bootCritical: false,
    })));
    // What Windows recorded is there, too, for an INF file that is gone, damaged, or a way out of the image.
    const recorded = [{ hardwareId: 'PCI\\VEN_1DDD&DEV_0001', hardwareDescription: 'A device of DismTs Networks', serviceName: 'dtnet', compatibleIds: '' }, {}];
    const inf = join(store, 'dtnet.inf');
    for (const spoil of [() => { writeFileSync(inf, '[Version'); }, () => undefined, () => { symlinkSync('/etc/passwd', inf); }]) {
      rmSync(inf, { force: true });
      spoil();
      expect((await getDrivers({ path, driver: 'oem0.inf' }, testContext('driver/get'))).drivers).toMatchObject(recorded);
    }
  });
});

describe('getDrivers() of INF files that are not in the image', () => {
  it('says what they are for in it, one row a hardware id, and changes nothing', async () => {
    const { path } = await makeImage();
    const folder = tempFolder();
    const devices = [['PCI\\VEN_1&DEV_1', 'PCI\\VEN_1'], ['PCI\\VEN_1&DEV_2']];
    writeDriverPackage(folder, makeDriverPackage({ name: 'new', devices, classGuid: scsiClass, className: 'SCSIAdapter', date: '12/31/2025', version: '7.8.9' }));
    const infPath = join(folder, 'new.inf');
    const context = testContext('driver/get');
    const { drivers } = await getDrivers({ path, infPath }, context);
    expect(drivers).toMatchObject(devices.map(([hardwareId, ...compatibleIds]) => ({
      driver: infPath, originalFileName: infPath, inbox: false, hardwareId, compatibleIds: compatibleIds.join(', '), architecture: 9, serviceName: 'new',
      className: 'SCSIAdapter', classGuid: scsiClass, bootCritical: true, catalogFile: 'new.cat', driverSignature: 'Unknown', providerName: 'DismTs Tests',
      date: '2025-12-31T00:00:00.000Z', version: '7.8.9.0', majorVersion: 7, minorVersion: 8, build: 9, revision: 0, manufacturerName: 'DismTs Tests',
    })));
    expect((await getDrivers({ path }, context)).drivers.map(({ driver }) => driver)).toEqual(['oem0.inf']);
    // Only the INF file is looked at.
    rmSync(join(folder, 'new.sys'));
    expect((await getDrivers({ path, infPath }, context)).drivers).toHaveLength(2);
  });

  it('leaves out what is no driver of the image in a folder, and says why where it is asked for by name', async () => {
    const { path } = await makeImage();
    const folder = tempFolder();
    for (const [name, decoration] of [['good', 'NTamd64'], ['other', 'NTx86']] as const) { writeDriverPackage(folder, makeDriverPackage({ name, decoration })); }
    writeFileSync(join(folder, 'autorun.inf'), '[autorun]');
    mkdirSync(join(folder, 'below'));
    writeDriverPackage(join(folder, 'below'), makeDriverPackage({ name: 'below' }));
    const context = testContext('driver/get');
    expect((await getDrivers({ path, infPath: folder }, context)).drivers.map(({ driver }) => driver)).toEqual([join(folder, 'good.inf')]);
    expect(context.lines.filter((line) => line.startsWith('warning')).map((line) => /"([^"]*)"\)?$/.exec(line)?.[1])).toEqual(['autorun', 'other'].map((name) => join(folder, `${name}.inf`)));
    const failure = async (infPath: string): Promise<[string | undefined, string]> => await getDrivers({ path, infPath }, testContext('driver/get'))
      .then(() => ['no error', ''], (error: unknown) => [(error as { symbol?: string }).symbol, (error as Error).message]);
    for (const [name, symbol] of [['autorun.inf', 'SPAPI_E_GENERAL_SYNTAX'], ['other.inf', 'SPAPI_E_DRIVER_NONNATIVE'], ['none.inf', 'ERROR_FILE_NOT_FOUND']] as const) {
      expect(await failure(join(folder, name))).toEqual([symbol, expect.stringContaining(`"${join(folder, name)}"`)]);
    }
    rmSync(join(folder, 'good.inf'));
    expect((await failure(folder))[0]).toBe('SPAPI_E_GENERAL_SYNTAX');
    expect((await failure(tempFolder()))[0]).toBe('ERROR_FILE_NOT_FOUND');
  });
});

describe('exportDrivers()', () => {
  it('copies the folders of drivers that were added, byte for byte, as often as is liked', async () => {
    const { path, store } = await makeImage();
    mkdirSync(join(store, 'de-DE'));
    writeFileSync(join(store, 'de-DE/dtnet.inf_loc'), 'text');
    const destination = tempFolder();
    writeFileSync(join(destination, 'other.txt'), 'stays');
    for (const round of [1, 2]) {
      const context = testContext('driver/export');
      const result = await exportDrivers({ path, destination }, context);
      expect([round, result.drivers.map(({ driver }) => driver)]).toEqual([round, ['oem0.inf', 'oem0.inf']]);
      expect(context.progressValues.at(-1)).toEqual({ phase: 'Exporting drivers', current: 1, total: 1 });
      expect(readdirSync(destination).sort()).toEqual([folder, 'other.txt'].sort());
      expect(readdirSync(join(destination, folder), { recursive: true }).sort()).toEqual(['de-DE', 'de-DE/dtnet.inf_loc', 'dtnet.cat', 'dtnet.inf', 'dtnet.sys']);
      for (const [name, data] of sampleDriverPackage.files) { expect(readFileSync(join(destination, folder, name)).equals(data)).toBe(true); }
      writeFileSync(join(destination, folder, 'dtnet.sys'), 'spoilt');
    }
  });

  it('writes nothing with validateOnly, and fails where it could not write or a package is not there', async () => {
    const { path, store } = await makeImage();
    const destination = tempFolder();
    expect((await exportDrivers({ path, destination, validateOnly: true }, testContext('driver/export'))).drivers).toHaveLength(2);
    expect(readdirSync(destination)).toEqual([]);
    expect(await codeOf(exportDrivers({ path, destination: join(destination, 'none') }, testContext('driver/export')))).toBe('ERROR_PATH_NOT_FOUND');
    const cancelled = new AbortController();
    cancelled.abort();
    expect(await codeOf(exportDrivers({ path, destination }, testContext('driver/export', { signal: cancelled.signal })))).toBe('ERROR_CANCELLED');
    rmSync(store, { recursive: true });
    expect(await codeOf(exportDrivers({ path, destination }, testContext('driver/export')))).toBe('ERROR_PATH_NOT_FOUND');
  });

  it('that fails on the way leaves whole packages only, what was there, and says what it has done', async () => {
    const { path } = await makeImage();
    const packages = tempFolder();
    for (const name of ['next', 'other']) {
      writeDriverPackage(packages, makeDriverPackage({ name, devices: [[`PCI\\VEN_1&DEV_${name}`]], classGuid: scsiClass, className: 'SCSIAdapter', date: '12/31/2025', version: '7.8.9' }));
      await addDriver({ path, driver: join(packages, `${name}.inf`) }, testContext('driver/add'));
    }
    const repository = join(path, 'Windows/System32/DriverStore/FileRepository');
    const other = readdirSync(repository).find((name) => name.startsWith('other.inf_')) ?? '';
    // Its last file is the one in the folder.
    mkdirSync(join(repository, other, 'sub'));
    writeFileSync(join(repository, other, 'sub/a.txt'), 'a');
    const replace = Reflect.get(WritableFolderImage.prototype, 'replace');
    const full = vi.spyOn(WritableFolderImage.prototype, 'replace').mockImplementation(async function (this: WritableFolderImage, name, ...rest) {
      if (name.endsWith('sub/a.txt')) { throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC', syscall: 'write' }); }
      await replace.call(this, name, ...rest);
    });
    onTestFinished(() => { full.mockRestore(); });
    const attempt = async (destination: string): Promise<unknown> => await exportDrivers({ path, destination }, testContext('driver/export')).catch((error: unknown) => error);
    const destination = tempFolder();
    const refused = {
      symbol: 'ERROR_DISK_FULL', message: expect.stringMatching(/^Cannot export the drivers to .*: no space is left on its disk; 1 of the 3 driver packages had been exported before, and stay in "/) as string,
    };
    expect(await attempt(destination)).toMatchObject(refused);
    expect(readdirSync(destination).map((name) => name.split('.')[0])).toEqual(['next']);
    // A folder that was there keeps what it had; a file of the same name is one that was exported before.
    mkdirSync(join(destination, other));
    writeFileSync(join(destination, other, 'mine.txt'), 'mine');
    writeFileSync(join(destination, other, 'other.sys'), 'older');
    expect(await attempt(destination)).toMatchObject(refused);
    expect(readdirSync(join(destination, other)).filter((name) => name !== 'sub').sort()).toEqual(['mine.txt', 'other.sys']);
    full.mockRestore();
    expect(await attempt(destination)).toMatchObject({ drivers: expect.any(Array) as unknown });
    expect(readdirSync(join(destination, other)).sort()).toEqual(['mine.txt', 'other.cat', 'other.inf', 'other.sys', 'sub']);
  });

  it('that is cancelled on the way says what it has done', async () => {
    const { path } = await makeImage();
    const packages = tempFolder();
    writeDriverPackage(packages, makeDriverPackage({ name: 'next', devices: [['PCI\\VEN_1']], classGuid: scsiClass, className: 'SCSIAdapter', date: '12/31/2025', version: '7.8.9' }));
    await addDriver({ path, driver: join(packages, 'next.inf') }, testContext('driver/add'));
    const [destination, cancel] = [tempFolder(), new AbortController()];
    const context = testContext('driver/export', { signal: cancel.signal });
    const cancelling = { ...context, progress: (_: string, current: number) => { if (current === 1) { cancel.abort(); } } };
    expect(await exportDrivers({ path, destination }, cancelling).catch((error: unknown) => error))
      .toMatchObject({ symbol: 'ERROR_CANCELLED', done: `1 of the 2 driver packages had been exported before, and stay in "${destination}"` });
    expect(readdirSync(destination)).toHaveLength(1);
  });

  it('follows no link, neither out of the image nor out of the destination', async () => {
    const { path, store } = await makeImage();
    const destination = tempFolder();
    const outside = tempFolder();
    writeFileSync(join(outside, 'secret'), 'secret');
    symlinkSync(outside, join(store, 'link'));
    expect(await codeOf(exportDrivers({ path, destination }, testContext('driver/export')))).toBe('E_ACCESSDENIED');
    rmSync(join(store, 'link'));
    rmSync(join(destination, folder), { recursive: true, force: true });
    symlinkSync(outside, join(destination, folder));
    expect(await codeOf(exportDrivers({ path, destination }, testContext('driver/export')))).toBe('ERROR_PATH_NOT_FOUND');
    expect(readdirSync(outside)).toEqual(['secret']);
  });
});
