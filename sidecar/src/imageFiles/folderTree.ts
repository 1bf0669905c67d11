/** The names below a folder, found without regard to case, and never through a link: descriptors for what reads and writes there. */
import { constants, fstatSync, openSync, readdirSync, type BigIntStats } from 'node:fs';
import { join } from 'node:path';
import { release } from '../closing.ts';
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';
import { openBeneath } from '../platform/linux/beneath.ts';
import { foreignMountError } from '../platform/linux/foreignMounts.ts';
import { atPath, isSystemError, systemFailure } from '../systemErrors.ts';
import { NotAFileError } from './fileTrouble.ts';

/** Has no name in Node; the same on every architecture that Linux runs Node on. */
const O_PATH = 0o10000000;

/** Names of a folder by their upper-case form; several where they differ in case only. */
type Names = ReadonlyMap<string, readonly string[]>;

/** A folder and the name of something in it. */
export interface Place {
  /** Descriptor of the folder; whoever asked closes it. */
  readonly folder: number;
  /** Spelled as the file is, where there is one. */
  readonly name: string;
  /** Path of the folder as it is spelled. */
  readonly spelled: string;
}

/** What is below a folder that is open for as long as this object is. */
export class FolderTree {
  readonly #path: string;
  readonly #root: number;
  /** Folders that were listed, by their path as spelled. */
  readonly #names = new Map<string, Names>();

  /** @throws DismError: the folder cannot be opened. */
  constructor(path: string) {
    this.#path = path;
    try {
      this.#root = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
    } catch (error) {
      if (!isSystemError(error)) { throw error; }
      const what = `Cannot open the folder "${path}"`;
      throw error.code === 'ENOENT'
        ? new DismError(Hresult.ERROR_PATH_NOT_FOUND, `${what}: it does not exist`, { target: path, cause: error })
        : foreignMountError(error, what, path) ?? systemFailure(error, what, path);
    }
  }

  /** The error of a call on a descriptor, with the path of the file that the caller had opened. */
  at(path: string, error: unknown): unknown {
    return atPath(error, join(this.#path, path));
  }

  close(): void {
    release(this.#root);
  }

  /** What is the folder itself. */
  statRoot(): BigIntStats {
    return fstatSync(this.#root, { bigint: true });
  }

  /** Something was added or renamed: what was listed may not be so any more. */
  forgetNames(): void {
    this.#names.clear();
  }

  /** The path as it is spelled, or undefined where there is none. @throws DismError: two names fit. */
  resolve(path: string): string | undefined {
    let spelled = '';
    for (const part of path.split('/')) {
      if (part === '') { continue; }
      if (part === '..' || part === '.') { throw new DismError(Hresult.E_INVALIDARG, `The path "${path}" is not one of an image`, { target: path }); }
      const names = this.#namesOf(spelled).get(part.toUpperCase());
      if (names === undefined) { return undefined; }
      const name = names.length === 1 ? names[0] : names.find((candidate) => candidate === part);
      if (name === undefined) {
        throw new DismError(Hresult.ERROR_FILE_CORRUPT, `"${path}" fits several names that differ in case only: ${names.join(', ')}`, { target: path });
      }
      spelled = spelled === '' ? name : `${spelled}/${name}`;
    }
    return spelled;
  }

  /** Names in a folder, as they are spelled. */
  list(path: string): string[] {
    const found = this.resolve(path);
    return found === undefined ? [] : [...this.#namesOf(found).values()].flat();
  }

  #namesOf(spelled: string): Names {
    const known = this.#names.get(spelled);
    if (known !== undefined) { return known; }
    const names = new Map<string, string[]>();
    const folder = this.#openFolder(spelled);
    if (folder !== undefined) {
      try {
        for (const name of readdirSync(`/proc/self/fd/${folder}`)) {
          const upper = name.toUpperCase();
          const same = names.get(upper);
          if (same === undefined) { names.set(upper, [name]); } else { same.push(name); }
        }
      } catch (error) {
        throw this.at(spelled, error);
      } finally {
        release(folder);
      }
    }
    this.#names.set(spelled, names);
    return names;
  }

  #openFolder(spelled: string): number | undefined {
    try {
      return openBeneath(this.#root, spelled, constants.O_RDONLY | constants.O_DIRECTORY);
    } catch (error) {
      throw this.at(spelled, error);
    }
  }

  /** Opens the folder of a path; the caller closes it. @throws DismError ERROR_PATH_NOT_FOUND: there is none. */
  openParent(path: string): Place {
    const parts = path.split('/').filter((part) => part !== '');
    const asked = parts.pop();
    const parent = this.resolve(parts.join('/'));
    const folder = parent === undefined ? undefined : this.#openFolder(parent);
    if (asked === undefined || parent === undefined || folder === undefined) {
      throw new DismError(Hresult.ERROR_PATH_NOT_FOUND, `The folder of "${path}" does not exist in the image`, { target: path });
    }
    return { folder, name: this.resolve(path)?.split('/').at(-1) ?? asked, spelled: parent };
  }

  /** Works in the folder of a path, which is open for so long. An error of the system is about the path then, or `about`. @throws DismError as openParent() */
  async inFolderOf<T>(path: string, work: (place: Place) => Promise<T>, about = path): Promise<T> {
    const place = this.openParent(path);
    try {
      return await work(place);
    } catch (error) {
      throw this.at(about, error);
    } finally {
      release(place.folder);
    }
  }

  /**
   * What a regular file is, without opening it; undefined where there is none.
   * @throws NotAFileError: it is a pipe, socket or device.
   */
  stat(path: string): BigIntStats | undefined {
    const spelled = this.resolve(path);
    if (spelled === undefined || spelled === '') { return undefined; }
    try {
      return lookAt(this.#root, spelled, (_, stat) => stat);
    } catch (error) {
      throw this.at(spelled, error);
    }
  }

  /** Opens a regular file for reading, and nothing else; undefined where there is none. The caller closes it. @throws NotAFileError as stat() */
  open(path: string): OpenFile | undefined {
    const spelled = this.resolve(path);
    if (spelled === undefined || spelled === '') { return undefined; }
    try {
      return openFile(this.#root, spelled);
    } catch (error) {
      throw this.at(spelled, error);
    }
  }
}

/** A file that is open for reading. */
export interface OpenFile {
  readonly descriptor: number;
  /** Bytes that it had when it was opened. */
  readonly size: number;
}

/** Opens a regular file below a folder, and nothing else: opening a pipe or device could block or set something off. */
export function openFile(folder: number, path: string): OpenFile | undefined {
  // The link of /proc leads to the very file that was looked at.
  return lookAt(folder, path, (descriptor, { size }) => ({ descriptor: openSync(`/proc/self/fd/${descriptor}`, constants.O_RDONLY), size: Number(size) }));
}

/** Gives a descriptor that can only be looked at, of a regular file. */
function lookAt<T>(folder: number, path: string, use: (descriptor: number, stat: BigIntStats) => T): T | undefined {
  const descriptor = openBeneath(folder, path, O_PATH);
  if (descriptor === undefined) { return undefined; }
  try {
    const stat = fstatSync(descriptor, { bigint: true });
    if (stat.isFile()) { return use(descriptor, stat); }
    if (stat.isDirectory()) { return undefined; }
    if (stat.isSymbolicLink()) {
      throw new DismError(Hresult.E_ACCESSDENIED, `The path "${path}" of the image leads through a link or out of it`, {
        target: path, hint: 'The image is damaged or hostile; nothing outside of it was touched.',
      });
    }
    throw new NotAFileError(path, stat.isFIFO() ? 'a pipe' : stat.isSocket() ? 'a socket' : 'a device');
  } finally {
    release(descriptor);
  }
}
