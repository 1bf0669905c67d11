/**
 * WimScript.ini: what a capture leaves out, and what it stores uncompressed. Neither wimgapi.dll nor DismTs' use of libwim reads such a file themselves, so
 * that both engines decide here. Rules: Microsoft's "DISM Configuration List and WimScript.ini Files".
 */

import { foldName } from './windowsNames.ts';

/** One line of a list. */
interface Pattern {
  /** Folded components; the last may have wildcards. */
  readonly components: readonly string[];
  /** Counted from the captured folder; otherwise it fits at any depth. */
  readonly anchored: boolean;
  /** Of the last component; undefined where it has no wildcards. */
  readonly wildcard: RegExp | undefined;
}

/** The lists of a script, or the default ones. */
interface Lists {
  readonly exclusions: readonly Pattern[];
  readonly exceptions: readonly Pattern[];
  readonly uncompressed: readonly Pattern[];
}

/** What DISM takes without a file. */
const defaultText = `
[ExclusionList]
\\$ntfs.log
\\hiberfil.sys
\\pagefile.sys
\\swapfile.sys
\\System Volume Information
\\RECYCLER
\\Windows\\CSC
[CompressionExclusionList]
*.mp3
*.zip
*.cab
\\WINDOWS\\inf\\*.pnf
`;

/** No real list comes near; what is larger is some other file. */
export const maxWimScriptBytes = 1024 * 1024;
/** The first few show what is wrong with a file. */
const maxWarnings = 20;

function wildcardOf(component: string): RegExp | undefined {
  if (!/[*?]/.test(component)) { return undefined; }
  // As everywhere in Windows, "*.*" is everything, with a dot or without one.
  if (component === '*.*') { return /^/; }
  const source = component.replace(/[.+^${}()|[\]\\/]/g, String.raw`\$&`).replace(/\*+/g, '[^]*').replaceAll('?', '[^]');
  return new RegExp(`^${source}$`, 'u');
}

/** @returns Why the line can have no effect, or the pattern. */
function parsePattern(line: string): Pattern | string {
  if (line.includes('"')) { return 'DISM ignores lines with quotation marks; leave them out, also around names with spaces'; }
  if (/^[a-z]:/i.test(line)) { return 'paths begin at the captured folder, without a drive'; }
  const path = line.replaceAll('/', '\\');
  const components = foldName(path).split('\\').filter((component) => component !== '');
  const last = components.at(-1);
  if (last === undefined) { return 'it names nothing'; }
  if (components.some((component) => component === '.' || component === '..')) { return '"." and ".." are no names'; }
  if (components.slice(0, -1).some((component) => /[*?]/.test(component))) { return 'wildcards count in the last name only'; }
  return { components, anchored: path.startsWith('\\'), wildcard: wildcardOf(last) };
}

/** True where the pattern fits the first `length` components of a path. */
function fits({ components, anchored, wildcard }: Pattern, path: readonly string[], length: number): boolean {
  if (anchored ? components.length !== length : components.length > length) { return false; }
  const start = length - components.length;
  for (let at = 0; at < components.length - 1; at++) {
    if (components[at] !== path[start + at]) { return false; }
  }
  const name = path[length - 1] ?? '';
  return wildcard === undefined ? components.at(-1) === name : wildcard.test(name);
}

/** True where the pattern fits the path, or a folder that it is in. */
function fitsOrHolds(pattern: Pattern, path: readonly string[]): boolean {
  if (pattern.anchored) { return pattern.components.length <= path.length && fits(pattern, path, pattern.components.length); }
  return path.some((_, at) => fits(pattern, path, at + 1));
}

/** True where what the pattern names is, or may be, below the path. */
function leadsTo({ components, anchored }: Pattern, path: readonly string[]): boolean {
  // What fits at any depth brings no folder back that is left out: its content is not even looked at.
  return anchored && path.length < components.length && path.every((name, at) => name === components[at]);
}

/** A path as it is compared: the folded names on the way (foldName()). Who goes through a folder has those of each folder already. */
type FoldedPath = readonly string[];

function componentsOf(path: string | FoldedPath): FoldedPath {
  return typeof path === 'string' ? foldName(path).split(/[\\/]/).filter((component) => component !== '') : path;
}

/** Reads the lists of a text. @returns Them, and what in it has no effect. */
function parseLists(text: string): { readonly lists: Lists; readonly warnings: readonly string[] } {
  const sections: Readonly<Record<string, Pattern[]>> = { exclusionlist: [], exclusionexception: [], compressionexclusionlist: [] };
  const warnings: string[] = [];
  let current: Pattern[] | undefined;
  let named = false;
  for (const [at, whole] of text.split(/\r\n|\r|\n/).entries()) {
    const line = whole.trim();
    if (line === '' || line.startsWith(';')) { continue; }
    const section = /^\[\s*(.*?)\s*\]$/.exec(line)?.[1];
    if (section !== undefined) {
      const name = section.toLowerCase();
      current = Object.hasOwn(sections, name) ? sections[name] : undefined;
      named = true;
      // Older files have it; DISM no longer looks at it. The other is for WIMBoot.
      if (current === undefined && name !== 'compressionfolderlist' && name !== 'prepopulatelist') { warnings.push(`line ${at + 1}: there is no section [${section}]`); }
      continue;
    }
    if (current === undefined) {
      if (!named) { warnings.push(`line ${at + 1}: "${line}" is in no section`); }
      continue;
    }
    const pattern = parsePattern(line);
    if (typeof pattern === 'string') { warnings.push(`line ${at + 1}: "${line}" has no effect: ${pattern}`); } else { current.push(pattern); }
  }
  const [exclusions = [], exceptions = [], uncompressed = []] = Object.values(sections);
  return { lists: { exclusions, exceptions, uncompressed }, warnings };
}

/**
 * Decides for each path of a capture. Paths are counted from the captured folder: `\Windows\CSC`, whose leading or trailing `\` may be missing, or the
 * names on the way, as foldName() makes them.
 */
export class WimScript {
  readonly #lists: Lists;
  /** True for what holds without a file. */
  readonly isDefault: boolean;

  private constructor(lists: Lists, isDefault: boolean) {
    this.#lists = lists;
    this.isDefault = isDefault;
  }

  /** The lists that hold without a file. */
  static default(): WimScript {
    return new WimScript(parseLists(defaultText).lists, true);
  }

  /**
   * Reads a file's text, whose lists replace the default ones, whether they are empty or missing.
   * @returns The lists, and sentences for the user about what has no effect.
   */
  static parse(text: string): { readonly script: WimScript; readonly warnings: readonly string[] } {
    const { lists, warnings } = parseLists(text);
    const more = warnings.length - maxWarnings;
    const told = more > 0 ? [...warnings.slice(0, maxWarnings), `${more} more lines have no effect`] : warnings;
    return { script: new WimScript(lists, false), warnings: told };
  }

  /**
   * True where the path is left out: it is on the list, or in a folder that is, and neither is an exception. A folder on the list stays where an exception
   * names something in it; the rest of it is left out.
   */
  excludes(path: string | FoldedPath): boolean {
    const { exclusions, exceptions } = this.#lists;
    const components = componentsOf(path);
    if (!exclusions.some((pattern) => fitsOrHolds(pattern, components))) { return false; }
    return !exceptions.some((pattern) => fitsOrHolds(pattern, components) || leadsTo(pattern, components));
  }

  /** True where the content of the file is stored as it is. */
  storesUncompressed(path: string | FoldedPath): boolean {
    const components = componentsOf(path);
    return this.#lists.uncompressed.some((pattern) => fitsOrHolds(pattern, components));
  }
}

/** The text of a file: UTF-16 or UTF-8 by its mark, else UTF-8, else the code page of Western Windows, which says something for every byte. */
export function decodeWimScript(bytes: Buffer): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) { return new TextDecoder('utf-16le').decode(bytes); }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}
