/** States, types and versions of packages and features: from what the registry and package files say to the names of the in-box cmdlets. */
import { releaseTypeSchema, type FeatureState, type PackageState, type ReleaseType, type RestartType } from '@dismts/protocol';

/** States as the component based servicing (CBS) numbers them. */
export const CbsState = {
  Absent: 0x00,
  UninstallPending: 0x05,
  Resolving: 0x10,
  Resolved: 0x20,
  Staging: 0x30,
  Staged: 0x40,
  Superseded: 0x50,
  InstallPending: 0x60,
  PartiallyInstalled: 0x65,
  Installed: 0x70,
  Permanent: 0x80,
} as const;

const packageStates: ReadonlyMap<number, PackageState> = new Map([
  [CbsState.Absent, 'NotPresent'],
  [CbsState.UninstallPending, 'UninstallPending'],
  [CbsState.Resolving, 'Removed'],
  [CbsState.Resolved, 'Removed'],
  [CbsState.Staging, 'Staged'],
  [CbsState.Staged, 'Staged'],
  [CbsState.Superseded, 'Superseded'],
  [CbsState.InstallPending, 'InstallPending'],
  [CbsState.PartiallyInstalled, 'PartiallyInstalled'],
  [CbsState.Installed, 'Installed'],
  [CbsState.Permanent, 'Installed'],
]);

const featureStates: ReadonlyMap<number, FeatureState> = new Map([
  [CbsState.Absent, 'DisabledWithPayloadRemoved'],
  [CbsState.UninstallPending, 'DisablePending'],
  [CbsState.Resolving, 'DisabledWithPayloadRemoved'],
  [CbsState.Resolved, 'DisabledWithPayloadRemoved'],
  [CbsState.Staging, 'Disabled'],
  [CbsState.Staged, 'Disabled'],
  [CbsState.Superseded, 'Superseded'],
  [CbsState.InstallPending, 'EnablePending'],
  [CbsState.PartiallyInstalled, 'PartiallyInstalled'],
  [CbsState.Installed, 'Enabled'],
  [CbsState.Permanent, 'Enabled'],
]);

/** State of a package or capability; numbers that CBS calls invalid count as absent. */
export function packageState(cbsState: number): PackageState {
  return packageStates.get(cbsState) ?? 'NotPresent';
}

/** State of a feature. */
export function featureState(cbsState: number): FeatureState {
  return featureStates.get(cbsState) ?? 'DisabledWithPayloadRemoved';
}

/** Whether the package is in use, or will be after a restart, rather than only in the store. */
export function isInUse(cbsState: number): boolean {
  return cbsState === CbsState.InstallPending || cbsState === CbsState.PartiallyInstalled
    || cbsState === CbsState.Installed || cbsState === CbsState.Permanent;
}

const releaseTypes: ReadonlyMap<string, ReleaseType> = new Map(releaseTypeSchema.options.map((type) => [type.toLowerCase(), type]));

/** A release type as package files spell it, such as `Security Update`. */
export function releaseType(text: string | undefined): ReleaseType {
  return releaseTypes.get((text ?? '').replaceAll(/\s/g, '').toLowerCase()) ?? 'Other';
}

/** Whether a restart follows. Where the file does not say, it may. */
export function restartType(text: string | undefined): RestartType {
  switch (text?.toLowerCase()) {
    case 'required': return 'Required';
    case 'no': case 'never': case 'none': case 'false': return 'No';
    default: return 'Possible';
  }
}
