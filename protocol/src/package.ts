/** package/*: the packages of an image: updates, language packs, features on demand. */
import * as z from 'zod';
import { failureSchema } from './errors.ts';
import { featureSchema } from './feature.ts';
import { absolutePathSchema, imageResultSchema, request } from './messages.ts';
import {
  customPropertySchema, detailed, like, ofImage, onePackageAtMost, packageShape, packageStateSchema, restartTypeSchema, timeSchema,
} from './session.ts';

/** DismReleaseType. */
export const releaseTypeSchema = z.enum([
  'CriticalUpdate', 'Driver', 'FeaturePack', 'Hotfix', 'SecurityUpdate', 'SoftwareUpdate', 'Update', 'UpdateRollup',
  'LanguagePack', 'Foundation', 'ServicePack', 'Product', 'LocalPack', 'Other', 'OnDemandPack',
]);
export type ReleaseType = z.infer<typeof releaseTypeSchema>;

/** The in-box BasicPackageObject (DismPackage). */
export const packageSchema = z.object({
  packageName: z.string(),
  packageState: packageStateSchema,
  /** Other where the package file is missing, damaged, or has a type that the API does not know. */
  releaseType: releaseTypeSchema,
  installTime: timeSchema,
});
export type Package = z.infer<typeof packageSchema>;

/** The in-box AdvancedPackageObject (DismPackageInfoEx). */
export const packageInfoSchema = packageSchema.extend({
  /** True: what is in the store was applicable when it came in. */
  applicable: z.boolean(),
  copyright: z.string(),
  company: z.string(),
  creationTime: timeSchema,
  description: z.string(),
  installClient: z.string(),
  installPackageName: z.string(),
  lastUpdateTime: timeSchema,
  displayName: z.string(),
  productName: z.string(),
  productVersion: z.string(),
  restartRequired: restartTypeSchema,
  supportInformation: z.string(),
  completelyOfflineCapable: z.enum(['Yes', 'No', 'Undetermined']),
  /** Name of the capability that the package is; empty where it is none. */
  capabilityId: z.string(),
  customProperties: z.array(customPropertySchema),
  features: z.array(featureSchema),
});
export type PackageInfo = z.infer<typeof packageInfoSchema>;

/**
 * The packages of an image, without the hidden ones, or the one of that name or file. DismGetPackages, DismGetPackageInfo.
 * A file needs the native engine.
 */
export const getPackages = request('package/get', () => ofImage({ ...packageShape, detailed, like }).refine(...onePackageAtMost),
  () => imageResultSchema.extend({ packages: z.array(z.union([packageInfoSchema, packageSchema])) }));

/** What became of one package file. */
export const packageResultSchema = z.object({
  /** The file, or the folder that a .cab was expanded to. */
  packageFile: z.string(),
  restartNeeded: z.boolean(),
  /** Why it was not added; null where it was. */
  failure: failureSchema.nullable(),
});
export type PackageResult = z.infer<typeof packageResultSchema>;

/**
 * Adds a package file, or those of a folder in the order of their names. One that is not applicable (CBS_E_NOT_APPLICABLE) does not keep the others from
 * being added; any other failure is that of the last result, because what follows may build on that package. Fails as a whole only where nothing was added.
 * DismAddPackage. Cancellable.
 */
export const addPackage = request('package/add', () => ofImage({
  packagePath: absolutePathSchema,
  /** Add it even where it is not applicable. */
  ignoreCheck: z.boolean().optional(),
  /** Refuse where actions are pending, or would be. */
  preventPending: z.boolean().optional(),
}), () => imageResultSchema.extend({
  /** Empty where it was only to be validated. */
  results: z.array(packageResultSchema),
}));

/** Removes a package by name, or by its .cab. DismRemovePackage. Cancellable. */
export const removePackage = request('package/remove', () => ofImage(packageShape)
  .refine((params) => (params.packageName === undefined) !== (params.packagePath === undefined), 'give either packageName or packagePath'), () => imageResultSchema);
