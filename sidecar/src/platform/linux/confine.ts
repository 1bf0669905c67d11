/** Lets this process write into one folder and nowhere else, wherever links lead. */
import { release } from '../../closing.ts';
import { libc, SystemCallError } from './libc.ts';
import { attachMount, holdFolder, MOUNT_ATTR_RDONLY } from './mountCalls.ts';

const CLONE_NEWNS = 0x20000;
const [MS_REC, MS_PRIVATE] = [1 << 14, 1 << 18];
const [SYS_open_tree, SYS_mount_setattr] = [428, 442];
const [OPEN_TREE_CLONE, OPEN_TREE_CLOEXEC] = [1, 0o2000000];
const [AT_EMPTY_PATH, AT_RECURSIVE] = [0x1000, 0x8000];
const AT_FDCWD = -100;

function check(result: number | bigint, syscall: string, path: string): number {
  if (Number(result) < 0) { throw new SystemCallError(syscall, path); }
  return Number(result);
}

/**
 * For this thread and those that it starts from now on, every file system becomes read-only but what shows in the folder. Others see nothing of it.
 * For a process that writes what others say, and ends then.
 * @param folder Canonical path.
 * @throws SystemCallError EPERM: only root can; ENOSYS: Linux 5.12 and newer. Of `move_mount`: everything is read-only by then, the folder too.
 */
export function confineWrites(folder: string): void {
  const { unshare, mount, openTree, mountSetattr } = libc();
  check(unshare(CLONE_NEWNS), 'unshare', folder);
  check(mount(null, '/', null, MS_REC | MS_PRIVATE, null), 'mount', '/');
  const held = holdFolder(folder);
  try {
    const writable = check(openTree(SYS_open_tree, held, '', OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | AT_RECURSIVE), 'open_tree', folder);
    try {
      // struct mount_attr: attr_set, attr_clr, propagation, userns_fd; 64 bits each.
      const attributes = Buffer.alloc(32);
      attributes.writeBigUInt64LE(BigInt(MOUNT_ATTR_RDONLY), 0);
      check(mountSetattr(SYS_mount_setattr, AT_FDCWD, '/', AT_RECURSIVE, attributes, attributes.length), 'mount_setattr', '/');
      attachMount(writable, held);
    } finally {
      release(writable);
    }
  } finally {
    release(held);
  }
}
