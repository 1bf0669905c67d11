/** An image in a folder: a mount, or an installation applied to a disk. */
import { createHash } from 'node:crypto';
import { release } from '../closing.ts';
import { digestOf } from './digest.ts';
import { readPieces, readWhole } from './fileBytes.ts';
import { FolderTree } from './folderTree.ts';
import { type DigestAlgorithm, type FileStat, type ImageFiles, maxFileBytes, tooLarge } from './imageFiles.ts';

/** Files up to this size are read whole and hashed on a thread of the pool; larger ones piece by piece on this one. */
const wholeFileBytes = 16 * 1024 * 1024;
const pieceBytes = 1024 * 1024;
/** As many buffers are kept as files are read at a time. */
const maxBuffers = 4;

/** An image below a folder that is open for as long as this object is. */
export class FolderImage implements ImageFiles {
  readonly hasOrder = false;
  readonly description: string;
  protected readonly tree: FolderTree;
  /** Buffers that are not in use. */
  readonly #buffers: Buffer[] = [];

  /** @throws DismError: the folder cannot be opened. */
  constructor(path: string) {
    this.description = path;
    this.tree = new FolderTree(path);
  }

  async close(): Promise<void> {
    this.closeNow();
    await Promise.resolve();
  }

  closeNow(): void {
    this.tree.close();
  }

  /** Something else has changed the folder: what was listed may not be so any more. */
  forgetNames(): void {
    this.tree.forgetNames();
  }

  /** The folder of a path, or the nearest one above it that exists, as it is spelled. */
  nearestFolder(path: string): string {
    const parts = path.split('/').slice(0, -1);
    while (parts.length > 0 && this.tree.resolve(parts.join('/')) === undefined) { parts.pop(); }
    return this.tree.resolve(parts.join('/')) ?? '';
  }

  /** That a path can mean one name only, and leads through no link. @throws DismError ERROR_FILE_CORRUPT, E_ACCESSDENIED: it does not. */
  requireOneWay(path: string): void {
    const folder = this.nearestFolder(path);
    // A link counts as an empty folder to who lists it.
    this.tree.stat(folder);
    this.tree.list(folder);
    this.tree.resolve(path);
  }

  async read(path: string, maxBytes = maxFileBytes): Promise<Buffer | undefined> {
    return await this.#withFile(path, async (descriptor, size) => {
      if (size > maxBytes) { throw tooLarge(path, size, maxBytes); }
      return await readWhole(descriptor, size);
    });
  }

  async readHead(path: string, bytes: number): Promise<Buffer | undefined> {
    return await this.#withFile(path, async (descriptor, size) => await readWhole(descriptor, Math.min(size, bytes)));
  }

  async list(path: string): Promise<string[]> {
    return await Promise.resolve(this.tree.list(path));
  }

  async stat(path: string): Promise<FileStat | undefined> {
    const stat = this.tree.stat(path);
    return await Promise.resolve(stat === undefined ? undefined : {
      id: `${stat.dev}:${stat.ino}`, size: Number(stat.size), links: Number(stat.nlink), place: Number(stat.ino),
    });
  }

  async digest(path: string, algorithm: DigestAlgorithm, onBytes?: (bytes: number) => void): Promise<string | undefined> {
    return await this.#withFile(path, async (descriptor, size) => {
      if (size <= wholeFileBytes) { return await this.#digestWhole(descriptor, size, algorithm, onBytes); }
      const hash = createHash(algorithm);
      for await (const piece of readPieces(descriptor, pieceBytes)) {
        hash.update(piece);
        onBytes?.(piece.length);
      }
      return hash.digest('hex');
    });
  }

  /** In a buffer that is used again: a new one for each file of a store would keep the collection of garbage busy. */
  async #digestWhole(descriptor: number, size: number, algorithm: DigestAlgorithm, onBytes?: (bytes: number) => void): Promise<string> {
    const buffer = size > pieceBytes ? Buffer.allocUnsafe(size) : this.#buffers.pop() ?? Buffer.allocUnsafeSlow(pieceBytes);
    try {
      const data = await readWhole(descriptor, size, buffer);
      onBytes?.(data.length);
      return await digestOf(data, algorithm);
    } finally {
      if (buffer.length === pieceBytes && this.#buffers.length < maxBuffers) { this.#buffers.push(buffer); }
    }
  }

  /** What tells a folder or file from another one that is put in its place, whatever that holds; the folder of the image itself for an empty path. */
  fingerprint(path: string): string {
    const stat = path === '' ? this.tree.statRoot() : this.tree.stat(path);
    if (stat === undefined) { return 'none'; }
    const { ino, birthtimeNs, size, mtimeNs, ctimeNs } = stat;
    return path === '' ? `${ino} ${birthtimeNs}` : `${ino} ${size} ${mtimeNs} ${ctimeNs}`;
  }

  async #withFile<T>(path: string, use: (descriptor: number, size: number) => Promise<T>): Promise<T | undefined> {
    const file = this.tree.open(path);
    if (file === undefined) { return undefined; }
    try {
      return await use(file.descriptor, file.size);
    } catch (error) {
      throw this.tree.at(path, error);
    } finally {
      release(file.descriptor);
    }
  }
}
