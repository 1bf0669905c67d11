/** Changes an image in a folder, each step whole or not at all. */
import { randomUUID } from 'node:crypto';
import {
  accessSync, constants, fchmodSync, fsyncSync, futimesSync, linkSync, lstatSync, mkdirSync, openSync, renameSync, rmdirSync, rmSync, statSync,
} from 'node:fs';
import { release } from '../closing.ts';
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';
import { Lock } from '../platform/linux/locks.ts';
import { removeFolder } from '../platform/linux/removeFolder.ts';
import { isDenied } from '../systemErrors.ts';
import { digestOfFile } from './digest.ts';
import { type Checked, copyInto, misreadError, sameAs, writeChecked } from './fileBytes.ts';
import { copyMetadata, fileMode, neighbourMode, openReplaced } from './fileMetadata.ts';
import { FolderImage } from './folderFiles.ts';
import type { Place } from './folderTree.ts';
import { folderOf, type ReplaceOptions, type WritableImageFiles } from './imageFiles.ts';

/** Temporary files are named so, and nothing else is ever removed as one. */
const temporaryPattern = /(?:^|\/)\.dismts-[0-9a-f-]{36}$/;
/** How a file is opened that must not be there yet, to be written and read back. */
const newFile = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/** An image below a folder that can be changed. */
export class WritableFolderImage extends FolderImage implements WritableImageFiles {
  readonly #onTemporary: (path: string) => void;

  /** @param onTemporary Told of each temporary file before it is made, so that one that a crash leaves can be removed. */
  constructor(path: string, onTemporary: (path: string) => void = () => undefined) {
    super(path);
    this.#onTemporary = onTemporary;
  }

  async replace(path: string, data: Buffer, options: ReplaceOptions): Promise<void> {
    await this.#changeAsync(path, async (place) => {
      const old = openReplaced(place.folder, place.name);
      try {
        await this.#fillTemporary(place, async (descriptor, temporary) => {
          await writeChecked(descriptor, data, options);
          options.signal?.throwIfAborted();
          if (old === undefined) { fchmodSync(descriptor, neighbourMode(place.folder)); } else { copyMetadata(old, descriptor); }
          for (const other of options.otherNames ?? []) { this.#putName(within(place, temporary), other); }
          renameSync(within(place, temporary), within(place, place.name));
          fsyncSync(place.folder);
        });
      } finally {
        if (old !== undefined) { release(old); }
      }
    });
  }

  /**
   * Writes what a file is to hold into a temporary file, flushed and read back: the first half of changing several files as one change. It is in the
   * folder of the file, or in the nearest one above that exists, so that it inherits what the file would. Owner, mode and extended attributes are
   * those of the file that is there, or of `like`.
   * @param content Bytes, or the path of a file outside of the image, however large.
   * @returns The path of the temporary file, for putInPlace() and removeTemporary().
   * @throws DismError ERROR_ALREADY_EXISTS: there is a folder of that name.
   */
  async prepareFile(
    path: string, content: Buffer | { readonly file: string }, options: { readonly signal: AbortSignal; readonly like?: string },
  ): Promise<string> {
    const { signal, like = path } = options;
    if (this.tree.stat(path) === undefined && this.tree.resolve(path) !== undefined) {
      throw new DismError(Hresult.ERROR_ALREADY_EXISTS, `"${path}" is a folder in the image`, { target: path, hint: 'Start over from an intact copy of the image.' });
    }
    return await this.#changeAsync(`${this.nearestFolder(path)}/any`, async (place) => {
      const old = this.tree.open(like);
      try {
        const temporary = await this.#fillTemporary(place, async (descriptor, name) => {
          if (Buffer.isBuffer(content)) {
            await writeChecked(descriptor, content, { verify: sameAs(path, content), signal });
          } else {
            await copyInto(descriptor, content.file, signal);
            this.tree.forgetNames();
            if (!await this.hasCopyOf(content.file, `${place.spelled}/${name}`)) { throw misreadError(path); }
          }
          signal.throwIfAborted();
          if (old === undefined) { fchmodSync(descriptor, fileMode(place.folder)); } else { copyMetadata(old.descriptor, descriptor); }
          // It is a change that programs which copy by time should see.
          futimesSync(descriptor, new Date(), new Date());
          fsyncSync(descriptor);
          fsyncSync(place.folder);
        });
        return place.spelled === '' ? temporary : `${place.spelled}/${temporary}`;
      } finally { if (old !== undefined) { release(old.descriptor); } }
    }, path);
  }

  /** Gives a prepared file its name; folders that are missing are made. */
  async putInPlace(temporaryPath: string, path: string): Promise<void> {
    const parent = folderOf(path);
    if (parent !== '') { await this.makeFolders(parent); }
    const from = this.tree.openParent(temporaryPath);
    try {
      this.#change(path, (place) => {
        renameSync(within(from, from.name), within(place, place.name));
        fsyncSync(place.folder);
        fsyncSync(from.folder);
      });
    } finally {
      release(from.folder);
    }
  }

  /** Deletes a file; it is no error that it does not exist, and a folder of that name stays. A link is deleted itself. */
  removeFile(path: string): void {
    if (this.tree.resolve(path) === undefined) { return; }
    this.#change(path, (place) => {
      if (lstatSync(within(place, place.name), { throwIfNoEntry: false })?.isDirectory() === true) { return; }
      rmSync(within(place, place.name), { force: true });
      fsyncSync(place.folder);
    });
  }

  /** Names of temporary files that a crash left in a folder. */
  temporariesIn(path: string): string[] {
    return this.tree.list(path).map((name) => (path === '' ? name : `${path}/${name}`)).filter((name) => temporaryPattern.test(name));
  }

  /**
   * Takes the lock on a folder of the image, which every DismTs asks for that changes files there.
   * @returns undefined where another process holds it.
   * @throws DismError ERROR_PATH_NOT_FOUND: there is no such folder.
   */
  async lockFolder(path: string, milliseconds: number): Promise<Lock | undefined> {
    const { folder } = this.tree.openParent(`${path}/any`);
    try {
      return await Lock.onDescriptor(folder, path, milliseconds);
    } catch (error) {
      release(folder);
      throw this.tree.at(path, error);
    } finally {
      // Who held it until now may have changed what was listed before.
      this.tree.forgetNames();
    }
  }

  async relink(existing: string, path: string): Promise<void> {
    const source = this.tree.openParent(existing);
    try {
      this.#putName(within(source, source.name), path);
    } finally {
      release(source.folder);
      this.tree.forgetNames();
    }
    await Promise.resolve();
  }

  async makeFolder(path: string): Promise<void> {
    this.#change(path, (place) => {
      mkdirSync(within(place, place.name), { mode: 0o777 });
      fsyncSync(place.folder);
    });
    await Promise.resolve();
  }

  /**
   * Makes a file that is not there yet, flushed and read back. Its folder is not waited for: that is flushFolder(), once for all files in it. Until then, and
   * where the process dies, there may be a file that is cut off; whoever calls this knows what to do with it.
   * @throws the system's error EEXIST: something of that name is there.
   */
  async addFile(path: string, data: Buffer, options: Checked): Promise<void> {
    // What was listed is not forgotten here: listing a folder anew for each of its thousands of files would take minutes.
    await this.tree.inFolderOf(path, async (place) => {
      const descriptor = openSync(within(place, place.name), newFile, fileMode(place.folder));
      try {
        await writeChecked(descriptor, data, options);
      } finally {
        release(descriptor);
      }
    });
  }

  /** Whether a file of the image has the content of one outside of it. */
  async hasCopyOf(source: string, path: string): Promise<boolean> {
    const stat = await this.stat(path);
    return stat !== undefined && stat.size === statSync(source).size && await this.digest(path, 'sha256') === await digestOfFile(source);
  }

  /** Waits for a folder: the names in it are on disk then. */
  flushFolder(path: string): void {
    this.#change(`${path}/any`, ({ folder }) => { fsyncSync(folder); }, path);
  }

  /** Makes a folder, and those above it that do not exist. */
  async makeFolders(path: string): Promise<void> {
    const parts = path.split('/');
    for (let count = 1; count <= parts.length; count++) {
      const parent = parts.slice(0, count - 1).join('/');
      const name = parts[count - 1]?.toUpperCase();
      if (!(await this.list(parent)).some((existing) => existing.toUpperCase() === name)) { await this.makeFolder(parts.slice(0, count).join('/')); }
    }
  }

  /** Removes a file, or a folder with all in it, whichever is there; links are removed themselves. Looked up once: a name in another case is safe from it. */
  async remove(path: string): Promise<void> {
    if (this.tree.resolve(path) === undefined) { return; }
    await this.#changeAsync(path, async (place) => {
      await removeFolder(within(place, place.name));
      rmSync(within(place, place.name), { force: true });
      fsyncSync(place.folder);
    });
  }

  /** Removes a folder, unless there is anything in it. */
  removeEmptyFolder(path: string): void {
    if (this.tree.resolve(path) === undefined || this.tree.list(path).length > 0) { return; }
    this.#change(path, (place) => {
      rmdirSync(within(place, place.name));
      fsyncSync(place.folder);
    });
  }

  /** @throws DismError: the folder cannot be written. */
  requireWritable(path: string, what: string): void {
    this.#change(`${path}/any`, ({ folder }) => {
      try {
        accessSync(`/proc/self/fd/${folder}`, constants.W_OK);
      } catch (cause) {
        if (!isDenied(cause)) { throw cause; }
        throw new DismError(Hresult.DISM_E_IMAGE_READONLY, `${what}: the image cannot be written`, { target: this.description, cause });
      }
    }, path);
  }

  /** Removes a temporary file that a crash left; its name must be one that this class makes. */
  removeTemporary(path: string): void {
    if (!temporaryPattern.test(path) || this.tree.resolve(path) === undefined) { return; }
    this.#change(path, (place) => { rmSync(within(place, place.name), { force: true }); });
  }

  /** Removes all temporary files that a crash left in a folder. */
  removeTemporaries(folder: string): void {
    for (const left of this.temporariesIn(folder)) { this.removeTemporary(left); }
  }

  /** Changes something in the folder of a path, which is open for so long; what was listed is forgotten then. @param about As of #changeAsync(). */
  #change<T>(path: string, work: (place: Place) => T, about = path): T {
    const place = this.tree.openParent(path);
    try {
      return work(place);
    } catch (error) {
      throw this.tree.at(about, error);
    } finally {
      release(place.folder);
      this.tree.forgetNames();
    }
  }

  /** As #change(), for work that takes its time. @param about The path that errors are to name, where it is another. */
  async #changeAsync<T>(path: string, work: (place: Place) => Promise<T>, about = path): Promise<T> {
    try {
      return await this.tree.inFolderOf(path, work, about);
    } finally {
      this.tree.forgetNames();
    }
  }

  /** Makes a temporary file in a folder; where it cannot be filled, it is removed. @returns Its name. */
  async #fillTemporary(place: Place, fill: (descriptor: number, temporary: string) => Promise<void>): Promise<string> {
    const temporary = this.#makeTemporary(place.spelled);
    const descriptor = openSync(within(place, temporary), newFile, 0o600);
    try {
      await fill(descriptor, temporary);
      return temporary;
    } catch (error) {
      rmSync(within(place, temporary), { force: true });
      throw error;
    } finally {
      release(descriptor);
    }
  }

  #makeTemporary(spelledFolder: string): string {
    const name = `.dismts-${randomUUID()}`;
    this.#onTemporary(`${spelledFolder}/${name}`);
    return name;
  }

  /** Makes a path a name of an existing file. */
  #putName(existing: string, path: string): void {
    this.#change(path, (place) => {
      const temporary = within(place, this.#makeTemporary(place.spelled));
      linkSync(existing, temporary);
      try {
        renameSync(temporary, within(place, place.name));
      } finally {
        // Renaming one name of a file over another of the same file does nothing at all.
        rmSync(temporary, { force: true });
      }
      fsyncSync(place.folder);
    });
  }
}

/** Something in a folder that is open, as a path that holds whatever becomes of the folder's own. */
function within({ folder }: Place, name: string): string {
  return `/proc/self/fd/${folder}/${name}`;
}
