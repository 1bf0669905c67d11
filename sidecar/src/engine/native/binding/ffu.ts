/** Full flash update files: images of whole disks. */
import type { Caller } from './call.ts';
import { nativeFunction } from './dismLibrary.ts';
import type { CallOutcome } from './outcome.ts';
import { quoted } from './text.ts';

const _DismApplyFfuImage = nativeFunction('_DismApplyFfuImage', 'PCWSTR ImagePath, PCWSTR ApplyPath, PCWSTR PartPath');
const _DismSplitFfuImage = nativeFunction('_DismSplitFfuImage', 'PCWSTR ImagePath, PCWSTR PartPath, ULONGLONG PartSize');

/** What to apply, and where to. */
export interface ApplyFfuImageParams {
  readonly imagePath: string;
  /** A disk, such as `\\.\PhysicalDrive1`. All of its content is replaced. */
  readonly applyPath: string;
  /** Pattern for the parts of a split image, or null. */
  readonly partPath: string | null;
}

/** What to split, and how. */
export interface SplitFfuImageParams {
  readonly imagePath: string;
  /** Path of the first part. */
  readonly partPath: string;
  /** Greatest size of a part, in MB. */
  readonly partSizeMegabytes: number;
}

/** Functions on FFU files. Neither is documented, takes a session, reports progress, or can be cancelled. */
export interface FfuFunctions {
  /**
   * Writes an image onto a disk.
   * @throws DismError ERROR_FILE_NOT_FOUND, E_ACCESSDENIED
   * @see _DismApplyFfuImage (undocumented)
   */
  applyFfuImage(params: ApplyFfuImageParams): Promise<CallOutcome>;
  /**
   * Splits an image into several files.
   * @throws DismError ERROR_FILE_NOT_FOUND, ERROR_DISK_FULL
   * @see _DismSplitFfuImage (undocumented)
   */
  splitFfuImage(params: SplitFfuImageParams): Promise<CallOutcome>;
}

/** The functions of this group, on a caller. */
export function ffuFunctions(caller: Caller): FfuFunctions {
  return {
    applyFfuImage: ({ imagePath, applyPath, partPath }) => caller.run({
      function: _DismApplyFfuImage, arguments: [imagePath, applyPath, partPath],
      action: `Cannot apply ${quoted(imagePath)} to ${quoted(applyPath)}`, target: imagePath,
    }),
    splitFfuImage: ({ imagePath, partPath, partSizeMegabytes }) => caller.run({
      function: _DismSplitFfuImage, arguments: [imagePath, partPath, partSizeMegabytes],
      action: `Cannot split ${quoted(imagePath)} into ${quoted(partPath)}`, target: imagePath,
    }),
  };
}
