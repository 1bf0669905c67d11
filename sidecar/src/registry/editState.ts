/** What the keys of a changed hive share: the file, its security descriptors, and what is to be written at the end. */
import type { EditableKey } from './editableKey.ts';
import type { HiveSpace } from './hiveSpace.ts';
import type { HiveSurvey } from './hiveSurvey.ts';
import { KeyField, noCell } from './layout.ts';

/** What all keys of a hive share. */
export class EditState {
  readonly space: HiveSpace;
  readonly #uses: Map<number, number>;
  readonly #changedLists = new Set<EditableKey>();
  /** Keys that were made, or whose values or keys directly below are others now. */
  readonly changedKeys = new Set<EditableKey>();
  keys: number;
  values: number;
  isChanged = false;
  /** FILETIME of all changes. */
  readonly now = BigInt(Date.now()) * 10_000n + 116_444_736_000_000_000n;

  constructor(space: HiveSpace, survey: HiveSurvey) {
    this.space = space;
    this.keys = survey.keys;
    this.values = survey.values;
    this.#uses = new Map(survey.securityUses);
  }

  /** Marks a key as written to now. */
  touch(key: EditableKey): Buffer {
    this.isChanged = true;
    this.changedKeys.add(key);
    const cell = this.space.cell(key.offset);
    cell.writeBigUInt64LE(this.now, KeyField.LastWritten);
    return cell;
  }

  listChanged(key: EditableKey): void {
    this.#changedLists.add(key);
  }

  forget(key: EditableKey): void {
    this.#changedLists.delete(key);
    this.changedKeys.delete(key);
  }

  toFile(): Buffer {
    for (const key of this.#changedLists) { key.writeLists(); }
    this.#changedLists.clear();
    return this.space.toFile(this.now);
  }

  /** One more key has this security descriptor. */
  shareSecurity(offset: number): void {
    if (offset === noCell) { return; }
    const cell = this.space.cell(offset);
    // A count that can get no higher is a wrong one, and keeps the descriptor for ever, as it did before.
    cell.writeUInt32LE(Math.min(cell.readUInt32LE(12) + 1, 0xffffffff), 12);
    this.#uses.set(offset, (this.#uses.get(offset) ?? 0) + 1);
  }

  /** A key that had this security descriptor is gone; with the last one it goes, too. */
  leaveSecurity(offset: number): void {
    if (offset === noCell) { return; }
    const cell = this.space.cell(offset);
    const uses = (this.#uses.get(offset) ?? 1) - 1;
    const counted = cell.readUInt32LE(12) - 1;
    this.#uses.set(offset, uses);
    const [next, before] = [cell.readUInt32LE(4), cell.readUInt32LE(8)];
    if (uses > 0 || counted > 0 || !this.#isLinked(offset, next, before)) {
      cell.writeUInt32LE(Math.max(counted, 1), 12);
      return;
    }
    this.space.cell(before).writeUInt32LE(next, 4);
    this.space.cell(next).writeUInt32LE(before, 8);
    this.space.release(offset);
  }

  /** Whether the cells on both sides of one in the ring of security descriptors lead to it; it must not be the only one. */
  #isLinked(offset: number, next: number, before: number): boolean {
    return next !== offset && this.#uses.has(next) && this.#uses.has(before)
      && this.space.cell(next).readUInt32LE(8) === offset && this.space.cell(before).readUInt32LE(4) === offset;
  }
}
