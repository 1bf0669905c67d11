/**
 * Appends the image of a WIM file to another one, in the way of a commit: everything new is written behind the end, flushed, and then the header is
 * replaced in one write. libwim's own way writes the header before what it refers to is surely on the disk.
 */
import type { OperationContext } from '../../../operationContext.ts';
import { type BlobEntry, serializeEntry } from '../../../wim/blobTable.ts';
import { addImageOf } from '../../../wim/documentChange.ts';
import { hexHash, sha1 } from '../../../wim/hash.ts';
import { ResourceFlag, type ResourceHeader } from '../../../wim/header.ts';
import { parseMetadata } from '../../../wim/readMetadata.ts';
import { readFully } from '../../../wim/resourceReader.ts';
import { ResourceWriter } from '../../../wim/resourceWriter.ts';
import { countReferences } from '../../../wim/treeChange.ts';
import type { WimFile } from '../../../wim/wimFile.ts';
import type { CommitJournal } from './commit.ts';
import { finish } from './writeImage.ts';

/** What is copied at once. */
const copyBytes = 4 * 1024 * 1024;

/** How the file is to be afterwards. */
export interface AppendOptions {
  readonly checkIntegrity: boolean;
  /** Make the new image the one that the file boots. */
  readonly bootable: boolean;
}

/** Resources of one file, copied as they are to the end of another. */
class ResourceCopier {
  readonly #from: WimFile;
  readonly #to: WimFile;
  readonly #context: OperationContext;
  readonly #total: number;
  #done = 0;
  position: number;

  constructor(from: WimFile, to: WimFile, total: number, context: OperationContext) {
    this.#from = from;
    this.#to = to;
    this.#total = total;
    this.#context = context;
    this.position = to.size;
  }

  /** @returns Where it lies now. */
  async copy(resource: ResourceHeader): Promise<ResourceHeader> {
    const { sizeInWim } = resource;
    const offset = this.position;
    const buffer = Buffer.allocUnsafe(Math.min(sizeInWim, copyBytes));
    for (let done = 0; done < sizeInWim;) {
      this.#context.signal.throwIfAborted();
      const block = buffer.subarray(0, Math.min(copyBytes, sizeInWim - done));
      await readFully(this.#from, block, resource.offset + done);
      for (let written = 0; written < block.length;) {
        written += (await this.#to.handle.write(block, written, block.length - written, offset + done + written)).bytesWritten;
      }
      done += block.length;
      this.#done += block.length;
      this.#context.progress('Writing', this.#done, this.#total, 'bytes');
    }
    this.position = offset + sizeInWim;
    return { ...resource, offset };
  }
}

/** Whether the write of the new header, which failed, has changed nothing. */
async function hasOldHeader({ handle, header }: WimFile): Promise<boolean> {
  const now = Buffer.alloc(header.raw.length);
  const { bytesRead } = await handle.read(now, 0, now.length, 0);
  return bytesRead === now.length && now.equals(header.raw);
}

/**
 * Appends the one image of a file to another, which has to be open for writing and locked.
 * @param from Compressed as `to` is, in chunks of the same size. It may lack data that `to` has.
 * @returns The index of the new image, and sentences for the user. Whatever it throws, `to` holds what it held, byte for byte.
 */
export async function appendWim(
  to: WimFile, from: WimFile, { checkIntegrity, bootable }: AppendOptions, journal: CommitJournal, context: OperationContext,
): Promise<{ readonly imageIndex: number; readonly warnings: readonly string[] }> {
  const table = await to.blobs();
  const own = await from.blobs();
  const [metadata, place] = [await from.metadata(1), own.imageMetadata(1)];
  if (metadata === undefined || place === undefined) { throw new Error(`"${from.path}" has no image`); }
  const tree = parseMetadata(metadata);
  const references = countReferences(tree);
  for (const hash of references.keys()) {
    if (own.find(hash) === undefined && table.find(hash) === undefined) { throw to.errors.corrupt(`it lacks data that it had a moment ago (${hexHash(hash)})`); }
  }
  const images = table.imageHashes().length;
  if (images !== to.header.imageCount) {
    throw to.errors.damaged(`its header counts ${to.header.imageCount} images, its blob table ${images}, so none can be added`);
  }
  const [document, otherDocument] = [await to.document(), await from.document()];
  const wanted = [...own.entries()].filter(({ hash, isResource }) => isResource || table.find(hash) === undefined);
  const isSolid = ({ resource }: BlobEntry): boolean => (resource.flags & ResourceFlag.Solid) !== 0;
  const total = wanted.reduce((sum, entry) => sum + (isSolid(entry) && !entry.isResource ? 0 : entry.resource.sizeInWim), place.sizeInWim);
  const imageIndex = images + 1;
  const imageHash = sha1(metadata);
  const warnings: string[] = [];
  const point = { passed: false };
  await journal.started({ oldSize: to.size, oldHeaderHash: hexHash(sha1(to.header.raw)) });
  try {
    const copier = new ResourceCopier(from, to, total, context);
    const added: BlobEntry[] = [];
    const run: Buffer[] = [];
    for (const entry of wanted) {
      const resource = isSolid(entry) && !entry.isResource ? entry.resource : await copier.copy(entry.resource);
      const placed = { resource, hash: entry.hash, referenceCount: entry.isResource ? 1 : references.get(entry.hash)?.after ?? 0 };
      if (isSolid(entry)) { run.push(serializeEntry(placed)); } else { added.push(placed); }
    }
    const metadataResource = await copier.copy(place);
    const writer = new ResourceWriter(to.handle, to.header, copier.position, context.signal);
    try {
      await finish(to, writer, {
        // The entry of the metadata parts a run of solid resources from one that the table may end with.
        table: Buffer.concat([table.changed(undefined, { resource: metadataResource, referenceCount: 1, hash: imageHash }, references, added), ...run]),
        imageCount: imageIndex, imageHash, checkIntegrity,
        bootIndex: bootable ? imageIndex : undefined,
        bootMetadata: bootable ? metadataResource : to.header.bootMetadata,
        document: (totalBytes) => addImageOf(document, otherDocument, 1, totalBytes, to.errors),
      }, journal, context, point, warnings);
    } finally {
      await writer.close();
    }
  } catch (error) {
    // Once the new header is there, what it refers to has to stay.
    if (!point.passed || await hasOldHeader(to)) { await to.handle.truncate(to.size); }
    throw error;
  }
  return { imageIndex, warnings };
}
