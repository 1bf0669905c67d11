/** The partition table of a master boot record, with the logical partitions of its extended one. */
import { Hresult } from '../hresult.ts';
import type { ByteSource } from './byteSource.ts';
import type { Partition, PartitionUse } from './partitions.ts';

const tableOffset = 446;
const extendedTypes = [0x05, 0x0f, 0x85];
const protectiveType = 0xee;
/** Windows has letters for fewer. */
const maxLogical = 128;

const uses: ReadonlyMap<number, PartitionUse> = new Map([
  [0x01, 'Data'], [0x04, 'Data'], [0x06, 'Data'], [0x07, 'Data'], [0x0b, 'Data'], [0x0c, 'Data'], [0x0e, 'Data'],
  [0x27, 'Recovery'], [0x42, 'Dynamic'], [0xe7, 'StorageSpaces'], [0xef, 'Efi'],
]);

/** One of the four entries; in sectors. */
interface Entry {
  readonly type: number;
  readonly first: number;
  readonly count: number;
}

/** The four entries. @returns undefined where the sector is no boot record. */
export function parseMbr(sector: Buffer): readonly Entry[] | undefined {
  if (sector.length < 512 || sector.readUInt16LE(510) !== 0xaa55) { return undefined; }
  return [0, 1, 2, 3].map((index) => {
    const at = tableOffset + index * 16;
    return { type: sector.readUInt8(at + 4), first: sector.readUInt32LE(at + 8), count: sector.readUInt32LE(at + 12) };
  });
}

/** Whether the table only keeps programs from a disk that has a GPT. */
export function isProtective(entries: readonly Entry[]): boolean {
  return entries.some(({ type }) => type === protectiveType);
}

function partitionOf({ type, first, count }: Entry, number: number, base: number, sectorBytes: number): Partition {
  return {
    number, start: (base + first) * sectorBytes, length: count * sectorBytes, type: type.toString(16).toUpperCase().padStart(2, '0'), use: uses.get(type) ?? 'Other', name: '',
  };
}

/**
 * All partitions that a boot record leads to. The extended one itself is none.
 * @throws DismError ERROR_DISK_CORRUPT: the chain of logical partitions is damaged, leaves the extended one, or runs in a circle.
 */
export async function readLogical(disk: ByteSource, entries: readonly Entry[], sectorBytes: number): Promise<Partition[]> {
  const corrupt = (reason: string) => disk.errors.make(Hresult.ERROR_DISK_CORRUPT, `its partition table is damaged: ${reason}`);
  const isUsed = ({ type, count }: Entry): boolean => type !== 0 && count !== 0;
  const isExtended = ({ type }: Entry): boolean => extendedTypes.includes(type);
  const found = entries.flatMap((entry, index) => (isUsed(entry) && !isExtended(entry) ? [partitionOf(entry, index + 1, 0, sectorBytes)] : []));
  const extended = entries.filter((entry) => isUsed(entry) && isExtended(entry));
  const [outer] = extended;
  if (outer === undefined) { return found; }
  if (extended.length > 1) { throw corrupt('it has several extended partitions'); }
  const seen = new Set<number>();
  for (let at = outer.first; ;) {
    if (at < outer.first || at >= outer.first + outer.count) { throw corrupt('its logical partitions lead out of the extended one'); }
    if (seen.has(at)) { throw corrupt('its logical partitions run in a circle'); }
    if (seen.size === maxLogical) { throw corrupt('it has more logical partitions than can be'); }
    seen.add(at);
    const [own, next] = parseMbr(await disk.read(at * sectorBytes, 512)) ?? [];
    if (own === undefined) { throw corrupt('the chain of its logical partitions is broken'); }
    if (isUsed(own)) {
      const end = at + own.first + own.count;
      if (isExtended(own) || end > outer.first + outer.count) { throw corrupt('a logical partition lies outside of the extended one'); }
      found.push(partitionOf(own, 4 + seen.size, at, sectorBytes));
    }
    if (next === undefined || !isUsed(next)) { return found; }
    if (!isExtended(next)) { throw corrupt('the chain of its logical partitions is broken'); }
    at = outer.first + next.first;
  }
}
