/** The metadata resource of an image: its security descriptors and its tree of directory entries ("dentries"). */
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';

/** What stands for "no bytes": 20 zeros, as a latin1 string like all hashes here. */
export const emptyHash = '\0'.repeat(20);

export const FileAttribute = {
  Directory: 0x10,
  Normal: 0x80,
  ReparsePoint: 0x400,
  Encrypted: 0x4000,
} as const;

const noSecurityId = 0xffffffff;
const dentryBytes = 102;
const streamEntryBytes = 38;
const maxNameBytes = 0xfffe;

/** A named ("alternate") data stream. */
export interface NamedStream {
  readonly name: string;
  /** SHA-1 as a latin1 string; `emptyHash` for no bytes. */
  hash: string;
}

/** What all names (hard links) of one file share. Times are 100 ns since 1601, as FILETIME. */
export interface Inode {
  attributes: number;
  securityId: number;
  creationTime: bigint;
  lastAccessTime: bigint;
  lastWriteTime: bigint;
  /** Bytes 0x54 to 0x58 of the entry: nobody documents them, so they are kept. */
  readonly unknown: number;
  /** Reparse tag, reserved word and flags, where the file is a reparse point. */
  reparse: { tag: number; reserved: number; flags: number } | undefined;
  /** Equal for all names of one file; 0 where there is one name only. */
  linkId: bigint;
  /** Tagged items: object id, extended attributes, Unix data. Kept as they are. */
  readonly extra: Buffer;
  /** Unnamed data stream; of an encrypted file its raw EFS data. */
  dataHash: string;
  reparseHash: string | undefined;
  named: NamedStream[];
  /** True once it differs from what the file holds. */
  changed: boolean;
}

/** One name in one directory. */
export interface Dentry {
  name: string;
  /** UTF-16LE; empty where the name has no 8.3 form. */
  shortName: Buffer;
  inode: Inode;
  parent: Dentry | undefined;
  /** Children that can be reached by name, by exact name. Only directories have some. */
  children: Map<string, Dentry> | undefined;
  /** Children that no path can name (`..`, duplicates, slashes); carried along, never touched. */
  hidden: Dentry[];
  /** The entry's bytes as read, with its stream entries, while nothing in them has changed. */
  raw: Buffer | undefined;
}

/** The tree of one image. */
export interface ImageTree {
  /** Security data as read: new files have no descriptor of their own, so it never changes. */
  readonly security: Buffer;
  readonly root: Dentry;
  /** Highest hard link id in use. */
  maxLinkId: bigint;
}

function damaged(what: string): DismError {
  return new DismError(Hresult.WIM_E_INVALID_CONTAINER, `The metadata of the image is damaged: ${what}`);
}

const align8 = (value: number): number => Math.ceil(value / 8) * 8;

/** True for a directory proper, not for a junction or a directory symlink. */
export function isDirectory(inode: Inode): boolean {
  return (inode.attributes & (FileAttribute.Directory | FileAttribute.ReparsePoint)) === FileAttribute.Directory;
}

/** Assigns the hashes of an entry to what they stand for; the format does not say it outright. */
function assignStreams(attributes: number, defaultHash: string, extra: readonly NamedStream[]):
Pick<Inode, 'dataHash' | 'reparseHash' | 'named'> {
  const named = extra.filter((stream) => stream.name !== '');
  const unnamed = extra.filter((stream) => stream.name === '').map((stream) => stream.hash);
  // The default hash counts as a stream where it is set, and where no unnamed entry replaces it.
  if (defaultHash !== emptyHash) { unnamed.unshift(defaultHash); }
  if ((attributes & FileAttribute.Encrypted) !== 0) {
    return { dataHash: unnamed.find((hash) => hash !== emptyHash) ?? emptyHash, reparseHash: undefined, named: [] };
  }
  if ((attributes & FileAttribute.ReparsePoint) !== 0) {
    return { reparseHash: unnamed[0] ?? emptyHash, dataHash: unnamed[1] ?? emptyHash, named };
  }
  return { dataHash: unnamed[0] ?? emptyHash, reparseHash: undefined, named };
}

/** Reads one entry. @returns undefined at the end of a directory. */
function readDentry(data: Buffer, offset: number): { dentry: Dentry; subdirOffset: number; end: number } | undefined {
  if (offset + 8 > data.length) { throw damaged(`an entry at ${offset} lies beyond its end`); }
  const declared = data.readBigUInt64LE(offset);
  if (declared > BigInt(data.length)) { throw damaged(`an entry at ${offset} is ${declared} bytes long`); }
  const length = align8(Number(declared));
  if (length <= 8) { return undefined; }
  if (length < dentryBytes || offset + length > data.length) { throw damaged(`an entry at ${offset} is ${length} bytes long`); }
  const streamCount = data.readUInt16LE(offset + 0x60);
  const shortNameBytes = data.readUInt16LE(offset + 0x62);
  const nameBytes = data.readUInt16LE(offset + 0x64);
  const nameStart = offset + dentryBytes;
  const shortNameStart = nameStart + (nameBytes === 0 ? 0 : nameBytes + 2);
  const namesEnd = shortNameStart + (shortNameBytes === 0 ? 0 : shortNameBytes + 2);
  if (((nameBytes | shortNameBytes) & 1) !== 0 || namesEnd > offset + align8(length)) { throw damaged(`the names of an entry at ${offset} do not fit`); }
  let end = offset + length;
  const streams: NamedStream[] = [];
  for (let index = 0; index < streamCount; index++) {
    if (end + streamEntryBytes > data.length) { throw damaged(`a stream entry at ${end} lies beyond its end`); }
    const streamLength = align8(Number(data.readBigUInt64LE(end)));
    const streamNameBytes = data.readUInt16LE(end + 36);
    if (streamLength < streamEntryBytes || end + streamLength > data.length || (streamNameBytes & 1) !== 0
      || streamEntryBytes + streamNameBytes > streamLength) {
      throw damaged(`a stream entry at ${end} does not fit`);
    }
    streams.push({
      name: data.toString('utf16le', end + streamEntryBytes, end + streamEntryBytes + streamNameBytes),
      hash: data.toString('latin1', end + 16, end + 36),
    });
    end += streamLength;
  }
  const attributes = data.readUInt32LE(offset + 8);
  const isReparsePoint = (attributes & FileAttribute.ReparsePoint) !== 0;
  const dentry: Dentry = {
    name: data.toString('utf16le', nameStart, nameStart + nameBytes),
    shortName: data.subarray(shortNameStart, shortNameStart + shortNameBytes),
    inode: {
      attributes,
      securityId: data.readUInt32LE(offset + 0x0c),
      creationTime: data.readBigUInt64LE(offset + 0x28),
      lastAccessTime: data.readBigUInt64LE(offset + 0x30),
      lastWriteTime: data.readBigUInt64LE(offset + 0x38),
      unknown: data.readUInt32LE(offset + 0x54),
      reparse: isReparsePoint
        ? { tag: data.readUInt32LE(offset + 0x58), reserved: data.readUInt16LE(offset + 0x5c), flags: data.readUInt16LE(offset + 0x5e) }
        : undefined,
      linkId: isReparsePoint ? 0n : data.readBigUInt64LE(offset + 0x58),
      extra: data.subarray(Math.min(align8(namesEnd - offset), length) + offset, offset + length),
      ...assignStreams(attributes, data.toString('latin1', offset + 0x40, offset + 0x54), streams),
      changed: false,
    },
    parent: undefined,
    children: undefined,
    hidden: [],
    raw: data.subarray(offset, end),
  };
  const subdirOffset = data.readBigUInt64LE(offset + 0x10);
  if (subdirOffset > BigInt(data.length)) { throw damaged(`the children of an entry at ${offset} lie beyond its end`); }
  return { dentry, subdirOffset: Number(subdirOffset), end };
}

/** A name that a path can hold. */
function isAddressable(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !/[\0/]/.test(name);
}

function sameStreams(a: Inode, b: Inode): boolean {
  return a.attributes === b.attributes && a.dataHash === b.dataHash && a.named.length === b.named.length
    && a.named.every((stream, index) => stream.name === b.named[index]?.name && stream.hash === b.named[index].hash);
}

/**
 * Parses the metadata resource of an image.
 * @throws DismError WIM_E_INVALID_CONTAINER: lengths or offsets that cannot be, or a tree that runs in a circle.
 */
export function parseMetadata(data: Buffer): ImageTree {
  if (data.length < 8) { throw damaged('it is empty'); }
  const securityBytes = align8(Math.max(8, data.readUInt32LE(0)));
  if (securityBytes > data.length) { throw damaged('its security data lie beyond its end'); }
  const first = readDentry(data, securityBytes);
  if (first === undefined || !isDirectory(first.dentry.inode)) { throw damaged('it has no root directory'); }
  const root = first.dentry;
  const groups = new Map<bigint, Inode[]>();
  let maxLinkId = 0n;
  // More entries than fit into the bytes: the same ones are met again and again.
  let budget = Math.ceil(data.length / 8);
  const pending = [{ dentry: root, subdirOffset: first.subdirOffset }];
  root.children = new Map();
  for (let directory = pending.pop(); directory !== undefined; directory = pending.pop()) {
    const parent = directory.dentry;
    if (directory.subdirOffset === 0) { continue; }
    for (let offset = directory.subdirOffset; ;) {
      const read = readDentry(data, offset);
      if (read === undefined) { break; }
      if (--budget < 0) { throw damaged('its directories form a circle'); }
      const { dentry } = read;
      offset = read.end;
      dentry.parent = parent;
      const { linkId } = dentry.inode;
      if (linkId !== 0n) {
        if (linkId > maxLinkId) { maxLinkId = linkId; }
        const group = groups.get(linkId);
        const known = group?.find((inode) => sameStreams(inode, dentry.inode));
        if (known !== undefined) {
          dentry.inode = known;
        } else if (group === undefined) {
          groups.set(linkId, [dentry.inode]);
        } else {
          group.push(dentry.inode);
        }
      }
      if (isDirectory(dentry.inode)) { dentry.children = new Map(); }
      if (parent.children !== undefined && isAddressable(dentry.name) && !parent.children.has(dentry.name)) {
        parent.children.set(dentry.name, dentry);
      } else {
        parent.hidden.push(dentry);
      }
      if (read.subdirOffset !== 0) { pending.push({ dentry, subdirOffset: read.subdirOffset }); }
    }
  }
  return { security: data.subarray(0, securityBytes), root, maxLinkId };
}

/** Calls back for every entry below and including the given one, directories before what is in them. */
export function walk(dentry: Dentry, visit: (dentry: Dentry) => void): void {
  const pending = [dentry];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    visit(next);
    pending.push(...next.hidden);
    if (next.children !== undefined) { pending.push(...next.children.values()); }
  }
}

/** The hashes that an entry refers to, empty ones left out. */
export function* referencedHashes(inode: Inode): Generator<string> {
  if (inode.dataHash !== emptyHash) { yield inode.dataHash; }
  if (inode.reparseHash !== undefined && inode.reparseHash !== emptyHash) { yield inode.reparseHash; }
  for (const stream of inode.named) {
    if (stream.hash !== emptyHash) { yield stream.hash; }
  }
}

/** Order of entries in a directory: by upper-cased name, one code unit at a time as NTFS does. */
function compareNames(a: string, b: string): number {
  const upper = (name: string): string => name.replace(/[^\0-@]/g, (char) => {
    const mapped = char.toUpperCase();
    return mapped.length === 1 ? mapped : char;
  });
  const left = upper(a);
  const right = upper(b);
  if (left !== right) { return left < right ? -1 : 1; }
  return a < b ? -1 : a > b ? 1 : 0;
}

function streamEntry(name: string, hash: string): Buffer {
  const nameBytes = Buffer.from(name, 'utf16le');
  const entry = Buffer.alloc(align8(streamEntryBytes + (nameBytes.length === 0 ? 0 : nameBytes.length + 2)));
  entry.writeBigUInt64LE(BigInt(entry.length), 0);
  entry.write(hash, 16, 20, 'latin1');
  entry.writeUInt16LE(nameBytes.length, 36);
  nameBytes.copy(entry, streamEntryBytes);
  return entry;
}

/** The bytes of an entry with its stream entries; the offset of its children is filled in later. */
function serializeDentry(dentry: Dentry): Buffer {
  const { inode } = dentry;
  if (dentry.raw !== undefined && !inode.changed) { return dentry.raw; }
  const name = Buffer.from(dentry.name, 'utf16le');
  const namesEnd = dentryBytes + (name.length === 0 ? 0 : name.length + 2)
    + (dentry.shortName.length === 0 ? 0 : dentry.shortName.length + 2);
  const base = Buffer.alloc(align8(align8(namesEnd) + inode.extra.length));
  base.writeBigUInt64LE(BigInt(base.length), 0);
  base.writeUInt32LE(inode.attributes, 8);
  base.writeUInt32LE(inode.securityId, 0x0c);
  base.writeBigUInt64LE(inode.creationTime, 0x28);
  base.writeBigUInt64LE(inode.lastAccessTime, 0x30);
  base.writeBigUInt64LE(inode.lastWriteTime, 0x38);
  base.writeUInt32LE(inode.unknown, 0x54);
  if (inode.reparse === undefined) {
    base.writeBigUInt64LE(inode.linkId, 0x58);
  } else {
    base.writeUInt32LE(inode.reparse.tag, 0x58);
    base.writeUInt16LE(inode.reparse.reserved, 0x5c);
    base.writeUInt16LE(inode.reparse.flags, 0x5e);
  }
  base.writeUInt16LE(dentry.shortName.length, 0x62);
  base.writeUInt16LE(name.length, 0x64);
  let at = dentryBytes;
  if (name.length > 0) { at += name.copy(base, at) + 2; }
  if (dentry.shortName.length > 0) { dentry.shortName.copy(base, at); }
  inode.extra.copy(base, align8(namesEnd));
  if (inode.reparseHash === undefined && inode.named.length === 0) {
    base.write(inode.dataHash, 0x40, 20, 'latin1');
    return base;
  }
  // As WIMGAPI does: with a reparse point or a named stream all streams stand behind the entry.
  const streams = [
    ...(inode.reparseHash === undefined ? [] : [streamEntry('', inode.reparseHash)]),
    streamEntry('', inode.dataHash),
    ...inode.named.map((stream) => streamEntry(stream.name, stream.hash)),
  ];
  base.writeUInt16LE(streams.length, 0x60);
  return Buffer.concat([base, ...streams]);
}

/** The metadata resource of a tree. */
export function serializeMetadata(tree: ImageTree): Buffer {
  const parts: Buffer[] = [tree.security];
  const endOfDirectory = Buffer.alloc(8);
  let size = tree.security.length;
  /** Where the offset of a directory's children has to be written, once it is known. */
  const offsets: { at: number; value: number }[] = [];
  const append = (dentry: Dentry): number => {
    const bytes = serializeDentry(dentry);
    parts.push(bytes);
    const at = size;
    size += bytes.length;
    return at;
  };
  const pending = [{ dentry: tree.root, at: append(tree.root) }];
  parts.push(endOfDirectory);
  size += endOfDirectory.length;
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { dentry } = next;
    if (dentry.children === undefined && dentry.hidden.length === 0) {
      offsets.push({ at: next.at, value: 0 });
      continue;
    }
    offsets.push({ at: next.at, value: size });
    const children = [...dentry.children?.values() ?? [], ...dentry.hidden];
    if (children.some((child) => child.raw === undefined)) { children.sort((a, b) => compareNames(a.name, b.name)); }
    for (const child of children) { pending.push({ dentry: child, at: append(child) }); }
    parts.push(endOfDirectory);
    size += endOfDirectory.length;
  }
  const data = Buffer.concat(parts, size);
  for (const { at, value } of offsets) { data.writeBigUInt64LE(BigInt(value), at + 0x10); }
  return data;
}

/** A new file or folder: no security descriptor (the one who applies the image lets it inherit), no short name. */
export function newInode(attributes: number, times: { readonly created: bigint; readonly accessed: bigint; readonly written: bigint }): Inode {
  return {
    attributes,
    securityId: noSecurityId,
    creationTime: times.created,
    lastAccessTime: times.accessed,
    lastWriteTime: times.written,
    unknown: 0,
    reparse: undefined,
    linkId: 0n,
    extra: Buffer.alloc(0),
    dataHash: emptyHash,
    reparseHash: undefined,
    named: [],
    changed: true,
  };
}

/** Puts a name into a directory; the name must be free. */
export function link(parent: Dentry, name: string, inode: Inode): Dentry {
  const dentry: Dentry = {
    name, shortName: Buffer.alloc(0), inode, parent, children: isDirectory(inode) ? new Map() : undefined, hidden: [], raw: undefined,
  };
  attach(parent, dentry);
  return dentry;
}

/** Takes a name, with all below it, out of its directory. */
export function detach(dentry: Dentry): void {
  dentry.parent?.children?.delete(dentry.name);
  dentry.parent = undefined;
}

/** Puts a detached entry into a directory under the name it carries. */
export function attach(parent: Dentry, dentry: Dentry): void {
  if (parent.children === undefined || parent.children.has(dentry.name)) {
    throw new Error(`cannot attach "${dentry.name}": its directory has that name already, or is none`);
  }
  if (Buffer.byteLength(dentry.name, 'utf16le') > maxNameBytes) {
    throw new DismError(Hresult.E_INVALIDARG, `The name "${dentry.name.slice(0, 40)}..." is too long for a WIM`);
  }
  dentry.parent = parent;
  // Says that the directory has to be brought into order when it is written.
  dentry.raw = undefined;
  parent.children.set(dentry.name, dentry);
}
