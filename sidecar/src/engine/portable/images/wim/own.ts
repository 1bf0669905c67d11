/** What the record of a mount holds of a WIM file alone. */
import * as z from 'zod';
import type { MountRecord, PendingCommit } from '../mountRecord.ts';

const ownSchema = z.object({
  /** Named streams show as `user.*` attributes; off where one is too large for the file system of the changes. */
  streamsShown: z.boolean(),
});
export type WimOwn = z.infer<typeof ownSchema>;

/** How an interrupted save is recognised and undone, or taken for done. */
const journalSchema = z.object({
  oldSize: z.number().int(),
  /** SHA-1 of the header before, in hex. */
  oldHeaderHash: z.string(),
  /** Known once only the header was left to write. */
  newHeaderHash: z.string().optional(),
  newImageHash: z.string().optional(),
});
export type WimJournal = z.infer<typeof journalSchema>;

export function ownOf({ own }: Pick<MountRecord, 'own'>): WimOwn {
  return ownSchema.parse(own);
}

export function journalOf({ journal }: Pick<PendingCommit, 'journal'>): WimJournal {
  return journalSchema.parse(journal);
}
