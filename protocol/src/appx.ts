/** appx/* and appsPolicy/*: provisioned app packages, which every new user gets. */
import * as z from 'zod';
import { absolutePathSchema, imageResultSchema, request } from './messages.ts';
import { nameSchema, ofImage } from './session.ts';

/** The in-box AppxPackageObject (DismAppxPackage). */
export const appxPackageSchema = z.object({
  /** Full name, such as `Contoso.App_1.2.3.4_neutral_~_abcdefghjkmnp`. */
  packageName: z.string(),
  displayName: z.string(),
  publisherId: z.string(),
  majorVersion: z.number().int(),
  minorVersion: z.number().int(),
  build: z.number().int(),
  revision: z.number().int(),
  /** 0 x86, 5 ARM, 9 x64, 11 neutral, 12 ARM64. */
  architecture: z.number().int(),
  resourceId: z.string(),
  installLocation: z.string(),
  /** `all`, or regions with `;` between them; empty where none is recorded. */
  regions: z.string(),
});
export type AppxPackage = z.infer<typeof appxPackageSchema>;

const paths = z.array(absolutePathSchema).max(256).default([]);

/** DismStubPackageOption. */
export const stubPackageOptionSchema = z.enum(['None', 'InstallFull', 'InstallStub']);

/** The provisioned app packages of an image. _DismGetProvisionedAppxPackages. */
export const getAppxProvisionedPackages = request('appx/get', () => ofImage({}), () => imageResultSchema.extend({ packages: z.array(appxPackageSchema) }));

/** Provisions an app package: a file, or a folder with an unpacked one. _DismAddProvisionedAppxPackage. */
export const addAppxProvisionedPackage = request('appx/add', () => ofImage({
  packagePath: absolutePathSchema.optional(),
  folderPath: absolutePathSchema.optional(),
  dependencyPackagePaths: paths,
  optionalPackagePaths: paths,
  licensePaths: paths,
  /** Without a licence file. */
  skipLicense: z.boolean().optional(),
  customDataPath: absolutePathSchema.optional(),
  /** `all`, or regions with `;` between them. */
  regions: z.string().min(1).max(32767).optional(),
  stubPackageOption: stubPackageOptionSchema.default('None'),
}).refine((params) => (params.packagePath === undefined) !== (params.folderPath === undefined), 'give either packagePath or folderPath')
  .refine((params) => params.skipLicense === true || params.licensePaths.length > 0, 'give licensePaths or skipLicense'), () => imageResultSchema);

/** Removes a provisioned app package. _DismRemoveProvisionedAppxPackage, _DismRemoveProvisionedAppxPackageAllUsers. */
export const removeAppxProvisionedPackage = request('appx/remove', () => ofImage({
  packageName: nameSchema.optional(),
  /** All apps of that name, which may have wildcards; none is no error. */
  displayName: nameSchema.optional(),
  /** Also from the users who have it already. */
  allUsers: z.boolean().optional(),
}).refine((params) => (params.packageName === undefined) !== (params.displayName === undefined), 'give either packageName or displayName'),
() => imageResultSchema.extend({
  /** False where there was nothing to remove. */
  changed: z.boolean(),
  /** Full names of what was removed, or would be with validateOnly. */
  removedPackages: z.array(z.string()),
}));

/** Replaces equal files of provisioned packages by hard links. _DismOptimizeProvisionedAppxPackages. */
export const optimizeAppxProvisionedPackages = request('appx/optimize', () => ofImage({}), () => imageResultSchema);

/** Gives a provisioned package a file with data of its own. _DismSetAppXProvisionedDataFile. */
export const setAppxProvisionedDataFile = request('appx/setDataFile', () => ofImage({
  packageName: nameSchema,
  customDataPath: absolutePathSchema,
}), () => imageResultSchema);

/** The package families that users cannot remove. _DismGetNonRemovableAppsPolicy. */
export const getNonRemovableAppsPolicy = request('appsPolicy/getNonRemovable', () => ofImage({}),
  () => imageResultSchema.extend({ packageFamilyNames: z.array(z.string()) }));

/**
 * Keeps users from removing a package family, or allows it again.
 * _DismAddPackageFamilyToUninstallBlocklist, _DismRemovePackageFamilyFromUninstallBlocklist.
 */
export const setNonRemovableAppsPolicy = request('appsPolicy/setNonRemovable', () => ofImage({
  packageFamilyName: nameSchema,
  nonRemovable: z.boolean(),
}), () => imageResultSchema);
