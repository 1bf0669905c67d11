/** Install sections of an INF file, followed through Needs: what they copy, and what else they say. */
import { InfError } from './infError.ts';
import type { InfFile } from './infFile.ts';
import { installSectionOf, type InfModel } from './infModels.ts';
import type { InfTarget } from './infTarget.ts';

/** One file that an INF file copies. */
export interface InfCopy {
  /** Name that it gets. */
  readonly destinationName: string;
  readonly sourceName: string;
  /** Section of the list, which [DestinationDirs] tells the folder of; undefined: it is named in CopyFiles itself. */
  readonly listSection: string | undefined;
}

/** What may be copied, at most; a file with more is none that anybody wrote. */
const maxCopies = 100_000;

/** The sections that install what a section of this name installs, itself first: those that Needs names in this INF file, and theirs. */
export function withNeeds(inf: InfFile, section: string): string[] {
  const found = new Map<string, string>();
  const waiting = [section];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (found.has(name.toLowerCase()) || !inf.has(name)) { continue; }
    found.set(name.toLowerCase(), name);
    // Sections of other INF files, those that Include names, come with Windows: their files are in the image.
    waiting.push(...inf.entries(name, 'Needs').flat().reverse());
  }
  return [...found.values()];
}

/** Values of a directive in a section and those that it needs. */
export function directives(inf: InfFile, section: string, directive: string): string[][] {
  return withNeeds(inf, section).flatMap((name) => inf.entries(name, directive));
}

/** What the CopyFiles of a section copy. */
export function copiesOf(inf: InfFile, section: string, known = new Set<string>()): InfCopy[] {
  const copies: InfCopy[] = [];
  for (const value of directives(inf, section, 'CopyFiles').flat()) {
    if (value.startsWith('@')) {
      copies.push({ destinationName: value.slice(1).trim(), sourceName: value.slice(1).trim(), listSection: undefined });
    } else if (value !== '' && !known.has(value.toLowerCase())) {
      known.add(value.toLowerCase());
      for (const { key, fields, number } of inf.lines(value)) {
        const [destinationName = '', sourceName = ''] = (key === undefined ? fields : [key]).map((field) => inf.text(field).trim());
        if (destinationName === '') { throw new InfError(`line ${number} copies a file that has no name`); }
        copies.push({ destinationName, sourceName: sourceName === '' ? destinationName : sourceName, listSection: value });
      }
    }
    if (copies.length > maxCopies) { throw new InfError(`it copies more than ${maxCopies} files`); }
  }
  return copies;
}

/** Sections of their own beside an install section that copy files, too. */
const siblings = ['', '.CoInstallers', '.HW', '.Interfaces', '.Software', '.Filters', '.Wdf', '.WMI', '.Components', '.Events'];

/** All files that the INF file copies on a Windows: for its devices, its class, its interfaces and its components. */
export function allCopies(inf: InfFile, models: readonly InfModel[], target: InfTarget): InfCopy[] {
  const sections = new Set<string>();
  for (const { installSection } of models) {
    if (installSection !== undefined) { for (const sibling of siblings) { sections.add(`${installSection}${sibling}`); } }
  }
  for (const name of ['ClassInstall32', 'InterfaceInstall32', 'DefaultInstall']) {
    const found = installSectionOf(inf, name, target);
    if (found !== undefined) { sections.add(found); }
  }
  for (const section of [...sections]) {
    // Lines of components and interfaces name a section in their second or third field; whatever is a section with CopyFiles is one.
    for (const directive of ['AddInterface', 'AddComponent', 'AddFilter']) {
      for (const field of directives(inf, section, directive).flat()) {
        const named = installSectionOf(inf, field, target);
        if (named !== undefined) { sections.add(named); }
      }
    }
  }
  for (const { fields } of inf.lines('InterfaceInstall32')) {
    const named = installSectionOf(inf, inf.text(fields[0] ?? ''), target);
    if (named !== undefined) { sections.add(named); }
  }
  const known = new Set<string>();
  return [...sections].flatMap((section) => copiesOf(inf, section, known));
}
