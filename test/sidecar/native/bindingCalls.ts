/** One good call of every function of the binding, by the export that it goes to. */
import { DISM_ONLINE_IMAGE } from '../../../sidecar/src/engine/native/binding/constants.ts';
import type { CallOptions, CallOutcome } from '../../../sidecar/src/engine/native/binding/dismApi.ts';
import type { RemoteApi } from './bindingProcess.ts';

/** A call of one function. */
export interface SampleCall {
  readonly call: (api: RemoteApi, session: number, options?: CallOptions) => Promise<CallOutcome>;
  /** It takes a CancelEvent and reports progress. */
  readonly withProgress?: true;
  /** The session is on the running Windows. */
  readonly online?: true;
  /** DismGetLastErrorMessage does not speak about it. */
  readonly withoutText?: true;
}

export const packageName = 'Package_for_\u{1F4E6}~31bf3856ad364e35~amd64~~1.0.0.1';
export const productKey = 'VK7JG-NPHTM-C97JM-9MPGT-3V66T';
const app = 'Contoso.Clock_1.2.3.4_neutral_~_8wekyb3d8bbwe';
const capability = 'OpenSSH.Server~~~~0.0.1.0';
const sources = { limitAccess: true, sourcePaths: ['E:\\fod'] };
const recipe = { recipeFile: 'E:\\recipe.xml', sourcePath: 'E:\\source', targetPath: 'E:\\target' };

/** Each works on a new session of the double; `DismDelete` and `DismGetLastErrorMessage` are called on the way. */
export const sampleCalls: Readonly<Record<string, SampleCall>> = {
  DismInitialize: { call: (api) => api.initialize({ logLevel: 1, logFilePath: 'C:\\dism.log', scratchDirectory: 'C:\\scratch' }), withoutText: true },
  DismShutdown: {
    call: async (api, session) => { await api.closeSession(session).catch(() => undefined); return api.shutdown(); }, withoutText: true,
  },
  DismOpenSession: { call: (api) => api.openSession({ imagePath: 'D:\\other', windowsDirectory: 'WinNT', systemDrive: 'E:\\' }) },
  DismCloseSession: { call: (api, session) => api.closeSession(session) },
  DismMountImage: {
    call: (api, _, options) => api.mountImage({ imageFilePath: 'C:\\a.wim', mountPath: 'C:\\mount', image: { index: 1 }, flags: 0 }, options), withProgress: true,
  },
  DismUnmountImage: { call: (api, _, options) => api.unmountImage({ mountPath: 'C:\\mount\\ok', flags: 0 }, options), withProgress: true },
  DismRemountImage: { call: (api) => api.remountImage('C:\\mount\\ok') },
  DismCommitImage: {
    call: async (api, _, options) => {
      const { value } = await api.openSession({ imagePath: 'C:\\mount\\ok', windowsDirectory: null, systemDrive: null });
      return api.commitImage(value, 0, options).finally(() => api.closeSession(value));
    },
    withProgress: true,
  },
  DismGetImageInfo: { call: (api) => api.getImageInfo('C:\\a.wim') },
  DismGetMountedImageInfo: { call: (api) => api.getMountedImageInfo() },
  DismCleanupMountpoints: { call: (api) => api.cleanupMountpoints() },
  DismCheckImageHealth: { call: (api, session, options) => api.checkImageHealth(session, true, options), withProgress: true },
  DismRestoreImageHealth: {
    call: (api, session, options) => api.restoreImageHealth(session, { sourcePaths: ['E:\\Windows'], limitAccess: true }, options), withProgress: true,
  },
  DismAddPackage: {
    call: (api, session, options) => api.addPackage(session, { packagePath: 'E:\\a.cab', ignoreCheck: false, preventPending: false }, options),
    withProgress: true,
  },
  DismRemovePackage: { call: (api, session, options) => api.removePackage(session, { name: packageName }, options), withProgress: true },
  DismGetPackages: { call: (api, session) => api.getPackages(session) },
  DismGetPackageInfo: { call: (api, session) => api.getPackageInfo(session, { name: packageName }) },
  DismGetPackageInfoEx: { call: (api, session) => api.getPackageInfoEx(session, { name: packageName }) },
  DismGetFeatures: { call: (api, session) => api.getFeatures(session) },
  DismGetFeatureInfo: { call: (api, session) => api.getFeatureInfo(session, 'TelnetClient') },
  DismGetFeatureParent: { call: (api, session) => api.getFeatureParent(session, 'IIS-WebServer') },
  DismEnableFeature: {
    call: (api, session, options) => api.enableFeature(session,
      { featureName: 'NetFx3', limitAccess: true, sourcePaths: ['E:\\sxs'], enableAll: true }, options),
    withProgress: true,
  },
  DismDisableFeature: {
    call: (api, session, options) => api.disableFeature(session, { featureName: 'TelnetClient', removePayload: false }, options), withProgress: true,
  },
  DismApplyUnattend: { call: (api, session) => api.applyUnattend(session, { unattendFile: 'E:\\unattend.xml', singleSession: true }) },
  DismAddDriver: { call: (api, session) => api.addDriver(session, { driverPath: 'E:\\a.inf', forceUnsigned: false }) },
  DismRemoveDriver: { call: (api, session) => api.removeDriver(session, 'oem0.inf') },
  DismGetDrivers: { call: (api, session) => api.getDrivers(session, true) },
  DismGetDriverInfo: { call: (api, session) => api.getDriverInfo(session, 'oem0.inf') },
  _DismExportDriver: { call: (api, session, options) => api.exportDriver(session, 'E:\\drivers', options), withProgress: true },
  DismGetCapabilities: { call: (api, session) => api.getCapabilities(session) },
  DismGetCapabilityInfo: { call: (api, session) => api.getCapabilityInfo(session, capability) },
  DismAddCapability: { call: (api, session, options) => api.addCapability(session, capability, sources, options), withProgress: true },
  DismRemoveCapability: { call: (api, session, options) => api.removeCapability(session, capability, options), withProgress: true },
  _DismGetCapabilitiesEx: { call: (api, session) => api.getCapabilitiesEx(session, sources) },
  _DismGetCapabilityInfoEx: { call: (api, session) => api.getCapabilityInfoEx(session, capability, sources) },
  _DismGetProvisionedAppxPackages: { call: (api, session) => api.getProvisionedAppxPackages(session) },
  _DismAddProvisionedAppxPackage: {
    call: (api, session) => api.addProvisionedAppxPackage(session, {
      appPath: 'E:\\app.msix', dependencyPackages: [], optionalPackages: [], licensePaths: [], skipLicense: true, customDataPath: null, region: null,
      stubPackageOption: 0,
    }),
  },
  _DismRemoveProvisionedAppxPackage: { call: (api, session) => api.removeProvisionedAppxPackage(session, app) },
  _DismRemoveProvisionedAppxPackageAllUsers: { call: (api, session) => api.removeProvisionedAppxPackageAllUsers(session, app) },
  _DismSetAppXProvisionedDataFile: { call: (api, session) => api.setAppxProvisionedDataFile(session, app, 'E:\\data.xml') },
  _DismOptimizeProvisionedAppxPackages: { call: (api, session) => api.optimizeProvisionedAppxPackages(session) },
  _DismAddPackageFamilyToUninstallBlocklist: { call: (api, session) => api.addPackageFamilyToUninstallBlocklist(session, 'Contoso.App_8wekyb3d8bbwe') },
  _DismRemovePackageFamilyFromUninstallBlocklist: {
    call: (api, session) => api.removePackageFamilyFromUninstallBlocklist(session, 'Contoso.Store_8wekyb3d8bbwe'),
  },
  _DismGetNonRemovableAppsPolicy: { call: (api, session) => api.getNonRemovableAppsPolicy(session) },
  _DismGetCurrentEdition: { call: (api, session) => api.getCurrentEdition(session) },
  _DismGetTargetEditions: { call: (api, session) => api.getTargetEditions(session) },
  _DismSetEdition: {
    call: (api, session, options) => api.setEdition(session, { editionId: 'Education', productKey }, options), withProgress: true,
  },
  _DismSetProductKey: { call: (api, session) => api.setProductKey(session, productKey) },
  _DismValidateProductKey: { call: (api, session) => api.validateProductKey(session, productKey) },
  DismGetReservedStorageState: { call: (api, session) => api.getReservedStorageState(session), online: true },
  DismSetReservedStorageState: { call: (api, session) => api.setReservedStorageState(session, 0), online: true },
  _DismCleanImage: { call: (api, session, options) => api.cleanImage(session, { type: 4, flags: 3 }, options), withProgress: true },
  _DismRevertPendingActions: { call: (api, session, options) => api.revertPendingActions(session, options), withProgress: true },
  _DismOptimizeImage: { call: (api, session, options) => api.optimizeImage(session, 2, options), withProgress: true },
  _DismApplyCustomDataImage: {
    call: (api, _, options) => api.applyCustomDataImage({ customDataImage: 'E:\\custom.ppkg', imagePath: 'D:\\', flags: 1 }, options), withProgress: true,
  },
  _DismExportSource: { call: (api, session, options) => api.exportSource(session, recipe, options), withProgress: true },
  _DismInitiateOSUninstall: { call: (api, session) => api.initiateOSUninstall(session, 0), online: true },
  _DismGetOsInfo: { call: (api, session) => api.getOsInfo(session) },
};

/** The session that a sample call needs: the one that is given, or one on the running Windows. */
export async function sessionFor(api: RemoteApi, sample: SampleCall, offline: number): Promise<number> {
  return sample.online === true ? openOnline(api) : offline;
}

/** Opens a session on the running Windows. */
export async function openOnline(api: RemoteApi): Promise<number> {
  return (await api.openSession({ imagePath: DISM_ONLINE_IMAGE, windowsDirectory: null, systemDrive: null })).value;
}
