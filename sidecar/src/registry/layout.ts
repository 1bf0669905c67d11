/** Where the parts of keys and values stand in their cells. */
import type { HiveCells } from './cells.ts';

/** "None", where an offset of a cell is expected. */
export const noCell = 0xffffffff;
/** What one cell of split data holds. */
export const segmentBytes = 16344;
/** Set in the length of data that stands in place of its offset. */
export const dataIsInline = 0x80000000;

/** `nk` and `vk`, as numbers: a hive has hundreds of thousands of them. */
export const keyMark = 0x6b6e;
export const valueMark = 0x6b76;

/** Bytes of a key before its name, and offsets of its fields. */
export const keyBytes = 76;
export const KeyField = {
  Flags: 2, LastWritten: 4, Parent: 16, SubkeyCount: 20, SubkeyList: 28, VolatileList: 32, ValueCount: 36, ValueList: 40, Security: 44, Class: 48,
  /** The upper half has flags. */
  MaxSubkeyName: 52, MaxValueName: 60, MaxData: 64, NameLength: 72, ClassLength: 74,
} as const;
export const KeyFlag = { NoDelete: 0x08, SymbolicLink: 0x10, NameIsLatin1: 0x20, PredefinedHandle: 0x40 } as const;

/** Bytes of a value before its name, and offsets of its fields. */
export const valueBytes = 20;
export const ValueField = { NameLength: 2, Length: 4, Data: 8, Type: 12, Flags: 16 } as const;
export const valueNameIsLatin1 = 1;

/** The name that follows the fixed part of a cell. @throws DismError ERROR_FILE_CORRUPT: it is longer than the cell. */
export function readCellName(cells: Pick<HiveCells, 'damaged'>, offset: number, cell: Buffer, start: number, length: number, isLatin1: boolean): string {
  if (start + length > cell.length) { throw cells.damaged(offset, 'the name is longer than its cell'); }
  return isLatin1
    ? cell.toString('latin1', start, start + length)
    : cell.toString('utf16le', start, start + length - length % 2);
}
