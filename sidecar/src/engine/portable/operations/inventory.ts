/** package/get, feature/get, driver/get, capability/get and edition/get on the portable engine. */
import type {
  getCapabilities as capabilitiesMethod, getDrivers as driversMethod, getEdition as editionMethod,
  getFeatures as featuresMethod, getPackages as packagesMethod, ImageResult,
} from '@dismts/protocol';
import type { z } from 'zod';
import type { OperationContext } from '../../../operationContext.ts';
import { imageResult } from '../mounting/mountOperation.ts';
import { guarded } from '../../../systemErrors.ts';
import { UnsupportedError } from '../../../errors.ts';
import { FolderImage } from '../../../imageFiles/folderFiles.ts';
import { listCapabilities } from '../../../inventory/capabilities.ts';
import { listDrivers } from '../../../inventory/drivers.ts';
import { readEdition } from '../../../inventory/edition.ts';
import { listFeatures } from '../../../inventory/features.ts';
import { listPackages } from '../../../inventory/packages.ts';
import { printable, printableText } from '../../../printable.ts';
import { WindowsImage } from '../../../inventory/windowsImage.ts';

interface ImageParams {
  readonly path?: string | undefined;
  readonly windowsDirectory?: string | undefined;
}

/** Properties that are running text, which may have breaks of lines; all others are names. */
const texts: ReadonlySet<string> = new Set(['description', 'displayName', 'copyright', 'company', 'supportInformation', 'classDescription', 'value']);

/** The same with every string from the image safe to print. */
function printableStrings<T>(value: T, key = ''): T {
  if (typeof value === 'string') { return (texts.has(key) ? printableText(value) : printable(value)) as T; }
  if (Array.isArray(value)) { return value.map((item: unknown) => printableStrings(item, key)) as T; }
  if (typeof value !== 'object' || value === null) { return value; }
  return Object.fromEntries(Object.entries(value).map(([name, item]: [string, unknown]) => [name, printableStrings(item, name)])) as T;
}

/** Opens the image, reads, and adds what every result has. */
async function read<T>(
  subject: string, params: ImageParams, context: OperationContext, step: (image: WindowsImage) => Promise<T>,
): Promise<T & ImageResult> {
  const { path, windowsDirectory } = params;
  if (path === undefined) {
    throw new UnsupportedError(`Cannot read the ${subject} of the running system (-Online): only the Native engine on Windows can`);
  }
  return await guarded(`Cannot read the ${subject} of "${path}"`, path, context, async () => {
    const files = new FolderImage(path);
    try {
      const image = await WindowsImage.open(files, path, windowsDirectory);
      const found = await step(image);
      for (const warning of image.warnings) { context.log.warning(warning); }
      return { ...imageResult(path, context, image.warnings), winPath: image.windows, ...printableStrings(found) };
    } finally {
      await files.close();
    }
  });
}

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
  return await read('packages', params, context, async (image) => ({ packages: await listPackages(image, params, onPackage(context)) }));
}

/** The optional features of an image. */
export async function getFeatures(params: z.output<typeof featuresMethod.params>, context: OperationContext): Promise<z.input<typeof featuresMethod.result>> {
  refusePackageFile(params.packagePath);
  return await read('features', params, context, async (image) => ({ features: await listFeatures(image, params, onPackage(context)) }));
}

/** The driver packages of an image. */
export async function getDrivers(params: z.output<typeof driversMethod.params>, context: OperationContext): Promise<z.input<typeof driversMethod.result>> {
  return await read('drivers', params, context, async (image) => ({ drivers: await listDrivers(image, params) }));
}

/** The capabilities of an image. */
export async function getCapabilities(
  params: z.output<typeof capabilitiesMethod.params>, context: OperationContext,
): Promise<z.input<typeof capabilitiesMethod.result>> {
  return await read('capabilities', params, context, async (image) => {
    const capabilities = await listCapabilities(image, params, onPackage(context));
    const notRead = 'The sources were not read, which only the Native engine on Windows can: only capabilities that are in the image are listed';
    return { capabilities, ...params.sources === undefined ? {} : { warnings: [...image.warnings, notRead] } };
  });
}

/** The edition of an image. */
export async function getEdition(params: z.output<typeof editionMethod.params>, context: OperationContext): Promise<z.input<typeof editionMethod.result>> {
  return await read('edition', params, context, readEdition);
}
