/** Adds driver packages to an image, all of a call as one change. */
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';
import { fileTrouble } from '../imageFiles/fileTrouble.ts';
import { joinPath } from '../imageFiles/imageFiles.ts';
import type { OperationContext } from '../operationContext.ts';
import { changeImage, type OpenHives } from '../servicing/imageChange.ts';
import { messageOf } from '../systemErrors.ts';
import type { BootDrivers } from './bootDrivers.ts';
import { type DriverChange, driverHives, openDatabase, undo } from './driverChange.ts';
import type { DriverDatabase } from './driverDatabase.ts';
import { DriverJournal, settleFile, takenNumbers } from './driverJournal.ts';
import { infMessage } from './infMessage.ts';
import { putPackage, requireReachable } from './packageFiles.ts';
import { isBootCritical, isReflected, reflectedFiles } from './reflectPackage.ts';
import { readSourcePackage, type SourcePackage } from './sourcePackage.ts';
import { registerPackage } from './stagePackage.ts';

/** How to add packages. */
export interface AddOptions {
  readonly forceUnsigned: boolean;
  /** Reflect those that Windows may need to start. */
  readonly bootCritical: boolean;
}

/** What became of one INF file. */
export interface AddOutcome {
  readonly infPath: string;
  /** Why it was not added; undefined where it was, or was there already. */
  readonly failure: DismError | undefined;
  /** Its name in the image; empty where it failed. */
  readonly published: string;
  /** The package, without the bytes of its files; undefined where it failed. */
  readonly source: Omit<SourcePackage, 'files'> | undefined;
  /** Whether the image was changed. */
  readonly isNew: boolean;
  readonly isReflected: boolean;
}

/**
 * Adds packages. One that cannot be added does not keep the others from it; a cancellation, or an error of the image, leaves it as it was.
 * @param infPaths INF files.
 */
export async function addPackages(infPaths: readonly string[], options: AddOptions, change: DriverChange): Promise<AddOutcome[]> {
  const { image, windows, validateOnly, replayLog, warn, context } = change;
  return await withDriverFiles(change, async (journal) => await changeImage(
    image, driverHives, { windows, signal: context.signal, validateOnly, replayLog, warn },
    async (hives) => await addPackagesTo(hives, infPaths, options, change, journal),
  ));
}

/** Runs a change that may make files of drivers: they are registered once it has ended, and go where it fails. */
export async function withDriverFiles<T>(change: DriverChange, step: (journal: DriverJournal) => Promise<T>): Promise<T> {
  const journal = new DriverJournal(change.image, change.windows);
  try {
    const result = await step(journal);
    closeJournal(journal, change);
    return result;
  } catch (error) {
    // The hives are as they were: whatever was made beside them goes.
    if (journal.isOpen) { await undo(change); }
    throw error;
  }
}

/** Adds packages in a change that may be about more than drivers. */
export async function addPackagesTo(
  hives: OpenHives, infPaths: readonly string[], options: AddOptions, change: DriverChange, journal: DriverJournal,
): Promise<AddOutcome[]> {
  const { image, windows, context, validateOnly } = change;
  return await openDatabase(hives, change, async (database, boot) => {
    const taken = new Set(await takenNumbers(image, windows));
    const found: AddOutcome[] = [];
    for (const [index, infPath] of infPaths.entries()) {
      context.signal.throwIfAborted();
      context.progress('Adding drivers', index, infPaths.length);
      const plan = await attempt(infPath, context, async () => await planPackage(infPath, options, change, database, boot, taken));
      if (plan instanceof DismError) {
        found.push({ infPath, failure: plan, published: '', source: undefined, isNew: false, isReflected: false });
        continue;
      }
      // From here on nothing is wrong with the package: what fails concerns the image, and ends it all.
      if (!plan.isStaged || plan.reflects) {
        if (!validateOnly) { await putFiles(plan, journal, change, boot); }
        await register(plan, database, boot);
      }
      found.push(outcomeOf(infPath, plan, change));
    }
    context.signal.throwIfAborted();
    context.progress('Adding drivers', infPaths.length, infPaths.length);
    return found;
  });
}

/** The change has happened; that its journal stays does no harm, for the next command finds everything as it should be. */
function closeJournal(journal: DriverJournal, { context }: DriverChange): void {
  try {
    journal.close();
  } catch (error) {
    context.log.warning(`The journal of the change could not be removed: ${messageOf(error)}`);
  }
}

/** What will be done with one package. */
interface Plan {
  readonly source: SourcePackage;
  readonly published: string;
  /** It is registered already. */
  readonly isStaged: boolean;
  /** It is to be reflected now. */
  readonly reflects: boolean;
}

async function planPackage(
  infPath: string, { forceUnsigned, bootCritical }: AddOptions, change: DriverChange, database: DriverDatabase, boot: BootDrivers, taken: Set<number>,
): Promise<Plan> {
  const { image, windows, target, language } = change;
  const source = await readSourcePackage(infPath, target, language);
  const registered = database.find(source.folder);
  if (registered === undefined && source.signature.trouble !== undefined && !forceUnsigned) { throw source.signature.trouble; }
  const reflects = bootCritical && isBootCritical(source) && (registered === undefined || !isReflected(registered));
  const number = registered === undefined ? database.freeNumber((candidate) => taken.has(candidate)) : undefined;
  const published = registered?.published ?? `oem${number ?? 0}.inf`;
  if (reflects) {
    await boot.requireReflectable(source, published, source.infName, async (path) => await image.stat(joinPath(windows, path)) !== undefined);
  }
  if (number !== undefined) { taken.add(number); }
  return { source, published, isStaged: registered !== undefined, reflects };
}

/** Writes the files of a package, those outside the store last. */
async function putFiles({ source, published, isStaged, reflects }: Plan, journal: DriverJournal, change: DriverChange, boot: BootDrivers): Promise<void> {
  const { image, windows, context } = change;
  const rivals = reflects ? await boot.rivals(source, published) : [];
  const files = reflects ? reflectedFiles(source).map(({ path }) => path) : [];
  requireReachable(image, windows, { folder: source.folder, published, files });
  await journal.note({ folder: source.folder, published, files, rivals: rivals.map((rival) => rival.published) });
  if (!isStaged) { await putPackage(image, windows, source, published, context.signal); }
  for (const path of files) { await settleFile(image, windows, path, [...rivals, { ...source, published }]); }
}

async function register({ source, published, isStaged, reflects }: Plan, database: DriverDatabase, boot: BootDrivers): Promise<void> {
  const registered = isStaged ? database.find(source.folder) : registerPackage(database, source, published);
  if (reflects && registered !== undefined) { await boot.reflect(registered, source); }
}

function outcomeOf(infPath: string, { source, published, isStaged, reflects }: Plan, { context, warn }: DriverChange): AddOutcome {
  const { files, ...rest } = source;
  const { signature } = source;
  if (!isStaged) {
    context.log.info(`${published}: ${infPath}, ${files.size} files, ${signature.isSigned
      ? `signed by "${signature.signer}"; whether Windows trusts that signature was not checked` : 'not signed'}`);
    if (!signature.isSigned) { warn(`The driver "${source.infName}" is not signed: Windows may refuse to load it`); }
  }
  if (reflects) {
    warn(`The driver "${source.infName}" is boot-critical and is reflected into the image; no start of Windows with it was tried here`);
  } else if (!isStaged && isBootCritical(source)) {
    warn(`The driver "${source.infName}" is boot-critical and is only staged: Windows cannot start from a device that needs it. -BootCritical reflects it`);
  }
  return { infPath, failure: undefined, published, source: rest, isNew: !isStaged || reflects, isReflected: reflects };
}

/** A plan, or why there is none: one bad package must not keep the others from being added. */
async function attempt(infPath: string, context: OperationContext, step: () => Promise<Plan>): Promise<Plan | DismError> {
  try {
    return await step();
  } catch (error) {
    context.signal.throwIfAborted();
    const reason = fileTrouble(error);
    if (reason === undefined) { throw error; }
    const failure = error instanceof DismError ? error
      : new DismError(Hresult.ERROR_READ_FAULT, `Cannot add the driver "${infPath}": ${reason}`, { target: infPath, cause: error });
    context.log.error(infMessage(failure, infPath));
    return failure;
  }
}
