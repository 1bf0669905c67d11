/** The Marvin32 hash, by which entries in the logs of registry hives are checked. */

/** The seed that Windows uses there. */
const [seedLow, seedHigh] = [0x7a4e55c5, 0x82ef4d88];

const rotate = (value: number, bits: number): number => (value << bits) | (value >>> (32 - bits));

/** The 64 bits of the hash. */
export function marvin32(data: Buffer): bigint {
  let [low, high] = [seedLow | 0, seedHigh | 0];
  const mix = (word: number): void => {
    low = (low + word) | 0;
    high ^= low;
    low = (rotate(low, 20) + high) | 0;
    high = rotate(high, 9) ^ low;
    low = (rotate(low, 27) + high) | 0;
    high = rotate(high, 19);
  };
  const whole = data.length - data.length % 4;
  for (let offset = 0; offset < whole; offset += 4) { mix(data.readInt32LE(offset)); }
  let last = 0x80;
  for (let offset = data.length - 1; offset >= whole; offset--) { last = (last << 8) | (data[offset] ?? 0); }
  mix(last);
  mix(0);
  return BigInt(low >>> 0) | BigInt(high >>> 0) << 32n;
}
