/** `$/progress`: what a running operation reports, at most ten times a second, the last one always. */
import * as z from 'zod';

export const progressMethod = '$/progress';

/** The phases that an operation names. Their texts are what a user reads beside the progress bar. */
export const progressPhaseSchema = z.enum([
  'Verifying integrity', 'Mounting', 'Collecting changes', 'Applying changes', 'Writing',
  'Writing metadata', 'Calculating integrity', 'Finishing', 'Unmounting', 'Cleaning up',
  'Checking manifests', 'Checking files', 'Checking packages', 'Repairing', 'Reading packages',
  'Scanning', 'Adding package', 'Removing package', 'Enabling feature', 'Disabling feature', 'Adding capability', 'Removing capability',
  'Reading', 'Creating files', 'Setting metadata', 'Verifying', 'Comparing', 'Reclaiming space',
  'Adding drivers', 'Exporting drivers', 'Exporting source', 'Setting edition', 'Optimizing', 'Applying custom data', 'Reverting',
]);
export type ProgressPhase = z.infer<typeof progressPhaseSchema>;

export const progressValueSchema = z.object({
  phase: progressPhaseSchema,
  /** Steps or bytes done within the phase, 0 to `total`. */
  current: z.number().int().nonnegative(),
  /** Steps or bytes of the phase; 0 while unknown. */
  total: z.number().int().nonnegative(),
  /** Given where `current` and `total` are bytes. */
  unit: z.literal('bytes').optional(),
  /** Bytes a second over the last seconds; given with `unit` once the phase has lasted long enough to tell. */
  bytesPerSecond: z.number().int().nonnegative().optional(),
});
export type ProgressValue = z.infer<typeof progressValueSchema>;

export const progressParamsSchema = z.object({
  /** The request's `workDoneToken`. */
  token: z.union([z.string(), z.number().int()]),
  value: progressValueSchema,
});
