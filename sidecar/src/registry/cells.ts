/** The cells of a registry hive file (regf): base block, bins and the check that a cell lies where it may. */
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';

/** Bytes before the first bin. Offsets inside a hive count from here. */
export const baseBlockBytes = 4096;
export const binHeaderBytes = 32;
export const pageBytes = 4096;
/** A hive cannot have cells beyond this: the highest bit of an offset says "volatile". */
const maxBinBytes = 0x7fffffff;

/** Of the base block: an offset in bytes, and what stands there. */
const signature = 'regf';
const checksumOffset = 508;

/** The checksum that belongs into a base block. */
function checksumOf(base: Buffer): number {
  let checksum = 0;
  for (let offset = 0; offset < checksumOffset; offset += 4) { checksum ^= base.readInt32LE(offset); }
  // The two values that mean "none" are never written.
  return checksum === 0 ? 1 : checksum === -1 ? -2 : checksum;
}

export function hasRightChecksum(base: Buffer): boolean {
  return base.readInt32LE(checksumOffset) === checksumOf(base);
}

/** Puts the right checksum into a base block. */
export function sealBaseBlock(base: Buffer): Buffer {
  base.writeInt32LE(checksumOf(base), checksumOffset);
  return base;
}

/** The checked bytes of one hive. Every read goes through here, so no offset in the file is believed. */
export class HiveCells {
  /** Where the hive comes from, for messages. */
  readonly path: string;
  /** True: Windows was interrupted while it wrote, and the newest data may wait in the .LOG1 and .LOG2 files. */
  readonly isDirty: boolean;
  /** Minor version of the format, 3 to 6; data over 16344 bytes is split from 4 on. */
  readonly minorVersion: number;
  /** Offset of the root key's cell. */
  readonly rootOffset: number;
  /** Bytes of all bins: no list can have more members than fit in here. */
  readonly binBytes: number;
  readonly #data: Buffer;
  /** For each page of the bins, where the bin that it belongs to ends. */
  readonly #binEnds: Uint32Array;

  /** @throws DismError ERROR_FILE_CORRUPT: this is no hive, or a damaged one; the message says where. */
  constructor(data: Buffer, path: string) {
    this.path = path;
    if (data.length < baseBlockBytes || data.toString('latin1', 0, signature.length) !== signature) {
      throw this.#damaged(0, 'this is no registry hive');
    }
    if (!hasRightChecksum(data)) {
      throw this.#damaged(checksumOffset, 'the checksum of the base block is wrong');
    }
    const major = data.readUInt32LE(20);
    this.minorVersion = data.readUInt32LE(24);
    if (major !== 1 || this.minorVersion < 2 || this.minorVersion > 6) {
      throw this.#damaged(20, `its format ${major}.${this.minorVersion} is unknown`);
    }
    this.isDirty = data.readUInt32LE(4) !== data.readUInt32LE(8);
    this.rootOffset = data.readUInt32LE(36);
    this.binBytes = data.readUInt32LE(40);
    if (this.binBytes === 0 || this.binBytes > maxBinBytes || this.binBytes > data.length - baseBlockBytes) {
      throw this.#damaged(40, `it is cut off: ${data.length - baseBlockBytes} of ${this.binBytes} bytes of bins are there`);
    }
    this.#data = data.subarray(baseBlockBytes, baseBlockBytes + this.binBytes);
    this.#binEnds = this.#readBins();
  }

  /**
   * Content of the cell in use at an offset, without a copy. It may have up to seven bytes more than were asked for
   * when it was made.
   * @throws DismError ERROR_FILE_CORRUPT: there is no such cell, or it is shorter than `minBytes`.
   */
  cell(offset: number, minBytes: number, what: string): Buffer {
    const binEnd = this.#binEnds[Math.floor(offset / pageBytes)];
    if (binEnd === undefined || offset % 8 !== 0 || offset > binEnd - 8) {
      throw this.damaged(offset, `there is no cell for ${what}`);
    }
    // Cells in use have a negative size, which counts its own four bytes.
    const size = -this.#data.readInt32LE(offset);
    if (size < 8 || size % 8 !== 0 || offset + size > binEnd) {
      throw this.damaged(offset, `the cell of ${what} is ${size <= 0 ? 'free' : 'of a wrong size'}`);
    }
    if (size - 4 < minBytes) {
      throw this.damaged(offset, `the cell of ${what} has ${size - 4} bytes instead of ${minBytes}`);
    }
    return this.#data.subarray(offset + 4, offset + size);
  }

  /**
   * Walks over all cells, in use or free, which fill their bins without a gap: damage shows there also where nobody reads.
   * @throws DismError ERROR_FILE_CORRUPT: they do not.
   */
  check(): void {
    // eslint-disable-next-line @typescript-eslint/no-unused-vars -- walking is all there is to do
    for (const _ of this.eachCell()) { /* */ }
  }

  /** All cells, in use (with a negative size) or free. @throws as check() */
  * eachCell(): Generator<{ readonly offset: number; readonly size: number }> {
    for (let bin = 0; bin < this.binBytes;) {
      const end = this.#binEnds[bin / pageBytes] ?? this.binBytes;
      for (let offset = bin + binHeaderBytes; offset < end;) {
        const size = this.#data.readInt32LE(offset);
        const bytes = Math.abs(size);
        if (bytes < 8 || bytes % 8 !== 0 || bytes > end - offset) { throw this.damaged(offset, 'the size of a cell is wrong'); }
        yield { offset, size };
        offset += bytes;
      }
      bin = end;
    }
  }

  /** The error for damage at an offset as cells count it; the message names the offset in the file. */
  damaged(offset: number, reason: string): DismError {
    return this.#damaged(offset + baseBlockBytes, reason);
  }

  #damaged(fileOffset: number, reason: string): DismError {
    return new DismError(Hresult.ERROR_FILE_CORRUPT,
      `Cannot read the registry hive "${this.path}": at offset 0x${fileOffset.toString(16)} ${reason}`,
      { target: this.path, hint: 'Start over from an intact copy of the image; a damaged hive cannot be repaired.' });
  }

  #readBins(): Uint32Array {
    const ends = new Uint32Array(Math.ceil(this.binBytes / pageBytes));
    for (let offset = 0; offset < this.binBytes;) {
      if (offset + binHeaderBytes > this.binBytes || this.#data.toString('latin1', offset, offset + 4) !== 'hbin') {
        throw this.damaged(offset, 'there is no bin');
      }
      const size = this.#data.readUInt32LE(offset + 8);
      if (this.#data.readUInt32LE(offset + 4) !== offset || size === 0 || size % pageBytes !== 0 || size > this.binBytes - offset) {
        throw this.damaged(offset, 'the header of the bin is wrong');
      }
      ends.fill(offset + size, offset / pageBytes, (offset + size) / pageBytes);
      offset += size;
    }
    return ends;
  }
}
