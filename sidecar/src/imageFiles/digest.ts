/** Digests of bytes. */
import { createHash, hash, webcrypto } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { availableParallelism } from 'node:os';
import { pipeline } from 'node:stream/promises';
import { atDescriptorPath } from '../systemErrors.ts';
import type { DigestAlgorithm } from './imageFiles.ts';

/** Up to this size, handing bytes to a thread takes longer than hashing them. */
const smallBytes = 64 * 1024;
/** Up to this size, this thread hashes too when the others are busy: nothing that a user would notice waits for it. */
const mediumBytes = 1024 * 1024;
/** Threads of the pool that hash at a time. This thread has a processor of its own, and a thread needs a copy of the bytes. */
const mostThreads = Math.max(1, Math.min(4, availableParallelism()) - 1);

let busyThreads = 0;

/** Digest of bytes in lower-case hex; that of more than a few is computed on a thread of the pool, as long as one is free. */
export async function digestOf(data: Buffer, algorithm: DigestAlgorithm): Promise<string> {
  if (data.length <= (busyThreads < mostThreads ? smallBytes : mediumBytes)) { return hash(algorithm, data, 'hex'); }
  busyThreads++;
  try {
    const digest = await webcrypto.subtle.digest(algorithm === 'sha256' ? 'SHA-256' : 'SHA-1', data);
    return Buffer.from(digest).toString('hex');
  } finally {
    busyThreads--;
  }
}

/** SHA-256 of a file outside of any image, however large it is, in lower-case hex. @throws the error of the system call that failed. */
export async function digestOfFile(path: string): Promise<string> {
  const digest = createHash('sha256');
  await pipeline(createReadStream(path), digest).catch((error: unknown) => { throw atDescriptorPath(error, path); });
  return digest.digest('hex');
}
