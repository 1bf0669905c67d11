/** Drivers are added to an image as Windows stages them, and removed without a trace. */
import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { getDrivers } from '../../../sidecar/src/engine/portable/operations/inventory.ts';
import { storeName } from '../../../sidecar/src/drivers/storeName.ts';
import { EditableHive } from '../../../sidecar/src/registry/editableHive.ts';
import { testContext } from '../../helpers/operationContext.ts';
import { add, codeOf, differences, driverImage, hiveNames, hivePath, openHive, remove, snapshot } from '../../helpers/store/driverImage.ts';
import { type DriverPackageSpec, makeDriverPackage, netClass, scsiClass, writeDriverPackage } from '../../helpers/store/driverPackage.ts';
import { dirtyHive, newLog } from '../../helpers/store/hiveLogWriter.ts';
import { flatten, flattenByHivexml, type FlatValue } from '../../helpers/store/flattenHive.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

const repository = 'Windows/System32/DriverStore/FileRepository';

function prepare(...specs: readonly DriverPackageSpec[]): { folder: string; paths: string[]; folders: string[] } {
  const folder = tempFolder();
  const packages = specs.map((spec) => makeDriverPackage(spec));
  return {
    folder, paths: packages.map((made) => writeDriverPackage(join(folder, made.name), made)), folders: packages.map(({ name, inf }) => storeName(`${name}.inf`, 'amd64', inf)),
  };
}

/** Both readers have the same to say of a hive. */
function readersAgree(image: string): void {
  for (const name of hiveNames) {
    const texts = (entries: readonly (string | FlatValue)[]) => entries.map((entry) => (typeof entry === 'string' ? entry : `${entry.path}:${entry.name}`));
    expect(texts(flattenByHivexml(hivePath(image, name)))).toEqual(texts(flatten(openHive(image, name).root)));
    rmSync(`${hivePath(image, name)}.xml`);
  }
}

/** The values of a package, as text or hex. */
function values(image: string, hive: string, key: string): Record<string, string> {
  return Object.fromEntries((openHive(image, hive).key(key)?.values() ?? []).map((value) => [
    value.name, value.asString() ?? value.asStrings()?.join('|') ?? `${value.type}:${value.data.toString('hex')}`,
  ]));
}

describe('addDriver()', () => {
  it('stages a driver: folder, published INF file, catalog and records, and nothing else', async () => {
    const image = await driverImage();
    const before = snapshot(image);
    const { paths: [inf = ''], folders: [folder = ''] } = prepare({ name: 'alpha', moreFiles: ['sub/extra.dll'], signer: 'Microsoft Windows Hardware Compatibility Publisher' });
    const result = await add(image, inf);
    expect(result.warnings).toEqual([]);
    expect(result.results).toMatchObject([{ infPath: inf, failure: null, driver: {
      driver: 'oem1.inf', className: 'Net', classGuid: netClass, providerName: 'DismTs Tests', driverSignature: 'Signed', version: '1.2.3.4', date: '2024-03-05T00:00:00.000Z',
      originalFileName: `${image}/${repository}/${folder}/alpha.inf`, inbox: false, bootCritical: false, catalogFile: 'alpha.cat',
    } }]);
    expect(differences(before, snapshot(image))).toEqual([
      '* Windows/System32/config/DRIVERS', '* Windows/System32/config/SYSTEM',
      '+ Windows/INF/oem1.inf', '+ Windows/System32/CatRoot/{F750E6C3-38EE-11D1-85E5-00C04FC295EE}/oem1.cat', `+ ${repository}/${folder}`,
      ...['alpha.cat', 'alpha.inf', 'alpha.sys', 'sub', 'sub/extra.dll'].map((name) => `+ ${repository}/${folder}/${name}`),
    ].sort((a, b) => (a.slice(2) < b.slice(2) ? -1 : 1)));
    expect(values(image, 'DRIVERS', `DriverDatabase\\DriverPackages\\${folder}`)).toEqual({
      '': 'oem1.inf', InfName: 'alpha.inf', Provider: 'DismTs Tests', Catalog: 'alpha.cat', OemPath: join(inf, '..'), SignerName: 'Microsoft Windows Hardware Compatibility Publisher',
      SignerScore: '4:0500000d', StatusFlags: '4:12000000', ImportDate: expect.stringMatching(/^3:[0-9a-f]{16}$/) as string,
      Version: '3:00ff09000000000072e9364d25e3ce11bfc108002be10318' + '00c0f910906eda01' + '04000300020001000000000000000000',
    });
    expect(values(image, 'DRIVERS', 'DriverDatabase\\DriverInfFiles\\oem1.inf')).toEqual({ '': folder, Active: folder });
    expect(values(image, 'DRIVERS', 'DriverDatabase\\DeviceIds\\PCI\\VEN_1DDD&DEV_0001&SUBSYS_ALPHA')).toEqual({ 'oem1.inf': '3:01ff0000' });
    expect(values(image, 'DRIVERS', 'DriverDatabase\\DeviceIds\\PCI\\VEN_1DDD&DEV_0001')).toEqual({ 'oem0.inf': '3:01ff0000', 'oem1.inf': '3:02ff0000' });
    expect(values(image, 'DRIVERS', `DriverDatabase\\DeviceIds\\${netClass}`)).toEqual({ 'oem0.inf': '0:', 'oem1.inf': '0:' });
    expect(values(image, 'SYSTEM', 'DriverDatabase')['OemInfMap']).toBe('3:c0');
    readersAgree(image);
    const listed = await getDrivers({ path: image }, testContext('driver/get'));
    expect(listed.drivers.map(({ driver, driverSignature }) => [driver, driverSignature])).toEqual([['oem0.inf', 'Signed'], ['oem1.inf', 'Signed']]);
    expect(listed.drivers[1]).toEqual({ ...result.results[0]?.driver, classDescription: 'Network adapters' });
  });

  it('does nothing the second time, and puts a newer version beside an older one', async () => {
    const image = await driverImage();
    const { paths: [inf = ''] } = prepare({ name: 'beta' });
    await add(image, inf);
    const before = snapshot(image);
    expect((await add(image, inf)).results).toEqual([{ infPath: inf, driver: null, failure: null }]);
    expect(differences(before, snapshot(image))).toEqual([]);
    const { paths: [newer = ''] } = prepare({ name: 'beta', version: '2.0.0.0', date: '06/07/2025', devices: [['PCI\\VEN_1DDD&DEV_0001&SUBSYS_BETA']] });
    expect((await add(image, newer)).results[0]?.driver?.driver).toBe('oem2.inf');
    // Windows chooses between them by date and version when it finds the device.
    expect(values(image, 'DRIVERS', 'DriverDatabase\\DeviceIds\\PCI\\VEN_1DDD&DEV_0001&SUBSYS_BETA')).toEqual({ 'oem1.inf': '3:01ff0000', 'oem2.inf': '3:01ff0000' });
  });

  it('tries all INF files of a folder, and says of each what became of it', async () => {
    const image = await driverImage();
    const { folder, paths } = prepare(
      { name: 'a-good', sections: { SourceDisksFiles: ['a-good.sys=1', 'A-Good.CAT=1', 'a-good.inf=1'] } }, { name: 'b-unsigned', unsigned: true }, { name: 'c-arm', decoration: 'NTarm64' }, { name: 'd-newer', decoration: 'NTamd64.10.0...99999999' },
      { name: 'e-changed' }, { name: 'f-missing' }, { name: 'g-broken' }, { name: 'h-forged' }, { name: 'i-good', classGuid: scsiClass, className: 'SCSIAdapter' },
    );
    appendFileSync(join(folder, 'e-changed/e-changed.sys'), 'x');
    rmSync(join(folder, 'f-missing/f-missing.sys'));
    writeFileSync(join(folder, 'g-broken/g-broken.inf'), '[Version');
    const catalog = join(folder, 'h-forged/h-forged.cat');
    const forged = readFileSync(catalog);
    forged[forged.indexOf('DismTs Test Signer') - 60] = 0xff;
    writeFileSync(catalog, forged);
    expect(await codeOf(add(image, folder))).toBe('ERROR_FILE_NOT_FOUND');
    const { results, warnings } = await add(image, folder, { recurse: true });
    expect(results.map(({ infPath }) => infPath)).toEqual(paths);
    expect(results.map(({ driver, failure }) => driver?.driver ?? failure?.data.symbol)).toEqual([
      'oem1.inf', 'SPAPI_E_NO_CATALOG_FOR_OEM_INF', 'SPAPI_E_DRIVER_NONNATIVE', 'SPAPI_E_INVALID_TARGET', 'SPAPI_E_FILE_HASH_NOT_IN_CATALOG', 'ERROR_FILE_NOT_FOUND',
      'SPAPI_E_GENERAL_SYNTAX', expect.stringMatching(/^SPAPI_E_/) as string, 'oem2.inf',
    ]);
    for (const { infPath, failure } of results) { if (failure !== null) { expect([failure.message, failure.data.target]).toEqual([expect.stringContaining(`"${infPath}"`), infPath]); } }
    expect(warnings).toEqual([]);
    const forced = await add(image, join(folder, 'b-unsigned'), { forceUnsigned: true });
    expect([forced.results[0]?.driver?.driverSignature, forced.warnings.length]).toEqual(['Unsigned', 1]);
    const changed = await add(image, join(folder, 'e-changed/e-changed.inf'), { forceUnsigned: true });
    expect(changed.results[0]?.driver).toMatchObject({ driver: 'oem4.inf', driverSignature: 'Unsigned' });
    readersAgree(image);
  });

  it('computes everything with validateOnly, and writes nothing', async () => {
    const image = await driverImage();
    const before = snapshot(image);
    const { folder } = prepare({ name: 'one' }, { name: 'two', unsigned: true }, { name: 'three', classGuid: scsiClass, start: 0 });
    const { results } = await add(image, folder, { recurse: true, validateOnly: true, bootCritical: true });
    expect(results.map(({ driver, failure }) => driver?.driver ?? failure?.data.symbol)).toEqual(['oem1.inf', 'oem2.inf', 'SPAPI_E_NO_CATALOG_FOR_OEM_INF']);
    await remove(image, 'oem0.inf', { validateOnly: true });
    expect(differences(before, snapshot(image))).toEqual([]);
  });

  it('leaves the image as it was when it is cancelled or cannot go on', async () => {
    const image = await driverImage();
    const before = snapshot(image);
    const { folder } = prepare({ name: 'one' }, { name: 'two' }, { name: 'three' });
    const cancelled = AbortSignal.abort();
    expect(await codeOf(add(image, folder, { recurse: true }, cancelled))).toBe('ERROR_CANCELLED');
    expect(differences(before, snapshot(image))).toEqual([]);
    // The second package meets something that is no folder.
    const blocked = prepare({ name: 'two' }).folders[0] ?? '';
    writeFileSync(join(image, repository, blocked), 'a file');
    expect(await codeOf(add(image, folder, { recurse: true }))).not.toBe('no error');
    rmSync(join(image, repository, blocked), { force: true });
    expect(differences(before, snapshot(image))).toEqual([]);
  });

  it('takes the lowest number that neither a map, a key nor a file has', async () => {
    const image = await driverImage();
    writeFileSync(join(image, 'Windows/INF/OEM1.INF'), 'left over');
    writeFileSync(join(image, 'Windows/System32/CatRoot/{F750E6C3-38EE-11D1-85E5-00C04FC295EE}/oem2.cat'), 'left over');
    const { folder } = prepare(...Array.from({ length: 8 }, (_, index) => ({ name: `drv${index}` })));
    const { results } = await add(image, folder, { recurse: true });
    expect(results.map(({ driver }) => driver?.driver)).toEqual([3, 4, 5, 6, 7, 8, 9, 10].map((number) => `oem${number}.inf`));
    expect(values(image, 'SYSTEM', 'DriverDatabase')['OemInfMap']).toBe('3:9fe0');
    for (const number of [10, 9, 3]) { await remove(image, `oem${number}.inf`); }
    expect(values(image, 'SYSTEM', 'DriverDatabase')['OemInfMap']).toBe('3:8f80');
  });

  it('refuses an image without a driver database, and one whose hives were not closed', async () => {
    const image = await driverImage();
    const { paths: [inf = ''] } = prepare({ name: 'one' });
    const hive = readFileSync(hivePath(image, 'DRIVERS'));
    hive.writeUInt32LE(99, 4);
    let checksum = 0;
    for (let offset = 0; offset < 508; offset += 4) { checksum ^= hive.readInt32LE(offset); }
    hive.writeInt32LE(checksum, 508);
    const closed = readFileSync(hivePath(image, 'DRIVERS'));
    writeFileSync(hivePath(image, 'DRIVERS'), hive);
    expect(await codeOf(add(image, inf))).toBe('DISMTS_E_HIVE_DIRTY');
    expect(await codeOf(remove(image, 'oem0.inf'))).toBe('DISMTS_E_HIVE_DIRTY');
    const changed = EditableHive.parse(closed, 'DRIVERS');
    changed.createKey('From the log');
    writeFileSync(hivePath(image, 'DRIVERS'), dirtyHive(closed, 20));
    writeFileSync(`${hivePath(image, 'DRIVERS')}.LOG1`, newLog([closed, changed.toFile()], 20));
    expect((await add(image, inf, { replayLog: true })).results[0]?.driver?.driver).toBe('oem1.inf');
    expect(openHive(image, 'DRIVERS').key('From the log')).toBeDefined();
    await remove(image, 'oem1.inf', { replayLog: true });
    const empty = tempFolder();
    expect(await codeOf(add(empty, inf))).toBe('ERROR_PATH_NOT_FOUND');
    mkdirSync(join(empty, 'Windows/System32/config'), { recursive: true });
    expect(await codeOf(add(empty, inf))).toBe('ERROR_PATH_NOT_FOUND');
  });
});

describe('removeDriver()', () => {
  it('leaves the image as before the driver was added, whatever it was and in whatever order', async () => {
    const image = await driverImage();
    const before = snapshot(image);
    const { folder } = prepare(
      { name: 'one', moreFiles: ['a/b.dll'] }, { name: 'two', classGuid: scsiClass, devices: [['PCI\\VEN_9999&DEV_1', 'PCI\\VEN_9999', 'GENERIC_ID'], ['ROOT\\Two']] },
      { name: 'three', unsigned: true, classGuid: '{12345678-1234-1234-1234-123456789abc}', className: 'Odd' },
    );
    await add(image, folder, { recurse: true, forceUnsigned: true });
    for (const name of ['oem2.inf', 'OEM1.INF', 'oem3.inf']) { await remove(image, name); }
    expect(differences(before, snapshot(image))).toEqual([]);
    readersAgree(image);
  });

  it('removes a driver that Windows added', async () => {
    const image = await driverImage();
    await remove(image, 'oem0.inf');
    expect((await getDrivers({ path: image }, testContext('driver/get'))).drivers).toEqual([]);
    expect(JSON.stringify(flatten(openHive(image, 'DRIVERS').root))).not.toContain('oem0');
    expect([...snapshot(image).keys()].filter((path) => /oem0|dtnet/.test(path))).toEqual([]);
  });

  it('refuses names of no driver, and drivers that came with Windows', async () => {
    const image = await driverImage();
    const before = snapshot(image);
    expect(await codeOf(remove(image, 'oem7.inf'))).toBe('ERROR_FILE_NOT_FOUND');
    expect(await codeOf(remove(image, 'dtdisk.inf'))).toBe('SPAPI_E_NOT_AN_INSTALLED_OEM_INF');
    expect(await codeOf(remove(image, '../oem0.inf'))).toBe('ERROR_FILE_NOT_FOUND');
    expect(differences(before, snapshot(image))).toEqual([]);
  });
});
