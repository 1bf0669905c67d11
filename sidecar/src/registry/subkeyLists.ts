/** The lists of keys below a key: leaves of an index, which are rewritten where they change, and split where they grow. */
import type { HiveSpace } from './hiveSpace.ts';
import { noCell } from './layout.ts';
import { nameHash, nameHint } from './names.ts';

/** A leaf larger than this is split when it grows; it fits into a bin of one page then. */
const maxMembers = 500;

type LeafKind = 'lf' | 'lh' | 'li';

/** What a list is about. */
export interface Member {
  readonly offset: number;
  readonly name: string;
  /** In upper case: lists are sorted by it. */
  readonly upper: string;
}

interface Leaf<M extends Member> {
  /** Where it stands; noCell: nowhere yet. */
  offset: number;
  readonly kind: LeafKind;
  members: M[];
  isChanged: boolean;
}

/** The keys below one key, in their order. */
export class SubkeyLists<M extends Member> {
  readonly #space: HiveSpace;
  #rootOffset: number;
  #isIndex: boolean;
  #isChanged = false;
  readonly #leaves: Leaf<M>[] = [];
  /** Cells of leaves that have no members any more. */
  readonly #empty: number[] = [];

  /** @param offset Of the list, whose order was checked; noCell: there are no keys yet. */
  constructor(space: HiveSpace, offset: number, readMember: (offset: number) => M) {
    this.#space = space;
    this.#rootOffset = offset;
    const root = offset === noCell ? undefined : space.cell(offset);
    this.#isIndex = root?.toString('latin1', 0, 2) === 'ri';
    const parts = root === undefined ? [] : this.#isIndex ? offsetsIn(root, 4) : [offset];
    for (const part of parts) {
      const cell = space.cell(part);
      const kind = cell.toString('latin1', 0, 2) as LeafKind;
      const members = offsetsIn(cell, kind === 'li' ? 4 : 8).map(readMember);
      if (members.length === 0) { this.#empty.push(part); } else { this.#leaves.push({ offset: part, kind, isChanged: false, members }); }
    }
  }

  get count(): number {
    return this.#leaves.reduce((sum, leaf) => sum + leaf.members.length, 0);
  }

  * members(): Generator<M> {
    for (const leaf of this.#leaves) { yield* leaf.members; }
  }

  find(upper: string): M | undefined {
    const { leaf, index } = this.#place(upper);
    const member = leaf?.members[index];
    return member?.upper === upper ? member : undefined;
  }

  insert(member: M): void {
    this.#isChanged = true;
    const { leaf, index } = this.#place(member.upper);
    if (leaf === undefined) {
      this.#leaves.push({ offset: noCell, kind: this.#newKind(), members: [member], isChanged: true });
      return;
    }
    leaf.members.splice(index, 0, member);
    leaf.isChanged = true;
    if (leaf.members.length > maxMembers) {
      const rest = leaf.members.splice(Math.ceil(leaf.members.length / 2));
      this.#leaves.splice(this.#leaves.indexOf(leaf) + 1, 0, { offset: noCell, kind: leaf.kind, members: rest, isChanged: true });
    }
  }

  remove(upper: string): void {
    const { leaf, index } = this.#place(upper);
    if (leaf?.members[index]?.upper !== upper) { return; }
    leaf.members.splice(index, 1);
    leaf.isChanged = true;
    this.#isChanged = true;
    if (leaf.members.length === 0) {
      this.#leaves.splice(this.#leaves.indexOf(leaf), 1);
      if (leaf.offset !== noCell) { this.#empty.push(leaf.offset); }
    }
  }

  /** Writes what has changed. @returns Where the list is now; noCell: there are no keys. */
  write(): number {
    if (!this.#isChanged) { return this.#rootOffset; }
    this.#releaseCells([]);
    for (const leaf of this.#leaves) { if (leaf.isChanged) { this.#writeLeaf(leaf); } }
    const [first, second] = this.#leaves;
    this.#isIndex = second !== undefined;
    this.#rootOffset = first === undefined ? noCell : this.#isIndex ? this.#writeIndex() : first.offset;
    this.#isChanged = false;
    return this.#rootOffset;
  }

  /** Gives up the cells of all lists. */
  release(): void {
    this.#releaseCells(this.#leaves);
  }

  #releaseCells(leaves: readonly Leaf<M>[]): void {
    const offsets = [...leaves.map(({ offset }) => offset), ...this.#empty.splice(0), ...this.#isIndex ? [this.#rootOffset] : []];
    for (const offset of offsets) { if (offset !== noCell) { this.#space.release(offset); } }
  }

  #newKind(): LeafKind {
    const { minorVersion } = this.#space;
    return minorVersion >= 5 ? 'lh' : minorVersion >= 3 ? 'lf' : 'li';
  }

  /** The leaf that a name belongs to, and the place in it. */
  #place(upper: string): { readonly leaf: Leaf<M> | undefined; readonly index: number } {
    const at = firstNot(this.#leaves, (leaf) => (leaf.members.at(-1)?.upper ?? '') < upper);
    const leaf = this.#leaves[at] ?? this.#leaves.at(-1);
    return { leaf, index: leaf === undefined ? 0 : firstNot(leaf.members, (member) => member.upper < upper) };
  }

  #writeLeaf(leaf: Leaf<M>): void {
    const memberBytes = leaf.kind === 'li' ? 4 : 8;
    const offset = this.#space.refit(leaf.offset, 4 + leaf.members.length * memberBytes, 4 + maxMembers * memberBytes);
    const cell = this.#space.cell(offset);
    cell.write(leaf.kind, 0, 'latin1');
    cell.writeUInt16LE(leaf.members.length, 2);
    leaf.members.forEach((member, index) => {
      const at = 4 + index * memberBytes;
      cell.writeUInt32LE(member.offset, at);
      if (leaf.kind === 'lh') { cell.writeUInt32LE(nameHash(member.upper), at + 4); }
      if (leaf.kind === 'lf') { nameHint(member.name).copy(cell, at + 4); }
    });
    leaf.offset = offset;
    leaf.isChanged = false;
  }

  #writeIndex(): number {
    const offset = this.#space.allocate(4 + this.#leaves.length * 4);
    const cell = this.#space.cell(offset);
    cell.write('ri', 0, 'latin1');
    cell.writeUInt16LE(this.#leaves.length, 2);
    this.#leaves.forEach((leaf, index) => cell.writeUInt32LE(leaf.offset, 4 + index * 4));
    return offset;
  }
}

function offsetsIn(list: Buffer, memberBytes: number): number[] {
  return Array.from({ length: list.readUInt16LE(2) }, (_, index) => list.readUInt32LE(4 + index * memberBytes));
}

/** Index of the first of the sorted items that a test does not hold for. */
function firstNot<T>(items: readonly T[], test: (item: T) => boolean): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const item = items[middle];
    if (item !== undefined && test(item)) { low = middle + 1; } else { high = middle; }
  }
  return low;
}
