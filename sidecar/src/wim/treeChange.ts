/** What a change of an image's tree means for the counts of its file: references to blobs, and the image's statistics. */
import { type Dentry, type ImageTree, walk } from './dentry.ts';
import { type Inode, isDirectory } from './inode.ts';

/** How many entries of an image refer to a blob, before a change and after it. */
export interface References {
  before: number;
  after: number;
}

/** Differences, positive or negative. Sizes in bytes. */
export interface TreeChange {
  /** The blobs whose references change. */
  readonly references: ReadonlyMap<string, References>;
  readonly directories: number;
  readonly files: number;
  readonly totalBytes: number;
  readonly hardLinkBytes: number;
}

/** Counts the names of every inode that may have several. */
function countLinks(entries: Iterable<Dentry>): Map<Inode, number> {
  const counts = new Map<Inode, number>();
  for (const { inode } of entries) {
    if (inode.linkId !== 0n) { counts.set(inode, (counts.get(inode) ?? 0) + 1); }
  }
  return counts;
}

/** The entries that have left the tree since it was read. */
function departedEntries(tree: ImageTree, current: readonly Dentry[]): readonly Dentry[] {
  const kept = current.filter((entry) => !entry.isNew);
  if (kept.length === tree.entries.length) { return []; }
  const known = new Set(kept);
  return tree.entries.filter((entry) => !known.has(entry));
}

/** References of every entry of a tree, as a new image that holds it adds them. */
export function countReferences(tree: ImageTree): Map<string, References> {
  const counts = new Map<string, References>();
  walk(tree.root, ({ inode }) => {
    for (const hash of inode.hashes()) {
      const count = counts.get(hash);
      if (count === undefined) { counts.set(hash, { before: 0, after: 1 }); } else { count.after++; }
    }
  });
  return counts;
}

/** Counts all references to the blobs that differ in theirs, so that a count in the file that is too small can be told. */
function countAll(entries: readonly Dentry[], differences: ReadonlyMap<string, number>): Map<string, References> {
  const counts = new Map<string, References>();
  for (const [hash, difference] of differences) { counts.set(hash, { before: 0, after: difference }); }
  if (counts.size === 0) { return counts; }
  // Most entries refer to nothing of it, which the first bytes of their hash tell.
  const beginnings = new Set(Array.from(counts.keys(), (hash) => hash.slice(0, 4)));
  for (const { inode } of entries) {
    if (!inode.mayHaveReferredTo(beginnings)) { continue; }
    for (const hash of inode.originalHashes()) {
      const count = counts.get(hash);
      if (count !== undefined) {
        count.before++;
        count.after++;
      }
    }
  }
  return counts;
}

/**
 * Compares a tree with what it was when it was read. Only what changed is looked at closely.
 * @param sizeOf Uncompressed bytes of a blob, old or new.
 */
export function compareTree(tree: ImageTree, sizeOf: (hash: string) => number): TreeChange {
  const differences = new Map<string, number>();
  let directories = 0;
  let files = 0;
  let totalBytes = 0;
  const count = (hashes: readonly string[], sign: 1 | -1, inode: Inode): void => {
    for (const hash of hashes) {
      differences.set(hash, (differences.get(hash) ?? 0) + sign);
      totalBytes += sign * sizeOf(hash);
    }
    if (isDirectory(inode)) { directories += sign; } else { files += sign; }
  };
  const current: Dentry[] = [];
  walk(tree.root, (entry) => { current.push(entry); });
  for (const { inode } of departedEntries(tree, current)) { count(inode.originalHashes(), -1, inode); }
  for (const { inode, isNew } of current) {
    if (!isNew && inode.changed) { count(inode.originalHashes(), -1, inode); }
    if (isNew || inode.changed) { count(inode.hashes(), 1, inode); }
  }
  const linksBefore = countLinks(tree.entries);
  const linksAfter = countLinks(current);
  const bytes = (hashes: readonly string[]): number => hashes.reduce((sum, hash) => sum + sizeOf(hash), 0);
  let hardLinkBytes = 0;
  for (const inode of new Set([...linksBefore.keys(), ...linksAfter.keys()])) {
    const before = linksBefore.get(inode) ?? 0;
    const after = linksAfter.get(inode) ?? 0;
    if (before === after && !inode.changed) { continue; }
    if (before > 1) { hardLinkBytes -= bytes(inode.originalHashes()) * (before - 1); }
    if (after > 1) { hardLinkBytes += bytes(inode.hashes()) * (after - 1); }
  }
  return { references: countAll(tree.entries, differences), directories, files, totalBytes, hardLinkBytes };
}
