/** Reads the bit streams of PA30 deltas: least significant bit first, with a count of unused bits at the end in the first three bits. */
import { StoreFormatError } from './formatErrors.ts';

/** Positions in bits must fit into 32 bits. */
const maxStreamBytes = 0x0fff_ffff;

/** Numbers of more digits are beyond every size that occurs, and beyond exact arithmetic. */
const maxNumberDigits = 13;

/** A cursor in one bit stream. */
export class BitReader {
  readonly #data: Buffer;
  /** Of the stream's first byte in what the caller handed over, for errors. */
  readonly #origin: number;
  readonly #end: number;
  #position = 3;

  /**
   * @param data - The stream.
   * @param origin - Offset of the stream in what errors speak of.
   * @throws StoreFormatError: empty, or too long.
   */
  constructor(data: Buffer, origin: number) {
    if (data.length === 0 || data.length > maxStreamBytes) {
      throw new StoreFormatError(`a bit stream has ${data.length} bytes`, origin);
    }
    this.#data = data;
    this.#origin = origin;
    this.#end = data.length * 8 - ((data[0] ?? 0) & 7);
    if (this.#end < 3) { throw this.error('a bit stream ends in its own count'); }
  }

  /** Bits that were not read yet. */
  get remaining(): number {
    return this.#end - this.#position;
  }

  /** An error at the current position. */
  error(what: string): StoreFormatError {
    return new StoreFormatError(what, this.#origin + (this.#position >>> 3));
  }

  /** The next 16 bits, zeros beyond the end, without going on. */
  peek16(): number {
    const position = this.#position;
    const data = this.#data;
    const index = position >>> 3;
    if (index + 2 < data.length) {
      return (((data[index] as number) | (data[index + 1] as number) << 8 | (data[index + 2] as number) << 16) >>> (position & 7)) & 0xffff;
    }
    return (((data[index] ?? 0) | (data[index + 1] ?? 0) << 8) >>> (position & 7)) & 0xffff;
  }

  /**
   * Goes on by `count` bits.
   * @throws StoreFormatError: the stream ends before.
   */
  skip(count: number): void {
    this.#position += count;
    if (this.#position > this.#end) { throw this.error('a bit stream ends too early'); }
  }

  /** Reads up to 32 bits as an unsigned number. */
  bits(count: number): number {
    let value = 0;
    for (let done = 0; done < count; done += 16) {
      const part = Math.min(16, count - done);
      value += (this.peek16() & ((1 << part) - 1)) * 2 ** done;
      this.skip(part);
    }
    return value;
  }

  /**
   * Counts the zero bits before the next one, and takes both.
   * @throws StoreFormatError: there are more than `limit`.
   */
  zeros(limit: number): number {
    let count = 0;
    while (this.bits(1) === 0) {
      if (++count > limit) { throw this.error('a number is too long'); }
    }
    return count;
  }

  /** Reads a number of variable length: its count of hexadecimal digits in zeros, then the digits. */
  number(): number {
    const digits = this.zeros(maxNumberDigits - 1) + 1;
    let value = 0;
    for (let index = 0; index < digits; index++) { value += this.bits(4) * 16 ** index; }
    return value;
  }

  /** Reads a length, then so many bytes from the next byte on. The bytes stay where they are. */
  buffer(): { readonly data: Buffer; readonly offset: number } {
    const length = this.number();
    const start = Math.ceil(this.#position / 8);
    const end = (start + length) * 8;
    // Nothing need follow an empty part, not even the rest of its byte.
    if (length > 0 && end > this.#end) { throw this.error(`a part of ${length} bytes does not fit`); }
    this.#position = Math.min(end, this.#end);
    return { data: this.#data.subarray(start, start + length), offset: this.#origin + start };
  }
}
