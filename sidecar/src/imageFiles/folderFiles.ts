/** An image in a folder: a mount, or an installation applied to a disk. */
import { createHash, hash, randomUUID, webcrypto } from 'node:crypto';
import {
  accessSync, closeSync, constants, fchmodSync, fchownSync, fstatSync, fsync, fsyncSync, futimesSync, linkSync,
  lstatSync, mkdirSync, openSync, read as readDescriptor, readdirSync, renameSync, rmSync, write as writeDescriptor,
} from 'node:fs';
import { promisify } from 'node:util';
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';
import { openBeneath } from '../platform/linux/beneath.ts';
import { type DigestAlgorithm, type FileStat, maxFileBytes, type ReplaceOptions, tooLarge, type WritableImageFiles } from './imageFiles.ts';
import { copyAttributes } from '../platform/linux/attributes.ts';

const readAsync = promisify(readDescriptor);
const writeAsync = promisify(writeDescriptor);
const fsyncAsync = promisify(fsync);

/** Files up to this size are read whole and hashed on a thread of the pool; larger ones piece by piece on this one. */
const wholeFileBytes = 16 * 1024 * 1024;
const pieceBytes = 1024 * 1024;
/** Up to this size, handing bytes to a thread takes longer than hashing them. */
const smallFileBytes = 64 * 1024;
/** After so many bytes written the disk is waited for, so that a cancellation never waits for more. */
const flushBytes = 16 * 1024 * 1024;

/** Names of a folder by their upper-case form; several where they differ in case only. */
type Names = ReadonlyMap<string, readonly string[]>;

/** An image below a folder that is open for as long as this object is. */
export class FolderImage implements WritableImageFiles {
  readonly hasOrder = false;
  readonly description: string;
  readonly #root: number;
  /** Folders that were listed, by their path as spelled. */
  readonly #names = new Map<string, Names>();

  readonly #onTemporary: (path: string) => void;

  /** @param onTemporary Told of each temporary file before it is made, so that one that a crash leaves can be removed. */
  constructor(path: string, onTemporary: (path: string) => void = () => undefined) {
    this.description = path;
    this.#onTemporary = onTemporary;
    try {
      this.#root = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
    } catch (cause) {
      throw new DismError(Hresult.ERROR_PATH_NOT_FOUND, `Cannot open the folder "${path}"`, { target: path, cause });
    }
  }

  async close(): Promise<void> {
    closeSync(this.#root);
    await Promise.resolve();
  }

  async read(path: string, maxBytes = maxFileBytes): Promise<Buffer | undefined> {
    return await this.#withFile(path, async (descriptor, size) => {
      if (size > maxBytes) { throw tooLarge(path, size, maxBytes); }
      return await readWhole(descriptor, size);
    });
  }

  async readHead(path: string, bytes: number): Promise<Buffer | undefined> {
    return await this.#withFile(path, async (descriptor, size) => await readWhole(descriptor, Math.min(size, bytes)));
  }

  async list(path: string): Promise<string[]> {
    const found = this.#resolve(path);
    return await Promise.resolve(found === undefined ? [] : [...this.#namesOf(found).values()].flat());
  }

  async stat(path: string): Promise<FileStat | undefined> {
    return await this.#withFile(path, async (descriptor) => {
      const { dev, ino, size, nlink } = fstatSync(descriptor, { bigint: true });
      return await Promise.resolve({ id: `${dev}:${ino}`, size: Number(size), links: Number(nlink), place: Number(ino) });
    });
  }

  async digest(path: string, algorithm: DigestAlgorithm, onBytes?: (bytes: number) => void): Promise<string | undefined> {
    return await this.#withFile(path, async (descriptor, size) => {
      if (size <= wholeFileBytes) {
        const data = await readWhole(descriptor, size);
        onBytes?.(data.length);
        return await digestOf(data, algorithm);
      }
      const hash = createHash(algorithm);
      const buffer = Buffer.allocUnsafe(pieceBytes);
      for (let position = 0; ;) {
        const { bytesRead } = await readAsync(descriptor, buffer, 0, buffer.length, position);
        if (bytesRead === 0) { return hash.digest('hex'); }
        hash.update(buffer.subarray(0, bytesRead));
        position += bytesRead;
        onBytes?.(bytesRead);
      }
    });
  }

  async replace(path: string, data: Buffer, options: ReplaceOptions): Promise<void> {
    const { verify, signal, otherNames = [] } = options;
    const { folder, name, spelled } = this.#openParent(path);
    const base = `/proc/self/fd/${folder}`;
    const temporary = `.dismts-${randomUUID()}`;
    this.#onTemporary(`${spelled}/${temporary}`);
    try {
      const old = openBeneath(folder, name, constants.O_RDONLY | constants.O_NONBLOCK);
      const descriptor = openSync(`${base}/${temporary}`, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
      try {
        await writeWhole(descriptor, data, signal);
        verify(await readWhole(descriptor, data.length));
        signal?.throwIfAborted();
        if (old === undefined) {
          fchmodSync(descriptor, neighbourMode(folder, base));
        } else {
          const stat = fstatSync(old);
          copyAttributes(old, descriptor);
          fchownSync(descriptor, stat.uid, stat.gid);
          fchmodSync(descriptor, stat.mode & 0o7777);
          futimesSync(descriptor, stat.atime, stat.mtime);
        }
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
    } finally {
      closeSync(folder);
      this.#names.clear();
    }
  }

  async relink(existing: string, path: string): Promise<void> {
    const source = this.#openParent(existing);
    try {
      this.#putName(`/proc/self/fd/${source.folder}/${source.name}`, path);
    } finally {
      closeSync(source.folder);
      this.#names.clear();
    }
    await Promise.resolve();
  }

  /** Makes a path a name of an existing file. */
  #putName(existing: string, path: string): void {
    const { folder, name, spelled } = this.#openParent(path);
    const base = `/proc/self/fd/${folder}`;
    const temporary = `.dismts-${randomUUID()}`;
    this.#onTemporary(`${spelled}/${temporary}`);
    try {
      linkSync(existing, `${base}/${temporary}`);
      try {
        renameSync(`${base}/${temporary}`, `${base}/${name}`);
      } finally {
        // Renaming one name of a file over another of the same file does nothing at all.
        rmSync(`${base}/${temporary}`, { force: true });
      }
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
  }

  /** @throws DismError: the folder cannot be written. */
  requireWritable(path: string, what: string): void {
    const { folder } = this.#openParent(`${path}/any`);
    try {
      accessSync(`/proc/self/fd/${folder}`, constants.W_OK);
    } catch (cause) {
      throw new DismError(Hresult.DISM_E_IMAGE_READONLY, `${what}: the image cannot be written`, { target: this.description, cause });
    } finally {
      closeSync(folder);
    }
  }

  /** Removes a temporary file that a crash left; its name must be one that this class makes. */
  removeTemporary(path: string): void {
    if (!/(?:^|\/)\.dismts-[0-9a-f-]{36}$/.test(path)) { return; }
    const parent = this.#resolve(path.split('/').slice(0, -1).join('/'));
    const folder = parent === undefined ? undefined : openBeneath(this.#root, parent, constants.O_RDONLY | constants.O_DIRECTORY);
    if (folder === undefined) { return; }
    try {
      rmSync(`/proc/self/fd/${folder}/${path.split('/').at(-1) ?? ''}`, { force: true });
    } finally {
      closeSync(folder);
    }
  }

  async makeFolder(path: string): Promise<void> {
    const { folder, name } = this.#openParent(path);
    try {
      mkdirSync(`/proc/self/fd/${folder}/${name}`, { mode: 0o777 });
      fsyncSync(folder);
    } finally {
      closeSync(folder);
      this.#names.clear();
    }
    await Promise.resolve();
  }

  /** The path as it is spelled, or undefined where there is none. @throws DismError: two names fit. */
  #resolve(path: string): string | undefined {
    let spelled = '';
    for (const part of path.split('/').filter((name) => name !== '')) {
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

  #namesOf(spelled: string): Names {
    const known = this.#names.get(spelled);
    if (known !== undefined) { return known; }
    const names = new Map<string, string[]>();
    const folder = openBeneath(this.#root, spelled, constants.O_RDONLY | constants.O_DIRECTORY);
    if (folder !== undefined) {
      try {
        for (const name of readdirSync(`/proc/self/fd/${folder}`)) {
          const upper = name.toUpperCase();
          const same = names.get(upper);
          if (same === undefined) { names.set(upper, [name]); } else { same.push(name); }
        }
      } finally {
        closeSync(folder);
      }
    }
    this.#names.set(spelled, names);
    return names;
  }

  /** Opens the folder of a path; the caller closes it. The name is spelled as the file is, where there is one. */
  #openParent(path: string): { folder: number; name: string; spelled: string } {
    const parts = path.split('/').filter((part) => part !== '');
    const asked = parts.pop();
    const parent = this.#resolve(parts.join('/'));
    const folder = parent === undefined ? undefined : openBeneath(this.#root, parent, constants.O_RDONLY | constants.O_DIRECTORY);
    if (asked === undefined || folder === undefined) {
      throw new DismError(Hresult.ERROR_PATH_NOT_FOUND, `The folder of "${path}" does not exist in the image`, { target: path });
    }
    return { folder, name: this.#resolve(path)?.split('/').at(-1) ?? asked, spelled: parent ?? '' };
  }

  /** Opens a regular file, and nothing else: opening a pipe or device could block or set something off. */
  async #withFile<T>(path: string, use: (descriptor: number, size: number) => Promise<T>): Promise<T | undefined> {
    const spelled = this.#resolve(path);
    const descriptor = spelled === undefined || spelled === '' ? undefined : openBeneath(this.#root, spelled, constants.O_RDONLY | constants.O_NONBLOCK);
    if (descriptor === undefined) { return undefined; }
    try {
      const stat = fstatSync(descriptor);
      return stat.isFile() ? await use(descriptor, stat.size) : undefined;
    } finally {
      closeSync(descriptor);
    }
  }
}

/** The mode of a file that comes back: that of the files beside it. */
function neighbourMode(folder: number, base: string): number {
  for (const name of readdirSync(base)) {
    const stat = lstatSync(`${base}/${name}`);
    if (stat.isFile() && !name.startsWith('.dismts-')) { return stat.mode & 0o7777; }
  }
  return fstatSync(folder).mode & 0o666;
}

async function readWhole(descriptor: number, size: number): Promise<Buffer> {
  const data = Buffer.allocUnsafe(size);
  let done = 0;
  while (done < size) {
    const { bytesRead } = await readAsync(descriptor, data, done, size - done, done);
    if (bytesRead === 0) { break; }
    done += bytesRead;
  }
  return data.subarray(0, done);
}

async function writeWhole(descriptor: number, data: Buffer, signal: AbortSignal | undefined): Promise<void> {
  for (let done = 0; done < data.length;) {
    const end = Math.min(done + flushBytes, data.length);
    while (done < end) { done += (await writeAsync(descriptor, data, done, end - done, done)).bytesWritten; }
    await fsyncAsync(descriptor);
    signal?.throwIfAborted();
  }
  await fsyncAsync(descriptor);
}

/** Digest of bytes in lower-case hex; that of more than a few is computed on a thread of the pool. */
export async function digestOf(data: Buffer, algorithm: DigestAlgorithm): Promise<string> {
  if (data.length <= smallFileBytes) { return hash(algorithm, data, 'hex'); }
  const digest = await webcrypto.subtle.digest(algorithm === 'sha256' ? 'SHA-256' : 'SHA-1', data);
  return Buffer.from(digest).toString('hex');
}
