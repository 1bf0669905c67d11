/** Mounting by descriptors: mount(2), umount2(2), and the calls that build a mount before it is put anywhere. Linux 5.12 and newer. */
import { constants, openSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { release } from '../../closing.ts';
import { throughDescriptor } from './heldPath.ts';
import { libc, SystemCallError } from './libc.ts';
import { mountIdOf, type MountTableEntry } from './mountTable.ts';

const MS_RDONLY = 1;
export const MS_NOSUID = 2;
export const MS_NODEV = 4;
const MS_REMOUNT = 32;
export const MS_NOATIME = 1024;
const MNT_DETACH = 2;
const UMOUNT_NOFOLLOW = 8;
/** O_PATH has no name in Node: the file is not opened, only held. */
const O_PATH = 0o10000000;
/** The same numbers on every architecture that Linux runs on, but for some that Node does not. */
const [SYS_open_tree, SYS_move_mount, SYS_fsopen, SYS_fsconfig, SYS_fsmount] = [428, 429, 430, 431, 432];
const SYS_mount_setattr = 442;
const MS_PRIVATE = 1 << 18;
const FSOPEN_CLOEXEC = 1;
const FSCONFIG_SET_STRING = 1;
const FSCONFIG_CMD_CREATE = 6;
const FSMOUNT_CLOEXEC = 1;
export const MOUNT_ATTR_RDONLY = 0x1;
export const MOUNT_ATTR_NOSUID = 0x2;
export const MOUNT_ATTR_NODEV = 0x4;
export const MOUNT_ATTR_NOEXEC = 0x8;
export const MOUNT_ATTR_NOATIME = 0x10;
const OPEN_TREE_CLONE = 1;
const OPEN_TREE_CLOEXEC = 0o2000000;
const AT_EMPTY_PATH = 0x1000;
const MOVE_MOUNT_F_EMPTY_PATH = 0x4;
const MOVE_MOUNT_T_EMPTY_PATH = 0x40;
const MOVE_MOUNT_BENEATH = 0x200;

function check(result: number | bigint, syscall: string, path: string): number {
  if (Number(result) < 0) { throw new SystemCallError(syscall, path); }
  return Number(result);
}

/** Holds a folder: whatever its name and those above it become, the descriptor leads to it. @throws Error of node:fs. */
export function holdFolder(path: string, follow = false): number {
  return openSync(path, O_PATH | constants.O_DIRECTORY | (follow ? 0 : constants.O_NOFOLLOW));
}

/** Holds a file, which is not opened: a program that gets the descriptor can. @throws Error of node:fs. */
export function holdFile(path: string): number {
  return openSync(path, O_PATH);
}

/**
 * Makes a file system that shows nowhere yet. It ends with the descriptor where nobody puts it anywhere.
 * @param options Values by name.
 * @param attributes MOUNT_ATTR_* flags.
 * @returns A descriptor, which the caller closes. @throws SystemCallError
 */
export function makeFileSystem(type: string, source: string, options: Readonly<Record<string, string>>, attributes: number): number {
  const context = check(libc().fsopen(SYS_fsopen, type, FSOPEN_CLOEXEC), 'fsopen', source);
  try {
    for (const [key, value] of Object.entries({ source, ...options })) {
      check(libc().fsconfig(SYS_fsconfig, context, FSCONFIG_SET_STRING, key, value, 0), 'fsconfig', source);
    }
    check(libc().fsconfig(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, null, null, 0), 'fsconfig', source);
    return check(libc().fsmount(SYS_fsmount, context, FSMOUNT_CLOEXEC, attributes), 'fsmount', source);
  } finally {
    release(context);
  }
}

/** Another mount of what is mounted at a held folder, which shows nowhere yet. @returns A descriptor, which the caller closes. @throws SystemCallError */
export function cloneMount(folder: number): number {
  return throughDescriptor(folder, (path) =>
    check(libc().openTree(SYS_open_tree, folder, '', OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH), 'open_tree', path));
}

/**
 * Makes a mount read-only, and lets nothing that is mounted in it show in others. Linux 5.12 and newer.
 * @param path For the error: what is a mount of, while it shows nowhere.
 * @throws SystemCallError
 */
export function sealMount(mountDescriptor: number, path: string): void {
  // struct mount_attr: attr_set, attr_clr, propagation, userns_fd; 64 bits each.
  const attributes = Buffer.alloc(32);
  attributes.writeBigUInt64LE(BigInt(MOUNT_ATTR_RDONLY), 0);
  attributes.writeBigUInt64LE(BigInt(MS_PRIVATE), 16);
  check(libc().mountSetattr(SYS_mount_setattr, mountDescriptor, '', AT_EMPTY_PATH, attributes, attributes.length), 'mount_setattr', path);
}

/**
 * Puts a mount that shows nowhere yet on a held folder, on whatever is mounted there already.
 * @param beneath Under the mount that the descriptor is the root of: it shows when that one ends. Linux 6.5 and newer.
 * @throws SystemCallError EINVAL: this kernel cannot put it beneath.
 */
export function attachMount(mountDescriptor: number, folder: number, beneath = false): void {
  throughDescriptor(folder, (path) => check(libc().moveMount(SYS_move_mount, mountDescriptor, '', folder, '',
    MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH | (beneath ? MOVE_MOUNT_BENEATH : 0)), 'move_mount', path));
}

/**
 * Makes the file system that is mounted at a held folder read-only, or writable again.
 * @param flags Those that it was mounted with: what is left out ends.
 * @throws SystemCallError EBUSY: a file is open for writing; the kernel checks it in one step.
 */
export function remountReadOnly(folder: number, readOnly: boolean, flags: number): void {
  throughDescriptor(folder, (path) => check(libc().mount(null, path, null, MS_REMOUNT | (readOnly ? MS_RDONLY : 0) | flags, null), 'mount', path));
}

/**
 * umount2(2) of the topmost mount at a path; never through a symbolic link.
 * @param detach Take it out of the tree at once and let it end when nobody uses it any more.
 * @throws SystemCallError EBUSY: somebody uses it; EINVAL: nothing is mounted there.
 */
export function unmount(target: string, detach = false): void {
  check(libc().umount2(target, UMOUNT_NOFOLLOW | (detach ? MNT_DETACH : 0)), 'umount2', target);
}

/**
 * Ends that very mount, and none that somebody put in its place or on it.
 * @throws SystemCallError EBUSY: somebody uses it, or another mount is on it; EINVAL: it is gone.
 */
export function unmountEntry({ id, mountPoint }: Pick<MountTableEntry, 'id' | 'mountPoint'>, detach = false): void {
  // Held by the folder above it: a descriptor of the mount itself would keep it busy.
  const above = holdFolder(dirname(mountPoint), true);
  try {
    throughDescriptor(above, (folder) => {
      const path = `${folder}/${basename(mountPoint)}`;
      const own = holdFolder(path);
      try {
        if (mountIdOf(own) !== id) { throw new SystemCallError('umount2', mountPoint, 16); }
      } finally {
        release(own);
      }
      unmount(path, detach);
    });
  } finally {
    release(above);
  }
}
