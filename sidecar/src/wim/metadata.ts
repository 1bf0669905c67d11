/** The metadata resource of an image: its security descriptors and its tree of directory entries ("dentries"). */
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';
import { emptyHash } from './hash.ts';

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

/** Reparse tag, reserved word and flags of a reparse point. */
export interface Reparse {
  tag: number;
  reserved: number;
  flags: number;
}

interface Streams {
  /** Unnamed data stream; of an encrypted file its raw EFS data. */
  dataHash: string;
  reparseHash: string | undefined;
  named: NamedStream[];
}

/** The fields that are read at once; the others only when somebody asks, since most entries are never looked at. */
interface InodeSource {
  readonly data: Buffer;
  /** Where the entry begins. */
  readonly offset: number;
  /** Where its stream entries begin. */
  readonly streamsOffset: number;
}

/**
 * What all names (hard links) of one file share. Times are 100 ns since 1601, as FILETIME.
 * `changed` has to be set by whoever sets another field.
 */
export class Inode {
  attributes: number;
  securityId: number;
  /** Equal for all names of one file; 0 where there is one name only. */
  linkId: bigint;
  /** True once it differs from what the file holds. */
  changed: boolean;
  readonly #source: InodeSource | undefined;
  #creationTime: bigint | undefined;
  #lastAccessTime: bigint | undefined;
  #lastWriteTime: bigint | undefined;
  #reparse: Reparse | undefined;
  #streams: Streams | undefined;

  private constructor(attributes: number, securityId: number, linkId: bigint, source: InodeSource | undefined) {
    this.attributes = attributes;
    this.securityId = securityId;
    this.linkId = linkId;
    this.#source = source;
    this.changed = source === undefined;
  }

  static read(data: Buffer, offset: number, streamsOffset: number): Inode {
    const attributes = data.readUInt32LE(offset + 8);
    const isReparsePoint = (attributes & FileAttribute.ReparsePoint) !== 0;
    const linkId = isReparsePoint || (data.readUInt32LE(offset + 0x58) === 0 && data.readUInt32LE(offset + 0x5c) === 0)
      ? 0n : data.readBigUInt64LE(offset + 0x58);
    const inode = new Inode(attributes, data.readUInt32LE(offset + 0x0c), linkId, { data, offset, streamsOffset });
    if (isReparsePoint) {
      inode.#reparse = { tag: data.readUInt32LE(offset + 0x58), reserved: data.readUInt16LE(offset + 0x5c), flags: data.readUInt16LE(offset + 0x5e) };
    }
    return inode;
  }

  /** A new file or folder: no security descriptor (the one who applies the image lets it inherit). */
  static create(attributes: number, times: { readonly created: bigint; readonly accessed: bigint; readonly written: bigint }): Inode {
    const inode = new Inode(attributes, noSecurityId, 0n, undefined);
    inode.#creationTime = times.created;
    inode.#lastAccessTime = times.accessed;
    inode.#lastWriteTime = times.written;
    inode.#streams = { dataHash: emptyHash, reparseHash: undefined, named: [] };
    return inode;
  }

  get creationTime(): bigint { return this.#creationTime ??= this.#time(0x28); }

  get lastAccessTime(): bigint { return this.#lastAccessTime ??= this.#time(0x30); }
  set lastAccessTime(time: bigint) { this.#lastAccessTime = time; }

  get lastWriteTime(): bigint { return this.#lastWriteTime ??= this.#time(0x38); }
  set lastWriteTime(time: bigint) { this.#lastWriteTime = time; }

  get reparse(): Reparse | undefined { return this.#reparse; }
  set reparse(reparse: Reparse | undefined) { this.#reparse = reparse; }

  get dataHash(): string { return this.#readStreams().dataHash; }
  set dataHash(hash: string) { this.#readStreams().dataHash = hash; }

  get reparseHash(): string | undefined { return this.#readStreams().reparseHash; }
  set reparseHash(hash: string | undefined) { this.#readStreams().reparseHash = hash; }

  /** The hashes that the file's own entry refers to, before any change. */
  originalHashes(): string[] {
    if (this.#source === undefined) { return []; }
    const { data, offset, streamsOffset } = this.#source;
    const attributes = data.readUInt32LE(offset + 8);
    const defaultHash = data.toString('latin1', offset + 0x40, offset + 0x54);
    return hashesOf(assignStreams(attributes, defaultHash, readStreamEntries(data, offset, streamsOffset)));
  }

  /** The hashes that it refers to, empty ones left out. */
  hashes(): string[] {
    return hashesOf(this.#readStreams());
  }

  get named(): NamedStream[] { return this.#readStreams().named; }
  set named(named: NamedStream[]) { this.#readStreams().named = named; }

  /** Bytes 0x54 to 0x58 of the entry: nobody documents them, so they are kept. */
  get unknown(): number { return this.#source === undefined ? 0 : this.#source.data.readUInt32LE(this.#source.offset + 0x54); }

  /** Tagged items: object id, extended attributes, Unix data. Kept as they are. */
  get extra(): Buffer {
    if (this.#source === undefined) { return Buffer.alloc(0); }
    const { data, offset, streamsOffset } = this.#source;
    return data.subarray(Math.min(offset + align8(namesEnd(data, offset) - offset), streamsOffset), streamsOffset);
  }

  #time(at: number): bigint {
    return this.#source === undefined ? 0n : this.#source.data.readBigUInt64LE(this.#source.offset + at);
  }

  #readStreams(): Streams {
    if (this.#streams === undefined) {
      if (this.#source === undefined) { throw new Error('a new file has no bytes to be read'); }
      const { data, offset, streamsOffset } = this.#source;
      this.#streams = assignStreams(this.attributes, data.toString('latin1', offset + 0x40, offset + 0x54), readStreamEntries(data, offset, streamsOffset));
    }
    return this.#streams;
  }
}

interface RawEntry {
  readonly data: Buffer;
  readonly start: number;
  readonly end: number;
}

/** One name in one directory. */
export class Dentry {
  name: string;
  inode: Inode;
  parent: Dentry | undefined;
  /** Children that can be reached by name, by exact name. Only directories have some. */
  children: Map<string, Dentry> | undefined;
  /** False for an entry of the file, wherever it is now. */
  isNew = true;
  /** Children that no path can name (`..`, duplicates, slashes); carried along, never touched. */
  hidden: Dentry[] | undefined;
  /** Where the entry's bytes are, with its stream entries, while nothing in them has changed. */
  #raw: RawEntry | undefined;
  #shortName: Buffer | undefined;

  constructor(name: string, inode: Inode) {
    this.name = name;
    this.inode = inode;
    if (isDirectory(inode)) { this.children = new Map(); }
  }

  static read(data: Buffer, start: number, end: number, name: string, inode: Inode): Dentry {
    const dentry = new Dentry(name, inode);
    dentry.isNew = false;
    dentry.#raw = { data, start, end };
    return dentry;
  }

  /** UTF-16LE; empty where the name has no 8.3 form. */
  get shortName(): Buffer {
    return this.#shortName ??= this.#raw === undefined ? Buffer.alloc(0) : shortNameOf(this.#raw.data, this.#raw.start);
  }

  set shortName(name: Buffer) { this.#shortName = name; }

  /** Where its bytes are as they were read, or undefined where they have to be made anew. */
  get unchanged(): RawEntry | undefined {
    return this.inode.changed ? undefined : this.#raw;
  }

  get isMoved(): boolean { return this.#raw === undefined; }

  /** Says that the entry has another name or place than in the file, so that it is written anew and put in order. */
  markMoved(): void {
    // Read what still comes from the old bytes first.
    this.#shortName = this.shortName;
    this.#raw = undefined;
  }
}

/** The tree of one image. */
export interface ImageTree {
  /** Security data as read: new files have no descriptor of their own, so it never changes. */
  readonly security: Buffer;
  readonly root: Dentry;
  /** Every entry as it was read, so that what has left the tree can be found. */
  readonly entries: readonly Dentry[];
  /** Highest hard link id in use. */
  maxLinkId: bigint;
  /** Bytes of the resource that it was read from. */
  readonly sizeBytes: number;
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
function assignStreams(attributes: number, defaultHash: string, extra: readonly NamedStream[]): Streams {
  if (extra.length === 0 && (attributes & FileAttribute.ReparsePoint) === 0) {
    return { dataHash: defaultHash, reparseHash: undefined, named: [] };
  }
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

/** End of the long name with its terminator, which an empty name does not have. */
function shortNameStart(data: Buffer, offset: number): number {
  const nameBytes = data.readUInt16LE(offset + 0x64);
  return offset + dentryBytes + (nameBytes === 0 ? 0 : nameBytes + 2);
}

function namesEnd(data: Buffer, offset: number): number {
  const shortNameBytes = data.readUInt16LE(offset + 0x62);
  return shortNameStart(data, offset) + (shortNameBytes === 0 ? 0 : shortNameBytes + 2);
}

function shortNameOf(data: Buffer, offset: number): Buffer {
  const start = shortNameStart(data, offset);
  return data.subarray(start, start + data.readUInt16LE(offset + 0x62));
}

/** A 64-bit length or offset; one that does not fit into the data is -1. */
function readLength(data: Buffer, offset: number): number {
  return data.readUInt32LE(offset + 4) === 0 ? data.readUInt32LE(offset) : -1;
}

/** Checks one entry and its stream entries. @returns where they end, or undefined at the end of a directory. */
function checkDentry(data: Buffer, offset: number): { streamsOffset: number; end: number } | undefined {
  if (offset + 8 > data.length) { throw damaged(`an entry at ${offset} lies beyond its end`); }
  const declared = readLength(data, offset);
  const length = align8(declared);
  if (declared >= 0 && length <= 8) { return undefined; }
  if (length < dentryBytes || offset + length > data.length) { throw damaged(`an entry at ${offset} has an impossible length`); }
  const nameBytes = data.readUInt16LE(offset + 0x64);
  const shortNameBytes = data.readUInt16LE(offset + 0x62);
  if (((nameBytes | shortNameBytes) & 1) !== 0 || namesEnd(data, offset) > offset + length) {
    throw damaged(`the names of an entry at ${offset} do not fit`);
  }
  let end = offset + length;
  for (let count = data.readUInt16LE(offset + 0x60); count > 0; count--) {
    if (end + streamEntryBytes > data.length) { throw damaged(`a stream entry at ${end} lies beyond its end`); }
    const streamBytes = align8(readLength(data, end));
    const streamNameBytes = data.readUInt16LE(end + 36);
    if (streamBytes < streamEntryBytes || end + streamBytes > data.length || (streamNameBytes & 1) !== 0
      || streamEntryBytes + streamNameBytes > streamBytes) {
      throw damaged(`a stream entry at ${end} does not fit`);
    }
    end += streamBytes;
  }
  return { streamsOffset: offset + length, end };
}

/** Reads the stream entries of an entry that was checked. */
function readStreamEntries(data: Buffer, offset: number, streamsOffset: number): NamedStream[] {
  const streams: NamedStream[] = [];
  let at = streamsOffset;
  for (let count = data.readUInt16LE(offset + 0x60); count > 0; count--) {
    const nameBytes = data.readUInt16LE(at + 36);
    streams.push({
      name: data.toString('utf16le', at + streamEntryBytes, at + streamEntryBytes + nameBytes),
      hash: data.toString('latin1', at + 16, at + 36),
    });
    at += align8(readLength(data, at));
  }
  return streams;
}

/** Where the children of an entry begin, or 0. */
function subdirOffset(data: Buffer, offset: number): number {
  const value = readLength(data, offset + 0x10);
  if (value < 0 || value > data.length) { throw damaged(`the children of an entry at ${offset} lie beyond its end`); }
  return value;
}

/** Where the root entry begins: behind the security data. */
function rootOffset(data: Buffer): number {
  if (data.length < 8) { throw damaged('it is empty'); }
  const offset = align8(Math.max(8, data.readUInt32LE(0)));
  if (offset > data.length) { throw damaged('its security data lie beyond its end'); }
  return offset;
}

/**
 * Calls back for every entry, each directory's one after the other. More entries than fit into the bytes mean that
 * the same ones are met again and again.
 */
function scan<T>(
  data: Buffer, root: T, rootSubdirOffset: number,
  visit: (parent: T, offset: number, place: { streamsOffset: number; end: number }) => T,
): void {
  let budget = Math.ceil(data.length / dentryBytes);
  const pending = [{ parent: root, at: rootSubdirOffset }];
  for (let directory = pending.pop(); directory !== undefined; directory = pending.pop()) {
    for (let offset = directory.at; offset !== 0;) {
      const place = checkDentry(data, offset);
      if (place === undefined) { break; }
      if (--budget < 0) { throw damaged('its directories form a circle'); }
      const entry = visit(directory.parent, offset, place);
      const children = subdirOffset(data, offset);
      if (children !== 0) { pending.push({ parent: entry, at: children }); }
      offset = place.end;
    }
  }
}

/** The named streams of every file that has some, without the tree: much faster than parseMetadata(). */
export function findNamedStreams(data: Buffer): NamedStream[][] {
  const found: NamedStream[][] = [];
  const look = (offset: number, streamsOffset: number): void => {
    if (data.readUInt16LE(offset + 0x60) === 0) { return; }
    const named = readStreamEntries(data, offset, streamsOffset).filter((stream) => stream.name !== '');
    if (named.length > 0) { found.push(named); }
  };
  const root = rootOffset(data);
  const place = checkDentry(data, root);
  if (place === undefined) { return found; }
  look(root, place.streamsOffset);
  scan(data, undefined, subdirOffset(data, root), (_parent, offset, { streamsOffset }) => {
    look(offset, streamsOffset);
    return undefined;
  });
  return found;
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
  const start = rootOffset(data);
  const place = checkDentry(data, start);
  const rootInode = place === undefined ? undefined : Inode.read(data, start, place.streamsOffset);
  if (place === undefined || rootInode === undefined || !isDirectory(rootInode)) { throw damaged('it has no root directory'); }
  const root = Dentry.read(data, start, place.end, '', rootInode);
  const entries = [root];
  const groups = new Map<bigint, Inode[]>();
  let maxLinkId = 0n;
  scan(data, root, subdirOffset(data, start), (parent, offset, { streamsOffset, end }) => {
    let inode = Inode.read(data, offset, streamsOffset);
    if (inode.linkId !== 0n) {
      if (inode.linkId > maxLinkId) { maxLinkId = inode.linkId; }
      const group = groups.get(inode.linkId);
      const known = group?.find((candidate) => sameStreams(candidate, inode));
      if (known !== undefined) {
        inode = known;
      } else if (group === undefined) {
        groups.set(inode.linkId, [inode]);
      } else {
        group.push(inode);
      }
    }
    const name = data.toString('utf16le', offset + dentryBytes, offset + dentryBytes + data.readUInt16LE(offset + 0x64));
    const dentry = Dentry.read(data, offset, end, name, inode);
    dentry.parent = parent;
    entries.push(dentry);
    if (parent.children !== undefined && isAddressable(name) && !parent.children.has(name)) {
      parent.children.set(name, dentry);
    } else {
      (parent.hidden ??= []).push(dentry);
    }
    return dentry;
  });
  return { security: data.subarray(0, start), root, entries, maxLinkId, sizeBytes: data.length };
}

/** Calls back for every entry below and including the given one, directories before what is in them. */
export function walk(dentry: Dentry, visit: (dentry: Dentry) => void): void {
  const pending = [dentry];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    visit(next);
    if (next.hidden !== undefined) { pending.push(...next.hidden); }
    if (next.children !== undefined) {
      for (const child of next.children.values()) { pending.push(child); }
    }
  }
}

function hashesOf({ dataHash, reparseHash, named }: Streams): string[] {
  const hashes = dataHash === emptyHash ? [] : [dataHash];
  if (reparseHash !== undefined && reparseHash !== emptyHash) { hashes.push(reparseHash); }
  for (const { hash } of named) {
    if (hash !== emptyHash) { hashes.push(hash); }
  }
  return hashes;
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
    if (children.some((child) => child.isMoved)) { children.sort((a, b) => compareNames(a.name, b.name)); }
    for (const child of children) {
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

/** Puts a name into a directory; the name must be free. */
export function link(parent: Dentry, name: string, inode: Inode): Dentry {
  const dentry = new Dentry(name, inode);
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
  dentry.markMoved();
  parent.children.set(dentry.name, dentry);
}
