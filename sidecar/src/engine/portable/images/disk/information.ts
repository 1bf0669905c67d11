/** What a virtual disk says of the Windows in it: read from its registry hives, without mounting it and without being root. */
import type { ImageInfo } from '@dismts/protocol';
import { DismError } from '../../../../errors.ts';
import { NtfsImage } from '../../../../imageFiles/ntfsFiles.ts';
import { readEdition, type Edition } from '../../../../inventory/edition.ts';
import { WindowsImage } from '../../../../inventory/windowsImage.ts';
import type { OperationContext } from '../../../../operationContext.ts';
import { printable } from '../../../../printable.ts';
import type { InformationParams } from '../imageFormat.ts';
import { requireOnlyImage } from './identify.ts';
import { openDisk } from './openDisk.ts';

const noWindows = {
  hal: '', version: '', majorVersion: null, minorVersion: null, build: null, spBuild: null, spLevel: null, editionId: '', installationType: '', productName: '',
  productType: '', productSuite: '', systemRoot: '', architecture: null, languages: [], defaultLanguageIndex: null,
} as const;

/** As in the XML data of a WIM. */
const productTypes: Readonly<Record<string, string>> = { Client: 'WinNT', Server: 'ServerNT', 'Server Core': 'ServerNT', 'Nano Server': 'ServerNT' };

type WindowsInfo = { -readonly [Key in keyof typeof noWindows]: ImageInfo[Key] };

/** A part of a version; null where it is no number. */
function part(parts: readonly string[], index: number): number | null {
  const value = Number(parts[index]);
  return parts[index] !== undefined && Number.isSafeInteger(value) && value >= 0 && value <= 0xffff_ffff ? value : null;
}

function describeEdition(edition: Edition, languages: readonly string[]): WindowsInfo {
  const parts = edition.version.split('.');
  const index = languages.findIndex((language) => language.toLowerCase() === edition.defaultLanguage.toLowerCase());
  return {
    ...noWindows, version: printable(edition.version),
    majorVersion: part(parts, 0), minorVersion: part(parts, 1), build: part(parts, 2), spBuild: part(parts, 3),
    editionId: printable(edition.edition), installationType: printable(edition.installationType), productName: printable(edition.productName),
    productType: productTypes[edition.installationType] ?? '', systemRoot: 'WINDOWS', architecture: edition.architecture,
    languages: languages.map((language) => printable(language)),
    defaultLanguageIndex: index === -1 ? null : index,
  };
}

/** What the hives say. One that is damaged leaves out what it would say. */
async function readWindows(files: NtfsImage, path: string, context: OperationContext): Promise<WindowsInfo> {
  try {
    const image = await WindowsImage.open(files, path);
    const edition = await readEdition(image);
    const languages = (await image.controlSet())?.key('Control\\MUI\\UILanguages')?.subkeys().map(({ name }) => name) ?? [];
    for (const warning of image.warnings) { context.log.warning(warning); }
    return describeEdition(edition, languages);
  } catch (error) {
    if (!(error instanceof DismError)) { throw error; }
    context.log.warning(error.message);
    return { ...noWindows, languages: [] };
  }
}

/**
 * Describes the image of a disk.
 * @throws DismError: damaged, or not to be read, as mounting it would say. DISMAPI_E_INVALID_IMAGE_INDEX, DISMAPI_E_INVALID_IMAGE_NAME.
 */
export async function describeDisk(params: InformationParams, what: string, context: OperationContext): Promise<ImageInfo> {
  const { imagePath } = params;
  const opened = await openDisk(imagePath, what);
  try {
    requireOnlyImage(params, opened.errors);
    const { source, holdsWindows, ntfs, warnings } = await opened.volume(params.partition);
    for (const warning of warnings) { context.log.warning(warning); }
    const windows = holdsWindows ? await readWindows(await NtfsImage.open(source, imagePath), imagePath, context) : { ...noWindows, languages: [] };
    return {
      imagePath, imageIndex: 1, imageName: '', imageDescription: printable((await ntfs.information()).label), imageSize: await ntfs.usedBytes(), imageType: 'Vhd',
      wimBoot: false, imageBootable: 'Unknown', directoryCount: null, fileCount: null, createdTime: null, modifiedTime: null, ...windows,
    };
  } finally {
    await opened.close();
  }
}
