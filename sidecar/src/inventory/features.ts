/** The optional features of an image: the selectable updates of its packages. */
import type { Feature, FeatureInfo } from '@dismts/protocol';
import { compareVersions } from '../componentStore/identity.ts';
import type { MumUpdate } from '../componentStore/mum.ts';
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';
import { findPackage } from './packages.ts';
import { readPackages, type ServicedPackage } from './servicedPackages.ts';
import { CbsState, featureState, isInUse, restartType } from './states.ts';
import type { WindowsImage } from './windowsImage.ts';

/** What to list. */
export interface FeatureQuery {
  /** In any case; implies `detailed`. */
  readonly featureName?: string | undefined;
  /** Only the features of this package. */
  readonly packageName?: string | undefined;
  readonly detailed?: boolean | undefined;
}

/** A feature as one package has it. */
interface FoundFeature {
  readonly owner: ServicedPackage;
  readonly update: MumUpdate;
  readonly restart: string | undefined;
  /** One of CbsState. */
  readonly state: number;
}

/**
 * The features, sorted by name. One that several versions of a package have is listed once, as the newest package in use has it.
 * @param onPackage - Called before each package that is read, for progress and to stop.
 * @throws DismError DISMAPI_E_UNKNOWN_FEATURE, ERROR_NOT_FOUND: there is no feature, or package, of that name.
 */
export async function listFeatures(
  image: WindowsImage, query: FeatureQuery = {}, onPackage: (done: number, total: number) => void = () => undefined,
): Promise<(Feature | FeatureInfo)[]> {
  const all = await readPackages(image);
  const owners = query.packageName === undefined
    ? all.filter((each) => each.state >= CbsState.Staged && each.updates().size > 0)
    : [findPackage(all, query.packageName, image)];
  const found = new Map<string, FoundFeature>();
  for (const [index, owner] of owners.entries()) {
    onPackage(index, owners.length);
    for (const feature of await featuresOf(image, owner)) {
      const name = feature.update.name.toLowerCase();
      const known = found.get(name);
      if (known === undefined || compareOwners(feature.owner, known.owner) > 0) { found.set(name, feature); }
    }
  }
  if (query.featureName === undefined) {
    return [...found.values()]
      .sort((a, b) => (a.update.name.toLowerCase() < b.update.name.toLowerCase() ? -1 : 1))
      .map(query.detailed === true ? advancedOf : basicOf);
  }
  const feature = found.get(query.featureName.toLowerCase());
  if (feature === undefined) {
    throw image.asFarAsRead(new DismError(Hresult.DISMAPI_E_UNKNOWN_FEATURE, `Cannot find the feature "${query.featureName}" in "${image.path}"`,
      { target: query.featureName }));
  }
  return [advancedOf(feature)];
}

async function featuresOf(image: WindowsImage, owner: ServicedPackage): Promise<FoundFeature[]> {
  const states = owner.updates();
  const mum = await image.packageFile(owner.name);
  return (mum?.updates ?? []).flatMap((update) => {
    const state = states.get(update.name.toLowerCase());
    return update.selectable === undefined || state === undefined ? [] : [{ owner, update, restart: mum?.restart, state }];
  });
}

/** Positive: the first one decides on the features of both. */
function compareOwners(a: ServicedPackage, b: ServicedPackage): number {
  const versionOf = (name: string) => name.slice(name.lastIndexOf('~') + 1);
  return Number(isInUse(a.state)) - Number(isInUse(b.state)) || compareVersions(versionOf(a.name), versionOf(b.name));
}

function basicOf({ update, state }: FoundFeature): Feature {
  return { featureName: update.name, state: featureState(state) };
}

function advancedOf(feature: FoundFeature): FeatureInfo {
  const { update } = feature;
  return {
    ...basicOf(feature),
    displayName: update.displayName ?? '',
    description: update.description ?? '',
    restartRequired: restartType(update.restart ?? feature.restart),
    customProperties: Array.from(update.customProperties, ([name, value]) => ({ name, value, path: '' })),
  };
}
