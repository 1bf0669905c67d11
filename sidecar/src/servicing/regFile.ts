/** Reads .reg files: "Windows Registry Editor Version 5.00" in UTF-16 or UTF-8, and REGEDIT4 in the ANSI code page. */
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';
import type { ValueContent } from '../registry/editableKey.ts';
import type { HiveEdit } from './registryEdits.ts';

/** What a .reg file asks for. */
export interface RegFile {
  readonly edits: readonly HiveEdit[];
  /** Sentences for the user. */
  readonly warnings: readonly string[];
}

const header5 = 'Windows Registry Editor Version 5.00';
const header4 = 'REGEDIT4';

/** What the roots stand for in an image: a hive, and a path in it. */
const roots: readonly (readonly [pattern: RegExp, hive: string, prefix: string])[] = [
  [/^(?:HKEY_LOCAL_MACHINE|HKLM)\\(SOFTWARE|SYSTEM|SAM|SECURITY|COMPONENTS|DRIVERS)(?:\\|$)/i, '', ''],
  [/^(?:HKEY_CLASSES_ROOT|HKCR)(?:\\|$)/i, 'SOFTWARE', 'Classes'],
  [/^(?:HKEY_CURRENT_CONFIG|HKCC)(?:\\|$)/i, 'SYSTEM', 'CurrentControlSet\\Hardware Profiles\\Current'],
  [/^(?:HKEY_USERS|HKU)\\\.DEFAULT(?:\\|$)/i, 'DEFAULT', ''],
  [/^(?:HKEY_CURRENT_USER|HKCU)(?:\\|$)/i, 'NTUSER', ''],
];

/**
 * The changes that a file asks for, in its order.
 * @param path For messages.
 * @throws DismError ERROR_BAD_FORMAT: it is no .reg file, or one with a mistake; the message names the line.
 * ERROR_NOT_SUPPORTED: it is about keys that no image has.
 */
export function parseRegFile(file: Buffer, path: string): RegFile {
  return new RegFileParser(decode(file), path).parse();
}

function decode(file: Buffer): string {
  if (file.length >= 2 && file.readUInt16LE(0) === 0xfeff) { return file.toString('utf16le', 2, file.length - file.length % 2); }
  const isUtf8 = file.length >= 3 && file.toString('hex', 0, 3) === 'efbbbf';
  const start = file.toString('latin1', isUtf8 ? 3 : 0, (isUtf8 ? 3 : 0) + 64).trimStart();
  // Without a mark, Windows takes both kinds for ANSI; a file of version 5 that was written elsewhere is UTF-8.
  if (isUtf8 || !start.startsWith(header4)) {
    const text = new TextDecoder('utf-8', { ignoreBOM: false }).decode(file);
    if (isUtf8 || !text.includes('\ufffd')) { return text; }
  }
  return decodeAnsi(file);
}

/** What Windows-1252 has in place of the control characters from 0x80; TextDecoder of some versions of Node.js leaves those. */
const ansiLetters = '\u20ac\x81\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\x8d\u017d\x8f'
  + '\x90\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\x9d\u017e\u0178';

function decodeAnsi(data: Buffer): string {
  return data.toString('latin1').replaceAll(/[\x80-\x9f]/g, (letter) => ansiLetters.charAt(letter.charCodeAt(0) - 0x80));
}

class RegFileParser {
  readonly #text: string;
  readonly #path: string;
  readonly #edits: HiveEdit[] = [];
  readonly #warnings = new Set<string>();
  #position = 0;
  #line = 1;
  #isAnsi = false;
  /** The key that values belong to; undefined before the first, and behind a removed one. */
  #key: { readonly hive: string; readonly key: string } | undefined;
  #isRemoved = false;
  #lineStart = 0;

  constructor(text: string, path: string) {
    this.#text = text;
    this.#path = path;
  }

  parse(): RegFile {
    this.#skipBlank();
    const header = this.#restOfLine().trim();
    if (header !== header5 && header !== header4) { throw this.#wrong(`the file does not begin with "${header5}" or "${header4}"`, 1); }
    this.#isAnsi = header === header4;
    this.#skipBlank();
    while (this.#position < this.#text.length) {
      const letter = this.#text.charAt(this.#position);
      if (letter === ';') {
        this.#restOfLine();
      } else if (letter === '[') {
        this.#readKey();
      } else if (letter === '"' || letter === '@') {
        this.#readValue();
      } else {
        throw this.#wrong('there is no key in brackets, no value and no comment');
      }
      this.#skipBlank();
    }
    return { edits: this.#edits, warnings: [...this.#warnings] };
  }

  #readKey(): void {
    const line = this.#restOfLine().replace(/\s*(?:;.*)?$/, '');
    const match = /^\[(-?)(.*)\]$/s.exec(line);
    if (match === null) { throw this.#wrong('the bracket of the key is not closed'); }
    const [, minus = '', name = ''] = match;
    this.#key = this.#locate(name);
    this.#isRemoved = minus !== '';
    this.#edits.push(this.#isRemoved ? { action: 'RemoveKey', ...this.#key, recurse: true } : { action: 'CreateKey', ...this.#key });
  }

  #locate(name: string): { readonly hive: string; readonly key: string } {
    for (const [pattern, hive, prefix] of roots) {
      const match = pattern.exec(name);
      if (match === null) { continue; }
      const rest = name.slice(match[0].length);
      const key = [prefix, rest].filter((part) => part !== '').join('\\');
      const found = hive === '' ? (match[1] ?? '').toUpperCase() : hive;
      if (found === 'NTUSER') { this.#warnings.add('Keys of HKEY_CURRENT_USER went to what new users get (Users\\Default\\NTUSER.DAT)'); }
      if (this.#text.startsWith('[-', this.#lineStart) && key === '') { throw this.#wrong(`"${name}" is a whole hive, which cannot be removed`); }
      return { hive: found, key };
    }
    throw new DismError(Hresult.ERROR_NOT_SUPPORTED, `Cannot import "${this.#path}": line ${this.#line} is about "${name.slice(0, 200)}", which is in no hive of an image`, {
      target: this.#path,
      hint: 'Keys of HKEY_LOCAL_MACHINE\\SOFTWARE, SYSTEM, SAM, SECURITY, COMPONENTS and DRIVERS, of HKEY_CLASSES_ROOT, HKEY_CURRENT_CONFIG, HKEY_USERS\\.DEFAULT and HKEY_CURRENT_USER can be imported. '
        + 'In a file that is for a hive loaded under another name (reg.exe load HKLM\\NAME), put the name of the hive in its place.',
    });
  }

  #readValue(): void {
    if (this.#key === undefined) { throw this.#wrong('there is a value before the first key'); }
    const line = this.#line;
    let name = '';
    if (this.#text.charAt(this.#position) === '@') { this.#position++; } else { name = this.#readQuoted(); }
    this.#skipSpaces();
    if (this.#text.charAt(this.#position) !== '=') { throw this.#wrong(`there is no "=" behind the name "${name}"`, line); }
    this.#position++;
    this.#skipSpaces();
    const letter = this.#text.charAt(this.#position);
    if (letter === '-') {
      this.#position++;
      this.#requireEnd();
      if (!this.#isRemoved) { this.#edits.push({ action: 'RemoveValue', ...this.#key, name }); }
      return;
    }
    const content = letter === '"' ? textContent(this.#readQuoted(), 1) : this.#readTyped(name);
    this.#requireEnd();
    // Values below a removed key: Windows makes the key again for none of them.
    if (!this.#isRemoved) { this.#edits.push({ action: 'SetValue', ...this.#key, name, content }); }
  }

  /** A text in quotes, in which a backslash makes the character behind it an ordinary one; breaks of lines belong to it. */
  #readQuoted(): string {
    const [line, start] = [this.#line, ++this.#position];
    let text = '';
    const special = /["\\]/g;
    for (let from = start; ;) {
      special.lastIndex = from;
      const end = special.exec(this.#text)?.index;
      if (end === undefined) { throw this.#wrong('the quotes are not closed', line); }
      text += this.#text.slice(from, end);
      if (this.#text.charAt(end) === '"') {
        this.#position = end + 1;
        break;
      }
      text += this.#text.charAt(end + 1);
      from = end + 2;
    }
    this.#line += this.#text.slice(start, this.#position).split('\n').length - 1;
    return text.replaceAll('\r\n', '\n').replaceAll('\n', '\r\n');
  }

  #readTyped(name: string): ValueContent {
    const line = this.#line;
    const lines: string[] = [];
    // A backslash at its end continues a line of bytes.
    for (let isContinued = true; isContinued;) {
      const rest = this.#restOfLine().replace(/;.*$/, '').trimEnd();
      isContinued = rest.endsWith('\\') && this.#position < this.#text.length;
      lines.push(isContinued ? rest.slice(0, -1) : rest);
      if (isContinued) {
        this.#position++;
        this.#line++;
      }
    }
    const text = lines.join('').replaceAll(/\s/g, '');
    const dword = /^dword:([0-9a-f]{1,8})$/i.exec(text)?.[1];
    if (dword !== undefined) {
      const data = Buffer.alloc(4);
      data.writeUInt32LE(Number.parseInt(dword, 16));
      return { type: 4, data };
    }
    const hex = /^hex(?:\(([0-9a-f]{1,8})\))?:((?:[0-9a-f]{1,2}(?:,|$))*)$/i.exec(text);
    if (hex === null) { throw this.#wrong(`the value "${name}" is no text in quotes, no "dword:" and no "hex:"`, line); }
    const [, typeText = '3', bytes = ''] = hex;
    const type = Number.parseInt(typeText, 16);
    const data = Buffer.from(bytes.split(',').filter((byte) => byte !== '').map((byte) => Number.parseInt(byte, 16)));
    // The bytes of texts are ANSI in files of the old kind.
    const isText = type === 1 || type === 2 || type === 7;
    return { type, data: isText && this.#isAnsi ? Buffer.from(decodeAnsi(data), 'utf16le') : data };
  }

  #requireEnd(): void {
    const end = this.#text.indexOf('\n', this.#position);
    const rest = this.#text.slice(this.#position, end === -1 ? undefined : end);
    if (!/^\s*(?:;.*)?$/.test(rest)) { throw this.#wrong(`"${rest.trim().slice(0, 80)}" follows the value`); }
    this.#position += rest.length;
  }

  #skipSpaces(): void {
    while (this.#text.charAt(this.#position) === ' ' || this.#text.charAt(this.#position) === '\t') { this.#position++; }
  }

  #skipBlank(): void {
    for (; this.#position < this.#text.length && /\s/.test(this.#text.charAt(this.#position)); this.#position++) {
      if (this.#text.charAt(this.#position) === '\n') { this.#line++; }
    }
  }

  /** What is left of the line, up to its end. */
  #restOfLine(): string {
    this.#lineStart = this.#position;
    const end = this.#text.indexOf('\n', this.#position);
    this.#position = end === -1 ? this.#text.length : end;
    return this.#text.slice(this.#lineStart, this.#position).replace(/\r$/, '');
  }

  #wrong(reason: string, line = this.#line): DismError {
    return new DismError(Hresult.ERROR_BAD_FORMAT, `Cannot import "${this.#path}": in line ${line} ${reason}`, {
      target: this.#path, hint: 'Correct the file, or export it again with regedit; nothing has been changed.',
    });
  }
}

function textContent(text: string, type: number): ValueContent {
  return { type, data: Buffer.from(`${text}\0`, 'utf16le') };
}
