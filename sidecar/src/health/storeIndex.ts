/** What the hives of an image say about its component store, read once into memory. */
import type { PendingState } from '../componentStore/pendingState.ts';
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';
import { Breather } from '../breather.ts';
import { fileTrouble, NotAFileError } from '../imageFiles/fileTrouble.ts';
import { type ImageFiles, joinPath } from '../imageFiles/imageFiles.ts';
import { releaseMemory } from '../platform/releaseMemory.ts';
import { isSystemError } from '../systemErrors.ts';
import { type ComponentsPart, readComponentsHive } from './componentsHive.ts';
import { readSoftwareHive, type SoftwarePart } from './softwareHive.ts';
import { type BrokenHive, StoreHives } from './storeHives.ts';
import { storeFolder } from './storePaths.ts';

export type { StoreComponent } from './componentsHive.ts';

export interface StoreIndex extends ComponentsPart, SoftwarePart {
  /** The Windows folder, as a path of the image. */
  readonly windows: string;
  /** Whether the image runs 32-bit programs beside those of 64 bits. */
  readonly hasWow64: boolean;
  /** Values that say that somebody has found damage before. */
  readonly markers: readonly string[];
  readonly pending: PendingState;
  /** Hives whose last changes are still in their logs. */
  readonly dirtyHives: readonly string[];
  /** Hives that cannot be read, or not everywhere. */
  readonly brokenHives: readonly BrokenHive[];
}

/** From so many on, hives have tens of megabytes. */
const manyComponents = 5000;

/** Whether there is something of that name. */
async function exists(files: ImageFiles, path: string): Promise<boolean> {
  try {
    return await files.stat(path) !== undefined;
  } catch (error) {
    if (error instanceof NotAFileError) { return true; }
    throw error;
  }
}

/** Whether a folder has something in it; of one that the system does not give, that is taken for granted, since there is one. */
async function hasFiles(files: ImageFiles, path: string): Promise<boolean> {
  try {
    return (await files.list(path)).length > 0;
  } catch (error) {
    if (fileTrouble(error) === undefined) { throw error; }
    return isSystemError(error);
  }
}

/**
 * Reads the hives.
 * @throws DismError: the folder holds no Windows installation.
 */
export async function readStoreIndex(files: ImageFiles, windowsDirectory: string, signal: AbortSignal): Promise<StoreIndex> {
  const breather = new Breather();
  const breathe = async (): Promise<void> => { await breather.breathe(signal); };
  const windows = joinPath(windowsDirectory);
  const hasStore = (await files.list(storeFolder({ windows }))).length > 0;
  const hasHives = (await files.list(joinPath(windows, 'System32/config'))).length > 0;
  if (!hasStore && !hasHives) {
    throw new DismError(Hresult.ERROR_PATH_NOT_FOUND, `"${files.description}" holds no Windows installation: there is no "${windows}/WinSxS"`, {
      target: files.description, hint: 'Give the root folder of a mounted or applied image; -WindowsDirectory names the Windows folder where it is another.',
    });
  }
  const hives = new StoreHives(files, windows);
  // Each hive is forgotten before the next one is read: they have tens of megabytes, and their keys in memory more.
  const components = await readComponentsHive(hives, breathe);
  // That of a few takes longer than it is worth.
  const isLarge = components.components.length > manyComponents;
  if (isLarge) { releaseMemory(); }
  const software = await readSoftwareHive(hives, await exists(files, joinPath(storeFolder({ windows }), 'pending.xml')), breathe);
  if (isLarge) { releaseMemory(); }
  await hives.lookAt('SYSTEM');
  await hives.lookAt('DRIVERS');
  return {
    ...components, ...software, windows, markers: [...software.markers, ...components.markers],
    hasWow64: await hasFiles(files, joinPath(windows, 'SysWOW64')),
    dirtyHives: hives.dirty, brokenHives: hives.broken,
  };
}
