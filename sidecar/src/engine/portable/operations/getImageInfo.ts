/** image/getInfo: what the header and the XML data of a WIM, split WIM or ESD file say of its images. */
import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { getImageInfo as method, ImageInfo } from '@dismts/protocol';
import type { z } from 'zod';
import { fileTimeToIso } from '../../../fileTime.ts';
import type { OperationContext } from '../../../operationContext.ts';
import { readXmlOnlyWim } from '../../../wim/fileHeader.ts';
import { openWim, type WimFile } from '../../../wimlib/openWim.ts';

/** More than Windows has; a hostile file may list any number, and each look-up counts from the first. */
const maxLanguages = 1000;
/**
 * A number of the XML data: decimal or `0x` and hexadecimal, as Windows' own tools write both. Null where there is none,
 * where it is something else, and where it is larger than JSON can carry.
 */
export function parseXmlNumber(text: string | undefined): number | null {
  const digits = text?.trim() ?? '';
  if (!/^(?:\d+|0[xX][0-9a-fA-F]+)$/.test(digits)) {
    return null;
  }
  const value = Number(digits);
  return Number.isSafeInteger(value) ? value : null;
}

/** A FILETIME in two hexadecimal halves as ISO 8601; null where there is none, or none that a calendar has. */
export function parseXmlTime(high: string | undefined, low: string | undefined): string | null {
  const highPart = parseXmlNumber(high);
  const lowPart = parseXmlNumber(low);
  if (highPart === null || lowPart === null || highPart > 0xffff_ffff || lowPart > 0xffff_ffff) {
    return null;
  }
  return fileTimeToIso(BigInt(highPart) << 32n | BigInt(lowPart)) ?? null;
}

function languagesOf(wim: WimFile, imageIndex: number): string[] {
  const languages: string[] = [];
  while (languages.length < maxLanguages) {
    const language = wim.imageProperty(imageIndex, `WINDOWS/LANGUAGES/LANGUAGE[${languages.length + 1}]`);
    if (language === undefined) {
      break;
    }
    languages.push(language);
  }
  return languages;
}

function describeImage(wim: WimFile, imageIndex: number, bootIndex: number): ImageInfo {
  const text = (name: string) => wim.imageProperty(imageIndex, name) ?? '';
  const number = (name: string) => parseXmlNumber(wim.imageProperty(imageIndex, name));
  const time = (name: string) => parseXmlTime(
    wim.imageProperty(imageIndex, `${name}/HIGHPART`), wim.imageProperty(imageIndex, `${name}/LOWPART`));
  const [majorVersion, minorVersion, build, spBuild] = [
    number('WINDOWS/VERSION/MAJOR'), number('WINDOWS/VERSION/MINOR'),
    number('WINDOWS/VERSION/BUILD'), number('WINDOWS/VERSION/SPBUILD'),
  ];
  const languages = languagesOf(wim, imageIndex);
  const defaultLanguage = text('WINDOWS/LANGUAGES/DEFAULT').toLowerCase();
  const defaultLanguageIndex = languages.findIndex((language) => language.toLowerCase() === defaultLanguage);
  return {
    imagePath: wim.path,
    imageIndex,
    imageName: wim.imageName(imageIndex),
    imageDescription: wim.imageDescription(imageIndex),
    imageSize: number('TOTALBYTES') ?? 0,
    imageType: 'Wim',
    wimBoot: number('WIMBOOT') === 1,
    imageBootable: imageIndex === bootIndex ? 'Yes' : 'No',
    architecture: number('WINDOWS/ARCH'),
    hal: text('WINDOWS/HAL'),
    version: majorVersion === null ? '' : [majorVersion, minorVersion, build, spBuild].map((part) => part ?? 0).join('.'),
    majorVersion,
    minorVersion,
    build,
    spBuild,
    spLevel: number('WINDOWS/VERSION/SPLEVEL'),
    editionId: text('WINDOWS/EDITIONID'),
    installationType: text('WINDOWS/INSTALLATIONTYPE'),
    productName: text('WINDOWS/PRODUCTNAME'),
    productType: text('WINDOWS/PRODUCTTYPE'),
    productSuite: text('WINDOWS/PRODUCTSUITE'),
    systemRoot: text('WINDOWS/SYSTEMROOT'),
    directoryCount: number('DIRCOUNT') ?? 0,
    fileCount: number('FILECOUNT') ?? 0,
    createdTime: time('CREATIONTIME'),
    modifiedTime: time('LASTMODIFICATIONTIME'),
    languages,
    defaultLanguageIndex: defaultLanguageIndex === -1 ? null : defaultLanguageIndex,
  };
}

/** Opens what is needed of a file: by way of a small copy where that does, else the file itself. */
async function openForInfo(path: string, context: OperationContext): Promise<WimFile> {
  const options = { action: 'read', operation: context.operation, signal: context.signal };
  const xmlOnly = await readXmlOnlyWim(path, `Cannot read "${path}"`);
  if (xmlOnly === undefined) {
    return openWim(path, options);
  }
  const copy = join(context.scratchDirectory === '' ? tmpdir() : context.scratchDirectory, `dismts-${randomUUID()}.wim`);
  try {
    try {
      await writeFile(copy, xmlOnly, { flag: 'wx', mode: 0o600 });
    } catch (error) {
      context.log.debug(`No copy of the XML data could be made, the whole file is opened: ${String(error)}`);
      return await openWim(path, options);
    }
    return await openWim(copy, { ...options, namedPath: path });
  } finally {
    await rm(copy, { force: true });
  }
}

/**
 * All images of a file, or the one chosen. A part of a split WIM is enough, whichever it is: each carries the XML data.
 * @throws DismError DISMAPI_E_INVALID_IMAGE_INDEX, DISMAPI_E_INVALID_IMAGE_NAME: there is no such image; what
 * openWim() throws. UnsupportedError: a virtual disk.
 */
export async function getImageInfo(
  params: z.output<typeof method.params>, context: OperationContext,
): Promise<z.input<typeof method.result>> {
  const wim = await openForInfo(params.imagePath, context);
  try {
    const { imageCount, bootIndex } = wim.info();
    const chosen = params.imageName !== undefined ? [wim.resolveImageName(params.imageName)]
      : params.imageIndex !== undefined ? [wim.requireImageIndex(params.imageIndex)]
        : Array.from({ length: imageCount }, (_, i) => i + 1);
    return {
      images: chosen.map((imageIndex) => describeImage(wim, imageIndex, bootIndex)),
      logPath: context.log.path,
    };
  } finally {
    wim.close();
  }
}
