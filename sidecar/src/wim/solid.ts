/** Reading single blobs of solid resources, in which many blobs are compressed as one run of bytes. Format: [MS-WIM], wimlib. */
import { CompressionType } from '../wimlib/codec.ts';
import { readSize, type ResourceHeader } from './header.ts';
import { decompress, type ReadableFile, readFully } from './resourceReader.ts';

/** Where a blob lies in a run of solid resources: in their uncompressed bytes, one resource after the other. */
export interface SolidPlace {
  readonly resources: readonly ResourceHeader[];
  readonly offset: number;
  readonly size: number;
}

const headerBytes = 16;
/** A chunk of wimlib or DISM is at most 64 MiB; a hostile file stops here. */
const maxChunkBytes = 2 ** 27;
const maxChunkCount = 2 ** 20;

/** Reads blobs one after the other. Those of one chunk, read in the order of their places, take one decompression. */
export class SolidReader {
  readonly #file: ReadableFile;
  #chunk: { readonly position: number; readonly data: Buffer } | undefined;
  /** Uncompressed bytes of each resource of the run that was read last. */
  #run: { readonly resources: readonly ResourceHeader[]; readonly sizes: readonly number[] } | undefined;

  constructor(file: ReadableFile) {
    this.#file = file;
  }

  /**
   * Reads a blob.
   * @param maxBytes A larger one is refused.
   * @throws DismError WIM_E_INVALID_CONTAINER or ERROR_FILE_CORRUPT: the file is damaged.
   */
  async read(place: SolidPlace, maxBytes: number): Promise<Buffer> {
    const { errors } = this.#file;
    if (place.size > maxBytes) { throw errors.damaged(`a blob claims ${place.size} bytes`); }
    const end = place.offset + place.size;
    const parts: Buffer[] = [];
    let begin = 0;
    for (const [index, size] of (await this.#sizesOf(place.resources)).entries()) {
      const resource = place.resources[index];
      if (resource !== undefined && begin < end && begin + size > place.offset) {
        parts.push(await this.#readRange(resource, size, Math.max(0, place.offset - begin), Math.min(size, end - begin)));
      }
      begin += size;
    }
    const blob = Buffer.concat(parts);
    if (blob.length !== place.size) { throw errors.damaged('a blob lies beyond its solid resource'); }
    return blob;
  }

  async #sizesOf(resources: readonly ResourceHeader[]): Promise<readonly number[]> {
    if (this.#run?.resources !== resources) {
      const sizes: number[] = [];
      for (const { offset } of resources) { sizes.push(readSize(await this.#read(8, offset), 0)); }
      this.#run = { resources, sizes };
    }
    return this.#run.sizes;
  }

  /** Reads some of the uncompressed bytes of one resource. */
  async #readRange(resource: ResourceHeader, size: number, begin: number, end: number): Promise<Buffer> {
    const { errors } = this.#file;
    const header = await this.#read(headerBytes, resource.offset);
    const chunkBytes = header.readUInt32LE(8);
    const type = Object.values(CompressionType).find((known) => known === header.readUInt32LE(12));
    const chunkCount = Math.ceil(size / chunkBytes);
    if (type === undefined || chunkBytes < 512 || chunkBytes > maxChunkBytes || chunkCount > maxChunkCount) {
      throw errors.damaged('a solid resource has impossible chunks');
    }
    const table = await this.#read(chunkCount * 4, resource.offset + headerBytes);
    const parts: Buffer[] = [];
    let position = resource.offset + headerBytes + table.length;
    for (let index = 0; index < chunkCount; index++) {
      const chunkBegin = index * chunkBytes;
      const bytes = Math.min(chunkBytes, size - chunkBegin);
      const storedBytes = table.readUInt32LE(index * 4);
      if (storedBytes > bytes) { throw errors.damaged('a chunk of a solid resource is too large'); }
      if (chunkBegin < end && chunkBegin + bytes > begin) {
        const chunk = await this.#readChunk(type, chunkBytes, position, storedBytes, bytes);
        parts.push(chunk.subarray(Math.max(0, begin - chunkBegin), end - chunkBegin));
      }
      position += storedBytes;
    }
    return Buffer.concat(parts);
  }

  async #readChunk(type: CompressionType, chunkBytes: number, position: number, storedBytes: number, bytes: number): Promise<Buffer> {
    if (this.#chunk?.position === position && this.#chunk.data.length === bytes) { return this.#chunk.data; }
    let data = await this.#read(storedBytes, position);
    if (storedBytes < bytes) {
      const out = Buffer.allocUnsafe(bytes);
      await decompress(type, chunkBytes, [{ data, out }], this.#file.errors);
      data = out;
    }
    this.#chunk = { position, data };
    return data;
  }

  async #read(length: number, position: number): Promise<Buffer> {
    // Nothing is allocated for what cannot be there.
    if (position + length > this.#file.size) { throw this.#file.errors.damaged(`a solid resource lies beyond its end (${this.#file.size} bytes)`); }
    const buffer = Buffer.allocUnsafe(length);
    await readFully(this.#file, buffer, position);
    return buffer;
  }
}
