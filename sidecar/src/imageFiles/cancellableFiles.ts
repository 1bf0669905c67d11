/** The files of an image for one operation that can be cancelled, whatever a disk or a thread does meanwhile. */
import type { DigestAlgorithm, FileStat, ImageFiles } from './imageFiles.ts';

/** Waits for work, but not beyond the moment when the signal is aborted: then its reason is thrown, and what the work comes to does not matter. */
export async function untilAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    // The reason is the caller's, whatever it is.
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
    stop = () => { reject(signal.reason); };
    if (signal.aborted) { stop(); } else { signal.addEventListener('abort', stop, { once: true }); }
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** The files of an image for one operation: no reading outlasts its cancellation, however slow the disk is, and none begins after it. */
export class CancellableFiles implements ImageFiles {
  readonly hasOrder: boolean;
  readonly description: string;
  readonly #files: ImageFiles;
  readonly #signal: AbortSignal;

  constructor(files: ImageFiles, signal: AbortSignal) {
    this.hasOrder = files.hasOrder;
    this.description = files.description;
    this.#files = files;
    this.#signal = signal;
  }

  async read(path: string, maxBytes?: number): Promise<Buffer | undefined> {
    return await this.#run(async () => await this.#files.read(path, maxBytes));
  }

  async readHead(path: string, bytes: number): Promise<Buffer | undefined> {
    return await this.#run(async () => await this.#files.readHead(path, bytes));
  }

  async list(path: string): Promise<string[]> {
    return await this.#run(async () => await this.#files.list(path));
  }

  async stat(path: string): Promise<FileStat | undefined> {
    // Nothing that takes long: paths are looked up before anything is waited for.
    this.#signal.throwIfAborted();
    return await this.#files.stat(path);
  }

  async digest(path: string, algorithm: DigestAlgorithm, onBytes?: (bytes: number) => void): Promise<string | undefined> {
    return await this.#run(async () => await this.#files.digest(path, algorithm, (bytes) => {
      this.#signal.throwIfAborted();
      onBytes?.(bytes);
    }));
  }

  async close(): Promise<void> {
    await this.#files.close();
  }

  async #run<T>(read: () => Promise<T>): Promise<T> {
    this.#signal.throwIfAborted();
    return await untilAborted(this.#signal, read());
  }
}
