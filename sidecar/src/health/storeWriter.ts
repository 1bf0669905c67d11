/** Puts files of a store in place, each step whole or not at all. */
import { sameAs } from '../imageFiles/fileBytes.ts';
import { nothingIfInTrouble } from '../imageFiles/fileTrouble.ts';
import { folderOf, type ImageFiles, type WritableImageFiles } from '../imageFiles/imageFiles.ts';

export class StoreWriter {
  readonly #image: WritableImageFiles;
  /** The same for reading. */
  readonly #files: ImageFiles;
  readonly #signal: AbortSignal;

  constructor(image: WritableImageFiles, files: ImageFiles, signal: AbortSignal) {
    this.#image = image;
    this.#files = files;
    this.#signal = signal;
  }

  /** Puts bytes in place, under some other names first; what is read back has to be what was written. */
  async write(path: string, data: Buffer, otherNames: readonly string[] = []): Promise<void> {
    await this.#image.replace(path, data, { otherNames, signal: this.#signal, verify: sameAs(path, data) });
  }

  /** Makes a path and other names of what it was names of a good file. The path comes last, so that an interrupted restore is seen to be unfinished. */
  async relink(existing: string, path: string, otherNames: readonly string[] = []): Promise<void> {
    for (const name of [...otherNames, path]) {
      if (name.toUpperCase() !== existing.toUpperCase()) { await this.#image.relink(existing, name); }
    }
  }

  /** Makes the folders that a path needs. */
  async makeFolders(path: string): Promise<void> {
    const parts = path.split('/').slice(0, -1);
    for (let count = 1; count <= parts.length; count++) {
      const folder = parts.slice(0, count).join('/');
      if (!await this.hasFolder(folder)) { await this.#image.makeFolder(folder); }
    }
  }

  async hasFolder(path: string): Promise<boolean> {
    const parts = path.split('/');
    const last = parts.pop()?.toUpperCase();
    return last === '' || (await this.#files.list(parts.join('/'))).some((name) => name.toUpperCase() === last);
  }

  /** Those names, beside a path, whose folder is there and is no way out of the image. */
  async writableNames(names: readonly string[], path: string): Promise<string[]> {
    const found = new Map<string, string>();
    for (const name of names) {
      const folder = folderOf(name);
      // Listing it fails where a link is in the way.
      const isReachable = await this.#files.list(folder).catch(nothingIfInTrouble) !== undefined && await this.hasFolder(folder);
      if (isReachable && name.toUpperCase() !== path.toUpperCase()) { found.set(name.toUpperCase(), name); }
    }
    return [...found.values()];
  }
}
