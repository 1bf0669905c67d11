/** The cells of one value: its head, and its data, which is in the head, in a cell or split over several. */
import type { HiveSpace } from './hiveSpace.ts';
import { dataIsInline, readCellName, segmentBytes, ValueField, valueBytes, valueNameIsLatin1 } from './layout.ts';
import { encodeName } from './names.ts';

/** What is known of a value without reading its data. */
export interface ValueHead {
  readonly offset: number;
  readonly name: string;
  readonly type: number;
}

/** Split data came with this minor version. */
const splitSince = 4;

export function readValueHead(space: HiveSpace, offset: number): ValueHead {
  const cell = space.cell(offset);
  const isLatin1 = (cell.readUInt16LE(ValueField.Flags) & valueNameIsLatin1) !== 0;
  return {
    offset, type: cell.readUInt32LE(ValueField.Type),
    name: readCellName(space, offset, cell, valueBytes, cell.readUInt16LE(ValueField.NameLength), isLatin1),
  };
}

/** The bytes of a value, possibly without a copy. */
export function readData(space: HiveSpace, offset: number): Buffer {
  const cell = space.cell(offset);
  const length = cell.readUInt32LE(ValueField.Length);
  if (length >= dataIsInline) { return cell.subarray(ValueField.Data, ValueField.Data + length - dataIsInline); }
  if (length === 0) { return Buffer.alloc(0); }
  const data = space.cell(cell.readUInt32LE(ValueField.Data));
  if (!isSplit(space, length)) { return data.subarray(0, length); }
  return Buffer.concat(segmentsOf(space, data, length).map((segment) => space.cell(segment).subarray(0, segmentBytes)), length);
}

/** Writes a value, in place of an existing one that keeps its name. */
export function writeValue(space: HiveSpace, existing: ValueHead | undefined, name: string, { type, data }: { type: number; data: Buffer }): ValueHead {
  if (existing !== undefined) { releaseData(space, existing.offset); }
  const offset = existing?.offset ?? allocateHead(space, name);
  const isInline = data.length <= 4;
  const dataOffset = isInline ? 0 : writeData(space, data);
  const cell = space.cell(offset);
  cell.writeUInt32LE((data.length + (isInline ? dataIsInline : 0)) >>> 0, ValueField.Length);
  cell.writeUInt32LE(dataOffset, ValueField.Data);
  if (isInline) { data.copy(cell, ValueField.Data); }
  cell.writeUInt32LE(type >>> 0, ValueField.Type);
  return { offset, name: existing?.name ?? name, type: type >>> 0 };
}

/** Gives up all cells of a value. */
export function releaseValue(space: HiveSpace, offset: number): void {
  releaseData(space, offset);
  space.release(offset);
}

function allocateHead(space: HiveSpace, name: string): number {
  const { bytes, isLatin1 } = encodeName(name);
  const offset = space.allocate(valueBytes + bytes.length);
  const cell = space.cell(offset);
  cell.write('vk', 0, 'latin1');
  cell.writeUInt16LE(bytes.length, ValueField.NameLength);
  cell.writeUInt16LE(isLatin1 && name !== '' ? valueNameIsLatin1 : 0, ValueField.Flags);
  bytes.copy(cell, valueBytes);
  return offset;
}

function isSplit(space: HiveSpace, length: number): boolean {
  return length > segmentBytes && space.minorVersion >= splitSince;
}

function segmentsOf(space: HiveSpace, head: Buffer, length: number): number[] {
  const list = space.cell(head.readUInt32LE(4));
  return Array.from({ length: Math.ceil(length / segmentBytes) }, (_, index) => list.readUInt32LE(index * 4));
}

function writeData(space: HiveSpace, data: Buffer): number {
  if (!isSplit(space, data.length)) { return writeBytes(space, data); }
  const segments: number[] = [];
  for (let start = 0; start < data.length; start += segmentBytes) { segments.push(writeBytes(space, data.subarray(start, start + segmentBytes))); }
  const list = space.allocate(segments.length * 4);
  segments.forEach((segment, index) => space.cell(list).writeUInt32LE(segment, index * 4));
  const head = space.allocate(8);
  const cell = space.cell(head);
  cell.write('db', 0, 'latin1');
  cell.writeUInt16LE(segments.length, 2);
  cell.writeUInt32LE(list, 4);
  return head;
}

function writeBytes(space: HiveSpace, data: Buffer): number {
  const offset = space.allocate(data.length);
  data.copy(space.cell(offset));
  return offset;
}

function releaseData(space: HiveSpace, offset: number): void {
  const cell = space.cell(offset);
  const length = cell.readUInt32LE(ValueField.Length);
  if (length >= dataIsInline || length === 0) { return; }
  const dataOffset = cell.readUInt32LE(ValueField.Data);
  if (isSplit(space, length)) {
    const head = space.cell(dataOffset);
    for (const segment of segmentsOf(space, head, length)) { space.release(segment); }
    space.release(head.readUInt32LE(4));
  }
  space.release(dataOffset);
}
