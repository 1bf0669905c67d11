/** Finds out what the entries of a layer were in the image, before anything in its tree is moved. */
import { DismError } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import type { Dentry, ImageTree } from '../../../wim/dentry.ts';
import { type Inode, isDirectory, isRegularFile } from '../../../wim/inode.ts';
import type { Renamed } from './renamedFiles.ts';
import type { UpperEntry } from './upperLayer.ts';

/** Names of one file in the upper directory. */
export interface HardLinkGroup {
  readonly members: { readonly entry: UpperEntry; readonly atOwnPath: Dentry | undefined; readonly source: Dentry | undefined }[];
  /** What they all are names of, once it is known. */
  inode: Inode | undefined;
  contentNoted: boolean;
  /** Where all its names are those of a copy. */
  copy: Copy | undefined;
}

/** A copy of a file of the image at a place where the image has none: it was changed, then renamed. */
export interface Copy extends Renamed {
  readonly entry: UpperEntry;
  /** Hard links of it. */
  readonly others: { readonly entry: UpperEntry; readonly directory: Dentry }[];
}

/** What the layer says of the image does not fit it. To go on would lose what the entry does not hold itself. */
export function unknownSource({ imagePath, redirect }: UpperEntry): DismError {
  return new DismError(Hresult.WIM_E_INVALID_CONTAINER, redirect === undefined
    ? `Cannot save "${imagePath}": the image has no such file, but the changes refer to its content`
    : `Cannot save "${imagePath}": it was renamed from "${redirect}", which the image does not have`, { target: imagePath });
}

function lookup(root: Dentry, path: string): Dentry | undefined {
  let current: Dentry | undefined = root;
  for (const name of path.split('/')) {
    if (name !== '') { current = current?.children?.get(name); }
  }
  return current;
}

/**
 * Whether the redirect of an entry says what it was. Overlayfs keeps it right only as long as it needs it: a file that
 * was changed after a rename in its folder has the old name even when it is moved to another folder then.
 */
function isRedirectSure({ kind, metadataOnly, redirect }: UpperEntry): boolean {
  return redirect !== undefined && (kind === 'directory' || metadataOnly || redirect.startsWith('/'));
}

/** What was renamed, deleted or linked. Read only once all of the layer was looked at. */
export class Origins {
  /** What renamed entries were in the image; each is claimed once. */
  readonly moved = new Map<UpperEntry, Dentry>();
  /** Files and folders of the image whose names were deleted, or renamed. */
  readonly deleted: Dentry[] = [];
  hasCopies = false;
  hasDeletions = false;
  readonly #tree: ImageTree;
  readonly #claimed = new Set<Dentry>();
  /** Names of one file in the upper directory, by inode number there. */
  readonly #hardLinks = new Map<bigint, HardLinkGroup>();

  constructor(tree: ImageTree, root: UpperEntry) {
    this.#tree = tree;
    this.#findMoved(root, '/');
    for (const group of this.#hardLinks.values()) { this.#settle(group); }
  }

  /** The other names of the file of an entry; undefined where it has one name only. */
  groupOf(entry: UpperEntry): HardLinkGroup | undefined {
    return entry.stat.nlink > 1n ? this.#hardLinks.get(entry.stat.ino) : undefined;
  }

  /** Finds what renamed entries were. `origin` is the directory's path in the image, undefined for a new one. */
  #findMoved(directory: UpperEntry, origin: string | undefined): void {
    for (const entry of directory.children) {
      const own = origin === undefined ? undefined : `${origin}/${entry.name}`;
      const atOwnPath = own === undefined ? undefined : lookup(this.#tree.root, own);
      if (entry.kind === 'whiteout' || entry.opaque) { this.hasDeletions = true; }
      if (entry.kind === 'whiteout') {
        if (atOwnPath !== undefined) { this.deleted.push(atOwnPath); }
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
      if (entry.copied && redirect === undefined && (atOwnPath === undefined || !isRegularFile(atOwnPath.inode))) { this.hasCopies = true; }
      if (entry.kind === 'directory') { this.#findMoved(entry, entry.opaque && entry.redirect === undefined ? undefined : source); }
    }
  }

  #claim(entry: UpperEntry, dentry: Dentry): void {
    const fits = dentry !== this.#tree.root && isDirectory(dentry.inode) === (entry.kind === 'directory');
    if (!fits || this.#claimed.has(dentry)) { throw unknownSource(entry); }
    this.#claimed.add(dentry);
    this.moved.set(entry, dentry);
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
      group.inode = this.moved.get(moved.entry)?.inode;
    }
  }
}
