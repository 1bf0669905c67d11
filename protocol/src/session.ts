/** What operations on the content of an image have in common: which image, names, states. */
import * as z from 'zod';
import { absolutePathSchema, operationOptionsSchema } from './messages.ts';

/** A name to look for, exactly but in any case. What is not there is an error. */
export const nameSchema = z.string().min(1).max(1024);

const sessionShape = {
  /** Root folder of the image: a mount folder, or any folder that an image was applied to. */
  path: absolutePathSchema.optional(),
  /** The running Windows instead of a path. */
  online: z.literal(true).optional(),
  /** Windows folder, relative to the root; default `Windows`. */
  windowsDirectory: z.string().min(1).max(255).optional(),
  /** Drive of the boot manager, where it is not that of the image. The portable engine has no use for it. */
  systemDrive: z.string().min(1).max(32767).optional(),
};

/** Parameters of an operation on an offline image or the running Windows (DismOpenSession), and those of its own. */
export function ofImage<T extends z.ZodRawShape>(shape: T) {
  return operationOptionsSchema.extend(sessionShape).extend(shape).refine(
    (params: { path?: unknown; online?: unknown }) => (params.path === undefined) !== (params.online === undefined), 'give either path or online',
  ).refine(
    (params: { online?: unknown; windowsDirectory?: unknown; systemDrive?: unknown }) => (
      params.online === undefined || (params.windowsDirectory === undefined && params.systemDrive === undefined)),
    'windowsDirectory and systemDrive are about an offline image',
  );
}

/** Parameters of an operation that works on offline images only. */
export function ofOfflineImage<T extends z.ZodRawShape>(shape: T) {
  const { path, windowsDirectory, systemDrive } = sessionShape;
  return operationOptionsSchema.extend({ path: path.unwrap(), windowsDirectory, systemDrive }).extend(shape);
}

/** Folders or files to take content from, in this order; as they are given, for what they may be differs by engine. */
export const sourcesSchema = z.array(z.string().min(1).max(32767).refine((path) => !path.includes('\0'), 'must not contain NUL')).max(64);

/** The package that is meant: by its name in the image, or by its file (.cab, .msu, or a folder that a .cab was expanded to). */
export const packageShape = {
  packageName: nameSchema.optional(),
  packagePath: absolutePathSchema.optional(),
};

/** Refines parameters with a packageShape that need not name a package. */
export const onePackageAtMost = [
  (params: { packageName?: unknown; packagePath?: unknown }): boolean => params.packageName === undefined || params.packagePath === undefined,
  'packageName and packagePath exclude each other',
] as const;

/** The advanced form of everything found; a name implies it. Costs reading more files. */
export const detailed = z.boolean().optional();

/**
 * Only what has a name that these wildcards of PowerShell match is of interest, so that details are read of that alone. An engine may give more:
 * the client decides what matches.
 */
export const like = z.string().min(1).max(1024).optional();

/**
 * ISO 8601; null where nothing is recorded, or no point in time. In UTC, with a Z, where the point is known. What the DISM API tells has no zone and
 * no Z: the local time of whoever serviced the image or built the package.
 */
export const timeSchema = z.string().nullable();

/** States of packages and capabilities (DismPackageFeatureState). Removed is what the API calls Resolved; Unknown is a number that DismTs does not know. */
export const packageStateSchema = z.enum([
  'NotPresent', 'UninstallPending', 'Staged', 'Removed', 'Installed', 'InstallPending', 'Superseded', 'PartiallyInstalled', 'Unknown',
]);
export type PackageState = z.infer<typeof packageStateSchema>;

/** DismRestartType. */
export const restartTypeSchema = z.enum(['No', 'Possible', 'Required']);
export type RestartType = z.infer<typeof restartTypeSchema>;

/** A name and value of a package file that no property stands for. */
export const customPropertySchema = z.object({ name: z.string(), value: z.string(), path: z.string() });
