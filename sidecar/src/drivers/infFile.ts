/** An INF file: its sections, its strings in one language, and its [Version]. */
import { InfError } from './infError.ts';
import { decodeInf, type InfLine, type InfSection, parseInfText } from './infText.ts';

/** No text of an INF file is longer once its tokens are replaced; a hostile one stops here. */
const maxTextLength = 64 * 1024;

/** The sections of an INF file. What its methods give is free of tokens, unless it says "raw". */
export class InfFile {
  readonly #sections: ReadonlyMap<string, InfSection>;
  readonly #strings = new Map<string, string>();

  private constructor(sections: ReadonlyMap<string, InfSection>, language: number) {
    this.#sections = sections;
    for (const name of stringSections(language)) {
      for (const { key, fields } of sections.get(name)?.lines ?? []) {
        if (key !== undefined && !this.#strings.has(key.toLowerCase())) { this.#strings.set(key.toLowerCase(), fields[0] ?? ''); }
      }
    }
  }

  /**
   * Reads an INF file.
   * @param language LANGID of the image, such as 0x0409: its `[Strings.0409]` go before `[Strings]`.
   * @throws InfError: it is none, or damaged.
   */
  static parse(data: Buffer, language = 0x0409): InfFile {
    const file = new InfFile(parseInfText(decodeInf(data)), language);
    const signature = file.value('Version', 'Signature')?.toLowerCase();
    if (signature === undefined || !['$windows nt$', '$chicago$', '$windows 95$'].includes(signature)) {
      throw new InfError(signature === undefined ? 'there is no signature in [Version]' : `its signature in [Version] is "${signature}" instead of "$Windows NT$"`);
    }
    return file;
  }

  /** Whether there is a section of that name. */
  has(section: string): boolean {
    return this.#sections.has(section.toLowerCase());
  }

  /** The first of these names that is one of a section, as it is spelled there. */
  firstSection(names: readonly string[]): string | undefined {
    return names.map((name) => this.#sections.get(name.toLowerCase())?.name).find((name) => name !== undefined);
  }

  /** The lines of a section; none where there is no such section. Keys and fields are raw. */
  lines(section: string): readonly InfLine[] {
    return this.#sections.get(section.toLowerCase())?.lines ?? [];
  }

  /** The fields of all lines of a section that have this key. */
  entries(section: string, key: string): string[][] {
    const wanted = key.toLowerCase();
    return this.lines(section).filter((line) => line.key?.toLowerCase() === wanted).map(({ fields }) => fields.map((field) => this.text(field)));
  }

  /** The first field of the first line of a section that has this key. */
  value(section: string, key: string): string | undefined {
    return this.entries(section, key)[0]?.[0];
  }

  /** The string of that name. */
  string(name: string): string | undefined {
    return this.#strings.get(name.toLowerCase());
  }

  /** A text with its tokens replaced: `%name%` by the string of that name, if there is one, and `%%` by `%`. */
  text(raw: string): string {
    if (!raw.includes('%')) { return raw; }
    let result = '';
    for (let at = 0; at < raw.length;) {
      const start = raw.indexOf('%', at);
      const end = start === -1 ? -1 : raw.indexOf('%', start + 1);
      if (end === -1) { result += raw.slice(at); break; }
      const name = raw.slice(start + 1, end);
      const value = name === '' ? '%' : this.string(name);
      result += raw.slice(at, start) + (value ?? raw.slice(start, end));
      // The second % of what is no token may begin one.
      at = value === undefined ? end : end + 1;
      if (value === undefined && raw.indexOf('%', end + 1) === -1) { result += raw.slice(end); break; }
      if (result.length > maxTextLength) { throw new InfError(`a text is longer than ${maxTextLength} characters once its tokens are replaced`); }
    }
    return result;
  }
}

/** Where strings are looked for, best first: the language, its primary language, then the one for all. */
function stringSections(language: number): string[] {
  const hex = (value: number) => `strings.${value.toString(16).padStart(4, '0')}`;
  return [hex(language), hex(language & 0x3ff), 'strings'];
}
