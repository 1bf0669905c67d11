/** The XML document of a WIM file: changing the statistics of one image, or adding an image after the last. */
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';

/** By how much an image's statistics change; the counts of other tools stay theirs in what did not change. */
export interface StatisticsChange {
  readonly directories: number;
  readonly files: number;
  readonly totalBytes: number;
  readonly hardLinkBytes: number;
  /** Time of the change, 100 ns since 1601. */
  readonly modified: bigint;
}

interface Element {
  readonly name: string;
  /** Offsets of `<` of the start tag and behind `>` of the end tag. */
  readonly start: number;
  readonly end: number;
  /** Offsets between the tags; both equal where the element is empty. */
  readonly contentStart: number;
  readonly contentEnd: number;
  readonly tag: string;
  readonly children: Element[];
}

function malformed(what: string): DismError {
  return new DismError(Hresult.WIM_E_INVALID_CONTAINER, `The XML document of the WIM file is damaged: ${what}`);
}

/** No document nests deeper; a hostile one ends here. */
const maxDepth = 64;

/** The tree of elements with their places in the text. Comments, CDATA and processing instructions are passed over. */
function parseElements(text: string): Element {
  type Open = { -readonly [K in keyof Element]: Element[K] };
  const top: Open = { name: '', start: 0, end: text.length, contentStart: 0, contentEnd: text.length, tag: '', children: [] };
  const stack: Open[] = [top];
  const token = /<!--[^]*?-->|<!\[CDATA\[[^]*?\]\]>|<\?[^]*?\?>|<(\/?)([A-Za-z_][\w:.-]*)((?:[^<>"']|"[^"<]*"|'[^'<]*')*?)(\/?)>/gy;
  for (let position = text.indexOf('<'); position !== -1; position = text.indexOf('<', position)) {
    token.lastIndex = position;
    const match = token.exec(text);
    if (match === null) { throw malformed(`no tag at offset ${position}`); }
    const end = token.lastIndex;
    const [, closing, name, , empty] = match;
    const parent = stack.at(-1) ?? top;
    if (name !== undefined && closing === '/') {
      if (parent === top || parent.name !== name) { throw malformed(`"</${name}>" closes nothing`); }
      parent.contentEnd = position;
      parent.end = end;
      stack.pop();
    } else if (name !== undefined) {
      const element: Open = { name, start: position, end, contentStart: end, contentEnd: end, tag: match[0], children: [] };
      parent.children.push(element);
      if (empty !== '/') {
        if (stack.length > maxDepth) { throw malformed('its elements nest too deep'); }
        stack.push(element);
      }
    }
    position = end;
  }
  if (stack.length !== 1) { throw malformed(`"<${stack.at(-1)?.name ?? ''}>" is not closed`); }
  return top;
}

function attribute(element: Element, name: string): string | undefined {
  const match = new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`).exec(element.tag);
  return match?.[1] ?? match?.[2];
}

function timestamp(time: bigint): string {
  const part = (value: bigint): string => `0x${value.toString(16).toUpperCase().padStart(8, '0')}`;
  return `<HIGHPART>${part(time >> 32n)}</HIGHPART><LOWPART>${part(time & 0xffffffffn)}</LOWPART>`;
}

/** Text of an image element with some of its child elements replaced, or put at its end where they are missing. */
function withChildren(text: string, image: Element, values: ReadonlyMap<string, string>): string {
  let result = '';
  let position = image.start;
  const missing = new Map(values);
  for (const child of image.children) {
    const value = missing.get(child.name);
    if (value === undefined) { continue; }
    missing.delete(child.name);
    result += `${text.slice(position, child.start)}<${child.name}>${value}</${child.name}>`;
    position = child.end;
  }
  const isEmpty = image.contentStart === image.end;
  const added = [...missing].map(([name, value]) => `<${name}>${value}</${name}>`).join('');
  if (isEmpty) { return `${text.slice(position, image.end).replace(/\s*\/>$/, '>')}${added}</${image.name}>`; }
  return `${result}${text.slice(position, image.contentEnd)}${added}${text.slice(image.contentEnd, image.end)}`;
}

/** The child elements of an image after a change; a number that the document lacks stays missing. */
function changedElements(text: string, image: Element, change: StatisticsChange): Map<string, string> {
  const values = new Map([['LASTMODIFICATIONTIME', timestamp(change.modified)]]);
  const differences = [
    ['DIRCOUNT', change.directories], ['FILECOUNT', change.files],
    ['TOTALBYTES', change.totalBytes], ['HARDLINKBYTES', change.hardLinkBytes],
  ] as const;
  for (const [name, difference] of differences) {
    const element = image.children.find((child) => child.name === name);
    const old = element === undefined ? Number.NaN : Number(text.slice(element.contentStart, element.contentEnd));
    if (Number.isSafeInteger(old)) { values.set(name, String(Math.max(0, old + difference))); }
  }
  return values;
}

function findImage(text: string, imageIndex: number): { wim: Element; image: Element; images: Element[] } {
  const wim = parseElements(text).children.find((element) => element.name === 'WIM');
  const images = wim?.children.filter((element) => element.name === 'IMAGE') ?? [];
  const image = images.find((element) => Number(attribute(element, 'INDEX')) === imageIndex) ?? images[imageIndex - 1];
  if (wim === undefined || image === undefined) { throw malformed(`it has no image ${imageIndex}`); }
  return { wim, image, images };
}

/** The document, without its byte order mark. */
export function decodeXml(data: Buffer): string {
  const text = data.toString('utf16le');
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}

export function encodeXml(text: string): Buffer {
  return Buffer.from(`\ufeff${text}`, 'utf16le');
}

/** The document with other statistics for one image; everything else stays to the letter. */
export function changeImage(text: string, imageIndex: number, change: StatisticsChange): string {
  const { image } = findImage(text, imageIndex);
  return text.slice(0, image.start) + withChildren(text, image, changedElements(text, image, change)) + text.slice(image.end);
}

/**
 * The document with a further image: what it says of image `imageIndex`, with a name that no image has yet
 * (`Name (2)`, `Name (3)`, ...), since names must not occur twice.
 */
export function addImage(text: string, imageIndex: number, newIndex: number, change: StatisticsChange): string {
  const { wim, image, images } = findImage(text, imageIndex);
  const nameOf = (element: Element): string => {
    const name = element.children.find((child) => child.name === 'NAME');
    return name === undefined ? '' : text.slice(name.contentStart, name.contentEnd);
  };
  const taken = new Set(images.map((element) => nameOf(element).toUpperCase()));
  const base = nameOf(image);
  let name = base;
  for (let number = 2; name !== '' && taken.has(name.toUpperCase()); number++) { name = `${base} (${number})`; }
  const values = changedElements(text, image, change);
  // The name is taken from the document, so it is escaped already.
  if (name !== '') { values.set('NAME', name); }
  const copy = withChildren(text, image, values)
    .replace(/^<IMAGE\b(?:[^>"']|"[^"]*"|'[^']*')*>/, (tag) => tag.replace(/(\sINDEX\s*=\s*)(?:"[^"]*"|'[^']*')/, `$1"${newIndex}"`));
  return text.slice(0, wim.contentEnd) + copy + text.slice(wim.contentEnd);
}

/** Sets the size of the whole file, as the document's own TOTALBYTES says it (everything before the document). */
export function changeTotalBytes(text: string, bytes: number): string {
  const wim = parseElements(text).children.find((element) => element.name === 'WIM');
  const total = wim?.children.find((element) => element.name === 'TOTALBYTES');
  return total === undefined ? text : text.slice(0, total.contentStart) + String(bytes) + text.slice(total.contentEnd);
}
