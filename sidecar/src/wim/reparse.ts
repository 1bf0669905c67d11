/** Reparse data of symbolic links (MS-FSCC 2.1.2.4). */

export const IO_REPARSE_TAG_SYMLINK = 0xA000000C;
export const IO_REPARSE_TAG_MOUNT_POINT = 0xA0000003;
/** `rp_flags` of a directory entry: the target was not made relative to the root of the image. */
export const WIM_RP_FLAG_NOT_FIXED = 1;
const symlinkFlagRelative = 1;
/** REPARSE_DATA_BUFFER may hold 16 KiB, its header included. */
export const maxReparseBytes = 16 * 1024 - 8;

/**
 * The reparse data of a symbolic link, without the header (tag, length) that a WIM keeps elsewhere.
 * @param target As Linux has it: `/` separates, a leading `/` is the root of the image.
 * @returns undefined where the target is too long to be stored.
 */
export function symlinkReparseData(target: string): Buffer | undefined {
  const windowsPath = target.replace(/[/\\]/g, (separator) => (separator === '/' ? '\\' : '/'));
  const absolute = windowsPath.startsWith('\\');
  // Tools that apply the image replace the drive by the one they apply to.
  const print = absolute ? `C:${windowsPath}` : windowsPath;
  const substitute = Buffer.from(absolute ? `\\??\\${print}` : print, 'utf16le');
  const printName = Buffer.from(print, 'utf16le');
  const terminator = Buffer.alloc(2);
  const header = Buffer.alloc(12);
  const size = header.length + substitute.length + printName.length + 4;
  if (size > maxReparseBytes) { return undefined; }
  header.writeUInt16LE(0, 0);
  header.writeUInt16LE(substitute.length, 2);
  header.writeUInt16LE(substitute.length + 2, 4);
  header.writeUInt16LE(printName.length, 6);
  header.writeUInt32LE(absolute ? 0 : symlinkFlagRelative, 8);
  return Buffer.concat([header, substitute, terminator, printName, terminator]);
}

/**
 * The target of a symbolic link or junction as a mounted image shows it.
 * @param mountPath Folder of the mount: what an absolute target begins with there.
 * @returns undefined where the data are no link's.
 */
export function linkTarget(data: Buffer, reparse: { readonly tag: number; readonly flags: number }, mountPath: string): string | undefined {
  const headerBytes = reparse.tag === IO_REPARSE_TAG_SYMLINK ? 12 : 8;
  if (data.length < headerBytes) { return undefined; }
  const start = headerBytes + data.readUInt16LE(0);
  const end = start + data.readUInt16LE(2);
  if (end > data.length) { return undefined; }
  const relative = reparse.tag === IO_REPARSE_TAG_SYMLINK && (data.readUInt32LE(8) & symlinkFlagRelative) !== 0;
  const swap = (path: string): string => path.replace(/[/\\]/g, (separator) => (separator === '\\' ? '/' : '\\'));
  const substitute = data.toString('utf16le', start, end);
  if (relative) { return swap(substitute); }
  // `\??\C:\Users` is "/Users" below the mount.
  const local = swap(substitute.replace(/^\\(?:\?\?|DosDevices|Device)\\+[^\\]*/, ''));
  return (reparse.flags & WIM_RP_FLAG_NOT_FIXED) === 0 ? mountPath + local : local === '' ? '/' : local;
}
