/** Which parts of a disk a qcow2 overlay holds: what was written since it was made. Format: docs/interop/qcow2.txt of QEMU. */
import { Hresult } from '../hresult.ts';
import { type ByteSource, sizeAt } from './byteSource.ts';

/** Bytes of the disk that follow each other. */
export interface Extent {
  readonly start: number;
  readonly length: number;
}

const offsetMask = 0x00ff_ffff_ffff_fe00n;
const zeroFlag = 1n;
/** More than a disk of 64 TiB needs. */
const maxFirstLevel = 8 * 1024 ** 2;

/**
 * The clusters that an overlay holds, in order. Only overlays of our own are read, and each number is checked all the same.
 * @throws DismError ERROR_FILE_CORRUPT: it is none, or damaged.
 */
export async function stagedExtents(overlay: ByteSource): Promise<Extent[]> {
  const corrupt = (reason: string) => overlay.errors.make(Hresult.ERROR_FILE_CORRUPT, `the staged changes are damaged: ${reason}`);
  const header = await overlay.read(0, Math.min(104, overlay.size));
  if (header.length < 72 || header.readUInt32BE(0) !== 0x514649fb) { throw corrupt('they have no header'); }
  const bits = header.readUInt32BE(20);
  const [size, entries, firstLevel] = [sizeAt(header, 24, true), header.readUInt32BE(36), sizeAt(header, 40, true)];
  if (bits < 9 || bits > 21 || entries > maxFirstLevel) { throw corrupt('their header cannot be'); }
  const clusterBytes = 2 ** bits;
  const perTable = clusterBytes / 8;
  const extents: { start: number; length: number }[] = [];
  const table = await overlay.read(firstLevel, entries * 8);
  for (let first = 0; first < entries; first++) {
    const place = Number(table.readBigUInt64BE(first * 8) & offsetMask);
    if (place === 0) { continue; }
    const second = await overlay.read(place, clusterBytes);
    for (let index = 0; index < perTable; index++) {
      const entry = second.readBigUInt64BE(index * 8);
      const start = (first * perTable + index) * clusterBytes;
      if (((entry & offsetMask) === 0n && (entry & zeroFlag) === 0n) || start >= size) { continue; }
      const length = Math.min(clusterBytes, size - start);
      const last = extents.at(-1);
      if (last !== undefined && last.start + last.length === start) { last.length += length; } else { extents.push({ start, length }); }
    }
  }
  return extents;
}
