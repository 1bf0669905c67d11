/** The names of a directory as Windows compares them, for the checks of new names. */
import type { Dentry } from '../../../wim/dentry.ts';

const folded = (name: string): string => name.toUpperCase();
const foldedShortName = (dentry: Dentry): string => folded(dentry.shortName.toString('utf16le'));

interface Names {
  /** By folded name: exact names, of which some may have gone since. */
  readonly long: Map<string, string[]>;
  /** By folded short name: who had it. */
  readonly short: Map<string, Dentry[]>;
}

function add<T>(map: Map<string, T[]>, key: string, value: T): void {
  const values = map.get(key);
  if (values === undefined) { map.set(key, [value]); } else { values.push(value); }
}

/** Read once a directory: there may be very many names, and a check for each. */
export class DirectoryNames {
  readonly #directories = new Map<Dentry, Names>();

  /** Other names in a directory that differ from a name in case only. */
  twins(directory: Dentry, name: string): string[] {
    return (this.#names(directory).long.get(folded(name)) ?? []).filter((other) => other !== name && directory.children?.has(other) === true);
  }

  /** Entries of a directory that have the name as their short name. */
  withShortName(directory: Dentry, name: string): Dentry[] {
    return (this.#names(directory).short.get(folded(name)) ?? [])
      .filter((dentry) => directory.children?.get(dentry.name) === dentry && foldedShortName(dentry) === folded(name));
  }

  /** Whether the short name of an entry is in use in a directory, as a name of either kind. */
  isShortNameTaken(directory: Dentry, dentry: Dentry): boolean {
    const name = dentry.shortName.toString('utf16le');
    const { long } = this.#names(directory);
    return name !== '' && (this.withShortName(directory, name).some((other) => other !== dentry)
      || (long.get(folded(name)) ?? []).some((other) => other !== dentry.name && directory.children?.has(other) === true));
  }

  /** Notes an entry that has been put into a directory. */
  added(directory: Dentry, dentry: Dentry): void {
    const names = this.#directories.get(directory);
    if (names !== undefined) { this.#note(names, dentry); }
  }

  #names(directory: Dentry): Names {
    let names = this.#directories.get(directory);
    if (names === undefined) {
      names = { long: new Map(), short: new Map() };
      for (const dentry of directory.children?.values() ?? []) { this.#note(names, dentry); }
      this.#directories.set(directory, names);
    }
    return names;
  }

  #note({ long, short }: Names, dentry: Dentry): void {
    add(long, folded(dentry.name), dentry.name);
    if (dentry.shortName.length > 0) { add(short, foldedShortName(dentry), dentry); }
  }
}
