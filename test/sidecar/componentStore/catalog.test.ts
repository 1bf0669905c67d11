/** Names of catalogs, and the hashes in them. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { catalogName, memberHashes } from '../../../sidecar/src/componentStore/catalog.ts';

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  if (content.length < 0x80) { return Buffer.concat([Buffer.of(tag, content.length), content]); }
  const length = Buffer.from(content.length.toString(16).padStart(content.length > 0xffff ? 6 : 4, '0'), 'hex');
  return Buffer.concat([Buffer.of(tag, 0x80 | length.length), length, content]);
}
const sequence = (...parts: readonly Buffer[]): Buffer => der(0x30, ...parts);
const objectId = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));
const signedDataId = objectId('2a864886f70d010702');
const trustListId = objectId('2b0601040182370a01');
const indirectDataId = objectId('2b060104018237020104');
const time = der(0x17, Buffer.from('260101000000Z'));
const algorithm = sequence(objectId('2b0601040182370c0102'), der(0x05));

/** A list with all that may stand before and behind its members, within a message that has certificates and signers. */
function catalog(members: readonly Buffer[]): Buffer {
  const list = sequence(
    sequence(objectId('2b0601040182370c0101')), der(0x04, Buffer.alloc(16, 7)), time, algorithm,
    ...members.length === 0 ? [] : [sequence(...members)], der(0xa0, sequence()),
  );
  return sequence(signedDataId, der(0xa0, sequence(
    der(0x02, Buffer.of(1)), der(0x31, algorithm), sequence(trustListId, der(0xa0, list)), der(0xa0, sequence()), der(0x31, sequence()),
  )));
}

const digestOf = (algorithmName: string, text: string): Buffer => createHash(algorithmName).update(text).digest();

/** Attributes as in Windows' own: a name, and the indirect data with the digest. */
function attributes(digest: Buffer): Buffer {
  return der(0x31,
    sequence(objectId('2b0601040182370c0201'), der(0x31, sequence(der(0x1e, Buffer.from('name')), der(0x02, Buffer.of(1))))),
    sequence(indirectDataId, der(0x31, sequence(sequence(objectId('2b06010401823702010f'), der(0x05)), sequence(algorithm, der(0x04, digest))))));
}

describe('catalogName()', () => {
  it('is the SHA-256 of the file', () => {
    expect(catalogName(Buffer.from('abc'))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });
});

describe('memberHashes()', () => {
  it('lists members known by a hash, by its digits, and by a digest beside another tag', () => {
    const sha256 = digestOf('sha256', 'one');
    const sha1 = digestOf('sha1', 'two');
    const beside = digestOf('sha256', 'three');
    const members = [
      sequence(der(0x04, sha256)),
      sequence(der(0x04, Buffer.from(`${sha1.toString('hex').toUpperCase()}\0`, 'utf16le')), attributes(sha1)),
      sequence(der(0x04, Buffer.from('{a tag of its own}', 'utf16le')), attributes(beside)),
    ];
    expect([...memberHashes(catalog(members)) ?? []]).toEqual([sha256, sha1, beside].map((hash) => hash.toString('hex')));
  });

  it('reads a catalog with thousands of members, and one without', () => {
    const hashes = Array.from({ length: 5000 }, (_, index) => digestOf('sha256', String(index)));
    expect(memberHashes(catalog(hashes.map((hash) => sequence(der(0x04, hash), attributes(hash)))))?.size).toBe(5000);
    expect(memberHashes(catalog([]))?.size).toBe(0);
  });

  const whole = catalog([sequence(der(0x04, Buffer.alloc(32, 1)), attributes(Buffer.alloc(32, 2)))]);
  it.each<[string, Buffer]>([
    ['nothing', Buffer.alloc(0)],
    ['text', Buffer.from('no catalog')],
    ['half a catalog', whole.subarray(0, whole.length / 2)],
    ['a message of another kind', sequence(trustListId, der(0xa0, sequence()))],
    ['a length that is not told', Buffer.of(0x30, 0x80, 0, 0)],
    ['a length of many bytes', Buffer.of(0x30, 0x88, 0, 0, 0, 0, 0, 0, 0, 1, 0)],
    ['a list without a time', sequence(signedDataId, der(0xa0, sequence(der(0x02, Buffer.of(1)), der(0x31), sequence(trustListId, der(0xa0, sequence(algorithm))))))],
  ])('knows %s for no catalog', (_, data) => {
    expect(memberHashes(data)).toBeUndefined();
  });
});
