/** imageFile/*: making, filling, applying and rearranging .wim, .esd and .swm files, none of which is mounted for it. */
import * as z from 'zod';
import { imageIndexSchema, imageNameSchema, partitionSchema } from './image.ts';
import { imageChoiceShape, integrityShape, oneImage, splitShape } from './imageFileParams.ts';
import { fileBytesSchema, imageFileResultSchema } from './imageFileResult.ts';
import { absolutePathSchema, imageResultSchema, operationOptionsSchema, request } from './messages.ts';

/** A text of the XML data of an image; empty takes it away. XML has no way to hold control characters. */
const textSchema = z.string().max(32767).refine((text) => !/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/u.test(text), 'must not contain control characters');
const newNameSchema = textSchema.min(1);

/**
 * How the content of a new file is compressed: None, Fast (XPRESS), Max (LZX), Recovery (LZMS in solid resources, the form of .esd files; cannot be mounted
 * for writing, and needs much memory). A file that exists keeps the type it has.
 */
export const compressionTypeSchema = z.enum(['None', 'Fast', 'Max', 'Recovery']);
export type CompressionTypeName = z.infer<typeof compressionTypeSchema>;

/** What capturing a folder or volume takes. */
const captureShape = {
  /** A file. Its folder must exist. */
  imagePath: absolutePathSchema,
  /**
   * A folder; for the portable engine also an NTFS volume that is not mounted: its device, or a file that holds one. The folder of a mount of DismTs, or of an
   * NTFS volume that is mounted read-only, stands for the image or volume with all that it has.
   */
  capturePath: absolutePathSchema,
  description: textSchema.optional(),
  /** A WimScript.ini, whose lists replace those that hold without one. */
  configFilePath: absolutePathSchema.optional(),
  ...integrityShape,
  /** Read back what was written, and compare its hashes. */
  verify: z.boolean().optional(),
  /** Keep reparse points as they are; without it absolute targets within the captured tree become relative to it, and those that lead out are left out. */
  noRpFix: z.boolean().optional(),
  /** Make it the image that the file boots. For Windows PE. */
  setbootable: z.boolean().optional(),
  /** Keep extended attributes. Native engine only. */
  supportEa: z.boolean().optional(),
  /** For WIMBoot of Windows 8.1: XPRESS in chunks of 4 KiB, and the mark in the XML data. */
  wimBoot: z.boolean().optional(),
};

/**
 * Makes a file with the image of a folder or volume. Fails with ERROR_FILE_EXISTS where the file is there, and where the folder is empty; the file
 * appears under its name once it is whole. New-WindowsImage; WIMCaptureImage. Cancellable.
 */
export const captureImage = request('imageFile/capture', () => operationOptionsSchema.extend({
  ...captureShape,
  imageName: newNameSchema,
  /** Default: Fast. */
  compressionType: compressionTypeSchema.optional(),
}), () => imageFileResultSchema);

/**
 * Adds the image of a folder or volume to a file; what other images hold already is not stored again. The file keeps its type of compression. Fails
 * with ERROR_ALREADY_EXISTS where an image has the name. An append that was cut short leaves the file as it was, and the next change takes the bytes away that
 * it left behind. Add-WindowsImage; WIMCaptureImage. Cancellable.
 */
export const appendImage = request('imageFile/append', () => operationOptionsSchema.extend({
  ...captureShape,
  imageName: newNameSchema,
}), () => imageFileResultSchema);

/**
 * Writes the files of an image into a folder that exists, or onto a volume. What is there stays, unless the image has a file of the name. Names and
 * links that would lead out of the target are refused before anything is written. Expand-WindowsImage; WIMApplyImage. Cancellable: what was written stays then.
 */
export const applyImage = request('imageFile/apply', () => operationOptionsSchema.extend({
  imagePath: absolutePathSchema,
  ...imageChoiceShape,
  ...splitShape,
  /** A folder; for the portable engine also an NTFS volume that is not mounted: its device, or a file that holds one. */
  applyPath: absolutePathSchema,
  ...integrityShape,
  /** Check each file's content against its hash, which the portable engine does in any case. */
  verify: z.boolean().optional(),
  /** Leave the targets of reparse points as the image has them. */
  noRpFix: z.boolean().optional(),
  /** Compact OS: files are stored compressed. Native engine only. */
  compact: z.boolean().optional(),
  /** Trusted desktop: needs Windows PE. Native engine only. */
  confirmTrustedFile: z.boolean().optional(),
  supportEa: z.boolean().optional(),
  /** Write pointers into the file instead of files, for WIMBoot of Windows 8.1. Native engine only. */
  wimBoot: z.boolean().optional(),
}).refine(...oneImage), () => imageFileResultSchema);

/**
 * Makes a virtual disk (`.vhdx`, `.vhd`) of an image: GPT, an EFI partition, a reserved one, and Windows on NTFS with all that the image has; or a WIM file
 * (`.wim`) of the Windows volume of a virtual disk, with all that NTFS has. The destination gets its name once it is whole; a file that is there is
 * ERROR_FILE_EXISTS. Portable engine. Cancellable.
 */
export const convertImage = request('imageFile/convert', () => operationOptionsSchema.extend({
  /** A .wim, .esd or .swm file, or a .vhd or .vhdx. */
  imagePath: absolutePathSchema,
  ...imageChoiceShape,
  /** Number of the partition of a virtual disk; default: the one that holds Windows. */
  partition: partitionSchema.optional(),
  destinationImagePath: absolutePathSchema,
  /** Name of the image in the WIM file; default: that of the disk file, without its extension. */
  destinationName: newNameSchema.optional(),
  /** Of the WIM file; default: Fast. */
  compressionType: compressionTypeSchema.optional(),
  /** Bytes of the disk, rounded down to whole MiB; default: 64 GiB, or twice what the image needs. The file grows as it is filled. */
  sizeBytes: fileBytesSchema.max(64 * 1024 ** 4).optional(),
  ...integrityShape,
  /** Read back what was written into a WIM file, and compare its hashes. */
  verify: z.boolean().optional(),
}).refine(...oneImage), () => imageFileResultSchema);

/**
 * Copies images into another file, which is made where it is not there. XML data goes along. The image that the source boots is the one that the destination
 * boots, unless that has one already: a warning tells where it is not exported, or the destination is solid (with `*` E_INVALIDARG in place of it). Either
 * all images arrive, or the destination stays as it was. Export-WindowsImage; WIMExportImage. Cancellable.
 */
export const exportImage = request('imageFile/export', () => operationOptionsSchema.extend({
  sourceImagePath: absolutePathSchema,
  /** `*`: all, in their order. */
  sourceIndexes: z.union([z.literal('*'), z.array(imageIndexSchema).min(1).max(4096)]).optional(),
  sourceName: imageNameSchema.optional(),
  ...splitShape,
  destinationImagePath: absolutePathSchema,
  /** Name in the destination; default: that of the source. Only for one image. */
  destinationName: newNameSchema.optional(),
  /** Of a new file; default: that of the source, for then nothing is compressed anew. */
  compressionType: compressionTypeSchema.optional(),
  ...integrityShape,
  /** Make the image, the first of several, the one that the destination boots. */
  setbootable: z.boolean().optional(),
  wimBoot: z.boolean().optional(),
}).refine((params) => (params.sourceIndexes === undefined) !== (params.sourceName === undefined), 'give either sourceIndexes or sourceName')
  .refine((params) => params.destinationName === undefined || params.sourceName !== undefined
    || (Array.isArray(params.sourceIndexes) && params.sourceIndexes.length === 1), 'destinationName is for one image'),
() => imageFileResultSchema.extend({
  /** The images in the destination, in the order they were asked for. */
  imageIndexes: z.array(imageIndexSchema),
}));

/** One part of a split WIM. */
export const imagePartSchema = z.object({ path: z.string(), bytes: fileBytesSchema });

/**
 * Writes a file anew as parts: `name.swm`, `name2.swm` and so on. Fails with ERROR_FILE_EXISTS where one of the parts is there, and with
 * ERROR_MORE_DATA, naming the minimum, where the size is too small; a file of an image that is larger than a part makes a larger part, of which a
 * warning tells. The file itself is not changed. Split-WindowsImage; WIMSplitFile. Cancellable.
 */
export const splitImage = request('imageFile/split', () => operationOptionsSchema.extend({
  imagePath: absolutePathSchema,
  /** The first part; ends with `.swm`. */
  splitImagePath: absolutePathSchema.refine((path) => /[^\\/]\.swm$/i.test(path), 'must end with .swm'),
  /** Bytes of a part at most, in MB of 1,048,576; 3800 is what FAT32 takes with room to spare. */
  fileSize: z.number().int().min(1).max(0x1_ffff_ffff),
  ...integrityShape,
}), () => imageFileResultSchema.extend({
  /** In their order; in a dry run those that are foreseen. */
  parts: z.array(imagePartSchema),
}));

/**
 * Takes an image out of a file. What only it holds stays in the file until imageFile/optimize writes that anew; later images get the index before theirs.
 * The only image is not removed (E_ACCESSDENIED). Remove-WindowsImage; WIMDeleteImage. Cancellable.
 */
export const removeImage = request('imageFile/remove', () => operationOptionsSchema.extend({
  imagePath: absolutePathSchema,
  ...imageChoiceShape,
  ...integrityShape,
}).refine(...oneImage), () => imageFileResultSchema.extend({
  /** What was removed. */
  removedIndex: imageIndexSchema,
  removedName: z.string(),
  /** Bytes of the file that nothing refers to any more. */
  unusedBytes: fileBytesSchema,
}));

/**
 * Writes the parts of a split WIM into one file, which must not be there (ERROR_FILE_EXISTS). The parts are not changed. A set may have one part only, whose
 * name alone, .swm, tells it from a whole file; that is E_INVALIDARG. Cancellable.
 */
export const joinImage = request('imageFile/join', () => operationOptionsSchema.extend({
  /** The first part. */
  imagePath: absolutePathSchema,
  ...splitShape,
  destinationImagePath: absolutePathSchema,
  ...integrityShape,
}), () => imageFileResultSchema);

/**
 * Writes a file anew without what no image needs, and with another compression where one is given. The old file stays until the new one is whole and on the
 * disk, so there must be room for both. Cancellable.
 */
export const optimizeImageFile = request('imageFile/optimize', () => operationOptionsSchema.extend({
  imagePath: absolutePathSchema,
  /** Compress everything anew, slowly, even where the type stays; implied by a type that is not that of the file. */
  recompress: z.boolean().optional(),
  compressionType: compressionTypeSchema.optional(),
  ...integrityShape,
}), () => imageFileResultSchema);

/**
 * Changes what the file says of an image, or which image it boots. What is not given stays. Only XML data and header are written. WIMSetImageInformation,
 * WIMSetBootImage.
 */
export const setImage = request('imageFile/set', () => operationOptionsSchema.extend({
  imagePath: absolutePathSchema,
  ...imageChoiceShape,
  /** Must not be that of another image of the file (ERROR_ALREADY_EXISTS). */
  newName: newNameSchema.optional(),
  description: textSchema.optional(),
  displayName: textSchema.optional(),
  displayDescription: textSchema.optional(),
  /** FLAGS, the edition that Windows Setup looks for. */
  flags: textSchema.optional(),
  /** Index of the image that the file boots; 0: none. Needs no chosen image. */
  bootIndex: z.number().int().min(0).max(0x7fffffff).optional(),
  ...integrityShape,
}).refine((params) => params.imageIndex === undefined || params.imageName === undefined, 'imageIndex and imageName exclude each other')
  .refine((params) => (params.imageIndex === undefined && params.imageName === undefined)
    === [params.newName, params.description, params.displayName, params.displayDescription, params.flags].every((value) => value === undefined),
  'what is to be said of an image, and imageIndex or imageName, belong together')
  .refine((params) => params.bootIndex !== undefined || params.imageIndex !== undefined || params.imageName !== undefined, 'nothing to change'),
() => imageFileResultSchema);

/** Damage of an image file. */
export const imageFileDamageSchema = z.object({
  /** Integrity: a chunk of the integrity table. Metadata: the tree of an image. Content: what files of images hold. Structure: header, tables, XML data. */
  kind: z.enum(['Integrity', 'Metadata', 'Content', 'Structure']),
  /** One sentence. */
  reason: z.string(),
  /** Image whose metadata or file it is; null where it is none of one. */
  imageIndex: imageIndexSchema.nullable(),
  /** Paths of files that have the content; empty where it is none, at most 100 of them. */
  paths: z.array(z.string()),
});

/**
 * Reads a file, or all parts of a split one, to the last byte: integrity table, metadata, and the hash of everything stored. Damage is a result, not a
 * failure. Changes nothing. Cancellable.
 */
export const testImageFile = request('imageFile/test', () => operationOptionsSchema.extend({
  imagePath: absolutePathSchema,
  ...splitShape,
}), () => z.object({
  imagePath: z.string(),
  healthy: z.boolean(),
  /** None: the file has no table. */
  integrityTable: z.enum(['None', 'Ok', 'Damaged']),
  /** Different contents that were hashed, and their bytes, uncompressed. */
  contentsChecked: z.number().int().nonnegative(),
  bytesChecked: fileBytesSchema,
  /** At most 1,000. */
  damage: z.array(imageFileDamageSchema),
  logPath: z.string(),
  warnings: z.array(z.string()),
}));

/** Captures what a WIMBoot installation has beside its install.wim into custom.wim. New-WindowsCustomImage. Windows 8.1. Cancellable. */
export const captureCustomImage = request('imageFile/captureCustom', () => operationOptionsSchema.extend({
  capturePath: absolutePathSchema,
  configFilePath: absolutePathSchema.optional(),
  ...integrityShape,
  verify: z.boolean().optional(),
}), () => imageResultSchema);
