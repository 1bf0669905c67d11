/** Writes the metadata resource of an image: what has not changed goes over as it was read. */
import type { Dentry, ImageTree } from './dentry.ts';
import { align8, dentryBytes, streamEntryBytes } from './metadataFormat.ts';
import { foldName } from './windowsNames.ts';

/** As NTFS orders the names of a folder. */
function inOrder(entries: readonly Dentry[]): Dentry[] {
  const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  return entries.map((entry) => ({ entry, key: foldName(entry.name) }))
    .sort((a, b) => compare(a.key, b.key) || compare(a.entry.name, b.entry.name)).map(({ entry }) => entry);
}

/** A buffer that grows as it is written to. */
class Output {
  /** Replaced by appendZeros() and append(), so never to be kept. */
  data: Buffer;
  size = 0;

  constructor(expectedBytes: number) {
    this.data = Buffer.alloc(expectedBytes);
  }

  /** @returns Where the bytes went. */
  append(data: Buffer, start = 0, end = data.length): number {
    const at = this.appendZeros(end - start);
    data.copy(this.data, at, start, end);
    return at;
  }

  /** @returns Where the zeros begin. */
  appendZeros(count: number): number {
    const at = this.size;
    this.size += count;
    if (this.size > this.data.length) {
      const larger = Buffer.alloc(Math.max(this.size, this.data.length * 2));
      this.data.copy(larger, 0, 0, at);
      this.data = larger;
    }
    return at;
  }

  writeSize(value: number, at: number): void {
    this.data.writeUInt32LE(value >>> 0, at);
    this.data.writeUInt32LE(Math.floor(value / 2 ** 32), at + 4);
  }

  finish(): Buffer {
    return this.data.subarray(0, this.size);
  }
}

/** Bytes of a name of so many bytes with its terminator, which an empty one does not have. */
const terminatedBytes = (nameBytes: number): number => (nameBytes === 0 ? 0 : nameBytes + 2);

function appendStreamEntry(output: Output, name: string, hash: string): void {
  const nameBytes = name.length * 2;
  const length = align8(streamEntryBytes + terminatedBytes(nameBytes));
  const at = output.appendZeros(length);
  output.writeSize(length, at);
  output.data.write(hash, at + 16, 20, 'latin1');
  output.data.writeUInt16LE(nameBytes, at + 36);
  output.data.write(name, at + streamEntryBytes, 'utf16le');
}

/** Appends a changed entry with its stream entries; the offset of its children is filled in later. @returns Where it went. */
function appendChanged(output: Output, { inode, name, shortName }: Dentry): number {
  const { extra, reparse, reparseHash, named } = inode;
  const nameBytes = name.length * 2;
  const shortNameStart = dentryBytes + terminatedBytes(nameBytes);
  const extraStart = align8(shortNameStart + terminatedBytes(shortName.length));
  const length = align8(extraStart + extra.length);
  const at = output.appendZeros(length);
  const { data } = output;
  output.writeSize(length, at);
  data.writeUInt32LE(inode.attributes, at + 8);
  data.writeUInt32LE(inode.securityId, at + 0x0c);
  data.writeBigUInt64LE(inode.creationTime, at + 0x28);
  data.writeBigUInt64LE(inode.lastAccessTime, at + 0x30);
  data.writeBigUInt64LE(inode.lastWriteTime, at + 0x38);
  data.writeUInt32LE(inode.unknown, at + 0x54);
  if (reparse === undefined) {
    data.writeBigUInt64LE(inode.linkId, at + 0x58);
  } else {
    data.writeUInt32LE(reparse.tag, at + 0x58);
    data.writeUInt16LE(reparse.reserved, at + 0x5c);
    data.writeUInt16LE(reparse.flags, at + 0x5e);
  }
  data.writeUInt16LE(shortName.length, at + 0x62);
  data.writeUInt16LE(nameBytes, at + 0x64);
  data.write(name, at + dentryBytes, 'utf16le');
  shortName.copy(data, at + shortNameStart);
  extra.copy(data, at + extraStart);
  if (reparseHash === undefined && named.length === 0) {
    data.write(inode.dataHash, at + 0x40, 20, 'latin1');
    return at;
  }
  // As WIMGAPI does: with a reparse point or a named stream all streams stand behind the entry.
  data.writeUInt16LE((reparseHash === undefined ? 1 : 2) + named.length, at + 0x60);
  if (reparseHash !== undefined) { appendStreamEntry(output, '', reparseHash); }
  appendStreamEntry(output, '', inode.dataHash);
  for (const stream of named) { appendStreamEntry(output, stream.name, stream.hash); }
  return at;
}

/** The metadata resource of a tree. */
export function serializeMetadata(tree: ImageTree): Buffer {
  const output = new Output(tree.sizeBytes + 64 * 1024);
  output.append(tree.security);
  const append = (dentry: Dentry): number => {
    const raw = dentry.unchanged;
    return raw === undefined ? appendChanged(output, dentry) : output.append(raw.data, raw.start, raw.end);
  };
  const pending = [{ dentry: tree.root, at: append(tree.root) }];
  output.appendZeros(8);
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { dentry, at } = next;
    output.writeSize(output.size, at + 0x10);
    const children = [...dentry.children?.values() ?? [], ...dentry.hidden ?? []];
    for (const child of children.some(({ isMoved }) => isMoved) ? inOrder(children) : children) {
      const place = append(child);
      if (child.children === undefined && child.hidden === undefined) {
        output.writeSize(0, place + 0x10);
      } else {
        pending.push({ dentry: child, at: place });
      }
    }
    output.appendZeros(8);
  }
  return output.finish();
}
