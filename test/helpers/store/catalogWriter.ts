/** Makes security catalogs: PKCS#7 around a list of the hashes of members, signed or not. */
import { createHash, generateKeyPairSync, sign } from 'node:crypto';

const sequenceTag = 0x30;
const setTag = 0x31;
const octetsTag = 0x04;

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  if (content.length < 0x80) { return Buffer.concat([Buffer.of(tag, content.length), content]); }
  const length = Buffer.from(content.length.toString(16).padStart(content.length > 0xff ? 4 : 2, '0'), 'hex');
  return Buffer.concat([Buffer.of(tag, 0x80 | length.length), length, content]);
}

function objectId(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  const bytes = [first * 40 + second];
  for (const number of rest) {
    const digits = [number & 0x7f];
    for (let left = number >>> 7; left > 0; left >>>= 7) { digits.unshift(0x80 | left & 0x7f); }
    bytes.push(...digits);
  }
  return der(0x06, Buffer.from(bytes));
}

const absent = der(0x05);

/** A member, known by its SHA-256, or by a digest in hex: the tag is the hash, and so is the digest of the indirect data. */
function member(data: Buffer | string): Buffer {
  const hash = typeof data === 'string' ? Buffer.from(data, 'hex') : createHash('sha256').update(data).digest();
  const digestInfo = der(sequenceTag, der(sequenceTag, objectId('2.16.840.1.101.3.4.2.1'), absent), der(octetsTag, hash));
  const indirectData = der(sequenceTag, der(sequenceTag, objectId('1.3.6.1.4.1.311.2.1.25'), absent), digestInfo);
  const attribute = der(sequenceTag, objectId('1.3.6.1.4.1.311.2.1.4'), der(setTag, indirectData));
  return der(sequenceTag, der(octetsTag, hash), der(setTag, attribute));
}

/**
 * A catalog of these files, known by their SHA-256; a text is a digest in hex instead.
 * @param label - Makes catalogs of the same members differ.
 * @param signer - Common name of who signs it; default: nobody.
 */
export function writeCatalog(members: readonly (Buffer | string)[], label: string, signer?: string): Buffer {
  const list = der(
    sequenceTag,
    der(sequenceTag, objectId('1.3.6.1.4.1.311.12.1.1')),
    der(octetsTag, createHash('md5').update(label).digest()),
    der(0x17, Buffer.from('260101000000Z', 'latin1')),
    der(sequenceTag, objectId('1.3.6.1.4.1.311.12.1.3'), absent),
    der(sequenceTag, ...members.map(member)),
  );
  const content = der(sequenceTag, objectId(listType), der(0xa0, list));
  const [algorithms, certificates, signers] = signer === undefined ? [[], [], []] : signatureOf(list, signer);
  const signedData = der(sequenceTag, der(0x02, Buffer.of(1)), der(setTag, ...algorithms), content, ...certificates, der(setTag, ...signers));
  return der(sequenceTag, objectId('1.2.840.113549.1.7.2'), der(0xa0, signedData));
}

const listType = '1.3.6.1.4.1.311.10.1';
const sha256 = der(sequenceTag, objectId('2.16.840.1.101.3.4.2.1'), absent);
const ecdsa = der(sequenceTag, objectId('1.2.840.10045.4.3.2'));
/** Made once: each takes a while. */
let keys: ReturnType<typeof makeKeys> | undefined;

function makeKeys() {
  return generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
}

/** A certificate that its own key signed, and what it signs: algorithms, certificates, signers. */
function signatureOf(list: Buffer, name: string): readonly [Buffer[], Buffer[], Buffer[]] {
  keys ??= makeKeys();
  const { privateKey, publicKey } = keys;
  const commonName = der(sequenceTag, der(setTag, der(sequenceTag, objectId('2.5.4.3'), der(0x0c, Buffer.from(name)))));
  const serial = der(0x02, Buffer.of(0x11, 0x22));
  const times = der(sequenceTag, ...['250101000000Z', '490101000000Z'].map((text) => der(0x17, Buffer.from(text))));
  const version = der(0xa0, der(0x02, Buffer.of(2)));
  const body = der(sequenceTag, version, serial, ecdsa, commonName, times, commonName, publicKey.export({ type: 'spki', format: 'der' }));
  const certificate = der(sequenceTag, body, ecdsa, der(0x03, Buffer.concat([Buffer.of(0), sign('sha256', body, privateKey)])));
  const attribute = (type: string, value: Buffer) => der(sequenceTag, objectId(type), der(setTag, value));
  // What is hashed is the list without its own tag and length.
  const content = list.subarray(list.length - contentLength(list));
  const attributes = [
    attribute('1.2.840.113549.1.9.3', objectId(listType)), attribute('1.2.840.113549.1.9.4', der(octetsTag, createHash('sha256').update(content).digest())),
  ];
  const signature = sign('sha256', der(setTag, ...attributes), privateKey);
  const identity = der(sequenceTag, commonName, serial);
  const signer = der(sequenceTag, der(0x02, Buffer.of(1)), identity, sha256, der(0xa0, ...attributes), ecdsa, der(octetsTag, signature));
  return [[sha256], [der(0xa0, certificate)], [signer]];
}

function contentLength(item: Buffer): number {
  const first = item[1] ?? 0;
  return first < 0x80 ? first : item.readUIntBE(2, first - 0x80);
}
