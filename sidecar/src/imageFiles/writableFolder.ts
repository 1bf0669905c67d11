/** Changes an image in a folder, each step whole or not at all. */
import { createHash, randomUUID } from 'node:crypto';
import {
  accessSync, closeSync, constants, createReadStream, createWriteStream, fchmodSync, fsyncSync, futimesSync, linkSync, mkdirSync, openSync, renameSync,
  rmSync, statSync,
} from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';
import { Lock } from '../platform/linux/locks.ts';
import { removeFolder } from '../platform/linux/removeFolder.ts';
import { isDenied } from '../systemErrors.ts';
import { readWhole, writeWhole } from './fileBytes.ts';
import { copyMetadata, fileMode, neighbourMode, openReplaced } from './fileMetadata.ts';
import { FolderImage } from './folderFiles.ts';
import type { ReplaceOptions, WritableImageFiles } from './imageFiles.ts';

/** Temporary files are named so, and nothing else is ever removed as one. */
const temporaryPattern = /(?:^|\/)\.dismts-[0-9a-f-]{36}$/;

/** An image below a folder that can be changed. */
export class WritableFolderImage extends FolderImage implements WritableImageFiles {
  readonly #onTemporary: (path: string) => void;

  /** @param onTemporary Told of each temporary file before it is made, so that one that a crash leaves can be removed. */
  constructor(path: string, onTemporary: (path: string) => void = () => undefined) {
    super(path);
    this.#onTemporary = onTemporary;
  }

  async replace(path: string, data: Buffer, options: ReplaceOptions): Promise<void> {
    const { verify, signal, otherNames = [] } = options;
    const { folder, name, spelled } = this.tree.openParent(path);
    const base = `/proc/self/fd/${folder}`;
    const temporary = this.#makeTemporary(spelled);
    try {
      const old = openReplaced(folder, name);
      const descriptor = openSync(`${base}/${temporary}`, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
      try {
        await writeWhole(descriptor, data, signal);
        verify(await readWhole(descriptor, data.length));
        signal?.throwIfAborted();
        if (old === undefined) { fchmodSync(descriptor, neighbourMode(folder, base)); } else { copyMetadata(old, descriptor); }
        for (const other of otherNames) { this.#putName(`${base}/${temporary}`, other); }
        renameSync(`${base}/${temporary}`, `${base}/${name}`);
        fsyncSync(folder);
      } catch (error) {
        rmSync(`${base}/${temporary}`, { force: true });
        throw error;
      } finally {
        closeSync(descriptor);
        if (old !== undefined) { closeSync(old); }
      }
    } catch (error) {
      throw this.tree.at(path, error);
    } finally {
      closeSync(folder);
      this.tree.forgetNames();
    }
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
    const { folder, spelled } = this.tree.openParent(`${this.nearestFolder(path)}/any`);
    const temporary = this.#makeTemporary(spelled);
    const name = `/proc/self/fd/${folder}/${temporary}`;
    try {
      const old = this.tree.open(like);
      if (this.tree.open(path) === undefined && this.tree.resolve(path) !== undefined) {
        throw new DismError(Hresult.ERROR_ALREADY_EXISTS, `"${path}" is a folder in the image`, { target: path, hint: 'Start over from an intact copy of the image.' });
      }
      const descriptor = openSync(name, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
      try {
        if (Buffer.isBuffer(content)) {
          await writeWhole(descriptor, content, signal);
          const readBack = await readWhole(descriptor, content.length);
          if (!readBack.equals(content)) { throw new Error(`what was read back of "${path}" is not what was written`); }
        } else {
          await pipeline(createReadStream(content.file), createWriteStream('', { fd: descriptor, autoClose: false }), { signal });
          this.tree.forgetNames();
          if (await this.digest(`${spelled}/${temporary}`, 'sha256') !== await digestOfFile(content.file)) { throw new Error(`the copy of "${content.file}" is not what it should be`); }
        }
        signal.throwIfAborted();
        if (old === undefined) { fchmodSync(descriptor, fileMode(folder)); } else { copyMetadata(old.descriptor, descriptor); }
        // It is a change that programs which copy by time should see.
        futimesSync(descriptor, new Date(), new Date());
        fsyncSync(descriptor);
      } catch (error) {
        rmSync(name, { force: true });
        throw error;
      } finally {
        closeSync(descriptor);
        if (old !== undefined) { closeSync(old.descriptor); }
      }
      fsyncSync(folder);
    } catch (error) {
      throw this.tree.at(path, error);
    } finally {
      closeSync(folder);
      this.tree.forgetNames();
    }
    return spelled === '' ? temporary : `${spelled}/${temporary}`;
  }

  /** The folder of a path, or the nearest one above it that exists, as it is spelled. */
  nearestFolder(path: string): string {
    const parts = path.split('/').slice(0, -1);
    while (parts.length > 0 && this.tree.resolve(parts.join('/')) === undefined) { parts.pop(); }
    return this.tree.resolve(parts.join('/')) ?? '';
  }

  /** Gives a prepared file its name; folders that are missing are made. */
  async putInPlace(temporaryPath: string, path: string): Promise<void> {
    const parent = path.split('/').slice(0, -1).join('/');
    if (parent !== '') { await this.makeFolders(parent); }
    const from = this.tree.openParent(temporaryPath);
    try {
      const { folder, name } = this.tree.openParent(path);
      try {
        renameSync(`/proc/self/fd/${from.folder}/${from.name}`, `/proc/self/fd/${folder}/${name}`);
        fsyncSync(folder);
        fsyncSync(from.folder);
      } finally {
        closeSync(folder);
      }
    } catch (error) {
      throw this.tree.at(path, error);
    } finally {
      closeSync(from.folder);
      this.tree.forgetNames();
    }
  }

  /** Deletes a file; it is no error that it does not exist. A link is deleted itself. */
  removeFile(path: string): void {
    const place = this.tree.resolve(path) === undefined ? undefined : this.tree.openParent(path);
    if (place === undefined) { return; }
    try {
      rmSync(`/proc/self/fd/${place.folder}/${place.name}`, { force: true });
      fsyncSync(place.folder);
    } catch (error) {
      throw this.tree.at(path, error);
    } finally {
      closeSync(place.folder);
      this.tree.forgetNames();
    }
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
      closeSync(folder);
      throw this.tree.at(path, error);
    } finally {
      // Who held it until now may have changed what was listed before.
      this.tree.forgetNames();
    }
  }

  async relink(existing: string, path: string): Promise<void> {
    const source = this.tree.openParent(existing);
    try {
      this.#putName(`/proc/self/fd/${source.folder}/${source.name}`, path);
    } finally {
      closeSync(source.folder);
      this.tree.forgetNames();
    }
    await Promise.resolve();
  }

  async makeFolder(path: string): Promise<void> {
    const { folder, name } = this.tree.openParent(path);
    try {
      mkdirSync(`/proc/self/fd/${folder}/${name}`, { mode: 0o777 });
      fsyncSync(folder);
    } catch (error) {
      throw this.tree.at(path, error);
    } finally {
      closeSync(folder);
      this.tree.forgetNames();
    }
    await Promise.resolve();
  }

  /**
   * Makes a file that is not there yet, flushed and read back. Its folder is not waited for: that is flushFolder(), once for all files in it. Until then, and
   * where the process dies, there may be a file that is cut off; whoever calls this knows what to do with it.
   * @throws the system's error EEXIST: something of that name is there.
   */
  async addFile(path: string, data: Buffer, options: Pick<ReplaceOptions, 'verify' | 'signal'>): Promise<void> {
    const { folder, name } = this.tree.openParent(path);
    try {
      const descriptor = openSync(`/proc/self/fd/${folder}/${name}`, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, fileMode(folder));
      try {
        await writeWhole(descriptor, data, options.signal);
        options.verify(await readWhole(descriptor, data.length));
      } finally {
        closeSync(descriptor);
      }
    } catch (error) {
      throw this.tree.at(path, error);
    } finally {
      closeSync(folder);
    }
  }

  /** Whether a file of the image has the content of one outside of it. */
  async hasCopyOf(source: string, path: string): Promise<boolean> {
    const stat = await this.stat(path);
    return stat !== undefined && stat.size === statSync(source).size && await this.digest(path, 'sha256') === await digestOfFile(source);
  }

  /** Waits for a folder: the names in it are on disk then. */
  flushFolder(path: string): void {
    const { folder } = this.tree.openParent(`${path}/any`);
    try {
      fsyncSync(folder);
    } catch (error) {
      throw this.tree.at(path, error);
    } finally {
      closeSync(folder);
      this.tree.forgetNames();
    }
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

  /** Removes a folder with all that is in it; it is no error that it does not exist. Links are removed themselves, not what they lead to. */
  async removeFolder(path: string): Promise<void> {
    const place = this.tree.resolve(path) === undefined ? undefined : this.tree.openParent(path);
    if (place === undefined) { return; }
    try {
      await removeFolder(`/proc/self/fd/${place.folder}/${place.name}`);
      fsyncSync(place.folder);
    } catch (error) {
      throw this.tree.at(path, error);
    } finally {
      closeSync(place.folder);
      this.tree.forgetNames();
    }
  }

  /** @throws DismError: the folder cannot be written. */
  requireWritable(path: string, what: string): void {
    const { folder } = this.tree.openParent(`${path}/any`);
    try {
      accessSync(`/proc/self/fd/${folder}`, constants.W_OK);
    } catch (cause) {
      if (!isDenied(cause)) { throw this.tree.at(path, cause); }
      throw new DismError(Hresult.DISM_E_IMAGE_READONLY, `${what}: the image cannot be written`, { target: this.description, cause });
    } finally {
      closeSync(folder);
    }
  }

  /** Removes a temporary file that a crash left; its name must be one that this class makes. */
  removeTemporary(path: string): void {
    if (!temporaryPattern.test(path) || this.tree.resolve(path) === undefined) { return; }
    const { folder, name } = this.tree.openParent(path);
    try {
      rmSync(`/proc/self/fd/${folder}/${name}`, { force: true });
    } finally {
      closeSync(folder);
      this.tree.forgetNames();
    }
  }

  #makeTemporary(spelledFolder: string): string {
    const name = `.dismts-${randomUUID()}`;
    this.#onTemporary(`${spelledFolder}/${name}`);
    return name;
  }

  /** Makes a path a name of an existing file. */
  #putName(existing: string, path: string): void {
    const { folder, name, spelled } = this.tree.openParent(path);
    const base = `/proc/self/fd/${folder}`;
    const temporary = this.#makeTemporary(spelled);
    try {
      linkSync(existing, `${base}/${temporary}`);
      try {
        renameSync(`${base}/${temporary}`, `${base}/${name}`);
      } finally {
        // Renaming one name of a file over another of the same file does nothing at all.
        rmSync(`${base}/${temporary}`, { force: true });
      }
      fsyncSync(folder);
    } catch (error) {
      throw this.tree.at(path, error);
    } finally {
      closeSync(folder);
    }
  }
}

async function digestOfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
