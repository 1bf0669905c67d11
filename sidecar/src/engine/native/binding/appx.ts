/** Provisioned app packages, which every new user gets, and the apps that users cannot remove. */
import type { NumberSlot } from './asyncCall.ts';
import type { Caller } from './call.ts';
import type { DismStubPackageOption, ValueOf } from './constants.ts';
import { nativeFunction } from './dismLibrary.ts';
import type { CallOutcome, CallResult } from './outcome.ts';
import { readMany, readNames, stringArray } from './results.ts';
import type { DismSession } from './session.ts';
import { readAppxPackages, type DismAppxPackage } from './structs.ts';
import { quoted } from './text.ts';

const _DismGetProvisionedAppxPackages = nativeFunction('_DismGetProvisionedAppxPackages',
  'DismSession Session, _Out_ DismAppxPackage **Package, _Out_ UINT *Count', 'DismGetProvisionedAppxPackages');
const _DismAddProvisionedAppxPackage = nativeFunction('_DismAddProvisionedAppxPackage',
  'DismSession Session, PCWSTR AppPath, PCWSTR *DependencyPackages, UINT DependencyPackageCount, PCWSTR *OptionalPackages, '
  + 'UINT OptionalPackageCount, PCWSTR *LicensePaths, UINT LicensePathCount, BOOL SkipLicense, PCWSTR CustomDataPath, PCWSTR Region, '
  + 'int StubPackageOption', 'DismAddProvisionedAppxPackage');
const _DismRemoveProvisionedAppxPackage = nativeFunction('_DismRemoveProvisionedAppxPackage',
  'DismSession Session, PCWSTR PackageName', 'DismRemoveProvisionedAppxPackage');
const _DismRemoveProvisionedAppxPackageAllUsers = nativeFunction('_DismRemoveProvisionedAppxPackageAllUsers',
  'DismSession Session, PCWSTR PackageName, _Out_ BOOL *ErrorsEncountered');
const _DismSetAppXProvisionedDataFile = nativeFunction('_DismSetAppXProvisionedDataFile',
  'DismSession Session, PCWSTR PackageName, PCWSTR DataFilePath');
const _DismOptimizeProvisionedAppxPackages = nativeFunction('_DismOptimizeProvisionedAppxPackages', 'DismSession Session');
const _DismAddPackageFamilyToUninstallBlocklist = nativeFunction('_DismAddPackageFamilyToUninstallBlocklist',
  'DismSession Session, PCWSTR PackageFamily');
const _DismRemovePackageFamilyFromUninstallBlocklist = nativeFunction('_DismRemovePackageFamilyFromUninstallBlocklist',
  'DismSession Session, PCWSTR PackageFamily');
const _DismGetNonRemovableAppsPolicy = nativeFunction('_DismGetNonRemovableAppsPolicy',
  'DismSession Session, _Out_ DismString **PackageFamily, _Out_ UINT *Count');

/** An app package to provision, with what belongs to it. */
export interface AddProvisionedAppxPackageParams {
  /** A package file, or a folder with an unpacked one. */
  readonly appPath: string;
  readonly dependencyPackages: readonly string[];
  readonly optionalPackages: readonly string[];
  /** Empty only with `skipLicense`. */
  readonly licensePaths: readonly string[];
  readonly skipLicense: boolean;
  readonly customDataPath: string | null;
  /** `all`, or regions with `;` between them; null: not said. */
  readonly region: string | null;
  readonly stubPackageOption: ValueOf<typeof DismStubPackageOption>;
}

/** Functions on provisioned app packages. */
export interface AppxFunctions {
  /**
   * The provisioned app packages.
   * @throws DismError DISM_E_APPX_LOCKED
   * @see dismapi.h _DismGetProvisionedAppxPackages
   */
  getProvisionedAppxPackages(session: DismSession): Promise<CallResult<DismAppxPackage[]>>;
  /**
   * Provisions an app package.
   * @throws UnsupportedError: also where the library is older than Windows 10 2004, for the function took other arguments then.
   * @throws DismError E_INVALIDARG, DISM_E_APPX_LOCKED
   * @see dismapi.h _DismAddProvisionedAppxPackage
   */
  addProvisionedAppxPackage(session: DismSession, params: AddProvisionedAppxPackageParams): Promise<CallOutcome>;
  /**
   * Removes a provisioned app package by its full name.
   * @throws DismError E_INVALIDARG, DISM_E_APPX_LOCKED
   * @see dismapi.h _DismRemoveProvisionedAppxPackage
   */
  removeProvisionedAppxPackage(session: DismSession, packageName: string): Promise<CallOutcome>;
  /**
   * Removes a provisioned app package, also from the users who have it. True: this failed for some of them.
   * @throws DismError E_INVALIDARG, DISM_E_APPX_LOCKED
   * @see _DismRemoveProvisionedAppxPackageAllUsers (undocumented)
   */
  removeProvisionedAppxPackageAllUsers(session: DismSession, packageName: string): Promise<CallResult<boolean>>;
  /**
   * Gives a provisioned app package a file with data of its own.
   * @throws DismError E_INVALIDARG, ERROR_FILE_NOT_FOUND
   * @see _DismSetAppXProvisionedDataFile (undocumented)
   */
  setAppxProvisionedDataFile(session: DismSession, packageName: string, dataFilePath: string): Promise<CallOutcome>;
  /**
   * Replaces equal files of provisioned packages by hard links.
   * @see _DismOptimizeProvisionedAppxPackages (undocumented)
   */
  optimizeProvisionedAppxPackages(session: DismSession): Promise<CallOutcome>;
  /**
   * Keeps users from removing the apps of a package family.
   * @see _DismAddPackageFamilyToUninstallBlocklist (undocumented)
   */
  addPackageFamilyToUninstallBlocklist(session: DismSession, packageFamily: string): Promise<CallOutcome>;
  /**
   * Lets users remove the apps of a package family again.
   * @see _DismRemovePackageFamilyFromUninstallBlocklist (undocumented)
   */
  removePackageFamilyFromUninstallBlocklist(session: DismSession, packageFamily: string): Promise<CallOutcome>;
  /**
   * The package families that users cannot remove.
   * @see _DismGetNonRemovableAppsPolicy (undocumented)
   */
  getNonRemovableAppsPolicy(session: DismSession): Promise<CallResult<string[]>>;
}

/** The functions of this group, on a caller. */
export function appxFunctions(caller: Caller): AppxFunctions {
  const named = (what: string, name: string) => ({ action: `Cannot ${what} the app package ${quoted(name)}`, target: name });
  const policy = (packageFamily: string) => ({ action: `Cannot change whether ${quoted(packageFamily)} can be removed`, target: packageFamily });
  return {
    getProvisionedAppxPackages: (session) => readMany(caller, {
      function: _DismGetProvisionedAppxPackages, inputs: [session], action: 'Cannot list the provisioned app packages',
    }, readAppxPackages),
    addProvisionedAppxPackage: async (session, params) => {
      const texts = named('provision', params.appPath);
      // The function had 7 and then 11 arguments before Windows 10 2004, which brought this export: a call with 12 would crash.
      if (!caller.library.exports('DismGetReservedStorageState')) {
        throw caller.library.unsupported('DismGetReservedStorageState', texts.action);
      }
      return caller.run({
        function: _DismAddProvisionedAppxPackage, ...texts,
        arguments: [
          session, params.appPath, ...stringArray(params.dependencyPackages), ...stringArray(params.optionalPackages),
          ...stringArray(params.licensePaths), Number(params.skipLicense), params.customDataPath, params.region, params.stubPackageOption,
        ],
      });
    },
    removeProvisionedAppxPackage: (session, packageName) => caller.run({
      function: _DismRemoveProvisionedAppxPackage, arguments: [session, packageName], ...named('remove', packageName),
    }),
    removeProvisionedAppxPackageAllUsers: (session, packageName) => {
      const errors: NumberSlot = [0];
      return caller.read({
        function: _DismRemoveProvisionedAppxPackageAllUsers, arguments: [session, packageName, errors],
        results: [], read: () => errors[0] !== 0, ...named('remove', packageName),
      });
    },
    setAppxProvisionedDataFile: (session, packageName, dataFilePath) => caller.run({
      function: _DismSetAppXProvisionedDataFile, arguments: [session, packageName, dataFilePath],
      ...named(`give the data file ${quoted(dataFilePath)} to`, packageName),
    }),
    optimizeProvisionedAppxPackages: (session) => caller.run({
      function: _DismOptimizeProvisionedAppxPackages, arguments: [session], action: 'Cannot optimise the provisioned app packages',
    }),
    addPackageFamilyToUninstallBlocklist: (session, packageFamily) => caller.run({
      function: _DismAddPackageFamilyToUninstallBlocklist, arguments: [session, packageFamily], ...policy(packageFamily),
    }),
    removePackageFamilyFromUninstallBlocklist: (session, packageFamily) => caller.run({
      function: _DismRemovePackageFamilyFromUninstallBlocklist, arguments: [session, packageFamily], ...policy(packageFamily),
    }),
    getNonRemovableAppsPolicy: (session) => readMany(caller, {
      function: _DismGetNonRemovableAppsPolicy, inputs: [session], action: 'Cannot list the apps that users cannot remove',
    }, readNames),
  };
}
