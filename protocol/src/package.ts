/** package/*: the packages of an image: updates, language packs, features on demand. */
import * as z from 'zod';
import { featureSchema } from './feature.ts';
import { absolutePathSchema, imageResultSchema, request } from './messages.ts';
import {
  customPropertySchema, detailed, ofImage, onePackageAtMost, packageShape, packageStateSchema, restartTypeSchema, timeSchema,
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
export const getPackages = request('package/get', ofImage({ ...packageShape, detailed }).refine(...onePackageAtMost),
  imageResultSchema.extend({ packages: z.array(z.union([packageInfoSchema, packageSchema])) }));

/** Adds a package file, or all of a folder's. DismAddPackage. Cancellable. */
export const addPackage = request('package/add', ofImage({
  packagePath: absolutePathSchema,
  /** Add it even where it is not applicable. */
  ignoreCheck: z.boolean().optional(),
  /** Refuse where actions are pending, or would be. */
  preventPending: z.boolean().optional(),
}), imageResultSchema);

/** Removes a package by name, or by its .cab. DismRemovePackage. Cancellable. */
export const removePackage = request('package/remove', ofImage(packageShape)
  .refine((params) => (params.packageName === undefined) !== (params.packagePath === undefined), 'give either packageName or packagePath'), imageResultSchema);
