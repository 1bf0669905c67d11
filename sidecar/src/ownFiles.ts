/** Files that an operation itself writes: they are no part of what it reads. */
import { realpathSync } from 'node:fs';

/** Those of some paths that are below a folder, canonical. @param folder Canonical. @param paths Absolute, or empty; what is not there is left out. */
export function filesBelow(folder: string, paths: readonly string[]): string[] {
  const prefix = folder.endsWith('/') ? folder : `${folder}/`;
  return paths.flatMap((path) => {
    try { return path === '' ? [] : [realpathSync(path)]; } catch { return []; }
  }).filter((path) => path.startsWith(prefix));
}

/** Says that they are left out; nothing where there are none. */
export function leftOutAsOwn(paths: readonly string[]): string[] {
  return paths.length === 0 ? [] : [`Left out, because this operation writes to it: ${paths.map((path) => `"${path}"`).join(', ')}`];
}
