/** Reading single blobs of solid resources, in which many blobs are compressed as one run of bytes. Format: [MS-WIM], wimlib. */
import type { FileHandle } from 'node:fs/promises';
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';
import { CompressionType, decompressBlocks } from '../wimlib/codec.ts';
import { readSize, type ResourceHeader } from './header.ts';

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
  readonly #file: FileHandle;
  readonly #path: string;
  #chunk: { readonly position: number; readonly data: Buffer } | undefined;

  constructor(file: FileHandle, path: string) {
    this.#file = file;
    this.#path = path;
  }

  /**
   * Reads a blob.
   * @param maxBytes A larger one is refused.
   * @throws DismError WIM_E_INVALID_CONTAINER or ERROR_FILE_CORRUPT: the file is damaged.
   */
  async read(place: SolidPlace, maxBytes: number): Promise<Buffer> {
    if (place.size > maxBytes) { throw this.#corrupt(`a blob claims ${place.size} bytes`); }
    const end = place.offset + place.size;
    const parts: Buffer[] = [];
    let begin = 0;
    for (const resource of place.resources) {
      const size = readSize(await this.#readFully(8, resource.offset), 0);
      if (begin < end && begin + size > place.offset) {
        parts.push(await this.#readRange(resource, size, Math.max(0, place.offset - begin), Math.min(size, end - begin)));
      }
      begin += size;
    }
    const blob = Buffer.concat(parts);
    if (blob.length !== place.size) { throw this.#corrupt('a blob lies beyond its solid resource'); }
    return blob;
  }

  /** Reads some of the uncompressed bytes of one resource. */
  async #readRange(resource: ResourceHeader, size: number, begin: number, end: number): Promise<Buffer> {
    const header = await this.#readFully(headerBytes, resource.offset);
    const chunkBytes = header.readUInt32LE(8);
    const type = Object.values(CompressionType).find((known) => known === header.readUInt32LE(12));
    const chunkCount = Math.ceil(size / chunkBytes);
    if (type === undefined || chunkBytes < 512 || chunkBytes > maxChunkBytes || chunkCount > maxChunkCount) {
      throw this.#corrupt('a solid resource has impossible chunks');
    }
    const table = await this.#readFully(chunkCount * 4, resource.offset + headerBytes);
    const parts: Buffer[] = [];
    let position = resource.offset + headerBytes + table.length;
    for (let index = 0; index < chunkCount; index++) {
      const chunkBegin = index * chunkBytes;
      const bytes = Math.min(chunkBytes, size - chunkBegin);
      const storedBytes = table.readUInt32LE(index * 4);
      if (storedBytes > bytes) { throw this.#corrupt('a chunk of a solid resource is too large'); }
      if (chunkBegin < end && chunkBegin + bytes > begin) {
        const chunk = await this.#readChunk(type, chunkBytes, position, storedBytes, bytes);
        parts.push(chunk.subarray(Math.max(0, begin - chunkBegin), end - chunkBegin));
      }
      position += storedBytes;
    }
    return Buffer.concat(parts);
  }

  async #readChunk(type: CompressionType, chunkBytes: number, position: number, storedBytes: number, bytes: number): Promise<Buffer> {
    if (this.#chunk?.position === position) { return this.#chunk.data; }
    let data = await this.#readFully(storedBytes, position);
    if (storedBytes < bytes) {
      const out = Buffer.alloc(bytes);
      await decompressBlocks(type, chunkBytes, [{ data, out }]);
      data = out;
    }
    this.#chunk = { position, data };
    return data;
  }

  async #readFully(length: number, position: number): Promise<Buffer> {
    const buffer = Buffer.alloc(length);
    const { bytesRead } = await this.#file.read(buffer, 0, length, position);
    if (bytesRead !== length) { throw this.#corrupt(`it ends at ${position + bytesRead}, within a solid resource`); }
    return buffer;
  }

  #corrupt(what: string): DismError {
    return new DismError(Hresult.WIM_E_INVALID_CONTAINER, `The WIM file "${this.#path}" is damaged: ${what}`, { target: this.#path });
  }
}
