/** health/*: checking, scanning, restoring and cleaning the component store of an image. */
import * as z from 'zod';
import { failureSchema } from './errors.ts';
import { imageResultSchema, request } from './messages.ts';
import { ofImage, sourcesSchema } from './session.ts';

/** DismImageHealthState. */
export const imageHealthStateSchema = z.enum(['Healthy', 'Repairable', 'NonRepairable']);
export type ImageHealthState = z.infer<typeof imageHealthStateSchema>;

/** What is wrong, in the words of the summary in CBS.log; those in the second group are DismTs's own. */
export const findingClassSchema = z.enum([
  'CBS MUM Missing', 'CBS MUM Corrupt', 'CBS Catalog Missing', 'CBS Catalog Corrupt',
  'CSI Manifest Corrupt', 'CSI Payload Corrupt', 'CSI Store Metadata Corrupt',
  'Base Manifest Missing', 'Projection Differs', 'Differential Corrupt', 'Marker', 'Note',
]);
export type FindingClass = z.infer<typeof findingClassSchema>;

/** One row of a report. */
export const findingSchema = z.object({
  class: findingClassSchema,
  /** Keyform of the component, identity of the package, or name of the catalog; empty where it is about the store. */
  component: z.string(),
  /** File within the component; empty where it is about the whole. */
  file: z.string(),
  /** Found: damage. NotChecked: nothing can be said. Noted: worth knowing, and no damage. */
  state: z.enum(['Found', 'Repaired', 'NotRepaired', 'NotChecked', 'Noted']),
  /** What exactly, or why it could not be repaired; one sentence without a full stop. */
  reason: z.string(),
  /** Digest that the file should have, in hex; empty where it is not known. */
  wantedDigest: z.string(),
  /** Other versions of the component that the sources have. */
  offeredVersions: z.array(z.string()),
});
export type Finding = z.infer<typeof findingSchema>;

/** Numbers of the summary, by the headings of CBS.log. */
export const healthCountsSchema = z.object({
  manifestsChecked: z.number().int(),
  filesChecked: z.number().int(),
  bytesChecked: z.number().int(),
  packagesChecked: z.number().int(),
  catalogsChecked: z.number().int(),
  totalDetected: z.number().int(),
  cbsManifest: z.number().int(),
  cbsMetadata: z.number().int(),
  csiManifest: z.number().int(),
  csiMetadata: z.number().int(),
  csiPayload: z.number().int(),
  totalRepaired: z.number().int(),
  cbsManifestRepaired: z.number().int(),
  csiManifestRepaired: z.number().int(),
  csiPayloadRepaired: z.number().int(),
  notChecked: z.number().int(),
  /** Components whose payload was removed on purpose. */
  payloadRemoved: z.number().int(),
});
export type HealthCounts = z.infer<typeof healthCountsSchema>;

/** The in-box ImageObjectWithState, and what the scan found. */
export const healthResultSchema = imageResultSchema.extend({
  imageHealthState: imageHealthStateSchema,
  /** What the state rests on: markers and cheap truths, or a scan of every file. */
  basis: z.enum(['markers', 'scan']),
  /** Null on the native engine: the DISM API does not tell. Then there are no findings either. */
  counts: healthCountsSchema.nullable(),
  findings: z.array(findingSchema),
  /** Why the restore did not mend everything; null where it did, or was not asked to. The rest is repaired all the same. */
  failure: failureSchema.nullable(),
});
export type HealthResult = z.infer<typeof healthResultSchema>;
/** What the portable engine gives. */
export type CountedHealthResult = HealthResult & { counts: HealthCounts };

/** Reads markers, and whether hives, manifests and packages are there. Fast. DismCheckImageHealth with ScanImage false. */
export const checkHealth = request('health/check', () => ofImage({}), () => healthResultSchema);

/** Reads and compares everything in the component store. Cancellable. DismCheckImageHealth with ScanImage true. */
export const scanHealth = request('health/scan', () => ofImage({}), () => healthResultSchema);

/**
 * Scans, then puts files with the recorded digests back, from the image itself and from the sources. Cancellable.
 * `failure` is CBS_E_SOURCE_MISSING (0x800F081F) when something was found that no source had, 0x800F0915 when there were no sources.
 * DismRestoreImageHealth.
 */
export const restoreHealth = request('health/restore', () => ofImage({
  /** Where to look, in this order: a folder (mounted image, its Windows, WinSxS, a share, loose files), `WIM:path:index` or `ESD:path:index`. */
  sources: sourcesSchema.default([]),
  /** No effect on the portable engine, which never asks Windows Update. */
  limitAccess: z.boolean().optional(),
}), () => healthResultSchema);

/** Removes superseded components. Cancellable. _DismCleanImage. */
export const cleanComponents = request('health/cleanComponents', () => ofImage({
  /** Also make the installed updates permanent. */
  resetBase: z.boolean().optional(),
  /** Leave long work to the next maintenance. */
  defer: z.boolean().optional(),
}), () => imageResultSchema);
