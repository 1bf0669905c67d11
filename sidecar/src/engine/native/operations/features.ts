/** feature/*: optional features. */
import type { disableFeature as disableMethod, enableFeature as enableMethod, FeatureInfo, getFeatureParent as parentMethod, getFeatures as getMethod } from '@dismts/protocol';
import { wildcardMatcher } from '../../../wildcard.ts';
import type { PackageReference } from '../binding/packages.ts';
import type { DismFeatureInfo } from '../binding/structs.ts';
import { requireSources } from './requiredFiles.ts';
import type { Handler } from './handler.ts';
import { readEach } from './readEach.ts';
import { featureState, restartType, text, toCustomProperty, toFeature } from './values.ts';

interface PackageParams {
  readonly packageName?: string | undefined;
  readonly packagePath?: string | undefined;
}

function packageOf({ packageName, packagePath }: PackageParams): PackageReference | undefined {
  if (packageName !== undefined) { return { name: packageName }; }
  return packagePath === undefined ? undefined : { path: packagePath };
}

function toFeatureInfo(info: DismFeatureInfo): FeatureInfo {
  return {
    featureName: text(info.featureName), state: featureState(info.state), displayName: text(info.displayName), description: text(info.description),
    restartRequired: restartType(info.restartRequired), customProperties: info.customProperties.map(toCustomProperty),
  };
}

export const getFeatures: Handler<typeof getMethod> = async (params, operation) => {
  const { featureName, detailed = false } = params;
  const reference = packageOf(params);
  const info = async (name: string) => toFeatureInfo(await operation.read(params, (session) => operation.api.getFeatureInfo(session, name, reference)));
  if (featureName !== undefined) {
    return { features: [await info(featureName)], ...operation.imageResult(params) };
  }
  const matches = wildcardMatcher(params.like ?? '*');
  const features = (await operation.read(params, (session) => operation.api.getFeatures(session, reference))).map(toFeature)
    .filter((feature) => matches(feature.featureName));
  const found = detailed ? await readEach(operation, features, (feature) => info(feature.featureName)) : features;
  return { features: found, ...operation.imageResult(params) };
};

export const getFeatureParent: Handler<typeof parentMethod> = async (params, operation) => {
  const features = await operation.read(params, (session) => operation.api.getFeatureParent(session, params.featureName, packageOf(params)));
  return { features: features.map(toFeature), ...operation.imageResult(params) };
};

export const enableFeature: Handler<typeof enableMethod> = async (params, operation) => {
  const { featureName, packageName, all = false, limitAccess = false, sources } = params;
  requireSources(sources, `Cannot enable the feature "${featureName}"`);
  const reference = packageOf({ packageName });
  if (params.validateOnly === true) {
    await operation.read(params, (session) => operation.api.getFeatureInfo(session, featureName, reference));
  } else {
    await operation.change(params, (session) => operation.api.enableFeature(session, {
      featureName, package: reference, limitAccess, sourcePaths: sources, enableAll: all,
    }, operation.options('Enabling feature')));
  }
  return operation.imageResult(params);
};

export const disableFeature: Handler<typeof disableMethod> = async (params, operation) => {
  const { featureName, packageName, remove = false } = params;
  if (params.validateOnly === true) {
    await operation.read(params, (session) => operation.api.getFeatureInfo(session, featureName, packageOf({ packageName })));
  } else {
    await operation.change(params, (session) => operation.api.disableFeature(
      session, { featureName, packageName, removePayload: remove }, operation.options('Disabling feature')));
  }
  return operation.imageResult(params);
};
