/** Virtual disks: partition tables written here, formats by qemu-img, volumes by mkntfs and wimlib-imagex. Nothing of it needs root. */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { open, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { crc32 } from 'node:zlib';
import { crc32c } from '../../sidecar/src/disk/crc32c.ts';
import { makeSample } from '../sidecar/inventory/sampleImage.ts';
import { writeHive } from './store/hiveWriter.ts';
import { captureWim, imagex, pseudoRandom, type Tree, writeTree } from './wims.ts';

const run = promisify(execFile);
const MiB = 1024 * 1024;

export const partitionTypes = {
  data: 'EBD0A0A2-B9E5-4433-87C0-68B6B72699C7', efi: 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B', reserved: 'E3C9E316-0B5C-4DB8-817D-F92DF00215AE',
  recovery: 'DE94BBA4-06D1-4D40-A16A-BFD50179D6AC', storageSpaces: 'E75CAF8F-F680-4CEE-AFA3-B001E56EFC2D', dynamic: 'AF9B60A0-1431-4F62-BC68-3311714A69AD',
} as const;

/** A partition to be written; in bytes. */
export interface PartitionSpec {
  readonly start: number;
  readonly length: number;
  /** A GUID (GPT) or a byte (MBR). */
  readonly type: string | number;
  readonly name?: string;
  /** What it holds; default: zeros. */
  readonly content?: Buffer;
}

/** A GUID as it is stored. */
export function guidBytes(guid: string): Buffer {
  const [a = '', b = '', c = '', d = '', e = ''] = guid.split('-');
  const reversed = (hex: string) => Buffer.from(hex, 'hex').reverse();
  return Buffer.concat([reversed(a), reversed(b), reversed(c), Buffer.from(d + e, 'hex')]);
}

function bootRecord(entries: readonly (readonly [type: number, first: number, count: number])[], sectorBytes: number): Buffer {
  const sector = Buffer.alloc(sectorBytes);
  entries.forEach(([type, first, count], index) => {
    const at = 446 + index * 16;
    sector.writeUInt8(type, at + 4);
    sector.writeUInt32LE(first, at + 8);
    sector.writeUInt32LE(count, at + 12);
  });
  sector.writeUInt16LE(0xaa55, 510);
  return sector;
}

/** Both copies of a GUID partition table, and what the partitions hold. */
export function gptDisk(size: number, partitions: readonly PartitionSpec[], sectorBytes = 512): Buffer {
  const disk = Buffer.alloc(size);
  const sectors = size / sectorBytes;
  const tableSectors = 128 * 128 / sectorBytes;
  bootRecord([[0xee, 1, Math.min(sectors - 1, 0xffff_ffff)]], sectorBytes).copy(disk);
  const table = Buffer.alloc(128 * 128);
  partitions.forEach(({ start, length, type, name = '', content }, index) => {
    const at = index * 128;
    guidBytes(String(type)).copy(table, at);
    guidBytes(randomUUID()).copy(table, at + 16);
    table.writeBigUInt64LE(BigInt(start / sectorBytes), at + 32);
    table.writeBigUInt64LE(BigInt((start + length) / sectorBytes - 1), at + 40);
    table.write(name, at + 56, 72, 'utf16le');
    content?.copy(disk, start);
  });
  const writeCopy = (own: number, other: number, tableAt: number): void => {
    const header = Buffer.alloc(92);
    header.write('EFI PART', 0, 'latin1');
    header.writeUInt32LE(0x10000, 8);
    header.writeUInt32LE(92, 12);
    const places = [[own, 24], [other, 32], [2 + tableSectors, 40], [sectors - 2 - tableSectors, 48], [tableAt, 72]] as const;
    for (const [value, at] of places) { header.writeBigUInt64LE(BigInt(value), at); }
    guidBytes(randomUUID()).copy(header, 56);
    header.writeUInt32LE(128, 80);
    header.writeUInt32LE(128, 84);
    header.writeUInt32LE(crc32(table), 88);
    header.writeUInt32LE(crc32(header), 16);
    header.copy(disk, own * sectorBytes);
    table.copy(disk, tableAt * sectorBytes);
  };
  writeCopy(1, sectors - 1, 2);
  writeCopy(sectors - 1, 1, sectors - 1 - tableSectors);
  return disk;
}

/** A master boot record; the partitions behind the third are logical ones, each with its record in the 64 sectors before it. */
export function mbrDisk(size: number, partitions: readonly PartitionSpec[]): Buffer {
  const disk = Buffer.alloc(size);
  const sector = (bytes: number) => bytes / 512;
  const [primary, logical] = [partitions.slice(0, 3), partitions.slice(3)];
  const gap = 64;
  const entries = primary.map(({ start, length, type }) => [Number(type), sector(start), sector(length)] as const);
  const [first] = logical;
  const outer = first === undefined ? 0 : sector(first.start) - gap;
  const recordAt = ({ start }: PartitionSpec) => sector(start) - gap;
  const ends = logical.map(({ start, length }) => sector(start + length));
  bootRecord(first === undefined ? entries : [...entries, [0x0f, outer, Math.max(...ends) - outer]], 512).copy(disk);
  logical.forEach((own, index) => {
    const next = logical[index + 1];
    bootRecord([[Number(own.type), gap, sector(own.length)],
      ...next === undefined ? [] : [[0x05, recordAt(next) - outer, gap + sector(next.length)] as const]], 512).copy(disk, recordAt(own) * 512);
  });
  for (const { start, content } of partitions) { content?.copy(disk, start); }
  return disk;
}

/** Kinds of files that qemu-img makes. */
export const diskKinds = {
  'fixed.vhd': ['vpc', 'subformat=fixed,force_size=on'], 'dynamic.vhd': ['vpc', 'subformat=dynamic,force_size=on'],
  'fixed.vhdx': ['vhdx', 'subformat=fixed'], 'dynamic.vhdx': ['vhdx', 'subformat=dynamic'],
} as const;
export type DiskKind = keyof typeof diskKinds;

/** Makes a virtual disk file of the bytes of a disk. */
export async function diskFile(path: string, disk: Buffer, kind: DiskKind): Promise<string> {
  const raw = `${path}.raw`;
  await writeFile(raw, disk);
  const [format, options] = diskKinds[kind];
  await run('qemu-img', ['convert', '-f', 'raw', '-O', format, '-o', options, raw, path]);
  await rm(raw);
  return path;
}

/** The files of a small Windows, with hives that say what it is. */
export function windowsTree(more: Tree = {}): Tree {
  const { software, system, drivers, files } = makeSample();
  return {
    ...Object.fromEntries(files),
    'Windows/System32/config/SOFTWARE': writeHive(software), 'Windows/System32/config/SYSTEM': writeHive(system),
    'Windows/System32/config/DRIVERS': writeHive(drivers), 'Windows/System32/kernel32.dll': pseudoRandom(150_000, 3),
    'Windows/WinSxS/manifests/a.txt': 'a', 'Users/Public/note.txt': 'a note', ...more,
  };
}

/** The bytes of an NTFS volume with these files. @param label Of the volume. */
export async function ntfsBytes(folder: string, tree: Tree, sizeMiB = 16, options: readonly string[] = []): Promise<Buffer> {
  const own = join(folder, randomUUID());
  const volume = `${own}.ntfs`;
  await (await open(volume, 'wx')).close();
  await truncate(volume, sizeMiB * MiB);
  await run('mkntfs', ['--force', '--quick', '--quiet', ...options, volume]);
  if (Object.keys(tree).length > 0) {
    await captureWim(await writeTree(own, tree), `${own}.wim`, { compress: 'none' });
    await imagex('apply', `${own}.wim`, '1', volume);
  }
  const data = await readFile(volume);
  for (const path of [volume, own, `${own}.wim`]) { await rm(path, { recursive: true, force: true }); }
  return data;
}

/** The usual partitions of a Windows disk around an NTFS volume: EFI, reserved, Windows, recovery. Windows is number 3. */
export function windowsDisk(volume: Buffer, sectorBytes = 512): Buffer {
  const start = 3 * MiB;
  const end = start + volume.length;
  return gptDisk(end + 3 * MiB, [
    { start: MiB, length: MiB, type: partitionTypes.efi, name: 'EFI system partition' },
    { start: 2 * MiB, length: MiB, type: partitionTypes.reserved, name: 'Microsoft reserved partition' },
    { start, length: volume.length, type: partitionTypes.data, name: 'Basic data partition', content: volume },
    { start: end, length: MiB, type: partitionTypes.recovery },
  ], sectorBytes);
}

/**
 * Leaves a change in the log of a VHDX instead of in its place, as a virtual machine does that crashes: [MS-VHDX] 2.3.
 * @param position Of the file, a multiple of 4096. @param data 4096 bytes.
 */
export async function logChange(path: string, position: number, data: Buffer): Promise<void> {
  const header = await bytesAt(path, 64 * 1024, 4096);
  const log = Number(header.readBigUInt64LE(72));
  const id = Buffer.from('0123456789abcdef', 'latin1');
  const entry = Buffer.alloc(8192);
  entry.write('loge', 0, 'latin1');
  entry.writeUInt32LE(entry.length, 8);
  entry.writeBigUInt64LE(1n, 16);
  entry.writeUInt32LE(1, 24);
  id.copy(entry, 32);
  const { size } = await stat(path);
  entry.writeBigUInt64LE(BigInt(size), 48);
  entry.writeBigUInt64LE(BigInt(size), 56);
  entry.write('desc', 64, 'latin1');
  data.copy(entry, 68, 4092);
  data.copy(entry, 72, 0, 8);
  entry.writeBigUInt64LE(BigInt(position), 80);
  entry.writeBigUInt64LE(1n, 88);
  entry.write('data', 4096, 'latin1');
  data.copy(entry, 4104, 8, 4092);
  entry.writeUInt32LE(1, 8188);
  entry.writeUInt32LE(crc32c(entry, 4), 4);
  await patch(path, log, entry);
  for (const offset of [64 * 1024, 128 * 1024]) {
    const own = await bytesAt(path, offset, 4096);
    id.copy(own, 48);
    own.writeUInt32LE(crc32c(own, 4), 4);
    await patch(path, offset, own);
  }
}

/** Bytes of a file from a position on. */
export async function bytesAt(path: string, position: number, length: number): Promise<Buffer> {
  const handle = await open(path, 'r');
  try {
    const buffer = Buffer.alloc(length);
    await handle.read(buffer, 0, length, position);
    return buffer;
  } finally {
    await handle.close();
  }
}

/** Overwrites bytes of a file; a negative position counts from its end. */
export async function patch(path: string, position: number, data: Buffer): Promise<void> {
  const handle = await open(path, 'r+');
  try {
    await handle.write(data, 0, data.length, position < 0 ? (await stat(path)).size + position : position);
  } finally {
    await handle.close();
  }
}
