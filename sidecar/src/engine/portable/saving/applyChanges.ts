/** Replays the staged changes of a mount onto the tree of its image. Only memory changes here, no file. */
import { attach, type Dentry, detach, type ImageTree, link, walk } from '../../../wim/dentry.ts';
import { emptyHash } from '../../../wim/hash.ts';
import { Inode, isDirectory } from '../../../wim/inode.ts';
import { FileAttribute } from '../../../wim/metadataFormat.ts';
import { IO_REPARSE_TAG_MOUNT_POINT, IO_REPARSE_TAG_SYMLINK } from '../../../wim/reparse.ts';
import { DismError } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import { Breather } from '../../../breather.ts';
import { toFileTime } from '../../../fileTime.ts';
import { DirectoryNames } from './directoryNames.ts';
import { findRenamed, type Renamed } from './renamedFiles.ts';
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
  /** Sentences for the user. */
  readonly warnings: string[];
}

function lookup(root: Dentry, path: string): Dentry | undefined {
  let current: Dentry | undefined = root;
  for (const name of path.split('/')) {
    if (name !== '') { current = current?.children?.get(name); }
  }
  return current;
}

function isRegularFile(inode: Inode): boolean {
  return (inode.attributes & FileAttribute.Directory) === 0 && !isLink(inode);
}

/** True for what a mount shows as a symbolic link: a symlink or a junction. */
export function isLink(inode: Inode): boolean {
  return inode.reparse !== undefined && (inode.reparse.tag === IO_REPARSE_TAG_SYMLINK || inode.reparse.tag === IO_REPARSE_TAG_MOUNT_POINT);
}

/** Names that Windows cannot give to a file (Naming Files, Paths, and Namespaces). */
function isImpossibleOnWindows(name: string): boolean {
  return /[<>:"|?*\\\u0001-\u001f]/.test(name) || /[. ]$/.test(name) || /^(?:con|prn|aux|nul|com[1-9]|lpt[1-9])(?:\.|$)/i.test(name);
}

/** What the layer says of the image does not fit it. To go on would lose what the entry does not hold itself. */
function unknownSource({ imagePath, redirect }: UpperEntry): DismError {
  return new DismError(Hresult.WIM_E_INVALID_CONTAINER, redirect === undefined
    ? `Cannot save "${imagePath}": the image has no such file, but the changes refer to its content`
    : `Cannot save "${imagePath}": it was renamed from "${redirect}", which the image does not have`, { target: imagePath });
}

const maxWarnings = 20;
const noShortName = Buffer.alloc(0);

interface HardLinkGroup {
  readonly members: { readonly entry: UpperEntry; readonly atOwnPath: Dentry | undefined; readonly source: Dentry | undefined }[];
  /** What they all are names of, once it is known. */
  inode: Inode | undefined;
  contentNoted: boolean;
  /** Where all its names are those of a copy. */
  copy: Copy | undefined;
}

/** A copy of a file of the image at a place where the image has none: it was changed, then renamed. */
interface Copy extends Renamed {
  readonly entry: UpperEntry;
  /** Hard links of it. */
  readonly others: { readonly entry: UpperEntry; readonly directory: Dentry }[];
}

/**
 * Whether the redirect of an entry says what it was. Overlayfs keeps it right only as long as it needs it: a file that
 * was changed after a rename in its folder has the old name even when it is moved to another folder then.
 */
function isRedirectSure({ kind, metadataOnly, redirect }: UpperEntry): boolean {
  return redirect !== undefined && (kind === 'directory' || metadataOnly || redirect.startsWith('/'));
}

/**
 * The rule that decides what a file is: an entry at the path where the image has a file of the same kind is that
 * file, with new content; a renamed one is the file it was; everything else is new. So the security descriptor,
 * attributes, short name, named streams, creation time and hard links of what was changed or moved stay, also where
 * an editor wrote a new file and renamed it over the old one.
 */
class Replay {
  readonly changes: AppliedChanges = { contents: [], streams: [], links: [], warnings: [] };
  readonly #tree: ImageTree;
  /** What renamed entries were in the image; each is claimed once. */
  readonly #moved = new Map<UpperEntry, Dentry>();
  readonly #claimed = new Set<Dentry>();
  /** Names of one file in the upper directory, by inode number there. */
  readonly #hardLinks = new Map<bigint, HardLinkGroup>();
  readonly #linkTargets: ReadonlyMap<Inode, string>;
  /** Files and folders of the image whose names were deleted, or renamed. */
  readonly #deleted: Dentry[] = [];
  readonly #deletedLinks: Dentry[] = [];
  readonly #copies: Copy[] = [];
  #hasCopies = false;
  #hasDeletions = false;
  #times: ReadonlySet<bigint> | undefined;
  readonly #contents = new Map<Inode, UpperEntry>();
  readonly #names = new DirectoryNames();
  readonly #breather = new Breather();
  readonly #signal: AbortSignal;

  constructor(tree: ImageTree, linkTargets: ReadonlyMap<Inode, string>, signal: AbortSignal) {
    this.#tree = tree;
    this.#linkTargets = linkTargets;
    this.#signal = signal;
  }

  async run(layer: UpperLayer): Promise<void> {
    this.#findMoved(layer.root, '/');
    for (const group of this.#hardLinks.values()) { this.#settle(group); }
    const mayHaveCopies = this.#hasCopies || (this.#hasDeletions && this.#tree.maxLinkId > 0n);
    const directories = new Map(mayHaveCopies ? this.#tree.entries.map((dentry) => [dentry, dentry.parent]) : []);
    // All sources are found before the first is taken away, so a swap of two names works.
    for (const dentry of this.#moved.values()) { detach(dentry); }
    for (const deleted of this.#deleted) {
      walk(deleted, (dentry) => { if (isLink(dentry.inode)) { this.#deletedLinks.push(dentry); } });
    }
    await this.#place(layer.root, this.#tree.root, false);
    if (this.#copies.length > 0) { this.#placeCopies(directories); }
    for (const [inode, entry] of this.#contents) { this.changes.contents.push({ entry, inode }); }
  }

  /** Finds what renamed entries were. `origin` is the directory's path in the image, undefined for a new one. */
  #findMoved(directory: UpperEntry, origin: string | undefined): void {
    for (const entry of directory.children) {
      const own = origin === undefined ? undefined : `${origin}/${entry.name}`;
      const atOwnPath = own === undefined ? undefined : lookup(this.#tree.root, own);
      if (entry.kind === 'whiteout' || entry.opaque) { this.#hasDeletions = true; }
      if (entry.kind === 'whiteout') {
        if (atOwnPath !== undefined) { this.#deleted.push(atOwnPath); }
        continue;
      }
      const redirect = isRedirectSure(entry) ? entry.redirect : undefined;
      const source = redirect === undefined ? own
        : redirect.startsWith('/') ? redirect : origin === undefined ? undefined : `${origin}/${redirect}`;
      const dentry = redirect === undefined || source === undefined ? undefined : lookup(this.#tree.root, source);
      if (redirect !== undefined && dentry === undefined) { throw unknownSource(entry); }
      if (entry.kind === 'file' && entry.stat.nlink > 1n) {
        const group = this.#hardLinks.get(entry.stat.ino) ?? { members: [], inode: undefined, contentNoted: false, copy: undefined };
        group.members.push({ entry, atOwnPath, source: dentry });
        this.#hardLinks.set(entry.stat.ino, group);
      } else if (dentry !== undefined && dentry !== atOwnPath) {
        this.#claim(entry, dentry);
      }
      if (entry.copied && redirect === undefined && (atOwnPath === undefined || !isRegularFile(atOwnPath.inode))) { this.#hasCopies = true; }
      if (entry.kind === 'directory') { this.#findMoved(entry, entry.opaque && entry.redirect === undefined ? undefined : source); }
    }
  }

  #claim(entry: UpperEntry, dentry: Dentry): void {
    const fits = dentry !== this.#tree.root && isDirectory(dentry.inode) === (entry.kind === 'directory');
    if (!fits || this.#claimed.has(dentry)) { throw unknownSource(entry); }
    this.#claimed.add(dentry);
    this.#moved.set(entry, dentry);
  }

  /** Which file of the image the names of one file are: the one that stayed, else the one that one of them was. */
  #settle(group: HardLinkGroup): void {
    const stayed = group.members.find(({ atOwnPath, source }) => atOwnPath !== undefined && isRegularFile(atOwnPath.inode)
      && (source === undefined || source === atOwnPath || source.inode === atOwnPath.inode));
    if (stayed?.atOwnPath !== undefined) {
      group.inode = stayed.atOwnPath.inode;
      return;
    }
    const moved = group.members.find(({ source }) => source !== undefined);
    if (moved?.source !== undefined) {
      this.#claim(moved.entry, moved.source);
      group.inode = this.#moved.get(moved.entry)?.inode;
    }
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
      const moved = this.#moved.get(entry);
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
    if (this.#names.isShortNameTaken(target, moved)) { moved.shortName = noShortName; }
    attach(target, moved);
    this.#checkName(entry, target, moved);
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
    const group = entry.stat.nlink > 1n ? this.#hardLinks.get(entry.stat.ino) : undefined;
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
    this.#checkName(entry, directory, link(directory, entry.name, inode));
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
      const links = this.#hasDeletions && this.#tree.maxLinkId > 0n ? this.#tree.entries.filter(({ inode }) => inode.linkId !== 0n) : [];
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
    const isSame = (dentry: Dentry): boolean => this.#linkTargets.get(dentry.inode) === entry.linkTarget;
    if (existing !== undefined && isLink(existing.inode) && isSame(existing)) {
      this.#setTimes(existing.inode, entry);
      return;
    }
    if (existing !== undefined) { detach(existing); }
    // Overlayfs does not say what a renamed link was; one that was deleted elsewhere and points to the same is it.
    const index = entry.copied ? this.#deletedLinks.findIndex(isSame) : -1;
    const [moved] = index === -1 ? [] : this.#deletedLinks.splice(index, 1);
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
  }

  #create(entry: UpperEntry, target: Dentry, attributes: number): Dentry {
    const { birthtimeNs, atimeNs, mtimeNs } = entry.stat;
    const inode = Inode.create(attributes, {
      created: toFileTime(birthtimeNs > 0n ? birthtimeNs : mtimeNs),
      accessed: toFileTime(atimeNs),
      written: toFileTime(mtimeNs),
    });
    const dentry = link(target, entry.name, inode);
    this.#checkName(entry, target, dentry);
    return dentry;
  }

  #noteStreams(entry: UpperEntry, inode: Inode): void {
    const isCopy = entry.copied || (inode.linkId !== 0n && inode.lastAccessTime === toFileTime(entry.stat.atimeNs));
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

  /** New names only: what the image brought along is its own affair. */
  #checkName(entry: UpperEntry, directory: Dentry, dentry: Dentry): void {
    this.#names.added(directory, dentry);
    if (isImpossibleOnWindows(entry.name)) { this.#warn(`Windows cannot have a file named "${entry.imagePath}"`); }
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

  #warn(text: string): void {
    if (this.changes.warnings.length < maxWarnings) { this.changes.warnings.push(text); }
  }
}

/**
 * Applies a layer to a tree.
 * @param linkTargets What the links of the image point to, as the mount shows it; those that matter are enough.
 */
export async function applyChanges(
  tree: ImageTree, layer: UpperLayer, linkTargets: ReadonlyMap<Inode, string>, signal: AbortSignal,
): Promise<AppliedChanges> {
  const replay = new Replay(tree, linkTargets, signal);
  await replay.run(layer);
  return replay.changes;
}
