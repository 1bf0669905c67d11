/** What is written down of a mount. */
import * as z from 'zod';

/** How an interrupted commit is recognised and undone, or taken for done. */
const pendingCommitSchema = z.object({
  wimPath: z.string(),
  oldSize: z.number().int(),
  oldHeaderHash: z.string(),
  /** Known once only the header was left to write. */
  newHeaderHash: z.string().optional(),
  newImageHash: z.string().optional(),
  /** The changes went into a new image, so they stay staged for this one. */
  append: z.boolean(),
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

export const mountRecordSchema = z.object({
  version: z.literal(2),
  id: z.uuid(),
  /** `mounting` until everything stands; what is left of an interrupted mount is removed. */
  state: z.enum(['mounting', 'mounted']),
  wimPath: z.string(),
  mountPath: z.string(),
  /** Folder and file as they were given, which lists show: scripts compare them with what they gave. Not in records of before. */
  given: z.object({ mountPath: z.string(), imagePath: z.string() }).optional(),
  imageIndex: z.number().int().min(1),
  mode: z.enum(['ReadWrite', 'ReadOnly']),
  /** SHA-1 of the image's metadata, in hex. */
  imageHash: z.string(),
  /** The file when it was last seen to hold that image. */
  file: z.object({ size: z.number(), modifiedMs: z.number(), inode: z.string(), device: z.string().optional() }),
  /** Number of the folder with the staged changes; a save begins a new one. */
  generation: z.number().int().min(1),
  /** What stacks the changes on the image; `none` where it is mounted read-only. */
  stacking: z.enum(['none', 'overlayfs']),
  /** Named streams show as `user.*` attributes; off where one is too large for the file system of the changes. */
  streamsShown: z.boolean(),
  commit: pendingCommitSchema.optional(),
  /** Where the file was: another folder at its path means that the volume is away, not the file. */
  place: z.object({ device: z.string(), inode: z.string(), folderDevice: z.string(), folderInode: z.string() }),
  live: liveMountSchema.optional(),
});
export type MountRecord = z.infer<typeof mountRecordSchema>;

/** Stands for a record that cannot be read, to find what of its mount is there. */
export function recordOfUnknown(id: string, mountPath: string): MountRecord {
  return {
    version: 2, id, state: 'mounted', wimPath: '', mountPath, imageIndex: 1, mode: 'ReadWrite', imageHash: '', file: { size: 0, modifiedMs: 0, inode: '' },
    generation: 1, stacking: 'none', streamsShown: false, place: { device: '', inode: '', folderDevice: '', folderInode: '' },
  };
}
