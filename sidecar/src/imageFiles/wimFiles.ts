/** An image in a WIM file, read without mounting it: as a source, or because nothing in its mount was changed. */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';
import { BlobTable } from '../wim/blobTable.ts';
import { emptyHash, hexHash } from '../wim/hash.ts';
import { parseWimHeader, ResourceFlag, type WimHeader, wimHeaderBytes, wimVersionSolid } from '../wim/header.ts';
import { type Dentry, type ImageTree, isDirectory, parseMetadata } from '../wim/metadata.ts';
import { readResource } from '../wim/resource.ts';
import { SolidReader } from '../wim/solid.ts';
import { digestOf } from './digest.ts';
import { type DigestAlgorithm, type FileStat, type ImageFiles, maxFileBytes, tooLarge } from './imageFiles.ts';

/** A file of an image in a WIM. */
export class WimImage implements ImageFiles {
  readonly hasOrder = true;
  readonly description: string;
  readonly #file: FileHandle;
  readonly #header: WimHeader;
  readonly #blobs: BlobTable;
  readonly #tree: ImageTree;
  readonly #path: string;
  readonly #solid: SolidReader;
  #lastSolid: Promise<unknown> = Promise.resolve();
  /** Children by upper-case name, made when a folder is first asked for. */
  readonly #names = new Map<Dentry, ReadonlyMap<string, readonly Dentry[]>>();

  private constructor(path: string, imageIndex: number, file: FileHandle, header: WimHeader, blobs: BlobTable, tree: ImageTree) {
    this.description = `image ${imageIndex} of ${path}`;
    this.#path = path;
    this.#file = file;
    this.#header = header;
    this.#blobs = blobs;
    this.#tree = tree;
    this.#solid = new SolidReader(file, path);
  }

  /**
   * Opens an image.
   * @returns undefined where its files cannot be read one by one: parts of a split WIM.
   * @throws DismError: no WIM, damaged, no such image.
   */
  static async open(path: string, imageIndex: number): Promise<WimImage | undefined> {
    const file = await open(path, constants.O_RDONLY);
    try {
      const raw = Buffer.alloc(wimHeaderBytes);
      const { bytesRead } = await file.read(raw, 0, wimHeaderBytes, 0);
      const header = parseWimHeader(raw.subarray(0, bytesRead), path);
      if (header.totalParts !== 1) {
        await file.close();
        return undefined;
      }
      const blobs = new BlobTable(await readResource(file, header, header.blobTable, path));
      const metadata = blobs.imageMetadata(imageIndex);
      if (metadata === undefined) {
        throw new DismError(Hresult.DISMAPI_E_INVALID_IMAGE_INDEX, `Cannot read image ${imageIndex} of "${path}": there is no such image`, { target: path });
      }
      return new WimImage(path, imageIndex, file, header, blobs, parseMetadata(await readResource(file, header, metadata, path)));
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Whether its files are packed into solid resources, where one cannot be read without all before it. */
  get isSolid(): boolean {
    return this.#header.version === wimVersionSolid;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  async read(path: string, maxBytes = maxFileBytes): Promise<Buffer | undefined> {
    const dentry = this.#find(path);
    if (dentry === undefined || isDirectory(dentry.inode)) { return undefined; }
    const { dataHash } = dentry.inode;
    const size = this.#blobs.find(dataHash)?.uncompressedSize ?? 0;
    if (size > maxBytes) { throw tooLarge(path, size, maxBytes); }
    return await this.readBlob(dataHash);
  }

  async readHead(path: string, bytes: number): Promise<Buffer | undefined> {
    return (await this.read(path))?.subarray(0, bytes);
  }

  /** Bytes by their SHA-1 (a latin1 string). @returns undefined where the file does not have them. */
  async readBlob(hash: string): Promise<Buffer | undefined> {
    if (hash === emptyHash) { return Buffer.alloc(0); }
    const resource = this.#blobs.find(hash);
    if (resource === undefined) { return undefined; }
    if ((resource.flags & ResourceFlag.Solid) === 0) { return await readResource(this.#file, this.#header, resource, this.#path); }
    const place = this.#blobs.solidPlace(hash);
    if (place === undefined) { return undefined; }
    // One after the other: the reader keeps the chunk that it has just decompressed.
    const read = this.#lastSolid.then(async () => await this.#solid.read(place, maxFileBytes));
    this.#lastSolid = read.catch(() => undefined);
    return await read;
  }

  async list(path: string): Promise<string[]> {
    const dentry = this.#find(path);
    return await Promise.resolve([...dentry?.children?.keys() ?? []]);
  }

  async stat(path: string): Promise<FileStat | undefined> {
    const dentry = this.#find(path);
    if (dentry === undefined || isDirectory(dentry.inode) || dentry.inode.reparse !== undefined) { return undefined; }
    const { dataHash, linkId } = dentry.inode;
    const resource = this.#blobs.find(dataHash);
    return await Promise.resolve({
      id: linkId === 0n ? path.toUpperCase() : `link:${linkId}`, size: resource?.uncompressedSize ?? 0, links: linkId === 0n ? 1 : 2, place: resource?.offset ?? 0,
    });
  }

  async digest(path: string, algorithm: DigestAlgorithm, onBytes?: (bytes: number) => void): Promise<string | undefined> {
    const dentry = this.#find(path);
    if (dentry === undefined || isDirectory(dentry.inode)) { return undefined; }
    const { dataHash } = dentry.inode;
    if (algorithm === 'sha1' && dataHash !== emptyHash) {
      // The WIM knows it; whether the bytes still have it is what verifying the WIM is for.
      return this.#blobs.find(dataHash) === undefined ? undefined : hexHash(dataHash);
    }
    const data = await this.readBlob(dataHash);
    onBytes?.(data?.length ?? 0);
    return data === undefined ? undefined : await digestOf(data, algorithm);
  }

  #find(path: string): Dentry | undefined {
    let current: Dentry | undefined = this.#tree.root;
    for (const part of path.split('/')) {
      if (part === '' || current === undefined) { continue; }
      const fitting: readonly Dentry[] = this.#namesOf(current).get(part.toUpperCase()) ?? [];
      const exact = fitting.find((dentry) => dentry.name === part);
      if (fitting.length > 1 && exact === undefined) {
        throw new DismError(Hresult.ERROR_FILE_CORRUPT, `"${path}" fits several names that differ in case only`, { target: path });
      }
      current = exact ?? fitting[0];
    }
    return current;
  }

  #namesOf(directory: Dentry): ReadonlyMap<string, readonly Dentry[]> {
    const known = this.#names.get(directory);
    if (known !== undefined) { return known; }
    const names = new Map<string, Dentry[]>();
    for (const child of directory.children?.values() ?? []) {
      const upper = child.name.toUpperCase();
      const same = names.get(upper);
      if (same === undefined) { names.set(upper, [child]); } else { same.push(child); }
    }
    this.#names.set(directory, names);
    return names;
  }
}
