/** Changes what is said of one image: the element IMAGE, as wimgapi.dll gives and takes it. */
import type { FileErrors } from '../../../../fileErrors.ts';
import { readXml, type XmlElement } from '../../../../xml.ts';

/** The text with these child elements of its root; empty: without the element. What else is there stays to the letter. */
export function withElements(xml: string, values: Readonly<Record<string, string | undefined>>, errors: FileErrors): string {
  const root = readXml(xml, { malformed: (what, offset) => errors.damaged(`its XML data is damaged at character ${offset}: ${what}`) });
  let result = xml;
  const added: string[] = [];
  // From the end, so that offsets stay true.
  const edits: { readonly start: number; readonly end: number; readonly text: string }[] = [];
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) { continue; }
    const text = value === '' ? '' : `<${name}>${escaped(value)}</${name}>`;
    const there = root.children.filter((child) => child.qualifiedName === name);
    for (const [at, element] of there.entries()) { edits.push({ start: element.offset, end: element.end, text: at === 0 ? text : '' }); }
    if (there.length === 0) { added.push(text); }
  }
  edits.push(contentEnd(root, added.join('')));
  for (const { start, end, text } of edits.toSorted((one, other) => other.start - one.start)) { result = result.slice(0, start) + text + result.slice(end); }
  return result;
}

/** Where a root takes further elements: one with a single tag gets two. */
function contentEnd(root: XmlElement, text: string): { readonly start: number; readonly end: number; readonly text: string } {
  return root.contentStart === root.end
    ? { start: root.end - 2, end: root.end, text: `>${text}</${root.qualifiedName}>` }
    : { start: root.contentEnd, end: root.contentEnd, text };
}

/** The text with another number in its tag. */
export function withIndex(xml: string, index: number): string {
  return xml.replace(/^(\s*<IMAGE\b[^>]*?\bINDEX=)(?:"[^"]*"|'[^']*')/, (_, before: string) => `${before}"${index}"`);
}

function escaped(text: string): string {
  return text.replace(/[&<>]/g, (character) => ({ '&': '&amp;', '<': '&lt;' })[character] ?? '&gt;');
}
