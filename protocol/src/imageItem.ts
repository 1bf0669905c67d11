/** imageFile/getContent, /extractItem and /putItem: files and folders of an image that is not mounted. */
import * as z from 'zod';
import { imageChoiceShape, integrityShape, oneImage, splitShape } from './imageFileParams.ts';
import { imageFileResultSchema } from './imageFileResult.ts';
import { absolutePathSchema, operationOptionsSchema, request } from './messages.ts';

/**
 * The paths in an image, parents before children: `\` first, folders end with `\`, a hard link has a line for each of its names. In portions, for a
 * message holds only so much. Get-WindowsImageContent; `dism /List-Image`. Cancellable.
 */
export const getImageContent = request('imageFile/getContent', () => operationOptionsSchema.extend({
  imagePath: absolutePathSchema,
  ...imageChoiceShape,
  ...splitShape,
  /** Number of the first path to give, from 0; the `next` of the portion before. */
  first: z.number().int().min(0).max(0xffff_ffff).optional(),
}).refine(...oneImage), () => z.object({
  paths: z.array(z.string()),
  /** Where the next portion begins; null at the end. */
  next: z.number().int().positive().nullable(),
  logPath: z.string(),
}));

/** A path in an image, from its root, with `\` or `/` between names. */
const itemPathSchema = z.string().min(1).max(32767).refine((path) => !path.includes('\0'), 'must not contain NUL');

/** Copies a file or folder of an image to a path that must not be there (ERROR_FILE_EXISTS), without mounting it. Cancellable. */
export const extractImageItem = request('imageFile/extractItem', () => operationOptionsSchema.extend({
  imagePath: absolutePathSchema,
  ...imageChoiceShape,
  ...splitShape,
  itemPath: itemPathSchema,
  destination: absolutePathSchema,
}).refine(...oneImage), () => imageFileResultSchema);

/**
 * Puts a file or folder into an image without mounting it. What is there under the name stays, unless `replace` is given; a file that is replaced keeps its
 * security descriptor, attributes, short name and creation time. The folder that it is put in must be there. Cancellable.
 */
export const putImageItem = request('imageFile/putItem', () => operationOptionsSchema.extend({
  imagePath: absolutePathSchema,
  ...imageChoiceShape,
  source: absolutePathSchema,
  itemPath: itemPathSchema,
  replace: z.boolean().optional(),
  ...integrityShape,
}).refine(...oneImage), () => imageFileResultSchema);
