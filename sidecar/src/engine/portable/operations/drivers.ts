/** driver/add, driver/remove and driver/export on the portable engine. */
import { accessSync, constants, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { addDriver as addMethod, Driver, DriverResult, exportDrivers as exportMethod, removeDriver as removeMethod } from '@dismts/protocol';
import type { z } from 'zod';
import { addPackages, type AddOutcome } from '../../../drivers/addPackages.ts';
import { bootCriticalClasses } from '../../../drivers/deviceClasses.ts';
import type { DriverChange } from '../../../drivers/driverChange.ts';
import { exportPackages } from '../../../drivers/exportPackages.ts';
import { imageLanguage, imageTarget } from '../../../drivers/imageTarget.ts';
import { removePackages } from '../../../drivers/removePackages.ts';
import { storePath } from '../../../drivers/storeFolder.ts';
import { errorData } from '../../../errorData.ts';
import { DismError } from '../../../errors.ts';
import { fileTimeToIso } from '../../../fileTime.ts';
import { Hresult } from '../../../hresult.ts';
import { CancellableFiles } from '../../../imageFiles/cancellableFiles.ts';
import { WritableFolderImage } from '../../../imageFiles/writableFolder.ts';
import { listAddedDevices } from '../../../inventory/drivers.ts';
import { WindowsImage } from '../../../inventory/windowsImage.ts';
import type { OperationContext } from '../../../operationContext.ts';
import { guarded } from '../../../systemErrors.ts';
import { imageResult } from '../mounting/mountOperation.ts';
import { printableStrings, readWindows } from '../windowsReading.ts';
import { type ChangeableImage, withChangeableImage } from './offlineImage.ts';

/** Folders of drivers are not deeper; one that is goes on for ever. */
const maxDepth = 64;

/** Copies all drivers that were added to an image into a folder, as they are in its driver store. */
export async function exportDrivers(
  params: z.output<typeof exportMethod.params>, context: OperationContext,
): Promise<z.input<typeof exportMethod.result>> {
  const { destination: path } = params;
  return await readWindows('drivers', params, context, async (image, files) => {
    const drivers = await listAddedDevices(image);
    await guarded(`Cannot export the drivers to "${path}"`, path, context, async () => {
      const destination = new WritableFolderImage(path);
      try {
        accessSync(path, constants.W_OK);
        if (params.validateOnly === true) { return; }
        const folders = new Map(drivers.map(({ driver, originalFileName }) => [originalFileName.split('/').at(-2) ?? '', driver]));
        const packages = Array.from(folders, ([folder, published]) => ({ folder, published }));
        await exportPackages(new CancellableFiles(files, context.signal), image.windows, packages, destination, context);
      } finally {
        await destination.close();
      }
    });
    return { drivers };
  });
}

/** The INF files that a path stands for, sorted. Links are not followed: a loop of them would never end. */
function infFiles(path: string, recurse: boolean, signal: AbortSignal, depth = 0): string[] {
  signal.throwIfAborted();
  if (!lstatSync(path).isDirectory()) { return [path]; }
  return readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1)).flatMap((entry) => {
    const inside = join(path, entry.name);
    if (entry.isDirectory()) { return recurse && depth < maxDepth ? infFiles(inside, true, signal, depth + 1) : []; }
    return entry.isFile() && /\.inf$/i.test(entry.name) ? [inside] : [];
  });
}

/** What both changes have among their parameters. */
interface ChangeParams {
  readonly path: string;
  readonly validateOnly?: boolean | undefined;
  readonly replayLog?: boolean | undefined;
}

async function changeOf({ files, windows }: ChangeableImage, params: ChangeParams, warnings: string[], context: OperationContext): Promise<DriverChange> {
  const image = await WindowsImage.open(files, params.path, windows);
  return {
    image: files, windows, target: await imageTarget(image), language: await imageLanguage(image), context,
    validateOnly: params.validateOnly === true, replayLog: params.replayLog === true,
    warn: (text) => {
      warnings.push(text);
      context.log.warning(text);
    },
  };
}

/** Adds INF files, or those of folders, as one change of the image; one that is refused does not keep the others from being added. */
export async function addDriver(params: z.output<typeof addMethod.params>, context: OperationContext): Promise<z.input<typeof addMethod.result>> {
  const { driver: path, recurse = false, forceUnsigned = false, bootCritical = false } = params;
  const what = `Cannot add the driver "${path}"`;
  return await guarded(what, path, context, async () => {
    const paths = infFiles(path, recurse, context.signal);
    if (paths.length === 0) {
      throw new DismError(Hresult.ERROR_FILE_NOT_FOUND, `${what}: there is no .inf file in the folder`, {
        target: path, hint: recurse ? 'Give the folder that the driver was unpacked to.' : 'Look in the folders below it as well: -Recurse.',
      });
    }
    return await withChangeableImage(params, what, context, async (image) => {
      const warnings: string[] = [];
      const change = await changeOf(image, params, warnings, context);
      const outcomes = await addPackages(paths, { forceUnsigned, bootCritical }, change);
      return {
        ...imageResult(params.path, context, warnings), winPath: image.windows,
        results: outcomes.map((outcome) => ({
          infPath: outcome.infPath,
          driver: outcome.isNew ? printableStrings(toDriver(outcome, params.path, image.windows)) : null,
          failure: failureOf(outcome, context),
        })),
      };
    });
  });
}

/** Why it failed, about the INF file: whatever is wrong with that, scripts ask which one it was. */
function failureOf({ infPath, failure }: AddOutcome, context: OperationContext): DriverResult['failure'] {
  if (failure === undefined) { return null; }
  return { message: failure.message, data: { ...errorData(failure, { operation: context.operation, logPath: context.log.path }), target: infPath } };
}

/** The driver as Get-DismTsDriver will list it. */
function toDriver({ source, published }: AddOutcome, path: string, windows: string): Driver | null {
  if (source === undefined) { return null; }
  const { version, folder, infName, signature } = source;
  const [majorVersion, minorVersion, build, revision] = version.version;
  return {
    driver: published, originalFileName: `${path.replace(/\/$/, '')}/${windows}/${storePath}/${folder}/${infName}`, inbox: false, catalogFile: version.catalog ?? '',
    className: version.className, classGuid: version.classGuid, classDescription: '', bootCritical: bootCriticalClasses.has(version.classGuid),
    driverSignature: signature.isSigned ? 'Signed' : 'Unsigned', providerName: version.provider, date: fileTimeToIso(version.date) ?? null,
    version: version.version.join('.'), majorVersion, minorVersion, build, revision,
  };
}

/** Removes a driver that was added: its files, its records and, where it was reflected, its services. */
export async function removeDriver(params: z.output<typeof removeMethod.params>, context: OperationContext): Promise<z.input<typeof removeMethod.result>> {
  const what = `Cannot remove the driver "${params.driver}"`;
  return await guarded(what, params.path, context, async () =>
    await withChangeableImage(params, what, context, async (image) => {
      const warnings: string[] = [];
      await removePackages(params.driver, params.force ?? false, await changeOf(image, params, warnings, context));
      return { ...imageResult(params.path, context, warnings), winPath: image.windows };
    }));
}
