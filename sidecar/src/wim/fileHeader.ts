/** Looks at an image file before libwim does: says precisely why it cannot be one, and never blocks on it. */
import { constants } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { dirname, isAbsolute } from 'node:path';
import { DismError, UnsupportedError } from '../errors.ts';
import { Hresult } from '../hresult.ts';

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
const partNumberOffset = 0x28;
const totalPartsOffset = 0x2a;
// Where the header says where they are: 7 bytes of size and one of flags, offset, uncompressed size.
const lookupTableOffset = 0x30;
const xmlOffset = 0x48;
const integrityTableOffset = 0x7c;
const resources: readonly (readonly [name: string, offset: number])[] = [
  ['lookup table', lookupTableOffset], ['XML data', xmlOffset], ['integrity table', integrityTableOffset],
];
const sizeMask = 0x00ff_ffff_ffff_ffffn;
/** WIM_RESHDR_FLAG_COMPRESSED. */
const compressedFlag = 0x04;
/** A hundred times what a file with all editions of Windows has. */
const maxXmlBytes = 16 * 1024 * 1024;

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
 * Opens a file that begins like a WIM and is long enough for what its header claims, and gives it to `use`.
 * `what` is the first half of the message of an error, such as `Cannot open "/a.wim"`.
 */
async function withImageFile<T>(path: string, what: string, use: (header: Buffer, file: FileHandle) => Promise<T> | T): Promise<T> {
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
    const buffer = Buffer.alloc(headerBytes);
    const { bytesRead } = await file.read(buffer, 0, headerBytes, 0);
    const header = buffer.subarray(0, bytesRead);
    await checkHeader(header, file, found.size, what, path);
    return await use(header, file);
  } catch (error) {
    throw error instanceof DismError ? error : await fileError(error, what, path);
  } finally {
    await file?.close();
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
  return withImageFile(path, what, (header) => ({
    version: header.readUInt32LE(0x0c), partNumber: header.readUInt16LE(partNumberOffset), totalParts: header.readUInt16LE(totalPartsOffset),
  }));
}

/**
 * A WIM of nothing but the header and the XML data of another: all that information on images needs. libwim reads it in
 * a millisecond, where the lookup table of a Windows image takes it 30. Undefined where the XML data is compressed, of
 * unusual size, or at the end of a pipable WIM; otherwise as readImageFileHeader().
 */
export async function readXmlOnlyWim(path: string, what: string): Promise<Buffer | undefined> {
  return withImageFile(path, what, async (header, file) => {
    const sizeAndFlags = header.readBigUInt64LE(xmlOffset);
    const size = Number(sizeAndFlags & sizeMask);
    if (isPipable(header) || size > maxXmlBytes || (Number(sizeAndFlags >> 56n) & compressedFlag) !== 0) {
      return undefined;
    }
    const wim = Buffer.alloc(headerBytes + size);
    header.copy(wim);
    wim.fill(0, lookupTableOffset, xmlOffset);
    // As a later part of a split WIM: of the first, libwim counts only images whose file list is there.
    wim.writeUInt16LE(2, partNumberOffset);
    wim.writeUInt16LE(2, totalPartsOffset);
    wim.writeBigUInt64LE(BigInt(headerBytes), xmlOffset + 8);
    wim.fill(0, integrityTableOffset, integrityTableOffset + 24);
    const { bytesRead } = await file.read(wim, headerBytes, size, Number(header.readBigUInt64LE(xmlOffset + 8)));
    return wim.subarray(0, headerBytes + bytesRead);
  });
}

function isPipable(header: Buffer): boolean {
  return header.toString('latin1', 0, 8) === 'WLPWM\0\0\0';
}

async function checkHeader(header: Buffer, file: FileHandle, size: number, what: string, path: string): Promise<void> {
  if (header.toString('latin1', 0, 8) !== 'MSWIM\0\0\0' && !isPipable(header)) {
    const disk = await virtualDiskFormat(header, file, size);
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
  if (isPipable(header)) {
    return; // This header says nothing of its resources; the one at its end does, to libwim.
  }
  const [part, parts] = [header.readUInt16LE(partNumberOffset), header.readUInt16LE(totalPartsOffset)];
  if (part < 1 || part > parts) {
    throw damaged(`its header says that it is part ${part} of ${parts}`);
  }
  const chunkBytes = BigInt(header.readUInt32LE(0x14) || 1);
  for (const [name, offset] of resources) {
    const sizeAndFlags = header.readBigUInt64LE(offset);
    const sizeInFile = sizeAndFlags & sizeMask;
    const end = sizeInFile + header.readBigUInt64LE(offset + 8);
    if (end > BigInt(size)) {
      throw damaged(`it ends too early: its ${name} should end at byte ${end}, the file has ${size} bytes`);
    }
    // Compressed data begins with four bytes or more for each chunk but the first. libwim allocates what the header
    // claims before it finds out.
    const chunks = (header.readBigUInt64LE(offset + 16) + chunkBytes - 1n) / chunkBytes;
    if ((Number(sizeAndFlags >> 56n) & compressedFlag) !== 0 && (chunks - 1n) * 4n > sizeInFile) {
      throw damaged(`its ${name} cannot hold as much as it claims to`);
    }
  }
}

/** VHDX has its signature first, VHD in its last 512 bytes. */
async function virtualDiskFormat(header: Buffer, file: FileHandle, size: number): Promise<string | undefined> {
  if (header.toString('latin1', 0, 8) === 'vhdxfile') {
    return 'VHDX';
  }
  if (size < 512) {
    return undefined;
  }
  const footer = Buffer.alloc(8);
  await file.read(footer, 0, footer.length, size - 512);
  return footer.toString('latin1') === 'conectix' ? 'VHD' : undefined;
}
