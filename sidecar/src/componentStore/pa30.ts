/** Applies PA30 deltas of the file type RAW, the kind that keeps manifests and plain payload files. */
import { BitReader } from './bitReader.ts';
import { StoreFormatError, UnsupportedFormatError } from './formatErrors.ts';
import { evenLengths, maxCodeBits, PrefixCode } from './prefixCode.ts';

/** The alphabets of a block: literals and matches, lengths, low bits of offsets. */
const mainSymbols = 600;
const lengthSymbols = 256;
const alignedSymbols = 16;
const blockSymbols = mainSymbols + lengthSymbols + alignedSymbols;
const preTreeSymbols = 39;

/** Windows cuts at a few kilobytes at least; this bounds the memory that a delta made to be nasty can take. */
const maxBlocks = 4096;

/** Longest exponent of a match's length beyond 8 bits. */
const maxLengthZeros = 24;

/** Bytes of the target between two pauses: some 20 ms. */
const pauseBytes = 1024 * 1024;

/** The codes of one stretch of the output. */
interface Block {
  /** Where it begins, counted from the start of the source. */
  readonly start: number;
  readonly main: PrefixCode;
  readonly length: PrefixCode;
  readonly aligned: PrefixCode;
}

/** What to do with the result's size. */
export interface ExpandLimits {
  /** The most bytes that the result may have. */
  readonly maxBytes: number;
}

function makeBlock(lengths: Uint8Array, start: number): Block | undefined {
  const main = PrefixCode.fromLengths(lengths.subarray(0, mainSymbols));
  const length = PrefixCode.fromLengths(lengths.subarray(mainSymbols, mainSymbols + lengthSymbols));
  const aligned = PrefixCode.fromLengths(lengths.subarray(mainSymbols + lengthSymbols));
  return main === undefined || length === undefined || aligned === undefined ? undefined : { start, main, length, aligned };
}

let even: Block | undefined;

/** The block of a delta that brings no codes of its own. */
function evenBlock(): Block {
  even ??= makeBlock(Uint8Array.of(...evenLengths(mainSymbols), ...evenLengths(lengthSymbols), ...evenLengths(alignedSymbols)), 0);
  if (even === undefined) { throw new Error('The default lengths make no complete code'); }
  return even;
}

/** Reads the code lengths of a block, told by those of the block before. */
function readLengths(reader: BitReader, preTree: PrefixCode, previous: Uint8Array): Uint8Array {
  const lengths = new Uint8Array(blockSymbols);
  let at = 0;
  while (at < blockSymbols) {
    const symbol = preTree.read(reader);
    if (symbol < 23) {
      let length = symbol;
      if (symbol >= 20) { length = (previous[at] as number) - (symbol - 19); } else if (symbol >= 17) { length = (previous[at] as number) + symbol - 16; }
      if (length < 0 || length > maxCodeBits) { throw reader.error('the length of a code is out of range'); }
      lengths[at++] = length;
      continue;
    }
    const kind = (symbol - 23) & 7;
    const count = kind < 3 ? kind + 1 : 1 << (kind - 1) | reader.bits(kind - 1);
    if (at + count > blockSymbols) { throw reader.error('there are too many lengths of codes'); }
    if (symbol >= 31) {
      lengths.set(previous.subarray(at, at + count), at);
    } else if (at === 0) {
      throw reader.error('the first length of a code repeats nothing');
    } else {
      lengths.fill(lengths[at - 1] as number, at, at + count);
    }
    at += count;
  }
  return lengths;
}

/** Reads where the blocks begin, and their codes. */
function readBlocks(reader: BitReader): Block[] {
  const count = reader.number();
  if (count === 0 || count > maxBlocks) { throw reader.error(`the delta has ${count} blocks`); }
  const starts: number[] = [];
  let start = 0;
  for (let index = 0; index < count; index++) {
    start += reader.number();
    starts.push(start);
  }
  const preTreeLengths = new Uint8Array(preTreeSymbols);
  for (let index = 0; index < preTreeSymbols; index++) { preTreeLengths[index] = reader.bits(4); }
  const preTree = PrefixCode.fromLengths(preTreeLengths);
  if (preTree === undefined) { throw reader.error('the lengths of a code are not complete'); }
  let lengths: Uint8Array = new Uint8Array(blockSymbols);
  return starts.map((blockStart) => {
    lengths = readLengths(reader, preTree, lengths);
    const block = makeBlock(lengths, blockStart);
    if (block === undefined) { throw reader.error('the lengths of a code are not complete'); }
    return block;
  });
}

/** Per slot 0 to 2: bits of the difference, and by how much it is moved away from 0. */
const nearSlots = [{ bits: 14, gap: 0 }, { bits: 16, gap: 0x2000 }, { bits: 18, gap: 0xa000 }] as const;

/** Reads the offset of a match that is neither near the same place of the source nor one of the last three. */
function readOffset(reader: BitReader, slot: number, block: Block): number {
  let number = slot;
  if (slot === 7) {
    if (reader.bits(1) === 0) {
      number = 43 + reader.bits(2);
    } else if (reader.bits(1) === 0) {
      number = 47 + reader.bits(3);
    } else {
      number = 55 + reader.bits(4);
    }
  }
  if (number < 11) { return number - 7; }
  const top = 2 | ((number - 11) & 1);
  const bits = ((number - 11) >>> 1) + 1;
  // The results exceed 32 bits, so they are put together without bit operators.
  if (bits < 4) { return top * 2 ** bits + reader.bits(bits); }
  const middle = reader.bits(bits - 4);
  return top * 2 ** bits + middle * 16 + block.aligned.read(reader);
}

function readMatchLength(reader: BitReader, low: number, block: Block): number {
  if (low !== 0) { return low + 1; }
  const symbol = block.length.read(reader);
  if (symbol !== 0) { return symbol + 8; }
  const bits = reader.zeros(maxLengthZeros) + 8;
  return 2 ** bits + reader.bits(bits) + 8;
}

/** Writes the target behind the source; both are in `out`. */
function* copyTokens(reader: BitReader, blocks: readonly Block[], out: Buffer, sourceBytes: number): Generator<undefined, void> {
  let position = sourceBytes;
  let pauseAt = position + pauseBytes;
  let index = 0;
  let block = blocks[0] as Block;
  let next = blocks[1]?.start ?? Infinity;
  let recent0 = 0;
  let recent1 = 0;
  let recent2 = 0;
  while (position < out.length) {
    if (position >= pauseAt) {
      yield;
      pauseAt = position + pauseBytes;
    }
    while (position >= next) {
      index++;
      block = blocks[index] as Block;
      next = blocks[index + 1]?.start ?? Infinity;
    }
    const symbol = block.main.read(reader);
    if (symbol < 256) {
      out[position++] = symbol;
      continue;
    }
    const slot = (symbol - 256) >>> 3;
    let offset: number;
    const near = nearSlots[slot];
    if (near !== undefined) {
      const difference = reader.bits(near.bits) - 2 ** (near.bits - 1);
      offset = sourceBytes + difference + (difference < 0 ? -near.gap : near.gap);
    } else if (slot === 3) {
      offset = sourceBytes;
    } else if (slot === 4) {
      offset = recent0;
    } else if (slot === 5) {
      offset = recent1;
    } else if (slot === 6) {
      offset = recent2;
    } else {
      offset = readOffset(reader, slot, block);
    }
    const length = readMatchLength(reader, (symbol - 256) & 7, block);
    // The last three offsets are different ones: one that occurs again only moves to the front.
    if (offset !== recent0) {
      if (offset !== recent1) { recent2 = recent1; }
      recent1 = recent0;
      recent0 = offset;
    }
    if (offset < 1 || offset > position) { throw reader.error(`a match reaches ${offset} bytes back from ${position}`); }
    if (length > out.length - position) { throw reader.error(`a match of ${length} bytes leaves the target`); }
    const from = position - offset;
    const end = position + length;
    if (length < 32) {
      for (let source = from; position < end; source++) { out[position++] = out[source] as number; }
      continue;
    }
    // What overlaps repeats itself, so that every copy doubles what can be copied next.
    while (position < end) {
      const part = Math.min(end - position, position - from);
      out.copyWithin(position, from, from + part);
      position += part;
    }
  }
}

/** Runs the patch of a delta. */
function* applyPatch(patch: Buffer, origin: number, source: Buffer, targetBytes: number): Generator<undefined, Buffer> {
  if (patch.length === 0 && targetBytes === 0) { return Buffer.alloc(0); }
  const reader = new BitReader(patch, origin);
  if (reader.bits(1) === 1) { throw new UnsupportedFormatError('PA30', 'The delta moves parts of its source about, which DismTs cannot follow'); }
  const blocks = reader.bits(1) === 1 ? [evenBlock()] : readBlocks(reader);
  const out = Buffer.allocUnsafe(source.length + targetBytes);
  source.copy(out);
  yield* copyTokens(reader, blocks, out, source.length);
  if (reader.remaining > 7) { throw reader.error(`${reader.remaining} bits are left over`); }
  return out.subarray(source.length);
}

/**
 * Applies a PA30 delta of the file type RAW to its source, step by step, so that the caller can do something else in between, or stop.
 * Manifests' deltas tell no hash of their result: with a wrong source or after damage they may give other bytes, so the caller compares a hash it knows.
 * @param delta - From `PA30` on.
 * @throws StoreFormatError: damaged, or the result would exceed the limit.
 * @throws UnsupportedFormatError: a delta of another version or file type.
 */
export function* decodePa30Stepwise(delta: Buffer, source: Buffer, options: ExpandLimits): Generator<undefined, Buffer> {
  const magic = delta.toString('latin1', 0, 4);
  if (magic === 'PA31' || magic === 'PA19') { throw new UnsupportedFormatError(magic, `DismTs cannot apply deltas of the version ${magic}`); }
  if (magic !== 'PA30') { throw new StoreFormatError('it is no delta', 0); }
  // The time of the target, 8 bytes, tells nothing about the contents.
  const reader = new BitReader(delta.subarray(12), 12);
  reader.number();
  const fileType = reader.number();
  if (fileType !== 1) { throw new UnsupportedFormatError('PA30', `DismTs cannot apply deltas of the file type ${fileType}`); }
  reader.number();
  const targetBytes = reader.number();
  if (targetBytes > options.maxBytes) { throw reader.error(`the target has ${targetBytes} bytes, more than ${options.maxBytes}`); }
  reader.number();
  reader.buffer();
  const preprocessing = reader.buffer();
  if (preprocessing.data.length > 0) { throw new UnsupportedFormatError('PA30', 'The delta changes its source first, which DismTs cannot follow'); }
  const patch = reader.buffer();
  if (reader.remaining > 7) { throw reader.error(`${reader.remaining} bits are left over`); }
  return yield* applyPatch(patch.data, patch.offset, source, targetBytes);
}
