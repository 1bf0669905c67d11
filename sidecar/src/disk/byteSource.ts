/** Bytes that are read by their position: a file, the disk that a file describes, a part of that disk. Nobody reads outside. */
import type { FileHandle } from 'node:fs/promises';
import { Hresult } from '../hresult.ts';
import type { FileErrors } from '../fileErrors.ts';

/** Something with a size that bytes can be read of. */
export abstract class ByteSource {
  readonly size: number;
  /** Makes the errors of the file that the bytes are from. */
  readonly errors: FileErrors;

  constructor(size: number, errors: FileErrors) {
    this.size = size;
    this.errors = errors;
  }

  /** @throws DismError ERROR_DISK_CORRUPT: they are not all inside, which hostile numbers ask for. */
  async read(position: number, length: number): Promise<Buffer> {
    if (!Number.isSafeInteger(position) || !Number.isSafeInteger(length) || position < 0 || length < 0 || position + length > this.size) {
      throw this.errors.make(Hresult.ERROR_DISK_CORRUPT, `it refers to ${length} bytes at ${position}, but ends at ${this.size}`);
    }
    return length === 0 ? Buffer.alloc(0) : await this.readInside(position, length);
  }

  /** The range has been checked. */
  protected abstract readInside(position: number, length: number): Promise<Buffer>;
}

/** The bytes of an open file. */
export class FileSource extends ByteSource {
  readonly #handle: FileHandle;

  constructor(handle: FileHandle, size: number, errors: FileErrors) {
    super(size, errors);
    this.#handle = handle;
  }

  protected async readInside(position: number, length: number): Promise<Buffer> {
    const buffer = Buffer.allocUnsafe(length);
    for (let done = 0; done < length;) {
      const { bytesRead } = await this.#handle.read(buffer, done, length - done, position + done);
      if (bytesRead === 0) { throw this.errors.make(Hresult.ERROR_FILE_CORRUPT, 'it has become shorter while it was read'); }
      done += bytesRead;
    }
    return buffer;
  }
}

/** A part of a source, such as a partition. */
export class PartSource extends ByteSource {
  readonly #whole: ByteSource;
  readonly #start: number;

  constructor(whole: ByteSource, start: number, length: number) {
    super(length, whole.errors);
    this.#whole = whole;
    this.#start = start;
  }

  protected async readInside(position: number, length: number): Promise<Buffer> {
    return await this.#whole.read(this.#start + position, length);
  }
}

/**
 * Bytes that lie in blocks of one size, each somewhere in another source or nowhere, which reads as zeros.
 * A subclass knows where.
 */
export abstract class BlockSource extends ByteSource {
  readonly #file: ByteSource;
  readonly blockBytes: number;

  constructor(file: ByteSource, size: number, blockBytes: number) {
    super(size, file.errors);
    this.#file = file;
    this.blockBytes = blockBytes;
  }

  /** Where a block begins in the file; undefined: nowhere. */
  abstract placeOf(block: number): Promise<number | undefined>;

  protected async readInside(position: number, length: number): Promise<Buffer> {
    const buffer = Buffer.alloc(length);
    for (let done = 0; done < length;) {
      const at = position + done;
      const within = at % this.blockBytes;
      const part = Math.min(length - done, this.blockBytes - within);
      const place = await this.placeOf(Math.floor(at / this.blockBytes));
      if (place !== undefined) { (await this.#file.read(place + within, part)).copy(buffer, done); }
      done += part;
    }
    return buffer;
  }
}

/** Reads a source in whole pages and keeps the last ones: for tables that are asked for entry by entry. */
export class PageCache {
  readonly #source: ByteSource;
  readonly #pageBytes: number;
  readonly #maxPages: number;
  readonly #pages = new Map<number, Promise<Buffer>>();

  constructor(source: ByteSource, pageBytes: number, maxPages: number) {
    this.#source = source;
    this.#pageBytes = pageBytes;
    this.#maxPages = maxPages;
  }

  /** Bytes that lie in one page. */
  async read(position: number, length: number): Promise<Buffer> {
    const number = Math.floor(position / this.#pageBytes);
    let page = this.#pages.get(number);
    if (page === undefined) {
      const start = number * this.#pageBytes;
      page = this.#source.read(start, Math.min(this.#pageBytes, Math.max(this.#source.size - start, 0)));
      this.#pages.set(number, page);
      const [oldest] = this.#pages.keys();
      if (this.#pages.size > this.#maxPages && oldest !== undefined) { this.#pages.delete(oldest); }
    }
    const start = position - number * this.#pageBytes;
    const bytes = (await page).subarray(start, start + length);
    // Outside, or across two pages: the source says so, or reads it.
    return bytes.length === length ? bytes : await this.#source.read(position, length);
  }
}

/** A 64-bit number that says where or how much; one that no file can have becomes the greatest. */
export function sizeAt(buffer: Buffer, offset: number, isBigEndian = false): number {
  const value = isBigEndian ? buffer.readBigUInt64BE(offset) : buffer.readBigUInt64LE(offset);
  return value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(value);
}

export const emptyGuid = '00000000-0000-0000-0000-000000000000';
