/** An image in a WIM file, read without mounting it: as a source, or because nothing in its mount was changed. */
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';
import type { BlobTable } from '../wim/blobTable.ts';
import type { Dentry, ImageTree } from '../wim/dentry.ts';
import { emptyHash, hexHash } from '../wim/hash.ts';
import { isDirectory } from '../wim/inode.ts';
import { parseMetadata } from '../wim/readMetadata.ts';
import { WimFile } from '../wim/wimFile.ts';
import { digestOf } from './digest.ts';
import { type DigestAlgorithm, type FileStat, type ImageFiles, maxFileBytes, tooLarge } from './imageFiles.ts';

/** A file of an image in a WIM. */
export class WimImage implements ImageFiles {
  readonly hasOrder = true;
  readonly description: string;
  readonly #file: WimFile;
  readonly #blobs: BlobTable;
  readonly #tree: ImageTree;
  /** Children by upper-case name, made when a folder is first asked for. */
  readonly #names = new Map<Dentry, ReadonlyMap<string, readonly Dentry[]>>();

  private constructor(file: WimFile, imageIndex: number, blobs: BlobTable, tree: ImageTree) {
    this.description = `image ${imageIndex} of ${file.path}`;
    this.#file = file;
    this.#blobs = blobs;
    this.#tree = tree;
  }

  /**
   * Opens an image.
   * @returns undefined where its files cannot be read one by one: parts of a split WIM.
   * @throws DismError: no WIM, damaged, no such image.
   */
  static async open(path: string, imageIndex: number): Promise<WimImage | undefined> {
    const file = await WimFile.open(path, { what: `Cannot read image ${imageIndex} of "${path}"` });
    try {
      if (file.header.totalParts !== 1) {
        await file.close();
        return undefined;
      }
      const metadata = await file.metadata(imageIndex);
      if (metadata === undefined) { throw file.errors.make(Hresult.DISMAPI_E_INVALID_IMAGE_INDEX, 'there is no such image'); }
      return new WimImage(file, imageIndex, await file.blobs(), parseMetadata(metadata));
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Whether its files are packed into solid resources, where one cannot be read without all before it. */
  get isSolid(): boolean {
    return this.#file.isSolid;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  async read(path: string, maxBytes = maxFileBytes): Promise<Buffer | undefined> {
    const dentry = this.#find(path);
    if (dentry === undefined || isDirectory(dentry.inode)) { return undefined; }
    const { dataHash } = dentry.inode;
    const size = this.#blobs.sizeOf(dataHash);
    if (size > maxBytes) { throw tooLarge(path, size, maxBytes); }
    return await this.#file.blob(dataHash, maxFileBytes);
  }

  async readHead(path: string, bytes: number): Promise<Buffer | undefined> {
    return (await this.read(path))?.subarray(0, bytes);
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
      id: linkId === 0n ? path.toUpperCase() : `link:${linkId}`, size: this.#blobs.sizeOf(dataHash), links: linkId === 0n ? 1 : 2, place: resource?.offset ?? 0,
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
    const data = await this.#file.blob(dataHash, maxFileBytes);
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
