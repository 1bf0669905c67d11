/** Looks at an image before it is applied: what it holds, what gets lost, and what in it is made to lead out of the target. */
import type { BlobTable } from '../../../wim/blobTable.ts';
import { DismError } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import { printable } from '../../../printable.ts';
import { isEmptyHash } from '../../../wim/hash.ts';
import { type Inode, isDirectory, isLink } from '../../../wim/inode.ts';
import { FileAttribute } from '../../../wim/metadataFormat.ts';
import { isAddressable, type MetEntry } from '../../../wim/readMetadata.ts';
import type { WimFile } from '../../../wim/wimFile.ts';
import { foldName, isImpossibleOnWindows } from '../../../wim/windowsNames.ts';

/** No file system of Linux has longer names (bytes of UTF-8), and no call takes longer paths. */
const [maxNameBytes, maxPathBytes] = [255, 4095];
const noSecurityId = 0xffffffff;
/** Attributes that say nothing but what a file is: directory, archive, normal, reparse point, encrypted (told of by itself). */
const plainAttributes = FileAttribute.Directory | 0x20 | FileAttribute.Normal | FileAttribute.ReparsePoint | FileAttribute.Encrypted;

/** What an image holds. */
export interface TreeFacts {
  /** Each name of a file counts. */
  readonly files: number;
  readonly directories: number;
  /** Of all content, that of hard links once. */
  readonly bytes: number;
  /** What a Linux folder has no place for, in words; empty where nothing gets lost. */
  readonly lost: readonly string[];
  /** Files encrypted by EFS. */
  readonly encrypted: number;
  /** The first paths of names that differ in case only. */
  readonly twins: readonly string[];
  /** Names in the root. */
  readonly topNames: readonly string[];
}

export interface ExaminedFor {
  readonly what: string;
  /** The file of the image, which hostile names are the fault of. */
  readonly source: string;
  readonly target: string;
  readonly isVolume: boolean;
  /** Of all parts of the file. */
  readonly blobTables: readonly BlobTable[];
}

function hostile({ what, source }: ExaminedFor, reason: string): DismError {
  return new DismError(Hresult.WIM_E_EXTRACT_OUTSIDE_IMAGE, printable(`${what}: ${reason}`), {
    target: source, hint: 'The image is damaged, or made to write to places outside of its target. Nothing was written.',
  });
}

/** A folder of the image, or what pretends to be one. */
interface Folder {
  readonly path: string;
  /** Of its path in the target. */
  readonly bytes: number;
  readonly isFolder: boolean;
}

/** What is below no name. */
const leaf: Folder = { path: '', bytes: 0, isFolder: false };

/** @throws DismError as examineImage(). */
function checkName(name: string, folder: Folder, to: ExaminedFor): void {
  const pathOf = (): string => `${folder.path}\\${name}`;
  if (!isAddressable(name)) { throw hostile(to, `the name "${pathOf()}" leads out of its folder`); }
  if (name.includes('\\')) { throw hostile(to, `the name "${name}" is a path`); }
  if (to.isVolume) {
    if (!isImpossibleOnWindows(name)) { return; }
    throw new DismError(Hresult.ERROR_INVALID_NAME, printable(`${to.what}: Windows cannot have a file named "${pathOf()}"`), { target: to.source });
  }
  // A character of UTF-16 takes up to three bytes in UTF-8; most names need no closer look.
  const most = name.length * 3;
  if (most <= maxNameBytes && folder.bytes + 1 + most <= maxPathBytes) { return; }
  const bytes = Buffer.byteLength(name);
  if (bytes <= maxNameBytes && folder.bytes + 1 + bytes <= maxPathBytes) { return; }
  throw new DismError(Hresult.ERROR_FILENAME_EXCED_RANGE, printable(`${to.what}: "${pathOf().slice(0, 300)}" is too long for a Linux folder`), {
    target: to.target, hint: 'Apply the image to an NTFS volume, or into a folder with a shorter path.',
  });
}

/** The names of one folder, as far as they were met. */
class FolderNames {
  /** The first of those that differ in case only, by what they have in common. */
  readonly #first = new Map<string, string>();
  /** The others. */
  readonly #others = new Set<string>();

  /** @returns What the name is to those that were met: equal to one, one that differs in case only, or new. */
  meet(name: string): 'same' | 'twin' | 'new' {
    const key = foldName(name);
    const first = this.#first.get(key);
    if (first === undefined) {
      this.#first.set(key, name);
      return 'new';
    }
    if (first === name || this.#others.has(name)) { return 'same'; }
    this.#others.add(name);
    return 'twin';
  }
}

/** Adds up one image. */
class Examination {
  files = 0;
  directories = 0;
  bytes = 0;
  encrypted = 0;
  readonly twins: string[] = [];
  readonly #to: ExaminedFor;
  readonly #counted = new Set<Inode>();
  #has = { security: false, attributes: false, shortNames: false, streams: false, reparse: false };

  constructor(to: ExaminedFor) {
    this.#to = to;
  }

  get lost(): string[] {
    const { security, attributes, shortNames, streams, reparse } = this.#has;
    const words = [
      [security, 'security descriptors'], [attributes, 'DOS attributes'], [shortNames, 'short names'], [streams, 'named streams'],
      [reparse, 'reparse points that are no links'],
    ] as const;
    return words.flatMap(([has, word]) => (has ? [word] : []));
  }

  add(entry: MetEntry): void {
    const { attributes, isPlain } = entry;
    if (isDirectory(entry)) { this.directories++; } else { this.files++; }
    if (entry.hasShortName) { this.#has.shortNames = true; }
    const inode = isPlain ? undefined : entry.inode;
    if (inode !== undefined) {
      if (this.#counted.has(inode)) { return; }
      // Only what may come again is kept.
      if (inode.linkId !== 0n) { this.#counted.add(inode); }
      if (inode.named.length > 0) { this.#has.streams = true; }
      if (inode.reparse !== undefined && !isLink(inode)) { this.#has.reparse = true; }
    }
    if (entry.securityId !== noSecurityId) { this.#has.security = true; }
    if ((attributes & ~plainAttributes) !== 0) { this.#has.attributes = true; }
    const isFile = (attributes & FileAttribute.Directory) === 0 && (inode === undefined || !isLink(inode));
    if ((attributes & FileAttribute.Encrypted) !== 0 && isFile) { this.encrypted++; }
    if (inode === undefined) {
      const { view, hashOffset } = entry;
      if (!isEmptyHash(view, hashOffset)) { this.#count((table) => table.findSizeAt(view, hashOffset), entry); }
    } else {
      for (const hash of inode.hashes()) { this.#count((table) => table.findSize(hash), entry, this.#to.isVolume || hash === inode.dataHash); }
    }
  }

  /** Counts a content. */
  #count(sizeIn: (table: BlobTable) => number | undefined, entry: MetEntry, isKept = true): void {
    for (const table of this.#to.blobTables) {
      const size = sizeIn(table);
      if (size === undefined) { continue; }
      if (isKept) { this.bytes += size; }
      return;
    }
    throw new DismError(Hresult.ERROR_FILE_CORRUPT, printable(`${this.#to.what}: the content of "${entry.name}" is missing from the file`), { target: this.#to.source });
  }
}

/**
 * Examines an image.
 * @throws DismError WIM_E_EXTRACT_OUTSIDE_IMAGE, WIM_E_DUPLICATE_NAME: names that no honest image has. ERROR_INVALID_NAME, ERROR_FILENAME_EXCED_RANGE: the
 * target cannot have them. ERROR_FILE_CORRUPT: content is missing. WIM_E_INVALID_CONTAINER: as WimFile.tree().
 */
export async function examineImage(wim: WimFile, imageIndex: number, to: ExaminedFor): Promise<TreeFacts> {
  const found = new Examination(to);
  const topNames: string[] = [];
  // Of the folder whose names are met.
  let current: Folder | undefined;
  let names = new FolderNames();
  await wim.forEachMet<Folder>(imageIndex, (root) => {
    found.add(root);
    return { path: '', bytes: Buffer.byteLength(to.target), isFolder: true };
  }, (folder, entry) => {
    const { name } = entry;
    if (folder !== current) { [current, names] = [folder, new FolderNames()]; }
    const pathOf = (): string => `${folder.path}\\${name}`;
    if (!folder.isFolder) { throw hostile(to, `"${folder.path}" is no folder, but something is in it ("${pathOf()}")`); }
    const likeness = names.meet(name);
    if (likeness === 'same') {
      throw new DismError(Hresult.WIM_E_DUPLICATE_NAME, printable(`${to.what}: the name "${pathOf()}" occurs twice in the image`), { target: to.source });
    }
    checkName(name, folder, to);
    if (likeness === 'twin' && found.twins.length < 5) { found.twins.push(pathOf()); }
    if (folder.path === '') { topNames.push(name); }
    found.add(entry);
    // A file has no children, but a made one may pretend to.
    return entry.hasChildren ? { path: pathOf(), bytes: folder.bytes + 1 + Buffer.byteLength(name), isFolder: isDirectory(entry) } : leaf;
  });
  const { files, directories, bytes, lost, encrypted, twins } = found;
  return { files, directories, bytes, lost, encrypted, twins, topNames };
}
