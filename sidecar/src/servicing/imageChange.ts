/** Changes registry hives and files of an image as one: killed at any point, the image has all of the change or nothing of it. */
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';
import { folderOf, maxFileBytes } from '../imageFiles/imageFiles.ts';
import { readRealFile } from '../imageFiles/realFile.ts';
import type { WritableFolderImage } from '../imageFiles/writableFolder.ts';
import { EditableHive } from '../registry/editableHive.ts';
import { replayLogs } from '../registry/hiveLogs.ts';
import { messageOf } from '../systemErrors.ts';
import {
  carryOut, digestOfBytes, finishJournal, hasJournal, type JournalledFile, noteChange, notePreparation, removeJournal,
} from './changeJournal.ts';
import { configFolder } from './hivePaths.ts';
import { isRemovable } from './removablePaths.ts';
import { missingHive, readLogs, requireHivePath } from './readHive.ts';

/** How to change an image. */
export interface ImageChangeOptions {
  /** The Windows folder below the root of the image. */
  readonly windows: string;
  /** Stops it before anything has happened, or not at all. */
  readonly signal: AbortSignal;
  /** Compute everything, write nothing. */
  readonly validateOnly?: boolean | undefined;
  /** Replay the logs of a hive that was not closed properly, as Windows does; without it, such a hive is refused. */
  readonly replayLog?: boolean | undefined;
  /** Is given sentences for the user. */
  readonly warn: (text: string) => void;
}

/** The hives that a change is made in. */
export interface OpenHives {
  /** @throws DismError ERROR_FILE_NOT_FOUND: the image has no hive of that name. */
  get(name: string): EditableHive;
  find(name: string): EditableHive | undefined;
}

/** What a change is made with. Nothing of it is in the image before it has ended. */
export interface ImageChange extends OpenHives {
  /**
   * Gives a file its content, whether it exists or not; folders that are missing are made.
   * @param content Bytes, or the path of a file outside of the image.
   * @param like The file whose owner, mode and attributes it gets, where there is none of this name.
   */
  putFile(path: string, content: Buffer | { readonly file: string }, like?: string): void;
  /** Removes a file, or a folder with all that is in it; only what isRemovable() says. */
  remove(path: string): void;
}

/** How long another process is waited for that changes the same image. */
const lockMs = 10_000;

/**
 * Opens hives under the lock of the image, lets `change` change them in memory and say what is to become of files, and writes all that as one change.
 * What `change` throws leaves everything as it was.
 * @param names As for hivePath(): `SOFTWARE`, or a path in the image.
 * @throws DismError E_INVALIDARG: no such hive. ERROR_FILE_CORRUPT: a hive is damaged, or something else is in its place.
 * DISMTS_E_HIVE_DIRTY: its last changes are in its logs.
 * DISM_E_IMAGE_BUSY: another process changes this image.
 */
export async function changeImage<T>(
  image: WritableFolderImage, names: readonly string[], options: ImageChangeOptions, change: (open: ImageChange) => T | Promise<T>,
): Promise<T> {
  const { windows, signal, validateOnly = false } = options;
  return await withImageLock(image, windows, async () => {
    if (!validateOnly) {
      await finishJournal(image, windows);
      removeLeftovers(image, names, windows);
    } else if (await hasJournal(image, windows)) {
      options.warn('An earlier change of the image was interrupted; the next command that changes something finishes or undoes it');
    }
    const files = await readHives(image, names, options);
    const opened = new Map<string, EditableHive>();
    const find = (name: string): EditableHive | undefined => {
      const file = files.get(name.toUpperCase());
      if (file === undefined) { return undefined; }
      const hive = opened.get(file.path.toUpperCase()) ?? EditableHive.parse(file.replayed ?? file.data, file.path);
      opened.set(file.path.toUpperCase(), hive);
      return hive;
    };
    const contents: FileContent[] = [];
    const removals: string[] = [];
    const result = await change({
      find,
      get: (name) => {
        const hive = find(name);
        if (hive === undefined) { throw missingHive(requireHivePath(windows, name)); }
        return hive;
      },
      putFile: (path, content, like) => { contents.push({ path, content, like }); },
      remove: (path) => {
        if (!isRemovable(windows, path)) { throw new Error(`"${path}" is nothing that a change removes`); }
        removals.push(path);
      },
    });
    signal.throwIfAborted();
    if (validateOnly) {
      for (const { path } of contents) {
        image.requireWritable(image.nearestFolder(path), `Cannot change "${path}"`);
        await image.stat(path);
      }
      return result;
    }
    const replayed = new Set(Array.from(files.values(), (file) => (file.replayed === undefined ? '' : file.path)));
    const before = new Map(Array.from(files.values(), ({ path, data }) => [path, digestOfBytes(data)]));
    const hives = [...opened.values()].filter((hive) => hive.isChanged || replayed.has(hive.path))
      .map((hive): FileContent => ({ path: hive.path, content: hive.toFile(), before: before.get(hive.path) }));
    if (hives.length + contents.length + removals.length > 0) { await makeChange(image, [...hives, ...contents], removals, options); }
    return result;
  });
}

/**
 * Finishes a change that was interrupted after it had happened, and takes away what is left of one that had not.
 * @returns Paths that were put in place or removed.
 */
export async function finishChange(image: WritableFolderImage, windows: string): Promise<string[]> {
  if (!await hasJournal(image, windows) && image.temporariesIn(configFolder(windows)).length === 0) { return []; }
  return await withImageLock(image, windows, async () => await finishJournal(image, windows));
}

async function withImageLock<T>(image: WritableFolderImage, windows: string, step: () => Promise<T>): Promise<T> {
  const folder = configFolder(windows);
  const lock = await image.lockFolder(folder, lockMs);
  if (lock === undefined) {
    throw new DismError(Hresult.DISM_E_IMAGE_BUSY, `Cannot change "${image.description}": another process is changing it`, { target: image.description });
  }
  try {
    return await step();
  } finally {
    lock.release();
  }
}

/** A change that was killed before it happened leaves new hives beside the old ones. */
function removeLeftovers(image: WritableFolderImage, names: readonly string[], windows: string): void {
  const folders = new Set(names.map((name) => folderOf(requireHivePath(windows, name))));
  for (const folder of folders) { image.removeTemporaries(folder); }
}

interface HiveFile {
  readonly path: string;
  /** As it is in the image. */
  readonly data: Buffer;
  /** The same with its logs replayed, where that was needed. */
  readonly replayed?: Buffer | undefined;
}

async function readHives(
  image: WritableFolderImage, names: readonly string[], { windows, replayLog = false, warn }: ImageChangeOptions,
): Promise<Map<string, HiveFile>> {
  const files = new Map<string, HiveFile>();
  for (const name of names) {
    const path = requireHivePath(windows, name);
    const data = await readRealFile(image, path, maxFileBytes);
    if (data === undefined) { continue; }
    const replayed = replayLog ? replayLogs(data, await readLogs(image, path), path) : undefined;
    if (replayed !== undefined) { warn(`The logs of the registry hive "${path}", which was not closed properly, were replayed (entries: ${replayed.entries})`); }
    files.set(name.toUpperCase(), { path, data, replayed: replayed?.file });
  }
  return files;
}

/** A file, and what it is to hold. */
interface FileContent {
  readonly path: string;
  readonly content: Buffer | { readonly file: string };
  readonly like?: string | undefined;
  /** Digest of what was read of it; undefined: it is looked at now. */
  readonly before?: string | undefined;
}

/** Writes what files are to hold beside them, and puts all of them in place. */
async function makeChange(
  image: WritableFolderImage, contents: readonly FileContent[], removals: string[], { windows, signal, warn }: ImageChangeOptions,
): Promise<void> {
  const files: JournalledFile[] = [];
  const prepared: string[] = [];
  let hasHappened = false;
  const undo = (): void => {
    for (const temporary of prepared) { image.removeTemporary(temporary); }
    // A journal that was renamed into place before its folder failed to be flushed must not outlive what it names.
    removeJournal(image, windows);
  };
  try {
    // What cannot be removed is told before anything has happened, and is not left to a journal that nobody could finish.
    for (const path of removals) { image.requireOneWay(path); }
    const folders = new Set(contents.map(({ path }) => image.nearestFolder(path)));
    // Whoever changes the image next looks into the folder of the hives of its own accord.
    if ([...folders].some((folder) => folder.toLowerCase() !== configFolder(windows).toLowerCase())) { await notePreparation(image, windows, [...folders]); }
    for (const { path, content, like, before = await image.digest(path, 'sha256') ?? null } of contents) {
      await warnOfOtherNames(image, path, warn);
      const temporary = await image.prepareFile(path, content, { signal, ...like === undefined ? {} : { like } });
      prepared.push(temporary);
      files.push({ path, temporary, before, after: Buffer.isBuffer(content) ? digestOfBytes(content) : await image.digest(temporary, 'sha256') ?? '' });
    }
    signal.throwIfAborted();
    const [only] = files;
    const isOneRename = only !== undefined && files.length + removals.length === 1
      && folderOf(only.path).toLowerCase() === folderOf(only.temporary).toLowerCase();
    if (!isOneRename) {
      await noteChange(image, windows, { files, removals });
      hasHappened = true;
    }
  } catch (error) {
    undo();
    throw error;
  }
  try {
    await carryOut(image, { files, removals });
    removeJournal(image, windows);
  } catch (error) {
    if (!hasHappened && !await isInPlace(image, files)) {
      undo();
      throw error;
    }
    if (!hasHappened) {
      warn(`The image was changed, but the disk has not confirmed it (${messageOf(error)})`);
      return;
    }
    warn(`The image was changed, but not all of it is in place (${messageOf(error)}): the next command that works on the image finishes it`);
  }
}

/** Whether files that were prepared have got their names, as far as can be seen. */
async function isInPlace(image: WritableFolderImage, files: readonly JournalledFile[]): Promise<boolean> {
  try {
    for (const { temporary } of files) {
      if (await image.stat(temporary) !== undefined) { return false; }
    }
    return files.length > 0;
  } catch {
    return false;
  }
}

/** Snapshots that share files by hard links should not change with the image, and do not. */
async function warnOfOtherNames(image: WritableFolderImage, path: string, warn: (text: string) => void): Promise<void> {
  const links = (await image.stat(path))?.links ?? 1;
  if (links > 1) { warn(`"${path}" has ${links} names: the others keep the old content`); }
}
