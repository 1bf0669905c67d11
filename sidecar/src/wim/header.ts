/** The header of a WIM file: its 208 bytes and the resource headers in it. Format: wimlib.h, MS-WIM white paper. */
import { randomBytes } from 'node:crypto';
import { Hresult } from '../hresult.ts';
import { CompressionType } from '../wimlib/codec.ts';
import type { FileErrors } from '../fileErrors.ts';

export const wimHeaderBytes = 208;
const magic = Buffer.from('MSWIM\0\0\0', 'latin1');
const pipableMagic = Buffer.from('WLPWM\0\0\0', 'latin1');

/** `version` of files that may hold solid (LZMS) resources. */
export const wimVersionSolid = 0xe00;
const wimVersionDefault = 0x10d00;
/** Chunks of any compression type are between these sizes. */
const minChunkBytes = 4096;
const maxChunkBytes = 2 ** 30;

export const WimFlag = {
  Compression: 0x2,
  ReadOnly: 0x4,
  Spanned: 0x8,
  WriteInProgress: 0x40,
  Xpress: 0x20000,
  Lzx: 0x40000,
  Lzms: 0x80000,
  Xpress2: 0x200000,
} as const;

export const ResourceFlag = {
  Metadata: 0x2,
  Compressed: 0x4,
  Solid: 0x10,
} as const;

/** Where a resource lies in the file. Sizes and offsets in bytes. */
export interface ResourceHeader {
  readonly sizeInWim: number;
  readonly flags: number;
  readonly offset: number;
  readonly uncompressedSize: number;
}

export const emptyResource: ResourceHeader = { sizeInWim: 0, flags: 0, offset: 0, uncompressedSize: 0 };

export interface WimHeader {
  readonly version: number;
  readonly flags: number;
  /** Its resources lie so that it can be written to a pipe; wimlib's own kind of WIM. */
  readonly isPipable: boolean;
  readonly compressionType: CompressionType;
  /** Uncompressed bytes of a chunk of a compressed resource. */
  readonly chunkSize: number;
  /** 32 hexadecimal digits, as stored. */
  readonly guid: string;
  readonly partNumber: number;
  readonly totalParts: number;
  readonly imageCount: number;
  readonly blobTable: ResourceHeader;
  readonly xml: ResourceHeader;
  readonly bootMetadata: ResourceHeader;
  /** 1-based index of the bootable image, or 0. */
  readonly bootIndex: number;
  readonly integrityTable: ResourceHeader;
  /** The 208 bytes as read. */
  readonly raw: Buffer;
}

/** Reads a 64-bit size or offset; one beyond 2^53 is not a file that exists. */
export function readSize(buffer: Buffer, offset: number): number {
  // Not as a BigInt, which is an object to be cleared away: tables of large files have hundreds of thousands of sizes.
  return Math.min(buffer.readUInt32LE(offset + 4) * 2 ** 32 + buffer.readUInt32LE(offset), Number.MAX_SAFE_INTEGER);
}

export function readResourceHeader(buffer: Buffer, offset: number): ResourceHeader {
  return {
    sizeInWim: Math.min(buffer.readUIntLE(offset, 6) + buffer.readUInt8(offset + 6) * 2 ** 48, Number.MAX_SAFE_INTEGER),
    flags: buffer.readUInt8(offset + 7),
    offset: readSize(buffer, offset + 8),
    uncompressedSize: readSize(buffer, offset + 16),
  };
}

export function writeResourceHeader(resource: ResourceHeader, buffer: Buffer, offset: number): void {
  buffer.writeUIntLE(resource.sizeInWim % 2 ** 48, offset, 6);
  buffer.writeUInt8(Math.floor(resource.sizeInWim / 2 ** 48), offset + 6);
  buffer.writeUInt8(resource.flags, offset + 7);
  buffer.writeBigUInt64LE(BigInt(resource.offset), offset + 8);
  buffer.writeBigUInt64LE(BigInt(resource.uncompressedSize), offset + 16);
}

function compressionTypeOf(flags: number, errors: FileErrors): CompressionType {
  if ((flags & WimFlag.Compression) === 0) { return CompressionType.None; }
  if ((flags & WimFlag.Lzx) !== 0) { return CompressionType.Lzx; }
  if ((flags & (WimFlag.Xpress | WimFlag.Xpress2)) !== 0) { return CompressionType.Xpress; }
  if ((flags & WimFlag.Lzms) !== 0) { return CompressionType.Lzms; }
  throw errors.damaged('its header names no known compression type');
}

/** Whether the first bytes of a file are those of any WIM. */
export function isWimMagic(raw: Buffer): boolean {
  return raw.length >= 8 && (raw.subarray(0, 8).equals(magic) || raw.subarray(0, 8).equals(pipableMagic));
}

/** Whether a header is that of a pipable WIM: its first one says nothing of the resources; the one at its end does. */
export function isPipableMagic(raw: Buffer): boolean {
  return raw.subarray(0, 8).equals(pipableMagic);
}

/** Whether two headers say the same, apart from the mark that a writer sets while it is at work. */
export function isSameHeader(one: Buffer, other: Buffer): boolean {
  const unmarked = [one, other].map((raw) => {
    const copy = Buffer.from(raw);
    if (copy.length >= wimHeaderBytes) { copy.writeUInt32LE((copy.readUInt32LE(0x10) & ~WimFlag.WriteInProgress) >>> 0, 0x10); }
    return copy;
  });
  return Buffer.compare(...unmarked as [Buffer, Buffer]) === 0;
}

/** Compressed data begins with four bytes or more for each chunk but the first; whoever reads it allocates what it claims. */
function canHold({ flags, sizeInWim, uncompressedSize }: ResourceHeader, chunkSize: number): boolean {
  return (flags & ResourceFlag.Compressed) === 0 || (Math.ceil(uncompressedSize / (chunkSize || 1)) - 1) * 4 <= sizeInWim;
}

/** The second half of a message, where a resource cannot be read. */
function troubleOf(name: string, resource: ResourceHeader, chunkSize: number, fileSize: number): string | undefined {
  const end = resource.offset + resource.sizeInWim;
  if (end > fileSize) { return `it ends too early: its ${name} should end at byte ${end}, the file has ${fileSize} bytes`; }
  return canHold(resource, chunkSize) ? undefined : `its ${name} cannot hold as much as it claims to`;
}

/** Why the integrity table cannot be read, as the header says; a file can be read without it. */
export function integrityTrouble({ integrityTable, chunkSize }: WimHeader, fileSize: number): string | undefined {
  return troubleOf('integrity table', integrityTable, chunkSize, fileSize);
}

function checkResources(header: WimHeader, fileSize: number, errors: FileErrors): void {
  for (const [name, resource] of [['lookup table', header.blobTable], ['XML data', header.xml]] as const) {
    const trouble = troubleOf(name, resource, header.chunkSize, fileSize);
    if (trouble !== undefined) { throw errors.damaged(trouble); }
  }
  if (header.xml.sizeInWim === 0) { throw errors.damaged('it has no XML data: it was not written to its end'); }
}

/**
 * Parses and checks the 208 bytes of a header; the integrity table is left to who needs it.
 * @param fileSize Bytes of the file that it is the header of: it may not refer to more.
 * @throws DismError ERROR_BAD_FORMAT: not a WIM, or of a version that nobody documents;
 * WIM_E_INVALID_CONTAINER: cut short, or with values that cannot be.
 */
export function parseWimHeader(raw: Buffer, fileSize: number, errors: FileErrors): WimHeader {
  if (!isWimMagic(raw)) { throw errors.make(Hresult.ERROR_BAD_FORMAT, raw.length === 0 ? 'the file is empty' : 'it is not a WIM file'); }
  if (raw.length < wimHeaderBytes) { throw errors.damaged('it ends within its header'); }
  const version = raw.readUInt32LE(0x0c);
  if (version !== wimVersionDefault && version !== wimVersionSolid) {
    throw errors.make(Hresult.ERROR_BAD_FORMAT, `WIM version ${version} (0x${version.toString(16)}) is unknown`);
  }
  if (raw.readUInt32LE(0x08) !== wimHeaderBytes) { throw errors.damaged('its header claims to have another size than any'); }
  const flags = raw.readUInt32LE(0x10);
  const header: WimHeader = {
    version,
    flags,
    isPipable: isPipableMagic(raw),
    compressionType: compressionTypeOf(flags, errors),
    chunkSize: raw.readUInt32LE(0x14),
    guid: raw.toString('hex', 0x18, 0x28),
    partNumber: raw.readUInt16LE(0x28),
    totalParts: raw.readUInt16LE(0x2a),
    imageCount: raw.readUInt32LE(0x2c),
    blobTable: readResourceHeader(raw, 0x30),
    xml: readResourceHeader(raw, 0x48),
    bootMetadata: readResourceHeader(raw, 0x60),
    bootIndex: raw.readUInt32LE(0x78),
    integrityTable: readResourceHeader(raw, 0x7c),
    raw,
  };
  const { chunkSize, partNumber, totalParts } = header;
  if (partNumber < 1 || partNumber > totalParts) { throw errors.damaged(`its header says that it is part ${partNumber} of ${totalParts}`); }
  const isPower = (chunkSize & (chunkSize - 1)) === 0;
  if (header.compressionType !== CompressionType.None && (!isPower || chunkSize < minChunkBytes || chunkSize > maxChunkBytes)) {
    throw errors.damaged(`its header holds an impossible chunk size, ${chunkSize}`);
  }
  checkResources(header, fileSize, errors);
  return header;
}

/** The header's bytes with other resources and counts; every field that is not named stays as it was read. */
export function changedHeader(header: WimHeader, change: {
  readonly imageCount: number;
  readonly blobTable: ResourceHeader;
  readonly xml: ResourceHeader;
  /** Default: as it was. */
  readonly bootIndex?: number | undefined;
  readonly bootMetadata: ResourceHeader;
  readonly integrityTable: ResourceHeader;
}): Buffer {
  const raw = Buffer.from(header.raw);
  // A flag that a killed writer of another tool left behind does not describe what stands here now.
  raw.writeUInt32LE((header.flags & ~WimFlag.WriteInProgress) >>> 0, 0x10);
  raw.writeUInt32LE(change.imageCount, 0x2c);
  writeResourceHeader(change.blobTable, raw, 0x30);
  writeResourceHeader(change.xml, raw, 0x48);
  writeResourceHeader(change.bootMetadata, raw, 0x60);
  writeResourceHeader(change.integrityTable, raw, 0x7c);
  raw.writeUInt32LE(change.bootIndex ?? header.bootIndex, 0x78);
  return raw;
}

/** The header of a new file with one image, whose resources are not compressed. */
export function plainHeader({ blobTable, xml }: { readonly blobTable: ResourceHeader; readonly xml: ResourceHeader }): Buffer {
  const raw = Buffer.alloc(wimHeaderBytes);
  magic.copy(raw);
  raw.writeUInt32LE(wimHeaderBytes, 0x08);
  raw.writeUInt32LE(wimVersionDefault, 0x0c);
  randomBytes(16).copy(raw, 0x18);
  raw.writeUInt16LE(1, 0x28);
  raw.writeUInt16LE(1, 0x2a);
  raw.writeUInt32LE(1, 0x2c);
  writeResourceHeader(blobTable, raw, 0x30);
  writeResourceHeader(xml, raw, 0x48);
  return raw;
}
