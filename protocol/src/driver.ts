/** driver/*: the driver packages of an image. */
import * as z from 'zod';
import { failureSchema } from './errors.ts';
import { absolutePathSchema, imageResultSchema, request } from './messages.ts';
import { nameSchema, ofImage, ofOfflineImage, timeSchema } from './session.ts';

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

/** The third-party drivers of an image, the one of that name, or packages that are not in it. DismGetDrivers, DismGetDriverInfo. */
export const getDrivers = request('driver/get', () => ofImage({
  /** Published name: gives one object for each hardware id. */
  driver: nameSchema.optional(),
  /** Instead of a driver of the image: an INF file, or a folder of some, and what it has for the image, one object for each hardware id. */
  infPath: absolutePathSchema.optional(),
  /** Also those that came with Windows. */
  all: z.boolean().optional(),
}), () => imageResultSchema.extend({ drivers: z.array(z.union([driverInfoSchema, driverSchema])) }));

/** Take the last changes of a registry hive that was not closed from its logs, as Windows would. Only the portable engine needs to be told. */
const replayLog = z.boolean().optional();

/** What became of one INF file. */
export const driverResultSchema = z.object({
  /** The INF file. */
  infPath: z.string(),
  /** The driver package that it became; null where it failed, or where nothing new is in the image. */
  driver: driverSchema.nullable(),
  /** Why it was not added; null where it was. */
  failure: failureSchema.nullable(),
});
export type DriverResult = z.infer<typeof driverResultSchema>;

/**
 * Adds an INF file, or those of a folder, one after the other; one that fails does not keep the others from being added.
 * Fails as a whole only where no INF file is found, or the image cannot be opened. Cancellable between two files. DismAddDriver.
 */
export const addDriver = request('driver/add', () => ofOfflineImage({
  driver: absolutePathSchema,
  /** The folders in the folder, too. */
  recurse: z.boolean().optional(),
  /** Also without a signature. */
  forceUnsigned: z.boolean().optional(),
  /** Make Windows use boot-critical drivers at its first start, rather than only put them in its store. The native engine always does. */
  bootCritical: z.boolean().optional(),
  replayLog,
}), () => imageResultSchema.extend({ results: z.array(driverResultSchema) }));

/** Removes a third-party driver package. DismRemoveDriver. */
export const removeDriver = request('driver/remove', () => ofOfflineImage({
  /** Published name, such as `oem3.inf`. */
  driver: nameSchema,
  /** Also one that Windows may need to start. The native engine removes it without being told so. */
  force: z.boolean().optional(),
  replayLog,
}), () => imageResultSchema.extend({
  /** Packages that were removed, by the names of their folders in the driver store. Portable engine. */
  removedDrivers: z.array(z.string()).default([]),
}));

/** Copies all third-party driver packages into a folder. Cancellable. _DismExportDriver. */
export const exportDrivers = request('driver/export', () => ofImage({
  destination: absolutePathSchema,
}), () => imageResultSchema.extend({ drivers: z.array(driverInfoSchema) }));
