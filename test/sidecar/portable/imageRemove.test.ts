/** Removing images, changing what a file says of them, and listing them, on the portable engine; wimlib-imagex judges. */
import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CancelledError } from '../../../sidecar/src/errors.ts';
import { WimFile } from '../../../sidecar/src/wim/wimFile.ts';
import { watchDisk } from '../../helpers/diskFaults.ts';
import { hostileContents, hostileMetadata } from '../../helpers/hostileWims.ts';
import { engine, failure, leftovers, useStateDirectory } from '../../helpers/imageFiles.ts';
import { readTree } from '../../helpers/imageTree.ts';
import { testContext } from '../../helpers/operationContext.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';
import { appendImage, imagex, ordinaryWim, pseudoRandom, splitWim } from '../../helpers/wims.ts';

useStateDirectory();

const context = () => testContext('imageFile/remove');

/** Three images: the second one has a file of its own, the third one is booted. */
async function threeImages(folder: string, options: Parameters<typeof ordinaryWim>[1] = {}): Promise<string> {
  const wim = await ordinaryWim(folder, { name: 'First', ...options });
  await writeFile(join(folder, 'source', 'second.bin'), pseudoRandom(200_000, 5));
  const { integrity, solid } = options;
  await appendImage(join(folder, 'source'), wim, { name: 'Zweites & <\u65e5>', integrity, solid });
  await writeFile(join(folder, 'source', 'second.bin'), 'third');
  await appendImage(join(folder, 'source'), wim, { name: 'Third', integrity, solid, boot: true });
  return wim;
}

async function textOf(wim: string): Promise<string> {
  const file = await WimFile.open(wim);
  try { return (await file.document()).text; } finally { await file.close(); }
}

const boot = async (wim: string) => /Boot Index: +(\d+)/.exec(await imagex('info', wim))?.[1];

describe('imageFile/remove', () => {
  test.for([['XPRESS', false, false], ['LZX', false, true], ['none', false, false], ['LZMS', true, false]] as const)(
    '%s, solid: %s, integrity: %s', async ([compress, solid, integrity]) => {
      const folder = tempFolder();
      const path = await threeImages(folder, { compress, solid, integrity });
      const before = readFileSync(path);
      const [first, third] = [await readTree(path, 1), await readTree(path, 3)];
      const result = await engine.removeImage({ imagePath: path, imageName: 'Zweites & <\u65e5>' }, context());
      expect(result).toMatchObject({
        imagePath: path, imageIndex: null, removedIndex: 2, removedName: 'Zweites & <\u65e5>', sizeBefore: before.length, sizeAfter: statSync(path).size, warnings: [],
      });
      await imagex('verify', path);
      expect(await imagex('info', path)).toMatch(/Image Count: +2/);
      expect(await boot(path)).toBe('2');
      expect(await readTree(path, 1)).toEqual(first);
      expect(await readTree(path, 2)).toEqual(third);
      const after = readFileSync(path);
      expect(after.subarray(208, before.length).equals(before.subarray(208))).toBe(true);
      if (integrity) { expect(await engine.testImageFile({ imagePath: path }, context())).toMatchObject({ healthy: true, integrityTable: 'Ok' }); }
      const optimized = await engine.optimizeImageFile({ imagePath: path }, context());
      if (!solid) {
        expect(result.unusedBytes).toBeGreaterThan(200_000);
        // What is freed is what was said, but for tables that are written anew.
        expect(Math.abs(optimized.sizeBefore - optimized.sizeAfter - result.unusedBytes)).toBeLessThan(2000);
      }
      expect(leftovers(folder)).toEqual([]);
    });

  test('refuses the only image, parts, and an index of none', async () => {
    const folder = tempFolder();
    const path = await ordinaryWim(folder, { compress: 'none' });
    const before = readFileSync(path);
    expect(await failure(engine.removeImage({ imagePath: path, imageIndex: 1 }, context()))).toMatchObject({ hresult: 0x80070005 });
    expect(await failure(engine.removeImage({ imagePath: path, imageIndex: 2 }, context()))).toMatchObject({ symbol: 'DISMAPI_E_INVALID_IMAGE_INDEX' });
    expect(await failure(engine.removeImage({ imagePath: await splitWim(path, folder, 0.2), imageIndex: 1 }, context())))
      .toMatchObject({ symbol: 'WIM_E_SPLIT_NOT_MOUNTABLE' });
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(leftovers(folder)).toEqual([]);
  });

  test('keeps what other images need, though the counts of the file be wrong', async () => {
    const folder = tempFolder();
    const path = await threeImages(folder, { compress: 'none' });
    // Every blob has a count of one: as if each image had its own.
    const wim = await WimFile.open(path);
    const { offset, sizeInWim } = wim.header.blobTable;
    await wim.close();
    const bytes = readFileSync(path);
    for (let at = offset; at < offset + sizeInWim; at += 50) { bytes.writeUInt32LE(1, at + 26); }
    writeFileSync(path, bytes);
    const [first, third] = [await readTree(path, 1), await readTree(path, 3)];
    await engine.removeImage({ imagePath: path, imageIndex: 2 }, context());
    await imagex('verify', path);
    expect(await readTree(path, 1)).toEqual(first);
    expect(await readTree(path, 2)).toEqual(third);
  });

  test('says that the boot image is gone, and what a dry run would do', async () => {
    const folder = tempFolder();
    const path = await threeImages(folder);
    const before = readFileSync(path);
    const dry = await engine.removeImage({ imagePath: path, imageIndex: 3, validateOnly: true }, context());
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(dry.warnings).toEqual([expect.stringContaining('boots') as string]);
    const result = await engine.removeImage({ imagePath: path, imageIndex: 3, checkIntegrity: true }, context());
    expect(result.sizeAfter).toBeLessThanOrEqual(dry.plan?.writes[0]?.maximumBytes ?? 0);
    expect(await boot(path)).toBe('0');
    expect(await imagex('info', path)).toMatch(/Attributes:.*Integrity info/);
    await imagex('verify', path);
  });

  test('cancelled, on a full disk, or refused by the disk at any call: the file is the old one', async () => {
    const folder = tempFolder();
    const path = await threeImages(folder, { integrity: true });
    const before = readFileSync(path);
    expect(await failure(engine.removeImage({ imagePath: path, imageIndex: 1 }, testContext('imageFile/remove', { signal: AbortSignal.abort() }))))
      .toBeInstanceOf(CancelledError);
    const disk = await watchDisk('changing', (name) => { throw Object.assign(new Error(`ENOSPC: ${name}`), { code: 'ENOSPC', syscall: name }); });
    try {
      let refused = 0;
      for (let call = 1; call < 60; call++) {
        disk.arm(call);
        const error: unknown = await engine.removeImage({ imagePath: path, imageIndex: 1 }, context()).then(() => undefined, (reason: unknown) => reason);
        const calls = disk.disarm();
        if (error === undefined && calls < call) { break; }
        if (error !== undefined) { refused++; }
        const now = readFileSync(path);
        const isNew = /Image Count: +2/.test(await imagex('info', path));
        expect(isNew ? 'whole' : now.subarray(0, before.length).equals(before) ? 'old' : 'neither').toBe(isNew ? 'whole' : 'old');
        await imagex('verify', path);
        writeFileSync(path, before);
        truncateSync(path, before.length);
      }
      expect(refused).toBeGreaterThan(5);
    } finally {
      disk.remove();
    }
  });
});

describe('imageFile/set', () => {
  test('sets names and texts, whatever characters they have, and leaves all else to the letter', async () => {
    const folder = tempFolder();
    const path = await threeImages(folder, { integrity: true });
    const before = readFileSync(path);
    const tree = await readTree(path, 2);
    const result = await engine.setImage({
      imagePath: path, imageIndex: 2, newName: 'N\u00e4me & <\u65e5\u672c> "q"', description: '', displayName: 'Shown \ud83d\ude00', displayDescription: 'Long\ntext', flags: 'Core',
    }, context());
    expect(result).toMatchObject({ imageIndex: 2, sizeBefore: before.length, sizeAfter: statSync(path).size, warnings: [] });
    expect(result.sizeAfter - before.length).toBeLessThan(8000);
    const info = await imagex('info', path, '2');
    expect(info).toMatch(/Name: +N\u00e4me & <\u65e5\u672c> "q"/);
    expect(info).toMatch(/Display Name: +Shown \ud83d\ude00/);
    expect(info).toMatch(/Flags: +Core/);
    const text = await textOf(path);
    expect(/<IMAGE INDEX="2">.*?<\/IMAGE>/s.exec(text)?.[0]).not.toContain('<DESCRIPTION>');
    expect(await engine.testImageFile({ imagePath: path }, context())).toMatchObject({ healthy: true, integrityTable: 'Ok' });
    await imagex('verify', path);
    expect(await readTree(path, 2)).toEqual(tree);
    expect(readFileSync(path).subarray(208, before.length).equals(before.subarray(208))).toBe(true);
    await engine.setImage({ imagePath: path, imageName: 'Third', flags: 'Pro' }, context());
    expect(await imagex('info', path, '3')).toMatch(/Flags: +Pro/);
    expect(leftovers(folder)).toEqual([]);
  });

  test('sets the boot index, which changes the header alone', async () => {
    const folder = tempFolder();
    const path = await threeImages(folder);
    for (const [bootIndex, wanted] of [[1, '1'], [0, '0'], [2, '2']] as const) {
      const { sizeBefore, sizeAfter } = await engine.setImage({ imagePath: path, bootIndex }, context());
      expect(sizeAfter).toBe(sizeBefore);
      expect(await boot(path)).toBe(wanted);
    }
    await imagex('verify', path);
    expect(await failure(engine.setImage({ imagePath: path, bootIndex: 4 }, context()))).toMatchObject({ symbol: 'DISMAPI_E_INVALID_IMAGE_INDEX' });
    const solid = await ordinaryWim(tempFolder(), { compress: 'LZMS', solid: true });
    expect(await failure(engine.setImage({ imagePath: solid, bootIndex: 1 }, context()))).toMatchObject({ symbol: 'E_INVALIDARG' });
  });

  test('refuses a name that is taken, and half a character', async () => {
    const folder = tempFolder();
    const path = await threeImages(folder);
    const before = readFileSync(path);
    expect(await failure(engine.setImage({ imagePath: path, imageIndex: 1, newName: 'Third' }, context()))).toMatchObject({ hresult: 0x800700B7 });
    expect(await failure(engine.setImage({ imagePath: path, imageIndex: 1, description: 'half \ud800' }, context()))).toMatchObject({ symbol: 'E_INVALIDARG' });
    await engine.setImage({ imagePath: path, imageIndex: 1, newName: 'Dry', validateOnly: true }, context());
    expect(readFileSync(path).equals(before)).toBe(true);
    await engine.setImage({ imagePath: path, imageIndex: 3, newName: 'Third' }, context());
    await imagex('verify', path);
  });
});

describe('imageFile/getContent', () => {
  async function list(imagePath: string, imageIndex = 1): Promise<string[]> {
    const paths: string[] = [];
    for (let first: number | null = 0; first !== null;) {
      const portion: Awaited<ReturnType<typeof engine.getImageContent>> = await engine.getImageContent({ imagePath, imageIndex, first }, context());
      paths.push(...portion.paths);
      first = portion.next;
    }
    return paths;
  }

  test('lists as dism does: the root first, folders with a backslash at the end, parents before children', async () => {
    const folder = tempFolder();
    const path = await ordinaryWim(folder);
    const paths = await list(path);
    expect(paths[0]).toBe('\\');
    const wanted = (await imagex('dir', path, '1')).trim().split('\n').map((line) => line.replaceAll('/', '\\'));
    expect(paths.map((line) => line.replace(/(?<=.)\\$/, '')).sort()).toEqual(wanted.sort());
    expect(paths).toContain('\\Windows\\System32\\');
    expect(paths).toContain('\\readme.txt');
    const seen = new Set<string>();
    for (const line of paths) {
      expect(line === '\\' || seen.has(line.replace(/[^\\]+\\?$/, '')), line).toBe(true);
      seen.add(line);
    }
  });

  test('in portions, whole and without repetition', async () => {
    const folder = tempFolder();
    const path = join(folder, 'deep.wim');
    await writeFile(path, hostileContents.deep());
    const paths = await list(path);
    expect(paths.length).toBe(16_003);
    expect(new Set(paths).size).toBe(paths.length);
    const { paths: rest, next } = await engine.getImageContent({ imagePath: path, imageIndex: 1, first: 16_000 }, context());
    expect({ count: rest.length, next }).toEqual({ count: 3, next: null });
  });

  test('hostile images end in a list or an error', async () => {
    const folder = tempFolder();
    for (const [name, build] of [...Object.entries(hostileContents), ...Object.entries(hostileMetadata)]) {
      const path = join(folder, `${name}.wim`);
      await writeFile(path, build());
      if (name in hostileContents) { expect((await list(path))[0]).toBe('\\'); } else { await list(path).catch(() => undefined); }
    }
  });
});
