/** The folder that is captured: which of its paths wimgapi.dll means, and what is in it. */
import { lstatSync, readdirSync } from 'node:fs';
import { join, sep } from 'node:path';

/**
 * Gives for an absolute path, in whatever form the library writes it, the path below the folder: `\Windows\a.txt`, `\` for the folder itself. Undefined of
 * what is not in it.
 */
export function underFolder(folder: string): (path: string) => string | undefined {
  const plain = (path: string): string => path.replace(/^\\\\\?\\UNC\\/i, '\\\\').replace(/^\\\\\?\\/, '').replaceAll('/', '\\');
  const root = plain(folder).replace(/\\+$/, '');
  const folded = root.toUpperCase();
  return (path) => {
    const whole = plain(path);
    if (whole.slice(0, root.length).toUpperCase() !== folded) { return undefined; }
    const rest = whole.slice(root.length).replace(/\\+$/, '');
    return rest === '' ? '\\' : rest.startsWith('\\') ? rest : undefined;
  };
}

/** What a capture would read. */
export interface TreeSize {
  files: number;
  directories: number;
  bytes: number;
}

/**
 * Counts what is in a folder. What cannot be read is left out: a capture would have more rights.
 * @param excludes Of a path below the folder, such as `\Windows\a.txt`.
 */
export function scanTree(root: string, excludes: (path: string) => boolean, beforeEach: () => void): TreeSize {
  const size: TreeSize = { files: 0, directories: 0, bytes: 0 };
  const folders: { readonly path: string; readonly inside: string }[] = [{ path: root, inside: '' }];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    beforeEach();
    for (const entry of entriesOf(folder.path)) {
      const inside = `${folder.inside}\\${entry.name}`;
      if (excludes(inside)) { continue; }
      const path = folder.path.endsWith(sep) ? folder.path + entry.name : join(folder.path, entry.name);
      if (entry.isDirectory()) {
        size.directories += 1;
        folders.push({ path, inside });
      } else {
        size.files += 1;
        size.bytes += lstatSync(path, { throwIfNoEntry: false })?.size ?? 0;
      }
    }
  }
  return size;
}

function entriesOf(path: string): ReturnType<typeof readEntries> {
  try {
    return readEntries(path);
  } catch {
    return [];
  }
}

function readEntries(path: string) {
  return readdirSync(path, { withFileTypes: true });
}
