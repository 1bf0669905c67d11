/** Files that an operation itself writes: they are no part of what it reads. */
import { realpathSync } from 'node:fs';
import { DismError } from './errors.ts';
import { Hresult } from './hresult.ts';

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

/** The error for an operation on a mount whose own log is in that mount: it is written to the end, when the mount has to rest, or is gone. */
export function logInside(what: string, logPath: string): DismError {
  return new DismError(Hresult.E_INVALIDARG, `${what}: the log of this operation, "${logPath}", is in the image, and is written until the operation is over`, {
    target: logPath, hint: 'Name a log outside of the image with -LogPath, then run it again; the image file has not been changed.',
  });
}
