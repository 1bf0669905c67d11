/** Looks at everything that can be reached in a hive before it is changed: each cell has one owner, each list is in order. */
import type { HiveCells } from './cells.ts';
import { KeyField, KeyFlag, keyBytes, keyMark, noCell, readCellName, segmentBytes, ValueField, valueBytes, valueMark } from './layout.ts';
import { upperCase } from './names.ts';

/** Windows allows no deeper nesting. */
const maxDepth = 512;

/** What a hive holds. */
export interface HiveSurvey {
  readonly keys: number;
  readonly values: number;
  /** Number of keys that a security cell is used by, by its offset. */
  readonly securityUses: ReadonlyMap<number, number>;
}

/**
 * Walks over all keys and values.
 * @throws DismError ERROR_FILE_CORRUPT: a cell is missing, is of a wrong kind or belongs to two owners; a list is not in order.
 */
export function surveyHive(cells: HiveCells): HiveSurvey {
  return new Surveyor(cells).run();
}

class Surveyor {
  readonly #cells: HiveCells;
  /** One bit for each place where a cell can begin. */
  readonly #owned: Uint8Array;
  readonly #securityUses = new Map<number, number>();
  #keys = 0;
  #values = 0;

  constructor(cells: HiveCells) {
    this.#cells = cells;
    this.#owned = new Uint8Array(Math.ceil(cells.binBytes / 64));
  }

  run(): HiveSurvey {
    this.#key(this.#cells.rootOffset, undefined, 0);
    return { keys: this.#keys, values: this.#values, securityUses: this.#securityUses };
  }

  /** A cell that nothing else may refer to. */
  #own(offset: number, minBytes: number, what: string): Buffer {
    const cell = this.#cells.cell(offset, minBytes, what);
    const [index, bit] = [offset >>> 6, 1 << (offset >>> 3 & 7)];
    if (((this.#owned[index] ?? 0) & bit) !== 0) { throw this.#cells.damaged(offset, `the cell of ${what} is used twice`); }
    this.#owned[index] = (this.#owned[index] ?? 0) | bit;
    return cell;
  }

  /** @returns The name in upper case. */
  #key(offset: number, parent: number | undefined, depth: number): string {
    const cell = this.#own(offset, keyBytes, 'a key');
    if (cell.readUInt16LE(0) !== keyMark) { throw this.#cells.damaged(offset, 'there is no key'); }
    if (parent !== undefined && cell.readUInt32LE(KeyField.Parent) !== parent) { throw this.#cells.damaged(offset, 'the key belongs to another parent'); }
    if (depth > maxDepth) { throw this.#cells.damaged(offset, `keys are nested deeper than ${maxDepth}`); }
    this.#keys++;
    const flags = cell.readUInt16LE(KeyField.Flags);
    const name = readCellName(this.#cells, offset, cell, keyBytes, cell.readUInt16LE(KeyField.NameLength), (flags & KeyFlag.NameIsLatin1) !== 0);
    this.#security(cell.readUInt32LE(KeyField.Security));
    const classBytes = cell.readUInt16LE(KeyField.ClassLength);
    const classOffset = cell.readUInt32LE(KeyField.Class);
    if (classBytes > 0 && classOffset !== noCell) { this.#own(classOffset, classBytes, 'the class of a key'); }
    if ((flags & KeyFlag.PredefinedHandle) === 0) { this.#valueList(cell, offset); }
    this.#subkeyList(cell, offset, depth);
    return upperCase(name);
  }

  #security(offset: number): void {
    if (offset === noCell) { return; }
    const uses = this.#securityUses.get(offset);
    if (uses === undefined) {
      const cell = this.#own(offset, 20, 'a security descriptor');
      if (cell.toString('latin1', 0, 2) !== 'sk') { throw this.#cells.damaged(offset, 'there is no security descriptor'); }
    }
    this.#securityUses.set(offset, (uses ?? 0) + 1);
  }

  #subkeyList(key: Buffer, offset: number, depth: number): void {
    const count = key.readUInt32LE(KeyField.SubkeyCount);
    if (count === 0) { return; }
    const listOffset = key.readUInt32LE(KeyField.SubkeyList);
    const list = this.#own(listOffset, 4, 'a list of keys');
    let found = 0;
    let last: string | undefined;
    const leaf = (leafOffset: number, cell: Buffer): void => {
      const kind = cell.toString('latin1', 0, 2);
      const memberBytes = kind === 'li' ? 4 : kind === 'lf' || kind === 'lh' ? 8 : 0;
      if (memberBytes === 0) { throw this.#cells.damaged(leafOffset, 'there is no list of keys'); }
      const members = this.#members(leafOffset, cell, memberBytes);
      found += members;
      if (found > count) { throw this.#cells.damaged(leafOffset, 'the list of keys is longer than its key says'); }
      for (let index = 0; index < members; index++) {
        const member = cell.readUInt32LE(4 + index * memberBytes);
        const name = this.#key(member, offset, depth + 1);
        if (last !== undefined && name <= last) { throw this.#cells.damaged(leafOffset, 'the list of keys is not in order'); }
        last = name;
      }
    };
    if (list.toString('latin1', 0, 2) === 'ri') {
      const parts = this.#members(listOffset, list, 4);
      for (let index = 0; index < parts; index++) {
        const part = list.readUInt32LE(4 + index * 4);
        leaf(part, this.#own(part, 4, 'a part of a list of keys'));
      }
    } else {
      leaf(listOffset, list);
    }
    if (found !== count) { throw this.#cells.damaged(offset, `the key lists ${found} of ${count} keys below it`); }
  }

  #members(offset: number, list: Buffer, memberBytes: number): number {
    const count = list.readUInt16LE(2);
    if (4 + count * memberBytes > list.length) { throw this.#cells.damaged(offset, `the list has no room for ${count} keys`); }
    return count;
  }

  #valueList(key: Buffer, offset: number): void {
    const count = key.readUInt32LE(KeyField.ValueCount);
    if (count === 0) { return; }
    if (count > this.#cells.binBytes / 4) { throw this.#cells.damaged(offset, `the key cannot have ${count} values`); }
    const list = this.#own(key.readUInt32LE(KeyField.ValueList), count * 4, 'a list of values');
    for (let index = 0; index < count; index++) { this.#value(list.readUInt32LE(index * 4)); }
    this.#values += count;
  }

  #value(offset: number): void {
    const cell = this.#own(offset, valueBytes, 'a value');
    if (cell.readUInt16LE(0) !== valueMark) { throw this.#cells.damaged(offset, 'there is no value'); }
    if (cell.readUInt16LE(ValueField.NameLength) > cell.length - valueBytes) { throw this.#cells.damaged(offset, 'the name is longer than its cell'); }
    const lengthField = cell.readUInt32LE(ValueField.Length);
    if (lengthField >= 0x80000000) {
      if (lengthField - 0x80000000 > 4) { throw this.#cells.damaged(offset, `the value says that ${lengthField - 0x80000000} bytes are in it`); }
      return;
    }
    if (lengthField === 0) { return; }
    const dataOffset = cell.readUInt32LE(ValueField.Data);
    if (lengthField <= segmentBytes || this.#cells.minorVersion < 4) {
      this.#own(dataOffset, lengthField, 'data of a value');
      return;
    }
    const head = this.#own(dataOffset, 8, 'split data');
    const count = Math.ceil(lengthField / segmentBytes);
    if (head.toString('latin1', 0, 2) !== 'db' || head.readUInt16LE(2) !== count) {
      throw this.#cells.damaged(dataOffset, `the data is not split into ${count} parts`);
    }
    const list = this.#own(head.readUInt32LE(4), count * 4, 'a list of parts');
    for (let index = 0; index < count; index++) {
      this.#own(list.readUInt32LE(index * 4), Math.min(segmentBytes, lengthField - index * segmentBytes), 'a part of split data');
    }
  }
}
