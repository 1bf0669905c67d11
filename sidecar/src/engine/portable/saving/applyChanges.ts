/** Replays the staged changes of a mount onto the tree of its image. Only memory changes here, no file. */
import { attach, type Dentry, detach, type ImageTree, link, walk } from '../../../wim/dentry.ts';
import { emptyHash } from '../../../wim/hash.ts';
import { Inode, isDirectory, isLink, isRegularFile } from '../../../wim/inode.ts';
import { FileAttribute } from '../../../wim/metadataFormat.ts';
import { IO_REPARSE_TAG_SYMLINK } from '../../../wim/reparse.ts';
import { Breather } from '../../../breather.ts';
import { toFileTime } from '../../../fileTime.ts';
import { awkwardLinks, isAwkwardTarget } from '../../../wimJobs/awkwardLinks.ts';
import { Noted } from '../../../wimJobs/noted.ts';
import { type ShownLinks, targetInImage } from './linkTargets.ts';
import { NewNames } from './newNames.ts';
import { type Copy, type HardLinkGroup, Origins, unknownSource } from './origins.ts';
import { findRenamed } from './renamedFiles.ts';
import type { UpperEntry, UpperLayer } from './upperLayer.ts';

/** What the caller has to bring into the file beside the tree. */
export interface AppliedChanges {
  /** Files whose bytes are in the upper directory; the hash has to be set on the inode. */
  readonly contents: { readonly entry: UpperEntry; readonly inode: Inode }[];
  /** Entries that carry named streams in the upper directory. */
  readonly streams: {
    readonly entry: UpperEntry;
    readonly inode: Inode;
    /** A copy of what the image has: a stream that it lacks was removed. */
    readonly isCopy: boolean;
  }[];
  /** New symbolic links: their reparse data have to be made. */
  readonly links: { readonly entry: UpperEntry; readonly inode: Inode }[];
  /** Sentences for the user; what follows may add to them. */
  readonly warnings: string[];
}

const maxWarnings = 20;

/**
 * The rule that decides what a file is: an entry at the path where the image has a file of the same kind is that
 * file, with new content; a renamed one is the file it was; everything else is new. So the security descriptor,
 * attributes, short name, named streams, creation time and hard links of what was changed or moved stay, also where
 * an editor wrote a new file and renamed it over the old one.
 */
class Replay {
  readonly changes: AppliedChanges = { contents: [], streams: [], links: [], warnings: [] };
  readonly #tree: ImageTree;
  readonly #origins: Origins;
  readonly #shown: ShownLinks;
  readonly #awkwardLinks = new Noted();
  /** Links whose names were deleted, by what they point to. */
  readonly #deletedLinks = new Map<string, Dentry[]>();
  readonly #copies: Copy[] = [];
  #times: ReadonlySet<bigint> | undefined;
  readonly #contents = new Map<Inode, UpperEntry>();
  readonly #names = new NewNames((text) => { this.#warn(text); });
  readonly #breather = new Breather();
  readonly #signal: AbortSignal;

  constructor(tree: ImageTree, layer: UpperLayer, shown: ShownLinks, signal: AbortSignal) {
    this.#tree = tree;
    this.#origins = new Origins(tree, layer.root);
    this.#shown = shown;
    this.#signal = signal;
  }

  async run(layer: UpperLayer): Promise<void> {
    const { hasCopies, hasDeletions, moved, deleted } = this.#origins;
    const mayHaveCopies = hasCopies || (hasDeletions && this.#tree.maxLinkId > 0n);
    const directories = new Map(mayHaveCopies ? this.#tree.entries.map((dentry) => [dentry, dentry.parent]) : []);
    // All sources are found before the first is taken away, so a swap of two names works.
    for (const dentry of moved.values()) { detach(dentry); }
    for (const gone of deleted) { walk(gone, (dentry) => { this.#noteDeletedLink(dentry); }); }
    await this.#place(layer.root, this.#tree.root, false);
    if (this.#copies.length > 0) { this.#placeCopies(directories); }
    for (const [inode, entry] of this.#contents) { this.changes.contents.push({ entry, inode }); }
    const links = awkwardLinks(this.#awkwardLinks);
    if (links !== undefined) { this.changes.warnings.push(links); }
  }

  #noteDeletedLink(dentry: Dentry): void {
    const target = isLink(dentry.inode) ? this.#shown.targets.get(dentry.inode) : undefined;
    if (target === undefined) { return; }
    const same = this.#deletedLinks.get(target);
    if (same === undefined) { this.#deletedLinks.set(target, [dentry]); } else { same.push(dentry); }
  }

  /** Brings one directory of the layer into the tree. `hidden`: nothing that the image has there shows through. */
  async #place(directory: UpperEntry, target: Dentry, hidden: boolean): Promise<void> {
    const names = target.children;
    if (names === undefined) { throw new Error(`"${directory.imagePath}" is no directory of the image`); }
    if (hidden) {
      const kept = new Set(directory.children.filter((entry) => entry.kind !== 'whiteout').map((entry) => entry.name));
      for (const child of [...names.values()]) {
        if (!kept.has(child.name)) { detach(child); }
      }
    }
    for (const entry of directory.children) {
      await this.#breather.breathe(this.#signal);
      const moved = this.#origins.moved.get(entry);
      let existing = names.get(entry.name);
      if (moved !== undefined) {
        if (existing !== undefined) { detach(existing); }
        this.#attachMoved(target, moved, entry);
        existing = moved;
      }
      switch (entry.kind) {
        case 'whiteout':
          if (existing !== undefined) { detach(existing); }
          break;
        case 'directory':
          await this.#placeDirectory(entry, target, existing, entry.opaque || (hidden && moved === undefined));
          break;
        case 'file':
          this.#placeFile(entry, target, existing);
          break;
        case 'symlink':
          this.#placeSymlink(entry, target, existing);
          break;
      }
    }
    // The root of the layer is a folder of ours; its times say nothing about the image.
    if (directory.imagePath !== '/') { this.#setTimes(target.inode, directory); }
  }

  #attachMoved(target: Dentry, moved: Dentry, entry: UpperEntry): void {
    moved.name = entry.name;
    this.#names.makeRoom(target, moved);
    attach(target, moved);
    this.#names.check(entry, target, moved);
  }

  async #placeDirectory(entry: UpperEntry, target: Dentry, existing: Dentry | undefined, hidden: boolean): Promise<void> {
    let directory = existing;
    if (directory === undefined || !isDirectory(directory.inode)) {
      if (directory !== undefined) { detach(directory); }
      directory = this.#create(entry, target, FileAttribute.Directory);
    }
    this.#noteStreams(entry, directory.inode);
    await this.#place(entry, directory, hidden);
  }

  #placeFile(entry: UpperEntry, target: Dentry, existing: Dentry | undefined): void {
    const group = this.#origins.groupOf(entry);
    let dentry = existing;
    if (group?.inode !== undefined && dentry?.inode !== group.inode) {
      // Another name of a file that has its place already.
      if (dentry !== undefined) { detach(dentry); }
      this.#linkTo(group.inode, entry, target);
      return;
    }
    if (dentry === undefined || !isRegularFile(dentry.inode)) {
      if (dentry !== undefined) { detach(dentry); }
      if (entry.metadataOnly) { throw unknownSource(entry); }
      if (entry.copied || this.#linkTimes().has(toFileTime(entry.stat.atimeNs))) {
        this.#noteCopy(entry, target, group);
        return;
      }
      dentry = this.#create(entry, target, FileAttribute.Normal);
    }
    if (group !== undefined) {
      group.inode = dentry.inode;
      if (group.contentNoted) { return; }
      group.contentNoted = true;
    }
    this.#noteContent(entry, dentry.inode);
  }

  /** All names of a file get its content: in the mount each name that was changed became a file of its own. */
  #noteContent(entry: UpperEntry, inode: Inode): void {
    const other = this.#contents.get(inode);
    if (other !== undefined && !entry.metadataOnly) {
      const [kept, lost] = entry.stat.mtimeNs > other.stat.mtimeNs ? [entry, other] : [other, entry];
      this.#warn(`"${lost.imagePath}" and "${kept.imagePath}" are names of one file and were both changed: it has the content that was written last, to "${kept.imagePath}"`);
      if (kept === other) { return; }
    }
    this.#noteStreams(entry, inode);
    if (entry.metadataOnly) {
      if (other === undefined) { this.#setTimes(inode, entry); }
    } else {
      this.#setTimes(inode, entry);
      this.#contents.set(inode, entry);
    }
  }

  #linkTo(inode: Inode, entry: UpperEntry, directory: Dentry): void {
    if (inode.linkId === 0n) {
      inode.linkId = ++this.#tree.maxLinkId;
      inode.changed = true;
    }
    this.#names.check(entry, directory, link(directory, entry.name, inode));
  }

  #noteCopy(entry: UpperEntry, directory: Dentry, group: HardLinkGroup | undefined): void {
    if (group?.copy !== undefined) {
      group.copy.others.push({ entry, directory });
      return;
    }
    const name = entry.redirect?.split('/').at(-1) ?? entry.name;
    const copy: Copy = { entry, name, directory, accessed: toFileTime(entry.stat.atimeNs), isCertain: entry.copied, others: [] };
    this.#copies.push(copy);
    if (group !== undefined) { group.copy = copy; }
  }

  /**
   * Times of access of the files of the image that have several names: overlayfs does not mark a copy of one as a copy.
   * Only of use where a name has gone.
   */
  #linkTimes(): ReadonlySet<bigint> {
    if (this.#times === undefined) {
      const links = this.#origins.hasDeletions && this.#tree.maxLinkId > 0n ? this.#tree.entries.filter(({ inode }) => inode.linkId !== 0n) : [];
      this.#times = new Set(links.map(({ inode }) => inode.lastAccessTime));
    }
    return this.#times;
  }

  /** Places the files that were changed and then renamed, once it is known which ones have gone from their places. */
  #placeCopies(directories: ReadonlyMap<Dentry, Dentry | undefined>): void {
    const current = new Set<Dentry>();
    walk(this.#tree.root, (dentry) => current.add(dentry));
    const gone = this.#tree.entries.filter((dentry) => isRegularFile(dentry.inode) && !current.has(dentry));
    const found = findRenamed(this.#copies, gone, (dentry) => directories.get(dentry));
    for (const copy of this.#copies) {
      const { entry, directory } = copy;
      let dentry = found.get(copy);
      if (dentry === undefined) {
        dentry = this.#create(entry, directory, FileAttribute.Normal);
        if (entry.copied) { this.#warn(`"${entry.imagePath}" was changed and then renamed, and could be one of several files: it is saved as a new one, without the metadata of the old`); }
      } else {
        detach(dentry);
        this.#attachMoved(directory, dentry, entry);
      }
      this.#noteContent(entry, dentry.inode);
      for (const other of copy.others) { this.#linkTo(dentry.inode, other.entry, other.directory); }
    }
  }

  #placeSymlink(entry: UpperEntry, target: Dentry, existing: Dentry | undefined): void {
    const isSame = (dentry: Dentry): boolean => this.#shown.targets.get(dentry.inode) === entry.linkTarget;
    if (existing !== undefined && isLink(existing.inode) && isSame(existing)) {
      this.#setTimes(existing.inode, entry);
      return;
    }
    if (existing !== undefined) { detach(existing); }
    // Overlayfs does not say what a renamed link was; one that was deleted elsewhere and points to the same is it.
    const moved = entry.copied ? this.#deletedLinks.get(entry.linkTarget ?? '')?.shift() : undefined;
    if (moved !== undefined) {
      detach(moved);
      this.#attachMoved(target, moved, entry);
      this.#setTimes(moved.inode, entry);
      return;
    }
    const dentry = this.#create(entry, target, FileAttribute.ReparsePoint);
    dentry.inode.reparse = { tag: IO_REPARSE_TAG_SYMLINK, reserved: 0, flags: 0 };
    dentry.inode.reparseHash = emptyHash;
    this.changes.links.push({ entry, inode: dentry.inode });
    if (isAwkwardTarget(targetInImage(entry.linkTarget ?? '', this.#shown.mountPath).target)) { this.#awkwardLinks.add(entry.imagePath); }
  }

  #create(entry: UpperEntry, target: Dentry, attributes: number): Dentry {
    const { birthtimeNs, atimeNs, mtimeNs } = entry.stat;
    const inode = Inode.create(attributes, {
      created: toFileTime(birthtimeNs > 0n ? birthtimeNs : mtimeNs),
      accessed: toFileTime(atimeNs),
      written: toFileTime(mtimeNs),
    });
    const dentry = link(target, entry.name, inode);
    this.#names.check(entry, target, dentry);
    return dentry;
  }

  #noteStreams(entry: UpperEntry, inode: Inode): void {
    const isCopy = entry.copied || (inode.linkId !== 0n && inode.lastAccessTime === toFileTime(entry.stat.atimeNs));
    this.#names.checkStreams(entry, inode);
    if (entry.streamNames.length > 0 || (isCopy && inode.named.length > 0)) { this.changes.streams.push({ entry, inode, isCopy }); }
  }

  #setTimes(inode: Inode, entry: UpperEntry): void {
    const written = toFileTime(entry.stat.mtimeNs);
    if (written !== inode.lastWriteTime) {
      inode.lastWriteTime = written;
      inode.lastAccessTime = toFileTime(entry.stat.atimeNs);
      inode.changed = true;
    }
  }

  #warn(text: string): void {
    if (this.changes.warnings.length < maxWarnings) { this.changes.warnings.push(text); }
  }
}

/** Applies a layer to a tree. */
export async function applyChanges(tree: ImageTree, layer: UpperLayer, shown: ShownLinks, signal: AbortSignal): Promise<AppliedChanges> {
  const replay = new Replay(tree, layer, shown, signal);
  await replay.run(layer);
  return replay.changes;
}
