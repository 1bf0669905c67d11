/** The cells of a hive that is being changed: room for new ones comes from free cells first, then from new bins at the end. */
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';
import { baseBlockBytes, binHeaderBytes, type HiveCells, pageBytes, sealBaseBlock } from './cells.ts';
import { noCell } from './layout.ts';

/** The highest bit of an offset says "volatile". */
const maxBinBytes = 0x7fffffff;

/** The bytes of a hive, with what is free in them. The hive was checked before, so offsets that are in it can be believed. */
export class HiveSpace {
  readonly path: string;
  readonly minorVersion: number;
  readonly rootOffset: number;
  readonly #base: Buffer;
  /** What a file has behind its bins: nothing, or room that Windows took in advance. */
  readonly #behind: Buffer;
  #data: Buffer;
  #length: number;
  /** Bytes of free cells by their offset, and their offsets by their ends. */
  readonly #free = new Map<number, number>();
  readonly #freeEnds = new Map<number, number>();
  /** Offsets of free cells by the logarithm of their size; some are no longer free. */
  readonly #classes: number[][] = Array.from({ length: 32 }, () => []);

  constructor(file: Buffer, cells: HiveCells) {
    this.path = cells.path;
    this.minorVersion = cells.minorVersion;
    this.rootOffset = cells.rootOffset;
    this.#length = cells.binBytes;
    this.#base = Buffer.from(file.subarray(0, baseBlockBytes));
    this.#behind = file.subarray(baseBlockBytes + this.#length);
    this.#data = Buffer.from(file.subarray(baseBlockBytes, baseBlockBytes + this.#length));
    for (const { offset, size } of cells.eachCell()) {
      if (size > 0) { this.#addFree(offset, size); }
    }
  }

  /** The error for damage at an offset as cells count it. */
  damaged(offset: number, reason: string): DismError {
    return new DismError(Hresult.ERROR_FILE_CORRUPT, `Cannot change the registry hive "${this.path}": at offset 0x${(offset + baseBlockBytes).toString(16)} ${reason}`,
      { target: this.path, hint: 'Start over from an intact copy of the image; a damaged hive cannot be repaired.' });
  }

  /** Content of a cell in use. It is valid until the next allocate(). */
  cell(offset: number): Buffer {
    const size = offset % 8 === 0 && offset <= this.#length - 8 ? -this.#data.readInt32LE(offset) : 0;
    if (size < 8 || offset + size > this.#length) { throw this.damaged(offset, 'there is no cell in use'); }
    return this.#data.subarray(offset + 4, offset + size);
  }

  /** Makes a cell with room for so many bytes, all of them zero. @throws DismError ERROR_DISK_FULL: the hive has the largest possible size. */
  allocate(contentBytes: number): number {
    const size = Math.ceil((4 + contentBytes) / 8) * 8;
    const offset = this.#takeFree(size) ?? this.#addBin(size);
    const found = this.#free.get(offset) ?? 0;
    this.#removeFree(offset, found);
    // A rest of 8 bytes is a cell of its own already.
    if (found > size) {
      this.#data.writeInt32LE(found - size, offset + size);
      this.#addFree(offset + size, found - size);
    }
    this.#data.writeInt32LE(-size, offset);
    this.#data.fill(0, offset + 4, offset + size);
    return offset;
  }

  /**
   * Makes room for a list that has changed: in its old cell where it fits, which is wiped, else in a new one with some room to grow. A list that
   * grows by one member each time would leave a hole of its size each time.
   * @param old noCell: there was none.
   * @param enoughBytes As many are never exceeded.
   * @returns noCell where nothing is to be stored.
   */
  refit(old: number, contentBytes: number, enoughBytes = Infinity): number {
    const hasOld = old !== noCell;
    if (hasOld && contentBytes > 0 && this.cell(old).length >= contentBytes) {
      this.cell(old).fill(0);
      return old;
    }
    if (hasOld) { this.release(old); }
    if (contentBytes === 0) { return noCell; }
    return this.allocate(hasOld ? Math.max(contentBytes, Math.min(Math.ceil(contentBytes * 1.25), enoughBytes)) : contentBytes);
  }

  /** Makes a cell free, with the free ones beside it. What it held is wiped: it may have been a password. */
  release(offset: number): void {
    let start = offset;
    let size = this.cell(offset).length + 4;
    this.#data.fill(0, offset, offset + size);
    const next = this.#free.get(start + size);
    if (next !== undefined) {
      this.#removeFree(start + size, next);
      this.#data.fill(0, start + size, start + size + 4);
      size += next;
    }
    const before = this.#freeEnds.get(start);
    if (before !== undefined) {
      const beforeBytes = start - before;
      this.#removeFree(before, beforeBytes);
      start = before;
      size += beforeBytes;
    }
    this.#data.writeInt32LE(size, start);
    this.#addFree(start, size);
  }

  /** The whole file, with the next sequence number. @param written FILETIME of the change. */
  toFile(written: bigint): Buffer {
    const behind = this.#behind.subarray(Math.min(this.#behind.length, this.#length - this.#base.readUInt32LE(40)));
    const base = Buffer.from(this.#base);
    const sequence = (base.readUInt32LE(4) + 1) >>> 0;
    base.writeUInt32LE(sequence, 4);
    base.writeUInt32LE(sequence, 8);
    base.writeBigUInt64LE(written, 12);
    base.writeUInt32LE(this.#length, 40);
    return Buffer.concat([sealBaseBlock(base), this.#data.subarray(0, this.#length), behind]);
  }

  #addFree(offset: number, size: number): void {
    this.#free.set(offset, size);
    this.#freeEnds.set(offset + size, offset);
    this.#classes[31 - Math.clz32(size)]?.push(offset);
  }

  #removeFree(offset: number, size: number): void {
    this.#free.delete(offset);
    this.#freeEnds.delete(offset + size);
  }

  /** A free cell with that many bytes, still listed as free. */
  #takeFree(size: number): number | undefined {
    for (let number = 31 - Math.clz32(size); number < this.#classes.length; number++) {
      const offsets = this.#classes[number] ?? [];
      for (let index = offsets.length - 1; index >= 0; index--) {
        const offset = offsets[index] ?? 0;
        const found = this.#free.get(offset);
        if (found === undefined || 31 - Math.clz32(found) !== number) {
          // Used or joined with another since.
          offsets.splice(index, 1);
        } else if (found >= size) {
          offsets.splice(index, 1);
          return offset;
        }
      }
    }
    return undefined;
  }

  #addBin(cellBytes: number): number {
    const start = this.#length;
    const size = Math.ceil((binHeaderBytes + cellBytes) / pageBytes) * pageBytes;
    if (start + size > maxBinBytes) {
      throw new DismError(Hresult.ERROR_DISK_FULL, `Cannot change the registry hive "${this.path}": it would be larger than a hive can be`, { target: this.path });
    }
    if (start + size > this.#data.length) {
      const larger = Buffer.alloc(Math.max(Math.ceil(this.#data.length * 1.25), start + size));
      this.#data.copy(larger);
      this.#data = larger;
    }
    this.#length += size;
    this.#data.fill(0, start, this.#length);
    this.#data.write('hbin', start, 'latin1');
    this.#data.writeUInt32LE(start, start + 4);
    this.#data.writeUInt32LE(size, start + 8);
    const offset = start + binHeaderBytes;
    this.#data.writeInt32LE(size - binHeaderBytes, offset);
    this.#addFree(offset, size - binHeaderBytes);
    return offset;
  }
}
