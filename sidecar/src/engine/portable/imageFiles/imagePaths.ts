/** Paths in images. */
import { Hresult } from '../../../hresult.ts';
import type { Dentry } from '../../../wim/dentry.ts';
import type { FileErrors } from '../../../fileErrors.ts';
import { isDirectory } from '../../../wim/inode.ts';

/** The names of a path, which has slashes of either kind, and begins with one or not. */
export function namesOf(itemPath: string): string[] {
  return itemPath.split(/[\\/]+/).filter((name) => name !== '');
}

/** An entry by its name: in the same spelling, or else whatever its case. */
export function childOf(folder: Dentry, name: string): Dentry | undefined {
  const exact = folder.children?.get(name);
  if (exact !== undefined) { return exact; }
  const folded = name.toUpperCase();
  return [...(folder.children ?? new Map<string, Dentry>()).values()].find((child) => child.name.toUpperCase() === folded);
}

/** The entry at a path. @throws DismError ERROR_FILE_NOT_FOUND, ERROR_PATH_NOT_FOUND: there is none. */
export function findItem(root: Dentry, itemPath: string, errors: FileErrors): Dentry {
  let at = root;
  const names = namesOf(itemPath);
  for (const [depth, name] of names.entries()) {
    const child = childOf(at, name);
    if (child === undefined || (depth < names.length - 1 && !isDirectory(child.inode))) {
      const isLast = depth === names.length - 1;
      throw errors.make(isLast ? Hresult.ERROR_FILE_NOT_FOUND : Hresult.ERROR_PATH_NOT_FOUND,
        `the image has no ${isLast ? '' : 'folder '}"${pathInImage(at, '\\')}${at === root ? '' : '\\'}${name}"`, 'List what there is: Get-DismTsImageContent.');
    }
    at = child;
  }
  return at;
}

/** The path of an entry, from the root on; that of the root is one separator. */
export function pathInImage(entry: Dentry, separator: '/' | '\\'): string {
  const names: string[] = [];
  for (let at = entry; at.parent !== undefined; at = at.parent) { names.push(at.name); }
  return `${separator}${names.reverse().join(separator)}`;
}
