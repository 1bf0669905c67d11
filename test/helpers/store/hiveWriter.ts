/** Writes registry hives (regf) from nothing in one pass, for tests: libhivex reads them, and no byte comes from Windows. */

/** How a list of keys is stored. Windows writes `lh`. */
export type ListKind = 'lh' | 'lf' | 'li';

/** What a hive is written with beside its keys. */
export interface HiveOptions {
  /** Leave the sequence numbers unequal, as an interrupted write does. */
  readonly dirty?: boolean;
  readonly listKind?: ListKind;
  /** FILETIME of each key. */
  readonly lastWritten?: bigint;
}

const baseBlockBytes = 4096;
const binHeaderBytes = 32;
const pageBytes = 4096;
const segmentBytes = 16344;
const listMembers = 500;
const noOffset = 0xffffffff;

interface Value {
  readonly name: string;
  readonly type: number;
  readonly data: Buffer;
}

/** A key to be written: add keys and values, in any order, then write the root. */
export class KeyBuilder {
  readonly name: string;
  /** By upper-case name, which is also how they are sorted. */
  readonly #subkeys = new Map<string, KeyBuilder>();
  readonly #values = new Map<string, Value>();

  /** A root is called anything; Windows calls it `ROOT`, or `CMI-CreateHive{...}`. */
  constructor(name = 'ROOT') {
    this.name = name;
  }

  get subkeys(): KeyBuilder[] {
    return [...this.#subkeys].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, key]) => key);
  }

  get values(): Value[] {
    return [...this.#values.values()];
  }

  /** The key at a path such as `A\B` below this one, made where it does not exist. */
  key(path: string): KeyBuilder {
    return path.split('\\').reduce<KeyBuilder>((key, name) => key.subkey(name), this);
  }

  /** The key of that name directly below, which may then contain a backslash; made where it does not exist. */
  subkey(name: string): KeyBuilder {
    const existing = this.#subkeys.get(name.toUpperCase());
    const key = existing ?? new KeyBuilder(name);
    this.#subkeys.set(name.toUpperCase(), key);
    return key;
  }

  /** Sets a value of any type; `''` is the default value. */
  set(name: string, type: number, data: Buffer): this {
    this.#values.set(name.toUpperCase(), { name, type, data });
    return this;
  }

  /** Removes a key directly below, or a value. */
  remove(name: string): this {
    this.#subkeys.delete(name.toUpperCase());
    this.#values.delete(name.toUpperCase());
    return this;
  }

  /** REG_SZ. */
  string(name: string, text: string): this {
    return this.set(name, 1, Buffer.from(`${text}\0`, 'utf16le'));
  }

  /** REG_EXPAND_SZ. */
  expandString(name: string, text: string): this {
    return this.set(name, 2, Buffer.from(`${text}\0`, 'utf16le'));
  }

  /** REG_BINARY; text is written as ASCII without an end. */
  binary(name: string, data: Buffer | string): this {
    return this.set(name, 3, typeof data === 'string' ? Buffer.from(data, 'latin1') : data);
  }

  /** REG_DWORD. */
  dword(name: string, value: number): this {
    const data = Buffer.alloc(4);
    data.writeUInt32LE(value >>> 0);
    return this.set(name, 4, data);
  }

  /** REG_MULTI_SZ. */
  strings(name: string, texts: readonly string[]): this {
    return this.set(name, 7, Buffer.from(`${texts.map((text) => `${text}\0`).join('')}\0`, 'utf16le'));
  }

  /** REG_QWORD. */
  qword(name: string, value: bigint): this {
    const data = Buffer.alloc(8);
    data.writeBigUInt64LE(value);
    return this.set(name, 11, data);
  }
}

/** The bytes of a hive with this root. */
export function writeHive(root: KeyBuilder, options: HiveOptions = {}): Buffer {
  return new HiveWriter(options).write(root);
}

/** Puts a right checksum into the base block, after a test has changed it. */
export function sealBaseBlock(hive: Buffer): Buffer {
  let checksum = 0;
  for (let offset = 0; offset < 508; offset += 4) { checksum ^= hive.readInt32LE(offset); }
  hive.writeInt32LE(checksum === 0 ? 1 : checksum === -1 ? -2 : checksum, 508);
  return hive;
}

/** Full control for the system and administrators: owner and group first, then the one list. */
const securityDescriptor = makeSecurityDescriptor();

class HiveWriter {
  readonly #options: HiveOptions;
  /** All bins so far. */
  #data: Buffer = Buffer.alloc(1 << 16);
  #binStart = 0;
  #binEnd = 0;
  #next = 0;
  #keyCount = 0;
  #securityOffset = 0;

  constructor(options: HiveOptions) {
    this.#options = options;
  }

  write(root: KeyBuilder): Buffer {
    const rootOffset = this.#writeRoot(root);
    this.#closeBin();
    const base = Buffer.alloc(baseBlockBytes);
    base.write('regf', 0, 'latin1');
    base.writeUInt32LE(this.#options.dirty === true ? 8 : 7, 4);
    base.writeUInt32LE(7, 8);
    base.writeBigUInt64LE(this.#lastWritten, 12);
    base.writeUInt32LE(1, 20);
    base.writeUInt32LE(5, 24);
    base.writeUInt32LE(1, 32);
    base.writeUInt32LE(rootOffset, 36);
    base.writeUInt32LE(this.#binEnd, 40);
    base.writeUInt32LE(1, 44);
    return Buffer.concat([sealBaseBlock(base), this.#data.subarray(0, this.#binEnd)]);
  }

  get #lastWritten(): bigint {
    return this.#options.lastWritten ?? 0x1d9_0000_0000_0000n;
  }

  #writeRoot(root: KeyBuilder): number {
    const rootOffset = this.#allocateKey(root);
    this.#securityOffset = this.#allocate(20 + securityDescriptor.length);
    this.#writeKey(root, rootOffset, rootOffset, true);
    const cell = this.#securityOffset + 4;
    this.#data.write('sk', cell, 'latin1');
    this.#data.writeUInt32LE(this.#securityOffset, cell + 4);
    this.#data.writeUInt32LE(this.#securityOffset, cell + 8);
    this.#data.writeUInt32LE(this.#keyCount, cell + 12);
    this.#data.writeUInt32LE(securityDescriptor.length, cell + 16);
    securityDescriptor.copy(this.#data, cell + 20);
    return rootOffset;
  }

  #allocateKey(key: KeyBuilder): number {
    return this.#allocate(76 + encodeName(key.name).bytes.length);
  }

  #writeKey(key: KeyBuilder, offset: number, parentOffset: number, isRoot: boolean): void {
    this.#keyCount++;
    const { subkeys, values } = key;
    const offsets = subkeys.map((subkey) => {
      const subkeyOffset = this.#allocateKey(subkey);
      this.#writeKey(subkey, subkeyOffset, offset, false);
      return subkeyOffset;
    });
    const listOffset = this.#writeLists(subkeys, offsets);
    const valuesOffset = this.#writeValues(values);
    const name = encodeName(key.name);
    const cell = offset + 4;
    this.#data.write('nk', cell, 'latin1');
    this.#data.writeUInt16LE((isRoot ? 0x0c : 0) | (name.isLatin1 ? 0x20 : 0), cell + 2);
    this.#data.writeBigUInt64LE(this.#lastWritten, cell + 4);
    this.#data.writeUInt32LE(isRoot ? noOffset : parentOffset, cell + 16);
    this.#data.writeUInt32LE(subkeys.length, cell + 20);
    this.#data.writeUInt32LE(listOffset, cell + 28);
    this.#data.writeUInt32LE(noOffset, cell + 32);
    this.#data.writeUInt32LE(values.length, cell + 36);
    this.#data.writeUInt32LE(valuesOffset, cell + 40);
    this.#data.writeUInt32LE(this.#securityOffset, cell + 44);
    this.#data.writeUInt32LE(noOffset, cell + 48);
    // The longest name and data below this key, names as if they were UTF-16.
    this.#data.writeUInt32LE(Math.max(0, ...subkeys.slice(0, 1000).map((subkey) => subkey.name.length * 2)), cell + 52);
    this.#data.writeUInt32LE(Math.max(0, ...values.slice(0, 1000).map((value) => value.name.length * 2)), cell + 60);
    this.#data.writeUInt32LE(Math.max(0, ...values.slice(0, 1000).map((value) => value.data.length)), cell + 64);
    this.#data.writeUInt16LE(name.bytes.length, cell + 72);
    name.bytes.copy(this.#data, cell + 76);
  }

  #writeLists(subkeys: readonly KeyBuilder[], offsets: readonly number[]): number {
    if (offsets.length === 0) { return noOffset; }
    const parts: number[] = [];
    for (let start = 0; start < offsets.length; start += listMembers) {
      parts.push(this.#writeList(subkeys.slice(start, start + listMembers), offsets.slice(start, start + listMembers)));
    }
    const [first = noOffset] = parts;
    return parts.length === 1 ? first : this.#writeOffsets('ri', parts);
  }

  #writeList(subkeys: readonly KeyBuilder[], offsets: readonly number[]): number {
    const kind = this.#options.listKind ?? 'lh';
    if (kind === 'li') { return this.#writeOffsets(kind, offsets); }
    const listOffset = this.#allocate(4 + offsets.length * 8);
    this.#writeListHead(listOffset, kind, offsets.length);
    offsets.forEach((offset, index) => {
      const member = listOffset + 8 + index * 8;
      const { name } = subkeys[index] ?? { name: '' };
      this.#data.writeUInt32LE(offset, member);
      if (kind === 'lf') {
        Buffer.from(name.slice(0, 4), 'latin1').copy(this.#data, member + 4);
      } else {
        this.#data.writeUInt32LE(nameHash(name), member + 4);
      }
    });
    return listOffset;
  }

  #writeOffsets(kind: 'ri' | 'li', offsets: readonly number[]): number {
    const listOffset = this.#allocate(4 + offsets.length * 4);
    this.#writeListHead(listOffset, kind, offsets.length);
    offsets.forEach((offset, index) => this.#data.writeUInt32LE(offset, listOffset + 8 + index * 4));
    return listOffset;
  }

  #writeListHead(offset: number, kind: string, count: number): void {
    this.#data.write(kind, offset + 4, 'latin1');
    this.#data.writeUInt16LE(count, offset + 6);
  }

  #writeValues(values: readonly Value[]): number {
    if (values.length === 0) { return noOffset; }
    const offsets = values.map((value) => this.#writeValue(value));
    const listOffset = this.#allocate(offsets.length * 4);
    offsets.forEach((offset, index) => this.#data.writeUInt32LE(offset, listOffset + 4 + index * 4));
    return listOffset;
  }

  #writeValue({ name, type, data }: Value): number {
    const encoded = encodeName(name);
    const offset = this.#allocate(20 + encoded.bytes.length);
    const isInline = data.length <= 4;
    const dataOffset = isInline ? 0 : this.#writeData(data);
    const cell = offset + 4;
    this.#data.write('vk', cell, 'latin1');
    this.#data.writeUInt16LE(encoded.bytes.length, cell + 2);
    this.#data.writeUInt32LE((data.length | (isInline ? 0x80000000 : 0)) >>> 0, cell + 4);
    if (isInline) {
      data.copy(this.#data, cell + 8);
    } else {
      this.#data.writeUInt32LE(dataOffset, cell + 8);
    }
    this.#data.writeUInt32LE(type >>> 0, cell + 12);
    this.#data.writeUInt16LE(encoded.isLatin1 ? 1 : 0, cell + 16);
    encoded.bytes.copy(this.#data, cell + 20);
    return offset;
  }

  #writeData(data: Buffer): number {
    if (data.length <= segmentBytes) { return this.#writeBytes(data); }
    const parts: number[] = [];
    for (let start = 0; start < data.length; start += segmentBytes) {
      parts.push(this.#writeBytes(data.subarray(start, start + segmentBytes), segmentBytes));
    }
    const listOffset = this.#allocate(parts.length * 4);
    parts.forEach((part, index) => this.#data.writeUInt32LE(part, listOffset + 4 + index * 4));
    const offset = this.#allocate(8);
    this.#data.write('db', offset + 4, 'latin1');
    this.#data.writeUInt16LE(parts.length, offset + 6);
    this.#data.writeUInt32LE(listOffset, offset + 8);
    return offset;
  }

  #writeBytes(data: Buffer, cellBytes = data.length): number {
    const offset = this.#allocate(cellBytes);
    data.copy(this.#data, offset + 4);
    return offset;
  }

  /** Makes a cell in use, in a new bin where the current one has no room. */
  #allocate(contentBytes: number): number {
    const size = Math.ceil((4 + contentBytes) / 8) * 8;
    if (this.#next + size > this.#binEnd) { this.#openBin(size); }
    const offset = this.#next;
    this.#data.writeInt32LE(-size, offset);
    this.#next += size;
    return offset;
  }

  #openBin(size: number): void {
    this.#closeBin();
    this.#binStart = this.#binEnd;
    this.#binEnd += Math.ceil((binHeaderBytes + size) / pageBytes) * pageBytes;
    this.#next = this.#binStart + binHeaderBytes;
    if (this.#binEnd > this.#data.length) {
      this.#data = Buffer.concat([this.#data], Math.max(this.#data.length * 2, this.#binEnd));
    }
    this.#data.write('hbin', this.#binStart, 'latin1');
    this.#data.writeUInt32LE(this.#binStart, this.#binStart + 4);
    this.#data.writeUInt32LE(this.#binEnd - this.#binStart, this.#binStart + 8);
    this.#data.writeBigUInt64LE(this.#lastWritten, this.#binStart + 20);
  }

  /** What is left of a bin is one free cell. */
  #closeBin(): void {
    if (this.#next < this.#binEnd) { this.#data.writeInt32LE(this.#binEnd - this.#next, this.#next); }
  }
}

function encodeName(name: string): { bytes: Buffer; isLatin1: boolean } {
  const isLatin1 = /^[\u0000-\u00ff]*$/.test(name);
  return { bytes: Buffer.from(name, isLatin1 ? 'latin1' : 'utf16le'), isLatin1 };
}

function nameHash(name: string): number {
  let hash = 0;
  const upper = name.toUpperCase();
  for (let index = 0; index < upper.length; index++) {
    hash = (Math.imul(hash, 37) + upper.charCodeAt(index)) >>> 0;
  }
  return hash;
}

function makeSecurityDescriptor(): Buffer {
  const system = Buffer.from('010100000000000512000000', 'hex');
  const administrators = Buffer.from('01020000000000052000000020020000', 'hex');
  const entries = [system, administrators].map((sid) => {
    const head = Buffer.alloc(8);
    head.writeUInt8(2, 1); // inherited by keys below
    head.writeUInt16LE(8 + sid.length, 2);
    head.writeUInt32LE(0xf003f, 4); // full control
    return Buffer.concat([head, sid]);
  });
  const list = Buffer.alloc(8);
  list.writeUInt8(2, 0);
  list.writeUInt16LE(8 + entries.reduce((sum, entry) => sum + entry.length, 0), 2);
  list.writeUInt16LE(entries.length, 4);
  const head = Buffer.alloc(20);
  head.writeUInt8(1, 0);
  head.writeUInt16LE(0x8004, 2); // self-relative, with a list
  head.writeUInt32LE(20, 4);
  head.writeUInt32LE(20 + administrators.length, 8);
  head.writeUInt32LE(20 + administrators.length + system.length, 16);
  return Buffer.concat([head, administrators, system, list, ...entries]);
}
