/** A real NTFS volume in a file, with everything on it that a WIM image can lose: needs root, mkntfs and ntfs-3g. */
import { execFile } from 'node:child_process';
import { link, mkdir, open, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { loadKoffi } from '../../sidecar/src/nativeAddon/koffi.ts';
import { junction, symlink } from './hostileWims.ts';
import type { RawReparse } from './rawWim.ts';
import { imagex, pseudoRandom } from './wims.ts';

const run = promisify(execFile);

const FILE_ATTRIBUTE_READONLY = 0x1;
const FILE_ATTRIBUTE_HIDDEN = 0x2;
const FILE_ATTRIBUTE_SYSTEM = 0x4;
const FILE_ATTRIBUTE_ARCHIVE = 0x20;

/** What a file of the volume is made of; everything but the content is optional. */
export interface NtfsFile {
  readonly content?: string | Uint8Array;
  /** Makes a folder. */
  readonly isFolder?: boolean;
  /** FILE_ATTRIBUTE_*. */
  readonly attributes?: number;
  readonly shortName?: string;
  /** FILETIME. */
  readonly created?: bigint;
  /** SECURITY_DESCRIPTOR_RELATIVE. */
  readonly security?: Uint8Array;
  readonly streams?: Readonly<Record<string, string | Uint8Array>>;
  readonly reparse?: RawReparse;
  /** Further names of the file. */
  readonly links?: readonly string[];
}

/** A SID such as `S-1-5-18`, as bytes. */
function sid(text: string): Buffer {
  const [, , authority = 0, ...parts] = text.split('-').map(Number);
  const buffer = Buffer.alloc(8 + parts.length * 4);
  buffer.writeUInt8(1, 0);
  buffer.writeUInt8(parts.length, 1);
  buffer.writeUIntBE(authority, 2, 6);
  parts.forEach((part, i) => { buffer.writeUInt32LE(part, 8 + i * 4); });
  return buffer;
}

/** A security descriptor that gives `allowed` everything. */
function securityDescriptor(owner: string, group: string, allowed: readonly string[]): Buffer {
  const entries = allowed.map((one) => {
    const entry = Buffer.alloc(8);
    const who = sid(one);
    entry.writeUInt16LE(8 + who.length, 2);
    entry.writeUInt32LE(0x1f01ff, 4);
    return Buffer.concat([entry, who]);
  });
  const list = Buffer.concat([Buffer.alloc(8), ...entries]);
  list.writeUInt8(2, 0);
  list.writeUInt16LE(list.length, 2);
  list.writeUInt16LE(entries.length, 4);
  const [ownerSid, groupSid] = [sid(owner), sid(group)];
  const header = Buffer.alloc(20);
  header.writeUInt8(1, 0);
  header.writeUInt16LE(0x8004, 2); // self-relative, has a DACL
  header.writeUInt32LE(20, 4);
  header.writeUInt32LE(20 + ownerSid.length, 8);
  header.writeUInt32LE(20 + ownerSid.length + groupSid.length, 16);
  return Buffer.concat([header, ownerSid, groupSid, list]);
}

const trustedInstaller = 'S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464';
const system = 'S-1-5-18';
const administrators = 'S-1-5-32-544';
const users = 'S-1-5-32-545';

/** What {@link ntfsWim} puts on its volume: one file or folder for each thing that must not get lost. */
export const ntfsFiles: Readonly<Record<string, NtfsFile>> = {
  'plain.txt': { content: 'nothing special' },
  'empty.txt': { content: '' },
  Windows: { isFolder: true, security: securityDescriptor(trustedInstaller, trustedInstaller, [trustedInstaller, system]) },
  'Windows/System32': { isFolder: true },
  'Windows/System32/ntoskrnl.exe': {
    content: pseudoRandom(150_000, 11), security: securityDescriptor(trustedInstaller, trustedInstaller, [trustedInstaller, users]),
    links: ['Windows/WinSxS/amd64_ntoskrnl/ntoskrnl.exe'],
  },
  'secret.txt': { content: 'for administrators', security: securityDescriptor(administrators, system, [administrators]) },
  'hidden.sys': { content: 'hidden', attributes: FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_SYSTEM | FILE_ATTRIBUTE_ARCHIVE },
  'read only.ini': { content: 'read-only', attributes: FILE_ATTRIBUTE_READONLY | FILE_ATTRIBUTE_ARCHIVE },
  'A long file name.text': { content: 'short', shortName: 'ALONGF~1.TEX', created: 125_911_584_000_000_000n },
  'Program Files': { isFolder: true, shortName: 'PROGRA~1', created: 125_911_584_000_000_001n },
  'Program Files/in it.txt': { content: 'deeper', shortName: 'INIT~1.TXT' },
  'streams.txt': { content: 'main', streams: { 'Zone.Identifier': '[ZoneTransfer]\r\nZoneId=3\r\n', second: pseudoRandom(3000, 12) } },
  'folder with stream': { isFolder: true, streams: { note: 'on a folder' } },
  'linked.txt': { content: 'three names', links: ['linked too.txt', 'Program Files/linked as well.txt'], streams: { tag: 'shared' } },
  'everything.dll': {
    content: pseudoRandom(40_000, 13), shortName: 'EVERYT~1.DLL', created: 130_000_000_000_000_007n, streams: { extra: 'e' },
    attributes: FILE_ATTRIBUTE_READONLY | FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_SYSTEM | FILE_ATTRIBUTE_ARCHIVE,
    security: securityDescriptor(trustedInstaller, administrators, [system]),
  },
  'Documents and Settings': { isFolder: true, reparse: junction('\\??\\C:\\Users') },
  'symbolic link.txt': { content: '', reparse: symlink('plain.txt', true) },
};

function extendedAttributes() {
  const libc = loadKoffi().load(null);
  const lsetxattr = libc.func('int lsetxattr(const char *path, const char *name, const void *value, size_t size, int flags)');
  return (path: string, name: string, value: Uint8Array): void => {
    if (lsetxattr(path, name, value, value.length, 0) !== 0) {
      throw new Error(`cannot set ${name} of "${path}": errno ${loadKoffi().errno()}`);
    }
  };
}

function uint32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value >>> 0);
  return buffer;
}

/** Makes an NTFS volume with these files in a new file. */
export async function ntfsVolume(volume: string, files: Readonly<Record<string, NtfsFile>>, sizeMiB = 32): Promise<string> {
  await (await open(volume, 'wx')).close();
  await truncate(volume, sizeMiB * 1024 * 1024);
  await run('mkntfs', ['--force', '--quick', '--quiet', volume]);
  const root = `${volume}.mounted`;
  await mkdir(root);
  await run('ntfs-3g', [volume, root, '-o', 'streams_interface=windows']);
  const setAttribute = extendedAttributes();
  try {
    for (const [name, file] of Object.entries(files)) {
      const path = join(root, name);
      await mkdir(file.isFolder === true ? path : dirname(path), { recursive: true });
      if (file.isFolder !== true) { await writeFile(path, file.content ?? ''); }
      for (const [stream, data] of Object.entries(file.streams ?? {})) { await writeFile(`${path}:${stream}`, data); }
    }
    for (const [name, { shortName, reparse, security, attributes, links = [], created }] of Object.entries(files)) {
      const path = join(root, name);
      if (shortName !== undefined) { setAttribute(path, 'system.ntfs_dos_name', Buffer.from(shortName)); }
      for (const other of links) {
        await mkdir(dirname(join(root, other)), { recursive: true });
        await link(path, join(root, other));
      }
      if (reparse !== undefined) {
        const header = Buffer.alloc(8);
        header.writeUInt32LE(reparse.tag, 0);
        header.writeUInt16LE(reparse.data.length, 4);
        setAttribute(path, 'system.ntfs_reparse_data', Buffer.concat([header, reparse.data]));
      }
      if (security !== undefined) { setAttribute(path, 'system.ntfs_acl', security); }
      if (attributes !== undefined) { setAttribute(path, 'system.ntfs_attrib', uint32(attributes)); }
      if (created !== undefined) {
        const time = Buffer.alloc(8);
        time.writeBigUInt64LE(created);
        setAttribute(path, 'system.ntfs_crtime', time);
      }
    }
  } finally {
    await run('umount', [root]);
  }
  return volume;
}

/** A WIM captured from an NTFS volume with {@link ntfsFiles}. */
export async function ntfsWim(folder: string, compress: 'none' | 'XPRESS' | 'LZX' = 'LZX'): Promise<string> {
  const volume = await ntfsVolume(join(folder, 'ntfs.img'), ntfsFiles);
  const wim = join(folder, 'ntfs.wim');
  await imagex('capture', volume, wim, 'From NTFS', '--norpfix', `--compress=${compress}`);
  return wim;
}
