/**
 * A WIM file (also a part of a split one, an ESD, a pipable WIM) that is open: opened once, and everything that is asked
 * of it is read through the same descriptor, so that all answers are of the same file.
 */
import type { Stats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { releaseFile } from '../closing.ts';
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';
import { foreignMountError } from '../platform/linux/foreignMounts.ts';
import { BlobTable } from './blobTable.ts';
import { FileErrors } from '../fileErrors.ts';
import { emptyHash } from './hash.ts';
import { integrityTrouble, parseWimHeader, ResourceFlag, type ResourceHeader, WimFlag, type WimHeader, wimVersionSolid } from './header.ts';
import type { ImageTree } from './dentry.ts';
import type { Inode } from './inode.ts';
import { damagedMetadata } from './metadataFormat.ts';
import { checkTree, forEachFile, forEachMet, type MetEntry, parseMetadata } from './readMetadata.ts';
import { chooseImage, type ImageChoice } from './imageChoice.ts';
import { imageName, maxXmlBytes, parseDocument, type WimDocument } from './imageXml.ts';
import { integrityEnd, verifyIntegrity } from './integrity.ts';
import { openRegularFile, type OpenOptions, readHeader } from './opening.ts';
import { type ReadableFile, readResource } from './resourceReader.ts';
import { readRuns } from './resourceRuns.ts';
import { SolidReader } from './solid.ts';

/** What is read at once of a large blob in solid resources: a chunk of those that Microsoft makes. */
const solidRunBytes = 64 * 1024 * 1024;

/** How a file looked when it was read; another look means that it may have changed. */
export interface FileSignature {
  readonly size: number;
  readonly modifiedMs: number;
  readonly inode: string;
  readonly device: string;
}

export function signatureOf({ size, mtimeMs, ino, dev }: Stats): FileSignature {
  return { size, modifiedMs: mtimeMs, inode: String(ino), device: String(dev) };
}

/** One open file. Close it when done. */
export class WimFile implements ReadableFile {
  readonly path: string;
  readonly errors: FileErrors;
  readonly handle: FileHandle;
  readonly signature: FileSignature;
  readonly header: WimHeader;
  #blobs: Promise<BlobTable> | undefined;
  #document: Promise<WimDocument> | undefined;
  #solid: SolidReader | undefined;
  #lastSolid: Promise<unknown> = Promise.resolve();

  private constructor(errors: FileErrors, handle: FileHandle, signature: FileSignature, header: WimHeader) {
    this.path = errors.path;
    this.errors = errors;
    this.handle = handle;
    this.signature = signature;
    this.header = header;
  }

  /**
   * Opens a file, reads its header and checks it.
   * @throws DismError ERROR_FILE_NOT_FOUND, ERROR_PATH_NOT_FOUND, E_ACCESSDENIED, ERROR_READ_FAULT: as the system says.
   * ERROR_BAD_FORMAT: no WIM, or one of an unknown version. WIM_E_INVALID_CONTAINER: cut short or damaged, but for its integrity table.
   * UnsupportedError: the file is a virtual disk.
   */
  static async open(path: string, options: OpenOptions = {}): Promise<WimFile> {
    const errors = new FileErrors(path, options.what);
    if (!isAbsolute(path)) { throw errors.make(Hresult.ERROR_PATH_NOT_FOUND, 'the path is not absolute on this system'); }
    let handle: FileHandle | undefined;
    try {
      const opened = await openRegularFile(path, options, errors);
      handle = opened.handle;
      const signature = signatureOf(opened.stats);
      return new WimFile(errors, handle, signature, await readHeader({ handle, errors, size: signature.size }, opened.first));
    } catch (error) {
      if (handle !== undefined) { await releaseFile(handle); };
      throw error instanceof DismError ? error : foreignMountError(error, errors.what, path) ?? errors.ofSystem(error);
    }
  }

  async close(): Promise<void> {
    await releaseFile(this.handle);
  }

  /** The same open file as another header describes it, which it had when it was smaller; not to be closed. @throws DismError WIM_E_INVALID_CONTAINER. */
  asOf(header: Buffer, size: number): WimFile {
    return new WimFile(this.errors, this.handle, { ...this.signature, size }, parseWimHeader(header, size, this.errors));
  }

  /** Bytes of the file when it was opened. */
  get size(): number {
    return this.signature.size;
  }

  /** Whether its files are packed into solid resources, where one cannot be read without all before it. */
  get isSolid(): boolean {
    return this.header.version === wimVersionSolid;
  }

  /** Why its integrity table cannot be read; undefined where it can, or where there is none. */
  get integrityTrouble(): string | undefined {
    return integrityTrouble(this.header, this.size);
  }

  /** Refuses a file whose integrity table cannot be read: most of those were cut short. @throws DismError WIM_E_INVALID_CONTAINER. */
  requireIntegrityTable(): void {
    const trouble = this.integrityTrouble;
    if (trouble !== undefined) { throw this.errors.damaged(trouble); }
  }

  /**
   * Refuses a file that nothing can be saved into.
   * @throws DismError WIM_E_SPLIT_NOT_MOUNTABLE, WIM_E_CONTAINER_READONLY, ERROR_NOT_SUPPORTED; as requireIntegrityTable().
   */
  requireChangeable(): void {
    const { flags, isPipable, partNumber, totalParts } = this.header;
    if (totalParts !== 1 || (flags & WimFlag.Spanned) !== 0) {
      throw this.errors.make(Hresult.WIM_E_SPLIT_NOT_MOUNTABLE, `it is part ${partNumber} of ${totalParts} of a split WIM`);
    }
    if ((flags & WimFlag.ReadOnly) !== 0) { throw this.errors.make(Hresult.WIM_E_CONTAINER_READONLY, 'it is marked read-only'); }
    if (isPipable) {
      throw this.errors.make(Hresult.ERROR_NOT_SUPPORTED, 'it is a pipable WIM, which cannot be changed',
        'Export it into an ordinary WIM first: wimlib-imagex export FILE all NEWFILE.');
    }
    this.requireIntegrityTable();
  }

  /** The table of its blobs. */
  async blobs(): Promise<BlobTable> {
    return await (this.#blobs ??= this.resource(this.header.blobTable).then((data) => new BlobTable(data, this.errors)));
  }

  /** The XML document. @throws DismError: as parseDocument(), or its images are not as many as the header says. */
  async document(): Promise<WimDocument> {
    return await (this.#document ??= this.#readDocument());
  }

  async #readDocument(): Promise<WimDocument> {
    const document = parseDocument(await this.resource(this.header.xml, maxXmlBytes), this.errors);
    if (document.images.length !== this.header.imageCount) {
      throw this.errors.damaged(`its header counts ${this.header.imageCount} images, its XML data ${document.images.length}`);
    }
    return document;
  }

  /** The 1-based index of the chosen image. @throws DismError DISMAPI_E_INVALID_IMAGE_INDEX, DISMAPI_E_INVALID_IMAGE_NAME. */
  async chooseImage(choice: ImageChoice): Promise<number> {
    return chooseImage((await this.document()).images.map(imageName), choice, this.errors);
  }

  /** The metadata of an image, which hold its tree of files; undefined where the file has none for that image. */
  async metadata(imageIndex: number): Promise<Buffer | undefined> {
    const resource = (await this.blobs()).imageMetadata(imageIndex);
    return resource === undefined ? undefined : await this.resource(resource);
  }

  /** The tree of an image. @throws DismError WIM_E_INVALID_CONTAINER: the file has none for it, or a damaged one. */
  async tree(imageIndex: number): Promise<ImageTree> {
    return await this.#readTree(imageIndex, parseMetadata);
  }

  /** Looks at the file of each name of an image, in less time than the tree takes to be made. @throws DismError: as tree(). */
  async forEachFile(imageIndex: number, look: (inode: Inode) => void): Promise<void> {
    await this.#readTree(imageIndex, (data) => { forEachFile(data, look); });
  }

  /** As forEachMet() of readMetadata.ts. @throws DismError: as tree(). */
  async forEachMet<T>(imageIndex: number, begin: (root: MetEntry) => T, visit: (folder: T, entry: MetEntry) => T): Promise<void> {
    await this.#readTree(imageIndex, (data) => { forEachMet(data, begin, visit); });
  }

  /** Sees whether there is a tree to be had, in much less time than it takes to be made. @throws DismError: as tree(). */
  async checkTree(imageIndex: number): Promise<void> {
    await this.#readTree(imageIndex, checkTree);
  }

  async #readTree<T>(imageIndex: number, read: (data: Buffer) => T): Promise<T> {
    const data = await this.metadata(imageIndex);
    if (data === undefined) { throw this.errors.damaged(`the file has no metadata for image ${imageIndex}`); }
    try {
      return read(data);
    } catch (error) {
      if (!(error instanceof DismError && error.message.startsWith(damagedMetadata))) { throw error; }
      throw this.errors.damaged(error.message.replace(damagedMetadata, `the metadata of image ${imageIndex} is damaged`));
    }
  }

  /** A whole resource, decompressed. */
  async resource(resource: ResourceHeader, maxBytes?: number): Promise<Buffer> {
    return await readResource(this, this.header, resource, maxBytes);
  }

  /**
   * A whole blob by its SHA-1 (a latin1 string).
   * @returns undefined where the file does not have it.
   */
  async blob(hash: string, maxBytes: number): Promise<Buffer | undefined> {
    if (hash === emptyHash) { return Buffer.alloc(0); }
    const blobs = await this.blobs();
    const resource = blobs.find(hash);
    if (resource === undefined) { return undefined; }
    const place = (resource.flags & ResourceFlag.Solid) === 0 ? undefined : blobs.solidPlace(hash);
    if (place === undefined) { return await this.resource(resource, maxBytes); }
    // One after the other: the reader keeps the chunk that it has just decompressed.
    const solid = this.#solid ??= new SolidReader(this);
    const read = this.#lastSolid.then(async () => await solid.read(place, maxBytes));
    this.#lastSolid = read.catch(() => undefined);
    return await read;
  }

  /** A blob in runs, for those that are too large for blob(). The file has to have it. */
  async* blobRuns(hash: string): AsyncGenerator<Buffer, undefined> {
    const blobs = await this.blobs();
    const resource = blobs.find(hash);
    if (resource === undefined) { return; }
    const place = (resource.flags & ResourceFlag.Solid) === 0 ? undefined : blobs.solidPlace(hash);
    if (place === undefined) {
      yield* readRuns(this, this.header, resource);
      return;
    }
    const solid = new SolidReader(this);
    for (let done = 0; done < place.size; done += solidRunBytes) {
      yield await solid.read({ ...place, offset: place.offset + done, size: Math.min(solidRunBytes, place.size - done) }, solidRunBytes);
    }
  }

  /**
   * Compares the file with its integrity table.
   * @returns False where it has none.
   * @throws DismError ERROR_FILE_CORRUPT: it does not match. WIM_E_INVALID_CONTAINER: the table cannot be read. The signal's reason.
   */
  async verifyIntegrity(signal: AbortSignal, onBytes: (done: number, total: number) => void): Promise<boolean> {
    const { integrityTable } = this.header;
    if (integrityTable.offset === 0) { return false; }
    this.requireIntegrityTable();
    await verifyIntegrity(this, await this.resource(integrityTable), integrityEnd(this.header), signal, onBytes);
    return true;
  }
}
