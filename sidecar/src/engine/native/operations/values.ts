/** Values of the DISM API as the protocol has them. A number that no enumeration knows becomes Unknown, or what claims least. */
import type { Driver, FeatureState, PackageState, ReleaseType, RestartType } from '@dismts/protocol';
import type { DismCustomProperty, DismDriverPackage, DismFeature } from '../binding/structs.ts';

/** By DismPackageFeatureState. */
const packageStates = [
  'NotPresent', 'UninstallPending', 'Staged', 'Removed', 'Installed', 'InstallPending', 'Superseded', 'PartiallyInstalled',
] as const satisfies readonly PackageState[];

/** By the same numbers: the in-box cmdlets have other names for the states of features. */
const featureStates = [
  'Disabled', 'DisablePending', 'Disabled', 'DisabledWithPayloadRemoved', 'Enabled', 'EnablePending', 'Superseded', 'PartiallyInstalled',
] as const satisfies readonly FeatureState[];

/** By DismReleaseType. Not taken from the schema: the engine process loads none. */
const releaseTypes = [
  'CriticalUpdate', 'Driver', 'FeaturePack', 'Hotfix', 'SecurityUpdate', 'SoftwareUpdate', 'Update', 'UpdateRollup',
  'LanguagePack', 'Foundation', 'ServicePack', 'Product', 'LocalPack', 'Other', 'OnDemandPack',
] as const satisfies readonly ReleaseType[];

const restartTypes = ['No', 'Possible', 'Required'] as const satisfies readonly RestartType[];
const signatures = ['Unknown', 'Unsigned', 'Signed'] as const;

/** State of a package or capability. */
export function packageState(state: number): PackageState {
  return packageStates[state] ?? 'Unknown';
}

/** State of a feature. */
export function featureState(state: number): FeatureState {
  return featureStates[state] ?? 'Unknown';
}

/** DismReleaseType. */
export function releaseType(type: number): ReleaseType {
  return releaseTypes[type] ?? 'Other';
}

/** DismRestartType. */
export function restartType(type: number): RestartType {
  return restartTypes[type] ?? 'Possible';
}

/** The API makes no difference between no text and an empty one. */
export function text(value: string | null): string {
  return value ?? '';
}

/** DismFeature. */
export function toFeature({ featureName, state }: DismFeature) {
  return { featureName: text(featureName), state: featureState(state) };
}

/** DismCustomProperty. */
export function toCustomProperty({ name, value, path }: DismCustomProperty) {
  return { name: text(name), value: text(value), path: text(path) };
}

/** DismDriverPackage. */
export function toDriver(driver: DismDriverPackage): Driver {
  const { majorVersion, minorVersion, build, revision } = driver;
  return {
    driver: text(driver.publishedName), originalFileName: text(driver.originalFileName), inbox: driver.inBox, catalogFile: text(driver.catalogFile),
    className: text(driver.className), classGuid: text(driver.classGuid), classDescription: text(driver.classDescription), bootCritical: driver.bootCritical,
    driverSignature: signatures[driver.driverSignature] ?? 'Unknown', providerName: text(driver.providerName),
    date: driver.date === null ? null : `${driver.date}T00:00:00.000`, version: [majorVersion, minorVersion, build, revision].join('.'),
    majorVersion, minorVersion, build, revision,
  };
}
