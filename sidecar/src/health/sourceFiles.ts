/** The files of a source of a restore. */
import { isForbidden, isLoss } from '../imageFiles/fileTrouble.ts';
import type { DigestAlgorithm, FileStat, ImageFiles } from '../imageFiles/imageFiles.ts';
import { isSystemError, type SystemError } from '../systemErrors.ts';

/** Notes what the system first answered instead of a file: what a restore does not find there may be there all the same. */
export class SourceFiles implements ImageFiles {
  readonly hasOrder: boolean;
  readonly description: string;
  /** That answer. */
  trouble: SystemError | undefined;
  readonly #files: ImageFiles;

  constructor(files: ImageFiles) {
    this.hasOrder = files.hasOrder;
    this.description = files.description;
    this.#files = files;
  }

  async read(path: string, maxBytes?: number): Promise<Buffer | undefined> {
    return await this.#noting(async () => await this.#files.read(path, maxBytes));
  }

  async readHead(path: string, bytes: number): Promise<Buffer | undefined> {
    return await this.#noting(async () => await this.#files.readHead(path, bytes));
  }

  async list(path: string): Promise<string[]> {
    return await this.#noting(async () => await this.#files.list(path));
  }

  async stat(path: string): Promise<FileStat | undefined> {
    return await this.#noting(async () => await this.#files.stat(path));
  }

  async digest(path: string, algorithm: DigestAlgorithm, onBytes?: (bytes: number) => void): Promise<string | undefined> {
    return await this.#noting(async () => await this.#files.digest(path, algorithm, onBytes));
  }

  async close(): Promise<void> {
    await this.#files.close();
  }

  async #noting<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      // An image file says it in words of its own.
      for (const answer of [error, (error as { readonly cause?: unknown } | undefined)?.cause]) {
        if (isSystemError(answer) && (isLoss(answer) || isForbidden(answer))) { this.trouble ??= answer; }
      }
      throw error;
    }
  }
}
