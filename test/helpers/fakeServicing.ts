/** What the fake engine answers about the component store of an image, and about what is in it. */
import type {
  CapabilityInfo, Driver, DriverInfo, engineMethods, FeatureInfo, Finding, HealthCounts, HealthResult, ImageResult, PackageInfo,
} from '@dismts/protocol';
import type { z } from 'zod';
import type { Engine, OperationContext } from '../../sidecar/src/engine/engine.ts';
import { DismError, UnsupportedError } from '../../sidecar/src/errors.ts';
import { Hresult } from '../../sidecar/src/hresult.ts';

type ServicingMethod =
  | 'checkHealth' | 'scanHealth' | 'restoreHealth' | 'getPackages' | 'getFeatures' | 'getDrivers' | 'getCapabilities' | 'getEdition';
type Params<K extends ServicingMethod> = z.output<(typeof engineMethods)[K]['params']>;

const component = 'amd64_sample-shell_31bf3856ad364e35_10.0.26100.1742_none_0123456789abcdef';

/** One row of each kind. */
const findings: Finding[] = [
  {
    class: 'CSI Payload Corrupt', component, file: 'shell.dll', state: 'Found', reason: 'Its content has another digest than the manifest records',
    wantedDigest: 'c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00', offeredVersions: [],
  },
  {
    class: 'CBS MUM Missing', component: 'Sample-Package~31bf3856ad364e35~amd64~~10.0.26100.1742', file: '', state: 'Found', reason: 'The file does not exist',
    wantedDigest: '', offeredVersions: ['10.0.26100.1', '10.0.26100.863'],
  },
  {
    class: 'CSI Payload Corrupt', component, file: 'shell.mui', state: 'NotChecked', reason: 'Its delta has the type PE, which only Windows reads', wantedDigest: '',
    offeredVersions: [],
  },
];

const counts: HealthCounts = {
  manifestsChecked: 28_512, filesChecked: 101_234, bytesChecked: 16_106_127_360, packagesChecked: 3210, catalogsChecked: 3190, totalDetected: 2, cbsManifest: 1,
  cbsMetadata: 0, csiManifest: 0, csiMetadata: 0, csiPayload: 1, totalRepaired: 0, cbsManifestRepaired: 0, csiManifestRepaired: 0, csiPayloadRepaired: 0,
  notChecked: 1, payloadRemoved: 40,
};

const packages: PackageInfo[] = [
  {
    packageName: 'Package_for_RollupFix~31bf3856ad364e35~amd64~~26100.1742.1.10', packageState: 'Installed', releaseType: 'SecurityUpdate',
    installTime: '2024-09-06T05:14:36.123Z', applicable: true, copyright: 'Copyright (c) Sample', company: 'Sample',
    creationTime: '2024-09-05T23:00:00.000Z', description: 'Fix for KB5043080 é', installClient: 'DISM Package Manager Provider', installPackageName: 'Package_for_RollupFix.mum',
    lastUpdateTime: null, displayName: 'Cumulative update', productName: 'Sample Windows', productVersion: '10.0.26100.1742', restartRequired: 'Possible',
    supportInformation: 'https://example.com/kb5043080', completelyOfflineCapable: 'Undetermined', capabilityId: '',
    customProperties: [{ name: 'kbid', value: '5043080', path: 'mum2' }],
    features: [{ featureName: 'Sample-Feature', state: 'Enabled' }, { featureName: 'Sample-Feature-Off', state: 'Disabled' }],
  },
  {
    packageName: 'OpenSSH-Client-Package~31bf3856ad364e35~amd64~~10.0.26100.1', packageState: 'Staged', releaseType: 'OnDemandPack', installTime: null,
    applicable: true, copyright: '', company: '', creationTime: null, description: '', installClient: '', installPackageName: '', lastUpdateTime: null,
    displayName: '', productName: '', productVersion: '', restartRequired: 'No', supportInformation: '', completelyOfflineCapable: 'Yes',
    capabilityId: 'OpenSSH.Client~~~~0.0.1.0', customProperties: [], features: [],
  },
];

const features: FeatureInfo[] = [
  {
    featureName: 'NetFx3', state: 'DisabledWithPayloadRemoved', displayName: '.NET Framework 3.5', description: 'Runs older programs', restartRequired: 'Possible',
    customProperties: [{ name: 'UniqueName', value: 'NetFx3', path: 'ServerComponent' }],
  },
  { featureName: 'TelnetClient', state: 'Enabled', displayName: 'Telnet Client', description: '', restartRequired: 'No', customProperties: [] },
];

const driver: Driver = {
  driver: 'oem0.inf', originalFileName: '/mnt/a/Windows/System32/DriverStore/FileRepository/net.inf_amd64_0123456789abcdef/net.inf', inbox: false,
  catalogFile: 'net.cat', className: 'Net', classGuid: '{4D36E972-E325-11CE-BFC1-08002BE10318}', classDescription: 'Network adapters', bootCritical: true,
  driverSignature: 'Signed', providerName: 'Sample', date: '2024-03-01T00:00:00.000Z', version: '1.2.3.4', majorVersion: 1, minorVersion: 2, build: 3, revision: 4,
};

const driverDevices: DriverInfo[] = ['PCI\\VEN_8086&DEV_0001', 'PCI\\VEN_8086&DEV_0002'].map((hardwareId) => ({
  ...driver, manufacturerName: 'Sample', hardwareDescription: `Sample adapter ${hardwareId.slice(-1)}`, hardwareId, architecture: 9, serviceName: 'net',
  compatibleIds: '', excludeIds: '',
}));

const capabilities: CapabilityInfo[] = [
  { name: 'OpenSSH.Client~~~~0.0.1.0', state: 'Installed', displayName: 'OpenSSH Client', description: 'Connects', downloadSize: 1_318_724, installSize: 5_301_402 },
  { name: 'Language.Basic~~~de-DE~0.0.1.0', state: 'NotPresent', displayName: '', description: '', downloadSize: 0, installSize: 0 },
];

/** What the tests need to know of an engine's `act`. */
type Act = (path: string, context: OperationContext) => Promise<void>;

/**
 * The methods. Paths mean what they mean to the fake engine, and `lacking` in one makes a restore fail in part; `online` is unsupported, as on
 * the portable engine.
 */
export function fakeServicing(act: Act): Pick<Engine, ServicingMethod> {
  async function image(
    params: { readonly path?: string | undefined; readonly windowsDirectory?: string | undefined }, context: OperationContext,
  ): Promise<ImageResult> {
    if (params.path === undefined) {
      throw new UnsupportedError('Cannot read the running system (-Online): only the Native engine on Windows can');
    }
    await act(params.path, context);
    return {
      path: params.path, online: false, winPath: params.windowsDirectory ?? 'Windows', sysDrivePath: '', restartNeeded: false,
      logPath: context.log.path, scratchDirectory: context.scratchDirectory, logLevel: context.log.level, warnings: [],
    };
  }

  async function health(params: Params<'checkHealth'>, context: OperationContext, rest: Partial<HealthResult>): Promise<HealthResult> {
    return { ...await image(params, context), imageHealthState: 'Repairable', basis: 'scan', counts, findings, failure: null, ...rest };
  }

  /** Those with this name, and without one all of them. */
  function named<T>(items: readonly T[], nameOf: (item: T) => string, name: string | undefined): T[] {
    return items.filter((item) => (name ?? nameOf(item)).toLowerCase() === nameOf(item).toLowerCase());
  }

  return {
    checkHealth: (params, context) => health(params, context, { basis: 'markers', findings: findings.slice(0, 1) }),
    scanHealth: (params, context) => health(params, context, {}),
    restoreHealth: async (params, context) => {
      const lacking = params.path?.includes('lacking') ?? false;
      const repaired = findings.map((finding): Finding => {
        if (finding.state !== 'Found') { return finding; }
        return lacking && finding.class === 'CBS MUM Missing'
          ? { ...finding, state: 'NotRepaired', reason: 'No source has it' } : { ...finding, state: 'Repaired' };
      });
      const answer = await health(params, context, {
        imageHealthState: lacking ? 'Repairable' : 'Healthy', findings: repaired, restartNeeded: !lacking,
        counts: { ...counts, totalRepaired: lacking ? 1 : 2, csiPayloadRepaired: 1, cbsManifestRepaired: lacking ? 0 : 1 },
      });
      if (!lacking) { return answer; }
      const message = `Cannot restore the health of "${params.path ?? ''}" whole: 1 of 2 damaged items are in none of the sources`;
      const { symbol, category } = new DismError(Hresult.CBS_E_SOURCE_MISSING, message);
      return { ...answer, failure: { message, data: {
        source: 'dismapi', symbol, nativeCode: Hresult.CBS_E_SOURCE_MISSING | 0, category, operation: context.operation, target: params.path ?? '',
        hint: 'Give a source of the same edition, language and revision.', logPath: context.log.path,
      } } };
    },
    getPackages: async (params, context) => {
      const found = named(packages, ({ packageName }) => packageName, params.packageName);
      const advanced = params.detailed === true || params.packageName !== undefined;
      return { ...await image(params, context), packages: advanced ? found : found.map(
        ({ packageName, packageState, releaseType, installTime }) => ({ packageName, packageState, releaseType, installTime }),
      ) };
    },
    getFeatures: async (params, context) => {
      const found = named(features, ({ featureName }) => featureName, params.featureName);
      const advanced = params.detailed === true || params.featureName !== undefined;
      return { ...await image(params, context), features: advanced ? found : found.map(({ featureName, state }) => ({ featureName, state })) };
    },
    getDrivers: async (params, context) => ({
      ...await image(params, context),
      drivers: params.driver === undefined ? [driver] : named(driverDevices, (device) => device.driver, params.driver),
    }),
    getCapabilities: async (params, context) => {
      const found = named(capabilities, ({ name }) => name, params.name);
      const advanced = params.detailed === true || params.name !== undefined;
      return { ...await image(params, context), capabilities: advanced ? found : found.map(({ name, state }) => ({ name, state })) };
    },
    getEdition: async (params, context) => ({
      ...await image(params, context), edition: 'Professional', compositionEditionId: 'Enterprise', productName: 'Windows 10 Pro', installationType: 'Client',
      displayVersion: '24H2', version: '10.0.26100.1742', architecture: 9, defaultLanguage: 'en-US',
    }),
  };
}
