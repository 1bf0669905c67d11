/** Export into a file that is there: what it becomes is what wimlib-imagex makes of it, and nothing refers to what is not on the disk. */
import fs from 'node:fs';
import { copyFile, mkdir, readFile, stat } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WimFile } from '../../../sidecar/src/wim/wimFile.ts';
import { watchDisk } from '../../helpers/diskFaults.ts';
import { engine, leftovers, useStateDirectory } from '../../helpers/imageFiles.ts';
import { readTree } from '../../helpers/imageTree.ts';
import { testContext } from '../../helpers/operationContext.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';
import { appendImage, captureWim, imagex, ordinaryTree, pseudoRandom, splitWim, writeTree, type CaptureOptions } from '../../helpers/wims.ts';

useStateDirectory();

const context = () => testContext('imageFile/export');

/** A file with two images that share content with each other and with the other file, and that file, which boots its image. */
async function prepare(folder: string, from: CaptureOptions, to: CaptureOptions): Promise<{ source: string; path: string }> {
  const [source, path] = [join(folder, 'source.wim'), join(folder, 'to.wim')];
  const tree = await writeTree(join(folder, 'tree'), { ...ordinaryTree, 'large.bin': pseudoRandom(300_000, 5), one: 'one' });
  await captureWim(tree, source, { ...from, name: 'A & <B>', description: 'D' });
  await writeTree(tree, { two: 'two', 'second.bin': pseudoRandom(100_000, 6) });
  await appendImage(tree, source, { name: '\u00dc', solid: from.solid });
  const other = await writeTree(join(folder, 'other'), { ...ordinaryTree, 'third.txt': 'third '.repeat(9000) });
  await captureWim(other, path, { ...to, name: 'Other', boot: to.solid !== true });
  return { source, path };
}

/** Contents with their counts, and the XML data but for numbers that the layout decides. */
async function contentOf(path: string): Promise<unknown> {
  const wim = await WimFile.open(path);
  try {
    const { text } = await wim.document();
    const entries = [...(await wim.blobs()).entries()].filter(({ isResource }) => !isResource).map(({ hash, referenceCount }) => [Buffer.from(hash, 'latin1').toString('hex'), referenceCount]);
    return { text: text.replace(/(?<=<TOTALBYTES>)\d+(?=<\/TOTALBYTES>(?:<IMAGE |<\/WIM>))/, ''), entries: entries.sort(), boot: wim.header.bootIndex, images: (await wim.blobs()).imageHashes() };
  } finally {
    await wim.close();
  }
}

describe('images get into a file', () => {
  test.for<[CaptureOptions, CaptureOptions, split: boolean]>([
    [{ compress: 'LZX' }, { compress: 'LZX' }, false], [{ compress: 'XPRESS' }, { compress: 'XPRESS', integrity: true }, false],
    [{ compress: 'none' }, { compress: 'none' }, false], [{ compress: 'LZX' }, { compress: 'LZX' }, true], [{ compress: 'XPRESS' }, { compress: 'LZX' }, true],
    [{ compress: 'LZX' }, { compress: 'XPRESS', integrity: true }, false], [{ compress: 'none' }, { compress: 'LZX' }, false],
    [{ compress: 'LZMS', solid: true }, { compress: 'LZX' }, false], [{ compress: 'LZX' }, { compress: 'LZMS', solid: true }, false],
    [{ compress: 'LZMS', solid: true }, { compress: 'LZMS', solid: true }, false],
  ])('from %j to %j, split: %s', async ([from, to, split]) => {
    const folder = tempFolder();
    const { source, path } = await prepare(folder, from, to);
    const judge = join(folder, 'judge.wim');
    await copyFile(path, judge);
    await imagex('export', source, 'all', judge, ...to.solid === true ? ['--solid'] : []);
    const trees = [await readTree(source, 1), await readTree(source, 2)];
    const sourceImagePath = split ? await splitWim(source, folder, 0.2) : source;
    const result = await engine.exportImage({ sourceImagePath, sourceIndexes: '*', destinationImagePath: path }, context());
    expect(result).toMatchObject({ imageIndex: 2, imageIndexes: [2, 3], warnings: [], sizeAfter: (await stat(path)).size });
    await imagex('verify', path);
    expect(await contentOf(path)).toEqual(await contentOf(judge));
    expect([await readTree(path, 2), await readTree(path, 3)]).toEqual(trees);
    expect(Math.abs((await stat(path)).size - (await stat(judge)).size)).toBeLessThan(5000);
    expect(leftovers(folder)).toEqual([]);
    // It can be grown again, by both of us.
    await engine.exportImage({ sourceImagePath, sourceIndexes: [1], destinationImagePath: path, destinationName: 'Again <&>', checkIntegrity: true, ...to.solid === true ? {} : { setbootable: true } }, context());
    await imagex('export', source, '2', path, 'Once more', ...to.solid === true ? ['--solid'] : []);
    await imagex('verify', path);
    expect(await imagex('info', path)).toMatch(/Image Count: +5\n[^]*Name: +Again <&>\n[^]*Name: +Once more\n/);
    expect(await imagex('info', path)).toMatch(to.solid === true ? /Boot Index: +0/ : /Boot Index: +4/);
    expect(await readTree(path, 4)).toEqual(trees[0]);
    await imagex('optimize', path);
    expect([await readTree(path, 4), await readTree(path, 5)]).toEqual(trees);
  });
});

describe.for<[string, CaptureOptions]>([['copied', { compress: 'LZX' }], ['compressed', { compress: 'XPRESS' }]])('%s', ([, from]) => {
  test('the file is the old one to the byte where a call fails, whichever it is', async () => {
    const folder = tempFolder();
    await mkdir(join(folder, 'place'));
    const { source, path } = await prepare(folder, from, { compress: 'LZX', integrity: true });
    const before = await readFile(path);
    const faults = await watchDisk('changing', () => { throw Object.assign(new Error('ENOSPC: write'), { code: 'ENOSPC', syscall: 'write', path }); });
    onTestFinished(() => { faults.remove(); });
    let calls = 0;
    for (let call = 1; ; call++) {
      faults.arm(call);
      const outcome = await engine.exportImage({ sourceImagePath: source, sourceIndexes: '*', destinationImagePath: path }, context()).then(() => undefined, (error: unknown) => error);
      calls = faults.disarm();
      if (!(await readFile(path)).equals(before)) { break; }
      expect(outcome).toMatchObject({ symbol: 'ERROR_DISK_FULL' });
    }
    expect(calls).toBeGreaterThan(8);
    // Where the call was one after the header was written, the file is the new one.
    await imagex('verify', path);
    expect(await imagex('info', path)).toMatch(/Image Count: +3/);
  });

  test('its header is written once, when all else is on the disk', async () => {
    const folder = tempFolder();
    const { source, path } = await prepare(folder, from, { compress: 'LZX' });
    const done: string[] = [];
    const { ino } = await stat(path);
    const probe = await fs.promises.open('/dev/null');
    const prototype = Object.getPrototypeOf(probe) as Record<'write' | 'sync' | 'truncate', (this: { fd: number }, ...args: unknown[]) => Promise<unknown>>;
    await probe.close();
    for (const name of ['write', 'sync', 'truncate'] as const) {
      const original = prototype[name];
      prototype[name] = async function (...args) {
        const result = await original.apply(this, args);
        if (fs.fstatSync(this.fd).ino === ino) { done.push(name === 'write' && args[3] === 0 ? 'header' : name); }
        return result;
      };
      onTestFinished(() => { prototype[name] = original; });
    }
    syncBuiltinESMExports();
    await engine.exportImage({ sourceImagePath: source, sourceIndexes: '*', destinationImagePath: path }, context());
    expect(done.slice(-3)).toEqual(['sync', 'header', 'sync']);
    expect(done.filter((name) => name === 'header')).toHaveLength(1);
    await imagex('verify', path);
  });
});
