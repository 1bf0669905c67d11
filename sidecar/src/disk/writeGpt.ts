/** Writes a GUID partition table: both copies, and the boot record that keeps other programs off. Format: UEFI specification, chapter 5. */
import { crc32 } from 'node:zlib';
import { guidBytes } from '../guid.ts';

const sectorBytes = 512;
const [entries, entryBytes] = [128, 128];
const tableSectors = entries * entryBytes / sectorBytes;

/** A partition; in bytes, of whole sectors. */
export interface NewPartition {
  readonly start: number;
  readonly length: number;
  /** GUIDs. */
  readonly type: string;
  readonly id: string;
  readonly name: string;
}

function protectiveRecord(sectors: number): Buffer {
  const record = Buffer.alloc(sectorBytes);
  // One partition over all, from the second sector on; the cylinders are those that stand for "too far".
  Buffer.from([0, 0, 2, 0, 0xee, 0xff, 0xff, 0xff]).copy(record, 446);
  record.writeUInt32LE(1, 454);
  record.writeUInt32LE(Math.min(sectors - 1, 0xffff_ffff), 458);
  record.writeUInt16LE(0xaa55, 510);
  return record;
}

/**
 * The bytes of a table for a disk.
 * @returns What it begins with: the boot record and the first copy. And what it ends with: the second.
 */
export function writeGpt(diskBytes: number, diskId: string, partitions: readonly NewPartition[]): { readonly start: Buffer; readonly end: Buffer } {
  const sectors = diskBytes / sectorBytes;
  const table = Buffer.alloc(entries * entryBytes);
  partitions.forEach(({ start, length, type, id, name }, index) => {
    const at = index * entryBytes;
    guidBytes(type).copy(table, at);
    guidBytes(id).copy(table, at + 16);
    table.writeBigUInt64LE(BigInt(start / sectorBytes), at + 32);
    table.writeBigUInt64LE(BigInt((start + length) / sectorBytes - 1), at + 40);
    table.write(name, at + 56, 72, 'utf16le');
  });
  const header = (own: number, other: number, tableAt: number): Buffer => {
    const sector = Buffer.alloc(sectorBytes);
    sector.write('EFI PART', 0, 'latin1');
    sector.writeUInt32LE(0x0001_0000, 8);
    sector.writeUInt32LE(92, 12);
    const places: readonly (readonly [value: number, offset: number])[] = [
      [own, 24], [other, 32], [2 + tableSectors, 40], [sectors - 2 - tableSectors, 48], [tableAt, 72],
    ];
    for (const [value, offset] of places) { sector.writeBigUInt64LE(BigInt(value), offset); }
    guidBytes(diskId).copy(sector, 56);
    sector.writeUInt32LE(entries, 80);
    sector.writeUInt32LE(entryBytes, 84);
    sector.writeUInt32LE(crc32(table), 88);
    sector.writeUInt32LE(crc32(sector.subarray(0, 92)), 16);
    return sector;
  };
  return {
    start: Buffer.concat([protectiveRecord(sectors), header(1, sectors - 1, 2), table]),
    end: Buffer.concat([table, header(sectors - 1, 1, sectors - 1 - tableSectors)]),
  };
}
