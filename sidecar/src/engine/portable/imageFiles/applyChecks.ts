/** Looks at an image before it is applied: what it holds, what gets lost, and what in it is made to lead out of the target. */
import { DismError } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import { printable } from '../../../printable.ts';
import { type Inode, isDirectory, isLink, isRegularFile } from '../../../wim/inode.ts';
import { FileAttribute } from '../../../wim/metadataFormat.ts';
import { isAddressable, type MetName } from '../../../wim/readMetadata.ts';
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
  /** Uncompressed bytes of a blob; undefined: none of the parts has it. */
  readonly sizeOf: (hash: string) => number | undefined;
}

function hostile({ what, source }: ExaminedFor, reason: string): DismError {
  return new DismError(Hresult.WIM_E_EXTRACT_OUTSIDE_IMAGE, printable(`${what}: ${reason}`), {
    target: source, hint: 'The image is damaged, or made to write to places outside of its target. Nothing was written.',
  });
}

function checkName(name: string, path: string, pathBytes: number, to: ExaminedFor): void {
  if (name.includes('\\')) { throw hostile(to, `the name "${name}" is a path`); }
  if (to.isVolume) {
    if (!isImpossibleOnWindows(name)) { return; }
    throw new DismError(Hresult.ERROR_INVALID_NAME, printable(`${to.what}: Windows cannot have a file named "${path}"`), { target: to.source });
  }
  if (Buffer.byteLength(name) <= maxNameBytes && pathBytes <= maxPathBytes) { return; }
  throw new DismError(Hresult.ERROR_FILENAME_EXCED_RANGE, printable(`${to.what}: "${path.slice(0, 300)}" is too long for a Linux folder`), {
    target: to.target, hint: 'Apply the image to an NTFS volume, or into a folder with a shorter path.',
  });
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

  add({ name, inode, hasShortName }: MetName): void {
    if (isDirectory(inode)) { this.directories++; } else { this.files++; }
    if (hasShortName) { this.#has.shortNames = true; }
    if (this.#counted.has(inode)) { return; }
    // Only what may come again is kept.
    if (inode.linkId !== 0n) { this.#counted.add(inode); }
    if (inode.securityId !== noSecurityId) { this.#has.security = true; }
    if ((inode.attributes & ~plainAttributes) !== 0) { this.#has.attributes = true; }
    if (inode.named.length > 0) { this.#has.streams = true; }
    if (inode.reparse !== undefined && !isLink(inode)) { this.#has.reparse = true; }
    if ((inode.attributes & FileAttribute.Encrypted) !== 0 && isRegularFile(inode)) { this.encrypted++; }
    for (const hash of inode.hashes()) {
      const size = this.#to.sizeOf(hash);
      if (size === undefined) {
        throw new DismError(Hresult.ERROR_FILE_CORRUPT, printable(`${this.#to.what}: the content of "${name}" is missing from the file`), { target: this.#to.source });
      }
      if (this.#to.isVolume || hash === inode.dataHash) { this.bytes += size; }
    }
  }
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
  let [names, folded] = [new Set<string>(), new Set<string>()];
  await wim.forEachName<Folder>(imageIndex, (root) => {
    found.add(root);
    return { path: '', bytes: Buffer.byteLength(to.target), isFolder: true };
  }, (folder, child) => {
    const { name, inode, hasChildren } = child;
    if (folder !== current) { [current, names, folded] = [folder, new Set(), new Set()]; }
    const [path, bytes] = [`${folder.path}\\${name}`, folder.bytes + 1 + Buffer.byteLength(name)];
    if (!folder.isFolder) { throw hostile(to, `"${folder.path}" is no folder, but something is in it ("${path}")`); }
    if (names.has(name)) {
      throw new DismError(Hresult.WIM_E_DUPLICATE_NAME, printable(`${to.what}: the name "${path}" occurs twice in the image`), { target: to.source });
    }
    if (!isAddressable(name)) { throw hostile(to, `the name "${path}" leads out of its folder`); }
    names.add(name);
    checkName(name, path, bytes, to);
    const key = foldName(name);
    if (folded.has(key) && found.twins.length < 5) { found.twins.push(path); }
    folded.add(key);
    if (folder.path === '') { topNames.push(name); }
    found.add(child);
    // A file has no children, but a made one may pretend to.
    return hasChildren ? { path, bytes, isFolder: isDirectory(inode) } : leaf;
  });
  const { files, directories, bytes, lost, encrypted, twins } = found;
  return { files, directories, bytes, lost, encrypted, twins, topNames };
}
