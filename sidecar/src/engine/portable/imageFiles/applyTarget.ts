/** The folder that an image is applied to: what is in it already, and what its file system makes of names. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DismError } from '../../../errors.ts';
import { freeBytes } from '../../../freeBytes.ts';
import { Hresult } from '../../../hresult.ts';
import { mountAround, readMountTable } from '../../../platform/linux/mountTable.ts';
import { printable } from '../../../printable.ts';
import type { Dentry, ImageTree } from '../../../wim/dentry.ts';
import { isDirectory } from '../../../wim/inode.ts';
import { foldName } from '../../../wim/windowsNames.ts';
import { requireWritableFolder } from '../../../writableFolder.ts';

/** Names that differ in case only are one file there. */
const caseInsensitiveTypes = /^(?:v?fat|msdos|exfat|fuseblk|ntfs3?|ufsd|cifs|smb3|hfsplus|apfs)$/;
/** What is written there may take less than it has, or nobody knows. */
const elasticTypes = /^(?:btrfs|zfs|bcachefs|fuse.*|nfs4?|cifs|smb3|9p|overlay)$/;

/** A folder. */
export interface TargetFolder {
  readonly isEmpty: boolean;
  readonly isCaseInsensitive: boolean;
  readonly freeBytes: number;
  /** Whether so much can surely not be written where less is free. */
  readonly isSure: boolean;
}

/** @throws DismError as requireWritableFolder(). */
export function lookAtFolder(path: string, what: string): TargetFolder {
  requireWritableFolder(path, what);
  const type = mountAround(readMountTable(), path)?.type ?? '';
  const isEmpty = readdirSync(path).length === 0;
  return { isEmpty, isCaseInsensitive: caseInsensitiveTypes.test(type), freeBytes: freeBytes(path), isSure: isEmpty && !elasticTypes.test(type) };
}

/**
 * Refuses a folder in which something is in the way of the image's folders: a link would lead what is in them elsewhere.
 * @throws DismError ERROR_ALREADY_EXISTS.
 */
export function requireNothingInTheWay({ root }: ImageTree, target: string, { isCaseInsensitive }: TargetFolder, what: string): void {
  const key = isCaseInsensitive ? foldName : (name: string): string => name;
  const pending: { readonly folder: Dentry; readonly path: string }[] = [{ folder: root, path: target }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { folder, path } = next;
    const there = new Map(readdirSync(path, { withFileTypes: true }).map((entry) => [key(entry.name), entry]));
    if (there.size === 0) { continue; }
    for (const child of folder.children?.values() ?? []) {
      const entry = there.get(key(child.name));
      if (entry === undefined) { continue; }
      const full = join(path, entry.name);
      const inTheWay = (reason: string): DismError => new DismError(Hresult.ERROR_ALREADY_EXISTS, printable(`${what}: "${full}" is in the way: ${reason}`), {
        target: full, hint: 'Move it away, or apply into an empty folder. Nothing was written.',
      });
      if (!isDirectory(child.inode)) {
        if (entry.isDirectory()) { throw inTheWay('it is a folder, and a file in the image'); }
      } else if (entry.isSymbolicLink()) {
        throw inTheWay('it is a symbolic link, and what the image has in that folder would be written to where it leads');
      } else if (entry.isDirectory()) {
        pending.push({ folder: child, path: full });
      } else {
        throw inTheWay('it is no folder, but one in the image');
      }
    }
  }
}
