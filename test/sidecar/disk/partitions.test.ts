/** Partition tables: what is found, and what is refused. */
import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { readPartitions } from '../../../sidecar/src/disk/partitions.ts';
import { gptDisk, mbrDisk, partitionTypes } from '../../helpers/disks.ts';
import { MemorySource } from '../../helpers/memorySource.ts';
import { failure } from '../../helpers/mounts.ts';

const MiB = 1024 * 1024;
const read = async (disk: Buffer, sectorBytes = 512) => await readPartitions(new MemorySource(disk), sectorBytes);
const reasonOf = async (disk: Buffer): Promise<string> => {
  const error = await failure(read(disk));
  return `${error.symbol}: ${error.message.slice(error.message.indexOf(': ') + 2)}`;
};

const usual = [
  { start: MiB, length: MiB, type: partitionTypes.efi, name: 'EFI' }, { start: 2 * MiB, length: MiB, type: partitionTypes.reserved },
  { start: 3 * MiB, length: 2 * MiB, type: partitionTypes.data, name: 'Größe' }, { start: 5 * MiB, length: MiB, type: partitionTypes.dynamic },
  { start: 6 * MiB, length: MiB, type: partitionTypes.storageSpaces },
];

/** Changes a copy of the header and seals it. */
function changeHeader(disk: Buffer, sector: number, change: (header: Buffer) => void, sectorBytes = 512): void {
  const header = disk.subarray(sector * sectorBytes, sector * sectorBytes + 92);
  change(header);
  header.writeUInt32LE(0, 16);
  header.writeUInt32LE(crc32(header), 16);
}

test.each([512, 4096])('a GPT with sectors of %d bytes', async (sectorBytes) => {
  const found = await read(gptDisk(10 * MiB, usual, sectorBytes), sectorBytes);
  expect(found).toMatchObject({ scheme: 'GPT', warnings: [] });
  expect(found.partitions.map(({ number, start, length, use, name }) => [number, start / MiB, length / MiB, use, name])).toEqual([
    [1, 1, 1, 'Efi', 'EFI'], [2, 2, 1, 'Reserved', ''], [3, 3, 2, 'Data', 'Größe'], [4, 5, 1, 'Dynamic', ''], [5, 6, 1, 'StorageSpaces', ''],
  ]);
  // A table that was made for other sectors is found where it is.
  expect((await read(gptDisk(10 * MiB, usual, sectorBytes), sectorBytes === 512 ? 4096 : 512)).partitions).toEqual(found.partitions);
});

test('one copy of a GPT is enough, and is warned of; none is refused', async () => {
  const last = 10 * MiB / 512 - 1;
  for (const [sector, warning] of [[1, /first copy/], [last, /at its end/]] as const) {
    const disk = gptDisk(10 * MiB, usual);
    disk.fill(0xee, sector * 512 + 20, sector * 512 + 24);
    const found = await read(disk);
    expect(found.partitions).toHaveLength(5);
    expect(found.warnings).toEqual([expect.stringMatching(warning)]);
    disk.fill(0xee, (last + 1 - sector) * 512 + 20, (last + 1 - sector) * 512 + 24);
    expect(await reasonOf(disk)).toMatch(/ERROR_DISK_CORRUPT: both copies/);
  }
  const table = gptDisk(10 * MiB, usual);
  table.fill(1, 2 * 512 + 40, 2 * 512 + 44);
  expect((await read(table)).warnings).toEqual([expect.stringMatching(/first copy/)]);
});

test('partitions of a GPT that cannot be are refused', async () => {
  const overlapping = gptDisk(10 * MiB, [...usual, { start: 4 * MiB, length: MiB, type: partitionTypes.data }]);
  expect(await reasonOf(overlapping)).toMatch(/ERROR_DISK_CORRUPT: .*3 and 6 overlap/);
  const beyond = gptDisk(10 * MiB, [{ start: MiB, length: 12 * MiB, type: partitionTypes.data }]);
  for (const sector of [1, 10 * MiB / 512 - 1]) { changeHeader(beyond, sector, (header) => { header.writeBigUInt64LE(0xffff_ffffn, 48); }); }
  expect(await reasonOf(beyond)).toMatch(/ERROR_DISK_CORRUPT: .*ends at byte/);
  const many = gptDisk(10 * MiB, usual);
  for (const sector of [1, 10 * MiB / 512 - 1]) { changeHeader(many, sector, (header) => { header.writeUInt32LE(0xffff_ffff, 80); }); }
  expect(await reasonOf(many)).toMatch(/ERROR_DISK_CORRUPT/);
});

const data = (start: number, length: number, type = 7) => ({ start: start * MiB, length: length * MiB, type });

test('an MBR with primary and logical partitions', async () => {
  const found = await read(mbrDisk(12 * MiB, [data(1, 1), data(2, 1, 0x27), data(3, 1, 0x42), data(5, 1), data(7, 2), data(10, 1, 0xe7)]));
  expect(found.scheme).toBe('MBR');
  expect(found.partitions.map(({ number, start, length, use }) => [number, start / MiB, length / MiB, use])).toEqual([
    [1, 1, 1, 'Data'], [2, 2, 1, 'Recovery'], [3, 3, 1, 'Dynamic'], [5, 5, 1, 'Data'], [6, 7, 2, 'Data'], [7, 10, 1, 'StorageSpaces'],
  ]);
});

test('an MBR that cannot be is refused', async () => {
  expect(await reasonOf(mbrDisk(8 * MiB, [data(1, 3), data(3, 1)]))).toMatch(/1 and 2 overlap/);
  expect(await reasonOf(mbrDisk(8 * MiB, [data(1, 9)]))).toMatch(/partition 1 ends at byte/);
  const logical = () => mbrDisk(12 * MiB, [data(1, 1), data(2, 1), data(3, 1), data(5, 1), data(7, 2)]);
  const [outer, next] = [5 * MiB - 64 * 512, 7 * MiB - 64 * 512];
  const circle = logical();
  // The second one leads back to the first.
  circle.writeUInt8(5, next + 446 + 16 + 4);
  circle.writeUInt32LE(0, next + 446 + 16 + 8);
  circle.writeUInt32LE(100, next + 446 + 16 + 12);
  expect(await reasonOf(circle)).toMatch(/run in a circle/);
  const out = logical();
  out.writeUInt32LE(0x10_0000, outer + 446 + 16 + 8);
  expect(await reasonOf(out)).toMatch(/lead out of the extended one/);
  const broken = logical();
  broken.fill(0, next + 510, next + 512);
  expect(await reasonOf(broken)).toMatch(/chain of its logical partitions is broken/);
  const wide = logical();
  wide.writeUInt32LE(0x8000, next + 446 + 12);
  expect(await reasonOf(wide)).toMatch(/outside of the extended one/);
});

test('a disk that is one volume, and one that was never initialised', async () => {
  const volume = Buffer.alloc(MiB);
  volume.write('NTFS    ', 3, 'latin1');
  volume.writeUInt16LE(0xaa55, 510);
  expect(await read(volume)).toMatchObject({ scheme: 'None', partitions: [{ number: 0, start: 0, length: MiB, use: 'Data' }] });
  expect(await reasonOf(Buffer.alloc(MiB))).toMatch(/ERROR_UNRECOGNIZED_VOLUME/);
  expect(await reasonOf(Buffer.alloc(100))).toMatch(/ERROR_UNRECOGNIZED_VOLUME/);
});
