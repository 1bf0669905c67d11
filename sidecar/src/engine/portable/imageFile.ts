/** Looks at an image file before libwim does: says precisely why it cannot be one, and never blocks on it. */
import { constants } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { dirname, isAbsolute } from 'node:path';
import { DismError, UnsupportedError } from '../../errors.ts';
import { Hresult } from '../../hresult.ts';

/** What the first bytes of a WIM file say. */
export interface ImageFileHeader {
  /** 68864 (0x10D00) for .wim and .swm, 3584 (0xE00) for .esd. */
  readonly version: number;
  /** 1-based number of this part of a split WIM, else 1. */
  readonly partNumber: number;
  readonly totalParts: number;
}

const headerBytes = 208;
const knownVersions: readonly number[] = [0x10d00, 0xe00];
/** Where the header says where the lookup table, the XML data and the integrity table are. */
const resources: readonly (readonly [name: string, offset: number])[] = [
  ['lookup table', 0x30], ['XML data', 0x48], ['integrity table', 0x7c],
];

/** WIM_RESHDR_FLAG_COMPRESSED. */
const compressedFlag = 0x04;

/** Makes the error for a system call that failed on a path: one place for errno to HRESULT. */
export async function fileError(error: unknown, what: string, path: string): Promise<unknown> {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  const options = { target: path, cause: error };
  switch (code) {
    case 'ENOENT': {
      const folder = dirname(path);
      const folderExists = await stat(folder).then((found) => found.isDirectory(), () => false);
      return folderExists
        ? new DismError(Hresult.ERROR_FILE_NOT_FOUND, `${what}: the file does not exist`, options)
        : new DismError(Hresult.ERROR_PATH_NOT_FOUND, `${what}: the folder "${folder}" does not exist`, options);
    }
    case 'ENOTDIR':
    case 'ELOOP':
    case 'ENAMETOOLONG':
      return new DismError(Hresult.ERROR_PATH_NOT_FOUND, `${what}: the path leads nowhere (${code})`, options);
    case 'EACCES':
    case 'EPERM':
      return new DismError(Hresult.E_ACCESSDENIED, `${what}: permission is denied`, options);
    case undefined:
      return error;
    default:
      return new DismError(Hresult.ERROR_READ_FAULT, `${what}: the file could not be read (${code})`, options);
  }
}

/**
 * Checks that a path is a readable regular file that begins like a WIM and is long enough for what its header claims.
 * `what` is the first half of the message of an error, such as `Cannot open "/a.wim"`.
 * @throws DismError ERROR_FILE_NOT_FOUND, ERROR_PATH_NOT_FOUND, E_ACCESSDENIED, ERROR_READ_FAULT: as the system says.
 * @throws DismError ERROR_BAD_FORMAT: no WIM, or one of an unknown version. WIM_E_INVALID_CONTAINER: cut short.
 * @throws UnsupportedError the file is a virtual disk.
 */
export async function readImageFileHeader(path: string, what: string): Promise<ImageFileHeader> {
  if (!isAbsolute(path)) {
    throw new DismError(Hresult.ERROR_PATH_NOT_FOUND, `${what}: the path is not absolute on this system`, { target: path });
  }
  let file: FileHandle | undefined;
  try {
    // A pipe or device is refused before it is opened: opening one can block or set something off.
    const found = await stat(path);
    if (found.isDirectory()) {
      throw new DismError(Hresult.E_ACCESSDENIED, `${what}: it is a folder`, { target: path });
    }
    if (!found.isFile()) {
      throw new DismError(Hresult.ERROR_BAD_FORMAT, `${what}: it is not a regular file`, { target: path });
    }
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const header = Buffer.alloc(headerBytes);
    const { bytesRead } = await file.read(header, 0, headerBytes, 0);
    return await checkHeader(header.subarray(0, bytesRead), file, what, path);
  } catch (error) {
    throw error instanceof DismError ? error : await fileError(error, what, path);
  } finally {
    await file?.close();
  }
}

async function checkHeader(
  header: Buffer, file: FileHandle, what: string, path: string,
): Promise<ImageFileHeader> {
  const magic = header.toString('latin1', 0, 8);
  const pipable = magic === 'WLPWM\0\0\0';
  if (magic !== 'MSWIM\0\0\0' && !pipable) {
    const disk = await virtualDiskFormat(header, file);
    if (disk !== undefined) {
      throw new UnsupportedError(`${what}: it is a ${disk} virtual disk, which only the Native engine reads`, { target: path });
    }
    const reason = header.length === 0 ? 'the file is empty' : 'it is not a WIM file';
    throw new DismError(Hresult.ERROR_BAD_FORMAT, `${what}: ${reason}`, { target: path });
  }
  const damaged = (reason: string) => new DismError(Hresult.WIM_E_INVALID_CONTAINER, `${what}: ${reason}`, { target: path });
  if (header.length < headerBytes) {
    throw damaged('it ends within its header');
  }
  const version = header.readUInt32LE(0x0c);
  if (!knownVersions.includes(version)) {
    throw new DismError(Hresult.ERROR_BAD_FORMAT, `${what}: WIM version ${version} (0x${version.toString(16)}) is unknown`, {
      target: path,
    });
  }
  if (!pipable) { // The first header of a pipable WIM says nothing of its resources; the last one does.
    const { size } = await file.stat();
    const chunkBytes = BigInt(header.readUInt32LE(0x14) || 1);
    for (const [name, offset] of resources) {
      // struct wim_reshdr_disk: 7 bytes of size and one of flags, offset, uncompressed size.
      const sizeInFile = header.readBigUInt64LE(offset) & 0x00ff_ffff_ffff_ffffn;
      const end = sizeInFile + header.readBigUInt64LE(offset + 8);
      if (end > BigInt(size)) {
        throw damaged(`it ends too early: its ${name} should end at byte ${end}, the file has ${size} bytes`);
      }
      // Compressed data begins with four bytes or more for each chunk but the first. libwim allocates what the header
      // claims before it finds out.
      const chunks = (header.readBigUInt64LE(offset + 16) + chunkBytes - 1n) / chunkBytes;
      if ((header[offset + 7] ?? 0) & compressedFlag && (chunks - 1n) * 4n > sizeInFile) {
        throw damaged(`its ${name} cannot hold as much as it claims to`);
      }
    }
  }
  return { version, partNumber: header.readUInt16LE(0x28), totalParts: header.readUInt16LE(0x2a) };
}

/** VHDX has its signature first, VHD in its last 512 bytes. */
async function virtualDiskFormat(header: Buffer, file: FileHandle): Promise<string | undefined> {
  if (header.toString('latin1', 0, 8) === 'vhdxfile') {
    return 'VHDX';
  }
  const { size } = await file.stat();
  if (size < 512) {
    return undefined;
  }
  const footer = Buffer.alloc(8);
  await file.read(footer, 0, footer.length, size - 512);
  return footer.toString('latin1') === 'conectix' ? 'VHD' : undefined;
}
