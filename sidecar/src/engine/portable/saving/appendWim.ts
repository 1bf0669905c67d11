/** Appends images of WIM files to another one whose resources are compressed the same way: they are copied as they are. */
import type { OperationContext } from '../../../operationContext.ts';
import { type BlobEntry, serializeEntry } from '../../../wim/blobEntry.ts';
import { type AddedImage, addImagesOf } from '../../../wim/documentChange.ts';
import { hexHash, sha1 } from '../../../wim/hash.ts';
import { ResourceFlag, type ResourceHeader } from '../../../wim/header.ts';
import { parseMetadata } from '../../../wim/readMetadata.ts';
import { countReferences, type References } from '../../../wim/treeChange.ts';
import type { WimFile } from '../../../wim/wimFile.ts';
import { CompressionType } from '../../../wimlib/codec.ts';
import type { CommitJournal } from './commit.ts';
import { type EndCopier, type Grown, type GrowOptions, growWim, imageCountOf } from './growWim.ts';

/** Where images come from. */
export interface AppendSource {
  /** The file with their metadata and names. */
  readonly wim: WimFile;
  /** Other parts of it. All of them together may lack what the file has that they are appended to. */
  readonly otherParts: readonly WimFile[];
  readonly images: readonly AddedImage[];
}

/** Something stored, and the file that has it. */
interface Stored {
  readonly from: WimFile;
  readonly hash: string;
  readonly resource: ResourceHeader;
}

/** Whether resources of one file can stand in the other as they are. */
export async function canCopy(from: WimFile, to: WimFile): Promise<boolean> {
  const [own, other] = [from.header, to.header];
  return own.compressionType === other.compressionType && (own.compressionType === CompressionType.None || own.chunkSize === other.chunkSize)
    && !own.isPipable && !other.isPipable && !(await from.blobs()).hasSolidResources && !(await to.blobs()).hasSolidResources;
}

/** Copies what is stored, in the order in which it lies there; what lies side by side in one go. @returns Where each of it lies now, in that order. */
async function copyStored(copier: EndCopier, stored: readonly Stored[]): Promise<readonly { readonly hash: string; readonly resource: ResourceHeader }[]> {
  const order = stored.toSorted((a, b) => a.resource.offset - b.resource.offset);
  const copied: { hash: string; resource: ResourceHeader }[] = [];
  for (let at = 0; at < order.length;) {
    const first = order[at];
    if (first === undefined) { break; }
    const { from, resource: { offset: start } } = first;
    let [next, end] = [at, start];
    for (let entry = order[next]; entry?.resource.offset === end && entry.from === from; entry = order[next]) {
      end += entry.resource.sizeInWim;
      next++;
    }
    const moved = await copier.copy(from, start, end - start) - start;
    for (const { hash, resource } of order.slice(at, next)) { copied.push({ hash, resource: { ...resource, offset: resource.offset + moved } }); }
    at = next;
  }
  return copied;
}

/**
 * Solid resources of a file, and what is in them. libwim makes them of what it adds to a file that has some.
 * @returns Entries as BlobTable.entries() gives them.
 */
async function solidEntries({ wim }: AppendSource): Promise<readonly (BlobEntry & { readonly isResource: boolean })[]> {
  return [...(await wim.blobs()).entries()].filter(({ resource }) => (resource.flags & ResourceFlag.Solid) !== 0);
}

/** Reads the trees of the images. */
async function readImages({ wim, images }: AppendSource): Promise<{ readonly metadata: readonly Stored[]; readonly references: Map<string, References> }> {
  const blobs = await wim.blobs();
  const metadata: Stored[] = [];
  const references = new Map<string, References>();
  for (const { index } of images) {
    const [data, resource] = [await wim.metadata(index), blobs.imageMetadata(index)];
    if (data === undefined || resource === undefined) { throw wim.errors.damaged(`the file has no metadata for image ${index}`); }
    metadata.push({ from: wim, hash: sha1(data), resource });
    for (const [hash, { after }] of countReferences(parseMetadata(data))) {
      const known = references.get(hash);
      if (known === undefined) { references.set(hash, { before: 0, after }); } else { known.after += after; }
    }
  }
  return { metadata, references };
}

/** What the file lacks, and who has it, but for what is in solid resources. @throws DismError ERROR_FILE_CORRUPT: nobody has something. */
async function findWanted(
  to: WimFile, { wim, otherParts }: AppendSource, references: ReadonlyMap<string, References>,
): Promise<readonly (readonly Stored[])[]> {
  const table = await to.blobs();
  const wanted = new Set([...references.keys()].filter((hash) => table.find(hash) === undefined));
  const found: Stored[][] = [];
  for (const from of [wim, ...otherParts]) {
    const blobs = await from.blobs();
    const here: Stored[] = [];
    for (const hash of wanted) {
      const resource = blobs.find(hash);
      if (resource === undefined) { continue; }
      if ((resource.flags & ResourceFlag.Solid) === 0) { here.push({ from, hash, resource }); }
      wanted.delete(hash);
    }
    found.push(here);
  }
  const [missing] = wanted;
  if (missing !== undefined) { throw wim.errors.corrupt(`it lacks data that its images need (${hexHash(missing)})`); }
  return found;
}

/** What is copied for images: their trees, what the file lacks, and solid resources. */
interface Wanted {
  readonly metadata: readonly Stored[];
  readonly references: Map<string, References>;
  /** By the files that have it. */
  readonly found: readonly (readonly Stored[])[];
  readonly solid: Awaited<ReturnType<typeof solidEntries>>;
  /** Bytes of all of it. */
  readonly total: number;
}

async function wantedOf(to: WimFile, source: AppendSource): Promise<Wanted> {
  const { metadata, references } = await readImages(source);
  const found = await findWanted(to, source, references);
  const solid = await solidEntries(source);
  const resources = solid.filter(({ isResource }) => isResource);
  const total = [...found.flat(), ...metadata, ...resources].reduce((sum, { resource }) => sum + resource.sizeInWim, 0);
  return { metadata, references, found, solid, total };
}

/** Bytes that appendImages() would copy. @throws DismError as that does before it writes. */
export async function appendedBytes(to: WimFile, source: AppendSource): Promise<number> {
  return (await wantedOf(to, source)).total;
}

/**
 * Appends images to a file, which has to be open for writing and locked.
 * @param source canCopy() of each of its files; what was written to be appended to this file may have solid resources, too.
 * @returns The indexes of the new images, and as growWim().
 */
export async function appendImages(
  to: WimFile, source: AppendSource, { checkIntegrity, bootIndex, requireFree }: GrowOptions, journal: CommitJournal, context: OperationContext,
): Promise<Grown & { readonly imageIndexes: readonly number[] }> {
  const table = await to.blobs();
  const images = await imageCountOf(to);
  const { metadata, references, found, solid, total } = await wantedOf(to, source);
  const [document, otherDocument] = [await to.document(), await source.wim.document()];
  requireFree?.(total);
  const grown = await growWim(to, total, journal, context, async (copier) => {
    const added: BlobEntry[] = [];
    for (const part of found) {
      for (const entry of await copyStored(copier, part)) { added.push({ ...entry, referenceCount: references.get(entry.hash)?.after ?? 0 }); }
    }
    const run: Buffer[] = [];
    for (const { hash, resource, isResource } of solid) {
      const offset = isResource ? await copier.copy(source.wim, resource.offset, resource.sizeInWim) : resource.offset;
      run.push(serializeEntry({ hash, referenceCount: isResource ? 1 : references.get(hash)?.after ?? 0, resource: { ...resource, offset } }));
    }
    const trees: BlobEntry[] = [];
    for (const { from, hash, resource } of metadata) {
      trees.push({ hash, referenceCount: 1, resource: { ...resource, offset: await copier.copy(from, resource.offset, resource.sizeInWim) } });
    }
    const [first, ...others] = trees;
    const boot = bootIndex === undefined ? undefined : trees[bootIndex - images - 1]?.resource ?? table.imageMetadata(bootIndex);
    if (first === undefined) { throw new Error('there is no image to append'); }
    return {
      // The entries of metadata part a run of solid resources from one that the table may end with.
      table: Buffer.concat([table.changed(undefined, first, references, added), ...others.map(serializeEntry), ...run]),
      imageCount: images + trees.length, imageHash: first.hash, checkIntegrity, bootIndex,
      bootMetadata: boot ?? to.header.bootMetadata,
      document: (totalBytes) => addImagesOf(document, otherDocument, source.images, totalBytes, to.errors),
    };
  });
  return { ...grown, imageIndexes: source.images.map((_, at) => images + at + 1) };
}
