/** A folder of files in memory, hard links included, before it is written to disk. */
import { chmodSync, linkSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** One file: its bytes, and all of its names. */
interface TreeFile {
  readonly data: Buffer;
  readonly names: string[];
  /** Every third file has another one, so that a lost mode shows. */
  readonly mode: number;
}

/** All files are as old as this, so that a changed time shows. */
export const treeTime = new Date('2026-01-02T03:04:05Z');

/** Paths are relative and separated by `/`. */
export class StoreTree {
  readonly #files = new Map<string, TreeFile>();
  readonly #folders = new Set<string>();

  /** Adds a file. @throws Error: there is one. */
  add(path: string, data: Buffer): void {
    if (this.#files.has(path)) { throw new Error(`The tree has "${path}" already`); }
    this.#files.set(path, { data, names: [path], mode: this.#files.size % 3 === 0 ? 0o640 : 0o644 });
  }

  /** Gives a file another name. */
  link(existing: string, path: string): void {
    const file = this.#files.get(existing);
    if (file === undefined || this.#files.has(path)) { throw new Error(`Cannot link "${path}" to "${existing}"`); }
    file.names.push(path);
    this.#files.set(path, file);
  }

  /** Adds a folder, which may stay empty. */
  addFolder(path: string): void {
    this.#folders.add(path);
  }

  has(path: string): boolean {
    return this.#files.has(path);
  }

  /** @throws Error: there is no such file. */
  read(path: string): Buffer {
    const file = this.#files.get(path);
    if (file === undefined) { throw new Error(`The tree has no "${path}"`); }
    return file.data;
  }

  /** All names of a file, itself among them. */
  namesOf(path: string): readonly string[] {
    return this.#files.get(path)?.names ?? [];
  }

  modeOf(path: string): number | undefined {
    return this.#files.get(path)?.mode;
  }

  get folders(): ReadonlySet<string> {
    return this.#folders;
  }

  paths(): string[] {
    return [...this.#files.keys()].sort();
  }

  /** Writes everything below a folder, which is made. */
  write(folder: string): void {
    for (const path of this.#folders) { mkdirSync(join(folder, path), { recursive: true }); }
    const made = new Set<string>();
    for (const [path, { data, names, mode }] of this.#files) {
      const target = join(folder, path);
      const parent = dirname(target);
      if (!made.has(parent)) {
        mkdirSync(parent, { recursive: true });
        made.add(parent);
      }
      const [first = path] = names;
      if (first === path) {
        writeFileSync(target, data);
        chmodSync(target, mode);
        utimesSync(target, treeTime, treeTime);
      } else {
        linkSync(join(folder, first), target);
      }
    }
  }
}
