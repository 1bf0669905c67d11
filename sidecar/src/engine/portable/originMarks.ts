/**
 * Frees staged changes from the file system that they were made on. Overlayfs notes in each copied file a handle of the
 * original. When the image is served anew its files have other handles, and an old one leads to another file or to none:
 * the kernel then refuses the changed file (ESTALE). That it was copied is worth knowing for a save, so it is noted anew.
 */
import { lstatSync, readdirSync } from 'node:fs';
import { loadKoffi } from '../../native/koffi.ts';
import { listAttributes, SystemCallError } from './libc.ts';

const originAttribute = 'trusted.overlay.origin';
/** Says that an entry was copied from the image; ours, so no overlay looks at it. */
export const copiedAttribute = 'trusted.dismts.copied';

interface Calls {
  readonly lsetxattr: (path: string, name: string, value: Buffer, size: number, flags: number) => number;
  readonly lremovexattr: (path: string, name: string) => number;
  readonly errno: () => number;
}

let bound: Calls | undefined;

function calls(): Calls {
  if (bound === undefined) {
    const koffi = loadKoffi();
    const libc = koffi.load(null);
    bound = {
      lsetxattr: libc.func('int lsetxattr(const char *path, const char *name, const void *value, size_t size, int flags)'),
      lremovexattr: libc.func('int lremovexattr(const char *path, const char *name)'),
      errno: () => koffi.errno(),
    };
  }
  return bound;
}

/** Replaces the handle of one entry; a crash between the two steps leaves both, and the next mount goes on. */
function forgetOrigin(path: string): void {
  const { lsetxattr, lremovexattr, errno } = calls();
  const value = Buffer.from('y');
  if (lsetxattr(path, copiedAttribute, value, value.length, 0) !== 0) { throw new SystemCallError('lsetxattr', path, errno()); }
  if (lremovexattr(path, originAttribute) !== 0) { throw new SystemCallError('lremovexattr', path, errno()); }
}

/** Removes all handles from an upper directory, which must not be in use. @throws SystemCallError */
export function forgetOrigins(path: string): void {
  if (listAttributes(path).includes(originAttribute)) { forgetOrigin(path); }
  if (!lstatSync(path).isDirectory()) { return; }
  for (const name of readdirSync(path)) { forgetOrigins(`${path}/${name}`); }
}
