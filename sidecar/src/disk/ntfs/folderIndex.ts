/** The names in a folder: its index, a B-tree in blocks. */
import { applyFixups, BadRecord, recordNumber } from './record.ts';
import type { Content } from './attributeReader.ts';

/** One name. */
export interface FolderEntry {
  readonly name: string;
  /** Number of the record of its file. */
  readonly record: number;
  readonly size: number;
  readonly attributes: number;
}

/** A name of its own that only DOS sees. */
const dosNamespace = 2;
const [hasSubnode, isLast] = [1, 2];
const rootHeaderBytes = 16;
const blockHeaderBytes = 24;

/** What one block of the tree holds. */
interface Node {
  readonly entries: FolderEntry[];
  /** Where in the index, in the unit that it is counted in. */
  readonly children: number[];
}

/** @param at Where the header of the node is; everything in it counts from there. @throws BadRecord */
function parseNode(data: Buffer, at: number): Node {
  const bad = () => new BadRecord('the index of a folder cannot be read');
  if (at + 16 > data.length) { throw bad(); }
  const [first, used] = [data.readUInt32LE(at), data.readUInt32LE(at + 4)];
  const end = at + used;
  if (end > data.length || first < 16) { throw bad(); }
  const node: Node = { entries: [], children: [] };
  for (let entry = at + first; ;) {
    if (entry + 16 > end) { throw bad(); }
    const [length, keyLength, flags] = [data.readUInt16LE(entry + 8), data.readUInt16LE(entry + 10), data.readUInt16LE(entry + 12)];
    if (length < 16 || length % 8 !== 0 || entry + length > end || 16 + keyLength > length) { throw bad(); }
    if ((flags & hasSubnode) !== 0) {
      if (length < 24) { throw bad(); }
      node.children.push(data.readUIntLE(entry + length - 8, 6));
    }
    if ((flags & isLast) !== 0) { return node; }
    const nameBytes = keyLength < 66 ? -1 : data.readUInt8(entry + 16 + 64) * 2;
    if (nameBytes < 2 || 66 + nameBytes > keyLength) { throw bad(); }
    if (data.readUInt8(entry + 16 + 65) !== dosNamespace) {
      node.entries.push({
        name: data.toString('utf16le', entry + 82, entry + 82 + nameBytes), record: recordNumber(data, entry),
        size: Number(data.readBigUInt64LE(entry + 16 + 48)), attributes: data.readUInt32LE(entry + 16 + 56),
      });
    }
    entry += length;
  }
}

/**
 * All names of a folder, long ones only.
 * @param blocks The rest of the tree, where there is one.
 * @param clusterBytes Of the volume: blocks of the tree are counted in clusters, or in 512 bytes where they are smaller.
 * @throws BadRecord: damaged, or it runs in a circle.
 */
export async function readIndex(root: Buffer, blocks: Content | undefined, clusterBytes: number): Promise<FolderEntry[]> {
  if (root.length < rootHeaderBytes) { throw new BadRecord('the index of a folder cannot be read'); }
  const blockBytes = root.readUInt32LE(8);
  if (blockBytes < 512 || blockBytes > 64 * 1024 || (blockBytes & (blockBytes - 1)) !== 0) { throw new BadRecord('the index of a folder cannot be read'); }
  const unit = blockBytes >= clusterBytes ? clusterBytes : 512;
  const { entries, children } = parseNode(root, rootHeaderBytes);
  const waiting = [...children];
  const seen = new Set<number>();
  for (let child = waiting.pop(); child !== undefined; child = waiting.pop()) {
    if (seen.has(child)) { throw new BadRecord('the index of a folder runs in a circle'); }
    seen.add(child);
    const raw = await blocks?.read(child * unit, blockBytes);
    if (raw?.length !== blockBytes) { throw new BadRecord('the index of a folder refers to what is not there'); }
    const node = parseNode(applyFixups(raw, 'INDX'), blockHeaderBytes);
    for (const entry of node.entries) { entries.push(entry); }
    waiting.push(...node.children);
  }
  return entries;
}
