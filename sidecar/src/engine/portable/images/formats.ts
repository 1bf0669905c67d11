/** The formats of image files that can be mounted. */
import type { ImageInfo } from '@dismts/protocol';
import type { OperationContext } from '../../../operationContext.ts';
import { OtherFormatError } from '../../../fileErrors.ts';
import type { IdentifiedImage, ImageFormat, InformationParams, MountParams } from './imageFormat.ts';
import { virtualDiskFormat } from './virtualDisk.ts';
import { wimFormat } from './wim.ts';

/** In the order in which a file is asked for its format; the first gives the error for a file of none. */
const formats: readonly ImageFormat[] = [wimFormat, virtualDiskFormat];

export const formatNames: readonly string[] = formats.map(({ name }) => name);

/** Types of the file systems that images are served as. */
export const servedTypes: ReadonlySet<string> = new Set(formats.flatMap(({ fileSystems }) => fileSystems));

/** The format of a mount. @throws Error: there is none of that name. */
export function formatOf({ format: name }: { readonly format: string }): ImageFormat {
  const found = formats.find((format) => format.name === name);
  if (found === undefined) { throw new Error(`its image has the format "${name}", which this version does not know`); }
  return found;
}

/** Finds the image that is asked for, in whatever format its file has. @throws DismError, as ImageFormat.identify(). */
export async function identify(params: MountParams, what: string, context: OperationContext): Promise<IdentifiedImage & { readonly format: ImageFormat }> {
  return await inItsFormat(async (format) => ({ ...await format.identify(params, what, context), format }));
}

/** What a file says of its images, whatever its format. @throws DismError, as ImageFormat.describe(). */
export async function describeImages(params: InformationParams, what: string, context: OperationContext): Promise<readonly ImageInfo[]> {
  return await inItsFormat(async (format) => await format.describe(params, what, context));
}

async function inItsFormat<T>(step: (format: ImageFormat) => Promise<T>): Promise<T> {
  let refusal: unknown;
  for (const format of formats) {
    try {
      return await step(format);
    } catch (error) {
      if (!(error instanceof OtherFormatError)) { throw error; }
      refusal ??= error;
    }
  }
  throw refusal;
}
