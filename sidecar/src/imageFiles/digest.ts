/** Digests of bytes. */
import { hash, webcrypto } from 'node:crypto';
import type { DigestAlgorithm } from './imageFiles.ts';

/** Up to this size, handing bytes to a thread takes longer than hashing them. */
const smallFileBytes = 64 * 1024;

/** Digest of bytes in lower-case hex; that of more than a few is computed on a thread of the pool. */
export async function digestOf(data: Buffer, algorithm: DigestAlgorithm): Promise<string> {
  if (data.length <= smallFileBytes) { return hash(algorithm, data, 'hex'); }
  const digest = await webcrypto.subtle.digest(algorithm === 'sha256' ? 'SHA-256' : 'SHA-1', data);
  return Buffer.from(digest).toString('hex');
}
