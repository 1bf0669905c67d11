/** Writes WIM files byte by byte, uncompressed, so that a test can put anything into one that no tool would. */
import { createHash } from 'node:crypto';

/** A stream beside the data of a file. */
export interface RawStream {
  readonly name: string;
  readonly data: Uint8Array;
}

/** What a reparse point holds. */
export interface RawReparse {
  readonly tag: number;
  /** REPARSE_DATA_BUFFER without its first 8 bytes. */
  readonly data: Uint8Array;
}

/** One entry of a folder. Nothing is checked. */
export interface RawNode {
  readonly name: string;
  readonly shortName?: string;
  /** FILE_ATTRIBUTE_*; default: directory for a node with children, else normal; a reparse point gets its bit added. */
  readonly attributes?: number;
  readonly data?: Uint8Array;
  readonly streams?: readonly RawStream[];
  readonly reparse?: RawReparse;
  /** Index into the image's security descriptors; default none. */
  readonly securityId?: number;
  readonly linkGroup?: bigint;
  /** FILETIME. */
  readonly time?: bigint;
  readonly children?: readonly RawNode[];
  /** Have the children of this other folder instead, which may be an ancestor. */
  readonly sharesChildrenOf?: RawNode;
}

export interface RawImage {
  readonly root: RawNode;
  readonly securityDescriptors?: readonly Uint8Array[];
}

export interface RawWim {
  readonly images?: readonly RawImage[];
  /** Text of the whole document, or its bytes; default: the least that libwim accepts. */
  readonly xml?: string | Uint8Array;
  readonly version?: number;
  readonly bootIndex?: number;
  readonly imageCount?: number;
  /** Changes a metadata resource before its hash is taken. */
  readonly editMetadata?: (metadata: Buffer) => void;
  /** Changes an entry of the lookup table before it is written. */
  readonly editEntry?: (entry: Buffer, kind: 'data' | 'metadata') => void;
  /** Changes the finished header. */
  readonly editHeader?: (header: Buffer) => void;
}

/** Where things begin in a header. */
export const HeaderOffset = {
  headerBytes: 0x08, version: 0x0c, flags: 0x10, chunkBytes: 0x14, partNumber: 0x28, totalParts: 0x2a, imageCount: 0x2c,
  lookupTable: 0x30, xml: 0x48, bootMetadata: 0x60, bootIndex: 0x78, integrity: 0x7c,
} as const;

const headerBytes = 208;
const metadataFlag = 0x02;
/** 2020-01-01. */
const defaultTime = 132_223_104_000_000_000n;

const utf16 = (text: string) => Buffer.from(text, 'utf16le');
const align8 = (value: number) => (value + 7) & ~7;
const sha1 = (data: Uint8Array) => createHash('sha1').update(data).digest();

/** XML data for images with these elements, such as `<NAME>a</NAME>`. */
export function wimXml(images: readonly string[]): string {
  return `<WIM>${images.map((image, i) => `<IMAGE INDEX="${i + 1}">${image}</IMAGE>`).join('')}</WIM>`;
}

/** A resource header: 7 bytes of size, one of flags, offset, uncompressed size. */
export function resourceHeader(size: bigint, flags: number, offset: bigint, uncompressedSize = size): Buffer {
  const header = Buffer.alloc(24);
  header.writeBigUInt64LE(size | BigInt(flags) << 56n, 0);
  header.writeBigUInt64LE(offset, 8);
  header.writeBigUInt64LE(uncompressedSize, 16);
  return header;
}

function dentryBytes(node: RawNode): number {
  const names = [node.name, node.shortName ?? ''].reduce((sum, name) => sum + (name === '' ? 0 : name.length * 2 + 2), 0);
  const streams = (node.streams ?? []).reduce((sum, stream) => sum + align8(38 + stream.name.length * 2 + 2), 0);
  return align8(102 + names) + streams;
}

function writeDentry(node: RawNode, isRoot: boolean, subdirOffset: bigint, blobs: Map<string, Uint8Array>): Buffer {
  const addBlob = (data: Uint8Array | undefined): Buffer => {
    if (data === undefined || data.length === 0) {
      return Buffer.alloc(20);
    }
    const hash = sha1(data);
    blobs.set(hash.toString('hex'), data);
    return hash;
  };
  const buffer = Buffer.alloc(dentryBytes(node));
  const isFolder = node.children !== undefined || node.sharesChildrenOf !== undefined || isRoot;
  const attributes = (node.attributes ?? (isFolder ? 0x10 : 0x80)) | (node.reparse ? 0x400 : 0);
  const name = utf16(node.name);
  const shortName = utf16(node.shortName ?? '');
  const streams = node.streams ?? [];
  const streamBytes = streams.reduce((sum, stream) => sum + align8(38 + stream.name.length * 2 + 2), 0);
  buffer.writeBigUInt64LE(BigInt(buffer.length - streamBytes), 0x00);
  buffer.writeUInt32LE(attributes, 0x08);
  buffer.writeInt32LE(node.securityId ?? -1, 0x0c);
  buffer.writeBigUInt64LE(subdirOffset, 0x10);
  for (const offset of [0x28, 0x30, 0x38]) {
    buffer.writeBigUInt64LE(node.time ?? defaultTime, offset);
  }
  addBlob(node.reparse?.data ?? node.data).copy(buffer, 0x40);
  if (node.reparse) {
    buffer.writeUInt32LE(node.reparse.tag, 0x58);
  } else {
    buffer.writeBigUInt64LE(node.linkGroup ?? 0n, 0x58);
  }
  buffer.writeUInt16LE(streams.length, 0x60);
  buffer.writeUInt16LE(shortName.length, 0x62);
  buffer.writeUInt16LE(name.length, 0x64);
  name.copy(buffer, 0x66);
  shortName.copy(buffer, 0x66 + (name.length === 0 ? 0 : name.length + 2));
  let offset = buffer.length - streamBytes;
  for (const stream of streams) {
    const streamName = utf16(stream.name);
    const length = align8(38 + streamName.length + 2);
    buffer.writeBigUInt64LE(BigInt(length), offset);
    addBlob(stream.data).copy(buffer, offset + 16);
    buffer.writeUInt16LE(streamName.length, offset + 36);
    streamName.copy(buffer, offset + 38);
    offset += length;
  }
  return buffer;
}

function metadataResource(image: RawImage, blobs: Map<string, Uint8Array>): Buffer {
  const descriptors = image.securityDescriptors ?? [];
  const securityBytes = align8(8 + descriptors.reduce((sum, descriptor) => sum + 8 + descriptor.length, 0));
  const security = Buffer.alloc(securityBytes);
  security.writeUInt32LE(securityBytes, 0);
  security.writeUInt32LE(descriptors.length, 4);
  let at = 8 + descriptors.length * 8;
  descriptors.forEach((descriptor, i) => {
    security.writeBigUInt64LE(BigInt(descriptor.length), 8 + i * 8);
    security.set(descriptor, at);
    at += descriptor.length;
  });

  // First where the list of each folder begins, then the lists, each ended by a length of zero.
  const folders: RawNode[] = [image.root];
  const listOffset = new Map<RawNode, number>();
  let end = securityBytes + dentryBytes(image.root) + 8;
  for (const folder of folders) { // grows while it is walked
    if (folder.children === undefined) { continue; }
    listOffset.set(folder, end);
    end += folder.children.reduce((sum, child) => sum + dentryBytes(child), 8);
    for (const child of folder.children) { folders.push(child); }
  }
  const offsetOf = (node: RawNode) => BigInt(listOffset.get(node.sharesChildrenOf ?? node) ?? 0);
  const endOfList = Buffer.alloc(8);
  const parts: Buffer[] = [security, writeDentry(image.root, true, offsetOf(image.root), blobs), endOfList];
  for (const folder of folders) {
    if (folder.children === undefined) { continue; }
    for (const child of folder.children) { parts.push(writeDentry(child, false, offsetOf(child), blobs)); }
    parts.push(endOfList);
  }
  return Buffer.concat(parts);
}

/** The bytes of a WIM file. */
export function rawWim(wim: RawWim): Buffer {
  const images = wim.images ?? [{ root: { name: '', children: [] } }];
  const blobs = new Map<string, Uint8Array>();
  const metadata = images.map((image) => {
    const resource = metadataResource(image, blobs);
    wim.editMetadata?.(resource);
    return resource;
  });
  const parts: Uint8Array[] = [];
  const entries: Buffer[] = [];
  let offset = headerBytes;
  const add = (kind: 'data' | 'metadata', data: Uint8Array) => {
    const header = resourceHeader(BigInt(data.length), kind === 'metadata' ? metadataFlag : 0, BigInt(offset));
    const entry = Buffer.alloc(50);
    header.copy(entry);
    entry.writeUInt16LE(1, 24);
    entry.writeUInt32LE(1, 26);
    sha1(data).copy(entry, 30);
    wim.editEntry?.(entry, kind);
    entries.push(entry);
    parts.push(data);
    offset += data.length;
    return header;
  };
  for (const data of blobs.values()) { add('data', data); }
  const metadataHeaders = metadata.map((resource) => add('metadata', resource));
  const table = Buffer.concat(entries);
  const xml = wim.xml ?? wimXml(images.map(() => ''));
  const xmlBytes = typeof xml === 'string' ? utf16(`\ufeff${xml}`) : xml;

  const header = Buffer.alloc(headerBytes);
  header.write('MSWIM', 'latin1');
  header.writeUInt32LE(headerBytes, HeaderOffset.headerBytes);
  header.writeUInt32LE(wim.version ?? 0x10d00, HeaderOffset.version);
  header.fill(0x5a, 0x18, 0x28); // the GUID
  header.writeUInt16LE(1, HeaderOffset.partNumber);
  header.writeUInt16LE(1, HeaderOffset.totalParts);
  header.writeUInt32LE(wim.imageCount ?? images.length, HeaderOffset.imageCount);
  resourceHeader(BigInt(table.length), metadataFlag, BigInt(offset)).copy(header, HeaderOffset.lookupTable);
  resourceHeader(BigInt(xmlBytes.length), metadataFlag, BigInt(offset + table.length)).copy(header, HeaderOffset.xml);
  const boot = metadataHeaders[(wim.bootIndex ?? 0) - 1];
  boot?.copy(header, HeaderOffset.bootMetadata);
  header.writeUInt32LE(wim.bootIndex ?? 0, HeaderOffset.bootIndex);
  wim.editHeader?.(header);
  return Buffer.concat([header, ...parts, table, xmlBytes]);
}
