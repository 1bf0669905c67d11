/** Writes logs of hives by the published format, for tests: what leads from one hive to the next. */
import { marvin32 } from '../../../sidecar/src/registry/marvin32.ts';
import { sealBaseBlock } from './hiveWriter.ts';

const pageBytes = 4096;

/** The hive as it is on disk while its changes are in logs only; the number is that of the log's first entry. */
export function dirtyHive(hive: Buffer, sequence: number): Buffer {
  const dirty = Buffer.from(hive);
  dirty.writeUInt32LE(sequence, 4);
  dirty.writeUInt32LE(sequence - 1, 8);
  return sealBaseBlock(dirty);
}

/** Numbers of the pages of the bins that differ. */
function changedPages(before: Buffer, after: Buffer): number[] {
  const pages: number[] = [];
  for (let page = 0; (page + 1) * pageBytes < after.length; page++) {
    const [start, end] = [(page + 1) * pageBytes, (page + 2) * pageBytes];
    if (!before.subarray(start, end).equals(after.subarray(start, end))) { pages.push(page); }
  }
  return pages;
}

function logBase(hive: Buffer, sequence: number, type: number): Buffer {
  const base = Buffer.from(hive.subarray(0, 512));
  base.writeUInt32LE(sequence, 4);
  base.writeUInt32LE(sequence, 8);
  base.writeUInt32LE(type, 28);
  return sealBaseBlock(base);
}

/** A log of Windows 8.1 and newer that leads through hives, one entry for each step. */
export function newLog(hives: readonly Buffer[], sequence: number): Buffer {
  const entries = hives.slice(1).map((after, index) => {
    const pages = changedPages(hives[index] ?? Buffer.alloc(0), after);
    const entry = Buffer.alloc(Math.ceil((40 + pages.length * (8 + pageBytes)) / 512) * 512);
    entry.write('HvLE', 0, 'latin1');
    entry.writeUInt32LE(entry.length, 4);
    entry.writeUInt32LE(sequence + index, 12);
    entry.writeUInt32LE(after.length - pageBytes, 16);
    entry.writeUInt32LE(pages.length, 20);
    pages.forEach((page, at) => {
      entry.writeUInt32LE(page * pageBytes, 40 + at * 8);
      entry.writeUInt32LE(pageBytes, 44 + at * 8);
      after.copy(entry, 40 + pages.length * 8 + at * pageBytes, (page + 1) * pageBytes, (page + 2) * pageBytes);
    });
    entry.writeBigUInt64LE(marvin32(entry.subarray(40)), 24);
    entry.writeBigUInt64LE(marvin32(entry.subarray(0, 32)), 32);
    return entry;
  });
  return Buffer.concat([logBase(hives[0] ?? Buffer.alloc(512), sequence, 6), ...entries]);
}

/** A log of earlier versions: a map of dirty pages, then the pages. */
export function oldLog(before: Buffer, after: Buffer, sequence: number): Buffer {
  const map = Buffer.alloc(Math.ceil((4 + (after.length - pageBytes) / pageBytes) / 512) * 512);
  map.write('DIRT', 0, 'latin1');
  const pages = changedPages(before, after);
  for (const page of pages) { map[4 + page] = 0xff; }
  const base = logBase(before, sequence, 1);
  base.writeUInt32LE(after.length - pageBytes, 40);
  return Buffer.concat([sealBaseBlock(base), map, ...pages.map((page) => after.subarray((page + 1) * pageBytes, (page + 2) * pageBytes))]);
}
