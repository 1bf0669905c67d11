/**
 * Writes the staged changes of a mount into its WIM file.
 *
 * Everything new is appended behind the end of the file: the blobs, the image's metadata, a new blob table, XML
 * document and integrity table. Then the file is flushed to the disk, and only then its 208-byte header is replaced in
 * one write, which is the moment of the commit: before it the file is the old one with unused bytes behind its end,
 * after it the new one. libwim cannot be used for this: it drops the short names of renamed files, has no way to give
 * a changed file the metadata of the old one but through a writable FUSE mount, cannot be cancelled there, and does not
 * flush before it writes the header.
 */
import { Hresult } from '../../../hresult.ts';
import { toFileTime } from '../../../fileTime.ts';
import type { OperationContext } from '../../../operationContext.ts';
import { tryLock } from '../../../platform/linux/locks.ts';
import type { ImageTree } from '../../../wim/dentry.ts';
import { addImage, changeImage } from '../../../wim/documentChange.ts';
import { hexHash, sha1 } from '../../../wim/hash.ts';
import { ResourceFlag } from '../../../wim/header.ts';
import { parseMetadata } from '../../../wim/readMetadata.ts';
import { bufferSource, ResourceWriter } from '../../../wim/resourceWriter.ts';
import { compareTree, countReferences } from '../../../wim/treeChange.ts';
import { WimFile } from '../../../wim/wimFile.ts';
import { serializeMetadata } from '../../../wim/writeMetadata.ts';
import { applyChanges } from './applyChanges.ts';
import { readLinkTargets } from './linkTargets.ts';
import { gatherBlobs, NewBlobs } from './newBlobs.ts';
import { readUpperLayer, type UpperLayer } from './upperLayer.ts';
import { appendBlobs, findDamaged, finish } from './writeImage.ts';

/** What to commit. */
export interface CommitRequest {
  readonly wimPath: string;
  readonly imageIndex: number;
  /** SHA-1 of the metadata that the image had when it was mounted, in hex: another one means that somebody changed it. */
  readonly imageHash: string;
  readonly upperPath: string;
  /** What is to be committed, where that is no upper directory. */
  readonly layer?: UpperLayer | undefined;
  readonly mountPath: string;
  readonly append: boolean;
  readonly checkIntegrity: boolean;
}

/** What is known before the first byte is written: enough to undo an interrupted commit. */
export interface CommitStart {
  readonly oldSize: number;
  /** SHA-1 of the old header, in hex. */
  readonly oldHeaderHash: string;
}

/** Told to the caller, who writes it down durably before the commit goes on. */
export interface CommitJournal {
  started(start: CommitStart): Promise<void>;
  /** The header with this SHA-1, in hex, is written next. */
  finishing(newHeaderHash: string, newImageHash: string): Promise<void>;
  /** The commit failed, and the file is the old one again. */
  undone?(): void;
}

export interface CommitResult {
  /** False: there was nothing to write, and the file is untouched. */
  readonly written: boolean;
  /** The image that holds the changes. */
  readonly imageIndex: number;
  /** SHA-1 of its metadata, in hex. */
  readonly imageHash: string;
  /** Of the file. */
  readonly sizeBytes: number;
  readonly warnings: readonly string[];
}

/** Opens the file for writing and locks it against wimlib and other commits, as wimlib does. */
async function openForAppend(path: string): Promise<WimFile> {
  const wim = await WimFile.open(path, {
    what: `Cannot save the image into "${path}"`, forWriting: true,
    prepare: (handle, errors) => {
      if (!tryLock(handle.fd, path)) { throw errors.make(Hresult.ERROR_SHARING_VIOLATION, 'another program is writing to it'); }
    },
  });
  try {
    wim.requireChangeable();
    return wim;
  } catch (error) {
    await wim.close();
    throw error;
  }
}

/**
 * Commits. The upper directory must not change meanwhile.
 * @throws DismError WIM_E_CHANGED_COMMIT_REFUSED: the image is not the one that was mounted; ERROR_DISK_FULL and the
 * other system errors by way of the caller. Whatever it throws, the file holds what it held, byte for byte.
 */
export async function commitChanges(
  request: CommitRequest, streamsShown: boolean, journal: CommitJournal, context: OperationContext,
): Promise<CommitResult> {
  const { signal } = context;
  context.progress('Collecting changes', 0, 0);
  const layer = request.layer ?? await readUpperLayer(request.upperPath, signal);
  const wim = await openForAppend(request.wimPath);
  try {
    const blobTable = await wim.blobs();
    const images = blobTable.imageHashes();
    const image = await wim.metadata(request.imageIndex);
    if (image === undefined || hexHash(images[request.imageIndex - 1] ?? '') !== request.imageHash) {
      throw wim.errors.make(Hresult.WIM_E_CHANGED_COMMIT_REFUSED, `image ${request.imageIndex} was changed by somebody else after it was mounted`);
    }
    const needsIntegrity = request.checkIntegrity && wim.header.integrityTable.offset === 0;
    const unchanged: CommitResult = { written: false, imageIndex: request.imageIndex, imageHash: request.imageHash, sizeBytes: wim.size, warnings: [] };
    if (layer.entryCount === 0 && !request.append && !needsIntegrity) { return unchanged; }
    const tree = parseMetadata(image);
    const writer = new ResourceWriter(wim.handle, wim.header, wim.size, signal);
    // It gets to the disk while the changes are gathered.
    const noted = journal.started({ oldSize: wim.size, oldHeaderHash: hexHash(sha1(wim.header.raw)) });
    noted.catch(() => undefined);
    try {
      return await saveTree(wim, tree, layer, writer, request, streamsShown, noted, journal, context);
    } finally {
      // Whoever settles the save now must not be overtaken by its beginning.
      await noted.catch(() => undefined);
      await writer.close();
    }
  } finally {
    await wim.close();
  }
}

/** A save that adds no image leaves the count as it is, whatever the file holds beside its images. @throws DismError WIM_E_INVALID_CONTAINER. */
function countAfter({ header, errors }: WimFile, metadataCount: number, isAppended: boolean): number {
  if (!isAppended) { return header.imageCount; }
  if (metadataCount !== header.imageCount) {
    throw errors.damaged(`its header counts ${header.imageCount} images, its blob table ${metadataCount}, so none can be added`);
  }
  return header.imageCount + 1;
}

/** Brings the layer into the tree and the tree into the file. @param noted Is done once the journal says that the save has begun. */
async function saveTree(
  wim: WimFile, tree: ImageTree, layer: UpperLayer, writer: ResourceWriter,
  request: CommitRequest, streamsShown: boolean, noted: Promise<void>, journal: CommitJournal, context: OperationContext,
): Promise<CommitResult> {
  const blobTable = await wim.blobs();
  const changes = await applyChanges(tree, layer, await readLinkTargets(wim, tree, layer, request.mountPath), context.signal);
  const blobs = new NewBlobs(blobTable, writer);
  await gatherBlobs(changes, blobs, request.mountPath, tree, streamsShown, context);
  const damaged = await findDamaged(wim, blobTable, blobs, context.signal);
  if (damaged.size > 0) {
    changes.warnings.push(`"${wim.path}" held ${damaged.size === 1 ? 'content that was' : `${damaged.size} contents that were`} damaged; what was written into the mount takes the place`);
  }
  const change = compareTree(tree, (hash) => blobs.sources.get(hash)?.size ?? blobTable.sizeOf(hash));
  // A new image refers to all that it holds, a changed one to more or less than before.
  const references = request.append ? countReferences(tree) : change.references;
  const metadata = serializeMetadata(tree);
  const imageHash = sha1(metadata);
  await noted;
  const imageCount = countAfter(wim, blobTable.imageHashes().length, request.append);
  const imageIndex = request.append ? imageCount : request.imageIndex;
  const point = { passed: false };
  try {
    const added = await appendBlobs(writer, blobTable, blobs, damaged, references, context);
    context.progress('Writing metadata', 0, metadata.length);
    const metadataResource = await writer.append(bufferSource(metadata), ResourceFlag.Metadata, undefined);
    context.progress('Writing metadata', metadata.length, metadata.length);
    const table = blobTable.changed(request.append ? undefined : imageIndex,
      { resource: metadataResource, referenceCount: 1, hash: imageHash }, references, added);
    const statistics = { ...change, modified: toFileTime(BigInt(Date.now()) * 1_000_000n) };
    const document = await wim.document();
    await finish(wim, writer, {
      table, imageCount, imageHash, checkIntegrity: request.checkIntegrity,
      bootMetadata: wim.header.bootIndex === imageIndex ? metadataResource : wim.header.bootMetadata,
      document: (totalBytes) => (request.append ? addImage : changeImage)(document, request.imageIndex, statistics, totalBytes, wim.errors),
    }, journal, context, point, changes.warnings);
  } catch (error) {
    // Once the new header may be there, what it refers to has to stay.
    if (!point.passed) { await wim.handle.truncate(wim.size); }
    throw error;
  }
  return { written: true, imageIndex, imageHash: hexHash(imageHash), sizeBytes: writer.position, warnings: changes.warnings };
}
