/** The text of an INF file: its encoding, and what its lines are made of. */
import { InfError } from './infError.ts';

/** No INF file of Windows has a tenth of it. */
export const maxInfBytes = 16 * 1024 * 1024;
/** So many sections and lines are read; a file with more is none that anybody wrote. */
const maxLines = 500_000;

/** One line with content, continuations joined. `%name%` stands in it as it was written. */
export interface InfLine {
  /** What is before the first `=`; undefined where there is none. */
  readonly key: string | undefined;
  /** What is between commas, without quotation marks and the blanks around; at least one, which may be empty. */
  readonly fields: readonly string[];
  /** Where it begins, from 1. */
  readonly number: number;
}

/** A section; sections of the same name are one. */
export interface InfSection {
  readonly name: string;
  readonly lines: readonly InfLine[];
}

/** What code page 1252 has at 0x80 to 0x9f, where Latin 1 has control characters; the decoder of Node.js 20 takes the one for the other. */
const ansiOnly = '\u20ac\x81\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\x8d\u017d\x8f\x90\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\x9d\u017e\u0178';
const controls = /[\x80-\x9f]/g;

/**
 * The text of an INF file: UTF-16 or UTF-8 where a byte order mark says so, UTF-16 where every other byte of its start is 0, else the ANSI code page
 * of western Windows. That code page has a character for every byte, so no file is refused for its letters.
 */
export function decodeInf(data: Buffer): string {
  if (data.length > maxInfBytes) { throw new InfError(`it has ${data.length} bytes, more than the ${maxInfBytes} that such a file may have`); }
  const [first, second, third] = data;
  if (first === 0xff && second === 0xfe) { return data.toString('utf16le', 2, data.length - data.length % 2); }
  if (first === 0xfe && second === 0xff) { return Buffer.from(data.subarray(2, data.length - data.length % 2)).swap16().toString('utf16le'); }
  if (first === 0xef && second === 0xbb && third === 0xbf) { return data.toString('utf8', 3); }
  const start = data.subarray(0, 64);
  const isWide = start.length >= 4 && start.every((byte, index) => (index % 2 === 0 ? byte !== 0 : byte === 0));
  if (isWide) { return data.toString('utf16le', 0, data.length - data.length % 2); }
  return data.toString('latin1').replace(controls, (character) => ansiOnly[character.charCodeAt(0) - 0x80] ?? character);
}

/** The sections of an INF file by their lower-case name. Time is in proportion to the length of the text. */
export function parseInfText(text: string): ReadonlyMap<string, InfSection> {
  const sections = new Map<string, { name: string; lines: InfLine[] }>();
  let current: InfLine[] | undefined;
  const reader = new LineReader(text);
  for (let line = reader.next(); line !== undefined; line = reader.next()) {
    if (line.number > maxLines) { throw new InfError(`it has more than ${maxLines} lines`); }
    if (line.section === undefined) {
      // What stands before the first section belongs to none; SetupAPI passes over it.
      current?.push(line);
      continue;
    }
    const key = line.section.toLowerCase();
    const section = sections.get(key) ?? { name: line.section, lines: [] };
    sections.set(key, section);
    current = section.lines;
  }
  return sections;
}

/** Takes a text apart, character by character. */
class LineReader {
  readonly #text: string;
  #at = 0;
  #number = 1;

  constructor(text: string) {
    this.#text = text;
  }

  /** The next line with content, or the name of a section; undefined at the end. */
  next(): (InfLine & { readonly section?: string }) | undefined {
    for (;;) {
      this.#skipBlank();
      const character = this.#text[this.#at];
      if (character === undefined) { return undefined; }
      const number = this.#number;
      if (character === '[') { return { key: undefined, fields: [], number, section: this.#readSectionName() }; }
      const { key, fields, isEmpty } = this.#readLine();
      if (!isEmpty) { return { key, fields, number }; }
    }
  }

  #skipBlank(): void {
    for (;;) {
      const character = this.#text[this.#at];
      if (character === '\n') { this.#number++; } else if (character === ';') { this.#skipComment(); continue; } else if (!isBlank(character)) { return; }
      this.#at++;
    }
  }

  /** To the end of the line, without it. */
  #skipComment(): void {
    const end = this.#text.indexOf('\n', this.#at);
    this.#at = end === -1 ? this.#text.length : end;
  }

  #readSectionName(): string {
    const lineEnd = this.#text.indexOf('\n', this.#at);
    const line = this.#text.slice(this.#at + 1, lineEnd === -1 ? this.#text.length : lineEnd);
    const end = line.indexOf(']');
    if (end === -1) { throw new InfError(`line ${this.#number} begins a section and has no "]"`); }
    this.#at += 1 + end + 1;
    // What stands behind the bracket belongs to nothing.
    this.#skipComment();
    return line.slice(0, end).trim().replace(/^"(.*)"$/, '$1');
  }

  #readLine(): { key: string | undefined; fields: string[]; isEmpty: boolean } {
    let key: string | undefined;
    const fields: string[] = [];
    let hasContent = false;
    for (;;) {
      const { text, end, isQuoted } = this.#readField(key === undefined && fields.length === 0);
      hasContent ||= isQuoted || text !== '' || end === '=' || end === ',';
      if (end === '=') { key = text; continue; }
      fields.push(text);
      if (end === undefined) { return { key, fields, isEmpty: !hasContent }; }
    }
  }

  /** One field and the character that ended it; undefined at the end of the line, which is passed over with its comment. */
  #readField(mayBeKey: boolean): { text: string; end: '=' | ',' | undefined; isQuoted: boolean } {
    let text = '';
    /** Up to here nothing is cut off: blanks in quotation marks are meant. */
    let kept = 0;
    let isQuoted = false;
    const finish = (end: '=' | ',' | undefined) => {
      if (end !== undefined) { this.#at++; }
      return { text: text.slice(0, kept) + text.slice(kept).trimEnd(), end, isQuoted };
    };
    for (;;) {
      const character = this.#text[this.#at];
      if (character === undefined || character === '\n') { return finish(undefined); }
      if (character === ';') { this.#skipComment(); return finish(undefined); }
      if (character === ',') { return finish(','); }
      if (character === '=' && mayBeKey) { return finish('='); }
      if (character === '"') {
        text += this.#readQuoted();
        kept = text.length;
        isQuoted = true;
      } else if (character === '\\' && this.#isContinued()) {
        // The next line goes on where this one ends.
      } else {
        if (!isBlank(character) || text !== '') { text += isBlank(character) ? ' ' : character; }
        this.#at++;
      }
    }
  }

  /** A quoted piece; `""` in it is a quotation mark. It ends with the line at the latest. */
  #readQuoted(): string {
    let text = '';
    this.#at++;
    for (;;) {
      const character = this.#text[this.#at];
      if (character === undefined || character === '\n' || character === '\r') { return text; }
      this.#at++;
      if (character !== '"') { text += character; continue; }
      if (this.#text[this.#at] !== '"') { return text; }
      text += '"';
      this.#at++;
    }
  }

  /** Whether nothing but blanks and a comment stands between this backslash and the end of the line; goes to the next one then. */
  #isContinued(): boolean {
    let at = this.#at + 1;
    while (this.#text[at] !== '\n' && isBlank(this.#text[at])) { at++; }
    if (this.#text[at] === ';') {
      const end = this.#text.indexOf('\n', at);
      at = end === -1 ? this.#text.length : end;
    }
    if (this.#text[at] !== '\n') { return false; }
    this.#number++;
    this.#at = at + 1;
    while (this.#text[this.#at] !== '\n' && isBlank(this.#text[this.#at])) { this.#at++; }
    return true;
  }
}

/** Blanks, the end of a line, and the characters by which old editors end a file. */
function isBlank(character: string | undefined): boolean {
  return character === ' ' || character === '\t' || character === '\r' || character === '\n' || character === '\0' || character === '\x1a' || character === '\f' || character === '\v';
}
