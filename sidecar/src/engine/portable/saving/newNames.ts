/** Checks the names that changes bring into an image: what Windows could not do with them is said, and short names make room. */
import { DismError } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import { printable } from '../../../printable.ts';
import type { Dentry } from '../../../wim/dentry.ts';
import type { Inode } from '../../../wim/inode.ts';
import { isAwkwardOnWindows, isImpossibleOnWindows } from '../../../wim/windowsNames.ts';
import { DirectoryNames } from './directoryNames.ts';
import type { UpperEntry } from './upperLayer.ts';

const noShortName = Buffer.alloc(0);

/** Names that Windows cannot give to a named stream ([MS-FSCC] 2.1.5.3); NUL and longer ones cannot be attributes here either. */
function isImpossibleStreamOnWindows(name: string): boolean {
  return name === '' || /[:/\\]/.test(name);
}

/** The new names of one image. */
export class NewNames {
  readonly #names = new DirectoryNames();
  readonly #warn: (text: string) => void;

  constructor(warn: (text: string) => void) {
    this.#warn = warn;
  }

  /** Takes the short name of an entry away where the directory that it comes into has that name already. */
  makeRoom(directory: Dentry, dentry: Dentry): void {
    if (this.#names.isShortNameTaken(directory, dentry)) { dentry.shortName = noShortName; }
  }

  /** New names only: what the image brought along is its own affair. @throws DismError ERROR_INVALID_NAME. */
  check(entry: UpperEntry, directory: Dentry, dentry: Dentry): void {
    // To Windows, and to what applies images, it would be a path: the whole image could not be applied any more.
    if (entry.name.includes('\\')) {
      throw new DismError(Hresult.ERROR_INVALID_NAME, printable(`Cannot store "${entry.imagePath}": its name has a backslash, which separates folders on Windows`), {
        target: entry.imagePath, hint: 'Rename or delete it in the mount folder, then try again.',
      });
    }
    this.#names.added(directory, dentry);
    if (isImpossibleOnWindows(entry.name) || isAwkwardOnWindows(entry.name)) { this.#warn(`Windows cannot have a file named "${entry.imagePath}"`); }
    for (const sibling of this.#names.twins(directory, entry.name)) {
      this.#warn(`"${entry.imagePath}" differs from "${sibling}" in case only; Windows sees one of them`);
    }
    // Nothing could be applied where a name occurs twice; the short one is the one that nobody chose.
    for (const sibling of this.#names.withShortName(directory, entry.name)) {
      if (sibling !== dentry) {
        sibling.shortName = noShortName;
        sibling.markMoved();
      }
    }
  }

  /** New streams only, as with files. To be called before they are added to the inode. */
  checkStreams(entry: UpperEntry, inode: Inode): void {
    const had = new Set(inode.named.map(({ name }) => name));
    const names = new Map<string, string>();
    for (const name of had) { names.set(name.toUpperCase(), name); }
    for (const name of entry.streamNames) {
      if (had.has(name)) { continue; }
      if (isImpossibleStreamOnWindows(name)) { this.#warn(`Windows cannot have a named stream "${name}", which "${entry.imagePath}" has now`); }
      const twin = names.get(name.toUpperCase());
      if (twin === undefined) {
        names.set(name.toUpperCase(), name);
      } else {
        this.#warn(`The named stream "${name}" of "${entry.imagePath}" differs from its stream "${twin}" in case only; Windows sees one of them`);
      }
    }
  }
}
