/** The blob table of a WIM file (its "lookup table"): where each blob and each image's metadata lies. */
import { readResourceHeader, ResourceFlag, type ResourceHeader, writeResourceHeader } from './header.ts';

const entryBytes = 50;
/** `uncompressedSize` of an entry that stands for a whole solid resource rather than for a blob in it. */
const solidResourceMagic = 0x100000000;

export interface BlobEntry {
  resource: ResourceHeader;
  readonly partNumber: number;
  /** How many directory entries of all images refer to the blob. */
  referenceCount: number;
  /** SHA-1 of the uncompressed bytes: 20 bytes as a latin1 string, so that it can be a key. */
  hash: string;
}

export function isMetadata(entry: BlobEntry): boolean {
  return (entry.resource.flags & ResourceFlag.Metadata) !== 0;
}

/** True for an entry that describes a solid resource; its blobs follow it and count their offsets from it. */
export function isSolidResource(entry: BlobEntry): boolean {
  return (entry.resource.flags & ResourceFlag.Solid) !== 0 && entry.resource.uncompressedSize === solidResourceMagic;
}

export function parseBlobTable(data: Buffer): BlobEntry[] {
  const entries: BlobEntry[] = [];
  for (let offset = 0; offset + entryBytes <= data.length; offset += entryBytes) {
    entries.push({
      resource: readResourceHeader(data, offset),
      partNumber: data.readUInt16LE(offset + 24),
      referenceCount: data.readUInt32LE(offset + 26),
      hash: data.toString('latin1', offset + 30, offset + 50),
    });
  }
  return entries;
}

export function serializeBlobTable(entries: readonly BlobEntry[]): Buffer {
  const data = Buffer.alloc(entries.length * entryBytes);
  entries.forEach((entry, index) => {
    const offset = index * entryBytes;
    writeResourceHeader(entry.resource, data, offset);
    data.writeUInt16LE(entry.partNumber, offset + 24);
    data.writeUInt32LE(entry.referenceCount, offset + 26);
    data.write(entry.hash, offset + 30, 20, 'latin1');
  });
  return data;
}
