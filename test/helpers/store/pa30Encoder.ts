/** Makes PA30 deltas of the file type RAW, with every way of the format to say a thing, for tests that need compressed manifests. */

/** How to encode; everything has a default that makes a small and valid delta. */
export interface Pa30Options {
  /** Codes of the format, or codes made for the data; default `default`. */
  readonly codes?: 'default' | 'explicit';
  /** Into how many blocks of codes to cut the target; default 1, for explicit codes only. */
  readonly blocks?: number;
  /** Numbers from 0 to 1 that choose among the ways to say the same; default: the shortest way known. */
  readonly random?: () => number;
  /** Target time, FILETIME. */
  readonly time?: bigint;
  readonly fileType?: number;
  readonly flags?: number;
  /** The hash of the target and its kind. */
  readonly hash?: { readonly id: number; readonly data: Buffer };
  /** What to do to the source first; no RAW delta has it. */
  readonly preprocessing?: Buffer;
  /** Says that a table of moved parts follows, which then lacks. */
  readonly moved?: boolean;
  /** Size of the target as the delta tells it; default the true one. */
  readonly targetBytes?: number;
}

/** Writes one bit stream. */
export class BitWriter {
  readonly #bytes: number[] = [0];
  #bits = 3;

  bits(value: number, count: number): void {
    let rest = value;
    for (let index = 0; index < count; index++) {
      if (this.#bits % 8 === 0) { this.#bytes.push(0); }
      const last = this.#bytes.length - 1;
      this.#bytes[last] = (this.#bytes[last] ?? 0) | (rest % 2) << (this.#bits % 8);
      rest = Math.floor(rest / 2);
      this.#bits++;
    }
  }

  number(value: number): void {
    let digits = 1;
    while (value >= 16 ** digits) { digits++; }
    this.bits(0, digits - 1);
    this.bits(1, 1);
    this.bits(value, 4 * digits);
  }

  buffer(data: Buffer): void {
    this.number(data.length);
    if (this.#bits % 8 !== 0) { this.bits(0, 8 - this.#bits % 8); }
    for (const byte of data) { this.#bytes.push(byte); }
    this.#bits += data.length * 8;
  }

  finish(): Buffer {
    const result = Buffer.from(this.#bytes);
    result[0] = (result[0] ?? 0) | (8 - this.#bits % 8) % 8;
    return result;
  }
}

type RawBits = readonly (readonly [value: number, count: number])[];

/** One literal or match, ready to be written with any codes. */
interface Token {
  readonly position: number;
  readonly main: number;
  readonly offsetBits: RawBits;
  readonly aligned: number | undefined;
  readonly length: number | undefined;
  readonly lengthBits: RawBits;
}

type OffsetForm = Pick<Token, 'offsetBits' | 'aligned'> & { readonly slot: number };

function explicitOffset(offset: number): OffsetForm {
  if (offset < 4) { return { slot: 7 + offset, offsetBits: [], aligned: undefined }; }
  const bits = Math.floor(Math.log2(offset)) - 1;
  const number = 11 + (bits - 1) * 2 + Math.floor(offset / 2 ** bits) % 2;
  const low = offset % 2 ** bits;
  let slot = number;
  let escape: RawBits = [];
  if (number >= 55) {
    [slot, escape] = [7, [[1, 1], [1, 1], [number - 55, 4]]];
  } else if (number >= 47) {
    [slot, escape] = [7, [[1, 1], [0, 1], [number - 47, 3]]];
  } else if (number >= 43) {
    [slot, escape] = [7, [[0, 1], [number - 43, 2]]];
  }
  return bits < 4
    ? { slot, offsetBits: [...escape, [low, bits]], aligned: undefined }
    : { slot, offsetBits: [...escape, [Math.floor(low / 16), bits - 4]], aligned: low % 16 };
}

function nearOffset(difference: number): OffsetForm | undefined {
  for (const [slot, { bits, gap }] of [{ bits: 14, gap: 0 }, { bits: 16, gap: 0x2000 }, { bits: 18, gap: 0xa000 }].entries()) {
    const value = difference < 0 ? difference + gap : difference - gap;
    const half = 2 ** (bits - 1);
    if (difference < 0 ? value < 0 && value >= -half : value >= 0 && value < half) {
      return { slot, offsetBits: [[value + half, bits]], aligned: undefined };
    }
  }
  return undefined;
}

function matchLength(length: number): { low: number; length: number | undefined; lengthBits: RawBits } {
  if (length < 9) { return { low: length - 1, length: undefined, lengthBits: [] }; }
  if (length < 264) { return { low: 0, length: length - 8, lengthBits: [] }; }
  const bits = Math.floor(Math.log2(length - 8));
  return { low: 0, length: 0, lengthBits: [[0, bits - 8], [1, 1], [length - 8 - 2 ** bits, bits]] };
}

/** Greedy matches by chains of places with the same three bytes. */
function tokenize(target: Buffer, source: Buffer, random: (() => number) | undefined): Token[] {
  const all = Buffer.concat([source, target]);
  const heads = new Int32Array(1 << 16).fill(-1);
  const chain = new Int32Array(all.length);
  const hashAt = (at: number): number => (Math.imul((all[at] ?? 0) | (all[at + 1] ?? 0) << 8 | (all[at + 2] ?? 0) << 16, 0x9e3779b1) >>> 16);
  const insert = (at: number): void => {
    const hash = hashAt(at);
    chain[at] = heads[hash] ?? -1;
    heads[hash] = at;
  };
  for (let at = 0; at < source.length; at++) { insert(at); }
  const sameBytes = (from: number, at: number): number => {
    let length = 0;
    while (at + length < all.length && all[from + length] === all[at + length]) { length++; }
    return length;
  };
  const tokens: Token[] = [];
  let recent: number[] = [0, 0, 0];
  let position = source.length;
  while (position < all.length) {
    let offset = 0;
    let length = 0;
    const consider = (candidate: number): void => {
      if (candidate < 1 || candidate > position) { return; }
      const found = sameBytes(position - candidate, position);
      if (found > length) { [offset, length] = [candidate, found]; }
    };
    recent.forEach(consider);
    consider(source.length);
    for (let from = heads[hashAt(position)] ?? -1, tries = 0; from >= 0 && tries < 16; from = chain[from] ?? -1, tries++) { consider(position - from); }
    if (random !== undefined && length > 2 && random() < 0.2) { length = 2 + Math.floor(random() * (length - 1)); }
    if (length < 2 || (length === 2 && !recent.includes(offset) && random === undefined) || (random !== undefined && random() < 0.05)) {
      tokens.push({ position, main: all[position] ?? 0, offsetBits: [], aligned: undefined, length: undefined, lengthBits: [] });
      insert(position);
      position++;
      continue;
    }
    const forms: OffsetForm[] = [];
    const index = recent.indexOf(offset);
    if (index !== -1) { forms.push({ slot: 4 + index, offsetBits: [], aligned: undefined }); }
    if (offset === source.length) { forms.push({ slot: 3, offsetBits: [], aligned: undefined }); }
    forms.push(explicitOffset(offset));
    const near = nearOffset(offset - source.length);
    if (near !== undefined) { forms.push(near); }
    const { slot, offsetBits, aligned } = forms[random === undefined ? 0 : Math.floor(random() * forms.length)] ?? explicitOffset(offset);
    const { low, ...lengthForm } = matchLength(length);
    tokens.push({ position, main: 256 + slot * 8 + low, offsetBits, aligned, ...lengthForm });
    recent = [offset, ...recent.filter((other) => other !== offset)].slice(0, 3);
    for (const end = position + length; position < end; position++) { insert(position); }
  }
  return tokens;
}

/** Lengths of a code for these counts, none above `limit`; always a complete code, with a second symbol that never occurs where there is one. */
function codeLengths(counts: readonly number[], limit: number): number[] {
  const used = counts.flatMap((count, symbol) => count > 0 ? [symbol] : []);
  if (used.length === 0) { return counts.map(() => 0); }
  if (used.length === 1) { used.push(used[0] === 0 ? 1 : 0); }
  let weights = used.map((symbol) => Math.max(1, counts[symbol] ?? 1));
  for (;;) {
    let nodes = used.map((symbol, index) => ({ weight: weights[index] ?? 1, symbols: [symbol] }));
    const lengths = counts.map(() => 0);
    while (nodes.length > 1) {
      nodes.sort((left, right) => left.weight - right.weight);
      const [first, second, ...rest] = nodes;
      const symbols = [...first?.symbols ?? [], ...second?.symbols ?? []];
      for (const symbol of symbols) { lengths[symbol] = (lengths[symbol] ?? 0) + 1; }
      nodes = [...rest, { weight: (first?.weight ?? 0) + (second?.weight ?? 0), symbols }];
    }
    if (Math.max(...lengths) <= limit) { return lengths; }
    weights = weights.map((weight) => Math.ceil(weight / 2));
  }
}

function evenLengths(symbols: number): number[] {
  const longest = Math.ceil(Math.log2(symbols));
  return Array.from({ length: symbols }, (_, symbol) => symbol < 2 ** longest - symbols ? longest - 1 : longest);
}

/** A function that writes symbols in the code of these lengths. */
function codeWriter(lengths: readonly number[]): (writer: BitWriter, symbol: number) => void {
  const values = new Map<number, number>();
  let next = 0;
  for (let length = 16; length > 0; length--) {
    lengths.forEach((own, symbol) => { if (own === length) { values.set(symbol, next++); } });
    next >>= 1;
  }
  return (writer, symbol) => {
    const value = values.get(symbol);
    if (value === undefined) { throw new Error(`Symbol ${symbol} has no code`); }
    for (let bit = (lengths[symbol] ?? 0) - 1; bit >= 0; bit--) { writer.bits(value >> bit & 1, 1); }
  };
}

interface LengthSymbol {
  readonly symbol: number;
  readonly extra: readonly [value: number, count: number];
}

/** The lengths of a block as symbols of the pre-tree. */
function lengthSymbols(lengths: readonly number[], previous: readonly number[], random: (() => number) | undefined): LengthSymbol[] {
  const result: LengthSymbol[] = [];
  const run = (first: number, count: number): void => {
    if (count < 4) { result.push({ symbol: first + count - 1, extra: [0, 0] }); return; }
    const bits = Math.floor(Math.log2(count));
    result.push({ symbol: first + bits + 1, extra: [count - 2 ** bits, bits] });
  };
  for (let at = 0; at < lengths.length;) {
    const value = lengths[at] ?? 0;
    let copied = 0;
    while (copied < 127 && at + copied < lengths.length && lengths[at + copied] === previous[at + copied]) { copied++; }
    let filled = 0;
    while (at > 0 && filled < 127 && at + filled < lengths.length && lengths[at + filled] === lengths[at - 1]) { filled++; }
    const difference = value - (previous[at] ?? 0);
    if (random !== undefined && filled > 0 && copied > 0 && random() < 0.5) { if (random() < 0.5) { filled = 0; } else { copied = 0; } }
    if (copied > 0 && copied >= filled) {
      run(31, copied);
      at += copied;
    } else if (filled > 0) {
      run(23, filled);
      at += filled;
    } else {
      const small = difference !== 0 && Math.abs(difference) <= 3 && (random === undefined || random() < 0.7);
      result.push({ symbol: small ? (difference > 0 ? 16 + difference : 19 - difference) : value, extra: [0, 0] });
      at++;
    }
  }
  return result;
}

function count(tokens: readonly Token[]): { main: number[]; length: number[]; aligned: number[] } {
  const counts = {
    main: Array.from({ length: 600 }, () => 0), length: Array.from({ length: 256 }, () => 0), aligned: Array.from({ length: 16 }, () => 0),
  };
  const add = (list: number[], symbol: number | undefined): void => { if (symbol !== undefined) { list[symbol] = (list[symbol] ?? 0) + 1; } };
  for (const token of tokens) {
    add(counts.main, token.main);
    add(counts.length, token.length);
    add(counts.aligned, token.aligned);
  }
  return counts;
}

function writeTokens(writer: BitWriter, tokens: readonly Token[], lengths: readonly number[]): void {
  const main = codeWriter(lengths.slice(0, 600));
  const length = codeWriter(lengths.slice(600, 856));
  const aligned = codeWriter(lengths.slice(856));
  for (const token of tokens) {
    main(writer, token.main);
    for (const [value, bits] of token.offsetBits) { writer.bits(value, bits); }
    if (token.aligned !== undefined) { aligned(writer, token.aligned); }
    if (token.length !== undefined) { length(writer, token.length); }
    for (const [value, bits] of token.lengthBits) { writer.bits(value, bits); }
  }
}

function writePatch(target: Buffer, source: Buffer, options: Pa30Options): Buffer {
  const { random } = options;
  const writer = new BitWriter();
  writer.bits(options.moved === true ? 1 : 0, 1);
  const tokens = tokenize(target, source, random);
  if (options.codes !== 'explicit') {
    writer.bits(1, 1);
    writeTokens(writer, tokens, [...evenLengths(600), ...evenLengths(256), ...evenLengths(16)]);
    return writer.finish();
  }
  writer.bits(0, 1);
  const number = options.blocks ?? 1;
  const starts = Array.from({ length: number }, (_, index) => source.length + Math.floor(target.length * index / number));
  const parts = starts.map((start, index) => tokens.filter(({ position }) => position >= start && position < (starts[index + 1] ?? Infinity)));
  const blocks = parts.map((part) => {
    const counts = count(part);
    return [...codeLengths(counts.main, 16), ...codeLengths(counts.length, 16), ...codeLengths(counts.aligned, 16)];
  });
  writer.number(number);
  starts.forEach((start, index) => writer.number(start - (starts[index - 1] ?? 0)));
  const symbols = blocks.flatMap((lengths, index) => lengthSymbols(lengths, blocks[index - 1] ?? lengths.map(() => 0), random));
  const preTree = codeLengths(Array.from({ length: 39 }, (_, symbol) => symbols.filter((entry) => entry.symbol === symbol).length), 15);
  for (const length of preTree) { writer.bits(length, 4); }
  const write = codeWriter(preTree);
  for (const { symbol, extra } of symbols) {
    write(writer, symbol);
    writer.bits(...extra);
  }
  parts.forEach((part, index) => writeTokens(writer, part, blocks[index] ?? []));
  return writer.finish();
}

/** A delta that makes `target` of `source`. */
export function encodePa30(target: Buffer, source: Buffer, options: Pa30Options = {}): Buffer {
  const writer = new BitWriter();
  writer.number(1);
  writer.number(options.fileType ?? 1);
  writer.number(options.flags ?? 0x20000);
  writer.number(options.targetBytes ?? target.length);
  writer.number(options.hash?.id ?? 0);
  writer.buffer(options.hash?.data ?? Buffer.alloc(0));
  writer.buffer(options.preprocessing ?? Buffer.alloc(0));
  writer.buffer(writePatch(target, source, options));
  const head = Buffer.alloc(12);
  head.write('PA30', 'latin1');
  head.writeBigUInt64LE(options.time ?? 0x019db1ded53e8000n, 4);
  return Buffer.concat([head, writer.finish()]);
}

/** A manifest as the component store keeps it. */
export function encodeDcm(manifest: Buffer, baseManifest: Buffer, options: Pa30Options = {}): Buffer {
  return Buffer.concat([Buffer.from('DCM\x01', 'latin1'), encodePa30(manifest, baseManifest, options)]);
}

/** A payload file as a delta against nothing. */
export function encodeDcn(data: Buffer, options: Pa30Options = {}): Buffer {
  return Buffer.concat([Buffer.from('DCN\x01', 'latin1'), encodePa30(data, Buffer.alloc(0), options)]);
}
