/** Reads the XML of manifests and package files. */
import { readXml, type XmlElement } from '../xml.ts';
import { StoreFormatError } from './formatErrors.ts';

export { childOf, childrenOf, type XmlElement } from '../xml.ts';

/**
 * Reads a document in UTF-8, or in UTF-16 with a byte order mark.
 * @returns Its only top element.
 * @throws StoreFormatError: malformed, or with a DTD.
 */
export function parseXml(data: Buffer): XmlElement {
  const isWide = data[0] === 0xff && data[1] === 0xfe;
  const text = data.toString(isWide ? 'utf16le' : 'utf8');
  return readXml(text.startsWith('\ufeff') ? text.slice(1) : text, {
    malformed: (what, offset) => new StoreFormatError(`the XML is malformed: ${what}`, offset),
  });
}
