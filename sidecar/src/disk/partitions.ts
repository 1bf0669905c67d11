/** The partitions of a disk: GPT, MBR, or none at all where the disk is one volume. */
import { Hresult } from '../hresult.ts';
import type { FileErrors } from '../fileErrors.ts';
import type { ByteSource } from './byteSource.ts';
import { readGpt } from './gpt.ts';
import { isProtective, parseMbr, readLogical } from './mbr.ts';
import { volumeSignature } from './volume.ts';

/** What a partition is for, as its type says. */
export type PartitionUse = 'Data' | 'Efi' | 'Reserved' | 'Recovery' | 'StorageSpaces' | 'Dynamic' | 'Other';

export interface Partition {
  /** As Windows and Linux count them: from 1, logical ones of an MBR from 5. 0: the disk itself. */
  readonly number: number;
  /** In bytes, from the start of the disk. */
  readonly start: number;
  readonly length: number;
  readonly use: PartitionUse;
  /** A GUID (GPT) or two hexadecimal digits (MBR). */
  readonly type: string;
  /** GPT only. */
  readonly name: string;
}

export interface PartitionTable {
  readonly scheme: 'GPT' | 'MBR' | 'None';
  readonly partitions: readonly Partition[];
  /** What is wrong with it, though it can be read. */
  readonly warnings: readonly string[];
}

/** @throws DismError ERROR_DISK_CORRUPT: a partition ends beyond the disk, or two share a sector. */
function checkPartitions(partitions: readonly Partition[], diskSize: number, errors: FileErrors): void {
  const corrupt = (reason: string) => errors.make(Hresult.ERROR_DISK_CORRUPT, `its partition table is damaged: ${reason}`);
  const sorted = [...partitions].sort((a, b) => a.start - b.start);
  sorted.forEach(({ number, start, length }, index) => {
    if (length <= 0 || start < 0 || start + length > diskSize) { throw corrupt(`partition ${number} ends at byte ${start + length}, the disk at ${diskSize}`); }
    const before = sorted[index - 1];
    if (before !== undefined && start < before.start + before.length) { throw corrupt(`partitions ${before.number} and ${number} overlap`); }
  });
}

/**
 * Reads the partition table of a disk.
 * @throws DismError ERROR_DISK_CORRUPT: it is damaged, runs in a circle, or has partitions that cannot be.
 */
export async function readPartitions(disk: ByteSource, sectorBytes: number): Promise<PartitionTable> {
  const first = await disk.read(0, Math.min(512, disk.size));
  if (volumeSignature(first) !== undefined) {
    return { scheme: 'None', partitions: [{ number: 0, start: 0, length: disk.size, use: 'Data', type: '', name: '' }], warnings: [] };
  }
  // A disk that was copied from one with other sectors has its table where those would be.
  const sizes = sectorBytes === 4096 ? [4096, 512] : [512, 4096];
  const mbr = parseMbr(first);
  if (mbr === undefined || isProtective(mbr)) {
    for (const size of sizes) {
      const gpt = await readGpt(disk, size);
      if (gpt === undefined) { continue; }
      checkPartitions(gpt.partitions, disk.size, disk.errors);
      return { scheme: 'GPT', ...gpt };
    }
    throw mbr === undefined ? disk.errors.make(Hresult.ERROR_UNRECOGNIZED_VOLUME, 'the disk has neither a partition table nor a volume: it was never initialised')
      : disk.errors.make(Hresult.ERROR_DISK_CORRUPT, 'both copies of its partition table (GPT) are damaged');
  }
  const partitions = await readLogical(disk, mbr, sectorBytes);
  checkPartitions(partitions, disk.size, disk.errors);
  return { scheme: 'MBR', partitions, warnings: [] };
}
