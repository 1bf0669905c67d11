/** appx/* and appsPolicy/*: provisioned app packages. */
import type {
  addAppxProvisionedPackage as addMethod, AppxPackage, getAppxProvisionedPackages as getMethod, getNonRemovableAppsPolicy as getPolicyMethod,
  optimizeAppxProvisionedPackages as optimizeMethod, removeAppxProvisionedPackage as removeMethod, setAppxProvisionedDataFile as dataFileMethod,
  setNonRemovableAppsPolicy as setPolicyMethod,
} from '@dismts/protocol';
import { DismError } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import { wildcardMatcher } from '../../../wildcard.ts';
import { DismStubPackageOption } from '../binding/constants.ts';
import type { DismAppxPackage } from '../binding/structs.ts';
import { requireFile, requireFolder } from './requiredFiles.ts';
import type { Handler } from './handler.ts';
import type { NativeOperation } from './nativeOperation.ts';
import type { ImageReference } from '../api/sessions.ts';
import { text } from './values.ts';

function toAppxPackage(info: DismAppxPackage): AppxPackage {
  return {
    packageName: text(info.packageName), displayName: text(info.displayName), publisherId: text(info.publisherId), majorVersion: info.majorVersion,
    minorVersion: info.minorVersion, build: info.build, revision: info.revisionNumber, architecture: info.architecture, resourceId: text(info.resourceId),
    installLocation: text(info.installLocation), regions: text(info.region),
  };
}

async function listPackages(operation: NativeOperation, image: ImageReference): Promise<AppxPackage[]> {
  return (await operation.read(image, (session) => operation.api.getProvisionedAppxPackages(session))).map(toAppxPackage);
}

/** @throws DismError ERROR_NOT_FOUND: no such package is provisioned. */
async function requirePackage(operation: NativeOperation, image: ImageReference, packageName: string, action: string): Promise<void> {
  const packages = await listPackages(operation, image);
  if (!packages.some((one) => one.packageName.toLowerCase() === packageName.toLowerCase())) {
    throw new DismError(Hresult.ERROR_NOT_FOUND, `${action}: the image has no provisioned app package of that name`, {
      target: packageName, hint: 'List the full names with Get-DismTsAppxProvisionedPackage.',
    });
  }
}

export const getAppxProvisionedPackages: Handler<typeof getMethod> = async (params, operation) => ({
  packages: await listPackages(operation, params), ...operation.imageResult(params),
});

export const addAppxProvisionedPackage: Handler<typeof addMethod> = async (params, operation) => {
  const { packagePath, folderPath = '', dependencyPackagePaths, optionalPackagePaths, licensePaths, skipLicense = false, customDataPath, regions } = params;
  const appPath = packagePath ?? folderPath;
  const action = `Cannot add the app package "${appPath}"`;
  if (packagePath === undefined) { requireFolder(folderPath, action); } else { requireFile(packagePath, action); }
  for (const path of [...dependencyPackagePaths, ...optionalPackagePaths, ...licensePaths, ...customDataPath === undefined ? [] : [customDataPath]]) {
    requireFile(path, action);
  }
  if (params.validateOnly === true) {
    await listPackages(operation, params);
  } else {
    await operation.change(params, (session) => operation.api.addProvisionedAppxPackage(session, {
      appPath, dependencyPackages: dependencyPackagePaths, optionalPackages: optionalPackagePaths, licensePaths, skipLicense,
      customDataPath: customDataPath ?? null, region: regions ?? null, stubPackageOption: DismStubPackageOption[params.stubPackageOption],
    }));
  }
  return operation.imageResult(params);
};

export const removeAppxProvisionedPackage: Handler<typeof removeMethod> = async (params, operation) => {
  const { packageName, displayName, allUsers = false } = params;
  const { api } = operation;
  const isWanted = wildcardMatcher(displayName ?? '');
  const names = packageName === undefined
    ? (await listPackages(operation, params)).filter((one) => isWanted(one.displayName)).map((one) => one.packageName) : [packageName];
  for (const name of names) {
    if (params.validateOnly === true) {
      if (packageName !== undefined) { await requirePackage(operation, params, name, `Cannot remove the app package "${name}"`); }
    } else if (!allUsers) {
      await operation.change(params, (session) => api.removeProvisionedAppxPackage(session, name));
    } else if (await operation.changeAndRead(params, (session) => api.removeProvisionedAppxPackageAllUsers(session, name))) {
      operation.warnings.push(`The app package "${name}" could not be removed for every user`);
    }
  }
  return { ...operation.imageResult(params), changed: names.length > 0, removedPackages: names };
};

export const optimizeAppxProvisionedPackages: Handler<typeof optimizeMethod> = async (params, operation) => {
  if (params.validateOnly === true) {
    await listPackages(operation, params);
  } else {
    await operation.change(params, (session) => operation.api.optimizeProvisionedAppxPackages(session));
  }
  return operation.imageResult(params);
};

export const setAppxProvisionedDataFile: Handler<typeof dataFileMethod> = async (params, operation) => {
  const { packageName, customDataPath } = params;
  const action = `Cannot give a data file to the app package "${packageName}"`;
  requireFile(customDataPath, action);
  if (params.validateOnly === true) {
    await requirePackage(operation, params, packageName, action);
  } else {
    await operation.change(params, (session) => operation.api.setAppxProvisionedDataFile(session, packageName, customDataPath));
  }
  return operation.imageResult(params);
};

async function listFamilies(operation: NativeOperation, image: ImageReference): Promise<string[]> {
  return await operation.read(image, (session) => operation.api.getNonRemovableAppsPolicy(session));
}

export const getNonRemovableAppsPolicy: Handler<typeof getPolicyMethod> = async (params, operation) => ({
  packageFamilyNames: await listFamilies(operation, params), ...operation.imageResult(params),
});

export const setNonRemovableAppsPolicy: Handler<typeof setPolicyMethod> = async (params, operation) => {
  const { packageFamilyName, nonRemovable } = params;
  const { api } = operation;
  if (params.validateOnly === true) {
    await listFamilies(operation, params);
  } else {
    await operation.change(params, (session) => (nonRemovable
      ? api.addPackageFamilyToUninstallBlocklist(session, packageFamilyName) : api.removePackageFamilyFromUninstallBlocklist(session, packageFamilyName)));
  }
  return operation.imageResult(params);
};
