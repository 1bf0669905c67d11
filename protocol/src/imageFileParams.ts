/** What parameters of requests about image files have in common. */
import * as z from 'zod';
import { imageIndexSchema, imageNameSchema } from './image.ts';
import { absolutePathSchema } from './messages.ts';

/** One image of a file, by index or by name. */
export const imageChoiceShape = { imageIndex: imageIndexSchema.optional(), imageName: imageNameSchema.optional() };
type Choice = { imageIndex?: unknown; imageName?: unknown };
/** Refines parameters with an imageChoiceShape. */
export const oneImage = [
  (params: Choice): boolean => (params.imageIndex === undefined) !== (params.imageName === undefined), 'give either imageIndex or imageName',
] as const;

/** Reading a split WIM: a path with wildcards (`*`, `?`) in its last component that fits all parts; default: the parts beside the first, by their names. */
export const splitShape = { splitImageFilePattern: absolutePathSchema.optional() };
/** One that is there is checked first, and the file that is written gets an integrity table. Without this a file keeps what it has, and a new one gets none. */
export const integrityShape = { checkIntegrity: z.boolean().optional() };
