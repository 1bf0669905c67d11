/** Reads registry hives: keys and values of a regf file in memory, without Windows and without trust in the file. */
import { HiveCells } from './cells.ts';
import {
  dataIsInline, KeyField, KeyFlag, keyBytes, keyMark, readCellName, segmentBytes, valueBytes, valueMark, valueNameIsLatin1,
} from './layout.ts';
import { upperCase } from './names.ts';
import { readText, readTexts, ValueType } from './values.ts';

/** Windows allows no deeper nesting; callers may therefore walk a hive recursively. */
const maxDepth = 512;
/**
 * One hive. Only what is asked for is read and checked: each getter and method of its keys and values may throw a DismError
 * ERROR_FILE_CORRUPT that names the offset of the damage. A walk over all keys always ends: no key is met twice.
 */
export class Hive {
  /** True: the newest data may wait in the .LOG1 and .LOG2 files; what is read may be older, and must not be changed. */
  readonly isDirty: boolean;
  readonly root: HiveKey;
  readonly #cells: HiveCells;

  private constructor(cells: HiveCells) {
    this.#cells = cells;
    this.isDirty = cells.isDirty;
    this.root = new HiveKey(cells, cells.rootOffset, undefined);
  }

  /**
   * Opens a hive; the data must not change while it is in use. `path` is for messages only.
   * @throws DismError ERROR_FILE_CORRUPT: this is no hive, or a damaged one.
   */
  static parse(data: Buffer, path: string): Hive {
    return new Hive(new HiveCells(data, path));
  }

  /** Checks what can be checked without reading every key. @throws DismError ERROR_FILE_CORRUPT: the hive is damaged inside. */
  check(): void {
    this.#cells.check();
  }

  /** The key at a path below the root such as `A\B\C`, in any case; the root for an empty path. */
  key(path: string): HiveKey | undefined {
    return this.root.key(path);
  }
}

/** One key. */
export class HiveKey {
  readonly name: string;
  /** FILETIME: tenths of microseconds since 1601. */
  readonly lastWritten: bigint;
  readonly #cells: HiveCells;
  readonly #offset: number;
  readonly #depth: number;
  readonly #cell: Buffer;
  #subkeys: HiveKey[] | undefined;
  #subkeysByName: Map<string, HiveKey> | undefined;

  /** Made by Hive only. */
  constructor(cells: HiveCells, offset: number, parent: HiveKey | undefined) {
    const cell = cells.cell(offset, keyBytes, 'a key');
    if (cell.readUInt16LE(0) !== keyMark) {
      throw cells.damaged(offset, 'there is no key');
    }
    // Each key names its parent. As the root has none, no key can be reached in two ways, and no walk goes in circles.
    if (parent !== undefined && (offset === cells.rootOffset || cell.readUInt32LE(16) !== parent.#offset)) {
      throw cells.damaged(offset, 'the key belongs to another parent');
    }
    const depth = parent === undefined ? 0 : parent.#depth + 1;
    if (depth > maxDepth) {
      throw cells.damaged(offset, `keys are nested deeper than ${maxDepth}`);
    }
    this.#cells = cells;
    this.#offset = offset;
    this.#depth = depth;
    this.#cell = cell;
    this.lastWritten = cell.readBigUInt64LE(4);
    const isLatin1 = (cell.readUInt16LE(KeyField.Flags) & KeyFlag.NameIsLatin1) !== 0;
    this.name = readCellName(cells, offset, cell, keyBytes, cell.readUInt16LE(KeyField.NameLength), isLatin1);
  }

  /** All keys below this one, in the order of the hive, which is that of their upper-case names. */
  subkeys(): readonly HiveKey[] {
    this.#subkeys ??= this.#readSubkeys();
    return this.#subkeys;
  }

  /** The key of that name directly below this one, in any case. */
  subkey(name: string): HiveKey | undefined {
    if (this.#subkeysByName === undefined) {
      this.#subkeysByName = new Map(this.subkeys().map((key) => [upperCase(key.name), key]));
    }
    return this.#subkeysByName.get(upperCase(name));
  }

  /** The key at a path below this one such as `A\B\C`, in any case; this key for an empty path. */
  key(path: string): HiveKey | undefined {
    return path.split('\\').filter((name) => name !== '').reduce<HiveKey | undefined>((key, name) => key?.subkey(name), this);
  }

  /** All values, in the order of the hive. */
  values(): HiveValue[] {
    const count = this.#cell.readUInt32LE(36);
    if (count === 0) { return []; }
    if (count > this.#cells.binBytes / 4) {
      throw this.#cells.damaged(this.#offset, `the key cannot have ${count} values`);
    }
    const list = this.#cells.cell(this.#cell.readUInt32LE(40), count * 4, 'a list of values');
    return Array.from({ length: count }, (_, index) => new HiveValue(this.#cells, list.readUInt32LE(index * 4)));
  }

  /** The value of that name, in any case; `''` is the default value. */
  value(name: string): HiveValue | undefined {
    const wanted = upperCase(name);
    return this.values().find((value) => upperCase(value.name) === wanted);
  }

  /** The same as subkeys(), one after the other and without keeping them: for a key with more of them than should be in memory. */
  * eachSubkey(): Generator<HiveKey> {
    for (const offset of this.#readOffsets()) { yield new HiveKey(this.#cells, offset, this); }
  }

  #readSubkeys(): HiveKey[] {
    return Array.from(this.#readOffsets(), (offset) => new HiveKey(this.#cells, offset, this));
  }

  #readOffsets(): ReadonlySet<number> {
    const count = this.#cell.readUInt32LE(20);
    if (count === 0) { return new Set(); }
    if (count > this.#cells.binBytes / keyBytes) {
      throw this.#cells.damaged(this.#offset, `the key cannot have ${count} keys below it`);
    }
    const offsets = new Set<number>();
    const listOffset = this.#cell.readUInt32LE(28);
    const list = this.#cells.cell(listOffset, 4, 'a list of keys');
    if (list.toString('latin1', 0, 2) === 'ri') {
      for (const part of listMembers(this.#cells, listOffset, list, 4)) {
        this.#collect(part, this.#cells.cell(part, 4, 'a part of a list of keys'), offsets, count);
      }
    } else {
      this.#collect(listOffset, list, offsets, count);
    }
    if (offsets.size !== count) {
      throw this.#cells.damaged(this.#offset, `the key lists ${offsets.size} of ${count} keys below it`);
    }
    return offsets;
  }

  #collect(listOffset: number, list: Buffer, offsets: Set<number>, count: number): void {
    const kind = list.toString('latin1', 0, 2);
    if (kind !== 'lf' && kind !== 'lh' && kind !== 'li') {
      throw this.#cells.damaged(listOffset, 'there is no list of keys');
    }
    // lf and lh have a hint for searching beside each offset.
    for (const offset of listMembers(this.#cells, listOffset, list, kind === 'li' ? 4 : 8)) {
      if (offsets.has(offset) || offsets.size === count) {
        throw this.#cells.damaged(listOffset, 'the list of keys is longer than its key says, or repeats a key');
      }
      offsets.add(offset);
    }
  }
}

/** One value. */
export class HiveValue {
  /** Empty: the default value. */
  readonly name: string;
  /** One of ValueType, or a number of some program's own. */
  readonly type: number;
  readonly #cells: HiveCells;
  readonly #offset: number;
  readonly #cell: Buffer;

  /** Made by HiveKey only. */
  constructor(cells: HiveCells, offset: number) {
    const cell = cells.cell(offset, valueBytes, 'a value');
    if (cell.readUInt16LE(0) !== valueMark) {
      throw cells.damaged(offset, 'there is no value');
    }
    this.#cells = cells;
    this.#offset = offset;
    this.#cell = cell;
    this.type = cell.readUInt32LE(12);
    this.name = readCellName(cells, offset, cell, valueBytes, cell.readUInt16LE(2), (cell.readUInt16LE(16) & valueNameIsLatin1) !== 0);
  }

  /** The bytes, without a copy where they stand in one piece: do not change them. */
  get data(): Buffer {
    const lengthField = this.#cell.readUInt32LE(4);
    const length = lengthField % dataIsInline;
    if (lengthField >= dataIsInline) {
      if (length > 4) {
        throw this.#cells.damaged(this.#offset, `the value says that ${length} bytes are in it`);
      }
      return this.#cell.subarray(8, 8 + length);
    }
    const offset = this.#cell.readUInt32LE(8);
    if (length === 0) { return Buffer.alloc(0); }
    if (length > this.#cells.binBytes) {
      throw this.#cells.damaged(this.#offset, `the value cannot have ${length} bytes`);
    }
    return length > segmentBytes && this.#cells.minorVersion >= 4
      ? this.#readSegments(offset, length)
      : this.#cells.cell(offset, length, 'data of a value').subarray(0, length);
  }

  /** Text of a REG_SZ or REG_EXPAND_SZ up to its first NUL; undefined for other types. */
  asString(): string | undefined {
    return this.type === ValueType.String || this.type === ValueType.ExpandString ? readText(this.data) : undefined;
  }

  /** Texts of a REG_MULTI_SZ; undefined for other types. */
  asStrings(): string[] | undefined {
    return this.type === ValueType.MultiString ? readTexts(this.data) : undefined;
  }

  /** Unsigned number of a REG_DWORD; undefined for other types, or when it has not four bytes. */
  asNumber(): number | undefined {
    const data = this.data;
    return this.type === ValueType.Dword && data.length === 4 ? data.readUInt32LE() : undefined;
  }

  #readSegments(offset: number, length: number): Buffer {
    const head = this.#cells.cell(offset, 8, 'split data');
    const count = Math.ceil(length / segmentBytes);
    if (head.toString('latin1', 0, 2) !== 'db' || head.readUInt16LE(2) !== count) {
      throw this.#cells.damaged(offset, `the data is not split into ${count} parts`);
    }
    const list = this.#cells.cell(head.readUInt32LE(4), count * 4, 'a list of parts');
    const parts = Array.from({ length: count }, (_, index) => {
      const bytes = Math.min(segmentBytes, length - index * segmentBytes);
      return this.#cells.cell(list.readUInt32LE(index * 4), bytes, 'a part of split data').subarray(0, bytes);
    });
    return Buffer.concat(parts, length);
  }
}

/** Offsets in a list, whose members have `memberBytes` each and begin with the offset. */
function* listMembers(cells: HiveCells, offset: number, list: Buffer, memberBytes: number): Generator<number> {
  const count = list.readUInt16LE(2);
  if (4 + count * memberBytes > list.length) {
    throw cells.damaged(offset, `the list has no room for ${count} keys`);
  }
  for (let index = 0; index < count; index++) {
    yield list.readUInt32LE(4 + index * memberBytes);
  }
}
