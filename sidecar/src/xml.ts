/**
 * Reads XML into a tree that says where in the text each element is: no DTD, no entities but the five of XML. Time and
 * memory are in proportion to the text, whatever it is.
 */

/** One element. Offsets are in characters of the text. */
export interface XmlElement {
  /** Without a namespace prefix. */
  readonly name: string;
  /** As it is written. */
  readonly qualifiedName: string;
  /** By name, with prefix if any. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** All text directly inside, put together, without what is white space between two tags. */
  readonly text: string;
  /** Of its `<`. */
  readonly offset: number;
  /** Behind its start tag. */
  readonly contentStart: number;
  /** Of its end tag; equal to `end` where it has none. */
  readonly contentEnd: number;
  /** Behind it. */
  readonly end: number;
}

/** What the reader's caller decides on. */
export interface XmlOptions {
  /** Makes the error for what is wrong with the text. */
  readonly malformed: (what: string, offset: number) => Error;
  /** A document of more is refused; default: any number. */
  readonly maxElements?: number;
}

/** No document nests deeper; a hostile one ends here. */
const maxDepth = 128;

type OpenElement = { -readonly [K in keyof XmlElement]: XmlElement[K] };

/** Shared by all elements without attributes or children, which are most. */
const noAttributes: ReadonlyMap<string, string> = new Map();
const noChildren: readonly XmlElement[] = [];

const namedEntities: Readonly<Partial<Record<string, string>>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: '\'' };

/** A cursor in a document. */
class XmlReader {
  readonly #text: string;
  readonly #options: XmlOptions;
  #at = 0;
  #count = 0;
  readonly #space = /\s*/y;
  readonly #name = /[A-Za-z_][\w.:-]*/y;

  constructor(text: string, options: XmlOptions) {
    this.#text = text;
    this.#options = options;
  }

  #error(what: string, offset = this.#at): Error {
    return this.#options.malformed(what, offset);
  }

  #decodeEntities(text: string, offset: number): string {
    if (!text.includes('&')) { return text; }
    return text.replace(/&([^;&]{0,10});?/g, (reference, body: string) => {
      const numeric = /^#(?:x([0-9a-f]{1,6})|([0-9]{1,7}))$/i.exec(body);
      const code = numeric === null ? undefined : Number.parseInt(numeric[1] ?? numeric[2] ?? '', numeric[1] === undefined ? 10 : 16);
      const character = code === undefined ? namedEntities[body] : code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
      if (character === undefined || !reference.endsWith(';')) { throw this.#error(`the reference "${reference}" is unknown`, offset); }
      return character;
    });
  }

  #takeSpace(): void {
    this.#space.lastIndex = this.#at;
    this.#space.test(this.#text);
    this.#at = this.#space.lastIndex;
  }

  #takeName(): string {
    this.#name.lastIndex = this.#at;
    const match = this.#name.exec(this.#text);
    if (match === null) { throw this.#error('a name is missing'); }
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
    if (end === -1) { throw this.#error(`"${token}" is missing`); }
    const taken = this.#text.slice(this.#at, end);
    this.#at = end + token.length;
    return taken;
  }

  /** Reads a start tag behind its `<`; `isEmpty`: it is its own end tag. */
  #takeStartTag(): { readonly element: OpenElement; readonly isEmpty: boolean } {
    const offset = this.#at - 1;
    const qualifiedName = this.#takeName();
    let attributes: Map<string, string> | undefined;
    for (;;) {
      const before = this.#at;
      this.#takeSpace();
      const isEmpty = this.#take('/>');
      if (isEmpty || this.#take('>')) {
        return {
          element: {
            name: qualifiedName.slice(qualifiedName.indexOf(':') + 1), qualifiedName, attributes: attributes ?? noAttributes, children: noChildren, text: '',
            offset, contentStart: this.#at, contentEnd: this.#at, end: this.#at,
          },
          isEmpty,
        };
      }
      if (this.#at === before) { throw this.#error('a space is missing before an attribute'); }
      const name = this.#takeName();
      this.#takeSpace();
      if (!this.#take('=')) { throw this.#error(`the attribute "${name}" has no value`); }
      this.#takeSpace();
      const quote = this.#take('"') ? '"' : this.#take('\'') ? '\'' : undefined;
      if (quote === undefined) { throw this.#error(`the value of "${name}" is not quoted`); }
      const start = this.#at;
      const value = this.#takeThrough(quote);
      if (value.includes('<')) { throw this.#error('a value is not closed', start); }
      attributes ??= new Map();
      if (attributes.has(name)) { throw this.#error(`the attribute "${name}" occurs twice`); }
      attributes.set(name, this.#decodeEntities(value, start));
    }
  }

  /** Reads the whole document. */
  document(): XmlElement {
    const top: OpenElement = {
      name: '', qualifiedName: '', attributes: noAttributes, children: noChildren, text: '', offset: 0, contentStart: 0, contentEnd: 0, end: 0,
    };
    const open: OpenElement[] = [top];
    let current = top;
    for (;;) {
      const start = this.#at;
      const next = this.#text.indexOf('<', start);
      const text = this.#text.slice(start, next === -1 ? undefined : next);
      if (text.trim() !== '') {
        if (current === top) { throw this.#error('text outside of all elements'); }
        current.text += this.#decodeEntities(text, start);
      }
      if (next === -1) { break; }
      this.#at = next + 1;
      if (this.#take('/')) {
        if (current === top || this.#takeName() !== current.qualifiedName) { throw this.#error(`"<${current.qualifiedName}>" is not closed`); }
        this.#takeSpace();
        if (!this.#take('>')) { throw this.#error('an end tag is not closed'); }
        current.contentEnd = next;
        current.end = this.#at;
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
        if (++this.#count > (this.#options.maxElements ?? Infinity)) { throw this.#error('it has too many elements'); }
        if (current.children === noChildren) { current.children = [element]; } else { (current.children as OpenElement[]).push(element); }
        if (!isEmpty) {
          if (open.length > maxDepth) { throw this.#error('its elements nest too deep'); }
          open.push(element);
          current = element;
        }
      }
    }
    this.#at = this.#text.length;
    const [root, second] = top.children;
    if (current !== top || root === undefined || second !== undefined) { throw this.#error('it has not exactly one whole element'); }
    return root;
  }
}

/**
 * Reads a document.
 * @returns Its only top element.
 * @throws What `malformed` makes: it is malformed, or has a DTD.
 */
export function readXml(text: string, options: XmlOptions): XmlElement {
  return new XmlReader(text, options).document();
}

/** The children of a name. */
export function childrenOf(element: XmlElement | undefined, name: string): XmlElement[] {
  return element?.children.filter((child) => child.name === name) ?? [];
}

/** The first child of a name. */
export function childOf(element: XmlElement | undefined, name: string): XmlElement | undefined {
  return element?.children.find((child) => child.name === name);
}
