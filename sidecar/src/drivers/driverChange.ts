/** Opens the driver databases of an image for a change, files and registry as one, and settles what an earlier one left. */
import { fileTrouble } from '../imageFiles/fileTrouble.ts';
import { joinPath } from '../imageFiles/imageFiles.ts';
import type { WritableFolderImage } from '../imageFiles/writableFolder.ts';
import type { OperationContext } from '../operationContext.ts';
import { changeImage, type OpenHives } from '../servicing/imageChange.ts';
import { messageOf } from '../systemErrors.ts';
import { BootDrivers, type PublishedPackage } from './bootDrivers.ts';
import { DriverDatabase, type RegisteredPackage, textOf } from './driverDatabase.ts';
import { hasDriverJournal, settleJournals } from './driverJournal.ts';
import { InfFile } from './infFile.ts';
import { allCopies } from './infInstall.ts';
import { readModels } from './infModels.ts';
import { sourceFiles } from './infSources.ts';
import type { InfTarget } from './infTarget.ts';
import { maxInfBytes } from './infText.ts';
import { readVersion } from './infVersion.ts';
import { isReflected } from './reflectPackage.ts';
import { storePath } from './storeFolder.ts';

/** The image, and how to change it. */
export interface DriverChange {
  readonly image: WritableFolderImage;
  readonly windows: string;
  readonly target: InfTarget;
  readonly language: number;
  readonly context: OperationContext;
  /** Compute everything, write nothing. */
  readonly validateOnly: boolean;
  /** Take the last changes of hives that were not closed from their logs. */
  readonly replayLog: boolean;
  readonly warn: (text: string) => void;
}

/** The hives that a change of drivers is made in. */
export const driverHives = ['SYSTEM', 'DRIVERS', 'SOFTWARE'] as const;

/** Opens the hives, settles what was interrupted, and lets `step` change drivers. */
export async function withDatabase<T>(
  change: DriverChange, signal: AbortSignal, step: (database: DriverDatabase, boot: BootDrivers) => Promise<T>,
): Promise<T> {
  const { image, windows, validateOnly, replayLog, warn } = change;
  return await changeImage(image, driverHives, { windows, signal, validateOnly, replayLog, warn }, async (hives) => await openDatabase(hives, change, step));
}

/** The same in a change that is about more than drivers. */
export async function openDatabase<T>(
  hives: OpenHives, change: DriverChange, step: (database: DriverDatabase, boot: BootDrivers) => Promise<T>,
): Promise<T> {
  const { image, windows, validateOnly, warn, context } = change;
  const database = new DriverDatabase(hives, image.description);
  const boot = bootDriversOf(hives, database, change);
  if (!validateOnly) {
    for (const published of await settleJournals(image, windows, database, reflectedOf(database, change))) {
      context.log.info(`What was left of the driver ${published} was removed`);
    }
  } else if (await hasDriverJournal(image, windows)) {
    warn('An earlier change of the drivers was interrupted; the next command that changes them finishes or undoes it');
  }
  return await step(database, boot);
}

function bootDriversOf(hives: OpenHives, database: DriverDatabase, change: DriverChange): BootDrivers {
  return new BootDrivers(database, hives.get('SYSTEM'), () => hives.get('SOFTWARE'), async (registered) => await loadRegistered(registered, change));
}

/** Gives the packages with these names that are registered and reflected. */
function reflectedOf(database: DriverDatabase, change: DriverChange): (published: readonly string[]) => Promise<PublishedPackage[]> {
  return async (published) => {
    const wanted = new Set(published.map((name) => name.toLowerCase()));
    const found: PublishedPackage[] = [];
    for (const registered of database.packages()) {
      const loaded = wanted.has(registered.published.toLowerCase()) && isReflected(registered) ? await loadRegistered(registered, change) : undefined;
      if (loaded !== undefined) { found.push(loaded); }
    }
    return found;
  };
}

/** A package of the store; undefined where its INF file cannot be read, or is for another Windows. */
export async function loadRegistered({ key, published }: RegisteredPackage, change: DriverChange): Promise<PublishedPackage | undefined> {
  const { image, windows, target, language } = change;
  try {
    const infName = textOf(key, 'InfName') || key.name.replace(/_[^_]*_[^_]*$/, '');
    const data = /[/\\]/.test(key.name + infName) ? undefined : await image.read(joinPath(windows, storePath, key.name, infName), maxInfBytes);
    if (data === undefined) { return undefined; }
    const inf = InfFile.parse(data, language);
    const models = readModels(inf, target);
    return {
      inf, models, published, folder: key.name, version: readVersion(inf, target.architecture),
      sources: sourceFiles(inf, allCopies(inf, models, target), target),
    };
  } catch (error) {
    if (fileTrouble(error) === undefined) { throw error; }
    return undefined;
  }
}

/** Makes the files fit the databases, as the next command would. */
export async function settle(change: DriverChange): Promise<void> {
  await withDatabase(change, new AbortController().signal, async () => { await Promise.resolve(); });
}

/** The same after a failure, which stays what the command fails with. */
export async function undo(change: DriverChange): Promise<void> {
  try {
    await settle(change);
  } catch (error) {
    change.context.log.warning(`What was begun could not be undone now, and the next command that changes drivers does it: ${messageOf(error)}`);
  }
}
