/** Opens the hives of an image, and collects what is wrong with them: damage in one place does not hide what the others say. */
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';
import { type Failure, fileTrouble, isLoss } from '../imageFiles/fileTrouble.ts';
import { type ImageFiles, joinPath, maxFileBytes } from '../imageFiles/imageFiles.ts';
import { readRealFile } from '../imageFiles/realFile.ts';
import { Hive } from '../registry/hive.ts';

/** A hive that is not whole. */
export interface BrokenHive {
  readonly name: string;
  readonly reason: string;
  readonly failure: Failure;
}

export class StoreHives {
  readonly #files: ImageFiles;
  readonly #windows: string;
  readonly #broken = new Map<string, BrokenHive>();
  /** Hives whose last changes are still in their logs. */
  readonly dirty: string[] = [];

  constructor(files: ImageFiles, windows: string) {
    this.#files = files;
    this.#windows = windows;
  }

  get broken(): BrokenHive[] {
    return [...this.#broken.values()];
  }

  /** Opens a hive that every image has. @returns undefined, and broken, where it cannot be read at all. */
  async open(name: 'COMPONENTS' | 'SOFTWARE'): Promise<Hive | undefined> {
    const hive = await this.#open(name);
    if (hive === undefined && !this.#broken.has(name)) {
      const path = this.#pathOf(name);
      this.#broken.set(name, { name, reason: 'it does not exist', failure: new DismError(Hresult.ERROR_FILE_NOT_FOUND, `The image has no registry hive "${path}"`, { target: path }) });
    }
    return hive;
  }

  /** Looks at a hive of which nothing is needed here. An older image may not have it. */
  async lookAt(name: 'SYSTEM' | 'DRIVERS'): Promise<void> {
    await this.#open(name);
  }

  #pathOf(name: string): string {
    return joinPath(this.#windows, 'System32/config', name);
  }

  async #open(name: string): Promise<Hive | undefined> {
    const path = this.#pathOf(name);
    try {
      const data = await readRealFile(this.#files, path, maxFileBytes);
      if (data === undefined) { return undefined; }
      const hive = Hive.parse(data, path);
      if (hive.isDirty) { this.dirty.push(name); }
      await this.salvage(name, undefined, () => { hive.check(); });
      return hive;
    } catch (error) {
      const reason = fileTrouble(error);
      // What may not be read is no damage.
      if (reason === undefined || !(error instanceof DismError || isLoss(error))) { throw error; }
      this.#broken.set(name, { name, reason, failure: error as Failure });
      return undefined;
    }
  }

  /** Reads a part of a hive; where that is damaged, the hive is broken, and `fallback` stands for it. */
  async salvage<T>(name: string, fallback: T, read: () => T | Promise<T>): Promise<T> {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof DismError)) { throw error; }
      if (!this.#broken.has(name)) { this.#broken.set(name, { name, reason: error.message, failure: error }); }
      return fallback;
    }
  }
}
