/** image/*: information on image files, and mounting, committing and unmounting them. */
import * as z from 'zod';
import { absolutePathSchema, imageResultSchema, operationOptionsSchema, request } from './messages.ts';
import { ofOfflineImage, timeSchema } from './session.ts';

/** 1-based index of an image in its file. */
export const imageIndexSchema = z.number().int().min(1).max(0x7fffffff);
/** An index as it is reported: what is left of a broken mount or a damaged file has 0, or any other number. */
const reportedIndexSchema = z.number().int().min(0).max(0xffffffff);
/** As Windows and Linux count partitions; 0: the disk has no partition table and is one volume. */
export const partitionSchema = z.number().int().min(0).max(0xffff);
/** Name of an image that is there. */
export const imageNameSchema = z.string().min(1).refine((name) => !name.includes('\0'), 'must not contain NUL');

/** One image of a file: the properties of the in-box WimImageInfoObject (DismImageInfo). */
export const imageInfoSchema = z.object({
  imagePath: z.string(),
  imageIndex: reportedIndexSchema,
  imageName: z.string(),
  imageDescription: z.string(),
  /** Bytes of all files, uncompressed; at most the greatest number that JSON carries exactly. */
  imageSize: z.number().int().nonnegative(),
  imageType: z.enum(['Wim', 'Vhd', 'Unsupported']),
  wimBoot: z.boolean(),
  imageBootable: z.enum(['Yes', 'No', 'Unknown']),
  /** PROCESSOR_ARCHITECTURE_*: 0 x86, 5 ARM, 6 IA64, 9 x64, 12 ARM64, 65535 unknown; null where the file does not say. */
  architecture: z.number().int().nullable(),
  hal: z.string(),
  /** `major.minor.build.spBuild`, or an empty string where the file does not say. */
  version: z.string(),
  majorVersion: z.number().int().nullable(),
  minorVersion: z.number().int().nullable(),
  build: z.number().int().nullable(),
  spBuild: z.number().int().nullable(),
  spLevel: z.number().int().nullable(),
  editionId: z.string(),
  installationType: z.string(),
  productName: z.string(),
  productType: z.string(),
  productSuite: z.string(),
  systemRoot: z.string(),
  /** null where the file does not say, as a virtual disk does not. */
  directoryCount: z.number().int().nonnegative().nullable(),
  /** null where the file does not say. */
  fileCount: z.number().int().nonnegative().nullable(),
  createdTime: timeSchema,
  modifiedTime: timeSchema,
  languages: z.array(z.string()),
  /** 0-based index into `languages`; null where there is no default. */
  defaultLanguageIndex: z.number().int().nonnegative().nullable(),
});
export type ImageInfo = z.infer<typeof imageInfoSchema>;

/** The images of a .wim, .esd or .swm file: all of them, or the one chosen by index or name. DismGetImageInfo. */
export const getImageInfo = request('image/getInfo', () => operationOptionsSchema.extend({
  imagePath: absolutePathSchema,
  imageIndex: imageIndexSchema.optional(),
  imageName: imageNameSchema.optional(),
  /** Number of the partition of a virtual disk; default: the one that holds Windows. Portable engine. */
  partition: partitionSchema.optional(),
}).refine((p) => p.imageIndex === undefined || p.imageName === undefined, 'imageIndex and imageName exclude each other'),
() => z.object({ images: z.array(imageInfoSchema), logPath: z.string() }));

/**
 * Tells a mount from those that were at its folder before, or will be. The DISM API has no such thing, so on the native engine it says which image of
 * which file is mounted.
 */
export const mountIdSchema = z.string().min(1).max(33000);

/** One mounted image: the in-box MountedImageInfoObject (DismMountedImageInfo). */
export const mountedImageSchema = z.object({
  /** The mount folder. */
  path: z.string(),
  imagePath: z.string(),
  imageIndex: reportedIndexSchema,
  /** Unknown, here and below, is a number of the API that DismTs does not know. */
  mountMode: z.enum(['ReadWrite', 'ReadOnly', 'Unknown']),
  /** DismMountStatus, and `Unknown` also where it cannot be told at the moment or something is in the way: clean-up leaves that alone. */
  mountStatus: z.enum(['Ok', 'NeedsRemount', 'Invalid', 'Unknown']),
  /** Why the status is not Ok, or an image that is Ok cannot be written to for now, as another saves it; one sentence, or empty. */
  statusReason: z.string(),
  mountId: mountIdSchema.optional(),
});
export type MountedImage = z.infer<typeof mountedImageSchema>;

/** All images that DismTs mounted on this machine, for this state directory, or the one at a folder. DismGetMountedImageInfo. */
export const listMountedImages = request('image/listMounted', () => operationOptionsSchema.extend({
  /** Only the mount there, whatever spelling of the path; none is no error. */
  mountPath: absolutePathSchema.optional(),
}),
() => z.object({ mounts: z.array(mountedImageSchema), logPath: z.string(), warnings: z.array(z.string()).optional() }));

/** Mounts one image into an existing empty folder. DismMountImage. Cancellable. */
export const mountImage = request('image/mount', () => operationOptionsSchema.extend({
  imagePath: absolutePathSchema,
  imageIndex: imageIndexSchema.optional(),
  imageName: imageNameSchema.optional(),
  mountPath: absolutePathSchema,
  readOnly: z.boolean().optional(),
  /** DISM_MOUNT_OPTIMIZE; the portable engine always maps on first access, so it changes nothing there. */
  optimize: z.boolean().optional(),
  /** Verify the file's integrity table first. */
  checkIntegrity: z.boolean().optional(),
  /** DISM_MOUNT_SUPPORT_EA. */
  supportEa: z.boolean().optional(),
  /** As for image/getInfo. */
  partition: partitionSchema.optional(),
  /** Write what waits in the log of a VHDX to its place first, which changes the file. Portable engine. */
  replayLog: z.boolean().optional(),
}).refine((p) => (p.imageIndex === undefined) !== (p.imageName === undefined), 'give either imageIndex or imageName'),
() => imageResultSchema.extend({
  imagePath: z.string(),
  /** Null where the image was chosen by name and the mounted images could not be listed afterwards; a warning says why. */
  imageIndex: imageIndexSchema.nullable(),
  mountMode: z.enum(['ReadWrite', 'ReadOnly']),
  mountId: mountIdSchema.optional(),
}));

/** Serves a mount again whose status is NeedsRemount; staged changes are kept. DismRemountImage. */
export const remountImage = request('image/remount', () => operationOptionsSchema.extend({
  mountPath: absolutePathSchema,
}), () => imageResultSchema);

/** Writes the changes of a read-write mount into the file and keeps the mount. DismCommitImage. Cancellable. */
export const commitImage = request('image/commit', () => operationOptionsSchema.extend({
  mountPath: absolutePathSchema,
  /** Only this mount: where another one is at the folder by now, the request fails and changes nothing. */
  mountId: mountIdSchema.optional(),
  /** DISM_COMMIT_APPEND: add the changed image as a new image instead of replacing the mounted one. */
  append: z.boolean().optional(),
  /** DISM_COMMIT_GENERATE_INTEGRITY: write an integrity table even where the file had none. */
  checkIntegrity: z.boolean().optional(),
  /** DISM_COMMIT_SUPPORT_EA. */
  supportEa: z.boolean().optional(),
}), () => imageResultSchema.extend({
  /** The image that now holds the changes; null where it was appended and the file could not be read afterwards; a warning says why. */
  imageIndex: imageIndexSchema.nullable(),
}));

/** Unmounts, after writing the changes or dropping them. DismUnmountImage. Cancellable while it writes. */
export const unmountImage = request('image/unmount', () => operationOptionsSchema.extend({
  mountPath: absolutePathSchema,
  /** Only this mount: where another one is at the folder by now, the request fails and changes nothing. */
  mountId: mountIdSchema.optional(),
  /** True: commit first (DISM_COMMIT_IMAGE). False: drop the changes (DISM_DISCARD_IMAGE). */
  commit: z.boolean(),
  append: z.boolean().optional(),
  checkIntegrity: z.boolean().optional(),
}).refine((p) => p.commit || (p.append !== true && p.checkIntegrity !== true), 'append and checkIntegrity need commit'),
() => imageResultSchema);

/** Removes what is left of mounts whose status is Invalid, nothing else. DismCleanupMountpoints. */
export const cleanupMountPoints = request('image/cleanupMountPoints', () => operationOptionsSchema,
  () => z.object({ removed: z.array(mountedImageSchema), logPath: z.string(), warnings: z.array(z.string()) }));

/** Prepares an offline image for a way of booting. Cancellable. _DismOptimizeImage. */
export const optimizeImage = request('image/optimize', () => ofOfflineImage({ optimizationTarget: z.enum(['WIMBoot', 'Boot']) }), () => imageResultSchema);

/** Replaces files of an applied image by those of a custom data image, as pointers into it. Cancellable. _DismApplyCustomDataImage. */
export const applyCustomDataImage = request('image/applyCustomData', () => operationOptionsSchema.extend({
  customDataImage: absolutePathSchema,
  /** Root folder of the applied image. */
  imagePath: absolutePathSchema,
  singleInstance: z.boolean().optional(),
}), () => imageResultSchema);
