/** package/get, feature/get, driver/get, capability/get, edition/get: what an image holds, read from its registry and packages. */
import * as z from 'zod';
import { absolutePathSchema, imageResultSchema, operationOptionsSchema, request } from './messages.ts';

/** A name to look for, exactly but in any case. What is not there is an error. */
const nameSchema = z.string().min(1).max(1024);

/** Parameters: which image, and what of it. */
function ofImage<T extends z.ZodRawShape>(shape: T) {
  return operationOptionsSchema.extend({
    /** Root folder of the image: a mount folder, or any folder that an image was applied to. */
    path: absolutePathSchema.optional(),
    /** The running Windows instead of a path. */
    online: z.literal(true).optional(),
    /** Windows folder, relative to the root; default `Windows`. */
    windowsDirectory: z.string().min(1).max(255).optional(),
    ...shape,
  }).refine((params: { path?: unknown; online?: unknown }) => (params.path === undefined) !== (params.online === undefined), 'give either path or online');
}

/** The advanced form of everything found; a name implies it. Costs reading more files. */
const detailed = z.boolean().optional();

/** ISO 8601 in UTC, or null where nothing is recorded. */
const timeSchema = z.string().nullable();

/** States of packages and capabilities (DismPackageFeatureState). Removed is what the API calls Resolved. */
export const packageStateSchema = z.enum([
  'NotPresent', 'UninstallPending', 'Staged', 'Removed', 'Installed', 'InstallPending', 'Superseded', 'PartiallyInstalled',
]);
export type PackageState = z.infer<typeof packageStateSchema>;

/** States of features, as the in-box cmdlets name them. */
export const featureStateSchema = z.enum([
  'Disabled', 'DisablePending', 'Enabled', 'EnablePending', 'Superseded', 'PartiallyInstalled', 'DisabledWithPayloadRemoved',
]);
export type FeatureState = z.infer<typeof featureStateSchema>;

/** DismReleaseType. */
export const releaseTypeSchema = z.enum([
  'CriticalUpdate', 'Driver', 'FeaturePack', 'Hotfix', 'SecurityUpdate', 'SoftwareUpdate', 'Update', 'UpdateRollup',
  'LanguagePack', 'Foundation', 'ServicePack', 'Product', 'LocalPack', 'Other', 'OnDemandPack',
]);
export type ReleaseType = z.infer<typeof releaseTypeSchema>;

/** DismRestartType. */
export const restartTypeSchema = z.enum(['No', 'Possible', 'Required']);
export type RestartType = z.infer<typeof restartTypeSchema>;

/** A name and value of a package file that no property stands for. */
export const customPropertySchema = z.object({ name: z.string(), value: z.string(), path: z.string() });

/** The in-box BasicFeatureObject (DismFeature). */
export const featureSchema = z.object({ featureName: z.string(), state: featureStateSchema });
export type Feature = z.infer<typeof featureSchema>;

/** The in-box AdvancedFeatureObject (DismFeatureInfo). */
export const featureInfoSchema = featureSchema.extend({
  displayName: z.string(),
  description: z.string(),
  restartRequired: restartTypeSchema,
  customProperties: z.array(customPropertySchema),
});
export type FeatureInfo = z.infer<typeof featureInfoSchema>;

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

/** The packages of an image, without the hidden ones, or the one of that name. DismGetPackages, DismGetPackageInfo. */
export const getPackages = request('package/get', ofImage({
  packageName: nameSchema.optional(),
  detailed,
}), imageResultSchema.extend({ packages: z.array(z.union([packageInfoSchema, packageSchema])) }));

/** The optional features of an image, or the one of that name. DismGetFeatures, DismGetFeatureInfo. */
export const getFeatures = request('feature/get', ofImage({
  featureName: nameSchema.optional(),
  /** Only those of this package. */
  packageName: nameSchema.optional(),
  detailed,
}), imageResultSchema.extend({ features: z.array(z.union([featureInfoSchema, featureSchema])) }));

/** The in-box BasicDriverObject (DismDriverPackage). */
export const driverSchema = z.object({
  /** Published name, such as `oem3.inf`. */
  driver: z.string(),
  /** The INF file in the driver store. */
  originalFileName: z.string(),
  inbox: z.boolean(),
  catalogFile: z.string(),
  className: z.string(),
  classGuid: z.string(),
  classDescription: z.string(),
  bootCritical: z.boolean(),
  /** What was recorded when the driver came in; no signature is verified. */
  driverSignature: z.enum(['Unknown', 'Unsigned', 'Signed']),
  providerName: z.string(),
  date: timeSchema,
  version: z.string(),
  majorVersion: z.number().int(),
  minorVersion: z.number().int(),
  build: z.number().int(),
  revision: z.number().int(),
});
export type Driver = z.infer<typeof driverSchema>;

/** The in-box AdvancedDriverObject (DismDriver): a driver for one hardware id. */
export const driverInfoSchema = driverSchema.extend({
  manufacturerName: z.string(),
  hardwareDescription: z.string(),
  hardwareId: z.string(),
  /** PROCESSOR_ARCHITECTURE_*: 0 x86, 5 ARM, 9 x64, 12 ARM64; null where it is not recorded. */
  architecture: z.number().int().nullable(),
  serviceName: z.string(),
  compatibleIds: z.string(),
  excludeIds: z.string(),
});
export type DriverInfo = z.infer<typeof driverInfoSchema>;

/** The third-party drivers of an image, or the one of that name. DismGetDrivers, DismGetDriverInfo. */
export const getDrivers = request('driver/get', ofImage({
  /** Published name: gives one object for each hardware id. */
  driver: nameSchema.optional(),
  /** Also those that came with Windows. */
  all: z.boolean().optional(),
}), imageResultSchema.extend({ drivers: z.array(z.union([driverInfoSchema, driverSchema])) }));

/** The in-box BasicCapabilityObject (DismCapability). */
export const capabilitySchema = z.object({ name: z.string(), state: packageStateSchema });
export type Capability = z.infer<typeof capabilitySchema>;

/** The in-box AdvancedCapabilityObject (DismCapabilityInfo). */
export const capabilityInfoSchema = capabilitySchema.extend({
  displayName: z.string(),
  description: z.string(),
  /** Bytes; 0 where they are not known, which is always so on the portable engine. */
  downloadSize: z.number().int().nonnegative(),
  installSize: z.number().int().nonnegative(),
});
export type CapabilityInfo = z.infer<typeof capabilityInfoSchema>;

/** The capabilities that packages in an image declare, and absent ones that it has a description of. DismGetCapabilities, DismGetCapabilityInfo. */
export const getCapabilities = request('capability/get', ofImage({
  name: nameSchema.optional(),
  detailed,
}), imageResultSchema.extend({ capabilities: z.array(z.union([capabilityInfoSchema, capabilitySchema])) }));

/** The edition of an image: the in-box EditionObject, and what else the image says of itself. _DismGetCurrentEdition. */
export const getEdition = request('edition/get', ofImage({}), imageResultSchema.extend({
  edition: z.string(),
  /** Edition that the packages are of, such as `Enterprise` for all client editions with business features. */
  compositionEditionId: z.string(),
  /** As recorded: Windows 11 says `Windows 10` here. */
  productName: z.string(),
  installationType: z.string(),
  /** Such as `24H2`. */
  displayVersion: z.string(),
  /** `major.minor.build.revision`. */
  version: z.string(),
  /** PROCESSOR_ARCHITECTURE_*: 0 x86, 5 ARM, 9 x64, 12 ARM64; null where it is not recorded. */
  architecture: z.number().int().nullable(),
  /** Language that Windows was installed in, such as `en-US`, or its number where the name is not known. */
  defaultLanguage: z.string(),
}));
