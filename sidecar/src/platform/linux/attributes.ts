/** Extended attributes of files: xattr(7). Node has no calls for them. */
import { libc, SystemCallError } from './libc.ts';

/** Large enough for nearly all; reused, since a commit asks for attributes of every changed file. */
const attributeBuffer = Buffer.allocUnsafe(4096);

function terminated(path: string): Buffer {
  return Buffer.from(`${path}\0`);
}

/** The bytes of a list of names, each of which ends with a NUL. */
function namesIn(list: Buffer): Buffer[] {
  const names: Buffer[] = [];
  for (let start = 0; start < list.length;) {
    const end = list.indexOf(0, start);
    names.push(Buffer.from(list.subarray(start, end)));
    start = end + 1;
  }
  return names;
}

/** Names of the extended attributes of a file or symbolic link itself, which need not be UTF-8. @throws SystemCallError */
export function listAttributeNames(path: string): Buffer[] {
  const { llistxattr } = libc();
  const bytes = terminated(path);
  for (let buffer = attributeBuffer; ; buffer = Buffer.allocUnsafe(buffer.length * 4)) {
    const size = Number(llistxattr(bytes, buffer, buffer.length));
    if (size >= 0) { return namesIn(buffer.subarray(0, size)); }
    const error = new SystemCallError('llistxattr', path);
    if (error.code === 'ENOTSUP') { return []; }
    if (error.code !== 'ERANGE') { throw error; }
  }
}

/** The same as text, for who looks for a name of ours. @throws SystemCallError */
export function listAttributes(path: string): string[] {
  return listAttributeNames(path).map((name) => name.toString('utf8'));
}

/** Value of one extended attribute of a file or symbolic link itself. @throws SystemCallError */
export function getAttribute(path: string, name: string): Buffer {
  const { lgetxattr } = libc();
  const bytes = terminated(path);
  for (let buffer = attributeBuffer; ; buffer = Buffer.allocUnsafe(buffer.length * 4)) {
    const size = Number(lgetxattr(bytes, name, buffer, buffer.length));
    if (size >= 0) { return Buffer.from(buffer.subarray(0, size)); }
    const error = new SystemCallError('lgetxattr', path);
    if (error.code !== 'ERANGE') { throw error; }
  }
}

/** Sets an extended attribute of a file or symbolic link itself. @throws SystemCallError */
export function setAttribute(path: string, name: string, value: Buffer): void {
  if (libc().lsetxattr(terminated(path), name, value, value.length, 0) !== 0) { throw new SystemCallError('lsetxattr', path); }
}

/** Removes an extended attribute of a file or symbolic link itself. @throws SystemCallError ENODATA: it has none of that name. */
export function removeAttribute(path: string, name: string): void {
  if (libc().lremovexattr(terminated(path), name) !== 0) { throw new SystemCallError('lremovexattr', path); }
}

/** The largest value that Linux allows. */
const maxValueBytes = 64 * 1024;
/** What ntfs-3g offers for the metadata of NTFS; it lists none of them. */
const ntfsAttributes = ['system.ntfs_acl', 'system.ntfs_attrib', 'system.ntfs_times'];

/** Copies what can be copied; an attribute that the target cannot have is one that the source shows for other reasons. */
export function copyAttributes(from: number, to: number): void {
  const { flistxattr, fgetxattr, fsetxattr } = libc();
  const list = Buffer.allocUnsafe(maxValueBytes);
  const size = flistxattr(from, list, list.length);
  const listed = size > 0 ? list.toString('utf8', 0, size - 1).split('\0') : [];
  const value = Buffer.allocUnsafe(maxValueBytes);
  for (const name of new Set([...listed, ...ntfsAttributes])) {
    const bytes = fgetxattr(from, name, value, value.length);
    if (bytes >= 0) { fsetxattr(to, name, value, bytes, 0); }
  }
}
