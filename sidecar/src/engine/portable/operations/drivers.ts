/** driver/add, driver/remove and driver/export on the portable engine. */
import type { addDriver as addMethod, Driver, DriverResult, exportDrivers as exportMethod, removeDriver as removeMethod } from '@dismts/protocol';
import type { z } from 'zod';
import { addPackages, type AddOutcome } from '../../../drivers/addPackages.ts';
import { bootCriticalClasses } from '../../../drivers/deviceClasses.ts';
import { exportPackage } from '../../../drivers/exportPackages.ts';
import { infMessage } from '../../../drivers/infMessage.ts';
import { removePackages } from '../../../drivers/removePackages.ts';
import { storePath } from '../../../drivers/storeFolder.ts';
import { errorData } from '../../../errorData.ts';
import { CancelledError, DismError, reworded } from '../../../errors.ts';
import { fileTimeToIso } from '../../../fileTime.ts';
import { CancellableFiles } from '../../../imageFiles/cancellableFiles.ts';
import { WritableFolderImage } from '../../../imageFiles/writableFolder.ts';
import { listAddedDevices } from '../../../inventory/drivers.ts';
import type { OperationContext } from '../../../operationContext.ts';
import { guarded } from '../../../systemErrors.ts';
import { requireWritableFolder } from '../../../writableFolder.ts';
import { requireInfFiles } from '../../../drivers/infFolder.ts';
import { changeOf } from '../driverChanges.ts';
import { imageResult } from '../mounting/mountOperation.ts';
import { printableStrings, readWindows } from '../windowsReading.ts';
import { withChangeableImage } from './offlineImage.ts';

/** Copies all drivers that were added to an image into a folder, as they are in its driver store. */
export async function exportDrivers(
  params: z.output<typeof exportMethod.params>, context: OperationContext,
): Promise<z.input<typeof exportMethod.result>> {
  const { destination: path } = params;
  const what = `Cannot export the drivers to "${path}"`;
  return await readWindows('drivers', params, context, async (image, files) => {
    const drivers = await listAddedDevices(image);
    const folders = new Map(drivers.map(({ driver, originalFileName }) => [originalFileName.split('/').at(-2) ?? '', driver]));
    let exported = 0;
    try {
      await guarded(what, path, context, async () => {
        const destination = new WritableFolderImage(path);
        try {
          requireWritableFolder(path, what);
          if (params.validateOnly === true) { return; }
          for (const [folder, published] of folders) {
            context.progress('Exporting drivers', exported, folders.size);
            await exportPackage(new CancellableFiles(files, context.signal), image.windows, { folder, published }, destination, context);
            exported++;
          }
          context.progress('Exporting drivers', exported, folders.size);
        } finally {
          await destination.close();
        }
      });
    } catch (error) {
      throw exported === 0 ? error : withExported(error, `${exported} of the ${folders.size} driver packages had been exported before, and stay in "${path}"`, context);
    }
    return { drivers };
  });
}

/** The error, with what is done all the same: each package is whole, and the next export leaves it alone. */
function withExported(error: unknown, done: string, context: OperationContext): unknown {
  if (error instanceof CancelledError) { return new CancelledError(context.operation, { target: error.target, cause: error.cause }, done); }
  return error instanceof DismError ? reworded(error, `${error.message}; ${done}`) : error;
}

/** Adds INF files, or those of folders, as one change of the image; one that is refused does not keep the others from being added. */
export async function addDriver(params: z.output<typeof addMethod.params>, context: OperationContext): Promise<z.input<typeof addMethod.result>> {
  const { driver: path, recurse = false, forceUnsigned = false, bootCritical = false } = params;
  const what = `Cannot add the driver "${path}"`;
  return await guarded(what, path, context, async () => {
    const paths = requireInfFiles(path, { recurse, what, beforeEach: () => { context.signal.throwIfAborted(); } });
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
  const data = errorData(failure, { operation: context.operation, logPath: context.log.path });
  return { message: infMessage(failure, infPath), data: { ...data, target: infPath } };
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
      const removedDrivers = await removePackages(params.driver, params.force ?? false, await changeOf(image, params, warnings, context));
      return { ...imageResult(params.path, context, warnings), winPath: image.windows, removedDrivers };
    }));
}
