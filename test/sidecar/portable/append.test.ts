/** Appending an image to a file: what wimlib-imagex reads of it, and that the file is the old one or the new one, whole, whatever happens. */
import { copyFile, mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { watchDisk } from '../../helpers/diskFaults.ts';
import { runCommand } from '../../helpers/killedCommand.ts';
import { appliedImage, detailedList, failure, hashFile, readFolder, workbench, type Params, type Workbench } from '../../helpers/mounts.ts';
import { isRoot } from '../../helpers/nobody.ts';
import { ntfsFiles, ntfsVolume } from '../../helpers/ntfs.ts';
import { stopJobs } from '../../helpers/wimJobs.ts';
import { captureWim, imagex, ordinaryTree, pseudoRandom, writeTree, type CaptureOptions } from '../../helpers/wims.ts';

/** What is new beside ordinaryTree, and what is not. */
const secondTree = { 'readme.txt': ordinaryTree['readme.txt'] ?? '', 'Windows/new.dll': pseudoRandom(90_000, 8), 'new.txt': 'new '.repeat(20_000), 'empty.txt': '' };

/** A file with one image, and a folder to be the second. */
async function prepare(bench: Workbench, options: CaptureOptions = {}) {
  const first = await writeTree(join(bench.folder, 'first'), ordinaryTree);
  const second = await writeTree(join(bench.folder, 'second'), secondTree);
  const imagePath = await captureWim(first, join(bench.folder, 'a.wim'), { name: 'First', ...options });
  const append = async (more: Partial<Params<'appendImage'>> = {}) => await bench.call('appendImage', { imagePath, capturePath: second, imageName: 'Second', ...more });
  return { imagePath, first, second, append };
}

describe('an image', () => {
  test.for([
    ['none', {}], ['XPRESS', {}], ['LZX', {}], ['LZMS', {}], ['LZMS', { solid: true }], ['LZX', { integrity: true }],
  ] as const)('is added to a file of type %s %j', async ([compress, options]) => {
    const bench = await workbench();
    const { imagePath, first, second, append } = await prepare(bench, { compress, ...options });
    const { size } = await stat(imagePath);
    const result = await append({ description: 'The second', verify: true });
    expect(result).toMatchObject({ path: second, imagePath, imageIndex: 2, sizeBefore: size, sizeAfter: (await stat(imagePath)).size });
    expect(await appliedImage(bench, imagePath)).toEqual(await readFolder(first));
    expect(await appliedImage(bench, imagePath, 2)).toEqual(await readFolder(second));
    const info = await imagex('info', imagePath);
    expect(info).toMatch(/Name: +First[^]*Name: +Second\n[^]*Description: +The second/);
    // What the first image has is not stored again: of what is new only as much as there is.
    expect(result.sizeAfter - size).toBeLessThan(90_000 + 80_000 + 20_000);
    await bench.call('getImageInfo', { imagePath, imageName: 'Second' });
    await imagex('optimize', imagePath);
    expect(await appliedImage(bench, imagePath, 2)).toEqual(await readFolder(second));
    expect(await readdir(bench.folder)).toEqual(expect.not.arrayContaining([expect.stringMatching(/^\.dismts/)]) as string[]);
  });

  test('of a file for WIMBoot has the chunks of that', async () => {
    const bench = await workbench();
    const { second, append } = await prepare(bench);
    const imagePath = join(bench.folder, 'boot.wim');
    await bench.call('captureImage', { imagePath, capturePath: join(bench.folder, 'first'), imageName: 'First', wimBoot: true });
    await append({ imagePath, wimBoot: true });
    expect(await appliedImage(bench, imagePath, 2)).toEqual(await readFolder(second));
    expect(await failure(append({ wimBoot: true }))).toMatchObject({ symbol: 'E_INVALIDARG', message: expect.stringContaining('is not compressed as WIMBoot needs it') as string });
  });

  test('is the one to boot where that is asked for, and the table is made or made anew', async () => {
    const bench = await workbench();
    const { imagePath, append } = await prepare(bench, { boot: true });
    await append();
    expect(await imagex('info', imagePath)).toMatch(/Boot Index: +1/);
    await append({ imageName: 'Third', setbootable: true, checkIntegrity: true });
    expect(await imagex('info', imagePath)).toMatch(/Boot Index: +3/);
    expect(await imagex('info', imagePath, '--check')).toMatch(/Image Count: +3/);
    const bytes = await readFile(imagePath);
    bytes[5000] = (bytes[5000] ?? 0) ^ 1;
    await writeFile(imagePath, bytes);
    const hash = await hashFile(imagePath);
    expect(await failure(append({ imageName: 'Fourth', checkIntegrity: true }))).toMatchObject({ symbol: 'ERROR_FILE_CORRUPT' });
    expect(await hashFile(imagePath)).toBe(hash);
  });

  test.runIf(isRoot)('of a volume has everything that NTFS has', async () => {
    const bench = await workbench();
    const { imagePath, append } = await prepare(bench, { compress: 'LZX' });
    const volume = await ntfsVolume(join(bench.folder, 'ntfs.img'), ntfsFiles);
    await append({ capturePath: volume });
    await imagex('capture', volume, join(bench.folder, 'judge.wim'), 'Volume', '--norpfix', '--compress=LZX');
    const places = /^\s*(?:Raw )?(?:Offset|Resource|Compressed|Uncompressed|Part|Flags|Blob|Size|Location).*$/gm;
    const list = (map: Map<string, string>) => new Map([...map].map(([path, text]) => [path, text.replace(places, '')]));
    expect(list(await detailedList(imagePath, 2))).toEqual(list(await detailedList(join(bench.folder, 'judge.wim'))));
  });

  test('is refused with a name that is taken, and into what cannot be changed', async () => {
    const bench = await workbench();
    const { imagePath, append } = await prepare(bench);
    const hash = await hashFile(imagePath);
    expect(await failure(append({ imageName: 'FIRST' }))).toMatchObject({ symbol: 'ERROR_ALREADY_EXISTS', message: expect.stringContaining('image 1 of the file has the name') as string });
    expect(await failure(append({ imagePath: `${imagePath}.none` }))).toMatchObject({ symbol: 'ERROR_FILE_NOT_FOUND' });
    await mkdir(join(bench.folder, 'parts'));
    await imagex('split', imagePath, join(bench.folder, 'parts', 'a.swm'), '0.1');
    expect(await failure(append({ imagePath: join(bench.folder, 'parts', 'a.swm') }))).toMatchObject({ symbol: 'WIM_E_SPLIT_NOT_MOUNTABLE' });
    expect(await hashFile(imagePath)).toBe(hash);
  });

  test('is foreseen by a dry run, which writes nothing', async () => {
    const bench = await workbench();
    const { imagePath, append } = await prepare(bench, { compress: 'none' });
    const hash = await hashFile(imagePath);
    const { plan, sizeBefore } = await append({ validateOnly: true });
    expect(plan?.writes).toEqual([{ path: imagePath, change: 'Grown', maximumBytes: expect.any(Number) as number, freeBytes: expect.any(Number) as number }]);
    expect(await hashFile(imagePath)).toBe(hash);
    const { sizeAfter } = await append();
    expect(sizeAfter).toBeGreaterThan(sizeBefore);
    expect(plan?.writes[0]?.maximumBytes).toBeGreaterThanOrEqual(sizeAfter);
  });
});

describe('the file', () => {
  test('is the old one to the byte where a call fails, whichever it is', async () => {
    const bench = await workbench();
    const { imagePath, append } = await prepare(bench, { integrity: true });
    const hash = await hashFile(imagePath);
    let calls = 0;
    const faults = await watchDisk('changing', () => { throw Object.assign(new Error('ENOSPC: write'), { code: 'ENOSPC', syscall: 'write', path: imagePath }); });
    try {
      for (let call = 1; ; call++) {
        faults.arm(call);
        const outcome = await append().then(() => undefined, (error: unknown) => error);
        calls = faults.disarm();
        if (await hashFile(imagePath) !== hash) { break; }
        expect(outcome).toMatchObject({ symbol: 'ERROR_DISK_FULL' });
      }
    } finally {
      faults.remove();
    }
    expect(calls).toBeGreaterThan(8);
    // Where the call was one after the header was written, the file is the new one.
    await imagex('verify', imagePath);
    expect(await imagex('info', imagePath)).toMatch(/Image Count: +2/);
    // What could not be taken away then is taken away by the next operation.
    await append({ imageName: 'Third' });
    expect((await readdir(bench.folder)).filter((name) => name.startsWith('.dismts'))).toEqual([]);
  });

  test('is the old one where it is cancelled at any step, and no job is waited for', async () => {
    const bench = await workbench();
    const { imagePath, append } = await prepare(bench);
    const hash = await hashFile(imagePath);
    for (const phase of ['Scanning', 'Writing', 'Finishing'] as const) {
      const controller = new AbortController();
      let isCancelled = false;
      const second = join(bench.folder, 'second');
      const work = failure(bench.call('appendImage', { imagePath, capturePath: second, imageName: 'Second' }, {
        signal: controller.signal, onProgress: (value) => {
          if (value.phase !== phase || isCancelled) { return; }
          isCancelled = true;
          stopJobs();
          controller.abort();
        },
      }));
      expect(await work).toMatchObject({ symbol: 'ERROR_CANCELLED' });
      expect([phase, await hashFile(imagePath)]).toEqual([phase, hash]);
    }
    expect((await readdir(bench.folder)).filter((name) => name.startsWith('.dismts'))).toEqual([]);
    await append();
  });

  test('is whole after a kill, and the next command takes away what was left, and only that', async () => {
    const bench = await workbench();
    const { imagePath, second } = await prepare(bench, { compress: 'none' });
    await writeTree(second, Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`large ${i}`, pseudoRandom(500_000, 100 + i)])));
    const pristine = join(bench.folder, 'pristine');
    await copyFile(imagePath, pristine);
    const { size } = await stat(pristine);
    const params = { imagePath, capturePath: second, imageName: 'Second' };
    const { milliseconds } = await runCommand(bench, 'imageFile/append', params);
    expect(await imagex('info', imagePath)).toMatch(/Image Count: +2/);
    const seen = { old: 0, grown: 0, new: 0 };
    for (const fraction of [0.5, 0.7, 0.8, 0.85, 0.9, 0.95]) {
      await copyFile(pristine, imagePath);
      await runCommand(bench, 'imageFile/append', params, milliseconds * fraction);
      const isNew = (await imagex('info', imagePath)).includes('Second');
      if (isNew) { seen.new++; } else if ((await stat(imagePath)).size > size) { seen.grown++; } else { seen.old++; }
      await imagex('verify', imagePath);
      // Any command on image files will do.
      await bench.call('captureImage', { imagePath: join(bench.folder, `other ${fraction}.wim`), capturePath: join(bench.folder, 'first'), imageName: 'Other' });
      if (!isNew) { expect(await hashFile(imagePath)).toBe(await hashFile(pristine)); }
      expect((await readdir(bench.folder)).filter((name) => name.startsWith('.dismts'))).toEqual([]);
    }
    expect(seen.old + seen.grown + seen.new).toBe(6);
  }, 300_000);
});
