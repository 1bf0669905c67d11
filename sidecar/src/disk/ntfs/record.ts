/** Records of the master file table and their attributes. Everything is checked against the record that it is in. */
import { sizeAt } from '../byteSource.ts';

export const AttributeType = {
  StandardInformation: 0x10, AttributeList: 0x20, FileName: 0x30, VolumeName: 0x60, VolumeInformation: 0x70, Data: 0x80,
  IndexRoot: 0x90, IndexAllocation: 0xa0, ReparsePoint: 0xc0, End: 0xffffffff,
} as const;

/** The data itself, or where its clusters are. */
export interface Attribute {
  readonly type: number;
  readonly name: string;
  readonly isCompressed: boolean;
  readonly isEncrypted: boolean;
  /** Of a resident one. */
  readonly value: Buffer | undefined;
  /** Of all others: which part of the whole this is, in clusters. */
  readonly firstCluster: number;
  readonly runs: readonly Run[];
  /** Clusters that are compressed together; a power of two, 1: none. */
  readonly unitClusters: number;
  /** In the first part only. */
  readonly size: number;
  /** What lies behind reads as zeros. */
  readonly validSize: number;
}

/** Clusters that follow each other. */
export interface Run {
  /** undefined: no clusters, which read as zeros. */
  readonly cluster: number | undefined;
  readonly count: number;
}

export interface FileRecord {
  readonly isUsed: boolean;
  readonly isFolder: boolean;
  readonly links: number;
  /** Of the record that this one continues; 0: none. */
  readonly base: number;
  readonly attributes: readonly Attribute[];
}

/** What is wrong with a record, in words that end a sentence. */
export class BadRecord extends Error {
  override readonly name = 'BadRecord';
}

const fixupStride = 512;

/**
 * Puts back the two bytes at the end of each 512 that stand in a table while the record is on the disk.
 * @throws BadRecord: they do not agree; the record was written in part.
 */
export function applyFixups(raw: Buffer, mark: string): Buffer {
  if (raw.toString('latin1', 0, 4) !== mark) { throw new BadRecord('a record is missing'); }
  const record = Buffer.from(raw);
  const [offset, count] = [record.readUInt16LE(4), record.readUInt16LE(6)];
  if (count !== record.length / fixupStride + 1 || offset + count * 2 > fixupStride - 2) { throw new BadRecord('a record cannot be read'); }
  const stamp = record.readUInt16LE(offset);
  for (let index = 1; index < count; index++) {
    const end = index * fixupStride - 2;
    if (record.readUInt16LE(end) !== stamp) { throw new BadRecord('a record was written in part'); }
    record.copy(record, end, offset + index * 2, offset + index * 2 + 2);
  }
  return record;
}

/** The clusters that a list of runs names. @throws BadRecord: it cannot be. */
function parseRuns(data: Buffer, clusters: number): Run[] {
  const runs: Run[] = [];
  let cluster = 0;
  for (let at = 0; at < data.length;) {
    const head = data.readUInt8(at);
    if (head === 0) { return runs; }
    const [countBytes, offsetBytes] = [head & 15, head >> 4];
    if (countBytes === 0 || countBytes > 6 || offsetBytes > 6 || at + 1 + countBytes + offsetBytes > data.length) { throw new BadRecord('a list of clusters cannot be read'); }
    const count = data.readUIntLE(at + 1, countBytes);
    if (count === 0) { throw new BadRecord('a list of clusters cannot be read'); }
    if (offsetBytes === 0) {
      runs.push({ cluster: undefined, count });
    } else {
      cluster += data.readIntLE(at + 1 + countBytes, offsetBytes);
      if (cluster < 0 || cluster + count > clusters) { throw new BadRecord('a file has clusters beyond the end of the volume'); }
      runs.push({ cluster, count });
    }
    at += 1 + countBytes + offsetBytes;
  }
  throw new BadRecord('a list of clusters has no end');
}

function parseAttribute(data: Buffer, clusters: number): Attribute {
  const [nameLength, nameOffset, flags] = [data.readUInt8(9), data.readUInt16LE(10), data.readUInt16LE(12)];
  if (nameOffset + nameLength * 2 > data.length) { throw new BadRecord('an attribute cannot be read'); }
  const common = {
    type: data.readUInt32LE(0), name: data.toString('utf16le', nameOffset, nameOffset + nameLength * 2),
    isCompressed: (flags & 0xff) !== 0, isEncrypted: (flags & 0x4000) !== 0,
  };
  if (data.readUInt8(8) === 0) {
    const [length, offset] = [data.readUInt32LE(16), data.readUInt16LE(20)];
    if (offset + length > data.length) { throw new BadRecord('an attribute cannot be read'); }
    return { ...common, value: data.subarray(offset, offset + length), firstCluster: 0, runs: [], unitClusters: 1, size: length, validSize: length };
  }
  if (data.length < 64) { throw new BadRecord('an attribute cannot be read'); }
  const [firstCluster, runsOffset, unit] = [sizeAt(data, 16), data.readUInt16LE(32), data.readUInt8(34)];
  if (runsOffset > data.length || unit > 6) { throw new BadRecord('an attribute cannot be read'); }
  return {
    ...common, value: undefined, firstCluster, runs: parseRuns(data.subarray(runsOffset), clusters), unitClusters: 2 ** unit,
    size: sizeAt(data, 48), validSize: sizeAt(data, 56),
  };
}

/** @param clusters Of the volume. @throws BadRecord */
export function parseRecord(raw: Buffer, clusters: number): FileRecord {
  const record = applyFixups(raw, 'FILE');
  const [first, flags, used] = [record.readUInt16LE(20), record.readUInt16LE(22), record.readUInt32LE(24)];
  if (used > record.length) { throw new BadRecord('a record cannot be read'); }
  const attributes: Attribute[] = [];
  for (let at = first; at + 4 <= used;) {
    if (record.readUInt32LE(at) === AttributeType.End) { break; }
    const length = at + 24 > used ? 0 : record.readUInt32LE(at + 4);
    if (length < 24 || length % 8 !== 0 || at + length > used) { throw new BadRecord('an attribute cannot be read'); }
    attributes.push(parseAttribute(record.subarray(at, at + length), clusters));
    at += length;
  }
  return { isUsed: (flags & 1) !== 0, isFolder: (flags & 2) !== 0, links: record.readUInt16LE(18), base: recordNumber(record, 32), attributes };
}

/** The number in a reference to a record: what is above says how often the record was used. */
export function recordNumber(buffer: Buffer, offset: number): number {
  return buffer.readUIntLE(offset, 6);
}
