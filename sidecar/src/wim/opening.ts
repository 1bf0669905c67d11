/** How an image file is opened: without waiting for what is no file, and with its header read, or the words why it is none. */
import { constants, type Stats } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { releaseFile } from '../closing.ts';
import { virtualDiskFormat } from '../disk/virtualDisk.ts';
import type { FileErrors } from '../fileErrors.ts';
import { Hresult } from '../hresult.ts';
import { isPipableMagic, isWimMagic, parseWimHeader, type WimHeader, wimHeaderBytes } from './header.ts';
import { knownFormat } from './notWim.ts';
import type { ReadableFile } from './resourceReader.ts';

/** How to open a file. */
export interface OpenOptions {
  /** The first half of the messages of errors; default: `Cannot read "PATH"`. */
  readonly what?: string | undefined;
  /** To write as well; a symbolic link is not followed then. */
  readonly forWriting?: boolean | undefined;
  /** Is called when it is open and nothing was read yet: to lock it. */
  readonly prepare?: ((handle: FileHandle, errors: FileErrors) => void) | undefined;
}

/** Advice where a path leads to something else than a file. */
const notFile = 'Give an image file, such as install.wim.';

async function readAt(handle: FileHandle, position: number): Promise<Buffer> {
  const raw = Buffer.alloc(wimHeaderBytes);
  const { bytesRead } = await handle.read(raw, 0, wimHeaderBytes, position);
  return raw.subarray(0, bytesRead);
}

/** A file that begins like an image file is opened without waiting for whatever else it may be. @returns With how it begins, as far as a header goes. */
export async function openRegularFile(
  path: string, { forWriting = false, prepare }: OpenOptions, errors: FileErrors,
): Promise<{ handle: FileHandle; stats: Stats; first: Buffer }> {
  const refuse = (found: Stats): void => {
    if (found.isDirectory()) { throw errors.make(Hresult.E_ACCESSDENIED, 'it is a folder', notFile); }
    if (!found.isFile()) { throw errors.make(Hresult.ERROR_BAD_FORMAT, 'it is not a regular file', notFile); }
  };
  // A pipe or device is refused before it is opened: opening one can block or set something off.
  refuse(await stat(path));
  const handle = await open(path, constants.O_NONBLOCK | (forWriting ? constants.O_RDWR | constants.O_NOFOLLOW : constants.O_RDONLY));
  try {
    prepare?.(handle, errors);
    const reading = readAt(handle, 0);
    // What is no regular file is refused for that, whatever comes of reading it.
    reading.catch(() => undefined);
    const stats = await handle.stat();
    refuse(stats);
    return { handle, stats, first: await reading };
  } catch (error) {
    await releaseFile(handle);
    throw error;
  }
}

/** @param first How the file begins. */
export async function readHeader({ handle, size, errors }: ReadableFile, first: Buffer): Promise<WimHeader> {
  const read = async (position: number): Promise<Buffer> => await readAt(handle, position);
  if (!isWimMagic(first)) {
    const disk = await virtualDiskFormat(first, handle, size);
    if (disk !== undefined || /\.a?vhdx?$/i.test(errors.path)) {
      throw errors.otherFormat(`it is a virtual disk${disk === undefined ? ' by its name' : ` (${disk})`}, no WIM file`,
        'Mount it (Mount-DismTsImage), or make a WIM of it first (Convert-DismTsImage).');
    }
    const other = await knownFormat(first, read);
    if (other !== undefined) { throw errors.make(Hresult.ERROR_BAD_FORMAT, `it is ${other.name}, no WIM file`, other.hint); }
  }
  if (!isPipableMagic(first) || first.length < wimHeaderBytes) { return parseWimHeader(first, size, errors); }
  const last = await read(size - wimHeaderBytes);
  if (!isPipableMagic(last)) { throw errors.damaged('it is a pipable WIM without the header at its end: it was not written to its end'); }
  return parseWimHeader(last, size, errors);
}
