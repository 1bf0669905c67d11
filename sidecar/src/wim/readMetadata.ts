/** Reads the metadata resource of an image: its security descriptors and its tree of directory entries ("dentries"). */
import { Dentry, type ImageTree } from './dentry.ts';
import { viewOf } from './hashIndex.ts';
import { Inode, isDirectory } from './inode.ts';
import {
  checkDentry, damaged, dentryBytes, FileAttribute, hasShortNameAt, type NamedStream, readStreamEntries, rootOffset, subdirOffset,
} from './metadataFormat.ts';

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

/** Looks at every entry, the root included, without making a tree. */
function forEachEntry(data: Buffer, look: (offset: number, streamsOffset: number) => void): void {
  const root = rootOffset(data);
  const place = checkDentry(data, root);
  if (place === undefined) { return; }
  look(root, place.streamsOffset);
  scan(data, undefined, subdirOffset(data, root), (_parent, offset, { streamsOffset }) => {
    look(offset, streamsOffset);
    return undefined;
  });
}

/** The named streams of every file that has some, without the tree: much faster than parseMetadata(). */
export function findNamedStreams(data: Buffer): NamedStream[][] {
  const found: NamedStream[][] = [];
  forEachEntry(data, (offset, streamsOffset) => {
    if (data.readUInt16LE(offset + 0x60) === 0) { return; }
    const named = readStreamEntries(data, offset, streamsOffset).filter((stream) => stream.name !== '');
    if (named.length > 0) { found.push(named); }
  });
  return found;
}

/** The hashes of all that an image's entries refer to, without the tree; with that of the empty file. */
export function findHashes(data: Buffer): Set<string> {
  const found = new Set<string>();
  forEachEntry(data, (offset, streamsOffset) => {
    found.add(data.toString('latin1', offset + 0x40, offset + 0x54));
    if (data.readUInt16LE(offset + 0x60) === 0) { return; }
    for (const { hash } of readStreamEntries(data, offset, streamsOffset)) { found.add(hash); }
  });
  return found;
}

/** Longer names no file system of Linux has. */
const maxShownBytes = 255;

/**
 * Names that a mount on Linux cannot show: too long in UTF-8, or with characters that no path has.
 * @param data A whole metadata resource.
 * @throws DismError WIM_E_INVALID_CONTAINER: the tree is damaged.
 */
export function findUnshowableNames(data: Buffer): string[] {
  const found: string[] = [];
  const root = rootOffset(data);
  if (checkDentry(data, root) === undefined) { return found; }
  scan(data, undefined, subdirOffset(data, root), (_parent, offset) => {
    const bytes = data.readUInt16LE(offset + 0x64);
    const start = offset + dentryBytes;
    // A character of UTF-16 takes up to three bytes in UTF-8; most names need no closer look.
    if (bytes / 2 * 3 > maxShownBytes || holdsSlash(data, start, start + bytes)) {
      const name = nameAt(data, offset);
      if (!isAddressable(name) || Buffer.byteLength(name) > maxShownBytes) { found.push(name); }
    }
    return undefined;
  });
  return found;
}

/** Whether a name in UTF-16 may hold a slash. A Buffer of each name would be more to clear away than all else. */
function holdsSlash(data: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at += 2) {
    if (data[at] === 0x2f) { return true; }
  }
  return false;
}

/** The name of the entry at an offset. */
function nameAt(data: Buffer, offset: number): string {
  const start = offset + dentryBytes;
  return data.toString('utf16le', start, start + data.readUInt16LE(offset + 0x64));
}

/** A name that a path can hold. */
export function isAddressable(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !/[\0/]/.test(name);
}

/** What names of one file have in common beside their link id: names that differ in it are of different files. */
function identityOf({ attributes, dataHash, named }: Inode): string {
  return `${attributes}/${dataHash}${named.map(({ name, hash }) => `/${name}\0${hash}`).join('')}`;
}

/** Finds the file that a name is a further one of. A hostile image may give one id to any number of files. */
class HardLinks {
  readonly #first = new Map<bigint, Inode>();
  /** By id and identity; only of ids that several files have. */
  readonly #others = new Map<string, Inode>();

  /** @returns The file as it was met first, or the given one where it is new. */
  find(inode: Inode): Inode {
    const first = this.#first.get(inode.linkId);
    if (first === undefined) {
      this.#first.set(inode.linkId, inode);
      return inode;
    }
    const identity = identityOf(inode);
    if (identityOf(first) === identity) { return first; }
    const key = `${inode.linkId}:${identity}`;
    const known = this.#others.get(key);
    if (known === undefined) { this.#others.set(key, inode); }
    return known ?? inode;
  }
}

/** The entry of the root. @throws DismError WIM_E_INVALID_CONTAINER. */
function readRoot(data: Buffer): { readonly start: number; readonly streamsOffset: number; readonly end: number; readonly inode: Inode } {
  const start = rootOffset(data);
  const place = checkDentry(data, start);
  const inode = place === undefined ? undefined : Inode.read(data, start, place.streamsOffset);
  if (place === undefined || inode === undefined || !isDirectory(inode)) { throw damaged('it has no root directory'); }
  return { start, ...place, inode };
}

/** Goes through the tree without making one. @throws DismError: as parseMetadata(). */
export function checkTree(data: Buffer): void {
  scan(data, undefined, subdirOffset(data, readRoot(data).start), () => undefined);
}

/** Looks at the file of each name, the root included, without making a tree. @throws DismError: as parseMetadata(). */
export function forEachFile(data: Buffer, look: (inode: Inode) => void): void {
  const { start, inode } = readRoot(data);
  look(inode);
  scan(data, undefined, subdirOffset(data, start), (_parent, offset, { streamsOffset }) => {
    look(Inode.read(data, offset, streamsOffset));
    return undefined;
  });
}

/** An entry as it is met on the way through a tree. One object is each of them in turn: to make one for each takes longer than most of what they are asked. */
export class MetEntry {
  readonly #data: Buffer;
  /** All bytes of the metadata. */
  readonly view: DataView;
  readonly #hardLinks = new HardLinks();
  #offset = 0;
  #streamsOffset = 0;

  constructor(data: Buffer) {
    this.#data = data;
    this.view = viewOf(data);
  }

  /** Makes it the entry at an offset. */
  moveTo(offset: number, streamsOffset: number): this {
    this.#offset = offset;
    this.#streamsOffset = streamsOffset;
    return this;
  }

  get name(): string { return nameAt(this.#data, this.#offset); }
  get attributes(): number { return this.view.getUint32(this.#offset + 8, true); }
  get securityId(): number { return this.view.getUint32(this.#offset + 0x0c, true); }
  get hasShortName(): boolean { return hasShortNameAt(this.#data, this.#offset); }
  get hasChildren(): boolean { return subdirOffset(this.#data, this.#offset) !== 0; }

  /** Whether it has one content at most, which no other name has, as most have: no further names, no streams but the unnamed one, no reparse point. */
  get isPlain(): boolean {
    return (this.attributes & FileAttribute.ReparsePoint) === 0 && this.view.getUint16(this.#offset + 0x60) === 0
      && this.view.getInt32(this.#offset + 0x58) === 0 && this.view.getInt32(this.#offset + 0x5c) === 0;
  }

  /** Where in `view` the hash of a plain entry is. */
  get hashOffset(): number { return this.#offset + 0x40; }

  /** The file; the same for all of its names, where they have an id of it. */
  get inode(): Inode {
    const inode = Inode.read(this.#data, this.#offset, this.#streamsOffset);
    return inode.linkId === 0n ? inode : this.#hardLinks.find(inode);
  }
}

/**
 * Looks at each entry, those of a folder one after the other, without making a tree: of 50,000 that takes 40 MB less memory.
 * @param begin Gets the root, `visit` each other entry; what they give `visit` gets for each entry below.
 * @throws DismError: as parseMetadata().
 */
export function forEachMet<T>(data: Buffer, begin: (root: MetEntry) => T, visit: (folder: T, entry: MetEntry) => T): void {
  const { start, streamsOffset: rootStreams } = readRoot(data);
  const entry = new MetEntry(data);
  scan(data, begin(entry.moveTo(start, rootStreams)), subdirOffset(data, start),
    (folder, offset, { streamsOffset }) => visit(folder, entry.moveTo(offset, streamsOffset)));
}

/**
 * Parses the metadata resource of an image.
 * @throws DismError WIM_E_INVALID_CONTAINER: lengths or offsets that cannot be, or a tree that runs in a circle.
 */
export function parseMetadata(data: Buffer): ImageTree {
  const { start, end: rootEnd, inode: rootInode } = readRoot(data);
  const root = Dentry.read(data, start, rootEnd, '', rootInode);
  const entries = [root];
  const hardLinks = new HardLinks();
  let maxLinkId = 0n;
  scan(data, root, subdirOffset(data, start), (parent, offset, { streamsOffset, end }) => {
    let inode = Inode.read(data, offset, streamsOffset);
    if (inode.linkId !== 0n) {
      if (inode.linkId > maxLinkId) { maxLinkId = inode.linkId; }
      inode = hardLinks.find(inode);
    }
    const name = nameAt(data, offset);
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
