/** What the header and the XML data of a WIM, split WIM or ESD file say of its images. */
import type { ImageInfo } from '@dismts/protocol';
import { fileTimeToIso } from '../../../../fileTime.ts';
import { parseXmlNumber, textAt, textsAt } from '../../../../wim/imageXml.ts';
import { WimFile } from '../../../../wim/wimFile.ts';
import type { XmlElement } from '../../../../xml.ts';
import type { InformationParams } from '../imageFormat.ts';

/** More than Windows has; a hostile file may list any number. */
const maxLanguages = 1000;

/** A FILETIME in two hexadecimal halves as ISO 8601; null where there is none, or none that a calendar has. */
export function parseXmlTime(high: string | undefined, low: string | undefined): string | null {
  const highPart = parseXmlNumber(high);
  const lowPart = parseXmlNumber(low);
  if (highPart === null || lowPart === null || highPart > 0xffff_ffff || lowPart > 0xffff_ffff) {
    return null;
  }
  return fileTimeToIso(BigInt(highPart) << 32n | BigInt(lowPart)) ?? null;
}

function describeImage(imagePath: string, image: XmlElement, imageIndex: number, bootIndex: number): ImageInfo {
  const text = (name: string) => textAt(image, name) ?? '';
  const number = (name: string) => parseXmlNumber(textAt(image, name));
  // As Windows has them, in 32 bits; what does not fit was never the number of a Windows.
  const small = (name: string) => {
    const value = number(name);
    return value === null || value > 0xffff_ffff ? null : value;
  };
  const time = (name: string) => parseXmlTime(textAt(image, `${name}/HIGHPART`), textAt(image, `${name}/LOWPART`));
  const [majorVersion, minorVersion, build, spBuild] = [
    small('WINDOWS/VERSION/MAJOR'), small('WINDOWS/VERSION/MINOR'),
    small('WINDOWS/VERSION/BUILD'), small('WINDOWS/VERSION/SPBUILD'),
  ];
  const languages = textsAt(image, 'WINDOWS/LANGUAGES', 'LANGUAGE', maxLanguages);
  const defaultLanguage = text('WINDOWS/LANGUAGES/DEFAULT').toLowerCase();
  const defaultLanguageIndex = languages.findIndex((language) => language.toLowerCase() === defaultLanguage);
  return {
    imagePath,
    imageIndex,
    imageName: text('NAME'),
    imageDescription: text('DESCRIPTION'),
    imageSize: number('TOTALBYTES') ?? 0,
    imageType: 'Wim',
    wimBoot: number('WIMBOOT') === 1,
    imageBootable: imageIndex === bootIndex ? 'Yes' : 'No',
    architecture: small('WINDOWS/ARCH'),
    hal: text('WINDOWS/HAL'),
    version: majorVersion === null ? '' : [majorVersion, minorVersion, build, spBuild].map((part) => part ?? 0).join('.'),
    majorVersion,
    minorVersion,
    build,
    spBuild,
    spLevel: small('WINDOWS/VERSION/SPLEVEL'),
    editionId: text('WINDOWS/EDITIONID'),
    installationType: text('WINDOWS/INSTALLATIONTYPE'),
    productName: text('WINDOWS/PRODUCTNAME'),
    productType: text('WINDOWS/PRODUCTTYPE'),
    productSuite: text('WINDOWS/PRODUCTSUITE'),
    systemRoot: text('WINDOWS/SYSTEMROOT'),
    directoryCount: number('DIRCOUNT'),
    fileCount: number('FILECOUNT'),
    createdTime: time('CREATIONTIME'),
    modifiedTime: time('LASTMODIFICATIONTIME'),
    languages,
    defaultLanguageIndex: defaultLanguageIndex === -1 ? null : defaultLanguageIndex,
  };
}

/**
 * All images of a file, or the one chosen. A part of a split WIM is enough, whichever it is: each carries the XML data.
 * @throws DismError DISMAPI_E_INVALID_IMAGE_INDEX, DISMAPI_E_INVALID_IMAGE_NAME: there is no such image; what
 * WimFile.open() and WimFile.document() throw. UnsupportedError: an encrypted ESD.
 */
export async function describeImages(params: InformationParams, what: string): Promise<readonly ImageInfo[]> {
  const { imagePath, imageIndex, imageName } = params;
  const wim = await WimFile.open(imagePath, { what });
  try {
    // Whoever looks at a file that has just been copied is told that its end is missing.
    wim.requireIntegrityTable();
    const { images } = await wim.document();
    const chosen = imageName === undefined && imageIndex === undefined ? undefined : await wim.chooseImage(params);
    return images.flatMap((image, at) => (chosen === undefined || chosen === at + 1 ? [describeImage(imagePath, image, at + 1, wim.header.bootIndex)] : []));
  } finally {
    await wim.close();
  }
}
