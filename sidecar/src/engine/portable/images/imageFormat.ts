/** What mounting needs of a format of image files: one module a format. */
import type { mountImage } from '@dismts/protocol';
import type { z } from 'zod';
import type { OperationContext } from '../../../operationContext.ts';
import type { MountRecord } from '../mounting/record.ts';

export type MountParams = z.output<typeof mountImage.params>;

/** An image that was found in its file. */
export interface IdentifiedImage {
  /** The file, symbolic links on the way resolved; of a split WIM its first part. */
  readonly wimPath: string;
  /** The other parts of a split WIM. */
  readonly otherParts: readonly string[];
  readonly imageIndex: number;
  /** SHA-1 of the image's metadata, in hex: another image has another one. */
  readonly hash: string;
  /** The file when it was seen to hold that image. */
  readonly file: MountRecord['file'];
  /** All named streams can be extended attributes. */
  readonly streamsFit: boolean;
  /** What the mount will not show, in sentences. */
  readonly warnings: readonly string[];
}

/** A format of image files that can be mounted. */
export interface ImageFormat {
  /** As in `imageType` of an image's information. */
  readonly name: 'Wim' | 'Vhd';
  /**
   * Finds the image that is asked for, and checks that it can be mounted so.
   * @param what What cannot be done, such as `Cannot mount "/a.wim" at "/mnt/a"`.
   * @throws DismError: no such image, damaged, or read-only where it is to be written.
   */
  identify(params: MountParams, what: string, context: OperationContext): Promise<IdentifiedImage>;
  /** The other parts of a split file that was mounted. @throws DismError ERROR_FILE_NOT_FOUND: one is missing. */
  otherParts(record: MountRecord): Promise<readonly string[]>;
}
