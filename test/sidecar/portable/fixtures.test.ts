/** The WIM files that other tests build on hold what they promise; wimlib-imagex says so too. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { textAt } from '../../../sidecar/src/wim/imageXml.ts';
import { WimFile } from '../../../sidecar/src/wim/wimFile.ts';
import { hostileContents, hostileFiles, hostileMetadata, hostileXml } from '../../helpers/hostileWims.ts';
import { readTree } from '../../helpers/imageTree.ts';
import { isRoot } from '../../helpers/nobody.ts';
import { ntfsFiles, ntfsWim } from '../../helpers/ntfs.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';
import { captureWim, imagex, largeWim, manyFilesWim, ordinaryWim, shared, splitWim, writeTree } from '../../helpers/wims.ts';

describe.runIf(isRoot)('ntfsWim()', () => {
  const wim = shared((folder) => ntfsWim(folder));

  test('keeps descriptors, attributes, short names, streams, times, links and reparse points', async () => {
    const tree = await readTree(wim());
    for (const [name, file] of Object.entries(ntfsFiles)) {
      const entry = tree[`/${name}`];
      expect(entry, name).toBeDefined();
      expect(entry?.shortName, name).toBe(file.shortName ?? '');
      expect(entry?.names, name).toEqual([name, ...file.links ?? []].map((path) => `/${path}`).sort());
      const sizes = Object.entries(entry?.streams ?? {}).map(([stream, [size]]) => [stream, size] as const);
      expect(Object.fromEntries(sizes), name).toEqual(Object.fromEntries(
        Object.entries(file.streams ?? {}).map(([stream, data]) => [stream, data.length])));
      expect(entry?.security, name).not.toBe('');
      if (file.security !== undefined) { expect(entry?.security, name).toBe(Buffer.from(file.security).toString('hex')); }
      if (file.attributes !== undefined) { expect((entry?.attributes ?? 0) & 0x27, name).toBe(file.attributes); }
      if (file.created !== undefined) { expect(entry?.created, name).toBe(String(file.created)); }
      if (file.reparse !== undefined) {
        expect(entry, name).toMatchObject({ reparseTag: file.reparse.tag, sizeBytes: file.reparse.data.length });
      } else {
        expect(entry?.sizeBytes, name).toBe(file.content?.length ?? 0);
      }
    }
    await imagex('verify', wim());
  });

  test('is listed by wimdir in the same words', async () => {
    const listed = await imagex('dir', wim(), '1', '--detailed', '--path=/everything.dll');
    const entry = (await readTree(wim()))['/everything.dll'];
    expect(listed).toContain(`Short Name          = "${entry?.shortName}"`);
    expect(listed).toContain(`Security Descriptor = ${entry?.security}`);
    expect(listed).toContain(`Hash              = 0x${entry?.sha1}`);
    expect(listed).toContain('Named data stream "extra"');
  });
});

describe('readTree()', () => {
  test('of the same folder captured twice is equal, and not after a change', async () => {
    const folder = tempFolder();
    const source = await writeTree(join(folder, 'source'), { 'a.txt': 'a', 'b/c.txt': 'c' });
    const [first, second] = [await captureWim(source, join(folder, '1.wim'), { compress: 'LZX' }), await captureWim(source, join(folder, '2.wim'))];
    expect(await readTree(first)).toEqual(await readTree(second));
    await writeTree(source, { 'b/c.txt': 'd' });
    const third = await captureWim(source, join(folder, '3.wim'));
    expect(await readTree(first)).not.toEqual(await readTree(third));
  });
});

test('splitWim() makes several parts that join to the same image', async () => {
  const folder = tempFolder();
  const wim = await ordinaryWim(folder);
  const first = await splitWim(wim, folder, 0.1);
  const part = await WimFile.open(first);
  const { totalParts } = part.header;
  await part.close();
  expect(totalParts).toBeGreaterThan(2);
  const others = Array.from({ length: totalParts - 1 }, (_, i) => join(folder, `part${i + 2}.swm`));
  await imagex('join', join(folder, 'joined.wim'), first, ...others);
  expect(await readTree(join(folder, 'joined.wim'))).toEqual(await readTree(wim));
});

test('manyFilesWim() has as many files as asked for', async () => {
  const wim = await WimFile.open(await manyFilesWim(tempFolder(), 250));
  const { images: [image] } = await wim.document();
  await wim.close();
  expect(textAt(image, 'FILECOUNT')).toBe('250');
  expect(textAt(image, 'DIRCOUNT')).toBe('4');
});

test('largeWim() is as large as asked for', async () => {
  expect((await stat(await largeWim(tempFolder(), 8))).size).toBeGreaterThan(8 * 1024 * 1024);
});

test('README.md has a line for every hostile file', async () => {
  const readme = await readFile(fileURLToPath(new URL('../../fixtures/wims/README.md', import.meta.url)), 'utf8');
  const listed = [...readme.matchAll(/`(\w+)`/g)].map(([, name]) => name);
  for (const name of Object.keys({ ...hostileContents, ...hostileMetadata, ...hostileFiles, ...hostileXml })) {
    expect(listed).toContain(name);
  }
});
