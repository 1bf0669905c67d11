/** The system calls that Node does not offer: mount(2), umount2(2), flock(2) and extended attributes. Linux only. */
import { loadKoffi } from '../../native/koffi.ts';

/** Flags of mount(2) and umount2(2). */
export const MS_RDONLY = 1;
export const MS_NOSUID = 2;
export const MS_NODEV = 4;
export const MS_REMOUNT = 32;
export const MS_NOATIME = 1024;
const MNT_DETACH = 2;
const UMOUNT_NOFOLLOW = 8;
const LOCK_SH = 1;
const LOCK_EX = 2;
const LOCK_NB = 4;

interface Calls {
  readonly errno: () => number;
  readonly codes: Readonly<Record<string, number>>;
  readonly mount: (source: string | null, target: string, type: string | null, flags: number, data: string | null) => number;
  readonly umount2: (target: string, flags: number) => number;
  readonly flock: (descriptor: number, operation: number) => number;
  readonly llistxattr: (path: Buffer, list: Buffer | null, size: number) => number | bigint;
  readonly lgetxattr: (path: Buffer, name: string, value: Buffer | null, size: number) => number | bigint;
}

let bound: Calls | undefined;

function calls(): Calls {
  if (bound === undefined) {
    const koffi = loadKoffi();
    // The C library is part of this process already: no file is looked for.
    const libc = koffi.load(null);
    bound = {
      errno: () => koffi.errno(),
      codes: koffi.os.errno,
      mount: libc.func('int mount(const char *source, const char *target, const char *type, unsigned long flags, const char *data)'),
      umount2: libc.func('int umount2(const char *target, int flags)'),
      flock: libc.func('int flock(int fd, int operation)'),
      llistxattr: libc.func('long llistxattr(const void *path, void *list, size_t size)'),
      lgetxattr: libc.func('long lgetxattr(const void *path, const char *name, void *value, size_t size)'),
    };
  }
  return bound;
}

/** A failed system call, in the shape of Node's own errors. */
export class SystemCallError extends Error {
  override readonly name = 'SystemCallError';
  readonly code: string;
  readonly syscall: string;
  readonly path: string;

  constructor(syscall: string, path: string, errno: number) {
    const code = Object.entries(calls().codes).find(([, value]) => value === errno)?.[0] ?? `E${errno}`;
    super(`${code}: ${syscall} '${path}'`);
    this.code = code;
    this.syscall = syscall;
    this.path = path;
  }
}

function check(result: number, syscall: string, path: string): void {
  if (result !== 0) { throw new SystemCallError(syscall, path, calls().errno()); }
}

/** mount(2). @throws SystemCallError */
export function mount(source: string, target: string, type: string, flags: number, data: string): void {
  check(calls().mount(source, target, type, flags, data), 'mount', target);
}

/**
 * Makes a mounted file system read-only, or writable again.
 * @param flags Those that it was mounted with: what is left out ends.
 * @throws SystemCallError EBUSY: a file is open for writing; the kernel checks it in one step.
 */
export function remountReadOnly(target: string, readOnly: boolean, flags: number): void {
  check(calls().mount(null, target, null, MS_REMOUNT | (readOnly ? MS_RDONLY : 0) | flags, null), 'mount', target);
}

/**
 * umount2(2) of the topmost mount at a path; never through a symbolic link.
 * @param detach Take it out of the tree at once and let it end when nobody uses it any more.
 * @throws SystemCallError EBUSY: somebody uses it; EINVAL: nothing is mounted there.
 */
export function unmount(target: string, detach = false): void {
  check(calls().umount2(target, UMOUNT_NOFOLLOW | (detach ? MNT_DETACH : 0)), 'umount2', target);
}

/**
 * Takes a lock on an open file, which ends with the last descriptor of it, those of other processes that inherited it included.
 * @returns false where another holds one that does not go with it.
 */
export function tryLock(descriptor: number, isShared = false): boolean {
  if (calls().flock(descriptor, (isShared ? LOCK_SH : LOCK_EX) | LOCK_NB) === 0) { return true; }
  const error = new SystemCallError('flock', String(descriptor), calls().errno());
  if (error.code === 'EAGAIN' || error.code === 'EWOULDBLOCK') { return false; }
  throw error;
}

function terminated(path: string): Buffer {
  return Buffer.from(`${path}\0`);
}

/** Names of the extended attributes of a file or symbolic link itself. @throws SystemCallError */
export function listAttributes(path: string): string[] {
  const { llistxattr } = calls();
  const bytes = terminated(path);
  for (let buffer = attributeBuffer; ; buffer = Buffer.allocUnsafe(buffer.length * 4)) {
    const size = Number(llistxattr(bytes, buffer, buffer.length));
    if (size >= 0) { return size === 0 ? [] : buffer.toString('utf8', 0, size - 1).split('\0'); }
    const error = new SystemCallError('llistxattr', path, calls().errno());
    if (error.code === 'ENOTSUP' || error.code === 'EOPNOTSUPP') { return []; }
    if (error.code !== 'ERANGE') { throw error; }
  }
}

/** Value of one extended attribute of a file or symbolic link itself. @throws SystemCallError */
export function getAttribute(path: string, name: string): Buffer {
  const { lgetxattr } = calls();
  const bytes = terminated(path);
  for (let buffer = attributeBuffer; ; buffer = Buffer.allocUnsafe(buffer.length * 4)) {
    const size = Number(lgetxattr(bytes, name, buffer, buffer.length));
    if (size >= 0) { return Buffer.from(buffer.subarray(0, size)); }
    const error = new SystemCallError('lgetxattr', path, calls().errno());
    if (error.code !== 'ERANGE') { throw error; }
  }
}

/** Large enough for nearly all; reused, since a commit asks for attributes of every changed file. */
const attributeBuffer = Buffer.allocUnsafe(4096);
