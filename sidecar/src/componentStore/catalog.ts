/** Reads security catalogs: their name in the component store, and the hashes of the files they vouch for. */
import { createHash } from 'node:crypto';
import { DerError, expectItem, isObjectId, items, Tag, type Item } from './der.ts';

/** The name, without ending, that a catalog of these bytes has in the store: its SHA-256 in lower-case hexadecimal digits. */
export function catalogName(data: Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

/** Contents of object identifiers. */
export const ObjectId = {
  /** 1.2.840.113549.1.7.2 */
  SignedData: '2a864886f70d010702',
  /** 1.3.6.1.4.1.311.10.1 */
  TrustList: '2b060104018237' + '0a01',
  /** 1.3.6.1.4.1.311.2.1.4 */
  IndirectData: '2b060104018237' + '020104',
} as const;

/** What a ContentInfo of this kind holds, once unwrapped. */
export function contentOf(info: Buffer, kind: string): Buffer {
  const [type, wrapped] = items(info);
  if (!isObjectId(type, kind)) { throw new DerError(); }
  return expectItem(items(expectItem(wrapped, Tag.Explicit0))[0], Tag.Sequence);
}

/** Members of a list; it has optional items before its time, then the algorithm, then the members. */
function membersOf(list: Buffer): Item[] {
  const parts = items(list);
  const time = parts.findLastIndex(({ tag }) => tag === Tag.UtcTime || tag === Tag.GeneralizedTime);
  const members = parts[time + 2];
  if (time === -1 || members === undefined) { throw new DerError(); }
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
    if (error instanceof DerError) { return undefined; }
    throw error;
  }
}
