/** Files of libwim that were added to in place by a change that is gone: what is taken away, and what is left alone. */
import { copyFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { lookAt, putBack, takeBack } from '../../../sidecar/src/imageFiles/fileBefore.ts';
import { WimFile } from '../../../sidecar/src/wim/wimFile.ts';
import { captureWim, imagex, ordinaryTree, shared, writeTree } from '../../helpers/wims.ts';

const kinds = [
  { name: 'with an integrity table', options: { compress: 'LZX', integrity: true } },
  { name: 'that is solid', options: { compress: 'LZMS', solid: true } },
  { name: 'that is not compressed', options: { compress: 'none', boot: true } },
] as const;

async function withFile<T>(path: string, body: (file: WimFile) => Promise<T>): Promise<T> {
  const file = await WimFile.open(path, { forWriting: true });
  try { return await body(file); } finally { await file.close(); }
}

describe.for(kinds)('a file $name', ({ options }) => {
  const made = shared(async (folder) => {
    const tree = await writeTree(join(folder, 'tree'), ordinaryTree);
    mkdirSync(join(folder, 'more'));
    writeFileSync(join(folder, 'more', 'a.bin'), Buffer.alloc(100_000, 'more'));
    const path = await captureWim(tree, join(folder, 'a.wim'), options);
    return { folder, path, bytes: readFileSync(path), before: await withFile(path, lookAt) };
  });

  /** A copy with this in place of some bytes, and something behind its end. */
  function spoiled(at: number, ...values: number[]): string {
    const { folder, bytes } = made();
    const copy = join(folder, 'copy.wim');
    const data = Buffer.from(bytes);
    data.set(values, at);
    writeFileSync(copy, Buffer.concat([data, Buffer.alloc(5000, 'x')]));
    return copy;
  }

  test('loses what was added behind its end, and the mark of the writer', async () => {
    const { bytes, before } = made();
    const copy = spoiled(0x10, bytes.readUInt8(0x10) | 0x40);
    expect(await withFile(copy, (file) => takeBack(file, before))).toBe(5000);
    expect(readFileSync(copy).equals(bytes)).toBe(true);
    await imagex('verify', copy);
    expect(await withFile(copy, (file) => takeBack(file, before))).toBe(0);
  });

  test('keeps all where its header or a table is another one by now', async () => {
    const { folder, path, bytes, before } = made();
    // A digit of the GUID, and one of a hash in the blob table.
    for (const at of [0x20, Number(bytes.readBigUInt64LE(0x38)) + 49]) {
      const copy = spoiled(at, bytes.readUInt8(at) ^ 1);
      const there = statSync(copy).size;
      expect(await withFile(copy, (file) => takeBack(file, before))).toBeUndefined();
      expect(statSync(copy).size).toBe(there);
    }
    const appended = join(folder, 'appended.wim');
    copyFileSync(path, appended);
    await imagex('append', join(folder, 'more'), appended, 'Second');
    const grown = readFileSync(appended);
    expect(await withFile(appended, (file) => takeBack(file, before))).toBeUndefined();
    expect(readFileSync(appended).equals(grown)).toBe(true);
  });

  test('keeps all that it refers to, whatever a record says', async () => {
    const { folder, path, bytes, before } = made();
    const copy = join(folder, 'short.wim');
    copyFileSync(path, copy);
    for (const size of [0, 208, bytes.length - 1]) {
      expect(await withFile(copy, (file) => takeBack(file, { ...before, size }))).toBeUndefined();
    }
    expect(readFileSync(copy).equals(bytes)).toBe(true);
  });

  test('is left alone where it cannot be read', async () => {
    const { bytes, before } = made();
    const copy = spoiled(Number(bytes.readBigUInt64LE(0x50)), 0xff, 0xff, 0xff, 0xff);
    await expect(withFile(copy, (file) => takeBack(file, before))).rejects.toMatchObject({ symbol: 'WIM_E_INVALID_CONTAINER' });
    writeFileSync(copy, bytes.subarray(0, bytes.length - 1));
    await expect(withFile(copy, (file) => takeBack(file, before))).rejects.toMatchObject({ symbol: 'WIM_E_INVALID_CONTAINER' });
  });
});

describe.for(kinds)('putBack() of a file $name', ({ options }) => {
  const appended = shared(async (folder) => {
    const tree = await writeTree(join(folder, 'tree'), ordinaryTree);
    const more = await writeTree(join(folder, 'more'), { 'a.bin': Buffer.alloc(100_000, 'more') });
    const path = await captureWim(tree, join(folder, 'a.wim'), options);
    const bytes = readFileSync(path);
    const before = await withFile(path, lookAt);
    await imagex('append', more, path, 'More');
    return { folder, path, bytes, before, place: await withFile(path, async (file) => (await file.blobs()).imageMetadata(1)) };
  });

  test('gives a file its old header back, though a new image is in it', async () => {
    const { folder, path, bytes, before } = appended();
    const copy = join(folder, 'copy.wim');
    copyFileSync(path, copy);
    expect(await withFile(copy, async (file) => await takeBack(file, before))).toBeUndefined();
    expect(await withFile(copy, async (file) => await putBack(file, before))).toBe(statSync(path).size - bytes.length);
    expect(readFileSync(copy).equals(bytes)).toBe(true);
  });

  test.for(['tables', 'metadata'])('leaves it alone where something was written over %s that it had', async (what) => {
    const { folder, path, bytes, before, place } = appended();
    const copy = join(folder, 'copy.wim');
    const data = readFileSync(path);
    // The blob table, as the old header names it.
    const at = what === 'tables' ? Number(bytes.readBigUInt64LE(0x38)) + 8 : (place?.offset ?? 0) + 2;
    data[at] = (data[at] ?? 0) ^ 0xff;
    writeFileSync(copy, data);
    expect(await withFile(copy, async (file) => await putBack(file, before))).toBeUndefined();
    expect(readFileSync(copy).equals(data)).toBe(true);
  });
});
