/**
 * What mounting needs of a format of image files: one module a format.
 *
 * Mounting has what all formats share: records and locks, the state directory, the cover and the view at the mount folder, who
 * keeps it busy, its status, and that the image is looked at under the lock. A format finds an image in its file, serves it in a
 * folder, writes what was staged into the file, and says what it wants to remember of a mount.
 */
import type { getImageInfo, ImageInfo, mountImage } from '@dismts/protocol';
import type { z } from 'zod';
import type { ImageFiles } from '../../../imageFiles/imageFiles.ts';
import type { OperationContext } from '../../../operationContext.ts';
import type { Lock } from '../../../platform/linux/locks.ts';
import type { MountRecord, PendingCommit } from './mountRecord.ts';

export type MountParams = z.output<typeof mountImage.params>;
export type InformationParams = z.output<typeof getImageInfo.params>;

/** An image that was found in its file. */
export interface IdentifiedImage {
  /** The file, symbolic links on the way resolved; of a split WIM its first part. */
  readonly path: string;
  /** The other files that are needed to serve it, such as the other parts of a split WIM. */
  readonly otherFiles: readonly string[];
  readonly imageIndex: number;
  /** In hex: another image has another one. */
  readonly hash: string;
  /** The file when it was seen to hold that image. */
  readonly file: MountRecord['file'];
  /** What the record of a mount keeps for the format; JSON. What check() finds may be another. */
  readonly own: MountRecord['own'];
  /** Checks what takes long, and is done while the image is served already, but shows to nobody. To be called once. @throws DismError: damaged. */
  check(): Promise<CheckedImage>;
  /** Bytes that who serves it may take before it has been checked; undefined: it has been. */
  readonly uncheckedBytes: number | undefined;
  /** Ends what check() would need, where it was not called. */
  close(): Promise<void>;
}

/** An image that can be mounted. */
export interface CheckedImage {
  /** What the record of a mount keeps for the format; JSON. */
  readonly own: MountRecord['own'];
  /** What the mount will not show, in sentences. */
  readonly warnings: readonly string[];
}

/** Where things of a mount are in the state directory, for as long as nothing is saved; a save begins a new generation. Only the owner reaches them. */
export interface GenerationFolders {
  /** What is in it goes when its changes have been saved or dropped: a format may keep files there. */
  readonly folder: string;
  /** What is staged: `folder` and the name that the format gives it. */
  readonly staged: string;
  /** Where root serves the image: nobody else can put anything there. */
  readonly lower: string;
}

/** How changes are staged. */
export interface Staging {
  /** What stacks them on the served image; `none` where what serves the image takes them itself. */
  readonly stacking: MountRecord['stacking'];
  /** Name of the file or folder that they are in. */
  readonly name: string;
  /** Makes what holds them where it is not there: empty. */
  make(folders: GenerationFolders, record: MountRecord, context: OperationContext): Promise<void>;
  /** Why they are not the ones that were staged, or not whole, in a clause; undefined where they are. @throws Error of the system. */
  troubleWith(folders: GenerationFolders, record: MountRecord): string | undefined;
  /** @throws Error of the system. */
  hasChanges(folders: GenerationFolders, record: MountRecord): boolean;
  /**
   * Names at the top of the image that may be a Windows in whose System32 something is staged; left out where only the image itself could tell.
   * @throws Error of the system.
   */
  changedWindows?(folders: GenerationFolders): readonly string[];
}

export interface ServeRequest {
  readonly record: MountRecord;
  readonly folders: GenerationFolders;
  /** The folder for the served image: `lower`, which is made, or, of those who are not root, the mount folder. */
  readonly target: string;
  /** The mount that the mount folder is on. */
  readonly baseMount: number;
  readonly otherFiles: readonly string[];
  /** All programs that are left to serve it hold it: what they are found by. */
  readonly lock: Lock | undefined;
  /** How much memory those may take for now, in bytes. */
  readonly maxMemory?: number | undefined;
}

/** What a save may be asked for. */
export interface SaveOptions {
  readonly append?: boolean | undefined;
  readonly checkIntegrity?: boolean | undefined;
}

export interface SaveRequest {
  /** Of a mount that nobody writes to. */
  readonly record: MountRecord;
  readonly folders: GenerationFolders;
  readonly options: SaveOptions;
  /**
   * Writes down what settle() needs after a crash; to be called before the first byte of the file changes, and again with more.
   * It is on the disk when this returns.
   */
  readonly note: (journal: PendingCommit['journal']) => Promise<void>;
}

export interface SaveResult {
  /** False: there was nothing to write, and the file is untouched. */
  readonly written: boolean;
  /** The image that holds the changes. */
  readonly imageIndex: number;
  /** What tells that image from others, in hex. */
  readonly imageHash: string;
  readonly warnings: readonly string[];
}

/** What became of a save that was interrupted. */
export interface SettledSave {
  /** The file holds the changes; if not, it holds what it held before, or what others wrote since. */
  readonly isSaved: boolean;
  /** What tells the image from others, in hex, where the changes are in it now. */
  readonly imageHash: string;
  /** The file as it was seen to hold the mounted image; undefined where it does not, or nobody knows. */
  readonly file: MountRecord['file'] | undefined;
}

/** A format of image files that can be mounted. */
export interface ImageFormat {
  /** In the records of mounts. */
  readonly name: string;
  /** Types, in the mount table, of the file systems that it serves images as. */
  readonly fileSystems: readonly string[];
  readonly staging: Staging;
  /**
   * A save overwrites what was read from the file before. So it is done while the image is not served, and nobody else may have the
   * image mounted beside one who may write. If not, it is done while the mount can be read, and readers keep what they see.
   */
  readonly savesInPlace: boolean;

  /**
   * What the file says of its images, or of the one that is asked for; needs no right but to read it.
   * @param what What cannot be done, such as `Cannot read "/a.wim"`.
   * @throws DismError: no such image, damaged. OtherFormatError: the file is of another format.
   */
  describe(params: InformationParams, what: string, context: OperationContext): Promise<readonly ImageInfo[]>;

  /**
   * Finds the image that is asked for, and checks that it can be mounted so, also that what serves it is installed. What is found is to
   * be checked or closed.
   * @param what What cannot be done, such as `Cannot mount "/a.wim" at "/mnt/a"`.
   * @throws DismError: no such image, damaged, or read-only where it is to be written. OtherFormatError: the file is of another format.
   */
  identify(params: MountParams, what: string, context: OperationContext): Promise<IdentifiedImage>;
  /** Checks what a record holds of the format's own, and its journal. @throws Error */
  checkRecord(record: MountRecord): void;
  /** Whether a file that looks another than recorded still holds the mounted image. @throws what opening it throws. */
  holdsImage(record: MountRecord): Promise<boolean>;
  /** Why a mount cannot be saved so, before anything is done for it. @throws DismError */
  checkSave?(record: MountRecord, options: SaveOptions, what: string): void;
  /** Why the changes of a mount cannot be dropped, before anything is done for it. @throws DismError */
  checkDiscard?(record: MountRecord, what: string): void;
  /** Finds the other files anew. @throws DismError ERROR_FILE_NOT_FOUND: one is missing. */
  otherFiles?(record: MountRecord): Promise<readonly string[]>;

  /** The files of a mounted image without the way through the mount, where that is faster; undefined where it is not, or changes are staged. */
  openFiles?(record: MountRecord, folders: GenerationFolders, context: OperationContext): Promise<ImageFiles | undefined>;

  /**
   * Serves the image. The programs that do outlive this process.
   * @returns The number of a process that was started for it, which theirs are near to; undefined: unknown.
   * @throws DismError; what it has begun is ended by takeDown().
   */
  serve(request: ServeRequest, context: OperationContext): Promise<number | undefined>;
  /** Whether a program that holds the serving lock serves an image, by its command line, and is not just being started by us. */
  isServer(words: readonly string[]): boolean;
  /** Why what is mounted cannot serve the image any more, though it may answer: a program behind it has ended. In a clause; undefined: nothing is wrong. */
  brokenServing?(folders: GenerationFolders): string | undefined;
  /**
   * Ends what serves an image that is unmounted by now, in order, so that all that was written is staged; whatever is there of it, for it
   * may have been killed. Programs of formats without it have nothing to lose: they are killed before the image is unmounted.
   */
  end?(folders: GenerationFolders): Promise<void>;

  /** Writes what is staged into the file, whose lock is held. @throws DismError; settle() is called then. */
  save(request: SaveRequest, context: OperationContext): Promise<SaveResult>;
  /**
   * Finishes a save that was interrupted, or takes it back. A format that saves in place is called while the image is not served.
   * @returns undefined where nobody can tell yet: the mount keeps its journal, and nothing may be written to it.
   */
  settle(record: MountRecord, pending: PendingCommit, folders: GenerationFolders, context: OperationContext): Promise<SettledSave | undefined>;
}
