/** mount(2) and umount2(2). */
import { libc, SystemCallError } from './libc.ts';

export const MS_RDONLY = 1;
export const MS_NOSUID = 2;
export const MS_NODEV = 4;
export const MS_REMOUNT = 32;
export const MS_NOATIME = 1024;
const MNT_DETACH = 2;
const UMOUNT_NOFOLLOW = 8;

function check(result: number, syscall: string, path: string): void {
  if (result !== 0) { throw new SystemCallError(syscall, path); }
}

/** mount(2). @throws SystemCallError */
export function mount(source: string, target: string, type: string, flags: number, data: string): void {
  check(libc().mount(source, target, type, flags, data), 'mount', target);
}

/**
 * Makes a mounted file system read-only, or writable again.
 * @param flags Those that it was mounted with: what is left out ends.
 * @throws SystemCallError EBUSY: a file is open for writing; the kernel checks it in one step.
 */
export function remountReadOnly(target: string, readOnly: boolean, flags: number): void {
  check(libc().mount(null, target, null, MS_REMOUNT | (readOnly ? MS_RDONLY : 0) | flags, null), 'mount', target);
}

/**
 * umount2(2) of the topmost mount at a path; never through a symbolic link.
 * @param detach Take it out of the tree at once and let it end when nobody uses it any more.
 * @throws SystemCallError EBUSY: somebody uses it; EINVAL: nothing is mounted there.
 */
export function unmount(target: string, detach = false): void {
  check(libc().umount2(target, UMOUNT_NOFOLLOW | (detach ? MNT_DETACH : 0)), 'umount2', target);
}
