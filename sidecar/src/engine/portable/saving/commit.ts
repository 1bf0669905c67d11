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
import { createHash } from 'node:crypto';
import { closeSync, constants, openSync, readFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { DismError } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import { type BlobEntry, BlobTable } from '../../../wim/blobTable.ts';
import {
  changedHeader, emptyResource, parseWimHeader, ResourceFlag, type ResourceHeader, WimFlag, type WimHeader, wimHeaderBytes,
} from '../../../wim/header.ts';
import { addImage, changeImage, changeTotalBytes, decodeXml, encodeXml, type StatisticsChange } from '../../../wim/imageXml.ts';
import { computeIntegrityTable, parseIntegrityTable, serializeIntegrityTable } from '../../../wim/integrity.ts';
import { emptyHash, hexHash, sha1 } from '../../../wim/hash.ts';
import {
  FileAttribute, type ImageTree, type Inode, isDirectory, parseMetadata, serializeMetadata, walk,
} from '../../../wim/metadata.ts';
import { linkTarget, maxReparseBytes, symlinkReparseData, WIM_RP_FLAG_NOT_FIXED } from '../../../wim/reparse.ts';
import { bufferSource, readResource, type ResourceSource, ResourceWriter } from '../../../wim/resource.ts';
import { type SolidPlace, SolidReader } from '../../../wim/solid.ts';
import { compareTree, countReferences, type References } from '../../../wim/treeChange.ts';
import type { OperationContext } from '../../../operationContext.ts';
import { type AppliedChanges, applyChanges, isLink } from './applyChanges.ts';
import { Breather } from '../../../breather.ts';
import { toFileTime } from '../../../fileTime.ts';
import { getAttribute } from '../../../platform/linux/attributes.ts';
import { tryLock } from '../../../platform/linux/locks.ts';
import { type UpperEntry, type UpperLayer, readUpperLayer } from './upperLayer.ts';

/** What to commit. */
export interface CommitRequest {
  readonly wimPath: string;
  readonly imageIndex: number;
  /** SHA-1 of the metadata that the image had when it was mounted, in hex: another one means that somebody changed it. */
  readonly imageHash: string;
  readonly upperPath: string;
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
}

export interface CommitResult {
  /** False: there was nothing to write, and the file is untouched. */
  readonly written: boolean;
  /** The image that holds the changes. */
  readonly imageIndex: number;
  /** SHA-1 of its metadata, in hex. */
  readonly imageHash: string;
  readonly warnings: readonly string[];
}

const readBytes = 1024 * 1024;
/** Files up to the first size are kept in memory between hashing and writing, up to the second in all. */
const keptFileBytes = 64 * 1024;
const keptTotalBytes = 64 * 1024 * 1024;

/** A WIM file that is open for an append. */
interface OpenWim {
  readonly file: FileHandle;
  readonly path: string;
  readonly header: WimHeader;
  readonly blobs: BlobTable;
  readonly size: number;
}

/** Opens the file for writing and locks it against wimlib and other commits, as wimlib does. */
async function openForAppend(request: CommitRequest): Promise<OpenWim> {
  const { wimPath: path } = request;
  const what = `Cannot save the image into "${path}"`;
  const file = await open(path, constants.O_RDWR | constants.O_NOFOLLOW);
  try {
    if (!tryLock(file.fd)) {
      throw new DismError(Hresult.ERROR_SHARING_VIOLATION, `${what}: another program is writing to it`, { target: path });
    }
    const raw = Buffer.alloc(wimHeaderBytes);
    const { bytesRead } = await file.read(raw, 0, wimHeaderBytes, 0);
    const header = parseWimHeader(raw.subarray(0, bytesRead), path);
    if (header.totalParts !== 1 || (header.flags & WimFlag.Spanned) !== 0) {
      throw new DismError(Hresult.WIM_E_SPLIT_NOT_MOUNTABLE, `${what}: it is part of a split WIM`, { target: path });
    }
    if ((header.flags & WimFlag.ReadOnly) !== 0) {
      throw new DismError(Hresult.WIM_E_CONTAINER_READONLY, `${what}: it is marked read-only`, { target: path });
    }
    const blobs = new BlobTable(await readResource(file, header, header.blobTable, path));
    const { size } = await file.stat();
    return { file, path, header, blobs, size };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** What the links of the image point to, as the mount shows them; needed only where the layer has links. */
async function readLinkTargets(wim: OpenWim, tree: ImageTree, layer: UpperLayer, mountPath: string): Promise<Map<Inode, string>> {
  const targets = new Map<Inode, string>();
  const hasLinks = (entry: UpperEntry): boolean => entry.kind === 'symlink' || entry.children.some(hasLinks);
  if (!hasLinks(layer.root)) { return targets; }
  const { file, header, path, blobs } = wim;
  const links: { readonly inode: Inode; readonly hash: string; readonly place: SolidPlace | undefined }[] = [];
  walk(tree.root, ({ inode }) => {
    const hash = isLink(inode) ? inode.reparseHash : undefined;
    if (hash !== undefined) { links.push({ inode, hash, place: blobs.solidPlace(hash) }); }
  });
  const solid = new SolidReader(file, path);
  for (const { inode, hash, place } of links.sort((a, b) => (a.place?.offset ?? 0) - (b.place?.offset ?? 0))) {
    const resource = blobs.find(hash);
    const data = place !== undefined ? await solid.read(place, maxReparseBytes)
      : resource !== undefined ? await readResource(file, header, resource, path) : undefined;
    if (data === undefined || inode.reparse === undefined) { continue; }
    const target = linkTarget(data, inode.reparse, mountPath);
    if (target !== undefined) { targets.set(inode, target); }
  }
  return targets;
}

/** A staged file as the source of a resource. */
function fileSource(path: string, size: number): ResourceSource {
  return {
    size,
    read: async (buffer, position) => {
      const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
      try {
        for (let done = 0; done < buffer.length;) {
          const { bytesRead } = await file.read(buffer, done, buffer.length - done, position + done);
          if (bytesRead === 0) { throw new Error(`the staged file "${path}" became shorter while it was read`); }
          done += bytesRead;
        }
      } finally {
        await file.close();
      }
    },
  };
}

/** Reads a file on the spot: small as it is, that takes less time than to wake another thread up for it. */
function readSmallFile(path: string): Buffer {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    return readFileSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** The new bytes of an image, by hash; those that the file has already are left out later. */
class NewBlobs {
  readonly sources = new Map<string, ResourceSource>();
  readonly #breather = new Breather();
  #kept = 0;

  /** Hashes bytes and remembers them. */
  addBuffer(data: Buffer): string {
    if (data.length === 0) { return emptyHash; }
    const hash = sha1(data);
    this.sources.set(hash, bufferSource(data));
    return hash;
  }

  /** Hashes a staged file and remembers where it is. */
  async addFile(entry: UpperEntry, onBytes: (bytes: number) => void, signal: AbortSignal): Promise<string> {
    const size = Number(entry.stat.size);
    if (size === 0) { return emptyHash; }
    if (size <= keptFileBytes && this.#kept + size <= keptTotalBytes) {
      await this.#breather.breathe(signal);
      const data = readSmallFile(entry.path);
      if (data.length !== size) { throw new Error(`the staged file "${entry.path}" changed while it was read`); }
      this.#kept += size;
      onBytes(size);
      return this.addBuffer(data);
    }
    const source = fileSource(entry.path, size);
    const hash = createHash('sha1');
    const buffer = Buffer.allocUnsafe(readBytes);
    for (let position = 0; position < size; position += readBytes) {
      signal.throwIfAborted();
      const block = buffer.subarray(0, Math.min(readBytes, size - position));
      await source.read(block, position);
      hash.update(block);
      onBytes(block.length);
    }
    const digest = hash.digest('binary');
    this.sources.set(digest, source);
    return digest;
  }
}

/** Sets the hashes of everything that changed, and gathers the bytes they stand for. */
async function gatherBlobs(
  changes: AppliedChanges, request: CommitRequest, tree: ImageTree, streamsShown: boolean, context: OperationContext,
): Promise<NewBlobs> {
  const blobs = new NewBlobs();
  const total = changes.contents.reduce((sum, { entry }) => sum + Number(entry.stat.size), 0);
  let done = 0;
  const onBytes = (bytes: number): void => {
    done += bytes;
    context.progress('Collecting changes', Math.min(done, total), total);
  };
  for (const { entry, inode } of changes.contents) {
    const hash = await blobs.addFile(entry, onBytes, context.signal);
    if (hash === inode.dataHash) { continue; }
    inode.dataHash = hash;
    // Bytes that were written through the mount are plain ones: no EFS data, no placeholder of a filter driver.
    inode.attributes &= ~(FileAttribute.Encrypted | FileAttribute.ReparsePoint);
    inode.reparse = undefined;
    inode.reparseHash = undefined;
    if (inode.attributes === 0) { inode.attributes = FileAttribute.Normal; }
    inode.changed = true;
  }
  for (const { entry, inode, isCopy } of changes.streams) {
    for (const name of entry.streamNames) {
      const hash = blobs.addBuffer(getAttribute(entry.path, `user.${name}`));
      const stream = inode.named.find((candidate) => candidate.name === name);
      if (stream === undefined) {
        inode.named.push({ name, hash });
        inode.changed = true;
      } else if (stream.hash !== hash) {
        stream.hash = hash;
        inode.changed = true;
      }
    }
    if (isCopy && streamsShown && inode.named.some(({ name }) => !entry.streamNames.includes(name))) {
      inode.named = inode.named.filter(({ name }) => entry.streamNames.includes(name));
      inode.changed = true;
    }
  }
  for (const { entry, inode } of changes.links) { addLink(blobs, entry, inode, tree, request.mountPath); }
  return blobs;
}

/** Makes the reparse data of a new symbolic link. One to a path in the mount means that path in the image. */
function addLink(blobs: NewBlobs, entry: UpperEntry, inode: Inode, tree: ImageTree, mountPath: string): void {
  const shown = entry.linkTarget ?? '';
  const inMount = shown === mountPath || shown.startsWith(`${mountPath}/`);
  const target = inMount ? shown.slice(mountPath.length) || '/' : shown;
  const data = symlinkReparseData(target);
  if (data === undefined) {
    throw new DismError(Hresult.E_INVALIDARG, `Cannot store the symbolic link "${entry.imagePath}": its target is too long`, { target: entry.imagePath });
  }
  inode.reparseHash = blobs.addBuffer(data);
  if (inode.reparse !== undefined) {
    inode.reparse.flags = inMount || !target.startsWith('/') ? 0 : WIM_RP_FLAG_NOT_FIXED;
  }
  // Windows has two kinds of links, and one to a folder that is not marked as such does not work.
  const base = target.startsWith('/') ? [] : entry.imagePath.split('/').slice(0, -1);
  const path: string[] = [];
  for (const part of [...base, ...target.split('/')]) {
    if (part === '..') { path.pop(); } else if (part !== '' && part !== '.') { path.push(part); }
  }
  let found = tree.root;
  for (const name of path) {
    const child = found.children?.get(name);
    if (child === undefined) { return; }
    found = child;
  }
  if (isDirectory(found.inode)) { inode.attributes |= FileAttribute.Directory; }
}

/** Appends the bytes that the file does not have yet. */
async function appendBlobs(
  writer: ResourceWriter, wim: OpenWim, blobs: NewBlobs, references: ReadonlyMap<string, References>, context: OperationContext,
): Promise<BlobEntry[]> {
  const wanted = [...blobs.sources].filter(([hash]) => wim.blobs.find(hash) === undefined && (references.get(hash)?.after ?? 0) > 0);
  const total = wanted.reduce((sum, [, source]) => sum + source.size, 0);
  let done = 0;
  context.progress('Writing', 0, total);
  const headers = await writer.appendAll(wanted.map(([, source]) => ({ source, flags: 0 })), (bytes) => {
    done += bytes;
    context.progress('Writing', done, total);
  });
  return headers.map((resource, index) => {
    const hash = wanted[index]?.[0] ?? emptyHash;
    return { resource, referenceCount: references.get(hash)?.after ?? 0, hash };
  });
}

/** Reads the old integrity table, where there is one that can be continued. */
async function oldIntegrity(wim: OpenWim) {
  const { header } = wim;
  if (header.integrityTable.offset === 0) { return undefined; }
  const table = parseIntegrityTable(await readResource(wim.file, header, header.integrityTable, wim.path));
  return table === undefined ? undefined : { table, end: header.blobTable.offset + header.blobTable.sizeInWim };
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
  const layer = await readUpperLayer(request.upperPath, signal);
  const wim = await openForAppend(request);
  try {
    const images = wim.blobs.imageHashes();
    const image = wim.blobs.imageMetadata(request.imageIndex);
    if (image === undefined || hexHash(images[request.imageIndex - 1] ?? '') !== request.imageHash) {
      throw new DismError(Hresult.WIM_E_CHANGED_COMMIT_REFUSED,
        `Cannot save the image into "${wim.path}": image ${request.imageIndex} was changed by somebody else after it was mounted`, { target: wim.path });
    }
    const needsIntegrity = request.checkIntegrity && wim.header.integrityTable.offset === 0;
    const unchanged: CommitResult = { written: false, imageIndex: request.imageIndex, imageHash: request.imageHash, warnings: [] };
    if (layer.entryCount === 0 && !request.append && !needsIntegrity) { return unchanged; }
    const tree = parseMetadata(await readResource(wim.file, wim.header, image, wim.path));
    const changes = await applyChanges(tree, layer, await readLinkTargets(wim, tree, layer, request.mountPath), signal);
    const blobs = await gatherBlobs(changes, request, tree, streamsShown, context);
    const change = compareTree(tree, (hash) => blobs.sources.get(hash)?.size ?? wim.blobs.sizeOf(hash));
    // A new image refers to all that it holds, a changed one to more or less than before.
    const references = request.append ? countReferences(tree) : change.references;
    const metadata = serializeMetadata(tree);
    const imageHash = sha1(metadata);
    await journal.started({ oldSize: wim.size, oldHeaderHash: hexHash(sha1(wim.header.raw)) });
    const imageIndex = request.append ? images.length + 1 : request.imageIndex;
    const writer = new ResourceWriter(wim.file, wim.header, wim.size, signal);
    const point = { passed: false };
    try {
      const added = await appendBlobs(writer, wim, blobs, references, context);
      context.progress('Writing metadata', 0, metadata.length);
      const metadataResource = await writer.append(bufferSource(metadata), ResourceFlag.Metadata, undefined);
      context.progress('Writing metadata', metadata.length, metadata.length);
      const table = wim.blobs.changed(request.append ? undefined : imageIndex,
        { resource: metadataResource, referenceCount: 1, hash: imageHash }, references, added);
      const statistics = { ...change, modified: toFileTime(BigInt(Date.now()) * 1_000_000n) };
      const imageCount = request.append ? images.length + 1 : images.length;
      await finish(wim, writer, request, { table, imageCount, imageIndex, statistics, metadataResource, imageHash }, journal, context, point);
    } catch (error) {
      // Once the new header may be there, what it refers to has to stay.
      if (!point.passed) { await wim.file.truncate(wim.size); }
      throw error;
    } finally {
      writer.close();
    }
    return { written: true, imageIndex, imageHash: hexHash(imageHash), warnings: changes.warnings };
  } finally {
    await wim.file.close();
  }
}

/** Writes the tables and the document, flushes, and replaces the header. */
async function finish(
  wim: OpenWim, writer: ResourceWriter, request: CommitRequest,
  image: {
    readonly table: Buffer; readonly imageCount: number; readonly imageIndex: number; readonly statistics: StatisticsChange;
    readonly metadataResource: ResourceHeader; readonly imageHash: string;
  },
  journal: CommitJournal, context: OperationContext, point: { passed: boolean },
): Promise<void> {
  const { file, header } = wim;
  const blobTable = await writer.appendPlain(image.table, ResourceFlag.Metadata);
  const blobTableEnd = writer.position;
  const oldXml = decodeXml(await readResource(file, header, header.xml, wim.path));
  const changedXml = request.append
    ? addImage(oldXml, request.imageIndex, image.imageIndex, image.statistics)
    : changeImage(oldXml, image.imageIndex, image.statistics);
  const xml = await writer.appendPlain(encodeXml(changeTotalBytes(changedXml, blobTableEnd)), ResourceFlag.Metadata);
  let integrityTable = emptyResource;
  if (request.checkIntegrity || header.integrityTable.offset !== 0) {
    const table = await computeIntegrityTable(file, blobTableEnd, await oldIntegrity(wim), context.signal,
      (done, total) => { context.progress('Calculating integrity', done, total); });
    integrityTable = await writer.appendPlain(serializeIntegrityTable(table), 0);
  }
  context.progress('Finishing', 0, 0);
  const newHeader = changedHeader(header, {
    imageCount: image.imageCount,
    blobTable,
    xml,
    integrityTable,
    bootMetadata: header.bootIndex === image.imageIndex ? image.metadataResource : header.bootMetadata,
  });
  await file.truncate(writer.position);
  await file.sync();
  await journal.finishing(hexHash(sha1(newHeader)), hexHash(image.imageHash));
  // The last moment to stop: from here on the file is the new one.
  context.signal.throwIfAborted();
  point.passed = true;
  await file.write(newHeader, 0, newHeader.length, 0);
  await file.sync();
}
