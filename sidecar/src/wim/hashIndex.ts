/** Finds records by the SHA-1 that each of them has, without a string for each: a file has hundreds of thousands, and to make those takes longest. */
import { randomFillSync } from 'node:crypto';

const wordBytes = 4;
const hashBytes = 20;
/** Hashes that were chosen to be alike shall not make all searches long. */
const factors = randomFillSync(new Int32Array(hashBytes / wordBytes)).map((factor) => factor | 1);
/** A hash that is looked for as a string. */
const wanted = Buffer.alloc(hashBytes);
const wantedView = viewOf(wanted);

/** Bytes as findAt() takes them. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Records that lie in one array of bytes. */
export class HashIndex {
  readonly #data: DataView;
  readonly #hashOffset: number;
  /** Where records lie, counted from 1, in open addressing: 0 is free. */
  readonly #slots: Uint32Array;
  readonly #shift: number;

  /** @param data Below 4 GiB. @param hashOffset Where in a record its hash is. @param capacity How many records are added at most. */
  constructor(data: Uint8Array, hashOffset: number, capacity: number) {
    const bits = Math.max(4, Math.ceil(Math.log2(capacity + 1)) + 1);
    this.#data = viewOf(data);
    this.#hashOffset = hashOffset;
    this.#slots = new Uint32Array(2 ** bits);
    this.#shift = 32 - bits;
  }

  /** Adds the record at a place; it takes that of one with the same hash. */
  add(record: number): void {
    this.#slots[this.#slotOf(this.#data, record + this.#hashOffset)] = record + 1;
  }

  /** Where the record of a hash (a latin1 string) lies; undefined: there is none. */
  find(hash: string): number | undefined {
    if (hash.length !== hashBytes) { return undefined; }
    wanted.write(hash, 'latin1');
    return this.findAt(wantedView, 0);
  }

  /** As find(), of a hash in other bytes. */
  findAt(bytes: DataView, offset: number): number | undefined {
    const found = this.#slots[this.#slotOf(bytes, offset)] ?? 0;
    return found === 0 ? undefined : found - 1;
  }

  /** The slot of a hash, or the free one that it would get. */
  #slotOf(bytes: DataView, offset: number): number {
    const slots = this.#slots;
    let sum = 0;
    for (let word = 0; word < factors.length; word++) { sum += Math.imul(bytes.getInt32(offset + word * wordBytes), factors[word] ?? 0); }
    let slot = (sum | 0) >>> this.#shift;
    for (let taken = slots[slot] ?? 0; taken !== 0 && !this.#equals(taken - 1 + this.#hashOffset, bytes, offset); taken = slots[slot] ?? 0) {
      slot = (slot + 1) % slots.length;
    }
    return slot;
  }

  #equals(own: number, bytes: DataView, offset: number): boolean {
    for (let at = 0; at < hashBytes; at += wordBytes) {
      if (this.#data.getInt32(own + at) !== bytes.getInt32(offset + at)) { return false; }
    }
    return true;
  }
}
