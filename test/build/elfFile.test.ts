/** What is cut off a Linux executable, on the Node.js that the executable is made of. */
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { removeSymbols } from '../../sidecar/build/elfFile.ts';
import { packageFile } from '../../sidecar/build/npmPackage.ts';
import { findTarget } from '../../sidecar/build/targets.ts';
import { tempFolder } from '../helpers/tempFolder.ts';

const stockPath = packageFile(findTarget().nodePackage, findTarget().nodeBinary);
const stock = readFileSync(stockPath);

/** What is loaded of an executable: the bytes of each segment, by its header. */
function segments(image: Buffer): Buffer[] {
  const table = Number(image.readBigUInt64LE(0x20));
  return Array.from({ length: image.readUInt16LE(0x38) }, (_, index) => {
    const at = table + index * 0x38;
    const start = Number(image.readBigUInt64LE(at + 0x08));
    const bytes = Buffer.from(image.subarray(start, start + Number(image.readBigUInt64LE(at + 0x20))));
    // The table of sections is named in the file header, which the first segment begins with.
    if (start === 0 && bytes.length > 0) { bytes.fill(0, 0x28, 0x30).fill(0, 0x3C, 0x40); }
    return bytes;
  });
}

test('everything that is loaded stays, and the rest goes', () => {
  const stripped = removeSymbols(stock);
  expect(stripped.length).toBeLessThan(stock.length - 10_000_000);
  const [before, after] = [segments(stock), segments(stripped)];
  expect(after.length).toBe(before.length);
  expect(after.every((bytes, index) => bytes.equals(before[index] ?? Buffer.alloc(0)))).toBe(true);
  for (const name of ['.symtab', '.strtab']) {
    expect([stock, stripped].map((image) => image.includes(`\0${name}\0`)), name).toEqual([true, false]);
  }
});

test('it still runs', async () => {
  const path = join(tempFolder(), 'node');
  writeFileSync(path, removeSymbols(stock), { mode: 0o755 });
  const answers = await Promise.all([stockPath, path].map(async (program) => await promisify(execFile)(program, ['-p', 'process.version'])));
  expect(answers[1]).toEqual(answers[0]);
});

test('once more changes nothing', () => {
  const stripped = removeSymbols(stock);
  // The table of names is all that is not loaded now, and it is written anew.
  expect(removeSymbols(stripped).equals(stripped)).toBe(true);
});

test.each([
  ['no ELF file', (image: Buffer) => { image.write('MZ'); }, 'no 64-bit little-endian ELF'],
  ['32-bit', (image: Buffer) => { image[4] = 1; }, 'no 64-bit little-endian ELF'],
  ['without a table of sections', (image: Buffer) => { image.writeUInt16LE(0, 0x3C); }, 'no table of sections'],
  ['with a loaded section after the others', (image: Buffer) => {
    const last = Number(image.readBigUInt64LE(0x28)) + (image.readUInt16LE(0x3C) - 1) * 0x40;
    image.writeBigUInt64LE(2n, last + 8);
  }, 'an order that is not known'],
])('refuses one that is %s', (_, damage, message) => {
  const image = Buffer.from(stock);
  damage(image);
  expect(() => removeSymbols(image)).toThrow(message);
});
