/** package/get, feature/get, driver/get, capability/get and edition/get on the portable engine. */
import type {
  DriverInfo, getCapabilities as capabilitiesMethod, getDrivers as driversMethod, getEdition as editionMethod,
  getFeatures as featuresMethod, getPackages as packagesMethod,
} from '@dismts/protocol';
import type { z } from 'zod';
import type { OperationContext } from '../../../operationContext.ts';
import { type DismError, UnsupportedError } from '../../../errors.ts';
import { listCapabilities } from '../../../inventory/capabilities.ts';
import { describeInfFiles } from '../../../inventory/driverFiles.ts';
import { listDrivers } from '../../../inventory/drivers.ts';
import { readEdition } from '../../../inventory/edition.ts';
import { listFeatures } from '../../../inventory/features.ts';
import { listPackages } from '../../../inventory/packages.ts';
import type { WindowsImage } from '../../../inventory/windowsImage.ts';
import { guarded } from '../../../systemErrors.ts';
import { requireInfFiles } from '../../../drivers/infFolder.ts';
import { readWindows } from '../windowsReading.ts';

/** A package file has to be expanded and judged, which the servicing stack of Windows does. */
function refusePackageFile(path: string | undefined): void {
  if (path !== undefined) {
    throw new UnsupportedError(`Cannot read the package file "${path}": only the Native engine on Windows can`, {
      target: path, hint: 'Use the Native engine (on Windows) for this.',
    });
  }
}

/** Reports progress, and stops when the operation is cancelled. */
function onPackage(context: OperationContext): (done: number, total: number) => void {
  return (done, total) => {
    context.signal.throwIfAborted();
    context.progress('Reading packages', done, total);
  };
}

/** The packages of an image. */
export async function getPackages(params: z.output<typeof packagesMethod.params>, context: OperationContext): Promise<z.input<typeof packagesMethod.result>> {
  refusePackageFile(params.packagePath);
  return await readWindows('packages', params, context, async (image) => ({ packages: await listPackages(image, params, onPackage(context)) }));
}

/** The optional features of an image. */
export async function getFeatures(params: z.output<typeof featuresMethod.params>, context: OperationContext): Promise<z.input<typeof featuresMethod.result>> {
  refusePackageFile(params.packagePath);
  return await readWindows('features', params, context, async (image) => ({ features: await listFeatures(image, params, onPackage(context)) }));
}

/** The driver packages of an image. */
export async function getDrivers(params: z.output<typeof driversMethod.params>, context: OperationContext): Promise<z.input<typeof driversMethod.result>> {
  return await readWindows('drivers', params, context, async (image) => (
    { drivers: params.infPath === undefined ? await listDrivers(image, params) : await readInfFiles(image, params.infPath, context) }));
}

/** What packages that are not in the image are for. In a folder those that are no drivers of this image are left out. */
async function readInfFiles(image: WindowsImage, path: string, context: OperationContext): Promise<DriverInfo[]> {
  const what = `Cannot read the driver "${path}"`;
  return await guarded(what, path, context, async () => {
    const infPaths = requireInfFiles(path, { what, beforeEach: () => { context.signal.throwIfAborted(); } });
    if (infPaths.length === 1 && infPaths[0] === path) { return await describeInfFiles(image, infPaths, context.signal); }
    const invalid: DismError[] = [];
    const devices = await describeInfFiles(image, infPaths, context.signal, (error) => {
      context.log.warning(error.message);
      invalid.push(error);
    });
    if (devices.length === 0 && invalid[0] !== undefined) { throw invalid[0]; }
    return devices;
  });
}

/** The capabilities of an image. */
export async function getCapabilities(
  params: z.output<typeof capabilitiesMethod.params>, context: OperationContext,
): Promise<z.input<typeof capabilitiesMethod.result>> {
  return await readWindows('capabilities', params, context, async (image) => {
    const capabilities = await listCapabilities(image, params, onPackage(context));
    const notRead = 'The sources were not read, which only the Native engine on Windows can: only capabilities that are in the image are listed';
    return { capabilities, ...params.sources === undefined ? {} : { warnings: [...image.warnings, notRead] } };
  });
}

/** The edition of an image. */
export async function getEdition(params: z.output<typeof editionMethod.params>, context: OperationContext): Promise<z.input<typeof editionMethod.result>> {
  return await readWindows('edition', params, context, readEdition);
}
