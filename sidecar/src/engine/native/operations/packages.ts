/** package/*: updates, language packs and other packages. */
import { join } from 'node:path';
import type { addPackage as addMethod, getPackages as getMethod, PackageInfo, PackageResult, removePackage as removeMethod } from '@dismts/protocol';
import { errorData } from '../../../errorData.ts';
import { CancelledError, DismError } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import { wildcardMatcher } from '../../../wildcard.ts';
import type { PackageReference } from '../binding/packages.ts';
import type { DismPackage, DismPackageInfo } from '../binding/structs.ts';
import { isFolder, listFolder, requireFile } from './requiredFiles.ts';
import type { Handler } from './handler.ts';
import type { NativeOperation } from './nativeOperation.ts';
import { readEach } from './readEach.ts';
import type { ImageReference } from '../api/sessions.ts';
import { packageState, releaseType, restartType, text, toCustomProperty, toFeature } from './values.ts';

const offlineTypes = ['Yes', 'No', 'Undetermined'] as const;
/** The package file of an expanded .cab. */
const manifestName = 'update.mum';

function toPackage(info: DismPackage) {
  return {
    packageName: text(info.packageName), packageState: packageState(info.packageState), releaseType: releaseType(info.releaseType),
    installTime: info.installTime,
  };
}

function toPackageInfo(info: DismPackageInfo, capabilityId: string | null): PackageInfo {
  return {
    ...toPackage(info), applicable: info.applicable, copyright: text(info.copyright), company: text(info.company), creationTime: info.creationTime,
    description: text(info.description), installClient: text(info.installClient), installPackageName: text(info.installPackageName),
    lastUpdateTime: info.lastUpdateTime, displayName: text(info.displayName), productName: text(info.productName), productVersion: text(info.productVersion),
    restartRequired: restartType(info.restartRequired), supportInformation: text(info.supportInformation),
    completelyOfflineCapable: offlineTypes[info.fullyOffline] ?? 'Undetermined', capabilityId: text(capabilityId),
    customProperties: info.customProperties.map(toCustomProperty), features: info.features.map(toFeature),
  };
}

/** All about one package; older libraries do not tell which capability it is. */
async function readInfo(operation: NativeOperation, image: ImageReference, reference: PackageReference): Promise<PackageInfo> {
  const { api } = operation;
  if (!api.exports('DismGetPackageInfoEx') && !api.exports('_DismGetPackageInfoEx')) {
    return toPackageInfo(await operation.read(image, (session) => api.getPackageInfo(session, reference)), null);
  }
  const info = await operation.read(image, (session) => api.getPackageInfoEx(session, reference));
  return toPackageInfo(info, info.capabilityId);
}

export const getPackages: Handler<typeof getMethod> = async (params, operation) => {
  const { packageName, packagePath, detailed = false } = params;
  if (packagePath !== undefined) {
    if (!isFolder(packagePath, `Cannot read the package "${packagePath}"`)) { requireFile(packagePath, `Cannot read the package "${packagePath}"`); }
    return { packages: [await readInfo(operation, params, { path: packagePath })], ...operation.imageResult(params) };
  }
  if (packageName !== undefined) {
    return { packages: [await readInfo(operation, params, { name: packageName })], ...operation.imageResult(params) };
  }
  const matches = wildcardMatcher(params.like ?? '*');
  const packages = (await operation.read(params, (session) => operation.api.getPackages(session))).map(toPackage).filter((one) => matches(one.packageName));
  const found = detailed ? await readEach(operation, packages, ({ packageName: name }) => readInfo(operation, params, { name })) : packages;
  return { packages: found, ...operation.imageResult(params) };
};

/** The packages that a path stands for: a file, a folder that a .cab was expanded to, or the files in a folder. */
function packagesAt(path: string, action: string): string[] {
  if (!isFolder(path, action)) {
    requireFile(path, action, ['.cab', '.msu']);
    return [path];
  }
  const names = listFolder(path, action).filter((entry) => !entry.isFolder).map(({ name }) => name);
  if (names.some((name) => name.toLowerCase() === manifestName)) { return [path]; }
  const packages = names.filter((name) => /\.(?:cab|msu)$/i.test(name)).map((name) => join(path, name));
  if (packages.length === 0) {
    throw new DismError(Hresult.ERROR_FILE_NOT_FOUND, `${action}: there is no .cab or .msu file in the folder, and no "${manifestName}"`, { target: path });
  }
  return packages;
}

export const addPackage: Handler<typeof addMethod> = async (params, operation) => {
  const { packagePath, ignoreCheck = false, preventPending = false } = params;
  const packages = packagesAt(packagePath, `Cannot add the package "${packagePath}"`);
  if (params.validateOnly === true) {
    // Of an .msu the API tells nothing before it is added.
    for (const path of packages.filter((one) => !/\.msu$/i.test(one))) {
      const { applicable } = await readInfo(operation, params, { path });
      if (!applicable && !ignoreCheck) {
        throw new DismError(Hresult.CBS_E_NOT_APPLICABLE, `Cannot add the package "${path}": it does not apply to the image`, { target: path });
      }
    }
    return { results: [], ...operation.imageResult(params) };
  }
  const results: PackageResult[] = [];
  for (const [index, path] of packages.entries()) {
    const added = results.filter(({ failure }) => failure === null).length;
    operation.throwIfCancelled(added === 0 ? '' : `${added} of the ${packages.length} packages had been added before`);
    try {
      const { restartNeeded } = await operation.change(params, (session) => operation.api.addPackage(session, {
        packagePath: path, ignoreCheck, preventPending,
      }, operation.optionsFor('Adding package', index, packages.length)));
      results.push({ packageFile: path, restartNeeded, failure: null });
      operation.context.log.info(`Added the package "${path}"`);
    } catch (error) {
      if (!(error instanceof DismError)) { throw error; }
      if (error instanceof CancelledError) {
        throw added === 0 ? error : new CancelledError(operation.context.operation, { cause: error }, `${added} of the ${packages.length} packages had been added before`);
      }
      const goesOn = error.hresult === Hresult.CBS_E_NOT_APPLICABLE && packages.length > 1;
      if (!goesOn && added === 0) { throw error; }
      operation.context.log.error(error.message);
      results.push({
        packageFile: path, restartNeeded: false,
        failure: { message: error.message, data: errorData(error, { operation: operation.context.operation, logPath: '' }) },
      });
      if (!goesOn) { break; }
    }
  }
  if (results.every(({ failure }) => failure !== null)) {
    throw new DismError(Hresult.CBS_E_NOT_APPLICABLE, `Cannot add the packages of "${packagePath}": none of the ${packages.length} applies to the image`, {
      target: packagePath,
    });
  }
  return { results, ...operation.imageResult(params) };
};

export const removePackage: Handler<typeof removeMethod> = async (params, operation) => {
  const { packageName, packagePath = '' } = params;
  if (packageName === undefined) { requireFile(packagePath, `Cannot remove the package "${packagePath}"`, ['.cab']); }
  const reference = packageName === undefined ? { path: packagePath } : { name: packageName };
  if (params.validateOnly === true) {
    await readInfo(operation, params, reference);
  } else {
    await operation.change(params, (session) => operation.api.removePackage(session, reference, operation.options('Removing package')));
  }
  return operation.imageResult(params);
};
