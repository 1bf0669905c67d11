/** What the record of a mount holds of a virtual disk alone. */
import * as z from 'zod';
import type { MountRecord, PendingCommit } from '../mountRecord.ts';

const ownSchema = z.object({
  /** Name of the format to QEMU, which never finds it out by itself. */
  driver: z.enum(['vpc', 'vhdx']),
  /** The volume on the disk; in bytes. */
  start: z.number().int().nonnegative(),
  length: z.number().int().positive(),
  /** Number of its partition; 0: the disk is one volume. */
  partition: z.number().int().nonnegative(),
});
export type DiskOwn = z.infer<typeof ownSchema>;

/** An interrupted save is finished from the staged changes; this says that it had begun, and with which file. */
const journalSchema = z.object({ inode: z.string(), device: z.string() });
export type DiskJournal = z.infer<typeof journalSchema>;

export function ownOf({ own }: Pick<MountRecord, 'own'>): DiskOwn {
  return ownSchema.parse(own);
}

export function journalOf({ journal }: Pick<PendingCommit, 'journal'>): DiskJournal {
  return journalSchema.parse(journal);
}
