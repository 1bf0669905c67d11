/** The entries of a blob table: where a blob lies, and whose it is. */
import { type ResourceHeader, writeResourceHeader } from './header.ts';

/** Bytes of an entry. */
export const entryBytes = 50;
/** Where in an entry its hash is. */
export const hashOffset = 30;

/** One blob or one image's metadata, as it is to be written. */
export interface BlobEntry {
  readonly resource: ResourceHeader;
  /** How many directory entries of all images refer to the blob. */
  readonly referenceCount: number;
  /** SHA-1 of the uncompressed bytes: 20 bytes as a latin1 string, so that it can be a key. */
  readonly hash: string;
}

/** The bytes of an entry. */
export function serializeEntry(entry: BlobEntry): Buffer {
  const bytes = Buffer.alloc(entryBytes);
  writeResourceHeader(entry.resource, bytes, 0);
  bytes.writeUInt16LE(1, 24);
  bytes.writeUInt32LE(entry.referenceCount, 26);
  bytes.write(entry.hash, hashOffset, 'latin1');
  return bytes;
}
