/** The files of an image for one operation that can be cancelled, whatever a disk or a thread does meanwhile. */
import type { DigestAlgorithm, FileStat, ImageFiles } from './imageFiles.ts';

/** What waits for work that a signal may end. One listener a signal: adding one for each of a million readings takes as long as they do. */
const waiting = new WeakMap<AbortSignal, Set<(reason: unknown) => void>>();

function waitersOf(signal: AbortSignal): Set<(reason: unknown) => void> {
  const known = waiting.get(signal);
  if (known !== undefined) { return known; }
  const waiters = new Set<(reason: unknown) => void>();
  waiting.set(signal, waiters);
  signal.addEventListener('abort', () => {
    for (const reject of waiters) { reject(signal.reason); }
    waiters.clear();
  }, { once: true });
  return waiters;
}

/** Waits for work, but not beyond the moment when the signal is aborted: then its reason is thrown, and what the work comes to does not matter. */
export async function untilAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return await new Promise<T>((resolve, reject) => {
    if (signal.aborted) {
      work.catch(() => undefined);
      // The reason is the caller's, whatever it is.
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
      reject(signal.reason);
      return;
    }
    const waiters = waitersOf(signal);
    waiters.add(reject);
    void work.then(resolve, reject).finally(() => waiters.delete(reject));
  });
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
