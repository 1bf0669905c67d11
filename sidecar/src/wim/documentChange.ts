/** Changes the XML document of a WIM file: the statistics of one image, or a further image behind the last. */
import type { XmlElement } from '../xml.ts';
import type { FileErrors } from '../fileErrors.ts';
import { parseXmlNumber, type WimDocument } from './imageXml.ts';

/** By how much an image's statistics change; the counts of other tools stay theirs in what did not change. */
export interface StatisticsChange {
  readonly directories: number;
  readonly files: number;
  readonly totalBytes: number;
  readonly hardLinkBytes: number;
  /** Time of the change, 100 ns since 1601. */
  readonly modified: bigint;
}

/** Text in place of other text, by offsets. */
interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The text between two offsets with edits made, which do not overlap. */
function edited(text: string, start: number, end: number, edits: readonly Edit[]): string {
  let result = '';
  let position = start;
  for (const edit of edits.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    result += text.slice(position, edit.start) + edit.text;
    position = edit.end;
  }
  return result + text.slice(position, end);
}

function timestamp(time: bigint): string {
  const part = (value: bigint): string => `0x${value.toString(16).toUpperCase().padStart(8, '0')}`;
  return `<HIGHPART>${part(time >> 32n)}</HIGHPART><LOWPART>${part(time & 0xffffffffn)}</LOWPART>`;
}

/** The child elements of an image after a change; a number that the document lacks stays missing. */
function changedElements(image: XmlElement, change: StatisticsChange): Map<string, string> {
  const values = new Map([['LASTMODIFICATIONTIME', timestamp(change.modified)]]);
  const differences = [
    ['DIRCOUNT', change.directories], ['FILECOUNT', change.files],
    ['TOTALBYTES', change.totalBytes], ['HARDLINKBYTES', change.hardLinkBytes],
  ] as const;
  for (const [name, difference] of differences) {
    const element = image.children.find((child) => child.qualifiedName === name);
    const old = parseXmlNumber(element?.text);
    if (old !== null) { values.set(name, String(Math.max(0, old + difference))); }
  }
  return values;
}

/** Whether an element has one tag only, such as `<IMAGE INDEX="1" />`. */
function hasOneTag(element: XmlElement): boolean {
  return element.contentStart === element.end;
}

/** Edits that give an image these child elements, at its end where they are missing. */
function imageEdits(image: XmlElement, values: ReadonlyMap<string, string>): Edit[] {
  const edits: Edit[] = [];
  const missing = new Map(values);
  for (const child of image.children) {
    const value = missing.get(child.qualifiedName);
    if (value === undefined) { continue; }
    missing.delete(child.qualifiedName);
    edits.push({ start: child.offset, end: child.end, text: `<${child.qualifiedName}>${value}</${child.qualifiedName}>` });
  }
  const added = [...missing].map(([name, value]) => `<${name}>${value}</${name}>`).join('');
  // The "/>" of the tag becomes what stands between two.
  edits.push(hasOneTag(image)
    ? { start: image.end - 2, end: image.end, text: `>${added}</${image.qualifiedName}>` }
    : { start: image.contentEnd, end: image.contentEnd, text: added });
  return edits;
}

function totalBytesEdits(root: XmlElement, totalBytes: number): Edit[] {
  const total = root.children.find((child) => child.qualifiedName === 'TOTALBYTES');
  return total === undefined || hasOneTag(total) ? [] : [{ start: total.contentStart, end: total.contentEnd, text: String(totalBytes) }];
}

function requireImage(document: WimDocument, imageIndex: number, errors: FileErrors): XmlElement {
  const image = document.images[imageIndex - 1];
  if (image === undefined) { throw errors.damaged(`its XML data has no image ${imageIndex}`); }
  return image;
}

/**
 * The document with other statistics for one image; everything else stays to the letter.
 * @param totalBytes What the document's own TOTALBYTES says: the size of everything before the document.
 */
export function changeImage(document: WimDocument, imageIndex: number, change: StatisticsChange, totalBytes: number, errors: FileErrors): string {
  const { text, root } = document;
  const image = requireImage(document, imageIndex, errors);
  return edited(text, 0, text.length, [...imageEdits(image, changedElements(image, change)), ...totalBytesEdits(root, totalBytes)]);
}

/** Some documents end with their TOTALBYTES. */
function behindImages({ root, images }: WimDocument, text: string): Edit {
  const at = images.at(-1)?.end ?? root.contentEnd;
  return { start: at, end: at, text };
}

function startTag(image: XmlElement, newIndex: number): string {
  const escape = (value: string): string => value.replace(/[&<"]/g, (character) => ({ '&': '&amp;', '<': '&lt;' })[character] ?? '&quot;');
  const attributes = [...image.attributes].map(([name, value]) => ` ${name}="${name === 'INDEX' ? newIndex : escape(value)}"`);
  return `<${image.qualifiedName}${attributes.join('')}>`;
}

/** An element of an image for a document, in the words of its own one, but for the texts of some elements in it. */
function copyOf(text: string, image: XmlElement, values: ReadonlyMap<string, string>, newIndex: number): string {
  const content = hasOneTag(image)
    ? [...values].map(([key, value]) => `<${key}>${value}</${key}>`).join('')
    : edited(text, image.contentStart, image.contentEnd, values.size === 0 ? [] : imageEdits(image, values));
  return `${startTag(image, newIndex)}${content}</${image.qualifiedName}>`;
}

/**
 * The document with a further image: what it says of image `imageIndex`, with a name that no image has yet
 * (`Name (2)`, `Name (3)`, ...), since names must not occur twice.
 * @param totalBytes As for changeImage().
 */
export function addImage(document: WimDocument, imageIndex: number, change: StatisticsChange, totalBytes: number, errors: FileErrors): string {
  const { text, root, images } = document;
  const image = requireImage(document, imageIndex, errors);
  // As they stand in the document, so they are escaped already.
  const nameOf = (element: XmlElement): string => {
    const name = element.children.find((child) => child.qualifiedName === 'NAME');
    return name === undefined ? '' : text.slice(name.contentStart, name.contentEnd);
  };
  const taken = new Set(images.map((element) => nameOf(element).toUpperCase()));
  const base = nameOf(image);
  let name = base;
  for (let number = 2; name !== '' && taken.has(name.toUpperCase()); number++) { name = `${base} (${number})`; }
  const values = changedElements(image, change);
  if (name !== '') { values.set('NAME', name); }
  return edited(text, 0, text.length, [...totalBytesEdits(root, totalBytes), behindImages(document, copyOf(text, image, values, images.length + 1))]);
}

/** As text of an element. */
function escapeText(text: string): string {
  return text.replace(/[&<>]/g, (character) => ({ '&': '&amp;', '<': '&lt;' })[character] ?? '&gt;');
}

/**
 * The document with other texts of elements of one image; everything else stays to the letter.
 * @param texts By the names of elements directly below the image. An empty text takes the element away.
 */
export function setTexts(document: WimDocument, imageIndex: number, texts: ReadonlyMap<string, string>, errors: FileErrors): string {
  const { text } = document;
  const image = requireImage(document, imageIndex, errors);
  const taken = image.children.filter(({ qualifiedName }) => texts.get(qualifiedName) === '').map(({ offset, end }) => ({ start: offset, end, text: '' }));
  const set = new Map([...texts].filter(([, value]) => value !== '').map(([name, value]) => [name, escapeText(value)]));
  return edited(text, 0, text.length, [...taken, ...set.size > 0 ? imageEdits(image, set) : []]);
}

/**
 * The document without one image; those behind it move down by one.
 * @param totalBytes As for changeImage().
 */
export function removeImage(document: WimDocument, imageIndex: number, totalBytes: number, errors: FileErrors): string {
  const { text, root, images } = document;
  const image = requireImage(document, imageIndex, errors);
  const moved = images.slice(imageIndex).map((other, at) => ({
    start: other.offset, end: hasOneTag(other) ? other.end : other.contentStart,
    text: hasOneTag(other) ? startTag(other, imageIndex + at).replace(/>$/, '/>') : startTag(other, imageIndex + at),
  }));
  return edited(text, 0, text.length, [...totalBytesEdits(root, totalBytes), { start: image.offset, end: image.end, text: '' }, ...moved]);
}

/** An image of another document. */
export interface AddedImage {
  /** 1-based, there. */
  readonly index: number;
  /** Default: as it is called there. */
  readonly name?: string | undefined;
}

/**
 * The document with further images: what another document says of its own.
 * @param totalBytes As for changeImage().
 */
export function addImagesOf(document: WimDocument, other: WimDocument, added: readonly AddedImage[], totalBytes: number, errors: FileErrors): string {
  const { text, root, images } = document;
  const copies = added.map(({ index, name }, at) => {
    const image = requireImage(other, index, errors);
    return copyOf(other.text, image, new Map(name === undefined ? [] : [['NAME', escapeText(name)]]), images.length + at + 1);
  });
  return edited(text, 0, text.length, [...totalBytesEdits(root, totalBytes), behindImages(document, copies.join(''))]);
}
