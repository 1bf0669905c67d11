/** Changes registry hives of an image, several of them as one: killed at any point, the image has all of the change or nothing of it. */
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';
import { maxFileBytes } from '../imageFiles/imageFiles.ts';
import type { WritableFolderImage } from '../imageFiles/writableFolder.ts';
import { EditableHive } from '../registry/editableHive.ts';
import { replayLogs } from '../registry/hiveLogs.ts';
import { messageOf } from '../systemErrors.ts';
import { digestOfHive, finishJournal, hasJournal, type HiveJournal, removeJournal, writeJournal } from './hiveJournal.ts';
import { configFolder } from './hivePaths.ts';
import { missingHive, readLogs, requireHivePath } from './readHive.ts';

/** How to change hives. */
export interface ChangeHivesOptions {
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

/** How long another process is waited for that changes hives of the same image. */
const lockMs = 10_000;

/**
 * Opens hives under the lock of the image, lets `change` change them in memory, and writes those that it changed, as one change.
 * What `change` throws leaves everything as it was.
 * @param names As for hivePath(): `SOFTWARE`, or a path in the image.
 * @throws DismError E_INVALIDARG: no such hive. ERROR_FILE_CORRUPT: a hive is damaged. DISMTS_E_HIVE_DIRTY: its last changes are in its logs.
 * DISM_E_IMAGE_BUSY: another process changes hives of this image.
 */
export async function changeHives<T>(
  image: WritableFolderImage, names: readonly string[], options: ChangeHivesOptions, change: (hives: OpenHives) => T | Promise<T>,
): Promise<T> {
  const { windows, signal, validateOnly = false } = options;
  return await withHiveLock(image, windows, async () => {
    if (!validateOnly) {
      await finishJournal(image, windows);
      removeLeftovers(image, names, windows);
    } else if (await hasJournal(image, windows)) {
      options.warn('An earlier change of the registry was interrupted; the next command that changes something finishes it');
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
    const result = await change({
      find,
      get: (name) => {
        const hive = find(name);
        if (hive === undefined) { throw missingHive(requireHivePath(windows, name)); }
        return hive;
      },
    });
    signal.throwIfAborted();
    const replayed = new Set(Array.from(files.values(), (file) => (file.replayed === undefined ? '' : file.path)));
    const written = [...opened.values()].filter((hive) => hive.isChanged || replayed.has(hive.path)).map((hive) => ({ path: hive.path, file: hive.toFile() }));
    if (!validateOnly && written.length > 0) {
      const before = new Map(Array.from(files.values(), ({ path, data }) => [path, data]));
      await replaceHives(image, written.map(({ path, file }) => ({ path, file, before: before.get(path) ?? Buffer.alloc(0) })), options);
    }
    return result;
  });
}

/**
 * Finishes a change of hives that was interrupted, if there is one, so that what reads the image next sees all of it.
 * @returns Paths of the hives that were put in place.
 */
export async function finishHiveChange(image: WritableFolderImage, windows: string): Promise<string[]> {
  return await hasJournal(image, windows) ? await withHiveLock(image, windows, async () => await finishJournal(image, windows)) : [];
}

async function withHiveLock<T>(image: WritableFolderImage, windows: string, step: () => Promise<T>): Promise<T> {
  const folder = configFolder(windows);
  const lock = await image.lockFolder(folder, lockMs);
  if (lock === undefined) {
    throw new DismError(Hresult.DISM_E_IMAGE_BUSY, `Cannot change the registry of "${image.description}": another process is changing it`, { target: image.description });
  }
  try {
    return await step();
  } finally {
    lock.release();
  }
}

/** A change that was killed before it happened leaves new hives beside the old ones. */
function removeLeftovers(image: WritableFolderImage, names: readonly string[], windows: string): void {
  const folders = new Set(names.map((name) => requireHivePath(windows, name).split('/').slice(0, -1).join('/')));
  for (const folder of folders) { for (const left of image.temporariesIn(folder)) { image.removeTemporary(left); } }
}

interface HiveFile {
  readonly path: string;
  /** As it is in the image. */
  readonly data: Buffer;
  /** The same with its logs replayed, where that was needed. */
  readonly replayed?: Buffer | undefined;
}

async function readHives(
  image: WritableFolderImage, names: readonly string[], { windows, replayLog = false, warn }: ChangeHivesOptions,
): Promise<Map<string, HiveFile>> {
  const files = new Map<string, HiveFile>();
  for (const name of names) {
    const path = requireHivePath(windows, name);
    const data = await image.read(path, maxFileBytes);
    if (data === undefined) { continue; }
    const replayed = replayLog ? replayLogs(data, await readLogs(image, path), path) : undefined;
    if (replayed !== undefined) { warn(`The logs of the registry hive "${path}", which was not closed properly, were replayed (entries: ${replayed.entries})`); }
    files.set(name.toUpperCase(), { path, data, replayed: replayed?.file });
  }
  return files;
}

interface Replacement {
  readonly path: string;
  readonly file: Buffer;
  readonly before: Buffer;
}

/** Writes new hives beside the old ones, and puts all of them in place. */
async function replaceHives(image: WritableFolderImage, hives: readonly Replacement[], { windows, signal, warn }: ChangeHivesOptions): Promise<void> {
  const journal: HiveJournal['hives'] = [];
  const prepared: { readonly path: string; readonly temporary: string }[] = [];
  try {
    for (const { path, file, before } of hives) {
      const after = digestOfHive(file);
      await warnOfOtherNames(image, path, warn);
      const temporary = await image.prepareReplacement(path, file, {
        signal, verify: (readBack) => { if (digestOfHive(readBack) !== after) { throw new Error(`what was read back of "${path}" is not what was written`); } },
      });
      prepared.push({ path, temporary });
      journal.push({ path, temporary: temporary.split('/').at(-1) ?? '', before: digestOfHive(before), after });
    }
    signal.throwIfAborted();
    // One alone is in place by one rename.
    if (journal.length > 1) { await writeJournal(image, windows, journal); }
  } catch (error) {
    // A journal that was renamed into place before its folder failed to be flushed must not outlive what it names.
    removeJournal(image, windows);
    for (const { temporary } of prepared) { image.removeTemporary(temporary); }
    throw error;
  }
  if (journal.length === 1) {
    for (const { path, temporary } of prepared) { image.finishReplacement(temporary, path); }
    return;
  }
  try {
    await finishJournal(image, windows);
  } catch (error) {
    warn(`The registry was changed, but not all of it is in place (${messageOf(error)}): the next command that works on the image finishes it`);
  }
}

/** Snapshots that share files by hard links should not change with the image, and do not. */
async function warnOfOtherNames(image: WritableFolderImage, path: string, warn: (text: string) => void): Promise<void> {
  const links = (await image.stat(path))?.links ?? 1;
  if (links > 1) { warn(`The registry hive "${path}" has ${links} names: the others keep the old content`); }
}
