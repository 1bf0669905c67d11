/**
 * The one way to the files of an image. Paths are relative to its root, separated by `/`, and found without regard to
 * case, as Windows does. No step leads through a symbolic link or out of the image: the image is hostile until checked.
 */
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';

/** What is known of a file. */
export interface FileStat {
  /** Equal for all names of one file. */
  readonly id: string;
  readonly size: number;
  /** Number of names. */
  readonly links: number;
  /** Where its bytes lie, in no unit: reading files in this order is fastest. */
  readonly place: number;
}

/** The error of a file that is larger than it may be. */
export function tooLarge(path: string, bytes: number, maxBytes: number): DismError {
  return new DismError(Hresult.ERROR_FILE_CORRUPT, `"${path}" has ${bytes} bytes, more than the ${maxBytes} that such a file may have`, { target: path });
}

export type DigestAlgorithm = 'sha256' | 'sha1';

/** No file of Windows is larger that is read whole; a hostile one stops here. */
export const maxFileBytes = 1024 ** 3;

/** Reads an image. Each method gives undefined (list: nothing) where there is no such file or folder. */
export interface ImageFiles {
  /** True where `place` of a stat() is known without reading anything. */
  readonly hasOrder: boolean;
  /** What it is, for messages. */
  readonly description: string;
  /**
   * A whole file.
   * @param maxBytes A larger one is refused, whatever it is; default `maxFileBytes`.
   * @throws DismError ERROR_FILE_CORRUPT: it is larger.
   */
  read(path: string, maxBytes?: number): Promise<Buffer | undefined>;
  /** Names in a folder, files and folders alike, as they are spelled. */
  list(path: string): Promise<string[]>;
  /** The first bytes of a file, at most `bytes`. */
  readHead(path: string, bytes: number): Promise<Buffer | undefined>;
  stat(path: string): Promise<FileStat | undefined>;
  /** Digest of the bytes as they are stored, in lower-case hex, without holding a large file in memory. */
  digest(path: string, algorithm: DigestAlgorithm, onBytes?: (bytes: number) => void): Promise<string | undefined>;
  close(): Promise<void>;
}

/** How to replace a file. */
export interface ReplaceOptions {
  /** Is given what was read back; throws when it is not what was wanted. */
  readonly verify: (readBack: Buffer) => void;
  /** Names that become names of the new file before `path` does: as long as that is the old file, the work is known to be unfinished. */
  readonly otherNames?: readonly string[];
  /** Ends it before the file is in place, or not at all; nothing is left over. */
  readonly signal?: AbortSignal;
}

/** Changes an image too. */
export interface WritableImageFiles extends ImageFiles {
  /**
   * Puts bytes in place of a file, or makes it in an existing folder: written beside it, flushed, read back, renamed.
   * Owner, mode, times and extended attributes of the old file stay.
   */
  replace(path: string, data: Buffer, options: ReplaceOptions): Promise<void>;
  /** Makes `path` a name of the file that `existing` names, replacing what it named before. */
  relink(existing: string, path: string): Promise<void>;
  /** Makes a folder, whose parent exists. */
  makeFolder(path: string): Promise<void>;
}

/** For the most part there is nothing to tidy up, and a scan joins a million paths. */
const untidy = /\\|\/\/|^\/|\/$|(?:^|\/)\.(?:\/|$)/;

/** Joins parts with `/`, without empty ones. */
export function joinPath(...parts: readonly string[]): string {
  const joined = parts.join('/');
  if (!untidy.test(joined)) { return joined; }
  return parts.flatMap((part) => part.split(/[/\\]/)).filter((part) => part !== '' && part !== '.').join('/');
}

/** The folder that a path is in; empty: the root. */
export function folderOf(path: string): string {
  return path.split('/').slice(0, -1).join('/');
}
