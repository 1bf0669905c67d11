/** Copies extended attributes between open files, so that a replaced file keeps its security descriptor and streams. */
import { loadKoffi } from '../native/koffi.ts';

interface Calls {
  readonly flistxattr: (descriptor: number, list: Buffer, size: number) => number;
  readonly fgetxattr: (descriptor: number, name: string, value: Buffer, size: number) => number;
  readonly fsetxattr: (descriptor: number, name: string, value: Buffer, size: number, flags: number) => number;
}

let bound: Calls | undefined;

function calls(): Calls {
  if (bound === undefined) {
    const libc = loadKoffi().load(null);
    bound = {
      flistxattr: libc.func('long flistxattr(int fd, void *list, size_t size)'),
      fgetxattr: libc.func('long fgetxattr(int fd, const char *name, void *value, size_t size)'),
      fsetxattr: libc.func('int fsetxattr(int fd, const char *name, const void *value, size_t size, int flags)'),
    };
  }
  return bound;
}

/** The largest value that Linux allows. */
const maxValueBytes = 64 * 1024;
/** What ntfs-3g offers for the metadata of NTFS; it lists none of them. */
const ntfsAttributes = ['system.ntfs_acl', 'system.ntfs_attrib', 'system.ntfs_times'];

/** Copies what can be copied; an attribute that the target cannot have is one that the source shows for other reasons. */
export function copyAttributes(from: number, to: number): void {
  const { flistxattr, fgetxattr, fsetxattr } = calls();
  const list = Buffer.allocUnsafe(maxValueBytes);
  const size = flistxattr(from, list, list.length);
  const listed = size > 0 ? list.toString('utf8', 0, size - 1).split('\0') : [];
  const value = Buffer.allocUnsafe(maxValueBytes);
  for (const name of new Set([...listed, ...ntfsAttributes])) {
    const bytes = fgetxattr(from, name, value, value.length);
    if (bytes >= 0) { fsetxattr(to, name, value, bytes, 0); }
  }
}
