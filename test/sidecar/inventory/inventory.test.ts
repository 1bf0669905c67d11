/** Listings of an image: packages, features, drivers, capabilities and edition. */
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  getCapabilities as capabilitiesMethod, getDrivers as driversMethod, getEdition as editionMethod,
  getFeatures as featuresMethod, getPackages as packagesMethod,
} from '@dismts/protocol';
import { describe, expect, it } from 'vitest';
import { DismError } from '../../../sidecar/src/errors.ts';
import { Hresult } from '../../../sidecar/src/hresult.ts';
import { listCapabilities } from '../../../sidecar/src/inventory/capabilities.ts';
import { listDrivers } from '../../../sidecar/src/inventory/drivers.ts';
import { readEdition } from '../../../sidecar/src/inventory/edition.ts';
import { listFeatures } from '../../../sidecar/src/inventory/features.ts';
import { getCapabilities, getDrivers, getEdition, getFeatures, getPackages } from '../../../sidecar/src/engine/portable/operations/inventory.ts';
import { listPackages } from '../../../sidecar/src/inventory/packages.ts';
import { WindowsImage } from '../../../sidecar/src/inventory/windowsImage.ts';
import { KeyBuilder, writeHive } from '../../helpers/store/hiveWriter.ts';
import { testContext } from '../../helpers/operationContext.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';
import {
  addPackage, cbs, foundation, gone, hiddenPart, inMemory, makeSample, mum, olderFoundation, rollup, sampleFiles, tool, type Sample,
} from './sampleImage.ts';

const time = '2024-09-06T05:14:36.000Z';

async function open(change: (sample: Sample) => void = () => undefined): Promise<WindowsImage> {
  const sample = makeSample();
  change(sample);
  return await WindowsImage.open(inMemory(sampleFiles(sample)), '/mnt/image');
}

async function failureOf(promise: Promise<unknown>): Promise<DismError> {
  const error = await promise.then(() => undefined, (reason: unknown) => reason);
  expect(error).toBeInstanceOf(DismError);
  return error as DismError;
}

describe('listPackages()', () => {
  it('lists the packages that are not hidden', async () => {
    expect(await listPackages(await open())).toEqual([
      { packageName: foundation, packageState: 'Installed', releaseType: 'Foundation', installTime: time },
      { packageName: olderFoundation, packageState: 'Superseded', releaseType: 'Foundation', installTime: time },
      { packageName: gone, packageState: 'NotPresent', releaseType: 'Other', installTime: time },
      { packageName: tool, packageState: 'Installed', releaseType: 'OnDemandPack', installTime: time },
      { packageName: rollup, packageState: 'Installed', releaseType: 'SecurityUpdate', installTime: time },
    ]);
  });

  it('gives all properties of one package, in any case', async () => {
    expect(await listPackages(await open(), { packageName: foundation.toUpperCase() })).toEqual([{
      packageName: foundation, packageState: 'Installed', releaseType: 'Foundation', installTime: time, applicable: true,
      copyright: 'Contoso 2024', company: 'Contoso', creationTime: '2024-04-01T07:35:00.000Z', description: 'The foundation',
      installClient: 'DISM Package Manager Provider', installPackageName: `${foundation}.mum`, lastUpdateTime: '2024-04-02T07:35:00.000Z',
      displayName: 'Foundation', productName: 'Contoso-Foundation-Package', productVersion: '10.0.100.1', restartRequired: 'No',
      supportInformation: 'https://contoso.example', completelyOfflineCapable: 'Undetermined', capabilityId: '', customProperties: [],
      features: [
        { featureName: 'Feature-On', state: 'Enabled' }, { featureName: 'Feature-Permanent', state: 'Enabled' },
        { featureName: 'Feature-Off', state: 'Disabled' }, { featureName: 'Feature-Gone', state: 'DisabledWithPayloadRemoved' },
        { featureName: 'Feature-Absent', state: 'DisabledWithPayloadRemoved' }, { featureName: 'Feature-Coming', state: 'EnablePending' },
        { featureName: 'Feature-Going', state: 'DisablePending' }, { featureName: 'Feature-Partial', state: 'PartiallyInstalled' },
        { featureName: 'Feature-Superseded', state: 'Superseded' },
      ],
    }]);
  });

  it('finds a hidden package by its name', async () => {
    expect(await listPackages(await open(), { packageName: hiddenPart })).toMatchObject([{ packageName: hiddenPart, releaseType: 'FeaturePack' }]);
  });

  it('names the capability that a package is', async () => {
    expect(await listPackages(await open(), { detailed: true }))
      .toContainEqual(expect.objectContaining({ packageName: tool, capabilityId: 'Contoso.Tool~~~de-DE~0.0.1.0' }));
  });

  it.each([
    [0x05, 'UninstallPending'], [0x10, 'Removed'], [0x20, 'Removed'], [0x30, 'Staged'], [0x40, 'Staged'], [0x60, 'InstallPending'],
    [0x65, 'PartiallyInstalled'], [0x80, 'Installed'], [0x1000, 'NotPresent'], [0xfffffff0, 'NotPresent'],
  ])('calls state 0x%x %s', async (state, packageState) => {
    const image = await open(({ software }) => { addPackage(software, rollup, { state }); });
    expect(await listPackages(image, { packageName: rollup })).toMatchObject([{ packageState }]);
  });

  it('lists packages whose files are missing or damaged, and says so', async () => {
    const image = await open(({ files }) => {
      files.delete(`Windows/servicing/Packages/${rollup}.mum`);
      files.set(`Windows/servicing/Packages/${tool}.mum`, Buffer.from('<assembly'));
    });
    expect(await listPackages(image)).toEqual(expect.arrayContaining([
      { packageName: rollup, packageState: 'Installed', releaseType: 'Other', installTime: time },
      { packageName: tool, packageState: 'Installed', releaseType: 'Other', installTime: time },
    ]));
    expect(image.warnings).toEqual([expect.stringMatching(/^2 package files are missing or damaged.*Contoso-Tool.*Package_for_Rollup/)]);
  });

  it('reads no file for a package whose name is a path', async () => {
    const image = await open(({ software, files }) => {
      addPackage(software, '../../x', { state: 0x70 });
      files.set('Windows/servicing/Packages/../../x.mum', mum('x~~~~1.0', { package: 'releaseType="Update"' }));
    });
    expect(await listPackages(image, { packageName: '../../x' })).toMatchObject([{ releaseType: 'Other' }]);
  });

  it('refuses a name that no package has', async () => {
    const error = await failureOf(listPackages(await open(), { packageName: 'Contoso' }));
    expect(error.hresult).toBe(Hresult.ERROR_NOT_FOUND);
    expect(error.target).toBe('Contoso');
  });
});

describe('listFeatures()', () => {
  it('lists each feature once, as the package in use has it', async () => {
    expect(await listFeatures(await open())).toEqual([
      { featureName: 'Feature-Absent', state: 'DisabledWithPayloadRemoved' }, { featureName: 'Feature-Coming', state: 'EnablePending' },
      { featureName: 'Feature-Going', state: 'DisablePending' }, { featureName: 'Feature-Gone', state: 'DisabledWithPayloadRemoved' },
      { featureName: 'Feature-Off', state: 'Disabled' }, { featureName: 'Feature-On', state: 'Enabled' },
      { featureName: 'Feature-Partial', state: 'PartiallyInstalled' }, { featureName: 'Feature-Permanent', state: 'Enabled' },
      { featureName: 'Feature-Retired', state: 'Disabled' }, { featureName: 'Feature-Superseded', state: 'Superseded' },
    ]);
  });

  it('prefers the newer of two packages in use', async () => {
    const image = await open(({ software }) => {
      addPackage(software, olderFoundation, { state: 0x70, updates: { 'Feature-On': 0x40 } });
    });
    expect(await listFeatures(image)).toContainEqual({ featureName: 'Feature-On', state: 'Enabled' });
  });

  it('prefers an older package in use to a newer one that is only staged', async () => {
    const image = await open(({ software }) => {
      addPackage(software, foundation, { state: 0x40, updates: { 'Feature-On': 0x40 } });
      addPackage(software, olderFoundation, { state: 0x70, updates: { 'Feature-On': 0x70 } });
    });
    expect(await listFeatures(image)).toContainEqual({ featureName: 'Feature-On', state: 'Enabled' });
  });

  it('gives all properties of one feature', async () => {
    expect(await listFeatures(await open(), { featureName: 'feature-ON' })).toEqual([{
      featureName: 'Feature-On', state: 'Enabled', displayName: 'Feature-On & more', description: 'What Feature-On does',
      restartRequired: 'Required', customProperties: [],
    }]);
    // Where the feature does not say, its package does.
    expect(await listFeatures(await open(), { featureName: 'Feature-Off' })).toMatchObject([{ restartRequired: 'No' }]);
  });

  it('lists the features of one package', async () => {
    expect(await listFeatures(await open(), { packageName: olderFoundation })).toEqual([
      { featureName: 'Feature-On', state: 'Disabled' }, { featureName: 'Feature-Retired', state: 'Disabled' },
    ]);
  });

  it('refuses a name that no feature has', async () => {
    expect((await failureOf(listFeatures(await open(), { featureName: 'Base' }))).hresult).toBe(Hresult.DISMAPI_E_UNKNOWN_FEATURE);
    expect((await failureOf(listFeatures(await open(), { packageName: 'x' }))).hresult).toBe(Hresult.ERROR_NOT_FOUND);
  });
});

describe('listCapabilities()', () => {
  it('lists what packages declare, and what is described but absent', async () => {
    expect(await listCapabilities(await open())).toEqual([
      { name: 'Contoso.Other~~~~0.0.1.0', state: 'NotPresent' }, { name: 'Contoso.Tool~~~de-DE~0.0.1.0', state: 'Installed' },
    ]);
  });

  it('gives a capability the state of the package in use', async () => {
    const capability = '<declareCapability><capability><capabilityIdentity name="Contoso.Other" version="1.0"/></capability></declareCapability>';
    for (const states of [[0x40, 0x70], [0x70, 0x40]]) {
      const image = await open(({ software, files }) => {
        states.forEach((state, index) => {
          const name = `Contoso-Other-FoD-Package~~amd64~~10.0.100.${index}`;
          addPackage(software, name, { state });
          files.set(`Windows/servicing/Packages/${name}.mum`, mum(name, {}, capability));
        });
      });
      expect(await listCapabilities(image)).toContainEqual({ name: 'Contoso.Other~~~~0.0.1.0', state: 'Installed' });
    }
  });

  it('gives all properties of one capability', async () => {
    expect(await listCapabilities(await open(), { name: 'contoso.tool~~~de-de~0.0.1.0' })).toEqual([{
      name: 'Contoso.Tool~~~de-DE~0.0.1.0', state: 'Installed', displayName: 'Tool', description: 'A tool', downloadSize: 0, installSize: 0,
    }]);
  });

  it('takes the name in front for all capabilities that have it', async () => {
    expect((await listCapabilities(await open(), { name: 'contoso.TOOL' })).map(({ name }) => name)).toEqual(['Contoso.Tool~~~de-DE~0.0.1.0']);
    const capabilities = ['de-DE', 'fr-FR'].map((language) => `<capability><capabilityIdentity name="Contoso.Several" language="${language}" version="1.0"/></capability>`);
    const image = await open(({ software, files }) => {
      addPackage(software, 'Contoso-Several-FoD-Package~~amd64~~10.0.100.1', { state: 0x70 });
      files.set('Windows/servicing/Packages/Contoso-Several-FoD-Package~~amd64~~10.0.100.1.mum',
        mum('Contoso-Several-FoD-Package~~amd64~~10.0.100.1', {}, `<declareCapability>${capabilities.join('')}</declareCapability>`));
    });
    expect((await listCapabilities(image, { name: 'Contoso.Several' })).map(({ name }) => name)).toEqual(['Contoso.Several~~~de-DE~0.0.1.0', 'Contoso.Several~~~fr-FR~0.0.1.0']);
  });

  it('refuses a name that no capability has', async () => {
    for (const name of ['Contoso.None', 'Contoso', 'Contoso.Tool~', 'Contoso.Tool~~~de-DE~0.0.2.0']) {
      expect((await failureOf(listCapabilities(await open(), { name }))).hresult, name).toBe(Hresult.ERROR_NOT_FOUND);
    }
  });
});

describe('listDrivers()', () => {
  const net = {
    driver: 'oem10.inf', inbox: false, catalogFile: 'contosonet.cat', className: 'Net', classGuid: '{4d36e972-e325-11ce-bfc1-08002be10318}',
    originalFileName: '/mnt/image/Windows/System32/DriverStore/FileRepository/contosonet.inf_amd64_0123456789abcdef/ContosoNet.inf',
    classDescription: 'Network adapters', bootCritical: false, driverSignature: 'Signed', providerName: 'Contoso', date: time,
    version: '1.2.3.4', majorVersion: 1, minorVersion: 2, build: 3, revision: 4,
  };

  it('lists third-party drivers', async () => {
    const drivers = await listDrivers(await open());
    expect(drivers.map(({ driver, driverSignature }) => [driver, driverSignature])).toEqual([['oem2.inf', 'Unsigned'], ['oem10.inf', 'Signed']]);
    expect(drivers[1]).toEqual(net);
  });

  it('lists those that came with Windows on demand, from both hives', async () => {
    const drivers = await listDrivers(await open(), { all: true });
    expect(drivers.map(({ driver }) => driver)).toEqual(['acpi.inf', 'oem2.inf', 'oem10.inf']);
    expect(drivers[0]).toMatchObject({
      inbox: true, bootCritical: true, className: 'System', classDescription: '', version: '10.0.26100.1',
      originalFileName: '/mnt/image/Windows/System32/DriverStore/FileRepository/acpi.inf_amd64_9bfd289b56d00b69/acpi.inf',
    });
  });

  it('gives one object for each hardware id of a driver', async () => {
    const common = { ...net, architecture: 9, compatibleIds: '', excludeIds: '' };
    expect(await listDrivers(await open(), { driver: 'OEM10.INF' })).toEqual([
      { ...common, hardwareId: 'CONTOSO', manufacturerName: '', hardwareDescription: '', serviceName: '' },
      { ...common, hardwareId: 'PCI\\VEN_1234&DEV_0001', manufacturerName: 'Contoso Ltd', hardwareDescription: 'Contoso NIC one', serviceName: 'contosonic' },
      { ...common, hardwareId: 'PCI\\VEN_1234&DEV_0002', manufacturerName: 'Contoso Ltd', hardwareDescription: '%unknown%', serviceName: 'contosonic' },
    ]);
    expect(await listDrivers(await open(), { driver: 'oem2.inf' })).toMatchObject([{ driver: 'oem2.inf', hardwareId: '' }]);
  });

  it('refuses a name that no driver has, and an image without a driver database', async () => {
    expect((await failureOf(listDrivers(await open(), { driver: 'oem1.inf' }))).hresult).toBe(Hresult.ERROR_NOT_FOUND);
    const old = await open(({ system, drivers }) => { system.remove('DriverDatabase'); drivers.remove('DriverDatabase'); });
    expect((await failureOf(listDrivers(old))).hresult).toBe(Hresult.ERROR_NOT_SUPPORTED);
  });

  it('stands drivers whose values are missing or too short', async () => {
    const image = await open(({ drivers }) => {
      drivers.key('DriverDatabase\\DriverPackages').subkey('odd.inf_x86_1').binary('Version', Buffer.alloc(39)).dword('SignerScore', 0xff000000);
    });
    expect((await listDrivers(image)).find(({ driver }) => driver === 'odd.inf'))
      .toMatchObject({ version: '0.0.0.0', date: null, driverSignature: 'Unknown', className: '' });
  });
});

describe('readEdition()', () => {
  it('reads what Windows would use at its next start', async () => {
    expect(await readEdition(await open())).toEqual({
      edition: 'Professional', compositionEditionId: 'Enterprise', productName: 'Windows 10 Pro', installationType: 'Client',
      displayVersion: '24H2', version: '10.0.26100.1742', architecture: 9, defaultLanguage: 'de-DE',
    });
  });

  it('reads older versions', async () => {
    const image = await open(({ software, system }) => {
      software.key('Microsoft\\Windows NT\\CurrentVersion').remove('CurrentMajorVersionNumber').remove('CurrentMinorVersionNumber').remove('UBR');
      system.key('ControlSet002\\Control').remove('MUI');
      system.key('Select').remove('Current');
    });
    expect(await readEdition(image)).toMatchObject({ version: '6.3.26100.0', defaultLanguage: '0407' });
  });

  it('refuses an image whose registry names no edition', async () => {
    const image = await open(({ software }) => { software.remove('Microsoft'); });
    expect((await failureOf(readEdition(image))).hresult).toBe(Hresult.CBS_E_NO_ACTIVE_EDITION);
  });
});

describe('WindowsImage.open()', () => {
  const config = 'Windows/System32/config';

  async function failureOfFiles(change: (files: Map<string, Buffer>) => void): Promise<DismError> {
    const files = sampleFiles(makeSample());
    change(files);
    return await failureOf(WindowsImage.open(inMemory(files), '/mnt/image').then(async (image) => await listDrivers(image)));
  }

  it('refuses a folder that is empty, or has no Windows', async () => {
    const empty = await failureOfFiles((files) => { files.clear(); });
    expect(empty.hresult).toBe(Hresult.ERROR_PATH_NOT_FOUND);
    expect(empty.message).toContain('the folder is empty');
    const other = await failureOfFiles((files) => { files.clear(); files.set('data/x', Buffer.alloc(1)); });
    expect(other.hresult).toBe(Hresult.ERROR_PATH_NOT_FOUND);
    expect(other.message).toContain('"Windows/System32/config"');
  });

  it('finds Windows in another folder', async () => {
    const files = new Map([...sampleFiles(makeSample())].map(([path, data]) => [path.replace('Windows', 'Other/WINNT'), data]));
    const image = await WindowsImage.open(inMemory(files), '/mnt/image', 'Other\\winnt');
    expect((await readEdition(image)).edition).toBe('Professional');
  });

  it.each(['SOFTWARE', 'SYSTEM'])('refuses an image whose hive %s is missing or damaged', async (name) => {
    expect((await failureOfFiles((files) => files.delete(`${config}/${name}`))).hresult).toBe(Hresult.ERROR_FILE_NOT_FOUND);
    const damaged = await failureOfFiles((files) => files.get(`${config}/${name}`)?.write('xxxx', 0));
    expect(damaged.hresult).toBe(Hresult.ERROR_FILE_CORRUPT);
    expect(damaged.target).toBe(`/mnt/image/${config}/${name}`);
  });

  it('reads a hive that was not closed properly, and says so', async () => {
    const files = sampleFiles(makeSample());
    files.set(`${config}/SYSTEM`, writeHive(makeSample().system, { dirty: true }));
    const image = await WindowsImage.open(inMemory(files), '/mnt/image');
    expect((await readEdition(image)).edition).toBe('Professional');
    await image.controlSet();
    expect(image.warnings).toEqual([expect.stringContaining('SYSTEM was not closed properly')]);
  });

  it('needs no DRIVERS hive', async () => {
    const files = sampleFiles(makeSample());
    files.delete(`${config}/DRIVERS`);
    const image = await WindowsImage.open(inMemory(files), '/mnt/image');
    expect((await listDrivers(image, { all: true })).map(({ driver }) => driver)).toEqual(['acpi.inf']);
  });
});

describe('the operations', () => {
  function applied(): string {
    const folder = tempFolder();
    for (const [path, data] of sampleFiles(makeSample())) {
      // Names as some tools write them: any case will do.
      const file = join(folder, path.replace('System32', 'system32').replace('Packages/', 'packages/'));
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, data);
    }
    return folder;
  }

  it('give results that fit the protocol', async () => {
    const path = applied();
    const image = { path, online: false, winPath: 'Windows', sysDrivePath: '', restartNeeded: false, logLevel: 'Debug', warnings: [] };
    const context = testContext('package/get');
    const packages = packagesMethod.result.parse(await getPackages(packagesMethod.params.parse({ path }), context));
    expect(packages).toMatchObject(image);
    expect(packages.packages).toHaveLength(5);
    expect(packages.packages[0]).not.toHaveProperty('company');
    expect(context.progressValues.at(-1)).toEqual({ phase: 'Reading packages', current: 4, total: 5 });
    const detailed = packagesMethod.result.parse(await getPackages(packagesMethod.params.parse({ path, detailed: true }), testContext('package/get')));
    expect(detailed.packages[0]).toHaveProperty('company', 'Contoso');
    const features = featuresMethod.result.parse(await getFeatures(featuresMethod.params.parse({ path, featureName: 'Feature-On' }), testContext('feature/get')));
    expect(features).toMatchObject({ ...image, features: [{ displayName: 'Feature-On & more' }] });
    const drivers = driversMethod.result.parse(await getDrivers(driversMethod.params.parse({ path, driver: 'oem10.inf' }), testContext('driver/get')));
    expect(drivers).toMatchObject({ ...image, drivers: [{ hardwareId: 'CONTOSO' }, {}, {}] });
    const capabilities = capabilitiesMethod.result.parse(
      await getCapabilities(capabilitiesMethod.params.parse({ path, detailed: true }), testContext('capability/get')));
    expect(capabilities).toMatchObject({ ...image, capabilities: [{ state: 'NotPresent' }, { displayName: 'Tool' }] });
    const ofSources = await getCapabilities({ path, sources: ['/fod'] }, testContext('capability/get'));
    expect(ofSources).toMatchObject({ capabilities: [{}, {}], warnings: [expect.stringContaining('sources') as string] });
    const edition = editionMethod.result.parse(await getEdition(editionMethod.params.parse({ path }), testContext('edition/get')));
    expect(edition).toMatchObject({ ...image, edition: 'Professional', version: '10.0.26100.1742' });
  });

  it('refuse the running system, two images at once and none', async () => {
    expect(await failureOf(getEdition({ online: true }, testContext('edition/get')))).toMatchObject({
      hresult: Hresult.ERROR_NOT_SUPPORTED, hint: expect.stringMatching(/offline image with -Path.*Native engine/) as string,
    });
    for (const failure of [
      await failureOf(getPackages({ path: '/mnt', packagePath: '/a.cab' }, testContext('package/get'))),
      await failureOf(getFeatures({ path: '/mnt', packagePath: '/a.cab' }, testContext('feature/get'))),
    ]) {
      expect(failure).toMatchObject({ hresult: Hresult.ERROR_NOT_SUPPORTED, target: '/a.cab' });
    }
    expect(packagesMethod.params.safeParse({ path: '/mnt', online: true }).success).toBe(false);
    expect(packagesMethod.params.safeParse({}).success).toBe(false);
  });

  it('list everything else where a package file is a link, a folder, empty or cut off at any byte, with one warning', async () => {
    const path = applied();
    const file = join(path, `Windows/servicing/packages/${rollup}.mum`);
    const whole = readFileSync(file);
    const damages: readonly (() => void)[] = [
      () => { symlinkSync('/etc/passwd', file); }, () => { symlinkSync(file, file); }, () => { mkdirSync(file); },
      ...Array.from({ length: Math.ceil(whole.length / 7) }, (_, index) => () => { writeFileSync(file, whole.subarray(0, index * 7)); }),
    ];
    for (const damage of damages) {
      rmSync(file, { recursive: true });
      damage();
      for (const listed of [
        (await getPackages({ path }, testContext('package/get'))), (await getPackages({ path, detailed: true }, testContext('package/get'))),
      ]) {
        expect(listed.packages).toHaveLength(5);
        expect(listed.warnings).toEqual([expect.stringContaining(`"${rollup}.mum"`)]);
      }
      expect((await getFeatures({ path }, testContext('feature/get'))).features).toHaveLength(10);
    }
  });

  it.each(['', cbs])('say that an image without packages in its registry tells nothing ("%s" is there)', async (key) => {
    const path = applied();
    const software = new KeyBuilder();
    software.key('Microsoft\\Windows NT\\CurrentVersion').string('EditionID', 'Professional');
    if (key !== '') { software.key(key).dword('Version', 1); }
    writeFileSync(join(path, 'Windows/system32/config/SOFTWARE'), writeHive(software));
    const warnings = [expect.stringContaining('Component Based Servicing') as string];
    expect(await getPackages({ path }, testContext('package/get'))).toMatchObject({ packages: [], warnings });
    expect(await getFeatures({ path }, testContext('feature/get'))).toMatchObject({ features: [], warnings });
    expect(await getCapabilities({ path }, testContext('capability/get'))).toMatchObject({ warnings });
    expect(await getEdition({ path }, testContext('edition/get'))).toMatchObject({ warnings: [] });
  });

  it('escape what an image says of itself', async () => {
    const folder = tempFolder();
    const sample = makeSample();
    const name = `Contoso\u001b]0;owned\u0007\u202e~~amd64~~1.0.0.0`;
    addPackage(sample.software, name, { state: 0x70 });
    addPackage(sample.software, 'Described~~amd64~~1.0.0.0', { state: 0x70 });
    sample.files.set('Windows/servicing/Packages/Described~~amd64~~1.0.0.0.mum', mum('Described~~amd64~~1.0.0.0', { assembly: 'description="two\r\nlines\u001b[2J"' }));
    for (const [path, data] of sampleFiles(sample)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), data);
    }
    const listed = await getPackages({ path: folder, detailed: true }, testContext('package/get'));
    const shown = String.raw`Contoso\u001b]0;owned\u0007\u202e~~amd64~~1.0.0.0`;
    expect(listed.packages).toEqual(expect.arrayContaining([expect.objectContaining({ packageName: shown })]));
    expect(listed.packages).toEqual(expect.arrayContaining([expect.objectContaining({ description: String.raw`two lines\u001b[2J` })]));
    expect(listed.warnings).toEqual([expect.stringContaining(shown)]);
    // It is still found by the name that it has.
    expect((await getPackages({ path: folder, packageName: name }, testContext('package/get'))).packages).toMatchObject([{ packageName: shown }]);
  });

  it('refuse a folder that does not exist, and files behind symbolic links', async () => {
    const folder = tempFolder();
    expect((await failureOf(getEdition({ path: join(folder, 'none') }, testContext('edition/get')))).hresult).toBe(Hresult.ERROR_PATH_NOT_FOUND);
    symlinkSync(join(applied(), 'Windows'), join(folder, 'Windows'));
    expect((await failureOf(getEdition({ path: folder }, testContext('edition/get')))).hresult).toBe(Hresult.ERROR_PATH_NOT_FOUND);
  });

  it('stop when they are cancelled', async () => {
    const path = applied();
    const signal = AbortSignal.abort();
    // One after the other: a promise that fails before anybody waits for it is an error of its own.
    expect((await failureOf(getPackages({ path }, testContext('package/get', { signal })))).hresult).toBe(Hresult.ERROR_CANCELLED);
    expect((await failureOf(getCapabilities({ path }, testContext('capability/get', { signal })))).hresult).toBe(Hresult.ERROR_CANCELLED);
  });
});
