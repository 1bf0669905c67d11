/** The one table of what the system may answer: HRESULT, reason and advice by errno. */
import { constants } from 'node:os';
import { Hresult } from './hresult.ts';

/** What the failed system call was doing. */
export type Direction = 'reading' | 'writing' | 'other';

/** What an errno means for the user. */
export interface ErrnoEntry {
  /** Unsigned. */
  readonly hresult: number;
  /** Goes on from `Cannot ... "path": `, without a full stop. */
  readonly reason: string;
  /** What to do; undefined: what the table of HRESULTs says. */
  readonly hint: string | undefined;
}

interface Row {
  readonly hresult: number | Readonly<Record<Direction, number>>;
  readonly reason: string;
  readonly hint?: string;
}

/** The device or what stands for it failed: which fault it is depends on the direction. */
const fault: Readonly<Record<Direction, number>> = {
  reading: Hresult.ERROR_READ_FAULT, writing: Hresult.ERROR_WRITE_FAULT, other: Hresult.ERROR_IO_DEVICE,
};
const shareHint = 'Check the connection to the share or disk; a local copy of the file does not depend on it.';

/** Windows has this errno for whatever it denies. */
const notPermitted = 'Run the command as root. As root: the file or folder may be immutable, or only be appended to (Linux: lsattr, chattr -ia; macOS: ls -lO, chflags).';

const rows: Readonly<Record<string, Row>> = {
  // The path.
  ENOENT: { hresult: Hresult.ERROR_FILE_NOT_FOUND, reason: 'it does not exist' },
  ENOTDIR: { hresult: Hresult.ERROR_PATH_NOT_FOUND, reason: 'a part of the path is no folder' },
  ELOOP: { hresult: Hresult.ERROR_PATH_NOT_FOUND, reason: 'a part of the path is a symbolic link that cannot be followed' },
  ENAMETOOLONG: { hresult: Hresult.ERROR_FILENAME_EXCED_RANGE, reason: 'the path is too long' },
  EILSEQ: { hresult: Hresult.ERROR_INVALID_NAME, reason: 'its file system cannot hold such a name' },
  EISDIR: { hresult: Hresult.E_ACCESSDENIED, reason: 'it is a folder', hint: 'Give a file.' },
  EEXIST: { hresult: Hresult.ERROR_FILE_EXISTS, reason: 'it exists already' },
  ENOTEMPTY: { hresult: Hresult.ERROR_DIR_NOT_EMPTY, reason: 'the folder is not empty' },
  EXDEV: { hresult: Hresult.ERROR_NOT_SAME_DEVICE, reason: 'it would have to move to another file system' },
  EMLINK: { hresult: Hresult.ERROR_TOO_MANY_LINKS, reason: 'its file system allows no more links to it' },

  // Rights.
  EACCES: { hresult: Hresult.E_ACCESSDENIED, reason: 'permission is denied' },
  EPERM: { hresult: Hresult.E_ACCESSDENIED, reason: 'the system does not permit it', ...(process.platform === 'win32' ? {} : { hint: notPermitted }) },
  EROFS: { hresult: Hresult.ERROR_WRITE_PROTECT, reason: 'its file system is read-only', hint: 'Use a place that you may write to, or mount the file system for writing.' },
  ENOKEY: { hresult: Hresult.E_ACCESSDENIED, reason: 'the key to it is not there', hint: 'Unlock the encrypted folder, or sign in to the share again.' },
  EKEYEXPIRED: { hresult: Hresult.E_ACCESSDENIED, reason: 'the key to it has expired', hint: 'Sign in to the share again.' },
  EKEYREVOKED: { hresult: Hresult.E_ACCESSDENIED, reason: 'the key to it has been revoked', hint: 'Unlock the encrypted folder, or sign in to the share again.' },
  EKEYREJECTED: { hresult: Hresult.E_ACCESSDENIED, reason: 'the key to it was rejected', hint: 'Unlock the encrypted folder, or sign in to the share again.' },

  // Others use it.
  EBUSY: { hresult: Hresult.ERROR_SHARING_VIOLATION, reason: 'another program uses it' },
  ETXTBSY: { hresult: Hresult.ERROR_SHARING_VIOLATION, reason: 'another program uses it' },
  ENOLCK: { hresult: Hresult.ERROR_LOCK_FAILED, reason: 'it cannot be locked' },
  EDEADLK: { hresult: Hresult.ERROR_POSSIBLE_DEADLOCK, reason: 'two programs wait for each other to unlock it' },

  // Space and other means.
  ENOSPC: { hresult: Hresult.ERROR_DISK_FULL, reason: 'no space is left on its disk' },
  EDQUOT: { hresult: Hresult.ERROR_DISK_QUOTA_EXCEEDED, reason: 'the disk quota is used up' },
  EFBIG: { hresult: Hresult.ERROR_FILE_TOO_LARGE, reason: 'its file system, or a limit of this process, allows no file of that size' },
  EMFILE: { hresult: Hresult.ERROR_TOO_MANY_OPEN_FILES, reason: 'this process has as many files open as it may', hint: 'Raise the limit of open files (ulimit -n).' },
  ENFILE: { hresult: Hresult.ERROR_TOO_MANY_OPEN_FILES, reason: 'the system has as many files open as it can', hint: 'Close programs, or raise fs.file-max.' },
  ENOMEM: { hresult: Hresult.E_OUTOFMEMORY, reason: 'memory is exhausted' },
  ENOBUFS: { hresult: Hresult.ERROR_NO_SYSTEM_RESOURCES, reason: 'the system has no buffers left' },
  EAGAIN: { hresult: Hresult.ERROR_NO_SYSTEM_RESOURCES, reason: 'the system has no means left for it just now' },
  EINTR: { hresult: Hresult.ERROR_RETRY, reason: 'a signal interrupted it' },

  // Disks and media.
  EIO: { hresult: fault, reason: 'the disk reports an error' },
  EREMOTEIO: { hresult: fault, reason: 'the device at the other end reports an error' },
  EHWPOISON: { hresult: fault, reason: 'memory that holds it is defective', hint: 'Check the memory of this machine.' },
  ESHUTDOWN: { hresult: fault, reason: 'its file system was shut down after an error' },
  EUCLEAN: { hresult: Hresult.ERROR_DISK_CORRUPT, reason: 'its file system is damaged' },
  EBADMSG: { hresult: Hresult.ERROR_CRC, reason: 'what its disk holds does not match its checksum' },
  ENODEV: { hresult: Hresult.ERROR_DEV_NOT_EXIST, reason: 'its device is gone' },
  ENXIO: { hresult: Hresult.ERROR_DEV_NOT_EXIST, reason: 'its device is gone, or does not answer' },
  ENOMEDIUM: { hresult: Hresult.ERROR_NOT_READY, reason: 'its drive holds no medium' },
  EMEDIUMTYPE: { hresult: Hresult.ERROR_UNRECOGNIZED_MEDIA, reason: 'its drive cannot read the medium' },

  // Shares, and file systems that a program serves.
  ENOTCONN: { hresult: Hresult.DISMAPI_E_NEEDS_REMOUNT, reason: 'what serves its file system has stopped',
    hint: 'Of a mounted image: run Mount-DismTsImage -Remount -Path with the mount folder. Of another file system: mount that again.' },
  ESTALE: { hresult: Hresult.ERROR_FILE_INVALID, reason: 'the share does not know the file any more' },
  ETIMEDOUT: { hresult: Hresult.ERROR_TIMEOUT, reason: 'the share or disk did not answer in time', hint: shareHint },
  EHOSTDOWN: { hresult: Hresult.ERROR_HOST_DOWN, reason: 'the machine that has it is down', hint: shareHint },
  EHOSTUNREACH: { hresult: Hresult.ERROR_HOST_UNREACHABLE, reason: 'the machine that has it cannot be reached', hint: shareHint },
  ENETDOWN: { hresult: Hresult.ERROR_NETWORK_UNREACHABLE, reason: 'the network is down', hint: shareHint },
  ENETUNREACH: { hresult: Hresult.ERROR_NETWORK_UNREACHABLE, reason: 'the network of the machine that has it cannot be reached', hint: shareHint },
  ENONET: { hresult: Hresult.ERROR_NETWORK_UNREACHABLE, reason: 'this machine is not on the network', hint: shareHint },
  ECONNREFUSED: { hresult: Hresult.ERROR_CONNECTION_REFUSED, reason: 'the machine that has it refuses the connection', hint: shareHint },
  ECONNRESET: { hresult: Hresult.ERROR_NETNAME_DELETED, reason: 'the connection to it broke', hint: shareHint },
  ECONNABORTED: { hresult: Hresult.ERROR_NETNAME_DELETED, reason: 'the connection to it broke', hint: shareHint },
  ENOLINK: { hresult: Hresult.ERROR_NETNAME_DELETED, reason: 'the connection to it broke', hint: shareHint },
  EPROTO: { hresult: Hresult.ERROR_UNEXP_NET_ERR, reason: 'what serves its file system answers against the rules', hint: shareHint },
  EPIPE: { hresult: Hresult.ERROR_BROKEN_PIPE, reason: 'the program at the other end of the pipe has closed it' },

  // What cannot be done there at all.
  EINVAL: { hresult: Hresult.E_INVALIDARG, reason: 'the system takes this for no valid request',
    hint: 'Its file system may lack an ability that is needed; use a plain local file system.' },
  ENOTSUP: { hresult: Hresult.ERROR_NOT_SUPPORTED, reason: 'its file system cannot do this', hint: 'Use a plain local file system, such as ext4 or XFS.' },
  EOPNOTSUPP: { hresult: Hresult.ERROR_NOT_SUPPORTED, reason: 'its file system cannot do this', hint: 'Use a plain local file system, such as ext4 or XFS.' },
  ENOTTY: { hresult: Hresult.ERROR_NOT_SUPPORTED, reason: 'its file system cannot do this', hint: 'Use a plain local file system, such as ext4 or XFS.' },
  ENOSYS: { hresult: Hresult.ERROR_NOT_SUPPORTED, reason: 'this system has no such call', hint: 'Use a newer kernel, or a container that does not forbid the call.' },
  EBADF: { hresult: Hresult.ERROR_INVALID_HANDLE, reason: 'it is not open (any more)' },
  ESPIPE: { hresult: Hresult.ERROR_SEEK, reason: 'it can be read only from its beginning' },
};

/** FAT and exFAT have neither hard links nor symbolic ones. A kernel driver answers EPERM to link(2) and symlink(2), one in user space ENOSYS or EOPNOTSUPP. */
const noLinks: Row = {
  hresult: Hresult.ERROR_NOT_SUPPORTED, reason: 'its file system has no links',
  hint: 'Choose a folder on a file system with hard links and symbolic links, such as NTFS or ext4.',
};

/** Meanings that depend on the call. */
const special: ReadonlyMap<string, Row> = new Map([
  ['EAGAIN flock', { hresult: Hresult.ERROR_LOCK_VIOLATION, reason: 'another program has locked it' }],
  ['EAGAIN spawn', { hresult: Hresult.ERROR_NO_SYSTEM_RESOURCES, reason: 'no more processes can be started',
    hint: 'Close programs, or raise the limit of processes (ulimit -u, or that of the service or container).' }],
  ['EINVAL mount', { hresult: Hresult.E_INVALIDARG, reason: 'the kernel refuses to mount it so', hint: 'The kernel log (dmesg) says why.' }],
  ['ENODEV mount', { hresult: Hresult.ERROR_NOT_SUPPORTED, reason: 'this kernel does not have the file system', hint: 'Load its kernel module, or use another kernel.' }],
  ['EPERM mount', { hresult: Hresult.E_ACCESSDENIED, reason: 'the system does not permit it',
    hint: 'Run the command as root; a container needs the capability SYS_ADMIN for it (docker run --privileged).' }],
  ['ENOSPC mount', { hresult: Hresult.ERROR_NO_SYSTEM_RESOURCES, reason: 'no more mounts are allowed', hint: 'Dismount what is not needed, or raise fs.mount-max.' }],
  // An overlay makes folders of its own.
  ['ENOSPC fsconfig', { hresult: Hresult.ERROR_DISK_FULL, reason: 'no space is left on its disk' }],
  ['EPERM link', noLinks],
  ['ENOSYS link', noLinks],
  ['ENOTSUP link', noLinks],
  ['EOPNOTSUPP link', noLinks],
  ['ENOENT scandir', { hresult: Hresult.ERROR_PATH_NOT_FOUND, reason: 'the folder does not exist' }],
  ['ENOTDIR scandir', { hresult: Hresult.ERROR_DIRECTORY, reason: 'it is no folder' }],
]);

/** System calls that change something, as Node.js and libc.ts name them. A delayed write fails when the file is closed. */
const writingCalls = new RegExp(`^(?:${[
  'p?writev?', 'fsync|fdatasync|syncfs|close', 'f?truncate|fallocate', 'renameat2?|rename|link|symlink|unlink|mkdir|mkdtemp|mknod|rmdir', 'copyfile|sendfile',
  '[fl]?chmod|[fl]?chown|[fl]?utimes?', '[fl]?(?:set|remove)xattr',
].join('|')})$`);
const otherCalls = /^(?:spawn|kill|flock|mount|umount2|ioctl|connect|listen|bind)$/;
/** The newer calls in place of mount(2), each a part of it. */
const mountCalls = /^(?:fsopen|fsconfig|fsmount|open_tree|move_mount|mount_setattr)$/;

/** What a system call does. `open` counts as reading: what goes wrong with it is what goes wrong with reading the folder. */
export function directionOf(syscall: string): Direction {
  return writingCalls.test(syscall) ? 'writing' : otherCalls.test(syscall) || mountCalls.test(syscall) ? 'other' : 'reading';
}

/** Numbers that Node.js has no constant for: asm-generic/errno.h, as on all machines that DismTs runs on. */
const linuxNames: ReadonlyMap<number, string> = new Map([
  [55, 'ENOANO'], [64, 'ENONET'], [108, 'ESHUTDOWN'], [112, 'EHOSTDOWN'], [117, 'EUCLEAN'], [121, 'EREMOTEIO'], [123, 'ENOMEDIUM'], [124, 'EMEDIUMTYPE'], [126, 'ENOKEY'], [127, 'EKEYEXPIRED'],
  [128, 'EKEYREVOKED'], [129, 'EKEYREJECTED'], [133, 'EHWPOISON'],
]);

/** The name of an errno, such as `EBUSY`. Of several for one number it is that which Node.js gives, such as EAGAIN and ENOTSUP. */
export function nameOfErrno(number: number): string {
  return Object.entries(constants.errno).find(([, value]) => value === number)?.[0] ?? linuxNames.get(number) ?? `errno ${number}`;
}

/** The errno's name, which Node.js does not give where libuv does not know it: the code is then `Unknown system error -116`. */
export function errnoName(code: string): string {
  const [, digits] = /^Unknown system error -(\d+)$/.exec(code) ?? [];
  return digits === undefined ? code : nameOfErrno(Number(digits));
}

/** What an errno means. One that the table does not have is a fault of reading or writing, or a failure without a code of its own, and is named. */
export function describeErrno(answer: string, syscall: string): ErrnoEntry {
  const code = errnoName(answer);
  // Node.js appends the program: "spawn fusermount3".
  const call = syscall.split(' ', 1)[0] ?? '';
  const name = mountCalls.test(call) ? 'mount' : call;
  const direction = directionOf(name);
  const { hresult, reason, hint } = special.get(`${code} ${call}`) ?? special.get(`${code} ${name}`) ?? (Object.hasOwn(rows, code) ? rows[code] : undefined)
    ?? { hresult: { ...fault, other: Hresult.E_FAIL }, reason: `the system answers ${code} to "${name}"` };
  return { hresult: typeof hresult === 'number' ? hresult : hresult[direction], reason, hint };
}
