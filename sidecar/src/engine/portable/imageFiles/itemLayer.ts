/** A file or folder that is put into an image, as the changes of a mount into which it was copied. */
import { lstatSync } from 'node:fs';
import { DismError } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import { printable } from '../../../printable.ts';
import type { Dentry } from '../../../wim/dentry.ts';
import { foldName, isImpossibleOnWindows } from '../../../wim/windowsNames.ts';
import { type FoundNames, refuseNames } from '../../../wimJobs/refuseNames.ts';
import { Noted } from '../../../wimJobs/noted.ts';
import { findUnreadable, refuseUnreadable } from '../../../wimJobs/unreadable.ts';
import { type Inode, isDirectory, isRegularFile } from '../../../wim/inode.ts';
import { readUpperLayer, UnstorableError, type UpperEntry, type UpperLayer } from '../saving/upperLayer.ts';
import { childOf } from './imagePaths.ts';

/** What is put in, and its numbers. */
export interface ItemLayer {
  readonly layer: UpperLayer;
  readonly files: number;
  readonly directories: number;
  readonly bytes: number;
}

const refusalHint = 'Rename or remove it first.';

/** Makes the layer. */
class Layering {
  files = 0;
  directories = 0;
  bytes = 0;
  readonly #what: string;
  readonly #without: ReadonlySet<string>;

  constructor(what: string, without: readonly string[]) {
    this.#what = what;
    this.#without = new Set(without);
  }

  /** An entry of the source under a name and in a place of the image; what the image has of the name keeps its spelling. */
  place(entry: UpperEntry, name: string, folder: Dentry | undefined, folderPath: string): UpperEntry {
    const existing = folder === undefined ? undefined : childOf(folder, name);
    const imagePath = `${folderPath}/${existing?.name ?? name}`;
    const { kind } = entry;
    if (kind === 'whiteout') {
      throw new DismError(Hresult.ERROR_NOT_SUPPORTED, `${this.#what}: "${entry.path}": a WIM holds files, folders and symbolic links only`, { target: entry.path, hint: refusalHint });
    }
    this.#requireSameKind(kind, existing?.inode, imagePath);
    if (kind === 'directory') { this.directories++; } else { this.files++; }
    if (kind === 'file') { this.bytes += Number(entry.stat.size); }
    return {
      ...entry, name: existing?.name ?? name, imagePath,
      // Of these attributes a mount makes sense; what is copied from elsewhere has them by chance, or in order to do harm.
      opaque: false, redirect: undefined, metadataOnly: false, copied: false,
      children: entry.children.filter(({ path }) => !this.#without.has(path)).map((child) => this.place(child, child.name, existing, imagePath)),
    };
  }

  /** A folder is never lost to a file, nor the reverse. */
  #requireSameKind(kind: 'directory' | 'file' | 'symlink', existing: Inode | undefined, imagePath: string): void {
    if (existing === undefined) { return; }
    const isSame = kind === 'directory' ? isDirectory(existing) : kind === 'file' ? isRegularFile(existing) : !isDirectory(existing);
    if (isSame) { return; }
    const is = isDirectory(existing) ? 'a folder' : isRegularFile(existing) ? 'a file' : 'a link';
    throw new DismError(Hresult.ERROR_ALREADY_EXISTS, `${this.#what}: the image has ${is} named "${imagePath.replaceAll('/', '\\')}", which is not replaced by something of another kind`, {
      target: imagePath, hint: 'Choose another name, or remove it in a mount of the image first.',
    });
  }
}

/** What stands in the way of names, that of the item among them: as where a folder is captured. */
function namesIn(root: UpperEntry, name: string): FoundNames {
  const found = { impossible: new Noted(), twins: new Noted() };
  if (isImpossibleOnWindows(name)) { found.impossible.add(name); }
  const pending: { readonly entry: UpperEntry; readonly shown: string }[] = [{ entry: root, shown: name }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const folded = new Set<string>();
    for (const entry of next.entry.children) {
      const shown = `${next.shown}/${entry.name}`;
      if (isImpossibleOnWindows(entry.name)) { found.impossible.add(shown); }
      const key = foldName(entry.name);
      if (folded.has(key)) { found.twins.add(shown); }
      folded.add(key);
      pending.push({ entry, shown });
    }
  }
  return found;
}

/** 100 ns from 1601 as nanoseconds from 1970. */
function toNanoseconds(fileTime: bigint): bigint {
  return (fileTime - 116_444_736_000_000_000n) * 100n;
}

/** A folder of the image that is not changed but for what is in it. */
function unchangedFolder(folder: Dentry, path: string, imagePath: string, child: UpperEntry): UpperEntry {
  const { lastWriteTime, lastAccessTime } = folder.inode;
  const stat = Object.assign(lstatSync(path, { bigint: true }), { mtimeNs: toNanoseconds(lastWriteTime), atimeNs: toNanoseconds(lastAccessTime) });
  return {
    name: folder.name, path, imagePath, kind: 'directory', stat, opaque: false, redirect: undefined, metadataOnly: false, copied: false, streamNames: [],
    linkTarget: undefined, children: [child],
  };
}

/** What cannot be put is said of the source: such layers are read of mounts elsewhere. */
async function readSource(source: string, what: string, signal: AbortSignal): Promise<UpperLayer> {
  refuseUnreadable(await findUnreadable(source, signal), what, source, 'Run it as a user who may, or copy without them.');
  try {
    return await readUpperLayer(source, signal);
  } catch (error) {
    if (!(error instanceof UnstorableError)) { throw error; }
    const { imagePath, reason } = error;
    const full = imagePath === '/' ? source : `${source}${imagePath}`;
    const hresult = error.hresult === Hresult.E_INVALIDARG ? Hresult.ERROR_INVALID_NAME : error.hresult;
    throw new DismError(hresult, printable(`${what}: "${full}": ${reason}`), { target: full, hint: refusalHint, cause: error });
  }
}

/** What is put where. */
export interface Item {
  /** Without symbolic links on its way. */
  readonly source: string;
  readonly folder: Dentry;
  /** Its name in the image. */
  readonly name: string;
  /** What in the source is left out; canonical. */
  readonly without: readonly string[];
  /** The first half of messages. */
  readonly what: string;
}

/**
 * The layer that puts a source into a folder of an image.
 * @throws DismError ERROR_INVALID_NAME: as where a folder is captured. ERROR_ALREADY_EXISTS: the image has something of another kind under a name.
 * ERROR_NOT_SUPPORTED: a device, pipe or socket. E_ACCESSDENIED: something of it may not be read.
 */
export async function itemLayer({ source, folder, name, without, what }: Item, signal: AbortSignal): Promise<ItemLayer> {
  const { root } = await readSource(source, what, signal);
  refuseNames(namesIn(root, name), what, source, 'Rename them first.');
  const folders: Dentry[] = [];
  for (let at: Dentry | undefined = folder; at !== undefined; at = at.parent) { folders.unshift(at); }
  const paths = folders.map((_, depth) => folders.slice(1, depth + 1).map((other) => `/${other.name}`).join(''));
  const layering = new Layering(what, without);
  let entry = layering.place(root, name, folder, paths.at(-1) ?? '');
  for (let depth = folders.length - 1; depth >= 0; depth--) {
    const at = folders[depth];
    if (at !== undefined) { entry = unchangedFolder(at, source, depth === 0 ? '/' : paths[depth] ?? '/', entry); }
  }
  const { files, directories, bytes } = layering;
  return { layer: { root: entry, entryCount: files + directories }, files, directories, bytes };
}
