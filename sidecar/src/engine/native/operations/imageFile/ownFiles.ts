/** What a capture itself writes below the folder that it reads: no part of the image. */
import { realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { leftOutAsOwn } from '../../../../ownFiles.ts';
import type { NativeOperation } from '../nativeOperation.ts';
import { underFolder } from './captureTree.ts';

/** What is written beside the log. */
export interface OwnPaths {
  /** An image file that is there and grows. */
  readonly grown?: string;
  /** What nobody has named, such as files in the making. */
  readonly temporary?: readonly string[];
}

/** The log and those paths, as far as they are below the folder, wherever links lead to them. */
export class OwnFiles {
  /** By their paths below the folder, in capitals. */
  readonly #inside: ReadonlySet<string>;
  /** What a user has named, and has to know of. */
  readonly #named: readonly string[];

  constructor(operation: NativeOperation, folder: string, { grown = '', temporary = [] }: OwnPaths) {
    const inside = underFolder(realPath(folder));
    const below = (path: string): string[] => {
      const relative = path === '' ? undefined : inside(realPath(path));
      return relative === undefined ? [] : [relative.toUpperCase()];
    };
    const named = [grown, operation.context.log.path];
    this.#named = named.filter((path) => below(path).length > 0);
    this.#inside = new Set([...named, ...temporary].flatMap(below));
  }

  /** @param path Below the folder, such as `\Windows\a.txt`. */
  has(path: string): boolean {
    return this.#inside.has(path.toUpperCase());
  }

  get warnings(): string[] {
    return leftOutAsOwn(this.#named);
  }
}

/** Without links on the way to it, also where it is not there yet. */
function realPath(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    return dirname(path) === path ? path : join(realPath(dirname(path)), basename(path));
  }
}
