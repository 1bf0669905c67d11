/** Differentials with right and wrong checksums. */
import { describe, expect, it } from 'vitest';
import { checkDifferential } from '../../../sidecar/src/componentStore/differentials.ts';

/** CRC-32 bit by bit, as the standard defines it. */
function crc32(data: Buffer): number {
  let value = 0xffff_ffff;
  for (const byte of data) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit++) { value = value >>> 1 ^ ((value & 1) === 1 ? 0xedb8_8320 : 0); }
  }
  return (value ^ 0xffff_ffff) >>> 0;
}

function withChecksum(delta: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt32LE(crc32(delta));
  return Buffer.concat([head, delta]);
}

describe('checkDifferential()', () => {
  it.each(['PA30', 'PA31', 'PA19'])('accepts %s behind the right checksum', (magic) => {
    expect(checkDifferential(withChecksum(Buffer.from(`${magic} and more`)))).toBe('ok');
  });

  it('finds every changed bit', () => {
    const whole = withChecksum(Buffer.from('PA30 and more'));
    for (let bit = 0; bit < whole.length * 8; bit++) {
      const changed = Buffer.from(whole);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ 1 << (bit & 7);
      expect(checkDifferential(changed)).toBe('damaged');
    }
  });

  it('refuses what is cut off or no delta', () => {
    const whole = withChecksum(Buffer.from('PA30 and more'));
    for (let length = 0; length < whole.length; length++) { expect(checkDifferential(whole.subarray(0, length))).toBe('damaged'); }
    expect(checkDifferential(withChecksum(Buffer.from('no delta at all')))).toBe('damaged');
  });
});
