/** The VHDX format: headers, region table, metadata, and where the blocks lie. Format: [MS-VHDX]. */
import { guidAt } from '../guid.ts';
import { Hresult } from '../hresult.ts';
import type { FileErrors } from '../fileErrors.ts';
import { BlockSource, type ByteSource, emptyGuid, PageCache, PartSource, sizeAt } from './byteSource.ts';
import { crc32c } from './crc32c.ts';

const KiB = 1024;
const MiB = 1024 * KiB;
const TiB = 1024 ** 4;
const headerBytes = 4 * KiB;
const headerOffsets = [64 * KiB, 128 * KiB] as const;
const regionTableBytes = 64 * KiB;
const regionTableOffsets = [192 * KiB, 256 * KiB] as const;
const maxRegions = 2047;
const metadataTableBytes = 64 * KiB;
const maxMetadataItems = 2047;
const maxItemBytes = MiB;

const regions = { table: '2DC27766-F623-4200-9D64-115E9BFD4A08', metadata: '8B7CA206-4790-4B9A-B8FE-575F050F886E' } as const;
const items = {
  parameters: 'CAA16737-FA36-4D43-B3B6-33F0AA44E76B', size: '2FA54224-CD1B-4876-B211-5DBED83BF4B8', id: 'BECA12AB-B2E6-4523-93EF-C309E000C746',
  logicalSector: '8141BF1D-A96F-4709-BA47-F233A8FAAB5F', physicalSector: 'CDA348C7-445D-4471-9CC9-E9885251C556',
  parentLocator: 'A8D35F2D-B30B-454D-ABF7-D3D84834AB0C',
} as const;
/** Blocks that a differencing disk has in part only. */
const partlyPresent = 7;
const fullyPresent = 6;

/** Whether bytes begin as a VHDX does. */
export function isVhdx(head: Buffer): boolean {
  return head.toString('latin1', 0, 8) === 'vhdxfile';
}

/** The newer one of the two headers. */
export interface VhdxHeader {
  readonly sequence: bigint;
  /** Changes with every opening for writing. */
  readonly dataWriteId: string;
  /** Not empty: changes wait in the log that have to be replayed first. */
  readonly logId: string;
}

/** @returns undefined where it is none, or damaged. */
function parseVhdxHeader(raw: Buffer): VhdxHeader & { readonly version: number } | undefined {
  if (raw.length < headerBytes || raw.toString('latin1', 0, 4) !== 'head' || crc32c(raw.subarray(0, headerBytes), 4) !== raw.readUInt32LE(4)) { return undefined; }
  return { sequence: raw.readBigUInt64LE(8), dataWriteId: guidAt(raw, 32), logId: guidAt(raw, 48), version: raw.readUInt16LE(66) };
}

interface Region {
  readonly offset: number;
  readonly length: number;
}

/** The two regions that every file has. @returns undefined where the table is none, or damaged. @throws DismError: what it says cannot be. */
function parseRegionTable(raw: Buffer, fileSize: number, errors: FileErrors): { readonly table: Region; readonly metadata: Region } | undefined {
  if (raw.length < regionTableBytes || raw.toString('latin1', 0, 4) !== 'regi' || crc32c(raw.subarray(0, regionTableBytes), 4) !== raw.readUInt32LE(4)) { return undefined; }
  const count = raw.readUInt32LE(8);
  if (count > maxRegions) { throw errors.make(Hresult.ERROR_FILE_CORRUPT, `its region table claims to have ${count} entries`); }
  const found = new Map<string, Region>();
  for (let index = 0; index < count; index++) {
    const at = 16 + index * 32;
    const [id, offset, length] = [guidAt(raw, at), sizeAt(raw, at + 16), raw.readUInt32LE(at + 24)];
    if (found.has(id) || offset < MiB || offset % MiB !== 0 || length === 0 || length % MiB !== 0) { throw errors.make(Hresult.ERROR_FILE_CORRUPT, 'its region table cannot be'); }
    if (offset + length > fileSize) { throw errors.make(Hresult.ERROR_VHD_INVALID_FILE_SIZE, `a region of it ends at byte ${offset + length}, the file has ${fileSize}: it was not copied to its end`); }
    if ((raw.readUInt32LE(at + 28) & 1) !== 0 && !Object.values(regions).includes(id as never)) {
      throw errors.make(Hresult.ERROR_VHD_FORMAT_UNSUPPORTED_VERSION, `it needs a region that nobody documents (${id})`);
    }
    found.set(id, { offset, length });
  }
  const [table, metadata] = [found.get(regions.table), found.get(regions.metadata)];
  if (table === undefined || metadata === undefined) { throw errors.make(Hresult.ERROR_FILE_CORRUPT, 'it has no block allocation table or no metadata'); }
  const all = [...found.values()].sort((a, b) => a.offset - b.offset);
  if (all.some(({ offset }, index) => offset < (all[index - 1]?.offset ?? 0) + (all[index - 1]?.length ?? 0))) { throw errors.make(Hresult.ERROR_FILE_CORRUPT, 'its regions overlap'); }
  return { table, metadata };
}

/** What the metadata say of a disk. */
export interface VhdxMetadata {
  readonly size: number;
  readonly blockBytes: number;
  readonly hasParent: boolean;
  readonly isFixed: boolean;
  readonly logicalSectorBytes: number;
  readonly physicalSectorBytes: number;
  readonly id: string;
  /** Of a differencing disk: `relative_path`, `absolute_win32_path`, `parent_linkage` ... */
  readonly parent: ReadonlyMap<string, string>;
}

function parseParentLocator(raw: Buffer, errors: FileErrors): Map<string, string> {
  const entries = new Map<string, string>();
  const count = raw.length < 20 ? 0 : raw.readUInt16LE(18);
  for (let index = 0; index < count; index++) {
    const at = 20 + index * 12;
    if (at + 12 > raw.length) { throw errors.make(Hresult.ERROR_FILE_CORRUPT, 'what it says of its parent is damaged'); }
    const text = (offset: number, length: number): string => {
      if (offset + length > raw.length) { throw errors.make(Hresult.ERROR_FILE_CORRUPT, 'what it says of its parent is damaged'); }
      return raw.toString('utf16le', offset, offset + length);
    };
    entries.set(text(raw.readUInt32LE(at), raw.readUInt16LE(at + 8)), text(raw.readUInt32LE(at + 4), raw.readUInt16LE(at + 10)));
  }
  return entries;
}

/** @throws DismError ERROR_FILE_CORRUPT, ERROR_VHD_INVALID_SIZE, ERROR_VHD_INVALID_BLOCK_SIZE, ERROR_VIRTDISK_UNSUPPORTED_DISK_SECTOR_SIZE. */
async function readVhdxMetadata(region: ByteSource): Promise<VhdxMetadata> {
  const { errors } = region;
  const corrupt = (reason: string) => errors.make(Hresult.ERROR_FILE_CORRUPT, reason);
  const table = await region.read(0, Math.min(metadataTableBytes, region.size));
  if (table.length < metadataTableBytes || table.toString('latin1', 0, 8) !== 'metadata') { throw corrupt('its metadata are damaged'); }
  const count = table.readUInt16LE(10);
  if (count > maxMetadataItems) { throw corrupt(`its metadata claim to have ${count} entries`); }
  const found = new Map<string, Buffer>();
  for (let index = 0; index < count; index++) {
    const at = 32 + index * 32;
    const [id, offset, length, flags] = [guidAt(table, at), table.readUInt32LE(at + 16), table.readUInt32LE(at + 20), table.readUInt32LE(at + 24)];
    const isUser = (flags & 1) !== 0;
    const isKnown = !isUser && Object.values(items).includes(id as never);
    if (!isKnown && (flags & 4) !== 0) { throw errors.make(Hresult.ERROR_VHD_FORMAT_UNSUPPORTED_VERSION, `it needs metadata that nobody documents (${id})`); }
    if (!isKnown) { continue; }
    if (found.has(id) || length > maxItemBytes || offset < metadataTableBytes) { throw corrupt('its metadata are damaged'); }
    found.set(id, await region.read(offset, length));
  }
  const item = (id: string, bytes: number): Buffer => {
    const data = found.get(id);
    if (data === undefined || data.length < bytes) { throw corrupt('metadata are missing that every VHDX has'); }
    return data;
  };
  const [parameters, size] = [item(items.parameters, 8), sizeAt(item(items.size, 8), 0)];
  const [logicalSectorBytes, physicalSectorBytes] = [item(items.logicalSector, 4).readUInt32LE(0), item(items.physicalSector, 4).readUInt32LE(0)];
  if (![512, 4096].includes(logicalSectorBytes) || ![512, 4096].includes(physicalSectorBytes)) {
    throw errors.make(Hresult.ERROR_VIRTDISK_UNSUPPORTED_DISK_SECTOR_SIZE, `its sectors have an impossible size, ${logicalSectorBytes} bytes`);
  }
  const blockBytes = parameters.readUInt32LE(0);
  if (blockBytes < MiB || blockBytes > 256 * MiB || (blockBytes & (blockBytes - 1)) !== 0) {
    throw errors.make(Hresult.ERROR_VHD_INVALID_BLOCK_SIZE, `its blocks have an impossible size, ${blockBytes} bytes`);
  }
  if (size === 0 || size % logicalSectorBytes !== 0 || size > 64 * TiB) { throw errors.make(Hresult.ERROR_VHD_INVALID_SIZE, `it claims an impossible size, ${size} bytes`); }
  const hasParent = (parameters.readUInt32LE(4) & 2) !== 0;
  return {
    size, blockBytes, hasParent, isFixed: (parameters.readUInt32LE(4) & 1) !== 0, logicalSectorBytes, physicalSectorBytes, id: guidAt(item(items.id, 16), 0),
    parent: hasParent ? parseParentLocator(item(items.parentLocator, 20), errors) : new Map<string, string>(),
  };
}

/** The disk in a VHDX. */
class VhdxContent extends BlockSource {
  readonly #table: PageCache;
  readonly #chunkRatio: number;
  readonly #fileSize: number;

  constructor(file: ByteSource, metadata: VhdxMetadata, table: Region) {
    super(file, metadata.size, metadata.blockBytes);
    this.#table = new PageCache(new PartSource(file, table.offset, table.length), 64 * KiB, 64);
    // After so many entries comes one for a bitmap of sectors.
    this.#chunkRatio = 2 ** 23 * metadata.logicalSectorBytes / metadata.blockBytes;
    this.#fileSize = file.size;
  }

  async placeOf(block: number): Promise<number | undefined> {
    const entry = (await this.#table.read((block + Math.floor(block / this.#chunkRatio)) * 8, 8)).readBigUInt64LE(0);
    const state = Number(entry & 7n);
    if (state < 4) { return undefined; }
    const place = Number(entry >> 20n) * MiB;
    if (state !== fullyPresent) {
      throw this.errors.make(Hresult.ERROR_VHD_BLOCK_ALLOCATION_TABLE_CORRUPT, state === partlyPresent ? `it has a part of block ${block} only` : `block ${block} is in an unknown state`);
    }
    if (place < MiB || place + this.blockBytes > this.#fileSize) {
      throw this.errors.make(Hresult.ERROR_VHD_BLOCK_ALLOCATION_TABLE_CORRUPT, `its block ${block} lies beyond its end: it was not copied to its end, or is damaged`);
    }
    return place;
  }
}

/** A VHDX that was opened. */
export interface OpenedVhdx {
  readonly header: VhdxHeader;
  readonly metadata: VhdxMetadata;
  /** The bytes of the disk; undefined where the most of them are in a parent. What waits in a log is not among them. */
  readonly content: ByteSource | undefined;
}

/** Opens the disk in a VHDX. @throws DismError: damaged, cut short, or of an unknown version. */
export async function openVhdx(file: ByteSource): Promise<OpenedVhdx> {
  const { errors } = file;
  if (file.size < MiB) { throw errors.make(Hresult.ERROR_VHD_INVALID_FILE_SIZE, 'it ends within its header: it was not copied to its end'); }
  const headers = [];
  for (const offset of headerOffsets) { headers.push(parseVhdxHeader(await file.read(offset, headerBytes))); }
  const [header] = headers.filter((each) => each !== undefined).sort((a, b) => (a.sequence < b.sequence ? 1 : -1));
  if (header === undefined) { throw errors.make(Hresult.ERROR_FILE_CORRUPT, 'both of its headers are damaged'); }
  if (header.version !== 1) { throw errors.make(Hresult.ERROR_VHD_FORMAT_UNSUPPORTED_VERSION, `it is a VHDX of the unknown version ${header.version}`); }
  let found: ReturnType<typeof parseRegionTable>;
  for (const offset of regionTableOffsets) { found ??= parseRegionTable(await file.read(offset, regionTableBytes), file.size, errors); }
  if (found === undefined) { throw errors.make(Hresult.ERROR_FILE_CORRUPT, 'both of its region tables are damaged'); }
  const metadata = await readVhdxMetadata(new PartSource(file, found.metadata.offset, found.metadata.length));
  const blocks = Math.ceil(metadata.size / metadata.blockBytes);
  const chunkRatio = 2 ** 23 * metadata.logicalSectorBytes / metadata.blockBytes;
  if ((blocks + Math.floor((blocks - 1) / chunkRatio)) * 8 > found.table.length) {
    throw errors.make(Hresult.ERROR_VHD_BLOCK_ALLOCATION_TABLE_CORRUPT, 'its block allocation table is too small for its size');
  }
  return { header, metadata, content: metadata.hasParent ? undefined : new VhdxContent(file, metadata, found.table) };
}

/** Whether changes wait in the log of a VHDX. */
export function hasLog({ logId }: VhdxHeader): boolean {
  return logId !== emptyGuid;
}
