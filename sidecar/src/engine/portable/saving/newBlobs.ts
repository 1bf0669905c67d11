/** Gathers the bytes that changes bring along, and tells the tree their hashes. */
import { createHash } from 'node:crypto';
import { constants, openSync, readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { Breather } from '../../../breather.ts';
import { release, releaseFile } from '../../../closing.ts';
import { DismError } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import type { OperationContext } from '../../../operationContext.ts';
import { atDescriptorPath } from '../../../systemErrors.ts';
import { getAttribute } from '../../../platform/linux/attributes.ts';
import type { BlobTable } from '../../../wim/blobTable.ts';
import type { ImageTree } from '../../../wim/dentry.ts';
import { emptyHash, sha1 } from '../../../wim/hash.ts';
import { type Inode, isDirectory } from '../../../wim/inode.ts';
import { FileAttribute } from '../../../wim/metadataFormat.ts';
import { symlinkReparseData, WIM_RP_FLAG_NOT_FIXED } from '../../../wim/reparse.ts';
import { bufferSource, type ResourceSource, type ResourceWriter } from '../../../wim/resourceWriter.ts';
import type { AppliedChanges } from './applyChanges.ts';
import { targetInImage } from './linkTargets.ts';
import type { UpperEntry } from './upperLayer.ts';

const readBytes = 1024 * 1024;
/** Files up to the first size are kept in memory between hashing and writing, with what is made of them, up to the second in all. */
const keptFileBytes = 64 * 1024;
const keptTotalBytes = 32 * 1024 * 1024;

/** Nobody but a program that writes into the state directory itself, or into what is put into an image, can do this. */
function changedMeanwhile(path: string): DismError {
  return new DismError(Hresult.ERROR_SHARING_VIOLATION, `Cannot read "${path}": it was changed while it was read`, { target: path });
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
          if (bytesRead === 0) { throw changedMeanwhile(path); }
          done += bytesRead;
        }
      } catch (error) {
        throw atDescriptorPath(error, path);
      } finally {
        await releaseFile(file);
      }
    },
  };
}

/** Reads a file on the spot: small as it is, that takes less time than to wake another thread up for it. */
function readSmallFile(path: string): Buffer {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    return readFileSync(descriptor);
  } catch (error) {
    throw atDescriptorPath(error, path);
  } finally {
    release(descriptor);
  }
}

/** The new bytes of an image, by hash; those that the file has already are left out later. */
export class NewBlobs {
  readonly sources = new Map<string, ResourceSource>();
  readonly #table: BlobTable;
  readonly #writer: ResourceWriter;
  readonly #breather = new Breather();
  #kept = 0;

  /** @param writer Compresses what is small and new while the next files are read. */
  constructor(table: BlobTable, writer: ResourceWriter) {
    this.#table = table;
    this.#writer = writer;
  }

  /** Hashes bytes and remembers them. */
  addBuffer(data: Buffer): string {
    if (data.length === 0) { return emptyHash; }
    const hash = sha1(data);
    if (this.sources.has(hash)) { return hash; }
    const stored = this.#writer.isSmall(data.length) && this.#table.find(hash) === undefined ? this.#writer.prepare(data) : undefined;
    // Whoever appends it sees the error.
    stored?.catch(() => undefined);
    this.sources.set(hash, bufferSource(data, stored));
    return hash;
  }

  /** Hashes a staged file and remembers where it is. */
  async addFile(entry: UpperEntry, onBytes: (bytes: number) => void, signal: AbortSignal): Promise<string> {
    const size = Number(entry.stat.size);
    if (size === 0) { return emptyHash; }
    if (size <= keptFileBytes && this.#kept + size <= keptTotalBytes) {
      await this.#breather.breathe(signal);
      const data = readSmallFile(entry.path);
      if (data.length !== size) { throw changedMeanwhile(entry.path); }
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
export async function gatherBlobs(
  changes: AppliedChanges, blobs: NewBlobs, mountPath: string, tree: ImageTree, streamsShown: boolean, context: OperationContext,
): Promise<void> {
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
  for (const { entry, inode } of changes.links) { addLink(blobs, entry, inode, tree, mountPath); }
}

/** Makes the reparse data of a new symbolic link. */
function addLink(blobs: NewBlobs, entry: UpperEntry, inode: Inode, tree: ImageTree, mountPath: string): void {
  const { target, inMount } = targetInImage(entry.linkTarget ?? '', mountPath);
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
