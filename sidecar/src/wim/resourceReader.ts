/** Reading the resources of a WIM file: runs of bytes, plain or compressed chunk by chunk. */
import type { FileHandle } from 'node:fs/promises';
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';
import { CompressionType, decompressBlocks } from '../wimlib/codec.ts';
import type { FileErrors } from '../fileErrors.ts';
import { ResourceFlag, type ResourceHeader, type WimHeader } from './header.ts';

/** No metadata resource, blob table or file that is read whole is larger; a hostile one stops here. */
const maxResourceBytes = 1024 ** 3;

/** A file that is open for reading, and the errors that are its own. */
export interface ReadableFile {
  readonly handle: FileHandle;
  readonly errors: FileErrors;
  /** Bytes of the file. */
  readonly size: number;
}

/** Reads exactly `buffer.length` bytes at `position`; fewer is a damaged file. */
export async function readFully({ handle, errors }: ReadableFile, buffer: Buffer, position: number): Promise<void> {
  for (let done = 0; done < buffer.length;) {
    const { bytesRead } = await handle.read(buffer, done, buffer.length - done, position + done).catch((error: unknown) => { throw errors.ofSystem(error); });
    if (bytesRead === 0) { throw errors.damaged(`it ends at byte ${position + done}, within its data`); }
    done += bytesRead;
  }
}

/** Bytes of one entry of the chunk table of a resource of that size. */
export function chunkEntryBytes(uncompressedSize: number): number {
  return uncompressedSize > 0xffffffff ? 8 : 4;
}

/** Decompresses blocks. @throws DismError ERROR_FILE_CORRUPT: names the file. */
export async function decompress(
  type: CompressionType, chunkBytes: number, blocks: readonly { readonly data: Buffer; readonly out: Buffer }[], errors: FileErrors,
): Promise<void> {
  try {
    await decompressBlocks(type, chunkBytes, blocks);
  } catch (error) {
    // Another cause than the data is libwim that is missing.
    if (!(error instanceof DismError) || (error.hresult !== Hresult.ERROR_FILE_CORRUPT && error.hresult !== Hresult.WIM_E_INVALID_CONTAINER)) { throw error; }
    throw errors.corrupt(`compressed data in it is damaged (${error.message})`);
  }
}

/** @returns Whether it is compressed. @throws DismError WIM_E_INVALID_CONTAINER: what is said of a resource cannot be. */
export function isCompressed(
  { errors, size }: ReadableFile, { compressionType }: WimHeader, { offset, sizeInWim, uncompressedSize, flags }: ResourceHeader,
): boolean {
  if ((flags & ResourceFlag.Solid) !== 0) { throw errors.damaged('a part of it that cannot be solid claims to be'); }
  if (offset + sizeInWim > size) { throw errors.damaged(`a part of it lies beyond its end (${size} bytes)`); }
  if ((flags & ResourceFlag.Compressed) === 0) {
    if (sizeInWim !== uncompressedSize) { throw errors.damaged('the two sizes of a part that is not compressed differ'); }
    return false;
  }
  if (compressionType === CompressionType.None) { throw errors.damaged('it has compressed data, but names no compression type'); }
  return true;
}

/** Where a stored chunk begins and ends in its resource. */
export interface ChunkPlace {
  readonly begin: number;
  readonly end: number;
}

/** The places of all chunks, in order, by the table that a resource begins with. @param bytes Of the resource. */
export function* tableEntries(table: Buffer, count: number, entryBytes: number, bytes: number): Generator<ChunkPlace, undefined> {
  const tableBytes = Math.max(0, count - 1) * entryBytes;
  let begin = tableBytes;
  for (let index = 1; index <= count; index++) {
    const at = (index - 1) * entryBytes;
    const end = index === count ? bytes : tableBytes + (entryBytes === 4 ? table.readUInt32LE(at) : Number(table.readBigUInt64LE(at)));
    yield { begin, end };
    begin = end;
  }
}

/** Where each chunk of a compressed resource is in its stored bytes. */
function chunkPlaces(
  stored: Buffer, { uncompressedSize }: ResourceHeader, { chunkSize, isPipable }: WimHeader, errors: FileErrors,
): readonly ChunkPlace[] {
  const count = Math.ceil(uncompressedSize / chunkSize);
  const entryBytes = chunkEntryBytes(uncompressedSize);
  const tableBytes = Math.max(0, count - 1) * entryBytes;
  const bytes = stored.length;
  if (tableBytes > bytes) { throw errors.damaged('a chunk table is larger than its resource'); }
  const places: ChunkPlace[] = [];
  if (isPipable) {
    // Each chunk begins with its size, and the table comes last.
    for (let at = 0; places.length < count;) {
      if (at + 4 > bytes) { throw errors.damaged('a chunk lies beyond its resource'); }
      const begin = at + 4;
      at = begin + stored.readUInt32LE(at);
      places.push({ begin, end: at });
    }
    return places;
  }
  return [...tableEntries(stored, count, entryBytes, bytes)];
}

/**
 * Reads a whole resource into memory, decompressed.
 * @param maxBytes A larger one is refused.
 * @throws DismError WIM_E_INVALID_CONTAINER or ERROR_FILE_CORRUPT: the file is cut short or damaged.
 */
export async function readResource(file: ReadableFile, header: WimHeader, resource: ResourceHeader, maxBytes = maxResourceBytes): Promise<Buffer> {
  const { errors } = file;
  const { offset, sizeInWim, uncompressedSize } = resource;
  // Chunks that do not compress have what a pipable WIM says of each in addition.
  const maxStoredBytes = maxBytes + (header.isPipable ? Math.ceil(Math.min(uncompressedSize, maxBytes) / (header.chunkSize || 1)) * 12 : 0);
  if (uncompressedSize > maxBytes || sizeInWim > maxStoredBytes) { throw errors.damaged(`a part of it claims ${Math.max(uncompressedSize, sizeInWim)} bytes`); }
  if (!isCompressed(file, header, resource)) {
    const plain = Buffer.allocUnsafe(uncompressedSize);
    await readFully(file, plain, offset);
    return plain;
  }
  const stored = Buffer.allocUnsafe(sizeInWim);
  await readFully(file, stored, offset);
  const places = chunkPlaces(stored, resource, header, errors);
  const out = Buffer.allocUnsafe(uncompressedSize);
  const blocks: { data: Buffer; out: Buffer }[] = [];
  for (const [index, { begin, end }] of places.entries()) {
    const target = out.subarray(index * header.chunkSize, Math.min((index + 1) * header.chunkSize, uncompressedSize));
    if (begin > end || end > sizeInWim || end - begin > target.length) { throw errors.damaged('a chunk table has impossible offsets'); }
    const data = stored.subarray(begin, end);
    if (data.length === target.length) { data.copy(target); } else { blocks.push({ data, out: target }); }
  }
  await decompress(header.compressionType, header.chunkSize, blocks, errors);
  return out;
}
