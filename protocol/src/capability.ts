/** capability/*: the capabilities (features on demand) of an image. */
import * as z from 'zod';
import { absolutePathSchema, imageResultSchema, request } from './messages.ts';
import { detailed, like, nameSchema, ofImage, ofOfflineImage, packageStateSchema, sourcesSchema } from './session.ts';

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
export const getCapabilities = request('capability/get', () => ofImage({
  name: nameSchema.optional(),
  /** Do not ask Windows Update. */
  limitAccess: z.boolean().optional(),
  /** Folders of features on demand to list, too; needs the native engine. */
  sources: sourcesSchema.optional(),
  detailed,
  like,
}), () => imageResultSchema.extend({ capabilities: z.array(z.union([capabilityInfoSchema, capabilitySchema])) }));

/** Adds a capability. DismAddCapability. Cancellable. */
export const addCapability = request('capability/add', () => ofImage({
  /** Full identity, such as `OpenSSH.Client~~~~0.0.1.0`. */
  name: nameSchema,
  /** Do not ask Windows Update for it. */
  limitAccess: z.boolean().optional(),
  sources: sourcesSchema.default([]),
}), () => imageResultSchema);

/** Removes a capability. DismRemoveCapability. Cancellable. */
export const removeCapability = request('capability/remove', () => ofImage({ name: nameSchema }), () => imageResultSchema);

/** Copies what a capability is made of out of a repository of features on demand into another. Cancellable. _DismExportSource. */
export const exportCapabilitySource = request('capability/exportSource', () => ofOfflineImage({
  /** The capability. */
  name: nameSchema,
  source: absolutePathSchema,
  target: absolutePathSchema,
}), () => imageResultSchema);
