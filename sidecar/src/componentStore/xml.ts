/** Reads the XML of manifests and package files into a tree: no DTD, no entities but the five of XML, names without their prefix. */
import { StoreFormatError } from './formatErrors.ts';

/** One element. */
export interface XmlElement {
  /** Without a namespace prefix. */
  readonly name: string;
  /** By name, with prefix if any. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** All text directly inside, put together. */
  readonly text: string;
  /** Of its `<`, in characters. */
  readonly offset: number;
}

/** No document nests deeper; a hostile one ends here. */
const maxDepth = 128;

type OpenElement = { -readonly [K in keyof XmlElement]: XmlElement[K] } & { readonly qualifiedName: string; readonly children: XmlElement[] };

const namedEntities: Readonly<Partial<Record<string, string>>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: '\'' };

function decodeEntities(text: string, offset: number): string {
  if (!text.includes('&')) { return text; }
  return text.replace(/&([^;&]{0,10});?/g, (reference, body: string) => {
    const numeric = /^#(?:x([0-9a-f]{1,6})|([0-9]{1,7}))$/i.exec(body);
    const code = numeric === null ? undefined : Number.parseInt(numeric[1] ?? numeric[2] ?? '', numeric[1] === undefined ? 10 : 16);
    const character = code === undefined ? namedEntities[body] : code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
    if (character === undefined || !reference.endsWith(';')) { throw new StoreFormatError(`the XML has the unknown reference "${reference}"`, offset); }
    return character;
  });
}

/** A cursor in a document. */
class XmlReader {
  readonly #text: string;
  #at = 0;
  readonly #space = /\s*/y;
  readonly #name = /[A-Za-z_][\w.:-]*/y;

  constructor(text: string) {
    this.#text = text;
  }

  error(what: string): StoreFormatError {
    return new StoreFormatError(`the XML is malformed: ${what}`, this.#at);
  }

  #takeSpace(): void {
    this.#space.lastIndex = this.#at;
    this.#space.test(this.#text);
    this.#at = this.#space.lastIndex;
  }

  #takeName(): string {
    this.#name.lastIndex = this.#at;
    const match = this.#name.exec(this.#text);
    if (match === null) { throw this.error('a name is missing'); }
    this.#at = this.#name.lastIndex;
    return match[0];
  }

  #take(token: string): boolean {
    if (!this.#text.startsWith(token, this.#at)) { return false; }
    this.#at += token.length;
    return true;
  }

  #takeThrough(token: string): string {
    const end = this.#text.indexOf(token, this.#at);
    if (end === -1) { throw this.error(`"${token}" is missing`); }
    const taken = this.#text.slice(this.#at, end);
    this.#at = end + token.length;
    return taken;
  }

  /** Reads a start tag behind its `<`; `isEmpty`: it is its own end tag. */
  #takeStartTag(): { readonly element: OpenElement; readonly isEmpty: boolean } {
    const offset = this.#at - 1;
    const qualifiedName = this.#takeName();
    const attributes = new Map<string, string>();
    for (;;) {
      const before = this.#at;
      this.#takeSpace();
      const isEmpty = this.#take('/>');
      if (isEmpty || this.#take('>')) {
        const name = qualifiedName.slice(qualifiedName.indexOf(':') + 1);
        return { element: { name, qualifiedName, attributes, children: [], text: '', offset }, isEmpty };
      }
      if (this.#at === before) { throw this.error('a space is missing before an attribute'); }
      const name = this.#takeName();
      this.#takeSpace();
      if (!this.#take('=')) { throw this.error(`the attribute "${name}" has no value`); }
      this.#takeSpace();
      const quote = this.#take('"') ? '"' : this.#take('\'') ? '\'' : undefined;
      if (quote === undefined) { throw this.error(`the value of "${name}" is not quoted`); }
      const start = this.#at;
      const value = this.#takeThrough(quote);
      if (value.includes('<')) { throw new StoreFormatError('the XML is malformed: a value is not closed', start); }
      if (attributes.has(name)) { throw this.error(`the attribute "${name}" occurs twice`); }
      attributes.set(name, decodeEntities(value, start));
    }
  }

  /** Reads the whole document. */
  document(): XmlElement {
    const top: OpenElement = { name: '', qualifiedName: '', attributes: new Map(), children: [], text: '', offset: 0 };
    const open: OpenElement[] = [top];
    let current = top;
    for (;;) {
      const start = this.#at;
      const next = this.#text.indexOf('<', start);
      const text = this.#text.slice(start, next === -1 ? undefined : next);
      if (text.trim() !== '') {
        if (current === top) { throw this.error('text outside of all elements'); }
        current.text += decodeEntities(text, start);
      }
      if (next === -1) { break; }
      this.#at = next + 1;
      if (this.#take('/')) {
        if (current === top || this.#takeName() !== current.qualifiedName) { throw this.error(`"<${current.qualifiedName}>" is not closed`); }
        this.#takeSpace();
        if (!this.#take('>')) { throw this.error('an end tag is not closed'); }
        open.pop();
        current = open.at(-1) ?? top;
      } else if (this.#take('?')) {
        this.#takeThrough('?>');
      } else if (this.#take('!--')) {
        this.#takeThrough('-->');
      } else if (this.#take('![CDATA[')) {
        current.text += this.#takeThrough(']]>');
      } else {
        // A DTD ends here too: "!" begins no name.
        const { element, isEmpty } = this.#takeStartTag();
        current.children.push(element);
        if (!isEmpty) {
          if (open.length > maxDepth) { throw this.error('its elements nest too deep'); }
          open.push(element);
          current = element;
        }
      }
    }
    this.#at = this.#text.length;
    const [root, second] = top.children;
    if (current !== top || root === undefined || second !== undefined) { throw this.error('it has not exactly one whole element'); }
    return root;
  }
}

/**
 * Reads a document in UTF-8, or in UTF-16 with a byte order mark.
 * @returns Its only top element.
 * @throws StoreFormatError: malformed, or with a DTD.
 */
export function parseXml(data: Buffer): XmlElement {
  const isWide = data[0] === 0xff && data[1] === 0xfe;
  const text = data.toString(isWide ? 'utf16le' : 'utf8');
  return new XmlReader(text.startsWith('\ufeff') ? text.slice(1) : text).document();
}

/** The children of a name. */
export function childrenOf(element: XmlElement | undefined, name: string): XmlElement[] {
  return element?.children.filter((child) => child.name === name) ?? [];
}

/** The first child of a name. */
export function childOf(element: XmlElement | undefined, name: string): XmlElement | undefined {
  return element?.children.find((child) => child.name === name);
}
