/** Every operation of the native engine: what it asks of the DISM API, and what it makes of the answer. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { engineMethods } from '@dismts/protocol';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import type { DismError } from '../../../sidecar/src/errors.ts';
import { CancelledError } from '../../../sidecar/src/errors.ts';
import { closedFolder } from '../../helpers/closedFolder.ts';
import { deadlineMs } from '../../helpers/deadline.ts';
import { lacksDouble, type DoubleCall } from '../../helpers/dismDouble.ts';
import { makeNativeEngine, startNativeEngine } from '../../helpers/nativeEngine.ts';
import { testContext } from '../../helpers/operationContext.ts';

const lacking = lacksDouble('elf');
const ready = lacking === undefined;

const folder = mkdtempSync(join(tmpdir(), 'dismts-test-'));
/** One image for all tests; each changes its own part of it. */
const path = join(folder, 'image');
const file = (name: string): string => join(folder, name);
mkdirSync(path);
for (const name of ['a.cab', 'b.msu', 'c.inf', 'app.msix', 'licence.xml', 'custom.data', 'unattend.xml', 'install.wim', 'plain.txt']) {
  writeFileSync(file(name), '');
}
for (const name of ['source', 'target', 'unpacked']) { mkdirSync(file(name)); }

const { engine, double, calls } = ready ? makeNativeEngine(folder) : {} as ReturnType<typeof makeNativeEngine>;

afterAll(async () => {
  if (ready) {
    await engine.close?.();
    expect(double.violations()).toEqual([]);
    // The call before the last one frees what the shutdown cannot.
    expect(double.calls().at(-1)).toMatchObject({ function: 'DismShutdown', outstanding: 0, handles: 0 });
  }
  rmSync(folder, { recursive: true });
});

type Methods = typeof engineMethods;

/** Has an operation done as the server would: parameters and result are checked against their schemas. */
async function run<K extends keyof Methods>(
  method: K, params: z.input<Methods[K]['params']>, context = testContext(engineMethods[method].method),
): Promise<z.output<Methods[K]['result']>> {
  const { params: paramsSchema, result: resultSchema } = engineMethods[method];
  const operation = engine[method] as (params: unknown, context: unknown) => Promise<unknown>;
  return resultSchema.parse(await operation(paramsSchema.parse(params), context)) as z.output<Methods[K]['result']>;
}

async function failure(operation: Promise<unknown>): Promise<DismError> {
  return await operation.then(() => { throw new Error('it did not fail'); }, (error: unknown) => error as DismError);
}

/** Settles when the engine process has seen every cancel so far: an operation that waits for its turn is answered when its own comes. */
async function seen(): Promise<void> {
  const controller = new AbortController();
  const waiting = failure(run('listMountedImages', {}, testContext('image/listMounted', { signal: controller.signal })));
  controller.abort();
  expect(await waiting).toBeInstanceOf(CancelledError);
}

/** The last call of a function. */
function lastCall(name: string): DoubleCall | undefined {
  return calls().findLast((call) => call.function === name);
}

let before = 0;
/** The functions called in this test, without the opening of sessions. */
const called = (): string[] => calls().slice(before).map((call) => call.function)
  .filter((name) => !['DismInitialize', 'DismOpenSession', 'DismCloseSession', 'DismShutdown'].includes(name));

const basics = { online: false, winPath: 'Windows', sysDrivePath: '', restartNeeded: false, warnings: [] };

describe.skipIf(!ready)(`operations (needs ${lacking ?? 'nothing'})`, () => {
  beforeEach(() => {
    double.setModes({});
    before = calls().length;
  });

  describe('packages', () => {
    test('are listed', async () => {
      const { packages, ...rest } = await run('getPackages', { path });
      expect(packages[0]).toEqual({
        packageName: 'Microsoft-Windows-Foundation-Package~31bf3856ad364e35~amd64~~10.0.26100.1', packageState: 'Installed', releaseType: 'Foundation',
        installTime: '2025-02-28T13:14:15.160',
      });
      expect(packages.map((one) => one.packageState)).toEqual(['Installed', 'Staged', 'Superseded']);
      expect(rest).toMatchObject({ path, ...basics });
    });

    test('have details by name, by file, and in a list', async () => {
      const name = 'Microsoft-Windows-Foundation-Package~31bf3856ad364e35~amd64~~10.0.26100.1';
      const { packages: [byName] } = await run('getPackages', { path, packageName: name });
      expect(byName).toMatchObject({
        packageName: name, displayName: 'Package \u{1F4E6}', company: '', supportInformation: '', lastUpdateTime: null, capabilityId: 'Language.Basic~~~de-DE~0.0.1.0',
        customProperties: [{ name: 'FileVersion', value: '\u{1D7D9}', path: 'Root' }, { name: 'Owner', value: '', path: '' }],
      });
      expect(lastCall('DismGetPackageInfoEx')?.arguments).toMatchObject({ Identifier: name, PackageIdentifier: 1 });
      await run('getPackages', { path, packagePath: file('a.cab') });
      expect(lastCall('DismGetPackageInfoEx')?.arguments).toMatchObject({ Identifier: file('a.cab'), PackageIdentifier: 2 });
      const context = testContext('package/get');
      const { packages } = await run('getPackages', { path, detailed: true }, context);
      expect(packages.every((one) => 'features' in one)).toBe(true);
      expect(context.progressValues.at(-1)).toEqual({ phase: 'Reading packages', current: 2, total: 3 });
    });

    test('whose details cannot be read are still listed, with a warning', async () => {
      double.setModes({ 'result.DismGetPackageInfoEx': '0,0x80070002,0' });
      const { packages, warnings } = await run('getPackages', { path, detailed: true });
      expect(packages.map((one) => 'features' in one)).toEqual([true, false, true]);
      expect(warnings).toEqual([expect.stringMatching(/^Cannot read the package .*LanguagePack.*: the file does not exist/)]);
    });

    test('are added and removed', async () => {
      const context = testContext('package/add');
      await run('addPackage', { path, packagePath: file('a.cab'), ignoreCheck: true, preventPending: true }, context);
      expect(lastCall('DismAddPackage')?.arguments).toMatchObject({ PackagePath: file('a.cab'), IgnoreCheck: 1, PreventPending: 1, Progress: true, CancelEvent: true });
      expect(context.progressValues.at(-1)).toMatchObject({ phase: 'Adding package', current: 1000, total: 1000 });
      await run('addPackage', { path, packagePath: file('b.msu') });
      expect(lastCall('DismAddPackage')?.arguments).toMatchObject({ IgnoreCheck: 0, PreventPending: 0 });
      await run('removePackage', { path, packagePath: file('a.cab') });
      expect(lastCall('DismRemovePackage')?.arguments).toMatchObject({ Identifier: file('a.cab'), PackageIdentifier: 2 });
    });

    test('of a folder are added one after the other, unless it is an expanded package', async () => {
      const packages = file('packages');
      mkdirSync(packages);
      for (const name of ['2.msu', '1.cab', '3.CAB', 'readme.txt']) { writeFileSync(join(packages, name), ''); }
      const { results } = await run('addPackage', { path, packagePath: packages });
      expect(results.map((one) => one.packageFile)).toEqual(['1.cab', '2.msu', '3.CAB'].map((name) => join(packages, name)));
      writeFileSync(join(packages, 'update.mum'), '');
      await run('addPackage', { path, packagePath: packages });
      expect(lastCall('DismAddPackage')?.arguments).toMatchObject({ PackagePath: packages });
    });
  });

  describe('features', () => {
    test('are listed, with states as the in-box cmdlets name them', async () => {
      const { features } = await run('getFeatures', { path });
      expect(features).toEqual([
        { featureName: 'TelnetClient', state: 'Enabled' }, { featureName: 'IIS-WebServerRole', state: expect.stringMatching(/^(?:Disabled|Enabled)$/) as string },
        { featureName: 'NetFx3', state: 'DisabledWithPayloadRemoved' }, { featureName: 'IIS-WebServer', state: 'Disabled' },
        { featureName: 'Gr\u00fc\u00dfe-\u{1D53B}eature', state: 'PartiallyInstalled' },
      ]);
    });

    test('have details and parents', async () => {
      const { features: [feature] } = await run('getFeatures', { path, featureName: 'NetFx3', packageName: 'Microsoft-Windows-Foundation-Package' });
      expect(feature).toMatchObject({ displayName: '.NET Framework 3.5 \u{1F4E6}', restartRequired: 'Required' });
      expect(lastCall('DismGetFeatureInfo')?.arguments).toMatchObject({ Identifier: 'Microsoft-Windows-Foundation-Package', PackageIdentifier: 1 });
      expect((await run('getFeatures', { path, detailed: true })).features.every((one) => 'displayName' in one)).toBe(true);
      expect((await run('getFeatureParent', { path, featureName: 'IIS-WebServer' })).features.map((one) => one.featureName)).toEqual(['IIS-WebServerRole']);
    });

    test('are enabled with what they need, and disabled', async () => {
      await run('enableFeature', { path, featureName: 'IIS-WebServer', all: true, limitAccess: true, sources: [file('source'), `WIM:${file('install.wim')}:2`] });
      expect(lastCall('DismEnableFeature')?.arguments).toMatchObject({
        FeatureName: 'IIS-WebServer', Identifier: null, PackageIdentifier: 0, LimitAccess: 1, EnableAll: 1, SourcePathsCount: 2,
        SourcePaths: [file('source'), `WIM:${file('install.wim')}:2`],
      });
      await run('disableFeature', { path, featureName: 'IIS-WebServer', remove: true });
      expect(lastCall('DismDisableFeature')?.arguments).toMatchObject({ FeatureName: 'IIS-WebServer', PackageName: null, RemovePayload: 1 });
    });

    test('that are not known, or lack a parent, are told', async () => {
      expect(await failure(run('getFeatures', { path, featureName: 'missing' }))).toMatchObject({ symbol: 'DISMAPI_E_UNKNOWN_FEATURE', target: 'missing' });
      double.setModes({ 'result.DismEnableFeature': '0xC004000D' });
      expect(await failure(run('enableFeature', { path, featureName: 'IIS-WebServer' }))).toMatchObject({
        symbol: 'DISMAPI_E_PARENT_FEATURE_DISABLED', hint: expect.stringContaining('-All') as string,
      });
    });
  });

  describe('drivers', () => {
    test('are listed, third-party ones or all', async () => {
      const { drivers } = await run('getDrivers', { path });
      expect(drivers[0]).toEqual({
        driver: 'oem0.inf', originalFileName: 'C:\\drivers\\\u{1F5A8} printer\\printer.inf', inbox: false, catalogFile: 'driver.cat', className: 'Printer',
        classGuid: '{4D36E979-E325-11CE-BFC1-08002BE10318}', classDescription: '', bootCritical: false, driverSignature: 'Unknown', providerName: 'Provider \u{1F3ED}',
        date: '2023-06-21T00:00:00.000', version: '70000.4000000000.3.65536', majorVersion: 70000, minorVersion: 4000000000,
        build: 3, revision: 65536,
      });
      expect((await run('getDrivers', { path, all: true })).drivers.map((one) => one.inbox)).toContain(true);
    });

    test('have an object for each hardware id by name', async () => {
      const { drivers } = await run('getDrivers', { path, driver: 'oem0.inf' });
      expect(drivers).toHaveLength(3);
      expect(drivers[0]).toMatchObject({ driver: 'oem0.inf', manufacturerName: 'Maker \u{1F3ED}', hardwareId: 'USB\\VID_1234&PID_5678', serviceName: 'usbsvc' });
    });

    test('that are not in the image have an object for each hardware id by path', async () => {
      const folder = file('offered');
      mkdirSync(join(folder, 'below'), { recursive: true });
      for (const name of ['a.inf', 'missing.inf', 'z.INF', 'readme.txt', join('below', 'c.inf')]) { writeFileSync(join(folder, name), ''); }
      const infPath = join(folder, 'a.inf');
      expect((await run('getDrivers', { path, infPath })).drivers).toHaveLength(3);
      expect(lastCall('DismGetDriverInfo')?.arguments).toMatchObject({ DriverPath: infPath });
      const context = testContext('driver/get');
      const { drivers } = await run('getDrivers', { path, infPath: folder }, context);
      expect([...new Set(drivers.map(({ originalFileName }) => originalFileName))]).toEqual([infPath, join(folder, 'z.INF')]);
      expect(context.lines.some((line) => line.startsWith('warning: ') && line.includes('missing.inf'))).toBe(true);
    });

    test('of a folder are added one by one, each with what became of it', async () => {
      const drivers = file('drivers');
      mkdirSync(join(drivers, 'more', 'deep'), { recursive: true });
      for (const name of ['a.inf', 'b-unsigned.inf', 'readme.txt', join('more', 'deep', 'c.INF')]) { writeFileSync(join(drivers, name), ''); }
      const context = testContext('driver/add');
      const { results } = await run('addDriver', { path, driver: drivers, recurse: true }, context);
      expect(results.map(({ infPath, driver, failure: reason }) => [infPath, driver?.driver.startsWith('oem'), reason?.data.nativeCode])).toEqual([
        [join(drivers, 'a.inf'), true, undefined], [join(drivers, 'b-unsigned.inf'), undefined, 0x800F0242 | 0], [join(drivers, 'more', 'deep', 'c.INF'), true, undefined],
      ]);
      expect(new Set(results.map(({ driver }) => driver?.driver)).size).toBe(3);
      expect(results[1]?.failure).toMatchObject({
        message: expect.stringContaining('b-unsigned.inf') as string,
        data: { source: 'dismapi', operation: 'driver/add', target: join(drivers, 'b-unsigned.inf') },
      });
      expect(context.progressValues.at(-1)).toEqual({ phase: 'Adding drivers', current: 3, total: 3 });
      expect(context.lines.some((line) => line.startsWith('error: ') && line.includes('b-unsigned.inf'))).toBe(true);
      await run('addDriver', { path, driver: join(drivers, 'b-unsigned.inf'), forceUnsigned: true });
      expect(lastCall('DismAddDriver')?.arguments).toMatchObject({ ForceUnsigned: 1 });
      expect((await run('addDriver', { path, driver: drivers })).results).toHaveLength(2);
    });

    test('stop being added between two files', async () => {
      const drivers = file('many');
      mkdirSync(drivers);
      for (const name of ['a.inf', 'b.inf', 'c.inf']) { writeFileSync(join(drivers, name), ''); }
      const controller = new AbortController();
      const context = testContext('driver/add', { signal: controller.signal });
      double.setModes({ 'block.DismAddDriver': 'hang' });
      const operation = failure(run('addDriver', { path, driver: drivers }, context));
      await expect.poll(() => double.events().some((event) => event.function === 'DismAddDriver'), { timeout: deadlineMs }).toBe(true);
      controller.abort();
      await seen();
      double.setModes({});
      expect(await operation).toBeInstanceOf(CancelledError);
      expect(called().filter((name) => name === 'DismAddDriver')).toHaveLength(1);
    });

    test('are removed and exported', async () => {
      await run('removeDriver', { path, driver: 'oem0.inf' });
      expect(lastCall('DismRemoveDriver')?.arguments).toMatchObject({ DriverPath: 'oem0.inf' });
      const { drivers } = await run('exportDrivers', { path, destination: file('target') });
      expect(lastCall('_DismExportDriver')?.arguments).toMatchObject({ Destination: file('target') });
      expect(drivers.every((one) => one.hardwareId !== '')).toBe(true);
    });
  });

  describe('capabilities', () => {
    test('are listed; sources and access decide which function does it', async () => {
      const { capabilities } = await run('getCapabilities', { path });
      expect(capabilities[0]).toEqual({ name: 'Language.Basic~~~en-US~0.0.1.0', state: 'Installed' });
      expect(called()).toEqual(['DismGetCapabilities']);
      await run('getCapabilities', { path, limitAccess: true, sources: [file('source')] });
      expect(lastCall('_DismGetCapabilitiesEx')?.arguments).toMatchObject({ LimitAccess: 1, SourcePaths: [file('source')] });
      expect((await run('getCapabilities', { path, detailed: true })).capabilities[0]).toMatchObject({
        displayName: 'Basic \u{1F5E3}', downloadSize: 0x80000001, installSize: 0xFFFFFFFF,
      });
      expect((await run('getCapabilities', { path, name: 'OpenSSH.Server~~~~0.0.1.0' })).capabilities[0]).toMatchObject({ state: 'NotPresent', displayName: '' });
    });

    test('are added, removed and exported', async () => {
      await run('addCapability', { path, name: 'OpenSSH.Server~~~~0.0.1.0', sources: [file('source')] });
      expect(lastCall('DismAddCapability')?.arguments).toMatchObject({ Name: 'OpenSSH.Server~~~~0.0.1.0', LimitAccess: 0, SourcePaths: [file('source')] });
      await run('removeCapability', { path, name: 'OpenSSH.Server~~~~0.0.1.0' });
      expect(called()).toEqual(['DismAddCapability', 'DismRemoveCapability']);
      await run('exportCapabilitySource', { path, name: 'OpenSSH.Server~~~~0.0.1.0', source: file('source'), target: file('target') });
      expect(lastCall('_DismExportSource')?.arguments).toMatchObject({
        RecipeFile: 'OpenSSH.Server~~~~0.0.1.0', SourcePath: file('source'), TargetPath: file('target'),
      });
    });
  });

  describe('editions', () => {
    test('are told, with the version of Windows', async () => {
      expect(await run('getEdition', { path })).toMatchObject({ edition: 'Professional', version: '10.0.26100.4652', architecture: 9, path });
      expect((await run('getTargetEditions', { path })).editions).toEqual(['Education', 'Enterprise \u{1F3E2}']);
    });

    test('are told without it where the library does not know', async () => {
      double.setModes({ 'result._DismGetOsInfo': '0x80004001' });
      expect((await failure(run('getEdition', { path }))).hint).toContain('-DismPath');
    });

    test('are changed', async () => {
      const context = testContext('edition/set');
      await run('setEdition', { path, edition: 'Education' }, context);
      expect(lastCall('_DismSetEdition')?.arguments).toMatchObject({ EditionId: 'Education', ProductKey: null });
      expect(context.progressValues.at(-1)?.phase).toBe('Setting edition');
    });

    const productKey = 'VK7JG-NPHTM-C97JM-9MPGT-3V66T';
    test('take a product key once it is found valid, and never say it', async () => {
      const context = testContext('productKey/set');
      await run('setProductKey', { path, productKey }, context);
      expect(called()).toEqual(['_DismValidateProductKey', '_DismSetProductKey']);
      double.setModes({ 'result._DismSetProductKey': '0x80070005', 'last-error-text': `The key ${productKey} is not wanted` });
      const denied = await failure(run('setProductKey', { path, productKey }, context));
      expect(denied.symbol).toBe('E_ACCESSDENIED');
      expect(denied.message).toContain('is not wanted');
      double.setModes({ 'result._DismValidateProductKey': '0x80070645', 'last-error-text': `The key ${productKey} is not valid` });
      const invalid = await failure(run('setProductKey', { path, productKey }, context));
      expect(invalid.symbol).toBe('DISMAPI_E_INVALID_PRODUCT_KEY');
      for (const error of [denied, invalid]) {
        expect(`${error.message} ${error.stack ?? ''} ${String(error.target)} ${error.cause instanceof Error ? error.cause.stack ?? '' : ''}`).not.toContain(productKey);
      }
      expect(context.lines.join('\n')).not.toContain(productKey);
    });
  });

  describe('provisioned apps', () => {
    test('are listed', async () => {
      const { packages } = await run('getAppxProvisionedPackages', { path });
      expect(packages[0]).toMatchObject({ packageName: 'Contoso.Clock_1.2.3.4_neutral_~_8wekyb3d8bbwe', regions: '', architecture: 11, resourceId: '~' });
      expect(packages[1]).toMatchObject({ displayName: 'Contoso.\u{1F600}Mail', regions: 'US;DE', majorVersion: 70000 });
    });

    test('are added with everything that belongs to them', async () => {
      await run('addAppxProvisionedPackage', {
        path, packagePath: file('app.msix'), dependencyPackagePaths: [file('a.cab'), file('b.msu')], optionalPackagePaths: [file('c.inf')],
        licensePaths: [file('licence.xml')], customDataPath: file('custom.data'), regions: 'US;DE', stubPackageOption: 'InstallStub',
      });
      expect(lastCall('_DismAddProvisionedAppxPackage')?.arguments).toMatchObject({
        AppPath: file('app.msix'), DependencyPackages: [file('a.cab'), file('b.msu')], OptionalPackages: [file('c.inf')], LicensePaths: [file('licence.xml')],
        SkipLicense: 0, CustomDataPath: file('custom.data'), Region: 'US;DE', StubPackageOption: 2,
      });
      await run('addAppxProvisionedPackage', { path, folderPath: file('unpacked'), skipLicense: true });
      expect(lastCall('_DismAddProvisionedAppxPackage')?.arguments).toMatchObject({ AppPath: file('unpacked'), SkipLicense: 1, Region: null, StubPackageOption: 0 });
    });

    test('are removed, optimised and given data', async () => {
      const packageName = 'Contoso.Clock_1.2.3.4_neutral_~_8wekyb3d8bbwe';
      await run('setAppxProvisionedDataFile', { path, packageName, customDataPath: file('custom.data') });
      expect(lastCall('_DismSetAppXProvisionedDataFile')?.arguments).toMatchObject({ PackageName: packageName, DataFilePath: file('custom.data') });
      await run('optimizeAppxProvisionedPackages', { path });
      // A bracket without its other half is no pattern, and must not stand for every app.
      expect((await run('removeAppxProvisionedPackage', { path, displayName: '[Contoso.*' })).removedPackages).toEqual([]);
      await run('removeAppxProvisionedPackage', { path, packageName });
      double.setModes({ 'user-errors': 'yes' });
      const { warnings } = await run('removeAppxProvisionedPackage', { path, packageName: 'Contoso.\u{1F600}Mail_70000.0.1.2_x64__8wekyb3d8bbwe', allUsers: true });
      expect(warnings).toEqual([expect.stringContaining('could not be removed for every user')]);
      expect(called()).toEqual([
        '_DismSetAppXProvisionedDataFile', '_DismOptimizeProvisionedAppxPackages', '_DismGetProvisionedAppxPackages', '_DismRemoveProvisionedAppxPackage',
        '_DismRemoveProvisionedAppxPackageAllUsers',
      ]);
    });

    test('can be kept from being removed by users', async () => {
      expect((await run('getNonRemovableAppsPolicy', { path })).packageFamilyNames).toEqual(['Contoso.Store_8wekyb3d8bbwe']);
      await run('setNonRemovableAppsPolicy', { path, packageFamilyName: 'Contoso.Mail_8wekyb3d8bbwe', nonRemovable: true });
      expect((await run('getNonRemovableAppsPolicy', { path })).packageFamilyNames).toContain('Contoso.Mail_8wekyb3d8bbwe');
      await run('setNonRemovableAppsPolicy', { path, packageFamilyName: 'Contoso.Mail_8wekyb3d8bbwe', nonRemovable: false });
      expect((await run('getNonRemovableAppsPolicy', { path })).packageFamilyNames).toEqual(['Contoso.Store_8wekyb3d8bbwe']);
    });
  });

  describe('health', () => {
    test('is checked, scanned and restored', async () => {
      expect(await run('checkHealth', { path })).toMatchObject({ imageHealthState: 'Healthy', basis: 'markers', counts: null, findings: [], failure: null });
      expect(lastCall('DismCheckImageHealth')?.arguments).toMatchObject({ ScanImage: 0 });
      const context = testContext('health/scan');
      expect(await run('scanHealth', { path }, context)).toMatchObject({ basis: 'scan' });
      expect(lastCall('DismCheckImageHealth')?.arguments).toMatchObject({ ScanImage: 1 });
      expect(context.progressValues.at(-1)?.phase).toBe('Scanning');
      const restored = testContext('health/restore');
      await run('restoreHealth', { path, sources: [file('source'), `WIM:${file('install.wim')}:1`, file('target')], limitAccess: true }, restored);
      expect(lastCall('DismRestoreImageHealth')?.arguments).toMatchObject({
        SourcePaths: [file('source'), `WIM:${file('install.wim')}:1`, file('target')], SourcePathsCount: 3, LimitAccess: 1,
      });
      expect(restored.progressValues.at(-1)?.phase).toBe('Repairing');
      await run('restoreHealth', { path });
      expect(lastCall('DismRestoreImageHealth')?.arguments).toMatchObject({ SourcePathsCount: 0, LimitAccess: 0 });
    });

    test('is cleaned up', async () => {
      for (const [params, flags] of [[{}, 0], [{ resetBase: true }, 1], [{ defer: true }, 2], [{ resetBase: true, defer: true }, 3]] as const) {
        await run('cleanComponents', { path, ...params });
        expect(lastCall('_DismCleanImage')?.arguments).toMatchObject({ Type: 4, Flags: flags });
      }
    });
  });

  describe('image files', () => {
    test('are described', async () => {
      const { images } = await run('getImageInfo', { imagePath: file('install.wim') });
      expect(images).toHaveLength(2);
      expect(images[0]).toMatchObject({
        imagePath: file('install.wim'), imageIndex: 1, imageName: 'Windows 11 Pro', imageDescription: 'Gr\u00fc\u00dfe \u{1F4BF}', imageSize: 0x123456789, imageType: 'Wim',
        imageBootable: 'Yes', architecture: 9, version: '10.0.26100.4652', spBuild: 4652, spLevel: 7, editionId: 'Professional', languages: ['de-DE', 'en-US'],
        defaultLanguageIndex: 1,
      });
      expect(images[0]?.directoryCount).toBeGreaterThan(0);
      expect(images[1]).toMatchObject({ imageSize: Number.MAX_SAFE_INTEGER, imageBootable: 'Unknown', languages: [], defaultLanguageIndex: null, createdTime: null });
      expect((await run('getImageInfo', { imagePath: file('install.wim'), imageIndex: 2 })).images).toEqual([images[1]]);
      expect((await run('getImageInfo', { imagePath: file('install.wim'), imageName: 'windows 11 PRO' })).images).toEqual([images[0]]);
    });

    test('are mounted, saved and dismounted', async () => {
      const mountPath = file('mount');
      mkdirSync(mountPath);
      const context = testContext('image/mount');
      expect(await run('mountImage', {
        imagePath: file('install.wim'), imageName: 'Windows 11 \u{1D53C}\u{1D555}\u{1D566}', mountPath, optimize: true, checkIntegrity: true, supportEa: true,
      }, context)).toMatchObject({ path: mountPath, imagePath: file('install.wim'), imageIndex: 2, mountMode: 'ReadWrite', winPath: '' });
      expect(lastCall('DismMountImage')?.arguments).toMatchObject({ ImageIdentifier: 1, Flags: 0xE });
      expect(context.progressValues.at(-1)).toMatchObject({ phase: 'Mounting', current: 100, total: 100 });
      const { mounts } = await run('listMountedImages', {});
      expect(mounts).toContainEqual({ path: mountPath, imagePath: file('install.wim'), imageIndex: 2, mountMode: 'ReadWrite', mountStatus: 'Ok', statusReason: '', mountId: expect.any(String) as string });

      expect(await run('commitImage', { mountPath, checkIntegrity: true, supportEa: true })).toMatchObject({ imageIndex: 2 });
      expect(lastCall('DismCommitImage')?.arguments).toMatchObject({ Flags: 0x50000 });
      await run('commitImage', { mountPath, append: true });
      expect(lastCall('DismCommitImage')?.arguments).toMatchObject({ Flags: 0x20000 });

      // A session on the image is open now, which keeps an image from being dismounted.
      const dismount = testContext('image/unmount');
      await run('unmountImage', { mountPath, commit: true, append: true, checkIntegrity: true }, dismount);
      expect(lastCall('DismUnmountImage')).toMatchObject({ arguments: { Flags: 0x30000 }, result: 0 });
      expect(dismount.progressValues.at(-1)).toEqual({ phase: 'Unmounting', current: 100, total: 100 });
      expect((await run('listMountedImages', {})).mounts.map((mount) => mount.path)).not.toContain(mountPath);

      expect(await run('mountImage', { imagePath: file('install.wim'), imageIndex: 1, mountPath, readOnly: true })).toMatchObject({ imageIndex: 1, mountMode: 'ReadOnly' });
      expect(lastCall('DismMountImage')?.arguments).toMatchObject({ ImageIdentifier: 0, ImageIndex: 1, Flags: 1 });
      expect((await failure(run('commitImage', { mountPath }))).symbol).toBe('WIM_E_MOUNTED_READONLY');
      await run('unmountImage', { mountPath, commit: false });
      expect(lastCall('DismUnmountImage')).toMatchObject({ arguments: { Flags: 1 }, result: 0 });
    });

    test('refuse to dismount the image that their log is in, and leave it mounted', async () => {
      const context = testContext('image/unmount');
      const logPath = join(path, 'logs', 'x.log');
      const error = await failure(run('unmountImage', { mountPath: path, commit: false }, { ...context, log: { ...context.log, path: logPath } }));
      expect(error).toMatchObject({ symbol: 'E_INVALIDARG', target: logPath });
      expect(error.message).toContain('the log of this operation');
      expect(called()).toEqual([]);
    });

    test('tell the saving of an unmount from the unmounting', async () => {
      const mountPath = file('mount3');
      mkdirSync(mountPath);
      await run('mountImage', { imagePath: file('install.wim'), imageIndex: 2, mountPath });
      double.setModes({ 'progress.DismUnmountImage': '0/200,50/200' });
      const context = testContext('image/unmount');
      await run('unmountImage', { mountPath, commit: true }, context);
      expect(context.progressValues.at(-1)).toEqual({ phase: 'Writing', current: 50, total: 100 });
    });

    test('are remounted, and what is left of broken mounts is removed', async () => {
      const mountPath = file('mount2');
      mkdirSync(mountPath);
      await run('mountImage', { imagePath: file('install.wim'), imageIndex: 1, mountPath });
      double.setModes({ 'mount-status': `1 ${mountPath}` });
      expect((await run('listMountedImages', {})).mounts.find((mount) => mount.path === mountPath)).toMatchObject({
        mountStatus: 'NeedsRemount', statusReason: expect.stringMatching(/^[A-Z].*[^.]$/) as string,
      });
      expect((await failure(run('getFeatures', { path: mountPath }))).symbol).toBe('DISMAPI_E_NEEDS_REMOUNT');
      double.setModes({});
      await run('remountImage', { mountPath });
      await run('getFeatures', { path: mountPath });
      double.setModes({ 'mount-status': `2 ${mountPath}` });
      const { removed } = await run('cleanupMountPoints', {});
      expect(removed).toEqual([expect.objectContaining({ path: mountPath, mountStatus: 'Invalid' })]);
      expect((await run('cleanupMountPoints', {})).removed).toEqual([]);
    });

    test('are optimised, and get custom data', async () => {
      await run('revertPendingActions', { path });
      expect(lastCall('_DismRevertPendingActions')?.arguments).toMatchObject({ Session: expect.any(Number) as number });
      await run('optimizeImage', { path, optimizationTarget: 'WIMBoot' });
      expect(lastCall('_DismOptimizeImage')?.arguments).toMatchObject({ Flags: 1 });
      await run('optimizeImage', { path, optimizationTarget: 'Boot' });
      expect(lastCall('_DismOptimizeImage')?.arguments).toMatchObject({ Flags: 2 });
      await run('applyCustomDataImage', { customDataImage: file('custom.data'), imagePath: path, singleInstance: true });
      expect(lastCall('_DismApplyCustomDataImage')?.arguments).toMatchObject({ CustomDataImage: file('custom.data'), ImagePath: path, Flags: 1 });
    });
  });

  describe('an installation', () => {
    test('takes an answer file', async () => {
      await run('applyUnattend', { path, unattendPath: file('unattend.xml') });
      expect(lastCall('DismApplyUnattend')?.arguments).toMatchObject({ UnattendFile: file('unattend.xml'), SingleSession: 0 });
    });

    test('that runs reserves storage, or goes back to the one before', async () => {
      expect(await run('getReservedStorageState', {})).toMatchObject({ path: '', online: true, reservedStorageState: expect.stringMatching(/abled$/) as string });
      await run('setReservedStorageState', { state: 'Disabled' });
      expect((await run('getReservedStorageState', {})).reservedStorageState).toBe('Disabled');
      await run('setReservedStorageState', { state: 'Enabled' });
      expect((await run('getReservedStorageState', {})).reservedStorageState).toBe('Enabled');
      await run('startOsUninstall', { online: true });
      expect(lastCall('_DismInitiateOSUninstall')?.arguments).toMatchObject({ Reason: 0 });
    });
  });

  describe('whatever it is', () => {
    test('a restart that is needed is told', async () => {
      for (const code of ['0xBC2', '0xBC3']) {
        double.setModes({ 'result.DismEnableFeature': code });
        expect(await run('enableFeature', { path, featureName: 'IIS-WebServerRole' })).toMatchObject({ restartNeeded: true });
      }
      double.setModes({});
      expect(await run('enableFeature', { path, featureName: 'IIS-WebServerRole' })).toMatchObject({ restartNeeded: false });
    });

    test('the running Windows is opened as such', async () => {
      expect(await run('getFeatures', { online: true })).toMatchObject({ path: '', online: true });
      expect(calls().findLast((call) => call.function === 'DismOpenSession')?.arguments).toMatchObject({
        ImagePath: 'DISM_{53BFAE52-B167-4E2F-A258-0A37B57FF845}', WindowsDirectory: null, SystemDrive: null,
      });
      expect((await failure(run('getFeatures', { path: '/' }))).symbol).toBe('DISMAPI_E_MUST_SPECIFY_ONLINE_IMAGE');
    });

    test('another Windows folder and boot drive are passed on', async () => {
      expect(await run('getFeatures', { path, windowsDirectory: 'WINNT', systemDrive: 'S:' })).toMatchObject({ winPath: 'WINNT', sysDrivePath: 'S:' });
      expect(lastCall('DismOpenSession')?.arguments).toMatchObject({ ImagePath: path, WindowsDirectory: 'WINNT', SystemDrive: 'S:' });
    });

    test.for([
      ['addPackage', { packagePath: file('none.cab') }, 'ERROR_FILE_NOT_FOUND'], ['addPackage', { packagePath: file('plain.txt') }, 'E_INVALIDARG'],
      ['addPackage', { packagePath: file('source') }, 'ERROR_FILE_NOT_FOUND'], ['removePackage', { packagePath: file('b.msu') }, 'E_INVALIDARG'],
      ['addDriver', { driver: file('plain.txt') }, 'E_INVALIDARG'], ['addDriver', { driver: file('source') }, 'ERROR_FILE_NOT_FOUND'],
      ['getDrivers', { infPath: file('plain.txt') }, 'E_INVALIDARG'], ['getDrivers', { infPath: file('source') }, 'ERROR_FILE_NOT_FOUND'],
      ['addDriver', { driver: file('none.inf') }, 'ERROR_FILE_NOT_FOUND'], ['exportDrivers', { destination: file('none') }, 'ERROR_PATH_NOT_FOUND'],
      ['enableFeature', { featureName: 'NetFx3', sources: [file('source'), file('none')] }, 'ERROR_PATH_NOT_FOUND'],
      ['addCapability', { name: 'x', sources: [`WIM:${file('none.wim')}:1`] }, 'ERROR_PATH_NOT_FOUND'],
      ['restoreHealth', { sources: [file('none')] }, 'ERROR_PATH_NOT_FOUND'], ['applyUnattend', { unattendPath: file('none.xml') }, 'ERROR_FILE_NOT_FOUND'],
      ['addAppxProvisionedPackage', { packagePath: file('none.msix'), skipLicense: true }, 'ERROR_FILE_NOT_FOUND'],
      ['addAppxProvisionedPackage', { packagePath: file('app.msix'), licensePaths: [file('none.xml')] }, 'ERROR_FILE_NOT_FOUND'],
      ['exportCapabilitySource', { name: 'x', source: file('none'), target: file('target') }, 'ERROR_PATH_NOT_FOUND'],
    ] as const)('%s refuses %j before it changes anything', async ([method, params, symbol]) => {
      const error = await failure(run(method, { path, ...params }));
      expect(error.symbol).toBe(symbol);
      expect(error.message).toMatch(/^Cannot .*".*[^.]$/);
      expect(called()).toEqual([]);
    });

    test.for([['exportDrivers', 'destination', {}], ['exportCapabilitySource', 'target', { name: 'x', source: file('source') }]] as const)(
      '%s finds without writing that nothing can be made in its folder', async ([method, name, params]) => {
        const closed = await closedFolder();
        for (const validateOnly of [true, false]) {
          const error = await failure(run(method, { path, ...params, [name]: closed, validateOnly } as never));
          expect(error).toMatchObject({ target: closed, message: expect.stringContaining(`"${closed}"`) as string });
          expect(['ERROR_WRITE_PROTECT', 'E_ACCESSDENIED']).toContain(error.symbol);
        }
        expect(called()).toEqual([]);
      });

    test.for([
      ['imagePath', 'none.wim', 'ERROR_FILE_NOT_FOUND'], ['mountPath', 'none', 'WIM_E_MOUNT_DIR_NOT_FOUND'], ['mountPath', 'drivers-full', 'WIM_E_MOUNT_DIR_NOT_EMPTY'],
    ] as const)('mountImage refuses the %s "%s" with %s', async ([name, value, symbol]) => {
      mkdirSync(file('empty'), { recursive: true });
      mkdirSync(file('drivers-full/x'), { recursive: true });
      const error = await failure(run('mountImage', { imagePath: file('install.wim'), imageIndex: 1, mountPath: file('empty'), [name]: file(value) }));
      expect(error.symbol).toBe(symbol);
      expect(called()).toEqual([]);
    });

    /** Names of functions that change something. */
    const changing = /Add|Remove(?!d)|Enable|Disable|Set|Mount(?!ed)|Unmount|Commit|Cleanup|Clean|Restore|Apply|Export|Optimize|Initiate|Remount|Revert/;

    test.for([
      ['addPackage', { path, packagePath: file('a.cab') }], ['removePackage', { path, packagePath: file('a.cab') }],
      ['enableFeature', { path, featureName: 'NetFx3' }], ['disableFeature', { path, featureName: 'NetFx3' }],
      ['addDriver', { path, driver: file('c.inf') }], ['exportDrivers', { path, destination: file('target') }],
      ['addCapability', { path, name: 'Rsat.Dns.Tools~~~~0.0.1.0' }], ['removeCapability', { path, name: 'Rsat.Dns.Tools~~~~0.0.1.0' }],
      ['exportCapabilitySource', { path, name: 'Rsat.Dns.Tools~~~~0.0.1.0', source: file('source'), target: file('target') }],
      ['setEdition', { path, edition: 'Education' }], ['setProductKey', { path, productKey: 'VK7JG-NPHTM-C97JM-9MPGT-3V66T' }],
      ['addAppxProvisionedPackage', { path, packagePath: file('app.msix'), skipLicense: true }], ['optimizeAppxProvisionedPackages', { path }],
      ['setNonRemovableAppsPolicy', { path, packageFamilyName: 'x', nonRemovable: true }], ['applyUnattend', { path, unattendPath: file('unattend.xml') }],
      ['setReservedStorageState', { state: 'Disabled' }], ['startOsUninstall', { online: true }], ['scanHealth', { path }], ['restoreHealth', { path }],
      ['cleanComponents', { path }], ['optimizeImage', { path, optimizationTarget: 'Boot' }], ['revertPendingActions', { path }],
      ['applyCustomDataImage', { customDataImage: file('custom.data'), imagePath: path }], ['cleanupMountPoints', {}],
      ['mountImage', { imagePath: file('install.wim'), imageName: 'Windows 11 Pro', mountPath: file('empty') }],
    ] as const)('%s only looks when it is to validate', async ([method, params]) => {
      mkdirSync(file('empty'), { recursive: true });
      await run(method, { ...params, validateOnly: true });
      expect(called().filter((name) => changing.test(name))).toEqual([]);
      expect(calls().slice(before).some((call) => call.arguments['ScanImage'] === 1)).toBe(false);
    });

    test.for([
      ['enableFeature', { path, featureName: 'missing' }, 'DISMAPI_E_UNKNOWN_FEATURE'], ['removeDriver', { path, driver: 'oem99.inf' }, 'ERROR_FILE_NOT_FOUND'],
      ['setEdition', { path, edition: 'Home' }, 'E_INVALIDARG'], ['addPackage', { path, packagePath: file('notapplicable.cab') }, 'CBS_E_NOT_APPLICABLE'],
      ['removeAppxProvisionedPackage', { path, packageName: 'Nobody' }, 'ERROR_NOT_FOUND'],
      ['unmountImage', { mountPath: file('source'), commit: true }, 'DISMAPI_E_UNABLE_TO_UNMOUNT_IMAGE_PATH'],
      ['remountImage', { mountPath: file('source') }, 'WIM_E_INVALID_REMOUNT_TARGET'], ['commitImage', { mountPath: file('source') }, 'DISMAPI_E_UNABLE_TO_UNMOUNT_IMAGE_PATH'],
      ['mountImage', { imagePath: file('install.wim'), imageIndex: 9, mountPath: file('target') }, 'DISMAPI_E_INVALID_IMAGE_INDEX'],
    ] as const)('%s finds out what is wrong when it is to validate: %j', async ([method, params, symbol]) => {
      writeFileSync(file('notapplicable.cab'), '');
      expect((await failure(run(method, { ...params, validateOnly: true }))).symbol).toBe(symbol);
    });

    test('every operation of the protocol is there', () => {
      for (const method of Object.keys(engineMethods) as (keyof Methods)[]) {
        const there = Object.hasOwn(engine.unsupported, engineMethods[method].method) ? 'undefined' : 'function';
        expect((engine as Readonly<Record<string, unknown>>)[method], method).toBeTypeOf(there);
      }
    });
  });

  describe('an older library', () => {
    test('has packages without capabilities', async () => {
      const old = startNativeEngine({ generation: 'windows8' });
      const { packages: [found] } = await old.engine.getPackages({ path, packageName: 'Microsoft-Windows-Foundation-Package~31bf3856ad364e35~amd64~~10.0.26100.1' }, testContext('package/get'));
      expect(found).toMatchObject({ capabilityId: '', displayName: 'Package \u{1F4E6}' });
      expect(old.calls().map((call) => call.function)).toContain('DismGetPackageInfo');
      const error = await failure(old.engine.getCapabilities({ path }, testContext('capability/get')));
      expect(error).toMatchObject({ name: 'UnsupportedError', message: expect.stringContaining('DismGetCapabilities') as string });
    });
  });
});
