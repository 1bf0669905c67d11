/** Copies images from one open file into another. */
import { Hresult } from '../../../../hresult.ts';
import type { FileErrors } from '../../../../fileErrors.ts';
import { imageName, textAt, type WimDocument } from '../../../../wim/imageXml.ts';
import { WIM_EXPORT_ALLOW_DUPLICATES, WIM_EXPORT_VERIFY_DESTINATION, WIM_EXPORT_VERIFY_SOURCE, WinError } from '../../binding/wimgapi/constants.ts';
import { WimgapiError } from '../../binding/wimgapi/wimLibrary.ts';
import type { NativeOperation } from '../nativeOperation.ts';
import { withElements, withIndex } from './imageXml.ts';
import { documentOf, withImage, type OpenWim } from './openWim.ts';

/** What is copied, and how. */
export interface ExportParams {
  readonly source: OpenWim;
  readonly document: WimDocument;
  /** In the order that they get. */
  readonly indexes: readonly number[];
  /** Name in the destination, of the only image. */
  readonly newName?: string | undefined;
  readonly verify: boolean;
  /** Also where the destination has the same image under another name. */
  readonly allowSame: boolean;
  /** The names are those of one file, whatever they are. */
  readonly keepNames?: boolean | undefined;
}

/** People tell images by their names. @throws DismError ERROR_ALREADY_EXISTS */
export function requireFreeNames(names: readonly string[], taken: readonly string[], errors: FileErrors): void {
  const all = new Set(taken);
  for (const name of names) {
    if (name !== '' && all.has(name)) {
      throw errors.make(Hresult.ERROR_ALREADY_EXISTS, `there would be two images with the name "${name}"`,
        'Give the image another name with -DestinationName, or rename the other one with Set-DismTsImage.');
    }
    all.add(name);
  }
}

/** The names that images get. @param newName That of the only one. */
export function newNames(document: WimDocument, indexes: readonly number[], newName: string | undefined): string[] {
  return indexes.map((index) => newName ?? imageName(document.images[index - 1] ?? document.root));
}

/**
 * Copies images; what is said of them goes along to the letter, for the library loses some of it.
 * @returns Their indexes in the destination.
 * @throws DismError ERROR_ALREADY_EXISTS: the destination has an image of the name.
 */
export async function copyImages(operation: NativeOperation, destination: OpenWim, params: ExportParams): Promise<number[]> {
  const { source, document, indexes, newName, verify, allowSame } = params;
  const there = await documentOf(destination);
  const names = newNames(document, indexes, newName);
  if (params.keepNames !== true) { requireFreeNames(names, there.images.map(imageName), destination.errors); }
  const added: number[] = [];
  const flags = (allowSame ? WIM_EXPORT_ALLOW_DUPLICATES : 0) | (verify ? WIM_EXPORT_VERIFY_SOURCE | WIM_EXPORT_VERIFY_DESTINATION : 0);
  const sizes = indexes.map((index) => Number(textAt(document.images[index - 1], 'TOTALBYTES') ?? 0) || 0);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  let done = 0;
  for (const [at, index] of indexes.entries()) {
    operation.throwIfCancelled();
    const size = sizes[at] ?? 0;
    const xml = await withImage(source, index, async (image) => {
      try {
        await source.api.exportImage(image, destination.handle, source.relay, flags, {
          signal: operation.context.signal,
          onProgress: (percent) => { operation.progress('Writing', Math.round(done + size * percent / 100), total, 'bytes'); },
        });
      } catch (error) {
        if (!(error instanceof WimgapiError) || error.lastError !== WinError.AlreadyExists) { throw error; }
        throw destination.errors.make(Hresult.ERROR_ALREADY_EXISTS, `image ${index} is there already`, 'To have it twice, give it another name with -DestinationName.');
      }
      return source.api.getInformation(image);
    });
    done += size;
    const { imageCount } = await destination.api.getAttributes(destination.handle);
    if (imageCount !== there.images.length + at + 1) { throw destination.errors.make(Hresult.E_FAIL, `it has ${imageCount} images after the export of one`); }
    await withImage(destination, imageCount, async (image) => {
      await destination.api.setInformation(image, withElements(withIndex(xml, imageCount), { NAME: names[at] === '' ? undefined : names[at] }, destination.errors));
    });
    added.push(imageCount);
  }
  operation.throwIfCancelled();
  return added;
}
