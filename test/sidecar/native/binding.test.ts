/** The functions of the binding against the double: what arrives there, what comes back, and what is left. */
import { describe, expect, test } from 'vitest';
import type { DoubleCall } from '../../helpers/dismDouble.ts';
import { openOnline, packageName, sampleCalls, sessionFor } from './bindingCalls.ts';
import { bindingHost, lacksBinding, openOffline, useBinding } from './bindingProcess.ts';

const succeeded = { hresult: 0, restartNeeded: false, reloadSession: false };
const features = [
  { featureName: 'TelnetClient', state: 4 }, { featureName: 'IIS-WebServerRole', state: 0 }, { featureName: 'NetFx3', state: 3 },
  { featureName: 'IIS-WebServer', state: 2 }, { featureName: 'Gr\u00fc\u00dfe-\u{1D53B}eature', state: 7 },
];

describe.skipIf(lacksBinding !== undefined)('the binding', async () => {
  if (lacksBinding !== undefined) { return; }
  const start = await bindingHost();
  const context = await useBinding();
  const { api, double, host } = context;
  const callsOf = async (name: string): Promise<readonly DoubleCall[]> => (await double.calls()).filter((call) => call.function === name);
  const argumentsOf = async (name: string): Promise<unknown> => (await callsOf(name)).at(-1)?.arguments;

  test.for(Object.entries(sampleCalls))('%s: a good call succeeds and leaves nothing', async ([name, sample]) => {
    await double.setModes({ mounts: 'fixture' });
    const session = await sessionFor(api, sample, context.session);
    // The API is initialised already, which is success, too.
    await expect(sample.call(api, session)).resolves.toMatchObject({ ...succeeded, hresult: name === 'DismInitialize' ? 1 : 0 });
    const calls = await double.calls();
    expect(calls.some((call) => call.function === name)).toBe(true);
    expect(calls.some(({ result }) => result < 0)).toBe(false);
    expect(new Set(calls.map(({ thread }) => thread)).size).toBe(1);
    expect(calls.some(({ concurrent }) => concurrent)).toBe(false);
  });

  describe('decodes', () => {
    test('DismImageInfo', async () => {
      const common = {
        imageType: 0, productName: 'Microsoft\u00ae Windows\u00ae Operating System', installationType: 'Client', productType: 'WinNT',
        productSuite: 'Terminal Server', majorVersion: 10, minorVersion: 0, build: 26100, spBuild: 4652, spLevel: 7, systemRoot: 'WINDOWS',
      };
      const { value } = await api.getImageInfo('C:\\a.wim');
      expect(value).toStrictEqual([
        {
          ...common, imageIndex: 1, imageName: 'Windows 11 Pro', imageDescription: 'Gr\u00fc\u00dfe \u{1F4BF}', imageSizeBytes: 0x123456789n,
          architecture: 9, editionId: 'Professional', hal: '', bootable: 0, languages: ['de-DE', 'en-US'], defaultLanguageIndex: 1,
          customizedInfo: {
            // Local time of Berlin: summer and winter.
            directoryCount: 25000, fileCount: 4_000_000_000, createdTime: '2024-04-01T09:08:07.006', modifiedTime: '2025-12-31T23:59:58.999',
          },
        },
        {
          ...common, imageIndex: 2, imageName: 'Windows 11 \u{1D53C}\u{1D555}\u{1D566}', imageDescription: null, imageSizeBytes: 0x20000000000001n,
          architecture: 12, editionId: 'Education', hal: null, bootable: 2, languages: [], defaultLanguageIndex: null, customizedInfo: null,
        },
      ]);
    });

    test('DismImageInfo of a disk, which has no further information', async () => {
      expect((await api.getImageInfo('C:\\a.vhdx')).value).toMatchObject([{ imageType: 1, imageIndex: 1, customizedInfo: null }]);
    });

    test('DismMountedImageInfo', async () => {
      await double.setModes({ mounts: 'fixture' });
      expect((await api.getMountedImageInfo()).value).toStrictEqual([
        { mountPath: 'C:\\mount\\ok', imageFilePath: 'C:\\images\\install.wim', imageIndex: 1, mountMode: 0, mountStatus: 0 },
        { mountPath: 'C:\\mount\\stale \u{1F5BF}', imageFilePath: 'C:\\images\\\u65e5\u672c\u8a9e.wim', imageIndex: 2, mountMode: 1, mountStatus: 1 },
        { mountPath: 'C:\\mount\\invalid', imageFilePath: '', imageIndex: 3, mountMode: 0, mountStatus: 2 },
      ]);
    });

    test('DismPackage', async () => {
      const installTime = '2025-02-28T13:14:15.160';
      expect((await api.getPackages(context.session)).value).toStrictEqual([
        { packageName: 'Microsoft-Windows-Foundation-Package~31bf3856ad364e35~amd64~~10.0.26100.1', packageState: 4, releaseType: 9, installTime },
        {
          packageName: 'Microsoft-Windows-Client-LanguagePack-Package~31bf3856ad364e35~amd64~de-DE~10.0.26100.1', packageState: 2, releaseType: 8,
          installTime,
        },
        { packageName, packageState: 6, releaseType: 14, installTime },
      ]);
    });

    test('DismPackageInfo and DismPackageInfoEx', async () => {
      const information = {
        packageName, packageState: 6, releaseType: 14, installTime: '2025-02-28T13:14:15.160', applicable: true, copyright: '\u00a9 Nobody', company: '',
        creationTime: '2024-02-29T00:00:00.000', displayName: 'Package \u{1F4E6}', description: 'Fix for \u65e5\u672c\u8a9e',
        installClient: 'DISM Package Manager Provider', installPackageName: 'update.mum', lastUpdateTime: null, productName: 'Package',
        productVersion: '10.0.26100.1', restartRequired: 1, fullyOffline: 2, supportInformation: null,
        customProperties: [{ name: 'FileVersion', value: '\u{1D7D9}', path: 'Root' }, { name: 'Owner', value: '', path: null }],
        features: features.slice(0, 3),
      };
      expect((await api.getPackageInfo(context.session, { name: packageName })).value).toStrictEqual(information);
      expect((await api.getPackageInfoEx(context.session, { name: packageName })).value)
        .toStrictEqual({ ...information, capabilityId: 'Language.Basic~~~de-DE~0.0.1.0' });
    });

    test('DismFeature', async () => {
      expect((await api.getFeatures(context.session)).value).toStrictEqual(features);
      expect((await api.getFeatures(context.session, { name: 'some package' })).value).toStrictEqual(features.slice(0, 3));
      expect((await api.getFeatureParent(context.session, 'IIS-WebServer')).value).toStrictEqual([features[1]]);
    });

    test('DismFeatureInfo', async () => {
      expect((await api.getFeatureInfo(context.session, 'TelnetClient')).value).toStrictEqual({
        featureName: 'TelnetClient', state: 4, displayName: 'Telnet Client', description: 'What it does: \u65e5\u672c\u8a9e', restartRequired: 0,
        customProperties: [{ name: 'SoftBlock', value: '\u{1F512}', path: 'Root\\Child' }, { name: 'Empty', value: '', path: null }],
      });
      expect((await api.getFeatureInfo(context.session, 'Gr\u00fc\u00dfe-\u{1D53B}eature')).value).toStrictEqual({
        featureName: 'Gr\u00fc\u00dfe-\u{1D53B}eature', state: 7, displayName: null, description: null, restartRequired: 0, customProperties: [],
      });
    });

    test('DismDriverPackage', async () => {
      const common = {
        classGuid: '{4D36E979-E325-11CE-BFC1-08002BE10318}', classDescription: '', providerName: 'Provider \u{1F3ED}', date: '2023-06-21',
        majorVersion: 70000, minorVersion: 4_000_000_000, build: 3, revision: 65536,
      };
      const printer = {
        ...common, publishedName: 'oem0.inf', originalFileName: 'C:\\drivers\\\u{1F5A8} printer\\printer.inf', inBox: false, catalogFile: 'driver.cat',
        className: 'Printer', bootCritical: false, driverSignature: 0,
      };
      expect((await api.getDrivers(context.session, true)).value).toStrictEqual([printer, {
        ...common, publishedName: 'usbport.inf', originalFileName: 'C:\\Windows\\inf\\usbport.inf', inBox: true, catalogFile: null, className: 'USB',
        bootCritical: true, driverSignature: 2,
      }]);
      expect((await api.getDrivers(context.session, false)).value).toStrictEqual([printer]);
    });

    test('DismDriver, with its package', async () => {
      const device = { manufacturerName: 'Maker \u{1F3ED}', hardwareDescription: 'Ger\u00e4t', hardwareId: 'USB\\VID_1234&PID_5678', excludeIds: null };
      const { value } = await api.getDriverInfo(context.session, 'oem0.inf');
      expect(value.drivers).toStrictEqual([
        { ...device, architecture: 9, serviceName: 'usbsvc', compatibleIds: 'USB\\Class_07' },
        { ...device, architecture: 0, serviceName: '', compatibleIds: null },
        { ...device, architecture: 12, serviceName: '', compatibleIds: 'USB\\Class_07' },
      ]);
      expect(value.driverPackage).toMatchObject({ publishedName: 'oem0.inf', majorVersion: 70000 });
      expect((await callsOf('DismDelete')).map(({ result }) => result)).toEqual([0, 0]);
    });

    test('DismCapability and DismCapabilityInfo, sizes unsigned', async () => {
      const expected = [
        { name: 'Language.Basic~~~en-US~0.0.1.0', state: 4 }, { name: 'OpenSSH.Server~~~~0.0.1.0', state: 0 }, { name: 'Rsat.Dns.Tools~~~~0.0.1.0', state: 2 },
      ];
      const noSources = { limitAccess: false, sourcePaths: [] };
      expect((await api.getCapabilities(context.session)).value).toStrictEqual(expected);
      expect((await api.getCapabilitiesEx(context.session, noSources)).value).toStrictEqual(expected);
      const language = {
        name: 'Language.Basic~~~en-US~0.0.1.0', state: 4, displayName: 'Basic \u{1F5E3}', description: 'Basic \u{1F5E3}', downloadSizeBytes: 0x80000001,
        installSizeBytes: 0xFFFFFFFF,
      };
      expect((await api.getCapabilityInfo(context.session, language.name)).value).toStrictEqual(language);
      expect((await api.getCapabilityInfoEx(context.session, language.name, noSources)).value).toStrictEqual(language);
    });

    test('DismAppxPackage, also behind one without a region', async () => {
      const common = {
        publisherId: '8wekyb3d8bbwe', minorVersion: 2, build: 3, revisionNumber: 4,
        installLocation: '%SYSTEMDRIVE%\\Program Files\\WindowsApps\\AppxManifest.xml',
      };
      expect((await api.getProvisionedAppxPackages(context.session)).value).toStrictEqual([
        {
          ...common, packageName: 'Contoso.Clock_1.2.3.4_neutral_~_8wekyb3d8bbwe', displayName: 'Contoso.Clock', majorVersion: 1, architecture: 11,
          resourceId: '~', region: null,
        },
        {
          ...common, packageName: 'Contoso.\u{1F600}Mail_70000.0.1.2_x64__8wekyb3d8bbwe', displayName: 'Contoso.\u{1F600}Mail', majorVersion: 70000,
          architecture: 9, resourceId: '', region: 'US;DE',
        },
      ]);
    });

    test('DismOsInfo, and single and many strings', async () => {
      expect((await api.getOsInfo(context.session)).value).toStrictEqual({
        osState: 2, architecture: 9, majorVersion: 10, minorVersion: 0, build: 26100, revisionNumber: 4652, windowsDirectory: 'C:\\Windows', bootDrive: null,
      });
      expect((await api.getCurrentEdition(context.session)).value).toBe('Professional');
      expect((await api.getTargetEditions(context.session)).value).toStrictEqual(['Education', 'Enterprise \u{1F3E2}']);
      expect((await api.getNonRemovableAppsPolicy(context.session)).value).toStrictEqual(['Contoso.Store_8wekyb3d8bbwe']);
    });

    test('numbers and flags', async () => {
      await double.setModes({ health: 2, 'user-errors': 'yes' });
      const other = (await api.openSession({ imagePath: 'D:\\broken', windowsDirectory: null, systemDrive: null })).value;
      expect((await api.checkImageHealth(other, true)).value).toBe(2);
      expect((await api.removeProvisionedAppxPackageAllUsers(other, 'Contoso.Clock_1.2.3.4_neutral_~_8wekyb3d8bbwe')).value).toBe(true);
      const online = await openOnline(api);
      expect((await api.getReservedStorageState(online)).value).toBe(1);
      await api.setReservedStorageState(online, 0);
      expect((await api.getReservedStorageState(online)).value).toBe(0);
    });

    test.for([{}, { 'empty-list': 'pointer' }])('a list without elements, pointer by mode %o', async (modes) => {
      await double.setModes({ editions: 'none', ...modes });
      expect((await api.getTargetEditions(context.session)).value).toStrictEqual([]);
      expect((await api.getMountedImageInfo()).value).toStrictEqual([]);
    });

    test('5,000 packages, which stay what they are while their memory is used again', async () => {
      await double.setModes({ packages: 4997 });
      const { value } = await api.getPackages(context.session);
      const text = JSON.stringify(value);
      for (let round = 0; round < 10; round++) { await api.getPackages(context.session); }
      expect(value).toHaveLength(5000);
      expect(value.at(-1)?.packageName).toBe('Synthetic-Package-04996~31bf3856ad364e35~amd64~~10.0.26100.1');
      expect(JSON.stringify(value)).toBe(text);
      expect(text).not.toContain('\udddd');
    });
  });

  describe('passes', () => {
    test.for([[[]], [['E:\\one']], [['wim:E:\\install.wim:1', 'E:\\\u{1F5BF}', '']]] as const)('sources %j', async ([sourcePaths]) => {
      await api.restoreImageHealth(context.session, { sourcePaths, limitAccess: false });
      expect(await argumentsOf('DismRestoreImageHealth')).toEqual({
        Session: context.session, SourcePaths: sourcePaths.length === 0 ? null : sourcePaths, SourcePathsCount: sourcePaths.length, LimitAccess: 0,
        CancelEvent: false, Progress: false, UserData: 0,
      });
    });

    test('an image by index or by name', async () => {
      await api.mountImage({ imageFilePath: 'C:\\a.wim', mountPath: 'C:\\one', image: { index: 2 }, flags: 1 });
      expect(await argumentsOf('DismMountImage')).toMatchObject({
        ImageFilePath: 'C:\\a.wim', MountPath: 'C:\\one', ImageIndex: 2, ImageName: null, ImageIdentifier: 0, Flags: 1,
      });
      await api.mountImage({ imageFilePath: 'C:\\a.wim', mountPath: 'C:\\two', image: { name: 'Windows 11 \u{1D53C}\u{1D555}\u{1D566}' }, flags: 0 });
      expect(await argumentsOf('DismMountImage')).toMatchObject({ ImageIndex: 0, ImageName: 'Windows 11 \u{1D53C}\u{1D555}\u{1D566}', ImageIdentifier: 1 });
    });

    test('a package by name, by path, or none', async () => {
      await api.getFeatures(context.session, { name: 'p' });
      expect(await argumentsOf('DismGetFeatures')).toMatchObject({ Identifier: 'p', PackageIdentifier: 1 });
      await api.getFeatures(context.session, { path: 'E:\\p.cab' });
      expect(await argumentsOf('DismGetFeatures')).toMatchObject({ Identifier: 'E:\\p.cab', PackageIdentifier: 2 });
      await api.getFeatures(context.session);
      expect(await argumentsOf('DismGetFeatures')).toMatchObject({ Identifier: null, PackageIdentifier: 0 });
    });

    test('the eleven arguments of DismEnableFeature', async () => {
      await api.enableFeature(context.session, {
        featureName: 'NetFx3;TelnetClient', package: { path: 'E:\\p.cab' }, limitAccess: true, sourcePaths: ['E:\\a', 'E:\\b'], enableAll: true,
      }, { onProgress: () => undefined, signal: new AbortController().signal });
      expect(await argumentsOf('DismEnableFeature')).toEqual({
        Session: context.session, FeatureName: 'NetFx3;TelnetClient', Identifier: 'E:\\p.cab', PackageIdentifier: 2, LimitAccess: 1,
        SourcePaths: ['E:\\a', 'E:\\b'], SourcePathsCount: 2, EnableAll: 1, CancelEvent: true, Progress: true, UserData: 0,
      });
    });

    test('the twelve arguments of _DismAddProvisionedAppxPackage', async () => {
      await api.addProvisionedAppxPackage(context.session, {
        appPath: 'E:\\app.msix', dependencyPackages: ['d1', 'd2'], optionalPackages: ['o1'], licensePaths: ['l1', 'l2', 'l3'], skipLicense: false,
        customDataPath: 'E:\\data', region: 'all', stubPackageOption: 2,
      });
      expect(await argumentsOf('_DismAddProvisionedAppxPackage')).toEqual({
        Session: context.session, AppPath: 'E:\\app.msix', DependencyPackages: ['d1', 'd2'], DependencyPackagesCount: 2, OptionalPackages: ['o1'],
        OptionalPackagesCount: 1, LicensePaths: ['l1', 'l2', 'l3'], LicensePathsCount: 3, SkipLicense: 0, CustomDataPath: 'E:\\data', Region: 'all',
        StubPackageOption: 2,
      });
    });

    test('the irregular and the wide ones', async () => {
      await api.checkImageHealth(context.session, false);
      expect(await argumentsOf('DismCheckImageHealth')).toMatchObject({ Session: context.session, ScanImage: 0, CancelEvent: false, UserData: 0 });
      await api.disableFeature(context.session, { featureName: 'TelnetClient', packageName: 'p', removePayload: true });
      expect(await argumentsOf('DismDisableFeature')).toMatchObject({ FeatureName: 'TelnetClient', PackageName: 'p', RemovePayload: 1 });
      await api.addPackage(context.session, { packagePath: 'E:\\a.cab', ignoreCheck: true, preventPending: false });
      expect(await argumentsOf('DismAddPackage')).toMatchObject({ PackagePath: 'E:\\a.cab', IgnoreCheck: 1, PreventPending: 0 });
    });

    test('strings of any characters, empty ones, and none', async () => {
      await api.initialize({ logLevel: 3, logFilePath: '', scratchDirectory: null });
      expect(await argumentsOf('DismInitialize')).toEqual({ LogLevel: 3, LogFilePath: '', ScratchDirectory: null });
      // A surrogate without its other half is a legal file name on Windows.
      const name = `\u{1F600}\u00e9\ud800${'x'.repeat(30_000)}`;
      await api.addPackageFamilyToUninstallBlocklist(context.session, name.slice(0, 200));
      expect(await argumentsOf('_DismAddPackageFamilyToUninstallBlocklist')).toMatchObject({ PackageFamily: name.slice(0, 200) });
      expect((await api.getNonRemovableAppsPolicy(context.session)).value).toContain(name.slice(0, 200));
      await expect(api.getImageInfo(name)).rejects.toMatchObject({ symbol: 'E_INVALIDARG' });
      expect(await argumentsOf('DismGetImageInfo')).toEqual({ ImageFilePath: name });
    });

    test('no string with a NUL in it, also among sources', async () => {
      const before = (await double.calls()).length;
      await expect(api.getImageInfo('C:\\a.wim\0.txt')).rejects.toMatchObject({
        name: 'DismError', symbol: 'E_INVALIDARG', message: 'Cannot read "C:\\a.wim\\0.txt": an argument contains the character NUL',
      });
      await expect(api.restoreImageHealth(context.session, { sourcePaths: ['E:\\a', 'E:\\b\0'], limitAccess: true }, { signal: new AbortController().signal }))
        .rejects.toMatchObject({ symbol: 'E_INVALIDARG' });
      expect(await double.calls()).toHaveLength(before);
    });
  });

  test('calls that are asked for at once run one after the other, in order', async () => {
    await Promise.all(['one', 'two', 'three'].map((family) => api.addPackageFamilyToUninstallBlocklist(context.session, family)));
    const calls = await callsOf('_DismAddPackageFamilyToUninstallBlocklist');
    expect(calls.map((call) => call.arguments['PackageFamily'])).toEqual(['one', 'two', 'three']);
    expect(calls.some(({ concurrent }) => concurrent)).toBe(false);
  });

  test('a failed call does not hold up the next one', async () => {
    const [failed, next] = await Promise.allSettled([api.getFeatureInfo(context.session, 'none'), api.getCurrentEdition(context.session)]);
    expect([failed.status, next.status]).toEqual(['rejected', 'fulfilled']);
  });

  test('what cannot be decoded is freed all the same, once', async () => {
    await expect(host.failRead(context.session)).rejects.toMatchObject({ name: 'RangeError', message: 'cannot decode what is there' });
    expect(await callsOf('DismDelete')).toHaveLength(1);
  });

  test('a function may use 512 KiB of stack', async () => {
    await double.setModes({ stack: 512 * 1024 });
    expect((await api.getFeatures(context.session)).value).toStrictEqual(features);
  });

  test('a session is a number that is not reused', async () => {
    await api.closeSession(context.session);
    await expect(api.getFeatures(context.session)).rejects.toMatchObject({ symbol: 'DISMAPI_E_INVALID_DISM_SESSION' });
    expect(await openOffline(api)).toBe(context.session + 1);
  });

  test('shuts down only without open sessions, and begins anew', async () => {
    await expect(api.shutdown()).rejects.toMatchObject({ symbol: 'DISMAPI_E_OPEN_SESSION_HANDLES' });
    await api.closeSession(context.session);
    await api.shutdown();
    await expect(api.getMountedImageInfo()).rejects.toMatchObject({ symbol: 'DISMAPI_E_DISMAPI_NOT_INITIALIZED' });
    await expect(api.initialize({ logLevel: 0, logFilePath: null, scratchDirectory: null })).resolves.toEqual(succeeded);
  });

  test('says of a second initialisation that there was one', async () => {
    await expect(api.initialize({ logLevel: 0, logFilePath: null, scratchDirectory: null })).resolves.toEqual({ ...succeeded, hresult: 1 });
  });

  test('2,000 calls leave no block, no event and no memory', async () => {
    await double.setModes({ calls: 'off' });
    for (let round = 0; round < 500; round++) {
      await Promise.all([
        api.getPackageInfoEx(context.session, { name: packageName }), api.getFeatureInfo(context.session, 'none').catch(() => undefined),
        api.getDriverInfo(context.session, 'oem0.inf'), api.checkImageHealth(context.session, true, { signal: new AbortController().signal }),
      ]);
    }
    expect(await double.outstanding()).toBe(0);
    expect(await double.handles()).toBe(0);
  });

  describe('a library without a function', () => {
    test('of Windows 8: says which one, and the others work', async () => {
      const old = start('windows8');
      await old.open();
      await old.api.initialize({ logLevel: 0, logFilePath: null, scratchDirectory: null });
      const session = await openOffline(old.api);
      await expect(old.api.getCapabilities(session)).rejects.toMatchObject({
        name: 'UnsupportedError', symbol: 'ERROR_NOT_SUPPORTED', category: 'NotImplemented', target: 'DismGetCapabilities',
        message: expect.stringMatching(/^Cannot list the capabilities of the image: not supported by this .+ "DismGetCapabilities"$/) as string,
        hint: expect.stringContaining('-DismPath') as string,
      });
      expect(await old.api.exports('DismGetCapabilities')).toBe(false);
      expect(await old.api.exports('DismGetFeatures')).toBe(true);
      expect(await old.api.exports('dismgetfeatures')).toBe(false);
      expect((await old.api.getFeatures(session)).value).toHaveLength(5);
    });

    test('older than Windows 10 2004: no app package is added, for the function took other arguments', async () => {
      const old = start('windows8');
      await old.open();
      await old.api.initialize({ logLevel: 0, logFilePath: null, scratchDirectory: null });
      const session = await openOffline(old.api);
      await expect(sampleCalls['_DismAddProvisionedAppxPackage']?.call(old.api, session)).rejects.toMatchObject({
        name: 'UnsupportedError', target: 'DismGetReservedStorageState',
      });
      expect((await old.double.calls()).map((call) => call.function)).toEqual(['DismInitialize', 'DismOpenSession']);
    });

    test('of Windows 10 2004: everything', async () => {
      const old = start('19041');
      await old.open();
      await old.api.initialize({ logLevel: 0, logFilePath: null, scratchDirectory: null });
      const session = await openOffline(old.api);
      await expect(old.api.getProvisionedAppxPackages(session)).resolves.toMatchObject(succeeded);
    });
  });

  test('a process with several pool threads is refused', async () => {
    await expect(start('newest', { UV_THREADPOOL_SIZE: '4' }).open()).rejects.toThrow('UV_THREADPOOL_SIZE=1');
  });
});
