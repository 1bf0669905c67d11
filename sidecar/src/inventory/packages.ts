/** The packages of an image. */
import type { Package, PackageInfo } from '@dismts/protocol';
import type { Mum } from '../componentStore/mum.ts';
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';
import { capabilityName } from './capabilities.ts';
import { readPackages, type ServicedPackage } from './servicedPackages.ts';
import { featureState, packageState, releaseType, restartType } from './states.ts';
import type { WindowsImage } from './windowsImage.ts';

/** What to list. */
export interface PackageQuery {
  /** In any case. Also finds hidden packages; implies `detailed`. */
  readonly packageName?: string | undefined;
  readonly detailed?: boolean | undefined;
}

/**
 * The packages, sorted as the registry sorts them.
 * @param onPackage - Called before each package, for progress and to stop.
 * @throws DismError ERROR_NOT_FOUND: there is no package of that name.
 */
export async function listPackages(
  image: WindowsImage, query: PackageQuery = {}, onPackage: (done: number, total: number) => void = () => undefined,
): Promise<(Package | PackageInfo)[]> {
  const all = await readPackages(image);
  const wanted = query.packageName === undefined
    ? all.filter((each) => !each.isHidden)
    : [findPackage(all, query.packageName, image)];
  const listed: (Package | PackageInfo)[] = [];
  for (const serviced of wanted) {
    onPackage(listed.length, wanted.length);
    // A package that was taken away keeps its key and loses its file.
    const mum = packageState(serviced.state) === 'NotPresent' ? undefined : await image.packageFile(serviced.name);
    listed.push(query.packageName === undefined && query.detailed !== true ? basicOf(serviced, mum) : advancedOf(serviced, mum));
  }
  return listed;
}

/**
 * The package of that name, in any case.
 * @throws DismError ERROR_NOT_FOUND: there is none.
 */
export function findPackage(packages: readonly ServicedPackage[], name: string, image: WindowsImage): ServicedPackage {
  const found = packages.find((each) => each.name.toLowerCase() === name.toLowerCase());
  if (found === undefined) {
    throw new DismError(Hresult.ERROR_NOT_FOUND, `Cannot find the package "${name}" in "${image.path}"`,
      { target: name, hint: 'List the packages of the image with Get-DismTsPackage, and give the whole name.' });
  }
  return found;
}

function basicOf(serviced: ServicedPackage, mum: Mum | undefined): Package {
  return {
    packageName: serviced.name, packageState: packageState(serviced.state),
    releaseType: releaseType(mum?.releaseType), installTime: serviced.installTime,
  };
}

function advancedOf(serviced: ServicedPackage, mum: Mum | undefined): PackageInfo {
  const updates = serviced.updates();
  const [capability] = mum?.capabilities ?? [];
  return {
    ...basicOf(serviced, mum),
    applicable: true,
    copyright: mum?.copyright ?? '',
    company: mum?.company ?? '',
    creationTime: timeOf(mum?.creationTimeStamp),
    description: mum?.description ?? '',
    installClient: serviced.installClient,
    installPackageName: serviced.installName,
    lastUpdateTime: timeOf(mum?.lastUpdateTimeStamp),
    displayName: mum?.displayName ?? '',
    productName: mum?.identity.name ?? '',
    productVersion: mum?.identity.version ?? '',
    restartRequired: restartType(mum?.restart),
    supportInformation: mum?.supportInformation ?? '',
    completelyOfflineCapable: 'Undetermined',
    capabilityId: capability === undefined ? '' : capabilityName(capability),
    customProperties: Array.from(mum?.customProperties ?? [], ([name, value]) => ({ name, value, path: '' })),
    features: (mum?.updates ?? []).flatMap((update) => {
      const state = updates.get(update.name.toLowerCase());
      return update.selectable === undefined || state === undefined ? [] : [{ featureName: update.name, state: featureState(state) }];
    }),
  };
}

function timeOf(text: string | undefined): string | null {
  const time = Date.parse(text ?? '');
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}
