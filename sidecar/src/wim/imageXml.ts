/** The XML document of a WIM file: what it says of the images. */
import { readXml, type XmlElement } from '../xml.ts';
import type { FileErrors } from '../fileErrors.ts';

/** The document, read. */
export interface WimDocument {
  /** Without its byte order mark. */
  readonly text: string;
  readonly root: XmlElement;
  /** The elements of the images in the order of their indexes: that of image 1 comes first. */
  readonly images: readonly XmlElement[];
}

/** A hundred times what a file with all editions of Windows has. */
export const maxXmlBytes = 16 * 1024 * 1024;
/** As for the bytes; each takes a few times the memory of its text. */
const maxElements = 500_000;

/**
 * A number of the document: decimal or `0x` and hexadecimal, as Windows' own tools write both. Null where there is none,
 * where it is something else, and where it is larger than JSON can carry.
 */
export function parseXmlNumber(text: string | undefined): number | null {
  const digits = text?.trim() ?? '';
  if (!/^(?:\d+|0[xX][0-9a-fA-F]+)$/.test(digits)) { return null; }
  const value = Number(digits);
  return Number.isSafeInteger(value) ? value : null;
}

/** Text of the element at a path below another, such as `WINDOWS/ARCH`; undefined where there is none, or no text in it. */
export function textAt(element: XmlElement | undefined, path: string): string | undefined {
  let found = element;
  for (const name of path.split('/')) { found = found?.children.find((child) => child.qualifiedName === name); }
  return found === undefined || found.text === '' ? undefined : found.text;
}

/** Texts of the elements of one name below that at a path, up to the first that has none. */
export function textsAt(element: XmlElement, path: string, name: string, maxCount: number): string[] {
  let parent: XmlElement | undefined = element;
  for (const step of path.split('/')) { parent = parent?.children.find((child) => child.qualifiedName === step); }
  const texts: string[] = [];
  for (const child of parent?.children ?? []) {
    if (child.qualifiedName !== name) { continue; }
    if (child.text === '' || texts.length === maxCount) { break; }
    texts.push(child.text);
  }
  return texts;
}

/** Empty where the image has none. */
export function imageName(image: XmlElement): string {
  return textAt(image, 'NAME') ?? '';
}

/** The images by their indexes, which have to be 1 and up without a gap. */
function imagesOf(root: XmlElement): readonly XmlElement[] | undefined {
  const elements = root.children.filter((child) => child.qualifiedName === 'IMAGE');
  const images: XmlElement[] = [];
  for (const element of elements) {
    const index = parseXmlNumber(element.attributes.get('INDEX')) ?? 0;
    if (index < 1 || index > elements.length || images[index - 1] !== undefined) { return undefined; }
    images[index - 1] = element;
  }
  return images;
}

/**
 * Reads a document: UTF-16LE, with or without a byte order mark.
 * @throws DismError WIM_E_INVALID_CONTAINER: malformed, with a DTD, or no list of images. UnsupportedError: an encrypted ESD.
 */
export function parseDocument(data: Buffer, errors: FileErrors): WimDocument {
  const decoded = data.toString('utf16le');
  const text = decoded.startsWith('\ufeff') ? decoded.slice(1) : decoded;
  const root = readXml(text, { malformed: (what, offset) => errors.damaged(`its XML data is damaged at character ${offset}: ${what}`), maxElements });
  if (root.qualifiedName !== 'WIM') { throw errors.damaged(`its XML data is damaged: it holds "${root.qualifiedName.slice(0, 40)}" in place of "WIM"`); }
  const esd = root.children.find((child) => child.qualifiedName === 'ESD');
  if (esd?.children.some((child) => child.qualifiedName === 'ENCRYPTED') === true) { throw errors.unsupported('it is encrypted', 'Use the file of an ISO image or of the Media Creation Tool, which is not encrypted.'); }
  const images = imagesOf(root);
  if (images === undefined) { throw errors.damaged('its XML data is damaged: the indexes of its images are not 1 and up'); }
  return { text, root, images };
}

/** The bytes of a document. */
export function encodeDocument(text: string): Buffer {
  return Buffer.from(`\ufeff${text}`, 'utf16le');
}
