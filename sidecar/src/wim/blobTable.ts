/** The blob table of a WIM file (its "lookup table"): where each blob and each image's metadata lies. */
import type { FileErrors } from '../fileErrors.ts';
import { type BlobEntry, entryBytes, hashOffset, serializeEntry } from './blobEntry.ts';
import { HashIndex, viewOf } from './hashIndex.ts';
import { readResourceHeader, readSize, ResourceFlag, type ResourceHeader, writeResourceHeader } from './header.ts';
import type { SolidPlace } from './solid.ts';
import type { References } from './treeChange.ts';

/** `uncompressedSize` of an entry that stands for a whole solid resource rather than for a blob in it: 4 GiB. */
const solidResourceMagicHigh = 1;
const noResources: readonly ResourceHeader[] = [];

interface SolidRun {
  /** Offset of its first entry. */
  readonly first: number;
  readonly resources: ResourceHeader[];
}

/** The table as it is in the file. Its entries stay bytes until somebody asks: a large image has hundreds of thousands. */
export class BlobTable {
  readonly data: Buffer;
  readonly #metadata: number[] = [];
  #index: HashIndex | undefined;
  #runs: SolidRun[] | undefined;

  /** @throws DismError WIM_E_INVALID_CONTAINER: an entry has sizes that cannot be. */
  constructor(data: Buffer, errors: FileErrors) {
    this.data = data;
    for (let offset = 0; offset + entryBytes <= data.length; offset += entryBytes) {
      const flags = data[offset + 7] ?? 0;
      if ((flags & (ResourceFlag.Solid | ResourceFlag.Compressed)) === 0 && !this.#isPlain(offset)) {
        throw errors.damaged('its lookup table is damaged: the two sizes of a blob that is not compressed differ');
      }
      // Some tools of Microsoft leave the metadata of an image that was deleted, with no references.
      if ((flags & ResourceFlag.Metadata) !== 0 && data.readUInt32LE(offset + 26) > 0) { this.#metadata.push(offset); }
    }
  }

  /** Bytes in the file of everything that an image refers to, solid resources as a whole. */
  usedBytes(): number {
    let bytes = 0;
    for (let offset = 0; offset + entryBytes <= this.data.length; offset += entryBytes) {
      const { flags, sizeInWim, uncompressedSize } = readResourceHeader(this.data, offset);
      const isPart = (flags & ResourceFlag.Solid) !== 0 && uncompressedSize !== solidResourceMagicHigh * 2 ** 32;
      if (!isPart && this.data.readUInt32LE(offset + 26) > 0) { bytes += sizeInWim; }
    }
    return bytes;
  }

  /** SHA-1 of the metadata of each image, in the order of the images. */
  imageHashes(): string[] {
    return this.#metadata.map((offset) => this.#hash(offset));
  }

  /** Where the metadata of an image lie; undefined where there is no such image. */
  imageMetadata(imageIndex: number): ResourceHeader | undefined {
    const offset = this.#metadata[imageIndex - 1];
    return offset === undefined ? undefined : readResourceHeader(this.data, offset);
  }

  /** Where a blob lies; undefined where the file does not have it. */
  find(hash: string): ResourceHeader | undefined {
    const offset = this.#blobs().find(hash);
    return offset === undefined ? undefined : readResourceHeader(this.data, offset);
  }

  /** Where a blob of a solid resource lies; undefined where it is none. */
  solidPlace(hash: string): SolidPlace | undefined {
    const own = this.#blobs().find(hash);
    if (own === undefined || !this.#hasFlag(own, ResourceFlag.Solid)) { return undefined; }
    const { offset, sizeInWim } = readResourceHeader(this.data, own);
    return { resources: this.#solidRunOf(own), offset, size: sizeInWim };
  }

  /** The resources of the run that an entry belongs to: the last that begins before it. */
  #solidRunOf(own: number): readonly ResourceHeader[] {
    const runs = this.#solidRuns();
    let low = 0;
    for (let high = runs.length; low < high;) {
      const middle = (low + high) >>> 1;
      if ((runs[middle]?.first ?? Infinity) <= own) { low = middle + 1; } else { high = middle; }
    }
    return runs[low - 1]?.resources ?? noResources;
  }

  /** Solid entries beside each other make up a run, whose resources count as one. */
  #solidRuns(): readonly SolidRun[] {
    if (this.#runs === undefined) {
      this.#runs = [];
      for (let offset = 0, isInRun = false; offset + entryBytes <= this.data.length; offset += entryBytes) {
        const isSolid = this.#hasFlag(offset, ResourceFlag.Solid);
        if (isSolid && !isInRun) { this.#runs.push({ first: offset, resources: [] }); }
        if (this.#isSolidResource(offset)) { this.#runs.at(-1)?.resources.push(readResourceHeader(this.data, offset)); }
        isInRun = isSolid;
      }
    }
    return this.#runs;
  }

  /** Whether anything is packed into solid resources. The version of the file does not say: that of all LZMS files is the one of solid ones. */
  get hasSolidResources(): boolean {
    return this.#solidRuns().length > 0;
  }

  /** SHA-1 of all blobs, in the order of the table, in which those of one solid chunk lie side by side. */
  contentHashes(): string[] {
    const [index, view, found] = [this.#blobs(), viewOf(this.data), [] as string[]];
    for (let offset = 0; offset + entryBytes <= this.data.length; offset += entryBytes) {
      if (index.findAt(view, offset + hashOffset) === offset) { found.push(this.#hash(offset)); }
    }
    return found;
  }

  /** Bytes of the file that the entries refer to: of solid resources as a whole, and of each place once. */
  storedBytes(): number {
    const places = new Map<number, number>();
    for (let offset = 0; offset + entryBytes <= this.data.length; offset += entryBytes) {
      if (this.#hasFlag(offset, ResourceFlag.Solid) && !this.#isSolidResource(offset)) { continue; }
      if (this.#hasFlag(offset, ResourceFlag.Metadata) && this.data.readUInt32LE(offset + 26) === 0) { continue; }
      const resource = readResourceHeader(this.data, offset);
      places.set(resource.offset, resource.sizeInWim);
    }
    return [...places.values()].reduce((sum, size) => sum + size, 0);
  }

  /** All entries, metadata among them, in the order of the table. Of solid resources there are entries of the whole and of what is in them. */
  * resources(): Generator<ResourceHeader, undefined> {
    for (let offset = 0; offset + entryBytes <= this.data.length; offset += entryBytes) { yield readResourceHeader(this.data, offset); }
  }

  /**
   * All entries but those of metadata, in their order. Those of solid resources come in runs: first the resources, with `isResource`, then the blobs in
   * them, whose offsets are counted from the first byte of the first resource, uncompressed.
   */
  * entries(): Generator<BlobEntry & { readonly isResource: boolean }> {
    for (let offset = 0; offset + entryBytes <= this.data.length; offset += entryBytes) {
      if (this.#hasFlag(offset, ResourceFlag.Metadata)) { continue; }
      yield {
        resource: readResourceHeader(this.data, offset), referenceCount: this.data.readUInt32LE(offset + 26), hash: this.#hash(offset),
        isResource: this.#isSolidResource(offset),
      };
    }
  }

  /** Uncompressed bytes of a blob; 0 where the file does not have it. */
  sizeOf(hash: string): number {
    return this.findSize(hash) ?? 0;
  }

  /** Uncompressed bytes of a blob; undefined where the file does not have it. */
  findSize(hash: string): number | undefined {
    return this.#sizeOfEntry(this.#blobs().find(hash));
  }

  /** As findSize(), of a hash in other bytes. */
  findSizeAt(bytes: DataView, offset: number): number | undefined {
    return this.#sizeOfEntry(this.#blobs().findAt(bytes, offset));
  }

  #sizeOfEntry(offset: number | undefined): number | undefined {
    if (offset === undefined) { return undefined; }
    // A blob in a solid resource has no size in the file; its entry has the uncompressed one in that place.
    return this.#hasFlag(offset, ResourceFlag.Solid) ? readResourceHeader(this.data, offset).sizeInWim : readSize(this.data, offset + 16);
  }

  /**
   * The table after a change.
   * @param imageIndex Whose metadata are replaced; undefined: they are those of a new image.
   * @param references The blobs whose references change. A blob that nobody refers to any more is left out, but only
   * where its count was right before: some writers count differently, and a blob must not go while it is needed.
   * @param blobs New blobs, written behind the old ones; one that the table has already lies where the new entry says.
   */
  changed(
    imageIndex: number | undefined, metadata: BlobEntry, references: ReadonlyMap<string, References>, blobs: readonly BlobEntry[],
  ): Buffer {
    const { data, dropped } = this.#counted(references);
    const added: Buffer[] = [];
    for (const entry of blobs) {
      const bytes = serializeEntry(entry);
      const offset = this.#blobs().find(entry.hash);
      if (offset === undefined) {
        added.push(bytes);
      } else if (this.#hasFlag(offset, ResourceFlag.Solid)) {
        // In its place it would part a run of solid resources.
        data.copy(bytes, 26, offset + 26, offset + 30);
        added.push(bytes);
        dropped.push(offset);
      } else {
        bytes.copy(data, offset, 0, 24);
      }
    }
    const replaced = imageIndex === undefined ? undefined : this.#metadata[imageIndex - 1];
    if (replaced !== undefined) { serializeEntry(metadata).copy(data, replaced); }
    // Not one by one as arguments: there may be hundreds of thousands.
    const parts = [this.#without(data, dropped), Buffer.concat(added)];
    if (replaced === undefined) { parts.push(serializeEntry(metadata)); }
    return Buffer.concat(parts);
  }

  /**
   * The table without an image.
   * @param references How many entries of the image refer to each of its blobs, as `before`.
   * @param needed Blobs that other images have: they stay, whatever their counts say.
   */
  without(imageIndex: number, references: ReadonlyMap<string, References>, needed: ReadonlySet<string>): Buffer {
    const { data, dropped } = this.#counted(references);
    const gone = dropped.filter((offset) => {
      const isNeeded = needed.has(this.#hash(offset));
      if (isNeeded) { data.writeUInt32LE(1, offset + 26); }
      return !isNeeded;
    });
    const metadata = this.#metadata[imageIndex - 1];
    if (metadata !== undefined) {
      gone.push(metadata);
      // Where it has to stay it stands for nothing.
      data.writeUInt32LE(0, metadata + 26);
    }
    return this.#without(data, gone);
  }

  /** The table of a file in which everything from `floor` on lies `distance` bytes further behind. */
  moved(floor: number, distance: number): Buffer {
    const data = Buffer.from(this.data);
    for (let at = 0; at + entryBytes <= data.length; at += entryBytes) {
      // What is in a solid resource is counted from the beginning of that.
      if (this.#hasFlag(at, ResourceFlag.Solid) && !this.#isSolidResource(at)) { continue; }
      const resource = readResourceHeader(data, at);
      if (resource.offset >= floor) { writeResourceHeader({ ...resource, offset: resource.offset + distance }, data, at); }
    }
    return data;
  }

  /** A copy of the table with other counts, and the entries that nobody refers to any more. */
  #counted(references: ReadonlyMap<string, References>): { data: Buffer; dropped: number[] } {
    const data = Buffer.from(this.data);
    const dropped: number[] = [];
    for (const [hash, { before, after }] of references) {
      const offset = this.#blobs().find(hash);
      if (offset === undefined || before === after) { continue; }
      const old = data.readUInt32LE(offset + 26);
      const count = old < before ? Math.max(old, after) : old - before + after;
      if (count > 0) { data.writeUInt32LE(count, offset + 26); } else { dropped.push(offset); }
    }
    return { data, dropped };
  }

  /** A table without some of its entries, but for those that part runs of solid resources. */
  #without(data: Buffer, dropped: readonly number[]): Buffer {
    const parts: Buffer[] = [];
    let from = 0;
    for (const offset of dropped.toSorted((a, b) => a - b)) {
      if (this.#separatesRuns(offset)) { continue; }
      parts.push(data.subarray(from, offset));
      from = offset + entryBytes;
    }
    parts.push(data.subarray(from));
    return Buffer.concat(parts);
  }

  /** Both sizes are the same, as they are of what is not compressed. */
  #isPlain(offset: number): boolean {
    const { data } = this;
    return data.readUInt32LE(offset) === data.readUInt32LE(offset + 16)
      && data.readUIntLE(offset + 4, 3) === data.readUInt32LE(offset + 20);
  }

  #hash(offset: number): string {
    return this.data.toString('latin1', offset + hashOffset, offset + entryBytes);
  }

  #hasFlag(offset: number, flag: number): boolean {
    return ((this.data[offset + 7] ?? 0) & flag) !== 0;
  }

  /** Without an entry between them two runs of solid resources would become one. It stays then, with the bytes that nobody needs. */
  #separatesRuns(offset: number): boolean {
    return !this.#hasFlag(offset, ResourceFlag.Solid) && offset > 0 && this.#hasFlag(offset - entryBytes, ResourceFlag.Solid);
  }

  #isSolidResource(offset: number): boolean {
    return this.#hasFlag(offset, ResourceFlag.Solid)
      && this.data.readUInt32LE(offset + 16) === 0 && this.data.readUInt32LE(offset + 20) === solidResourceMagicHigh;
  }

  /** Blobs by hash, without metadata and without the entries that stand for whole solid resources. */
  #blobs(): HashIndex {
    if (this.#index === undefined) {
      const index = new HashIndex(this.data, hashOffset, this.data.length / entryBytes);
      for (let offset = 0; offset + entryBytes <= this.data.length; offset += entryBytes) {
        if (!this.#isSolidResource(offset) && !this.#hasFlag(offset, ResourceFlag.Metadata)) { index.add(offset); }
      }
      this.#index = index;
    }
    return this.#index;
  }
}
