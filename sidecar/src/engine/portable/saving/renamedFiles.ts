/**
 * Finds what files were that were renamed after they had been changed. Overlayfs records a rename only of what it has
 * not copied yet; of a copy it knows that it is one, and the name from before it was changed, but not the folder.
 */
import type { Dentry } from '../../../wim/dentry.ts';

/** A copy at a place where the image has no such file. */
export interface Renamed {
  /** As much as is known: the name that it had in the image, else the one that it has now. */
  readonly name: string;
  /** Its folder now. */
  readonly directory: Dentry;
  /** A copy keeps the time of access of the file; 100 ns since 1601. */
  readonly accessed: bigint;
  /** False where only the time of access speaks for it: then it may be no more than a file that is new. */
  readonly isCertain: boolean;
}

/** What a copy and the file that it was have in common, the surest first. A match counts where it is the only one. */
const clues = [
  ['time', 'name', 'folder'], ['time', 'name'], ['name', 'folder'], ['time', 'folder'], ['time'], ['name'], ['folder'], [],
] as const;

function groupBy<T>(items: Iterable<T>, keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) { groups.set(key, [item]); } else { group.push(item); }
  }
  return groups;
}

/**
 * Finds the file that each copy was.
 * @param gone The files that are at none of their places any more.
 * @param directoryOf The folder that a file was in.
 * @returns By copy; one that could be several files is missing.
 */
export function findRenamed<T extends Renamed>(
  copies: readonly T[], gone: readonly Dentry[], directoryOf: (file: Dentry) => Dentry | undefined,
): Map<T, Dentry> {
  const numbers = new Map<Dentry | undefined, number>();
  const keyOf = (clue: typeof clues[number], name: string, directory: Dentry | undefined, accessed: bigint): string => {
    let folder = numbers.get(directory);
    if (folder === undefined) {
      folder = numbers.size;
      numbers.set(directory, folder);
    }
    const values = { time: accessed, name, folder };
    return clue.map((part) => values[part]).join('/');
  };
  const found = new Map<T, Dentry>();
  const left = new Set(gone);
  for (const clue of clues) {
    const candidates = groupBy(left, (file) => keyOf(clue, file.name, directoryOf(file), file.inode.lastAccessTime));
    const eligible = copies.filter((copy) => !found.has(copy) && (copy.isCertain || clue.some((part) => part === 'time')));
    const open = groupBy(eligible, (copy) => keyOf(clue, copy.name, copy.directory, copy.accessed));
    for (const [key, [copy, ...others]] of open) {
      const [file, ...further] = candidates.get(key) ?? [];
      if (copy !== undefined && others.length === 0 && file !== undefined && further.length === 0) {
        found.set(copy, file);
        left.delete(file);
      }
    }
  }
  return found;
}
