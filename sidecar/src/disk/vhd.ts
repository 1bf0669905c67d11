/** The VHD format: its footer, the header of a dynamic disk, and where the blocks lie. Format: Virtual Hard Disk Image Format Specification 1.0. */
import { Hresult } from '../hresult.ts';
import type { FileErrors } from '../fileErrors.ts';
import { BlockSource, type ByteSource, PageCache, PartSource, sizeAt } from './byteSource.ts';

export const vhdFooterBytes = 512;
const headerBytes = 1024;
const formatVersion = 0x0001_0000;
/** The disk ends within 2 TB less a little; Windows makes none that is larger. */
const maxVhdBytes = 2040 * 1024 ** 3;
const unusedBlock = 0xffff_ffff;

/** What the footer says of a disk. */
export interface VhdFooter {
  readonly kind: 'Fixed' | 'Dynamic' | 'Differencing';
  /** Bytes of the disk. */
  readonly size: number;
  /** Where the header of a dynamic disk is. */
  readonly headerOffset: number;
  /** Four characters of the program that made it. */
  readonly creator: string;
  readonly id: string;
  /** A virtual machine was saved while it used the disk. */
  readonly isInSavedState: boolean;
}

/** Whether bytes begin as a footer does. */
export function isVhdFooter(raw: Buffer): boolean {
  return raw.toString('latin1', 0, 8) === 'conectix';
}

function vhdChecksum(raw: Buffer, checksumOffset: number): number {
  let sum = 0;
  for (let at = 0; at < raw.length; at++) { sum += at >= checksumOffset && at < checksumOffset + 4 ? 0 : raw[at] ?? 0; }
  return ~sum >>> 0;
}

/**
 * Parses and checks the footer.
 * @throws DismError ERROR_VHD_DRIVE_FOOTER_CHECKSUM_MISMATCH, ERROR_VHD_DRIVE_FOOTER_CORRUPT, ERROR_VHD_FORMAT_UNSUPPORTED_VERSION.
 */
function parseVhdFooter(raw: Buffer, errors: FileErrors): VhdFooter {
  if (raw.length < vhdFooterBytes || !isVhdFooter(raw)) { throw errors.make(Hresult.ERROR_VHD_DRIVE_FOOTER_CORRUPT, 'it does not end with the footer of a VHD'); }
  if (vhdChecksum(raw.subarray(0, vhdFooterBytes), 64) !== raw.readUInt32BE(64)) {
    throw errors.make(Hresult.ERROR_VHD_DRIVE_FOOTER_CHECKSUM_MISMATCH, 'its footer has been damaged');
  }
  const version = raw.readUInt32BE(12);
  if (version !== formatVersion) { throw errors.make(Hresult.ERROR_VHD_FORMAT_UNSUPPORTED_VERSION, `it is a VHD of the unknown version 0x${version.toString(16)}`); }
  const type = raw.readUInt32BE(60);
  const kind = new Map([[2, 'Fixed'], [3, 'Dynamic'], [4, 'Differencing']] as const).get(type as 2 | 3 | 4);
  if (kind === undefined) { throw errors.make(Hresult.ERROR_VHD_DRIVE_FOOTER_CORRUPT, `its footer names no known type of disk (${type})`); }
  const size = sizeAt(raw, 48, true);
  if (size === 0 || size % 512 !== 0 || size > maxVhdBytes) { throw errors.make(Hresult.ERROR_VHD_DRIVE_FOOTER_CORRUPT, `its footer claims an impossible size, ${size} bytes`); }
  return {
    kind, size, headerOffset: sizeAt(raw, 16, true), creator: raw.toString('latin1', 28, 32), id: raw.toString('hex', 68, 84), isInSavedState: raw[84] === 1,
  };
}

/** Where a dynamic disk keeps its blocks. */
interface SparseHeader {
  readonly tableOffset: number;
  readonly entries: number;
  readonly blockBytes: number;
  /** Of a differencing disk: what its parent is called. */
  readonly parentName: string;
}

/** @throws DismError ERROR_VHD_SPARSE_HEADER_CHECKSUM_MISMATCH, ERROR_VHD_SPARSE_HEADER_CORRUPT, ERROR_VHD_INVALID_BLOCK_SIZE. */
function parseSparseHeader(raw: Buffer, disk: VhdFooter, fileSize: number, errors: FileErrors): SparseHeader {
  const corrupt = (reason: string) => errors.make(Hresult.ERROR_VHD_SPARSE_HEADER_CORRUPT, reason);
  if (raw.toString('latin1', 0, 8) !== 'cxsparse') { throw corrupt('it has no header of a dynamic disk where its footer says'); }
  if (vhdChecksum(raw.subarray(0, headerBytes), 36) !== raw.readUInt32BE(36)) {
    throw errors.make(Hresult.ERROR_VHD_SPARSE_HEADER_CHECKSUM_MISMATCH, 'the header of its dynamic disk has been damaged');
  }
  if (raw.readUInt32BE(24) !== formatVersion) { throw corrupt('the header of its dynamic disk has an unknown version'); }
  const [tableOffset, entries, blockBytes] = [sizeAt(raw, 16, true), raw.readUInt32BE(28), raw.readUInt32BE(32)];
  if (blockBytes < 4096 || blockBytes > 256 * 1024 ** 2 || (blockBytes & (blockBytes - 1)) !== 0) {
    throw errors.make(Hresult.ERROR_VHD_INVALID_BLOCK_SIZE, `its blocks have an impossible size, ${blockBytes} bytes`);
  }
  if (entries < Math.ceil(disk.size / blockBytes)) { throw corrupt('its block allocation table is too small for its size'); }
  if (tableOffset + entries * 4 > fileSize) { throw corrupt('it ends before its block allocation table does: it was not copied to its end'); }
  const name = Buffer.from(raw.subarray(64, 64 + 512)).swap16().toString('utf16le');
  return { tableOffset, entries, blockBytes, parentName: name.replace(/\0[^]*$/, '') };
}

/** The disk in a dynamic VHD. */
class DynamicVhd extends BlockSource {
  readonly #table: PageCache;
  readonly #dataOffset: number;
  readonly #fileSize: number;

  constructor(file: ByteSource, size: number, header: SparseHeader) {
    super(file, size, header.blockBytes);
    this.#table = new PageCache(new PartSource(file, header.tableOffset, header.entries * 4), 64 * 1024, 64);
    // A bitmap of its sectors comes first. As each block is written with zeros where it is made, it tells nothing that matters here.
    this.#dataOffset = Math.ceil(header.blockBytes / 512 / 8 / 512) * 512;
    this.#fileSize = file.size;
  }

  async placeOf(block: number): Promise<number | undefined> {
    const sector = (await this.#table.read(block * 4, 4)).readUInt32BE(0);
    if (sector === unusedBlock) { return undefined; }
    const place = sector * 512 + this.#dataOffset;
    if (place + this.blockBytes > this.#fileSize) {
      throw this.errors.make(Hresult.ERROR_VHD_BLOCK_ALLOCATION_TABLE_CORRUPT, `its block ${block} lies beyond its end: it was not copied to its end, or is damaged`);
    }
    return place;
  }
}

/** A VHD that was opened. */
export interface OpenedVhd {
  readonly footer: VhdFooter;
  /** Of a differencing disk. */
  readonly parentName: string;
  /** The bytes of the disk; undefined where the most of them are in a parent. */
  readonly content: ByteSource | undefined;
}

/** Opens the disk in a VHD. @throws DismError: damaged, as the ERROR_VHD_* code says. */
export async function openVhd(file: ByteSource, rawFooter: Buffer): Promise<OpenedVhd> {
  const { errors } = file;
  const footer = parseVhdFooter(rawFooter, errors);
  if (footer.kind === 'Fixed') {
    if (footer.size > file.size - vhdFooterBytes) {
      throw errors.make(Hresult.ERROR_VHD_INVALID_FILE_SIZE, `it should hold a disk of ${footer.size} bytes, but has ${file.size}: it was not copied to its end`);
    }
    return { footer, parentName: '', content: new PartSource(file, 0, footer.size) };
  }
  if (footer.headerOffset + headerBytes > file.size) { throw errors.make(Hresult.ERROR_VHD_SPARSE_HEADER_CORRUPT, 'it ends before the header of its dynamic disk'); }
  const header = parseSparseHeader(await file.read(footer.headerOffset, headerBytes), footer, file.size, errors);
  return footer.kind === 'Differencing' ? { footer, parentName: header.parentName, content: undefined }
    : { footer, parentName: '', content: new DynamicVhd(file, footer.size, header) };
}
