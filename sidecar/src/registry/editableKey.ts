/** One key of a hive that is changed in place: its values, and the keys below it. */
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';
import type { EditState } from './editState.ts';
import { KeyField, KeyFlag, keyBytes, noCell, readCellName } from './layout.ts';
import { encodeName, upperCase } from './names.ts';
import { SubkeyLists, type Member } from './subkeyLists.ts';
import { readText } from './values.ts';
import { readData, readValueHead, releaseValue, writeValue, type ValueHead } from './valueCells.ts';

/** What Windows allows for names, in UTF-16 units. */
const maxKeyName = 255;
const maxValueName = 16383;
const maxDepth = 512;

/** A value as it is to be, or was. */
export interface ValueContent {
  /** One of ValueType, or a number of some program's own. */
  readonly type: number;
  readonly data: Buffer;
}

/** The names in a path of keys. */
export function splitKeyPath(path: string): string[] {
  return path.split('\\').filter((name) => name !== '');
}

/** One key. What is read of it is as it is now. */
export class EditableKey implements Member {
  readonly name: string;
  readonly upper: string;
  readonly offset: number;
  readonly #state: EditState;
  readonly #parent: EditableKey | undefined;
  readonly #depth: number;
  #subkeys: SubkeyLists<EditableKey> | undefined;
  #values: ValueHead[] | undefined;
  #isRemoved = false;

  /** Made by EditableHive only. */
  constructor(state: EditState, offset: number, parent: EditableKey | undefined) {
    this.#state = state;
    this.offset = offset;
    this.#parent = parent;
    this.#depth = parent === undefined ? 0 : parent.#depth + 1;
    const cell = state.space.cell(offset);
    const isLatin1 = (cell.readUInt16LE(KeyField.Flags) & KeyFlag.NameIsLatin1) !== 0;
    this.name = readCellName(state.space, offset, cell, keyBytes, cell.readUInt16LE(KeyField.NameLength), isLatin1);
    this.upper = upperCase(this.name);
  }

  /** Path from the root, which has an empty one. */
  get path(): string {
    const above = this.#parent?.path ?? '';
    return this.#parent === undefined ? '' : above === '' ? this.name : `${above}\\${this.name}`;
  }

  /** The key that a symbolic link leads to, such as `\Registry\Machine\Software\Classes`; undefined for other keys. */
  get linkTarget(): string | undefined {
    if ((this.#cell.readUInt16LE(KeyField.Flags) & KeyFlag.SymbolicLink) === 0) { return undefined; }
    const target = this.value('SymbolicLinkValue');
    return target === undefined ? '' : readText(target.data);
  }

  get #cell(): Buffer {
    return this.#state.space.cell(this.offset);
  }

  /** All keys directly below, sorted by their upper-case names. */
  subkeys(): EditableKey[] {
    return [...this.#lists.members()];
  }

  /** The key of that name directly below, in any case. */
  subkey(name: string): EditableKey | undefined {
    return this.#lists.find(upperCase(name));
  }

  /** The key at a path below this one; this key for an empty path. */
  key(path: string): EditableKey | undefined {
    return splitKeyPath(path).reduce<EditableKey | undefined>((key, name) => key?.subkey(name), this);
  }

  /** Names of all values, as they are spelled, in the order of the hive. */
  valueNames(): string[] {
    return this.#valueHeads.map(({ name }) => name);
  }

  /** The value of that name, in any case; `''` is the default value. */
  value(name: string): ValueContent | undefined {
    const head = this.#find(name);
    return head === undefined ? undefined : { type: head.type, data: Buffer.from(readData(this.#state.space, head.offset)) };
  }

  /**
   * The key of that name directly below, made with the security descriptor of this one where it does not exist.
   * @throws DismError E_INVALIDARG: Windows has no keys of that name, or none so deep. ERROR_NOT_SUPPORTED: this key is a symbolic link.
   */
  createSubkey(name: string): EditableKey {
    const existing = this.subkey(name);
    if (existing !== undefined) { return existing; }
    this.#requireChangeable();
    if (name === '' || name.length > maxKeyName || /[\\\0]/.test(name)) {
      throw this.#invalid(`"${name.slice(0, 80)}" is no name of a key: it has 1 to ${maxKeyName} characters, and no backslash`);
    }
    if (this.#depth + 1 > maxDepth) { throw this.#invalid(`keys are nested ${maxDepth} deep at most`); }
    const { space } = this.#state;
    const { bytes, isLatin1 } = encodeName(name);
    const offset = space.allocate(keyBytes + bytes.length);
    const parent = this.#cell;
    const security = parent.readUInt32LE(KeyField.Security);
    const cell = space.cell(offset);
    cell.write('nk', 0, 'latin1');
    cell.writeUInt16LE(isLatin1 ? KeyFlag.NameIsLatin1 : 0, KeyField.Flags);
    cell.writeUInt32LE(this.offset, KeyField.Parent);
    for (const field of [KeyField.SubkeyList, KeyField.VolatileList, KeyField.ValueList, KeyField.Class]) { cell.writeUInt32LE(noCell, field); }
    cell.writeUInt32LE(security, KeyField.Security);
    cell.writeUInt16LE(bytes.length, KeyField.NameLength);
    bytes.copy(cell, keyBytes);
    this.#state.shareSecurity(security);
    this.#state.keys++;
    const key = new EditableKey(this.#state, offset, this);
    this.#state.touch(key);
    this.#lists.insert(key);
    this.#subkeysChanged();
    parent.writeUInt16LE(Math.max(parent.readUInt16LE(KeyField.MaxSubkeyName), name.length * 2), KeyField.MaxSubkeyName);
    return key;
  }

  /** Removes this key with everything below it. @throws DismError E_INVALIDARG: it is the root. */
  remove(): void {
    const parent = this.#parent;
    if (parent === undefined) { throw this.#invalid('the root of a hive cannot be removed'); }
    parent.#requireChangeable();
    parent.#lists.remove(this.upper);
    this.#dispose();
    parent.#subkeysChanged();
  }

  /**
   * Sets a value; `''` is the default value. The spelling of an existing name stays.
   * @returns false where it was so already.
   * @throws DismError E_INVALIDARG: the name is too long.
   */
  setValue(name: string, { type, data }: ValueContent): boolean {
    const existing = this.#find(name);
    const { space } = this.#state;
    if (existing?.type === type >>> 0 && readData(space, existing.offset).equals(data)) { return false; }
    this.#requireChangeable();
    if (name.length > maxValueName || name.includes('\0')) { throw this.#invalid(`the name of a value has ${maxValueName} characters at most`); }
    const heads = this.#valueHeads;
    const head = writeValue(space, existing, name, { type, data });
    if (existing === undefined) {
      heads.push(head);
      this.#state.values++;
      this.#state.listChanged(this);
    } else {
      heads[heads.indexOf(existing)] = head;
    }
    const cell = this.#state.touch(this);
    cell.writeUInt32LE(Math.max(cell.readUInt32LE(KeyField.MaxValueName), name.length * 2), KeyField.MaxValueName);
    cell.writeUInt32LE(Math.max(cell.readUInt32LE(KeyField.MaxData), data.length), KeyField.MaxData);
    return true;
  }

  /** Removes a value. @returns false where there is none of that name. */
  removeValue(name: string): boolean {
    const existing = this.#find(name);
    if (existing === undefined) { return false; }
    this.#requireChangeable();
    releaseValue(this.#state.space, existing.offset);
    this.#valueHeads.splice(this.#valueHeads.indexOf(existing), 1);
    this.#state.values--;
    this.#state.listChanged(this);
    this.#state.touch(this);
    return true;
  }

  /** Writes the lists of what is below; called when all changes have been made. */
  writeLists(): void {
    const { space } = this.#state;
    if (this.#subkeys !== undefined) {
      const { count } = this.#subkeys;
      const list = this.#subkeys.write();
      this.#cell.writeUInt32LE(count, KeyField.SubkeyCount);
      this.#cell.writeUInt32LE(list, KeyField.SubkeyList);
    }
    if (this.#values !== undefined) {
      const cell = this.#cell;
      const old = cell.readUInt32LE(KeyField.ValueCount) === 0 ? noCell : cell.readUInt32LE(KeyField.ValueList);
      const list = space.refit(old, this.#values.length * 4);
      this.#values.forEach(({ offset }, index) => space.cell(list).writeUInt32LE(offset, index * 4));
      this.#cell.writeUInt32LE(this.#values.length, KeyField.ValueCount);
      this.#cell.writeUInt32LE(list, KeyField.ValueList);
    }
  }

  #subkeysChanged(): void {
    this.#state.listChanged(this);
    this.#state.touch(this);
  }

  get #lists(): SubkeyLists<EditableKey> {
    if (this.#isRemoved) { throw new Error(`the key "${this.name}" has been removed`); }
    const cell = this.#cell;
    const list = cell.readUInt32LE(KeyField.SubkeyCount) === 0 ? noCell : cell.readUInt32LE(KeyField.SubkeyList);
    return this.#subkeys ??= new SubkeyLists(this.#state.space, list, (offset) => new EditableKey(this.#state, offset, this));
  }

  get #valueHeads(): ValueHead[] {
    if (this.#isRemoved) { throw new Error(`the key "${this.name}" has been removed`); }
    if (this.#values === undefined) {
      const { space } = this.#state;
      const count = this.#hasPredefinedHandle ? 0 : this.#cell.readUInt32LE(KeyField.ValueCount);
      const list = count === 0 ? undefined : space.cell(this.#cell.readUInt32LE(KeyField.ValueList));
      this.#values = Array.from({ length: count }, (_, index) => readValueHead(space, list?.readUInt32LE(index * 4) ?? noCell));
    }
    return this.#values;
  }

  get #hasPredefinedHandle(): boolean {
    return (this.#cell.readUInt16LE(KeyField.Flags) & KeyFlag.PredefinedHandle) !== 0;
  }

  #find(name: string): ValueHead | undefined {
    const wanted = upperCase(name);
    return this.#valueHeads.find((head) => upperCase(head.name) === wanted);
  }

  /** Gives up the cells of this key and of all below it. */
  #dispose(): void {
    const { space } = this.#state;
    for (const key of this.subkeys()) { key.#dispose(); }
    for (const { offset } of this.#valueHeads) { releaseValue(space, offset); this.#state.values--; }
    const cell = this.#cell;
    if (!this.#hasPredefinedHandle && cell.readUInt32LE(KeyField.ValueCount) > 0) { space.release(cell.readUInt32LE(KeyField.ValueList)); }
    this.#lists.release();
    const classOffset = cell.readUInt32LE(KeyField.Class);
    if (cell.readUInt16LE(KeyField.ClassLength) > 0 && classOffset !== noCell) { space.release(classOffset); }
    this.#state.leaveSecurity(cell.readUInt32LE(KeyField.Security));
    space.release(this.offset);
    this.#state.keys--;
    this.#state.forget(this);
    this.#isRemoved = true;
  }

  /** Windows follows a link to another key; what is put into it itself, nobody finds. */
  #requireChangeable(): void {
    const target = this.linkTarget;
    if (target !== undefined) {
      throw new DismError(Hresult.ERROR_NOT_SUPPORTED, `Cannot change the key "${this.path}" of "${this.#state.space.path}": it is a link to "${target}"`,
        { target: this.path, hint: 'Change the key that it leads to.' });
    }
    if (this.#hasPredefinedHandle) {
      throw new DismError(Hresult.ERROR_NOT_SUPPORTED, `Cannot change the key "${this.path}" of "${this.#state.space.path}": it stands for a handle of Windows`, { target: this.path });
    }
  }

  #invalid(reason: string): DismError {
    return new DismError(Hresult.E_INVALIDARG, `Cannot change the key "${this.path}" of "${this.#state.space.path}": ${reason}`, { target: this.path });
  }
}
