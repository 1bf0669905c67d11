/** SHA-1 as WIM files use it: 20 bytes, kept as a latin1 string so that it can be a key. */
import { hash } from 'node:crypto';

/** What stands for "no bytes": 20 zeros. */
export const emptyHash = '\0'.repeat(20);

export function sha1(data: Buffer): string {
  return hash('sha1', data, 'binary');
}

/** Whether the hash in bytes is emptyHash. */
export function isEmptyHash(bytes: DataView, offset: number): boolean {
  for (let at = offset; at < offset + 20; at += 4) {
    if (bytes.getInt32(at) !== 0) { return false; }
  }
  return true;
}

/** The hash in lower-case hexadecimal digits, for people and records. */
export function hexHash(hash: string): string {
  return Buffer.from(hash, 'latin1').toString('hex');
}

/** The hash as a key, of hexadecimal digits. */
export function keyOfHex(hex: string): string {
  return Buffer.from(hex, 'hex').toString('latin1');
}
