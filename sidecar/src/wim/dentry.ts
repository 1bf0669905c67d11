/** The tree of an image: names in folders, and the files they are names of. */
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';
import { type Inode, isDirectory } from './inode.ts';
import { hasShortNameAt, shortNameOf } from './metadataFormat.ts';

const maxNameBytes = 0xfffe;

/** The bytes of an entry, with its stream entries. */
export interface RawEntry {
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

  /** Whether shortName is not empty, without making it. */
  get hasShortName(): boolean {
    return this.#shortName === undefined ? this.#raw !== undefined && hasShortNameAt(this.#raw.data, this.#raw.start) : this.#shortName.length > 0;
  }

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

/** Calls back for every entry below and including the given one, directories before what is in them. */
export function walk(dentry: Dentry, visit: (dentry: Dentry) => void): void {
  const pending = [dentry];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    visit(next);
    for (const child of next.hidden ?? []) { pending.push(child); }
    if (next.children !== undefined) {
      for (const child of next.children.values()) { pending.push(child); }
    }
  }
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
