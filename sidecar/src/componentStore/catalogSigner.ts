/** Who signed a security catalog, and whether the signature is that of the certificate in it. Whether that certificate is to be trusted is not known here. */
import { createHash, verify, X509Certificate } from 'node:crypto';
import { contentOf, ObjectId } from './catalog.ts';
import { DerError, expectItem, isObjectId, items, Tag, type Item } from './der.ts';

/** What is known of a signature. */
export interface CatalogSigner {
  /** Common name of who signed it, as the certificate in the catalog says. */
  readonly name: string;
  /** Common name of who issued that certificate. */
  readonly issuer: string;
  /** Whether the signature was made with the key of that certificate for this very list: it was not changed since. */
  readonly isIntact: boolean;
}

/** Contents of object identifiers. */
const messageDigest = '2a864886f70d010904';
const digests: Readonly<Record<string, string>> = { '2b0e03021a': 'sha1', '608648016503040201': 'sha256', '608648016503040202': 'sha384', '608648016503040203': 'sha512' };

/** @returns `undefined` where the bytes are no catalog, or nobody signed it. */
export function catalogSigner(data: Buffer): CatalogSigner | undefined {
  try {
    const parts = items(contentOf(expectItem(items(data)[0], Tag.Sequence), ObjectId.SignedData));
    const certificates = parts.find(({ tag }) => tag === Tag.Explicit0);
    const signers = parts.at(-1);
    const signer = signers?.tag === Tag.Set ? items(signers.content)[0] : undefined;
    if (certificates === undefined || signer === undefined) { return undefined; }
    return describe(items(expectItem(signer, Tag.Sequence)), items(certificates.content), contentOf(expectItem(parts[2], Tag.Sequence), ObjectId.TrustList));
  } catch (error) {
    if (error instanceof DerError) { return undefined; }
    throw error;
  }
}

/** `version, issuer and serial number, digest algorithm, [0] attributes, signature algorithm, signature, ...` */
function describe(signer: readonly Item[], certificates: readonly Item[], list: Buffer): CatalogSigner | undefined {
  const [issuer, serial] = items(expectItem(signer[1], Tag.Sequence));
  const found = certificates.map(({ whole }) => certificateOf(whole)).find((candidate) => candidate !== undefined
    && candidate.serial.equals(serial?.content ?? Buffer.alloc(0)) && candidate.issuer.equals(issuer?.whole ?? Buffer.alloc(0)));
  if (found === undefined) { return undefined; }
  const { certificate } = found;
  return { name: commonName(certificate.subject), issuer: commonName(certificate.issuer), isIntact: isSignedBy(certificate, signer, list) };
}

function certificateOf(whole: Buffer): { certificate: X509Certificate; serial: Buffer; issuer: Buffer } | undefined {
  try {
    const [body] = items(expectItem(items(whole)[0], Tag.Sequence));
    const fields = items(expectItem(body, Tag.Sequence));
    // The version is left out by certificates of version 1.
    const first = fields[0]?.tag === Tag.Explicit0 ? 1 : 0;
    return { certificate: new X509Certificate(whole), serial: expectItem(fields[first], Tag.Integer), issuer: fields[first + 2]?.whole ?? Buffer.alloc(0) };
  } catch {
    return undefined;
  }
}

function isSignedBy(certificate: X509Certificate, signer: readonly Item[], list: Buffer): boolean {
  const algorithm = digests[items(expectItem(signer[2], Tag.Sequence))[0]?.content.toString('hex') ?? ''];
  const attributes = signer[3];
  const signature = signer.slice(4).find(({ tag }) => tag === Tag.Octets);
  if (algorithm === undefined || attributes?.tag !== Tag.Explicit0 || signature === undefined) { return false; }
  const digest = items(attributes.content).map(({ content }) => items(content)).find(([type]) => isObjectId(type, messageDigest))?.[1];
  const recorded = digest === undefined ? undefined : items(digest.content)[0]?.content;
  if (recorded?.equals(createHash(algorithm).update(list).digest()) !== true) { return false; }
  // What is signed is the set of attributes under its own tag.
  const signed = Buffer.from(attributes.whole);
  signed[0] = Tag.Set;
  try {
    return verify(algorithm, signed, certificate.publicKey, signature.content);
  } catch {
    return false;
  }
}

function commonName(distinguishedName: string): string {
  return /^CN=(.*)$/m.exec(distinguishedName)?.[1] ?? distinguishedName.replaceAll('\n', ', ');
}
