/**
 * Frees staged changes from the file system that they were made on. Overlayfs notes in each copied file a handle of the
 * original. When the image is served anew its files have other handles, and an old one leads to another file or to none:
 * the kernel then refuses the changed file (ESTALE). That it was copied is worth knowing for a save, so it is noted anew.
 */
import { lstatSync, readdirSync } from 'node:fs';
import { release } from '../../../closing.ts';
import { listAttributes, removeAttribute, setAttribute } from '../../../platform/linux/attributes.ts';
import { throughDescriptor } from '../../../platform/linux/heldPath.ts';
import { holdFolder } from '../../../platform/linux/mountCalls.ts';

const originAttribute = 'trusted.overlay.origin';
/** Says that an entry was copied from the image; ours, so no overlay looks at it. */
export const copiedAttribute = 'trusted.dismts.copied';

/** Replaces the handle of one entry; a crash between the two steps leaves both, and the next mount goes on. */
function forgetOrigin(path: string): void {
  setAttribute(path, copiedAttribute, Buffer.from('y'));
  removeAttribute(path, originAttribute);
}

/**
 * Removes all handles from an upper directory, which must not be in use. Each folder is held on the way down, so that no path gets
 * too long for the system. @throws SystemCallError
 */
export function forgetOrigins(path: string): void {
  if (listAttributes(path).includes(originAttribute)) { forgetOrigin(path); }
  if (!lstatSync(path).isDirectory()) { return; }
  const folder = holdFolder(path);
  try {
    throughDescriptor(folder, (held) => { for (const name of readdirSync(held)) { forgetOrigins(`${held}/${name}`); } });
  } finally {
    release(folder);
  }
}
