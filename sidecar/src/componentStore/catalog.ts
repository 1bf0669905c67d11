/** Reads security catalogs: their name in the component store, and the hashes of the files they vouch for. */
import { createHash } from 'node:crypto';

/** The name, without ending, that a catalog of these bytes has in the store: its SHA-256 in lower-case hexadecimal digits. */
export function catalogName(data: Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

const Tag = { Octets: 0x04, ObjectId: 0x06, UtcTime: 0x17, GeneralizedTime: 0x18, Sequence: 0x30, Set: 0x31, Explicit0: 0xa0 } as const;

/** Contents of object identifiers. */
const ObjectId = {
  /** 1.2.840.113549.1.7.2 */
  SignedData: '2a864886f70d010702',
  /** 1.3.6.1.4.1.311.10.1 */
  TrustList: '2b060104018237' + '0a01',
  /** 1.3.6.1.4.1.311.2.1.4 */
  IndirectData: '2b060104018237' + '020104',
} as const;

/** Not the DER that a catalog is made of. */
class NoCatalogError extends Error {}

interface Item {
  readonly tag: number;
  readonly content: Buffer;
}

/** The items that fill a piece of DER. Each call reads its bytes once, and callers go down a fixed number of levels. */
function items(data: Buffer): Item[] {
  const result: Item[] = [];
  for (let at = 0; at < data.length;) {
    const tag = data[at] ?? 0;
    let length = data[at + 1] ?? 0x80;
    at += 2;
    if ((tag & 0x1f) === 0x1f || length === 0x80 || length > 0x84) { throw new NoCatalogError(); }
    if (length > 0x80) {
      const bytes = length - 0x80;
      if (bytes > data.length - at) { throw new NoCatalogError(); }
      length = data.readUIntBE(at, bytes);
      at += bytes;
    }
    if (length > data.length - at) { throw new NoCatalogError(); }
    result.push({ tag, content: data.subarray(at, at + length) });
    at += length;
  }
  return result;
}

function expectItem(item: Item | undefined, tag: number): Buffer {
  if (item?.tag !== tag) { throw new NoCatalogError(); }
  return item.content;
}

function isObjectId(item: Item | undefined, id: string): boolean {
  return item?.tag === Tag.ObjectId && item.content.toString('hex') === id;
}

/** What a ContentInfo of this kind holds, once unwrapped. */
function contentOf(info: Buffer, kind: string): Buffer {
  const [type, wrapped] = items(info);
  if (!isObjectId(type, kind)) { throw new NoCatalogError(); }
  return expectItem(items(expectItem(wrapped, Tag.Explicit0))[0], Tag.Sequence);
}

/** Members of a list; it has optional items before its time, then the algorithm, then the members. */
function membersOf(list: Buffer): Item[] {
  const parts = items(list);
  const time = parts.findLastIndex(({ tag }) => tag === Tag.UtcTime || tag === Tag.GeneralizedTime);
  const members = parts[time + 2];
  if (time === -1 || members === undefined) { throw new NoCatalogError(); }
  // A list without members has its extensions here, or nothing.
  return members.tag === Tag.Sequence ? items(members.content) : [];
}

/** A member's tag is the hash itself, or in older catalogs its digits as UTF-16 text. */
function hashOfTag(tag: Buffer): string | undefined {
  if (tag.length === 20 || tag.length === 32) { return tag.toString('hex'); }
  return /^([0-9a-f]{40}|[0-9a-f]{64})\0?$/i.exec(tag.toString('utf16le'))?.[1]?.toLowerCase();
}

/** The digest in the indirect data of a member, where it has some. */
function indirectDigests(attributes: Item | undefined): string[] {
  if (attributes?.tag !== Tag.Set) { return []; }
  return items(attributes.content).flatMap((attribute) => {
    const [type, values] = items(expectItem(attribute, Tag.Sequence));
    if (!isObjectId(type, ObjectId.IndirectData)) { return []; }
    return items(expectItem(values, Tag.Set)).map((value) => {
      const [, digestInfo] = items(expectItem(value, Tag.Sequence));
      const [, digest] = items(expectItem(digestInfo, Tag.Sequence));
      return expectItem(digest, Tag.Octets).toString('hex');
    });
  });
}

/**
 * The hashes of a catalog's members, in lower-case hexadecimal digits. Its signature is not checked.
 * @returns `undefined` where the bytes are no PKCS#7 message around a list of members.
 */
export function memberHashes(data: Buffer): Set<string> | undefined {
  try {
    const signedData = contentOf(expectItem(items(data)[0], Tag.Sequence), ObjectId.SignedData);
    const list = contentOf(expectItem(items(signedData)[2], Tag.Sequence), ObjectId.TrustList);
    const hashes = new Set<string>();
    for (const member of membersOf(list)) {
      const [tag, attributes] = items(expectItem(member, Tag.Sequence));
      const hash = hashOfTag(expectItem(tag, Tag.Octets));
      if (hash !== undefined) { hashes.add(hash); }
      for (const digest of indirectDigests(attributes)) { hashes.add(digest); }
    }
    return hashes;
  } catch (error) {
    if (error instanceof NoCatalogError) { return undefined; }
    throw error;
  }
}
