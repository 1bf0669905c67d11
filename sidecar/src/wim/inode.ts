/** A file or folder of an image: what all its names share. */
import {
  align8, assignStreams, FileAttribute, hashesOf, type NamedStream, namesEnd, readStreamEntries, type Streams,
} from './metadataFormat.ts';
import { emptyHash } from './hash.ts';
import { IO_REPARSE_TAG_MOUNT_POINT, IO_REPARSE_TAG_SYMLINK } from './reparse.ts';

const noSecurityId = 0xffffffff;

/** Reparse tag, reserved word and flags of a reparse point. */
export interface Reparse {
  tag: number;
  reserved: number;
  flags: number;
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

  /** False where originalHashes() has surely none that begins with one of these four characters. */
  mayHaveReferredTo(beginnings: ReadonlySet<string>): boolean {
    if (this.#source === undefined) { return false; }
    const { data, offset } = this.#source;
    // With streams of its own it has more hashes than one.
    return data.readUInt16LE(offset + 0x60) > 0 || beginnings.has(data.toString('latin1', offset + 0x40, offset + 0x44));
  }

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

/** True for a directory proper, not for a junction or a directory symlink. @param file An inode, or an entry of one. */
export function isDirectory({ attributes }: Pick<Inode, 'attributes'>): boolean {
  return (attributes & (FileAttribute.Directory | FileAttribute.ReparsePoint)) === FileAttribute.Directory;
}

/** True for what a mount shows as a symbolic link: a symlink or a junction. */
export function isLink(inode: Inode): boolean {
  return inode.reparse !== undefined && (inode.reparse.tag === IO_REPARSE_TAG_SYMLINK || inode.reparse.tag === IO_REPARSE_TAG_MOUNT_POINT);
}

/** True for what a mount shows as a file. */
export function isRegularFile(inode: Inode): boolean {
  return (inode.attributes & FileAttribute.Directory) === 0 && !isLink(inode);
}
