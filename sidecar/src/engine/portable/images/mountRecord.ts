/** What is written down of a mount. */
import * as z from 'zod';

/** What a format keeps in a record; it checks that itself. */
const ownSchema = z.record(z.string(), z.unknown());

/** A save that was begun and has not ended. */
const pendingCommitSchema = z.object({
  wimPath: z.string(),
  /** The changes went into a new image, so they stay staged for this one. */
  append: z.boolean(),
  /** How the format recognises an interrupted save, and undoes it or takes it for done. */
  journal: ownSchema,
});
export type PendingCommit = z.infer<typeof pendingCommitSchema>;

/** What stands for a mount since it was brought up last; of no meaning after a restart of the machine. */
const liveMountSchema = z.object({
  bootId: z.string(),
  /** Of the mount that users see. */
  mountId: z.number().int(),
  device: z.string(),
  /** Of the mount that it is on. */
  parentId: z.number().int(),
  /** What serves the image. */
  server: z.object({ pid: z.number().int(), startTime: z.string() }).optional(),
  /** The folder that the changes go to. */
  upper: z.object({ device: z.string(), inode: z.string() }).optional(),
});
export type LiveMount = z.infer<typeof liveMountSchema>;

const recordSchema = z.object({
  version: z.literal(2),
  id: z.uuid(),
  /** `mounting` until everything stands; what is left of an interrupted mount is removed. */
  state: z.enum(['mounting', 'mounted']),
  /** Name of the ImageFormat. */
  format: z.string(),
  /** The image file, of whatever format. */
  wimPath: z.string(),
  mountPath: z.string(),
  /** Folder and file as they were given, which lists show: scripts compare them with what they gave. Not in records of before. */
  given: z.object({ mountPath: z.string(), imagePath: z.string() }).optional(),
  imageIndex: z.number().int().min(1),
  mode: z.enum(['ReadWrite', 'ReadOnly']),
  /** What tells the image from any other, in hex: of a WIM the SHA-1 of the image's metadata. */
  imageHash: z.string(),
  /** The file when it was last seen to hold that image. */
  file: z.object({ size: z.number(), modifiedMs: z.number(), inode: z.string(), device: z.string().optional() }),
  /** Number of the folder with the staged changes; a save begins a new one. */
  generation: z.number().int().min(1),
  /** What stacks the changes on the image; `none` where it is mounted read-only, or takes them itself. */
  stacking: z.enum(['none', 'overlayfs']),
  own: ownSchema,
  commit: pendingCommitSchema.optional(),
  /** Where the file was: another folder at its path means that the volume is away, not the file. */
  place: z.object({ device: z.string(), inode: z.string(), folderDevice: z.string(), folderInode: z.string() }),
  live: liveMountSchema.optional(),
});
export type MountRecord = z.infer<typeof recordSchema>;

/** Records of before there were formats are of WIM files, and hold what is of the format beside the rest. */
function withFormat(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || 'format' in value) { return value; }
  const { streamsShown, commit, ...common } = value as Record<string, unknown>;
  const base = { ...common, format: 'wim', own: { streamsShown } };
  if (typeof commit !== 'object' || commit === null) { return base; }
  const { wimPath, append, ...journal } = commit as Record<string, unknown>;
  return { ...base, commit: { wimPath, append, journal } };
}

export const mountRecordSchema = z.preprocess(withFormat, recordSchema);

/** Stand for a record that cannot be read, to find what of its mount is there: one for each way in which it may have been mounted. */
export function recordsOfUnknown(id: string, mountPath: string, formats: readonly string[]): MountRecord[] {
  return formats.flatMap((format) => (['overlayfs', 'none'] as const).map((stacking) => ({
    version: 2, id, state: 'mounted', format, wimPath: '', mountPath, imageIndex: 1, mode: stacking === 'none' ? 'ReadOnly' : 'ReadWrite', imageHash: '',
    file: { size: 0, modifiedMs: 0, inode: '' }, generation: 1, stacking, own: {}, place: { device: '', inode: '', folderDevice: '', folderInode: '' },
  })));
}
