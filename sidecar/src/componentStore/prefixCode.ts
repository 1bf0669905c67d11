/** The prefix codes of PA30 deltas, in which the longest codes own the smallest values. */
import type { BitReader } from './bitReader.ts';

/** No code is longer. */
export const maxCodeBits = 16;

/** Codes up to this length are found by one look-up; longer ones are rare. */
const lookupBits = 10;

/** A table that decodes one alphabet. */
export class PrefixCode {
  /** Per next bits: symbol times 32 plus length, or 0 where the code is longer. */
  readonly #lookup: Uint16Array;
  readonly #mask: number;
  readonly #longest: number;
  /** Per length: the smallest code, and where its symbols begin in `#sorted`. */
  readonly #first = new Uint32Array(maxCodeBits + 2);
  readonly #start = new Uint32Array(maxCodeBits + 2);
  readonly #sorted: Uint16Array;

  private constructor(lookup: Uint16Array, longest: number, sorted: Uint16Array) {
    this.#lookup = lookup;
    this.#mask = lookup.length - 1;
    this.#longest = longest;
    this.#sorted = sorted;
  }

  /**
   * The code in which symbol `i` has `lengths[i]` bits, none where that is 0.
   * @returns `undefined` where the lengths make no complete code. A code without symbols is one: its alphabet is not used.
   */
  static fromLengths(lengths: Uint8Array): PrefixCode | undefined {
    const counts = new Uint32Array(maxCodeBits + 2);
    let longest = 0;
    for (const length of lengths) {
      if (length === 0) { continue; }
      if (length > maxCodeBits) { return undefined; }
      counts[length] = (counts[length] ?? 0) + 1;
      if (length > longest) { longest = length; }
    }
    const code = new PrefixCode(new Uint16Array(1 << Math.min(longest, lookupBits)), longest, new Uint16Array(lengths.length));
    const next = new Uint32Array(maxCodeBits + 2);
    let used = 0;
    let place = 0;
    for (let length = longest; length > 0; length--) {
      code.#first[length] = used;
      code.#start[length] = place;
      next[length] = used;
      const count = counts[length] ?? 0;
      place += count;
      used += count;
      // Half a code of the next shorter length would be left over, or too many were given out.
      if ((used & 1) === 1 || used > 1 << length) { return undefined; }
      used >>>= 1;
    }
    if (longest > 0 && used !== 1) { return undefined; }
    code.#fill(lengths, next);
    return code;
  }

  #fill(lengths: Uint8Array, next: Uint32Array): void {
    const lookup = this.#lookup;
    for (let symbol = 0; symbol < lengths.length; symbol++) {
      const length = lengths[symbol] as number;
      if (length === 0) { continue; }
      const value = next[length] as number;
      next[length] = value + 1;
      this.#sorted[(this.#start[length] as number) + value - (this.#first[length] as number)] = symbol;
      if (length > lookupBits) { continue; }
      let reversed = 0;
      for (let bit = 0; bit < length; bit++) { reversed |= (value >>> bit & 1) << (length - 1 - bit); }
      for (let index = reversed; index < lookup.length; index += 1 << length) { lookup[index] = symbol << 5 | length; }
    }
  }

  /**
   * Reads one symbol.
   * @throws StoreFormatError: the alphabet is not used, or the stream ends.
   */
  read(reader: BitReader): number {
    const bits = reader.peek16();
    const entry = this.#lookup[bits & this.#mask] as number;
    if (entry !== 0) {
      reader.skip(entry & 31);
      return entry >>> 5;
    }
    if (this.#longest === 0) { throw reader.error('a symbol of an alphabet without codes'); }
    let value = 0;
    for (let bit = 0; bit < lookupBits; bit++) { value = value << 1 | bits >>> bit & 1; }
    for (let length = lookupBits + 1; ; length++) {
      value = value << 1 | bits >>> (length - 1) & 1;
      const first = this.#first[length] as number;
      // The code is complete, so this ends at the longest length at the latest, where the smallest code is 0.
      if (value >= first) {
        reader.skip(length);
        return this.#sorted[(this.#start[length] as number) + value - first] as number;
      }
    }
  }
}

/** The lengths that give every symbol about the same number of bits, the first ones less where the number is no power of two. */
export function evenLengths(symbols: number): Uint8Array {
  const longest = Math.ceil(Math.log2(symbols));
  const shorter = 2 ** longest - symbols;
  return new Uint8Array(symbols).map((_, symbol) => symbol < shorter ? longest - 1 : longest);
}
