/** Reading virtual disks: the bytes in them against what qemu-img put there, and what is refused. */
import { copyFile, open, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openVirtualDisk, type VirtualDisk } from '../../../sidecar/src/disk/virtualDisk.ts';
import { crc32c } from '../../../sidecar/src/disk/crc32c.ts';
import { FileErrors } from '../../../sidecar/src/fileErrors.ts';
import { bytesAt, diskFile, type DiskKind, diskKinds, guidBytes, patch } from '../../helpers/disks.ts';
import { failure } from '../../helpers/mounts.ts';
import { pseudoRandom, shared } from '../../helpers/wims.ts';

const MiB = 1024 * 1024;
/** Data, a hole, data that ends within a block. */
const disk = Buffer.concat([pseudoRandom(3 * MiB + 512, 1), Buffer.alloc(9 * MiB - 512), pseudoRandom(MiB, 2), Buffer.alloc(5 * MiB)]);
const kinds = Object.keys(diskKinds) as DiskKind[];

const files = shared(async (folder) => Object.fromEntries(await Promise.all(
  kinds.map(async (kind) => [kind, await diskFile(join(folder, kind), disk, kind)] as const))) as Record<DiskKind, string>);

async function withDisk<T>(path: string, use: (disk: VirtualDisk) => Promise<T>): Promise<T> {
  const handle = await open(path);
  try {
    return await use(await openVirtualDisk(handle, (await handle.stat()).size, new FileErrors(path)));
  } finally {
    await handle.close();
  }
}

/** A copy with changed bytes. */
async function changed(kind: DiskKind, position: number, data: Buffer): Promise<string> {
  const path = `${files()[kind]}.${Math.random().toString(36).slice(2)}`;
  await copyFile(files()[kind], path);
  await patch(path, position, data);
  return path;
}

const symbolOf = async (path: string): Promise<string> => (await failure(withDisk(path, async ({ content }) => await content?.read(0, disk.length)))).symbol;

function uint32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value);
  return buffer;
}

/** Where an item of the metadata lies in a VHDX. */
async function itemOf(path: string, id: string): Promise<number> {
  const regions = await bytesAt(path, 192 * 1024, 64 * 1024);
  const region = Number(regions.readBigUInt64LE(regions.indexOf(guidBytes('8B7CA206-4790-4B9A-B8FE-575F050F886E')) + 16));
  const table = await bytesAt(path, region, 64 * 1024);
  return region + table.readUInt32LE(table.indexOf(guidBytes(id)) + 16);
}

/** Changes a header of a VHDX and seals it again. */
async function changeHeaders(path: string, change: (header: Buffer) => void): Promise<void> {
  for (const offset of [64 * 1024, 128 * 1024]) {
    const header = await bytesAt(path, offset, 4096);
    change(header);
    header.writeUInt32LE(crc32c(header, 4), 4);
    await patch(path, offset, header);
  }
}

/** Changes the footer of a VHD and seals it again. */
async function changeFooter(path: string, change: (footer: Buffer) => void): Promise<void> {
  const footer = await bytesAt(path, (await stat(path)).size - 512, 512);
  change(footer);
  footer.writeUInt32BE(0, 64);
  footer.writeUInt32BE(~footer.reduce((sum, byte) => sum + byte, 0) >>> 0, 64);
  await patch(path, -512, footer);
}

test.each(kinds)('%s: every byte is the one that was put there', async (kind) => {
  await withDisk(files()[kind], async ({ format, kind: found, size, content, logicalSectorBytes, hasLog }) => {
    // qemu does not mark a fixed VHDX as one.
    expect({ format, found, size, logicalSectorBytes, hasLog }).toEqual({
      format: kind.endsWith('x') ? 'VHDX' : 'VHD', found: kind === 'fixed.vhd' ? 'Fixed' : kind === 'fixed.vhdx' ? expect.stringMatching(/Fixed|Dynamic/) as unknown : 'Dynamic',
      size: disk.length, logicalSectorBytes: 512, hasLog: false,
    });
    expect((await content?.read(0, disk.length))?.equals(disk)).toBe(true);
    for (const [position, length] of [[3 * MiB + 500, 20], [12 * MiB - 1, 2], [disk.length - 1, 1], [2 * MiB - 3, 5 * MiB]] as const) {
      expect((await content?.read(position, length))?.equals(disk.subarray(position, position + length))).toBe(true);
    }
    await expect(content?.read(disk.length - 1, 2)).rejects.toMatchObject({ symbol: 'ERROR_DISK_CORRUPT' });
  });
});

test('a file that was not copied to its end is refused', async () => {
  for (const [kind, bytes, symbol] of [
    ['fixed.vhd', 5 * MiB, 'ERROR_VIRTDISK_NOT_VIRTUAL_DISK'], ['dynamic.vhd', 3 * MiB, 'ERROR_VHD_DRIVE_FOOTER_MISSING'],
    ['dynamic.vhdx', 5 * MiB, /ERROR_VHD_(?:INVALID_FILE_SIZE|BLOCK_ALLOCATION_TABLE_CORRUPT)/], ['dynamic.vhdx', 100, 'ERROR_VHD_INVALID_FILE_SIZE'],
  ] as const) {
    const path = await changed(kind, 0, Buffer.alloc(0));
    await truncate(path, bytes);
    expect(await symbolOf(path), `${kind} of ${bytes} bytes`).toMatch(symbol);
  }
});

test('damaged structures of a VHD have errors of their own', async () => {
  expect(await symbolOf(await changed('fixed.vhd', -512 + 200, Buffer.from('x')))).toBe('ERROR_VHD_DRIVE_FOOTER_CHECKSUM_MISMATCH');
  expect(await symbolOf(await changed('dynamic.vhd', 512 + 100, Buffer.from('x')))).toBe('ERROR_VHD_SPARSE_HEADER_CHECKSUM_MISMATCH');
  expect(await symbolOf(await changed('dynamic.vhd', 512, Buffer.from('x')))).toBe('ERROR_VHD_SPARSE_HEADER_CORRUPT');
  expect(await symbolOf(await changed('dynamic.vhd', 1536, uint32(0xfeff_ff7f)))).toBe('ERROR_VHD_BLOCK_ALLOCATION_TABLE_CORRUPT');
  const type = await changed('dynamic.vhd', 0, Buffer.alloc(0));
  await changeFooter(type, (footer) => { footer.writeUInt32BE(9, 60); });
  expect(await symbolOf(type)).toBe('ERROR_VHD_DRIVE_FOOTER_CORRUPT');
  const size = await changed('fixed.vhd', 0, Buffer.alloc(0));
  await changeFooter(size, (footer) => { footer.writeBigUInt64BE(BigInt(disk.length + 512), 48); });
  expect(await symbolOf(size)).toBe('ERROR_VHD_INVALID_FILE_SIZE');
});

test('a VHDX with one damaged header or region table is read by the other; with none it is refused', async () => {
  for (const [first, second] of [[64, 128], [192, 256]] as const) {
    for (const offset of [first, second]) {
      const path = await changed('dynamic.vhdx', offset * 1024 + 20, Buffer.from('xx'));
      await withDisk(path, async ({ content }) => { expect((await content?.read(0, MiB))?.equals(disk.subarray(0, MiB))).toBe(true); });
    }
    const path = await changed('dynamic.vhdx', first * 1024 + 20, Buffer.from('xx'));
    await patch(path, second * 1024 + 20, Buffer.from('xx'));
    expect(await symbolOf(path)).toBe('ERROR_FILE_CORRUPT');
  }
});

test('sizes of a VHDX that cannot be are refused', async () => {
  const path = files()['dynamic.vhdx'];
  const at = async (id: string) => await itemOf(path, id);
  const [parameters, size, logical] = [await at('CAA16737-FA36-4D43-B3B6-33F0AA44E76B'), await at('2FA54224-CD1B-4876-B211-5DBED83BF4B8'), await at('8141BF1D-A96F-4709-BA47-F233A8FAAB5F')];
  expect(await symbolOf(await changed('dynamic.vhdx', parameters, uint32(3 * MiB)))).toBe('ERROR_VHD_INVALID_BLOCK_SIZE');
  expect(await symbolOf(await changed('dynamic.vhdx', size, uint32(100)))).toBe('ERROR_VHD_INVALID_SIZE');
  expect(await symbolOf(await changed('dynamic.vhdx', logical, uint32(1000)))).toBe('ERROR_VIRTDISK_UNSUPPORTED_DISK_SECTOR_SIZE');
  await withDisk(await changed('dynamic.vhdx', logical, uint32(4096)), async ({ logicalSectorBytes, content }) => {
    expect(logicalSectorBytes).toBe(4096);
    expect((await content?.read(0, MiB))?.equals(disk.subarray(0, MiB))).toBe(true);
  });
});

test('a differencing disk, a log that waits and a saved state are seen', async () => {
  const child = await changed('dynamic.vhd', 0, Buffer.alloc(0));
  await changeFooter(child, (footer) => { footer.writeUInt32BE(4, 60); footer[84] = 1; });
  await withDisk(child, async ({ kind, content, isInSavedState }) => {
    expect({ kind, content, isInSavedState }).toEqual({ kind: 'Differencing', content: undefined, isInSavedState: true });
    await Promise.resolve();
  });
  const log = await changed('dynamic.vhdx', 0, Buffer.alloc(0));
  await changeHeaders(log, (header) => { header.write('0123456789abcdef', 48, 'latin1'); });
  await withDisk(log, async ({ hasLog }) => { expect(hasLog).toBe(true); await Promise.resolve(); });
  const version = await changed('dynamic.vhdx', 0, Buffer.alloc(0));
  await changeHeaders(version, (header) => { header.writeUInt16LE(2, 66); });
  expect(await symbolOf(version)).toBe('ERROR_VHD_FORMAT_UNSUPPORTED_VERSION');
});
