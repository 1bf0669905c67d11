/** Appending resources to a WIM file: runs of bytes, plain or compressed chunk by chunk. */
import type { FileHandle } from 'node:fs/promises';
import { codecConcurrency, CompressionType, CompressorPool, metadataLevel } from '../wimlib/codec.ts';
import { ResourceFlag, type ResourceHeader, type WimHeader } from './header.ts';
import { chunkEntryBytes } from './resourceReader.ts';

const plainReadBytes = 1024 * 1024;

/** Where the bytes of a new resource come from. */
export interface ResourceSource {
  readonly size: number;
  /** Fills the buffer from the given position; throws when the source has become shorter. */
  read(buffer: Buffer, position: number): Promise<void>;
  /** All of it as ResourceWriter.prepare() made it. */
  readonly stored?: Promise<Buffer> | undefined;
}

export function bufferSource(data: Buffer, stored?: Promise<Buffer>): ResourceSource {
  return {
    size: data.length,
    stored,
    read: async (buffer, position) => {
      data.copy(buffer, 0, position, position + buffer.length);
      await Promise.resolve();
    },
  };
}

/** Writes all of it at `position`. @throws the error of the system call. */
export async function writeFully(file: Pick<FileHandle, 'write'>, data: Buffer, position: number): Promise<void> {
  for (let done = 0; done < data.length;) { done += (await file.write(data, done, data.length - done, position + done)).bytesWritten; }
}

/** What a resource is written from, and with which flags. */
export interface NewResource {
  readonly source: ResourceSource;
  readonly flags: number;
}

/** Small pieces are gathered into writes of about this size. */
const gatheredWriteBytes = 1024 * 1024;

/** Gathers small pieces into larger writes, one after the other. */
class GatheredWrites {
  /** Where the next piece goes. */
  position: number;
  readonly #write: (data: Buffer, position: number) => Promise<void>;
  #pieces: Buffer[] = [];
  #bytes = 0;

  constructor(position: number, write: (data: Buffer, position: number) => Promise<void>) {
    this.position = position;
    this.#write = write;
  }

  async add(piece: Buffer): Promise<void> {
    this.#pieces.push(piece);
    this.#bytes += piece.length;
    this.position += piece.length;
    if (this.#bytes >= gatheredWriteBytes) { await this.flush(); }
  }

  async flush(): Promise<void> {
    const data = Buffer.concat(this.#pieces, this.#bytes);
    this.#pieces = [];
    this.#bytes = 0;
    await this.#write(data, this.position - data.length);
  }
}

/** The chunks of a source, which is read in larger pieces. */
async function* readChunks(source: ResourceSource, chunkSize: number): AsyncGenerator<Buffer, undefined> {
  const pieceBytes = Math.max(1, Math.floor(plainReadBytes / chunkSize)) * chunkSize;
  for (let position = 0; position < source.size; position += pieceBytes) {
    const piece = Buffer.allocUnsafe(Math.min(pieceBytes, source.size - position));
    await source.read(piece, position);
    for (let start = 0; start < piece.length; start += chunkSize) { yield piece.subarray(start, start + chunkSize); }
  }
}

/**
 * Appends resources to a WIM file, each compressed as the file's header says.
 * Nothing refers to what it writes until a header does; `position` is the end of what was written.
 */
export class ResourceWriter {
  position: number;
  readonly #file: FileHandle;
  readonly #header: Pick<WimHeader, 'compressionType' | 'chunkSize'>;
  /** Both undefined where the file is not compressed. */
  readonly #compressors: CompressorPool | undefined;
  readonly #metadataCompressors: CompressorPool | undefined;
  readonly #signal: AbortSignal;
  /** What prepare() has begun, and what waits for its turn. */
  #preparing = 0;
  readonly #waiting: (() => void)[] = [];
  #closed = false;

  constructor(file: FileHandle, header: Pick<WimHeader, 'compressionType' | 'chunkSize'>, position: number, signal: AbortSignal) {
    this.#file = file;
    this.#header = header;
    this.position = position;
    this.#signal = signal;
    if (header.compressionType !== CompressionType.None) {
      this.#compressors = new CompressorPool(header.compressionType, header.chunkSize);
      this.#metadataCompressors = new CompressorPool(header.compressionType, header.chunkSize, metadataLevel);
    }
  }

  /** Whether something of that size is compressed as one block, of which prepare() takes care. */
  isSmall(size: number): boolean {
    // Of an uncompressed file the chunk size is 0.
    return size <= (this.#compressors === undefined ? 32768 : this.#header.chunkSize);
  }

  /**
   * Begins to compress something small, while the caller goes on; what it gives belongs into a ResourceSource.
   * @returns The bytes to be stored: as many as given where compressing does not pay.
   */
  async prepare(block: Buffer): Promise<Buffer> {
    if (this.#compressors === undefined) { return block; }
    if (this.#preparing >= codecConcurrency) { await new Promise<void>((resolve) => { this.#waiting.push(resolve); }); }
    if (this.#closed) { return block; }
    this.#preparing++;
    try {
      return await this.#compressors.compress(block);
    } finally {
      this.#preparing--;
      this.#waiting.shift()?.();
    }
  }

  /**
   * Appends one resource.
   * @param onBytes Told how many bytes of the source have been written, as they are.
   * @throws the signal's reason when it is aborted between two chunks.
   */
  async append(source: ResourceSource, flags: number, onBytes?: (bytes: number) => void): Promise<ResourceHeader> {
    const offset = this.position;
    const compressors = (flags & ResourceFlag.Metadata) === 0 ? this.#compressors : this.#metadataCompressors;
    if (compressors !== undefined && source.size > 0) {
      const size = await this.#appendCompressed(source, compressors, onBytes);
      if (size !== undefined) {
        return { sizeInWim: size, flags: flags | ResourceFlag.Compressed, offset, uncompressedSize: source.size };
      }
    }
    return await this.#appendPlain(source, flags, compressors === undefined ? onBytes : undefined);
  }

  /**
   * Appends many resources, those of one chunk side by side.
   * @returns Their headers, in the order given.
   */
  async appendAll(resources: readonly NewResource[], onBytes: (bytes: number) => void): Promise<ResourceHeader[]> {
    const headers = new Map<NewResource, ResourceHeader>();
    const small = resources.filter(({ source }) => this.isSmall(source.size));
    const output = this.#gatherFrom(this.position);
    const running: Promise<Buffer>[] = [];
    const prepare = async ({ source }: NewResource): Promise<Buffer> => {
      if (source.stored !== undefined) { return await source.stored; }
      const block = Buffer.allocUnsafe(source.size);
      await source.read(block, 0);
      return await this.prepare(block);
    };
    try {
      for (let index = 0; index < small.length; index++) {
        for (let next = index + running.length; running.length < codecConcurrency; next++) {
          const resource = small[next];
          if (resource === undefined) { break; }
          const job = prepare(resource);
          job.catch(() => undefined);
          running.push(job);
        }
        const resource = small[index];
        const job = running.shift();
        if (resource === undefined || job === undefined) { break; }
        const stored = await job;
        const { size } = resource.source;
        headers.set(resource, {
          sizeInWim: stored.length,
          flags: resource.flags | (stored.length < size ? ResourceFlag.Compressed : 0),
          offset: output.position,
          uncompressedSize: size,
        });
        await output.add(stored);
        onBytes(size);
      }
      await output.flush();
    } finally {
      await Promise.allSettled(running);
    }
    this.position = output.position;
    for (const resource of resources) {
      if (!this.isSmall(resource.source.size)) { headers.set(resource, await this.append(resource.source, resource.flags, onBytes)); }
    }
    return resources.map((resource) => headers.get(resource) as ResourceHeader);
  }

  /** Appends bytes as they are, such as a blob table. */
  async appendPlain(data: Buffer, flags: number): Promise<ResourceHeader> {
    return await this.#appendPlain(bufferSource(data), flags, undefined);
  }

  /** Frees the compressors, once none is at work any more. */
  async close(): Promise<void> {
    this.#closed = true;
    while (this.#preparing > 0) {
      await new Promise<void>((resolve) => { this.#waiting.unshift(resolve); });
    }
    for (const resume of this.#waiting.splice(0)) { resume(); }
    this.#compressors?.close();
    this.#metadataCompressors?.close();
  }

  #gatherFrom(position: number): GatheredWrites {
    return new GatheredWrites(position, async (data, at) => { await this.#write(data, at); });
  }

  async #write(data: Buffer, position: number): Promise<void> {
    this.#signal.throwIfAborted();
    await writeFully(this.#file, data, position);
  }

  async #appendPlain(source: ResourceSource, flags: number, onBytes: ((bytes: number) => void) | undefined): Promise<ResourceHeader> {
    const offset = this.position;
    for (let done = 0; done < source.size;) {
      const block = Buffer.allocUnsafe(Math.min(plainReadBytes, source.size - done));
      await source.read(block, done);
      await this.#write(block, offset + done);
      done += block.length;
      onBytes?.(block.length);
    }
    this.position = offset + source.size;
    return { sizeInWim: source.size, flags, offset, uncompressedSize: source.size };
  }

  /** @returns The size in the file, or undefined where compressing does not pay: then nothing stays written. */
  async #appendCompressed(
    source: ResourceSource, compressors: CompressorPool, onBytes: ((bytes: number) => void) | undefined,
  ): Promise<number | undefined> {
    const { chunkSize } = this.#header;
    const offset = this.position;
    const entryBytes = chunkEntryBytes(source.size);
    const table = Buffer.alloc((Math.ceil(source.size / chunkSize) - 1) * entryBytes);
    const output = this.#gatherFrom(offset + table.length);
    const chunks = readChunks(source, chunkSize);
    // Chunks are compressed side by side and written in order.
    const running: Promise<{ stored: Buffer; bytes: number }>[] = [];
    const fill = async (): Promise<void> => {
      while (running.length < codecConcurrency) {
        const { value: chunk } = await chunks.next();
        if (chunk === undefined) { return; }
        const job = compressors.compress(chunk).then((stored) => ({ stored, bytes: chunk.length }));
        job.catch(() => undefined);
        running.push(job);
      }
    };
    try {
      await fill();
      for (let index = 0, job = running.shift(); job !== undefined; index++, job = running.shift()) {
        const { stored, bytes } = await job;
        this.#signal.throwIfAborted();
        if (index > 0) {
          const at = (index - 1) * entryBytes;
          const start = output.position - offset - table.length;
          if (entryBytes === 4) { table.writeUInt32LE(start, at); } else { table.writeBigUInt64LE(BigInt(start), at); }
        }
        await output.add(stored);
        onBytes?.(bytes);
        await fill();
      }
      await output.flush();
    } finally {
      // A compressor that is still at work must not be freed under its feet.
      await Promise.allSettled(running);
    }
    const size = output.position - offset;
    if (size >= source.size) { return undefined; }
    await this.#write(table, offset);
    this.position = output.position;
    return size;
  }
}
