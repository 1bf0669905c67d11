/** The functions of the C library that Node does not offer, bound once, and their errors. Linux only. */
import { nameOfErrno } from '../../errnos.ts';
import { UnsupportedError } from '../../errors.ts';
import { loadKoffi } from '../../nativeAddon/koffi.ts';

/** Prototypes as in the manual pages; a path that is bytes ends with a NUL. */
function bind() {
  // The C library is part of this process already: no file is looked for.
  const library = loadKoffi().load(null);
  return {
    mount: library.func('int mount(const char *source, const char *target, const char *type, unsigned long flags, const char *data)') as unknown as
      (source: string | null, target: string, type: string | null, flags: number, data: string | null) => number,
    umount2: library.func('int umount2(const char *target, int flags)') as unknown as (target: string, flags: number) => number,
    flock: library.func('int flock(int fd, int operation)') as unknown as (descriptor: number, operation: number) => number,
    llistxattr: library.func('long llistxattr(const void *path, void *list, size_t size)') as unknown as
      (path: Buffer, list: Buffer | null, size: number) => number | bigint,
    lgetxattr: library.func('long lgetxattr(const void *path, const char *name, void *value, size_t size)') as unknown as
      (path: Buffer, name: string, value: Buffer | null, size: number) => number | bigint,
    lsetxattr: library.func('int lsetxattr(const void *path, const char *name, const void *value, size_t size, int flags)') as unknown as
      (path: Buffer, name: string, value: Buffer, size: number, flags: number) => number,
    lremovexattr: library.func('int lremovexattr(const void *path, const char *name)') as unknown as (path: Buffer, name: string) => number,
    flistxattr: library.func('long flistxattr(int fd, void *list, size_t size)') as unknown as (descriptor: number, list: Buffer, size: number) => number,
    fgetxattr: library.func('long fgetxattr(int fd, const char *name, void *value, size_t size)') as unknown as
      (descriptor: number, name: string, value: Buffer, size: number) => number,
    fsetxattr: library.func('int fsetxattr(int fd, const char *name, const void *value, size_t size, int flags)') as unknown as
      (descriptor: number, name: string, value: Buffer, size: number, flags: number) => number,
    openat2: library.func('long syscall(long number, int dirfd, const char *path, void *how, size_t size)') as unknown as
      (number: number, folder: number, path: string, how: Buffer, size: number) => number | bigint,
    fsopen: library.func('long syscall(long number, const char *type, uint flags)') as unknown as (number: number, type: string, flags: number) => number | bigint,
    fsconfig: library.func('long syscall(long number, int fd, uint command, const char *key, const char *value, int aux)') as unknown as
      (number: number, context: number, command: number, key: string | null, value: string | null, aux: number) => number | bigint,
    fsmount: library.func('long syscall(long number, int fd, uint flags, uint attributes)') as unknown as
      (number: number, context: number, flags: number, attributes: number) => number | bigint,
    mountSetattr: library.func('long syscall(long number, int dirfd, const char *path, uint flags, void *attributes, size_t size)') as unknown as
      (number: number, folder: number, path: string, flags: number, attributes: Buffer, size: number) => number | bigint,
    statx: library.func('int statx(int dirfd, const char *path, int flags, uint mask, void *result)') as unknown as
      (folder: number, path: string, flags: number, mask: number, result: Buffer) => number,
    openTree: library.func('long syscall(long number, int dirfd, const char *path, uint flags)') as unknown as
      (number: number, folder: number, path: string, flags: number) => number | bigint,
    moveMount: library.func('long syscall(long number, int fromfd, const char *from, int tofd, const char *to, uint flags)') as unknown as
      (number: number, from: number, fromPath: string, to: number, toPath: string, flags: number) => number | bigint,
    unshare: library.func('int unshare(int flags)') as unknown as (flags: number) => number,
    prctl: library.func('int prctl(int option, unsigned long arg2, unsigned long arg3, unsigned long arg4, unsigned long arg5)') as unknown as
      (option: number, argument2: number, argument3: number, argument4: number, argument5: number) => number,
    prlimit: library.func('int prlimit(int pid, int resource, const void *limits, void *old)') as unknown as
      (pid: number, resource: number, limits: Buffer | null, old: Buffer | null) => number,
    memfdCreate: library.func('int memfd_create(const char *name, unsigned int flags)') as unknown as (name: string, flags: number) => number,
    chroot: library.func('int chroot(const char *path)') as unknown as (path: string) => number,
    fchdir: library.func('int fchdir(int fd)') as unknown as (descriptor: number) => number,
    waitpid: library.func('int waitpid(int pid, _Out_ int *status, int options)') as unknown as (pid: number, status: [number], options: number) => number,
    posixSpawn: library.func('int posix_spawn(_Out_ int *pid, const char *path, void *actions, void *attributes, const char **argv, const char **envp)') as unknown as
      (pid: [number], path: string, actions: Buffer, attributes: Buffer, argv: readonly (string | null)[], envp: readonly (string | null)[]) => number,
    spawnActions: {
      init: library.func('int posix_spawn_file_actions_init(void *actions)') as unknown as (actions: Buffer) => number,
      destroy: library.func('int posix_spawn_file_actions_destroy(void *actions)') as unknown as (actions: Buffer) => number,
      addDup2: library.func('int posix_spawn_file_actions_adddup2(void *actions, int fd, int newfd)') as unknown as
        (actions: Buffer, descriptor: number, target: number) => number,
      addClose: library.func('int posix_spawn_file_actions_addclose(void *actions, int fd)') as unknown as (actions: Buffer, descriptor: number) => number,
      addOpen: library.func('int posix_spawn_file_actions_addopen(void *actions, int fd, const char *path, int flags, unsigned int mode)') as unknown as
        (actions: Buffer, descriptor: number, path: string, flags: number, mode: number) => number,
      addChdir: library.func('int posix_spawn_file_actions_addchdir_np(void *actions, const char *path)') as unknown as (actions: Buffer, path: string) => number,
    },
    spawnAttributes: {
      init: library.func('int posix_spawnattr_init(void *attributes)') as unknown as (attributes: Buffer) => number,
      destroy: library.func('int posix_spawnattr_destroy(void *attributes)') as unknown as (attributes: Buffer) => number,
      setFlags: library.func('int posix_spawnattr_setflags(void *attributes, short flags)') as unknown as (attributes: Buffer, flags: number) => number,
      setDefaultSignals: library.func('int posix_spawnattr_setsigdefault(void *attributes, const void *set)') as unknown as (attributes: Buffer, set: Buffer) => number,
      setSignalMask: library.func('int posix_spawnattr_setsigmask(void *attributes, const void *set)') as unknown as (attributes: Buffer, set: Buffer) => number,
    },
  };
}

let bound: ReturnType<typeof bind> | undefined;

/** The functions. Loading koffi takes a while, so it is done when the first one is needed. */
export function libc(): ReturnType<typeof bind> {
  if (process.platform !== 'linux') {
    throw new UnsupportedError(`This needs Linux, whose system calls it makes; this is ${process.platform}`, { hint: 'Do it on Linux, in a virtual machine for instance.' });
  }
  return bound ??= bind();
}

/** A failed system call, in the shape of Node's own errors. */
export class SystemCallError extends Error {
  override readonly name = 'SystemCallError';
  readonly code: string;
  readonly syscall: string;
  readonly path: string;

  /** @param errno Default: that of the last call into the C library, which must have been this one. */
  constructor(syscall: string, path: string, errno: number = loadKoffi().errno()) {
    const code = nameOfErrno(errno);
    super(`${code}: ${syscall} '${path}'`);
    this.code = code;
    this.syscall = syscall;
    this.path = path;
  }
}
