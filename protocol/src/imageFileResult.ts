/** What the requests imageFile/* answer, and what they would do. */
import * as z from 'zod';
import { imageIndexSchema } from './image.ts';
import { imageResultSchema } from './messages.ts';

/** Bytes of a file; at most the greatest number that JSON carries exactly. */
export const fileBytesSchema = z.number().int().nonnegative();

/** One file or volume that an operation would write, as a dry run tells it. */
export const plannedWriteSchema = z.object({
  path: z.string(),
  /** New: it is not there. Grown: it is there, and added to. Replaced: a new file takes its place once that is whole. Filled: a folder or volume gets files. */
  change: z.enum(['New', 'Grown', 'Replaced', 'Filled']),
  /** Bytes that it has at most afterwards, of a folder or volume bytes that are added. A bound: what compresses or is there already makes it less. */
  maximumBytes: fileBytesSchema,
  /** Bytes that are free where it is written; null where that cannot be told. */
  freeBytes: fileBytesSchema.nullable(),
});

/** What a dry run (`validateOnly`) found: everything was looked at that can fail beforehand, nothing was changed. */
export const imageFilePlanSchema = z.object({
  writes: z.array(plannedWriteSchema),
  /** What would be read: files (each name of hard links counts), folders, and bytes of their content. */
  files: z.number().int().nonnegative(),
  directories: z.number().int().nonnegative(),
  bytes: fileBytesSchema,
});
export type ImageFilePlan = z.infer<typeof imageFilePlanSchema>;

/**
 * What an operation on an image file gives (the in-box OfflineImageObject): `path` is the folder or volume that was captured or applied to, else the
 * file that was written.
 */
export const imageFileResultSchema = imageResultSchema.extend({
  /** The file that was written, or for `imageFile/apply` read. */
  imagePath: z.string(),
  /** The image that was made, changed or applied; null where the operation is about the file as a whole, or removed the image. */
  imageIndex: imageIndexSchema.nullable(),
  /** Bytes of the file before (0: it was not there) and after; of a split WIM those of all parts. In a dry run both are what they are now. */
  sizeBefore: fileBytesSchema,
  sizeAfter: fileBytesSchema,
  /** Only in the answer to a dry run; null otherwise. */
  plan: imageFilePlanSchema.nullable(),
});
export type ImageFileResult = z.infer<typeof imageFileResultSchema>;
