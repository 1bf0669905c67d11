/** The files of a source of a restore: what cannot be read there counts as not there, and is remembered. */
import { DismError } from '../errors.ts';
import { type Failure, ofThisProcess } from '../imageFiles/fileTrouble.ts';
import type { DigestAlgorithm, FileStat, ImageFiles } from '../imageFiles/imageFiles.ts';
import { isSystemError, messageOf } from '../systemErrors.ts';

export class SourceFiles implements ImageFiles {
  readonly hasOrder: boolean;
  readonly description: string;
  /** What was answered instead of a file or folder since this was last made undefined. */
  recent: Failure | undefined;
  readonly #files: ImageFiles;
  /** The same of each file and folder, by its path. */
  readonly #unread = new Map<string, Failure>();

  constructor(files: ImageFiles) {
    this.hasOrder = files.hasOrder;
    this.description = files.description;
    this.#files = files;
  }

  /** A sentence for the user on what could not be read; undefined where all of it could. */
  get warning(): string | undefined {
    const [first] = this.#unread.values();
    if (first === undefined) { return undefined; }
    const count = this.#unread.size;
    return `${count === 1 ? 'A file or folder' : `${count} files or folders`} of the source "${this.description}" cannot be read${count === 1 ? '' : ', the first because'}: ${messageOf(first)}`;
  }

  async read(path: string, maxBytes?: number): Promise<Buffer | undefined> {
    return await this.#noting(path, async () => await this.#files.read(path, maxBytes));
  }

  async readHead(path: string, bytes: number): Promise<Buffer | undefined> {
    return await this.#noting(path, async () => await this.#files.readHead(path, bytes));
  }

  async list(path: string): Promise<string[]> {
    return await this.#noting(path, async () => await this.#files.list(path)) ?? [];
  }

  async stat(path: string): Promise<FileStat | undefined> {
    return await this.#noting(path, async () => await this.#files.stat(path));
  }

  async digest(path: string, algorithm: DigestAlgorithm, onBytes?: (bytes: number) => void): Promise<string | undefined> {
    return await this.#noting(path, async () => await this.#files.digest(path, algorithm, onBytes));
  }

  async close(): Promise<void> {
    await this.#files.close();
  }

  /** A source may be as hostile, as broken or as far away as it likes: others may have what it has not. */
  async #noting<T>(path: string, work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof DismError || isSystemError(error)) || ofThisProcess(error)) { throw error; }
      this.recent ??= error;
      if (!this.#unread.has(path)) { this.#unread.set(path, error); }
      return undefined;
    }
  }
}
