/** A file that only this user can have written: extracted, checked and handed out by its descriptor. */
import { createHash, randomBytes } from 'node:crypto';
import {
  constants, fstatSync, fsyncSync, lstatSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync,
} from 'node:fs';
import type { Stats } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { release } from '../closing.ts';
import { makeFolders } from '../makeFolders.ts';

/** Somebody else could have changed what is at `path`. */
export class UnsafePathError extends Error {
  override readonly name = 'UnsafePathError';
  readonly path: string;

  constructor(path: string, reason: string) {
    super(`"${path}" ${reason}`);
    this.path = path;
  }
}

/** A file to be had. */
export interface PrivateFile {
  /** Folder that belongs to the system or the user; created when missing, not judged. */
  readonly base: string;
  /** Folders below it, from the outermost in: each is created with mode 0700, or refused when others can change it. */
  readonly below: readonly string[];
  readonly name: string;
  /** Hexadecimal SHA-256 of the content. */
  readonly sha256: string;
  /** Read only when the file has to be written. */
  readonly content: () => Uint8Array;
}

/**
 * Calls `use` with a path whose content has the hash; a file with another content, owner or mode is replaced.
 * @throws UnsafePathError: a folder on the way is a link or can be changed by others.
 * @throws Error of node:fs: no permission, no space.
 */
export function withPrivateFile<T>(file: PrivateFile, use: (path: string) => T): T {
  let folder = file.base;
  makeFolders(folder, 0o700);
  for (const name of file.below) {
    folder = join(folder, name);
    ensurePrivateFolder(folder);
  }
  const path = join(folder, file.name);
  let descriptor = openVerified(path, file.sha256);
  if (descriptor === undefined) {
    replace(folder, path, file.content());
    descriptor = openVerified(path, file.sha256);
  }
  if (descriptor === undefined) {
    throw new UnsafePathError(path, 'was changed while it was written');
  }
  try {
    // By descriptor where the system can: what was hashed is what is used, whatever happens to the path in between.
    return use(process.platform === 'linux' ? `/proc/self/fd/${descriptor}` : path);
  } finally {
    release(descriptor);
  }
}

/** Open(2)'s flag for a file without a name: Linux. Node has no name for it. */
const O_TMPFILE = 0o20200000;

/**
 * As withPrivateFile(), by a file without a name in the folder for temporary files: nobody else can reach it, and it is gone with its descriptor.
 * @throws Error of node:fs: the file system has no such files, or no space.
 */
export function withTemporaryFile<T>(content: () => Uint8Array, use: (path: string) => T): T {
  const descriptor = openSync(tmpdir(), constants.O_RDWR | O_TMPFILE, 0o600);
  try {
    writeFileSync(descriptor, content());
    return use(`/proc/self/fd/${descriptor}`);
  } finally {
    release(descriptor);
  }
}

function ensurePrivateFolder(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') { throw error; }
  }
  // A junction is a symbolic link to node:fs as well.
  const stats = lstatSync(path);
  if (!stats.isDirectory()) {
    throw new UnsafePathError(path, stats.isSymbolicLink() ? 'is a link' : 'is not a folder');
  }
  const reason = changeableByOthers(stats);
  if (reason !== undefined) { throw new UnsafePathError(path, reason); }
}

/** Why somebody else can change what these stats are of. On Windows folders inherit their access from the base, which mode bits do not show. */
function changeableByOthers(stats: Stats): string | undefined {
  if (process.platform === 'win32') { return undefined; }
  if (stats.uid !== process.geteuid?.()) { return `belongs to user ${stats.uid}`; }
  return (stats.mode & 0o022) === 0 ? undefined : 'can be written by others';
}

/** Opens the file when its owner, mode and content are right. */
function openVerified(path: string, sha256: string): number | undefined {
  let descriptor: number;
  try {
    // Windows has no O_NOFOLLOW (undefined, so 0 here); a file link there needs the right to write the folder, or to be an administrator.
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ELOOP') { return undefined; }
    throw error;
  }
  const stats = fstatSync(descriptor);
  const good = stats.isFile() && changeableByOthers(stats) === undefined
    && createHash('sha256').update(readFileSync(descriptor)).digest('hex') === sha256;
  if (good) { return descriptor; }
  release(descriptor);
  return undefined;
}

/** Puts a new file in place of whatever has the name: another process sees the old one or the new one, whole. */
function replace(folder: string, path: string, content: Uint8Array): void {
  const temporary = join(folder, `.${process.pid}-${randomBytes(8).toString('hex')}.tmp`);
  try {
    const descriptor = openSync(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
    try {
      writeFileSync(descriptor, content);
      fsyncSync(descriptor);
    } finally {
      release(descriptor);
    }
    renameSync(temporary, path);
    removeOld(folder);
  } finally {
    rmSync(temporary, { force: true });
  }
}

const dayMs = 24 * 60 * 60 * 1000;

/** Removes what earlier versions extracted beside a new file, and what killed processes left. What a process has loaded stays with it. */
function removeOld(folder: string): void {
  const above = dirname(folder);
  for (const name of namesIn(above)) {
    if (name !== basename(folder) && /^[0-9a-f]{64}$/.test(name)) { rmSync(join(above, name), { recursive: true, force: true }); }
  }
  for (const name of namesIn(folder)) {
    const path = join(folder, name);
    const age = Date.now() - (lstatSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    // One of today may be another process that extracts the same at this moment.
    if (/^\.\d+-[0-9a-f]{16}\.tmp$/.test(name) && age > dayMs) { rmSync(path, { force: true }); }
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
