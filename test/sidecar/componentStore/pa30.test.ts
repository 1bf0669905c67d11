/** The decoder of PA30 deltas against an encoder of its own that uses every branch of the format. */
import { describe, expect, it } from 'vitest';
import { decodePa30 } from '../../helpers/store/decodePa30.ts';
import { BitWriter, encodePa30 } from '../../helpers/store/pa30Encoder.ts';
import { seededRandom } from '../../helpers/store/seededRandom.ts';

const limits = { maxBytes: 64 * 1024 * 1024 };
const nothing = Buffer.alloc(0);

/** Bytes with repetitions near and far, runs, and noise. */
function someBytes(random: () => number, length: number, material: Buffer = nothing): Buffer {
  const result = Buffer.alloc(length);
  let at = 0;
  while (at < length) {
    const kind = random();
    const count = Math.min(length - at, 1 + Math.floor(random() ** 3 * 400));
    if (kind < 0.3 && material.length > 0) {
      const from = Math.floor(random() * material.length);
      material.copy(result, at, from, from + count);
    } else if (kind < 0.6 && at > 0) {
      const from = Math.floor(random() * at);
      for (let index = 0; index < count; index++) { result[at + index] = result[from + index] ?? 0; }
    } else if (kind < 0.7) {
      result.fill(Math.floor(random() * 256), at, at + count);
    } else {
      for (let index = 0; index < Math.min(count, 40); index++) { result[at + index] = Math.floor(random() ** 2 * 256); }
    }
    at += count;
  }
  return result;
}

describe('decodePa30()', () => {
  it('expands what the encoder made, for thousands of inputs', () => {
    for (let seed = 1; seed <= 3000; seed++) {
      const random = seededRandom(seed);
      const source = someBytes(random, Math.floor(random() ** 2 * 3000));
      const target = someBytes(random, Math.floor(random() ** 2 * 3000), source);
      const delta = encodePa30(target, source, {
        codes: random() < 0.5 ? 'default' : 'explicit', blocks: 1 + Math.floor(random() * 4), ...random() < 0.7 ? { random } : {},
      });
      const result = decodePa30(delta, source, limits);
      if (!result.equals(target)) { expect.fail(`the round trip of seed ${seed} gives other bytes`); }
    }
  });

  it('expands several blocks, whose starts count from the start of the source', () => {
    const random = seededRandom(7);
    const source = someBytes(random, 9066);
    const target = Buffer.concat([someBytes(random, 20_000, source), Buffer.from('plain text, '.repeat(2000)), someBytes(random, 20_000)]);
    for (const blocks of [1, 2, 3, 40]) {
      expect(decodePa30(encodePa30(target, source, { codes: 'explicit', blocks }), source, limits).equals(target)).toBe(true);
    }
  });

  it.each([2, 8, 9, 263, 264, 519, 520, 100_000, 5_000_000])('expands a match of %i bytes that overlaps itself', (length) => {
    const target = Buffer.alloc(1 + length, 'x');
    expect(decodePa30(encodePa30(target, nothing, {}), nothing, limits).equals(target)).toBe(true);
    const pattern = Buffer.from('abcdefg'.repeat(Math.ceil(length / 7) + 1));
    expect(decodePa30(encodePa30(pattern, nothing, { codes: 'explicit' }), nothing, limits).equals(pattern)).toBe(true);
  });

  it('reaches every part of a source, before and behind the same place, and far away', () => {
    const random = seededRandom(11);
    const source = Buffer.alloc(17_500_000);
    const places = [0, 5000, 9000, 40_000, 100_000, 300_000, 1_500_000, 4_000_000, 9_000_000, 17_000_000];
    for (const place of places) { for (let index = 0; index < 64; index++) { source[place + index] = Math.floor(random() * 256); } }
    const piece = (place: number): Buffer => source.subarray(place, place + 64);
    const target = Buffer.concat([...places.map(piece), ...places.toReversed().map(piece), piece(5000), piece(9000), piece(5000)]);
    for (const pick of [undefined, seededRandom(1), seededRandom(2), seededRandom(3)]) {
      const delta = encodePa30(target, source, pick === undefined ? {} : { random: pick });
      expect(decodePa30(delta, source, limits).equals(target)).toBe(true);
    }
  });

  it('moves an offset that is among the last three to the front instead of keeping it twice', () => {
    const writer = new BitWriter();
    const symbol = (value: number): void => {
      // Default codes of 600 symbols: the first 424 have 9 bits, the rest 10, and the longer ones own the smaller values.
      const [code, bits] = value < 424 ? [88 + value, 9] : [value - 424, 10];
      for (let bit = bits - 1; bit >= 0; bit--) { writer.bits(code >> bit & 1, 1); }
    };
    writer.bits(0, 1);
    writer.bits(1, 1);
    for (const letter of 'abcdefgh') { symbol(letter.charCodeAt(0)); }
    const match = (slot: number, low = 0, bits = 0): void => {
      symbol(256 + slot * 8 + 1);
      writer.bits(low, bits);
    };
    match(13, 0, 2); // offset 8: "ab"
    match(12, 1, 1); // offset 7: "de"
    match(12, 0, 1); // offset 6: "gh"
    match(12, 1, 1); // offset 7 again: "ha"
    match(6); // the third is still 8: "ab"
    match(4); // now the first: "de"
    match(5); // and 7 the second: "hh"
    const patch = writer.finish();
    const head = new BitWriter();
    for (const value of [1, 1, 0, 22, 0]) { head.number(value); }
    head.buffer(nothing);
    head.buffer(nothing);
    head.buffer(patch);
    const delta = Buffer.concat([Buffer.from('PA30\0\0\0\0\0\0\0\0', 'latin1'), head.finish()]);
    expect(decodePa30(delta, nothing, limits).toString('latin1')).toBe('abcdefghabdeghhaabdehh');
  });

  it('passes over a hash, and makes an empty target', () => {
    const target = Buffer.from('some text');
    expect(decodePa30(encodePa30(target, nothing, { hash: { id: 0x8003, data: Buffer.alloc(16, 1) } }), nothing, limits).equals(target)).toBe(true);
    expect(decodePa30(encodePa30(nothing, target), target, limits)).toHaveLength(0);
  });

  it.each([
    ['another version', Buffer.from('PA31\0\0\0\0\0\0\0\0\0\0\0\0', 'latin1')],
    ['an executable', encodePa30(Buffer.from('text'), nothing, { fileType: 8 })],
    ['a changed source', encodePa30(Buffer.from('text'), nothing, { preprocessing: Buffer.from([1]) })],
    ['moved parts', encodePa30(Buffer.from('text'), nothing, { moved: true })],
  ])('says that it does not know %s', (_, delta) => {
    expect(() => decodePa30(delta, nothing, limits)).toThrow(expect.objectContaining({ name: 'UnsupportedFormatError' }));
  });

  const text = Buffer.from('some text, some text');
  it.each<[string, Buffer]>([
    ['no delta', Buffer.from('no delta at all')],
    ['nothing', nothing],
    ['a header alone', encodePa30(text, nothing).subarray(0, 12)],
    ['half a delta', encodePa30(text, nothing).subarray(0, 25)],
    ['a target beyond the limit', encodePa30(text, nothing, { targetBytes: limits.maxBytes + 1 })],
    ['a target that is never filled', encodePa30(text, nothing, { targetBytes: 21 })],
    ['a match that leaves the target', encodePa30(text, nothing, { targetBytes: 19 })],
    ['bits left over', encodePa30(text, nothing, { targetBytes: 2 })],
    ['a match from before the source', encodePa30(Buffer.from('x and more text'), Buffer.from('text and more text'))],
    ['a source that is too short', encodePa30(Buffer.from('text'), Buffer.from('text and more'))],
    ['bytes behind the delta', Buffer.concat([encodePa30(text, nothing), Buffer.alloc(4)])],
    ['a number that never ends', Buffer.concat([Buffer.from('PA30', 'latin1'), Buffer.alloc(100)])],
  ])('refuses %s', (_, delta) => {
    expect(() => decodePa30(delta, nothing, limits)).toThrow(expect.objectContaining({ name: 'StoreFormatError' }));
  });

  it('looks at the size of the target before anything else', () => {
    const delta = encodePa30(text, nothing, { targetBytes: 2 ** 40 });
    expect(() => decodePa30(delta, nothing, { maxBytes: 100 })).toThrow(/more than 100/);
  });
});
