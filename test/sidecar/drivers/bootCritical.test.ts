/** Boot-critical drivers are reflected as their INF files say, and taken back. No Windows was started with any of it. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { applyUnattend as unattendMethod } from '@dismts/protocol';
import { describe, expect, it } from 'vitest';
import type { HiveKey } from '../../../sidecar/src/registry/hive.ts';
import { applyUnattend } from '../../../sidecar/src/engine/portable/operations/unattend.ts';
import { storeName } from '../../../sidecar/src/drivers/storeName.ts';
import { testContext } from '../../helpers/operationContext.ts';
import { add, codeOf, differences, driverImage, openHive, remove, snapshot } from '../../helpers/store/driverImage.ts';
import { type DriverPackageSpec, makeDriverPackage, scsiClass, writeDriverPackage } from '../../helpers/store/driverPackage.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

/** A storage driver as virtio's are. */
const scsi: DriverPackageSpec = {
  name: 'dtscsi', className: 'SCSIAdapter', classGuid: scsiClass, start: 0, devices: [['PCI\\VEN_1AF4&DEV_1048&SUBSYS_11001AF4&REV_01', 'PCI\\VEN_1AF4&DEV_1048']],
  parameters: ['HKR,"Parameters","BusType",0x00010001,0x0000000A', 'HKR,"Parameters","Tuning",0x00010003,5'],
  sections: {
    'Main_Install.HW': ['AddReg=Hardware_Registry'],
    Hardware_Registry: [
      'HKR,"Interrupt Management\\MessageSignaledInterruptProperties",MSISupported,0x00010001,1', 'HKR,,UpperFilters,0x00010000,"dtfilter"',
      'HKR,"Interrupt Management",,0x00000010',
    ],
  },
};

function prepare(spec: DriverPackageSpec): { inf: string; folder: string; sys: Buffer } {
  const made = makeDriverPackage(spec);
  return { inf: writeDriverPackage(tempFolder(), made), folder: storeName(`${spec.name}.inf`, 'amd64', made.inf), sys: made.files.get(`${spec.name}.sys`) ?? Buffer.alloc(0) };
}

/** Keys below one, with their values. */
function tree(key: HiveKey | undefined, path = ''): Record<string, Record<string, string>> {
  if (key === undefined) { return {}; }
  const values = Object.fromEntries(key.values().map((value) => [
    value.name, value.asString() ?? value.asStrings()?.join('|') ?? (value.data.length === 4 ? `${value.type.toString(16)}:${value.data.readUInt32LE(0).toString(16)}` : value.data.toString('hex')),
  ]));
  return Object.assign({ [path]: values }, ...key.subkeys().map((subkey) => tree(subkey, `${path}\\${subkey.name}`))) as Record<string, Record<string, string>>;
}

const services = (image: string, name: string) => tree(openHive(image, 'SYSTEM').key(`ControlSet001\\Services\\${name}`));
const driverFile = (image: string, name = 'dtscsi.sys') => join(image, 'Windows/System32/drivers', name);

describe('addDriver() with bootCritical', () => {
  it('writes services, files and configurations as the INF file says', async () => {
    const image = await driverImage();
    const before = snapshot(image);
    const { inf, folder, sys } = prepare(scsi);
    const { results, warnings } = await add(image, inf, { bootCritical: true });
    expect(results[0]?.driver).toMatchObject({ driver: 'oem1.inf', bootCritical: true });
    expect(warnings).toEqual([expect.stringContaining('no start of Windows with it was tried here')]);
    expect(readFileSync(driverFile(image)).equals(sys)).toBe(true);
    expect(services(image, 'dtscsi')).toEqual({
      '': {
        Type: '4:1', Start: '4:0', ErrorControl: '4:1', ImagePath: 'System32\\drivers\\dtscsi.sys', Group: 'SCSI Miniport', Owners: 'oem1.inf',
        DisplayName: '@oem1.inf,%service%;Service of tests',
      },
      '\\Parameters': { BusType: '4:a', Tuning: '4:5' },
      '\\Parameters\\PnpInterface': { 5: '4:1' },
    });
    expect(services(image, 'EventLog')).toMatchObject({ '\\System\\dtscsi': { EventMessageFile: '%SystemRoot%\\System32\\IoLogMsg.dll', TypesSupported: '4:7' } });
    const database = openHive(image, 'SYSTEM').key('DriverDatabase');
    expect(tree(database?.key('DriverInfFiles\\oem1.inf'))['']).toEqual({ '': folder, Active: folder, Configurations: 'Main_Install' });
    const entry = database?.key(`DriverPackages\\${folder}`);
    expect(tree(entry?.subkey('Configurations'))).toEqual({
      '': {},
      '\\Main_Install': { Service: 'dtscsi', ConfigFlags: '4:0', UpperFilters: 'dtfilter' },
      '\\Main_Install\\Device': {}, '\\Main_Install\\Device\\Interrupt Management': {},
      '\\Main_Install\\Device\\Interrupt Management\\MessageSignaledInterruptProperties': { MSISupported: '4:1' },
      '\\Main_Install\\Services': {}, '\\Main_Install\\Services\\dtscsi': {},
      // What must not replace anything has a mark in its type, as Windows writes it.
      '\\Main_Install\\Services\\dtscsi\\Parameters': { BusType: '4:a', Tuning: '20004:5' }, '\\Main_Install\\Services\\dtscsi\\Parameters\\PnpInterface': { 5: '4:1' },
    });
    const descriptor = { Configuration: 'Main_Install', Description: '%device% 1', Manufacturer: '%maker%' };
    expect(tree(entry?.subkey('Descriptors'))).toMatchObject({ '\\PCI\\VEN_1AF4&DEV_1048': descriptor, '\\PCI\\VEN_1AF4&DEV_1048&SUBSYS_11001AF4&REV_01': descriptor });
    expect(tree(entry?.subkey('Strings'))['']).toEqual({ device: 'Device of tests', maker: 'DismTs Tests' });
    expect(tree(openHive(image, 'SOFTWARE').key('Microsoft\\Windows\\CurrentVersion\\Setup\\PnpLockdownFiles'))['\\%SystemRoot%/System32/drivers/dtscsi.sys']).toEqual({
      Class: '4:4', Owners: 'oem1.inf', Source: `%SystemRoot%\\System32\\DriverStore\\FileRepository\\${folder}\\dtscsi.sys`,
    });
    const again = snapshot(image);
    expect((await add(image, inf, { bootCritical: true })).results[0]).toMatchObject({ driver: null, failure: null });
    expect(differences(again, snapshot(image))).toEqual([]);
    expect(await codeOf(remove(image, 'oem1.inf'))).toBe('SPAPI_E_INF_IN_USE_BY_DEVICES');
    expect(differences(again, snapshot(image))).toEqual([]);
    expect((await remove(image, 'oem1.inf', { force: true })).warnings).toEqual([expect.stringContaining('may not start any more')]);
    expect(differences(before, snapshot(image))).toEqual([]);
  });

  it('is needed to reflect: without it the driver is staged, and can be reflected later or removed', async () => {
    const image = await driverImage();
    const { inf } = prepare(scsi);
    expect((await add(image, inf)).warnings).toEqual([expect.stringContaining('is only staged')]);
    expect([services(image, 'dtscsi'), snapshot(image).has('Windows/System32/drivers/dtscsi.sys')]).toEqual([{}, false]);
    expect((await add(image, inf, { bootCritical: true })).results[0]?.driver).toMatchObject({ driver: 'oem1.inf' });
    expect(services(image, 'dtscsi')['']).toMatchObject({ Owners: 'oem1.inf' });
    await remove(image, 'oem1.inf', { force: true });
    await add(image, inf);
    await remove(image, 'oem1.inf');
    expect(services(image, 'dtscsi')).toEqual({});
    // Of a class that Windows can start without, nothing is reflected.
    const net = prepare({ name: 'dtother' });
    expect((await add(image, net.inf, { bootCritical: true })).warnings).toEqual([]);
    expect(services(image, 'dtother')).toEqual({});
  });

  it('starts the newest of several versions, whichever came first, and the one before it when that is removed', async () => {
    const image = await driverImage();
    const old = prepare({ ...scsi, version: '1.0.0.0', seed: 1 });
    const newer = prepare({ ...scsi, version: '2.0.0.0', date: '01/01/2025', seed: 2, parameters: ['HKR,"Parameters","BusType",0x00010001,0x00000001', 'HKR,"Parameters","New",0x00010001,1'] });
    await add(image, old.inf, { bootCritical: true });
    const before = snapshot(image);
    await add(image, newer.inf, { bootCritical: true });
    expect(services(image, 'dtscsi')).toMatchObject({ '': { Owners: 'oem2.inf|oem1.inf', DisplayName: '@oem2.inf,%service%;Service of tests' }, '\\Parameters': { BusType: '4:1', New: '4:1' } });
    expect(services(image, 'dtscsi')['\\Parameters']).not.toHaveProperty('Tuning');
    expect(readFileSync(driverFile(image)).equals(newer.sys)).toBe(true);
    await remove(image, 'oem2.inf', { force: true });
    expect(readFileSync(driverFile(image)).equals(old.sys)).toBe(true);
    expect(differences(before, snapshot(image))).toEqual([]);
    await remove(image, 'oem1.inf', { force: true });
    await add(image, newer.inf, { bootCritical: true });
    const withNewer = snapshot(image);
    await add(image, old.inf, { bootCritical: true });
    expect(services(image, 'dtscsi')).toMatchObject({ '': { Owners: 'oem1.inf|oem2.inf' }, '\\Parameters': { BusType: '4:1' } });
    expect(readFileSync(driverFile(image)).equals(newer.sys)).toBe(true);
    await remove(image, 'oem2.inf', { force: true });
    expect(differences(withNewer, snapshot(image))).toEqual([]);
  });

  it('is removed as far as the registry knows it when its INF file is lost', async () => {
    const image = await driverImage();
    const before = snapshot(image);
    const { inf, folder } = prepare(scsi);
    await add(image, inf, { bootCritical: true });
    rmSync(join(image, 'Windows/System32/DriverStore/FileRepository', folder, 'dtscsi.inf'));
    await remove(image, 'oem1.inf', { force: true });
    // Only of the event log nothing says whose it was.
    expect(differences(before, snapshot(image))).toEqual(['* Windows/System32/config/SYSTEM']);
    expect(services(image, 'dtscsi')).toEqual({});
  });

  it('takes nothing from others: a service or file that is not of a driver like it is an error of that driver alone', async () => {
    const image = await driverImage();
    const { inf } = prepare(scsi);
    writeFileSync(driverFile(image), 'of Windows');
    const before = snapshot(image);
    const failed = (await add(image, inf, { bootCritical: true })).results[0]?.failure;
    expect(failed).toMatchObject({ message: expect.stringContaining('the file "System32/drivers/dtscsi.sys"') as string, data: { symbol: 'ERROR_ALREADY_EXISTS', target: inf } });
    const disk = prepare({ ...scsi, name: 'disk' });
    const other = (await add(image, disk.inf, { bootCritical: true })).results[0]?.failure;
    expect(other).toMatchObject({ message: expect.stringContaining('the service "disk"') as string, data: { symbol: 'ERROR_ALREADY_EXISTS', target: disk.inf } });
    expect(differences(before, snapshot(image))).toEqual([]);
  });
});

describe('unattend/apply with boot-critical drivers', () => {
  it.each([[false, undefined], [true, 0]] as const)('reflects them with bootCritical %s only', async (bootCritical, start) => {
    const image = await driverImage();
    const { inf } = prepare(scsi);
    const unattendPath = join(tempFolder(), 'unattend.xml');
    writeFileSync(unattendPath, '<unattend><settings pass="offlineServicing"><component name="Microsoft-Windows-PnpCustomizationsNonWinPE" '
      + `processorArchitecture="amd64"><DriverPaths><PathAndCredentials><Path>${dirname(inf)}</Path></PathAndCredentials></DriverPaths></component></settings></unattend>`);
    const { warnings, addedDrivers } = await applyUnattend(unattendMethod.params.parse({ path: image, unattendPath, bootCritical }), testContext('unattend/apply'));
    expect(addedDrivers).toEqual([inf]);
    expect(warnings).toContainEqual(expect.stringContaining(bootCritical ? 'no start of Windows with it was tried' : '-BootCritical reflects it'));
    expect(openHive(image, 'SYSTEM').key('ControlSet001\\Services\\dtscsi')?.value('Start')?.asNumber()).toBe(start);
  });
});
