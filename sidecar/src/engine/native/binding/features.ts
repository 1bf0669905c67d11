/** The optional features of an image. */
import type { Caller, CallOptions } from './call.ts';
import { nativeFunction, progressParameters } from './dismLibrary.ts';
import type { CallOutcome, CallResult } from './outcome.ts';
import { packageArguments, type PackageReference } from './packages.ts';
import { readMany, readOne, stringArray } from './results.ts';
import type { DismSession } from './session.ts';
import { readFeatureInfo, readFeatures, type DismFeature, type DismFeatureInfo } from './structs.ts';
import { quoted } from './text.ts';

const DismGetFeatures = nativeFunction('DismGetFeatures',
  'DismSession Session, PCWSTR Identifier, int PackageIdentifier, _Out_ DismFeature **Feature, _Out_ UINT *Count');
const DismGetFeatureInfo = nativeFunction('DismGetFeatureInfo',
  'DismSession Session, PCWSTR FeatureName, PCWSTR Identifier, int PackageIdentifier, _Out_ DismFeatureInfo **FeatureInfo');
const DismGetFeatureParent = nativeFunction('DismGetFeatureParent',
  'DismSession Session, PCWSTR FeatureName, PCWSTR Identifier, int PackageIdentifier, _Out_ DismFeature **Feature, _Out_ UINT *Count');
const DismEnableFeature = nativeFunction('DismEnableFeature',
  'DismSession Session, PCWSTR FeatureName, PCWSTR Identifier, int PackageIdentifier, BOOL LimitAccess, '
  + `PCWSTR *SourcePaths, UINT SourcePathCount, BOOL EnableAll, ${progressParameters}`);
const DismDisableFeature = nativeFunction('DismDisableFeature',
  `DismSession Session, PCWSTR FeatureName, PCWSTR PackageName, BOOL RemovePayload, ${progressParameters}`);

/** What to enable, and how. */
export interface EnableFeatureParams {
  /** Several names with `;` between them. */
  readonly featureName: string;
  /** The package that it is of; without one the foundation package. */
  readonly package?: PackageReference | undefined;
  /** Do not ask Windows Update for what is missing. */
  readonly limitAccess: boolean;
  readonly sourcePaths: readonly string[];
  /** The features that it needs, too. */
  readonly enableAll: boolean;
}

/** What to disable, and how. */
export interface DisableFeatureParams {
  /** Several names with `;` between them. */
  readonly featureName: string;
  /** The package that it is of; without one the foundation package. */
  readonly packageName?: string | undefined;
  /** Drop its payload, too. */
  readonly removePayload: boolean;
}

/** Functions on optional features. */
export interface FeatureFunctions {
  /**
   * The features of a package, without one those of the image.
   * @throws DismError CBS_E_INVALID_PACKAGE, E_INVALIDARG: there is no such package.
   * @see dismapi.h DismGetFeatures
   */
  getFeatures(session: DismSession, reference?: PackageReference): Promise<CallResult<DismFeature[]>>;
  /**
   * All about one feature.
   * @throws DismError DISMAPI_E_UNKNOWN_FEATURE
   * @see dismapi.h DismGetFeatureInfo
   */
  getFeatureInfo(session: DismSession, featureName: string, reference?: PackageReference): Promise<CallResult<DismFeatureInfo>>;
  /**
   * The features that have to be enabled before this one can be.
   * @throws DismError DISMAPI_E_UNKNOWN_FEATURE
   * @see dismapi.h DismGetFeatureParent
   */
  getFeatureParent(session: DismSession, featureName: string, reference?: PackageReference): Promise<CallResult<DismFeature[]>>;
  /**
   * Enables features, all or none. Cancellable, with progress.
   * @throws DismError DISMAPI_E_PARENT_FEATURE_DISABLED: and not all are to be enabled.
   * @throws DismError DISMAPI_E_UNKNOWN_FEATURE, CBS_E_SOURCE_MISSING, CBS_E_INVALID_WINDOWS_UPDATE_COUNT_WSUS
   * @see dismapi.h DismEnableFeature
   */
  enableFeature(session: DismSession, params: EnableFeatureParams, options?: CallOptions): Promise<CallOutcome>;
  /**
   * Disables features. Cancellable, with progress.
   * @throws DismError DISMAPI_E_UNKNOWN_FEATURE
   * @see dismapi.h DismDisableFeature
   */
  disableFeature(session: DismSession, params: DisableFeatureParams, options?: CallOptions): Promise<CallOutcome>;
}

/** The functions of this group, on a caller. */
export function featureFunctions(caller: Caller): FeatureFunctions {
  const named = (what: string, featureName: string) => ({ action: `Cannot ${what} the feature ${quoted(featureName)}`, target: featureName });
  return {
    getFeatures: (session, reference) => readMany(caller, {
      function: DismGetFeatures, inputs: [session, ...packageArguments(reference)], action: 'Cannot list the features of the image',
    }, readFeatures),
    getFeatureInfo: (session, featureName, reference) => readOne(caller, {
      function: DismGetFeatureInfo, inputs: [session, featureName, ...packageArguments(reference)], ...named('read', featureName),
    }, readFeatureInfo),
    getFeatureParent: (session, featureName, reference) => readMany(caller, {
      function: DismGetFeatureParent, inputs: [session, featureName, ...packageArguments(reference)], ...named('find the parents of', featureName),
    }, readFeatures),
    enableFeature: (session, params, options) => caller.run({
      function: DismEnableFeature, options, ...named('enable', params.featureName),
      arguments: (trio) => [
        session, params.featureName, ...packageArguments(params.package), Number(params.limitAccess),
        ...stringArray(params.sourcePaths), Number(params.enableAll), ...trio,
      ],
    }),
    disableFeature: (session, { featureName, packageName, removePayload }, options) => caller.run({
      function: DismDisableFeature, arguments: (trio) => [session, featureName, packageName ?? null, Number(removePayload), ...trio], options,
      ...named('disable', featureName),
    }),
  };
}
