/** Checks the differences between versions of a payload file that lie in a component's folders `f`, `r` and `n`. */
import { crc32 } from 'node:zlib';

/** What can follow the checksum. */
const deltaMagics = ['PA30', 'PA31', 'PA19'];

/**
 * Compares the checksum of a differential with the one before it: CRC-32 of IEEE 802.3, little-endian, in the first four bytes.
 * What it makes of its source is not checked.
 */
export function checkDifferential(data: Buffer): 'ok' | 'damaged' {
  if (data.length < 8 || !deltaMagics.includes(data.toString('latin1', 4, 8))) { return 'damaged'; }
  return crc32(data.subarray(4)) === data.readUInt32LE(0) ? 'ok' : 'damaged';
}
