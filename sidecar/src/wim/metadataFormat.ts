/** The bytes of an image's metadata: where entries and their streams lie, and the checks that they lie where they can. Format: [MS-WIM], wimlib. */
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';
import { emptyHash } from './hash.ts';

export const FileAttribute = {
  Directory: 0x10,
  Normal: 0x80,
  ReparsePoint: 0x400,
  Encrypted: 0x4000,
} as const;

/** Bytes of an entry without its names. */
export const dentryBytes = 102;
/** Bytes of a stream entry without its name. */
export const streamEntryBytes = 38;

/** A named ("alternate") data stream. */
export interface NamedStream {
  readonly name: string;
  /** SHA-1 as a latin1 string; `emptyHash` for no bytes. */
  hash: string;
}

/** What the hashes of an entry stand for. */
export interface Streams {
  /** Unnamed data stream; of an encrypted file its raw EFS data. */
  dataHash: string;
  reparseHash: string | undefined;
  named: NamedStream[];
}

/** How messages about metadata begin that know of no file. */
export const damagedMetadata = 'The metadata of the image is damaged';

export function damaged(what: string): DismError {
  return new DismError(Hresult.WIM_E_INVALID_CONTAINER, `${damagedMetadata}: ${what}`);
}

export const align8 = (value: number): number => Math.ceil(value / 8) * 8;

/** Assigns the hashes of an entry to what they stand for; the format does not say it outright. */
export function assignStreams(attributes: number, defaultHash: string, extra: readonly NamedStream[]): Streams {
  if (extra.length === 0 && (attributes & FileAttribute.ReparsePoint) === 0) {
    return { dataHash: defaultHash, reparseHash: undefined, named: [] };
  }
  const named = extra.filter((stream) => stream.name !== '');
  const unnamed = extra.filter((stream) => stream.name === '').map((stream) => stream.hash);
  // The default hash counts as a stream where it is set, and where no unnamed entry replaces it.
  if (defaultHash !== emptyHash) { unnamed.unshift(defaultHash); }
  if ((attributes & FileAttribute.Encrypted) !== 0) {
    return { dataHash: unnamed.find((hash) => hash !== emptyHash) ?? emptyHash, reparseHash: undefined, named: [] };
  }
  if ((attributes & FileAttribute.ReparsePoint) !== 0) {
    return { reparseHash: unnamed[0] ?? emptyHash, dataHash: unnamed[1] ?? emptyHash, named };
  }
  return { dataHash: unnamed[0] ?? emptyHash, reparseHash: undefined, named };
}

/** The hashes that streams refer to, empty ones left out. */
export function hashesOf({ dataHash, reparseHash, named }: Streams): string[] {
  const hashes = dataHash === emptyHash ? [] : [dataHash];
  if (reparseHash !== undefined && reparseHash !== emptyHash) { hashes.push(reparseHash); }
  for (const { hash } of named) {
    if (hash !== emptyHash) { hashes.push(hash); }
  }
  return hashes;
}

/** End of the long name with its terminator, which an empty name does not have. */
function shortNameStart(data: Buffer, offset: number): number {
  const nameBytes = data.readUInt16LE(offset + 0x64);
  return offset + dentryBytes + (nameBytes === 0 ? 0 : nameBytes + 2);
}

export function namesEnd(data: Buffer, offset: number): number {
  const shortNameBytes = data.readUInt16LE(offset + 0x62);
  return shortNameStart(data, offset) + (shortNameBytes === 0 ? 0 : shortNameBytes + 2);
}

export function shortNameOf(data: Buffer, offset: number): Buffer {
  const start = shortNameStart(data, offset);
  return data.subarray(start, start + data.readUInt16LE(offset + 0x62));
}

export function hasShortNameAt(data: Buffer, offset: number): boolean {
  return data.readUInt16LE(offset + 0x62) > 0;
}

/** A 64-bit length or offset; one that does not fit into the data is -1. */
function readLength(data: Buffer, offset: number): number {
  return data.readUInt32LE(offset + 4) === 0 ? data.readUInt32LE(offset) : -1;
}

/** Checks one entry and its stream entries. @returns where they end, or undefined at the end of a directory. */
export function checkDentry(data: Buffer, offset: number): { streamsOffset: number; end: number } | undefined {
  if (offset + 8 > data.length) { throw damaged(`an entry at ${offset} lies beyond its end`); }
  const declared = readLength(data, offset);
  const length = align8(declared);
  if (declared >= 0 && length <= 8) { return undefined; }
  if (length < dentryBytes || offset + length > data.length) { throw damaged(`an entry at ${offset} has an impossible length`); }
  const nameBytes = data.readUInt16LE(offset + 0x64);
  const shortNameBytes = data.readUInt16LE(offset + 0x62);
  if (((nameBytes | shortNameBytes) & 1) !== 0 || namesEnd(data, offset) > offset + length) {
    throw damaged(`the names of an entry at ${offset} do not fit`);
  }
  let end = offset + length;
  for (let count = data.readUInt16LE(offset + 0x60); count > 0; count--) {
    if (end + streamEntryBytes > data.length) { throw damaged(`a stream entry at ${end} lies beyond its end`); }
    const streamBytes = align8(readLength(data, end));
    const streamNameBytes = data.readUInt16LE(end + 36);
    if (streamBytes < streamEntryBytes || end + streamBytes > data.length || (streamNameBytes & 1) !== 0
      || streamEntryBytes + streamNameBytes > streamBytes) {
      throw damaged(`a stream entry at ${end} does not fit`);
    }
    end += streamBytes;
  }
  return { streamsOffset: offset + length, end };
}

/** Reads the stream entries of an entry that was checked. */
export function readStreamEntries(data: Buffer, offset: number, streamsOffset: number): NamedStream[] {
  const streams: NamedStream[] = [];
  let at = streamsOffset;
  for (let count = data.readUInt16LE(offset + 0x60); count > 0; count--) {
    const nameBytes = data.readUInt16LE(at + 36);
    streams.push({
      name: data.toString('utf16le', at + streamEntryBytes, at + streamEntryBytes + nameBytes),
      hash: data.toString('latin1', at + 16, at + 36),
    });
    at += align8(readLength(data, at));
  }
  return streams;
}

/** Where the children of an entry begin, or 0. */
export function subdirOffset(data: Buffer, offset: number): number {
  const value = readLength(data, offset + 0x10);
  if (value < 0 || value > data.length) { throw damaged(`the children of an entry at ${offset} lie beyond its end`); }
  return value;
}

/** Where the root entry begins: behind the security data. */
export function rootOffset(data: Buffer): number {
  if (data.length < 8) { throw damaged('it is empty'); }
  const offset = align8(Math.max(8, data.readUInt32LE(0)));
  if (offset > data.length) { throw damaged('its security data lie beyond its end'); }
  return offset;
}
