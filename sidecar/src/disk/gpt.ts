/** The GUID partition table: its two copies, each guarded by checksums. Format: UEFI specification, chapter 5. */
import { crc32 } from 'node:zlib';
import { guidAt } from '../guid.ts';
import { type ByteSource, emptyGuid, sizeAt } from './byteSource.ts';
import type { Partition, PartitionTable, PartitionUse } from './partitions.ts';

const minHeaderBytes = 92;
/** Windows makes 128 entries of 128 bytes. */
const [maxEntries, maxTableBytes] = [16_384, 4 * 1024 ** 2];

const uses: ReadonlyMap<string, PartitionUse> = new Map([
  ['EBD0A0A2-B9E5-4433-87C0-68B6B72699C7', 'Data'], ['C12A7328-F81F-11D2-BA4B-00A0C93EC93B', 'Efi'], ['E3C9E316-0B5C-4DB8-817D-F92DF00215AE', 'Reserved'],
  ['DE94BBA4-06D1-4D40-A16A-BFD50179D6AC', 'Recovery'], ['E75CAF8F-F680-4CEE-AFA3-B001E56EFC2D', 'StorageSpaces'],
  ['5808C8AA-7E8F-42E0-85D2-E1E90434CFB3', 'Dynamic'], ['AF9B60A0-1431-4F62-BC68-3311714A69AD', 'Dynamic'],
]);

/** Reads one copy. @returns undefined where it is none, or damaged. */
async function readCopy(
  disk: ByteSource, sector: number, sectorBytes: number,
): Promise<{ readonly partitions: Partition[]; readonly otherCopy: number } | undefined> {
  const position = sector * sectorBytes;
  if (sector < 1 || position + sectorBytes > disk.size) { return undefined; }
  const header = Buffer.from(await disk.read(position, sectorBytes));
  const headerBytes = header.readUInt32LE(12);
  if (header.toString('latin1', 0, 8) !== 'EFI PART' || headerBytes < minHeaderBytes || headerBytes > sectorBytes) { return undefined; }
  const checksum = header.readUInt32LE(16);
  header.writeUInt32LE(0, 16);
  if (crc32(header.subarray(0, headerBytes)) !== checksum || sizeAt(header, 24) !== sector) { return undefined; }
  const [firstUsable, lastUsable, tableSector] = [sizeAt(header, 40), sizeAt(header, 48), sizeAt(header, 72)];
  const [count, entryBytes] = [header.readUInt32LE(80), header.readUInt32LE(84)];
  const tableBytes = count * entryBytes;
  if (entryBytes < 128 || entryBytes % 8 !== 0 || count > maxEntries || tableBytes > maxTableBytes) { return undefined; }
  if (tableSector * sectorBytes + tableBytes > disk.size) { return undefined; }
  const table = await disk.read(tableSector * sectorBytes, tableBytes);
  if (crc32(table) !== header.readUInt32LE(88)) { return undefined; }
  const partitions: Partition[] = [];
  for (let index = 0; index < count; index++) {
    const at = index * entryBytes;
    const type = guidAt(table, at);
    if (type === emptyGuid) { continue; }
    const [first, last] = [sizeAt(table, at + 32), sizeAt(table, at + 40)];
    if (first < firstUsable || last > lastUsable || last < first) { return undefined; }
    partitions.push({
      number: index + 1, start: first * sectorBytes, length: (last - first + 1) * sectorBytes, type, use: uses.get(type) ?? 'Other',
      name: table.toString('utf16le', at + 56, at + 128).replace(/\0[^]*$/, ''),
    });
  }
  return { partitions, otherCopy: sizeAt(header, 32) };
}

/** @returns undefined where the disk has no whole copy of one. */
export async function readGpt(disk: ByteSource, sectorBytes: number): Promise<Omit<PartitionTable, 'scheme'> | undefined> {
  const last = Math.floor(disk.size / sectorBytes) - 1;
  const first = await readCopy(disk, 1, sectorBytes);
  // A disk that was made larger still has it where its end was.
  const second = await readCopy(disk, first === undefined ? last : Math.min(first.otherCopy, last), sectorBytes);
  const found = first ?? second;
  if (found === undefined) { return undefined; }
  const warnings = first === undefined ? ['The first copy of its partition table is damaged; the one at its end was used']
    : second === undefined ? ['The copy of its partition table at its end is missing or damaged']
      : JSON.stringify(first.partitions) !== JSON.stringify(second.partitions) ? ['The two copies of its partition table differ; the first one was used'] : [];
  return { partitions: found.partitions, warnings };
}
