/** What the build changes in a Node.js binary, on small stand-ins. */
import { expect, test } from 'vitest';
import { disableCompileCache } from '../../sidecar/build/compileCache.ts';
import { removeSignature } from '../../sidecar/build/portableExecutable.ts';

/** Headers of a 64-bit Windows program, 0x200 bytes of body, and a certificate table of the given size. */
function windowsProgram(certificateBytes: number): Buffer {
  const image = Buffer.alloc(0x400 + certificateBytes, 0xAA);
  image.fill(0, 0, 0x200);
  image.writeUInt32LE(0x80, 0x3C);
  image.write('PE\0\0', 0x80, 'latin1');
  image.writeUInt16LE(0x20B, 0x98);
  image.writeUInt32LE(0x12345678, 0x98 + 64);
  image.writeUInt32LE(certificateBytes === 0 ? 0 : 0x400, 0x98 + 112 + 32);
  image.writeUInt32LE(certificateBytes, 0x98 + 112 + 36);
  return image;
}

test('removeSignature() cuts the certificate table off, and its entry and the checksum', () => {
  const signed = windowsProgram(0x100);
  const bare = removeSignature(signed);
  const expected = windowsProgram(0);
  expected.writeUInt32LE(0, 0x98 + 64);
  expect(bare).toEqual(expected);
  expect(removeSignature(bare)).toEqual(expected);
});

test('removeSignature() refuses a signature with something behind it, and what is no program', () => {
  expect(() => removeSignature(Buffer.concat([windowsProgram(0x100), Buffer.from('more')]))).toThrow('not at its end');
  expect(() => removeSignature(Buffer.alloc(0x400))).toThrow('no 64-bit Windows program');
});

test('disableCompileCache() blanks the name, and refuses a binary that has it elsewhere too or not at all', () => {
  const once = Buffer.from('before\0NODE_COMPILE_CACHE\0after: NODE_COMPILE_CACHE=', 'latin1');
  disableCompileCache(once);
  expect(once.toString('latin1')).toBe(`before${'\0'.repeat(20)}after: NODE_COMPILE_CACHE=`);
  expect(() => { disableCompileCache(once); }).toThrow('NODE_COMPILE_CACHE');
  expect(() => { disableCompileCache(Buffer.from('\0NODE_COMPILE_CACHE\0 \0NODE_COMPILE_CACHE\0', 'latin1')); }).toThrow('NODE_COMPILE_CACHE');
});
