/** Saving the changes of a mount into its WIM: every kind of change, every kind of file; wimlib-imagex confirms. */
import {
  appendFile, copyFile, cp, link, mkdir, mkdtemp, open, readdir, readFile, readlink, rename, rm, stat, symlink, unlink, utimes, writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Dice, randomChange, runScenarios, type Selection, writeScenarioFolder, writeScenarios } from '../../helpers/changes.ts';
import { WritableFolderImage } from '../../../sidecar/src/imageFiles/writableFolder.ts';
import { notePreparation } from '../../../sidecar/src/servicing/changeJournal.ts';
import { setAttribute } from '../../../sidecar/src/platform/linux/attributes.ts';
import { appliedImage, detailedList, failure, hashFile, readFolder, runProgram, workbench, type Workbench } from '../../helpers/mounts.ts';
import { isRoot } from '../../helpers/nobody.ts';
import {
  appendImage, captureWim, imagex, ordinaryTree, ordinaryWim, pseudoRandom, setProperties, writeTree, type CaptureOptions,
} from '../../helpers/wims.ts';

/** What wimlib counts in an image when it captures it: the same numbers have to be in the file after a save. */
async function statistics(wim: string, imageIndex = 1): Promise<Record<string, string>> {
  const text = await imagex('info', wim, String(imageIndex));
  return Object.fromEntries(['Directory Count', 'File Count', 'Total Bytes', 'Hard Link Bytes'].map((name) =>
    [name, new RegExp(`^${name}: +(.+)$`, 'm').exec(text)?.[1] ?? '']));
}

/** Each blob with the number of references to it. */
async function blobs(wim: string): Promise<Record<string, string>> {
  const text = await imagex('info', wim, '--blobs');
  const blocks = text.split(/\n\n/).filter((block) => block.includes('Hash') && !/^Flags.*(?:METADATA|WIM_RESHDR_FLAG_METADATA)/m.test(block));
  return Object.fromEntries(blocks.map((block) => [/^Hash +=\s+(\S+)/m.exec(block)?.[1] ?? '', /^Reference Count +=\s+(\d+)/m.exec(block)?.[1] ?? '']));
}

/** Checks what a save leaves in a file against what wimlib itself makes of the same content. */
async function expectImage(bench: Workbench, wim: string, expectedFolder: string, imageIndex = 1): Promise<void> {
  expect(await appliedImage(bench, wim, imageIndex)).toEqual(await readFolder(expectedFolder));
  await expectCounts(bench, wim, expectedFolder, imageIndex);
}

async function expectCounts(bench: Workbench, wim: string, expectedFolder: string, imageIndex = 1): Promise<void> {
  const folder = await mkdtemp(join(bench.folder, 'again-'));
  const again = await captureWim(expectedFolder, join(folder, 'again.wim'), { compress: 'none' });
  expect(await statistics(wim, imageIndex)).toEqual(await statistics(again));
  await imagex('export', wim, 'all', join(folder, 'export.wim'), '--compress=none');
  expect(await blobs(wim)).toEqual(await blobs(join(folder, 'export.wim')));
  await rm(folder, { recursive: true });
}

describe.runIf(isRoot)('commitImage()', () => {
  // All changes in the kinds of file that are furthest apart; a part of them, and all together again, in those between.
  const kinds = [
    ['LZX', { compress: 'LZX', integrity: true }, { first: 0, step: 1 }],
    ['solid (ESD)', { compress: 'LZMS', solid: true, integrity: true }, { first: 0, step: 1 }],
    ['uncompressed', { compress: 'none' }, { first: 0, step: 3 }],
    ['XPRESS', { compress: 'XPRESS' }, { first: 1, step: 3 }],
    ['LZMS', { compress: 'LZMS' }, { first: 2, step: 3 }],
  ] as const satisfies readonly (readonly [string, CaptureOptions, Selection])[];
  test.for(['Windows', 'old windows'])('ends a change of the registry that was interrupted below "%s", and saves none of what it left', async (windows) => {
    const bench = await workbench();
    const wim = await captureWim(await writeTree(join(bench.folder, 'source'), { [`${windows}/SYSTEM32/config/SYSTEM`]: 'a hive', 'other/file': 'x' }), join(bench.folder, 'all.wim'));
    const mountPath = await bench.mount(wim);
    const config = `${windows}/SYSTEM32/config`;
    const image = new WritableFolderImage(mountPath);
    await notePreparation(image, windows, [config]);
    await image.close();
    await writeFile(join(mountPath, 'other', 'new'), 'staged');
    expect(await readdir(join(mountPath, config))).toHaveLength(2);
    expect((await bench.save(mountPath)).warnings).toEqual([]);
    expect(await readdir(join(mountPath, config))).toEqual(['SYSTEM']);
    await bench.dismount(mountPath, false);
    const saved = await imagex('dir', wim, '1');
    expect(saved).toContain('/other/new');
    expect(saved).not.toContain('.dismts-change');
  });

  test.for(kinds)('saves every kind of change, and touches nothing else: %s', async ([, options, selection]) => {
    const bench = await workbench();
    const source = await writeScenarios(join(bench.folder, 'source'), selection);
    const wim = await captureWim(source, join(bench.folder, 'all.wim'), options);
    const before = await detailedList(wim);
    const mountPath = await bench.mount(wim);
    await runScenarios(mountPath, selection);
    const { warnings } = await bench.save(mountPath);
    await runScenarios(source, selection);
    const expected = await readFolder(source);
    await expectImage(bench, wim, source);
    expect(await readFolder(mountPath)).toEqual(expected);
    expect(warnings.filter((text) => !/Windows (?:cannot have|cannot follow|sees one)/.test(text))).toEqual([]);
    const after = await detailedList(wim);
    for (const [path, text] of before) {
      if (path.startsWith('/untouched') || path === '/') { expect(after.get(path)).toBe(text); }
    }
    expect(await bench.only()).toMatchObject({ mountStatus: 'Ok', mountMode: 'ReadWrite' });
  });

  test('makes a new image of a save that follows another one, and of a dismount that saves', async () => {
    const bench = await workbench();
    const wim = await ordinaryWim(bench.folder, { compress: 'LZX', integrity: true });
    const source = join(bench.folder, 'source');
    const mountPath = await bench.mount(wim);
    for (const [round, finish] of [() => bench.save(mountPath), () => bench.save(mountPath), () => bench.dismount(mountPath, true)].entries()) {
      for (const folder of [mountPath, source]) {
        await writeFile(join(folder, 'readme.txt'), `round ${round}`);
        await writeFile(join(folder, `new ${round}.txt`), pseudoRandom(50_000, round));
        if (round > 0) {
          await appendFile(join(folder, `new ${round - 1}.txt`), 'more');
          await rename(join(folder, `new ${round - 1}.txt`), join(folder, `Users/old ${round}.txt`));
        }
      }
      await finish();
      await expectImage(bench, wim, source);
    }
    expect(await bench.list()).toEqual([]);
  });

  test('keeps what was saved and drops what came after it', async () => {
    const bench = await workbench();
    const wim = await ordinaryWim(bench.folder);
    const mountPath = await bench.mount(wim);
    await writeFile(join(mountPath, 'saved.txt'), 'saved');
    await bench.save(mountPath);
    const hash = await hashFile(wim);
    await writeFile(join(mountPath, 'dropped.txt'), 'dropped');
    await unlink(join(mountPath, 'saved.txt'));
    await bench.dismount(mountPath, false);
    expect(await hashFile(wim)).toBe(hash);
    expect(await appliedImage(bench, wim)).toMatchObject({ 'saved.txt': 'file "saved"' });
  });

  test('does not touch a file where nothing was changed', async () => {
    const bench = await workbench();
    const wim = await ordinaryWim(bench.folder, { integrity: true });
    const [hash, before] = [await hashFile(wim), await stat(wim)];
    const mountPath = await bench.mount(wim);
    await readFolder(mountPath);
    expect(await bench.save(mountPath)).toMatchObject({ imageIndex: 1, warnings: [] });
    await bench.save(mountPath, { checkIntegrity: true });
    await writeFile(join(mountPath, 'new.txt'), 'new');
    await bench.call('commitImage', { mountPath, validateOnly: true });
    await bench.call('unmountImage', { mountPath, commit: true, validateOnly: true });
    await unlink(join(mountPath, 'new.txt'));
    await bench.dismount(mountPath, true);
    expect(await hashFile(wim)).toBe(hash);
    expect(await stat(wim)).toMatchObject({ ino: before.ino, mtimeMs: before.mtimeMs, ctimeMs: before.ctimeMs });
  });

  test('reports its phases in order, each to its end', async () => {
    const bench = await workbench();
    const mountPath = await bench.mount(await ordinaryWim(bench.folder));
    await writeFile(join(mountPath, 'new.txt'), pseudoRandom(3_000_000, 1));
    await bench.save(mountPath, { checkIntegrity: true });
    const { progressValues } = bench.context;
    const phases = [...new Set(progressValues.map(({ phase }) => phase))];
    expect(phases).toEqual(['Collecting changes', 'Writing', 'Writing metadata', 'Calculating integrity', 'Finishing', 'Mounting']
      .filter((phase) => phases.includes(phase as typeof phases[number])));
    for (const phase of ['Collecting changes', 'Writing', 'Writing metadata', 'Calculating integrity'] as const) {
      const values = progressValues.filter((value) => value.phase === phase);
      expect(values.at(-1)).toMatchObject({ current: values.at(-1)?.total });
      expect(values.map(({ current }) => current)).toEqual(values.map(({ current }) => current).sort((a, b) => a - b));
    }
  });

  test('appends the changed image as a new one with a name that is free', async () => {
    const bench = await workbench();
    const wim = await ordinaryWim(bench.folder, { name: 'R&D <"1">', integrity: true });
    const source = join(bench.folder, 'source');
    const [original, first] = [await readFolder(source), await detailedList(wim, 1)];
    await setProperties(wim, 1, { 'WINDOWS/EDITIONID': 'Professional' });
    const mountPath = await bench.mount(wim);
    for (const folder of [mountPath, source]) { await writeFile(join(folder, 'new.txt'), 'new'); }
    expect(await bench.save(mountPath, { append: true })).toMatchObject({ imageIndex: 2 });
    expect(await bench.only()).toMatchObject({ imageIndex: 1, mountStatus: 'Ok' });
    // The mount still shows image 1 with its changes, and they can be saved again.
    expect(await readFolder(mountPath)).toEqual(await readFolder(source));
    for (const folder of [mountPath, source]) { await writeFile(join(folder, 'newer.txt'), 'newer'); }
    expect(await bench.save(mountPath, { append: true })).toMatchObject({ imageIndex: 3 });
    await bench.dismount(mountPath, true, { append: true });
    expect(await appliedImage(bench, wim, 1)).toEqual(original);
    expect(await detailedList(wim, 1)).toEqual(first);
    expect(await appliedImage(bench, wim, 2)).toEqual({ ...original, 'new.txt': 'file "new"' });
    await expectImage(bench, wim, source, 3);
    await expectImage(bench, wim, source, 4);
    const names = [1, 2, 3, 4].map((index) => imagex('info', wim, String(index)).then((text) => /^Name: +(.+)$/m.exec(text)?.[1]));
    expect(await Promise.all(names)).toEqual(['R&D <"1">', 'R&D <"1"> (2)', 'R&D <"1"> (3)', 'R&D <"1"> (4)']);
    expect(await imagex('info', wim, '2')).toMatch(/^Edition ID: +Professional$/m);
    expect(await imagex('info', wim)).toMatch(/^Image Count: +4$/m);
  });

  test('leaves the other images of a file alone, and saves two of them that are mounted at once', async () => {
    const bench = await workbench();
    const wim = await ordinaryWim(bench.folder, { compress: 'LZX', integrity: true });
    const sources: string[] = [];
    for (const number of [1, 2, 3]) {
      const source = join(bench.folder, `source ${number}`);
      await cp(join(bench.folder, 'source'), source, { recursive: true, preserveTimestamps: true });
      await writeTree(source, { 'own.txt': `of ${number}`, [`only ${number}.bin`]: pseudoRandom(30_000, number) });
      await appendImage(source, wim, { name: `Image ${number}` });
      sources.push(source);
    }
    const untouched = await detailedList(wim, 1);
    const mounts = [await bench.mount(wim, { imageIndex: 2 }), await bench.mount(wim, { imageIndex: 4 })];
    const change = async (folder: string, text: string): Promise<void> => {
      await writeFile(join(folder, 'own.txt'), `changed ${text}`);
      await writeFile(join(folder, 'same in both.bin'), pseudoRandom(60_000, 99));
      await rm(join(folder, 'Windows'), { recursive: true });
    };
    for (const [index, source] of [[0, sources[0]], [1, sources[2]]] as const) {
      await change(mounts[index] ?? '', String(index));
      await change(source ?? '', String(index));
    }
    await Promise.all(mounts.map((mountPath) => bench.save(mountPath)));
    await expectImage(bench, wim, sources[0] ?? '', 2);
    await expectImage(bench, wim, sources[2] ?? '', 4);
    await Promise.all(mounts.map((mountPath) => writeFile(join(mountPath, 'second.txt'), 'second')));
    await Promise.all(mounts.map((mountPath) => bench.dismount(mountPath, true)));
    for (const source of [sources[0], sources[2]]) { await writeFile(join(source ?? '', 'second.txt'), 'second'); }
    await expectImage(bench, wim, sources[0] ?? '', 2);
    await expectImage(bench, wim, sources[2] ?? '', 4);
    await expectImage(bench, wim, sources[1] ?? '', 3);
    await expectImage(bench, wim, join(bench.folder, 'source'), 1);
    expect(await detailedList(wim, 1)).toEqual(untouched);
  });

  /** Header fields as wiminfo prints them. */
  async function headerOf(wim: string): Promise<Record<string, string>> {
    const text = await imagex('info', wim, '--header');
    return Object.fromEntries([...text.matchAll(/^(.+?) += (.+)$/gm)].map(([, name = '', value = '']) => [name, value]));
  }

  async function integrityTable(wim: string): Promise<Buffer | undefined> {
    const data = await readFile(wim);
    const [size, offset] = [data.readUIntLE(0x7c, 6), Number(data.readBigUInt64LE(0x84))];
    return size === 0 ? undefined : data.subarray(offset, offset + size);
  }

  test('keeps an integrity table valid, and adds one where asked: as wimlib computes it', async () => {
    const bench = await workbench();
    for (const integrity of [true, false]) {
      const folder = await bench.mountFolder(`integrity ${integrity}`);
      // Larger than one of the runs of 10 MiB that the table is made of, and grown beyond the next.
      const source = await writeTree(join(folder, 'source'), { 'large.bin': pseudoRandom(12_000_000, 1), 'a.txt': 'a' });
      const wim = await captureWim(source, join(folder, 'a.wim'), { compress: 'none', integrity });
      const mountPath = await bench.mount(wim);
      await writeFile(join(mountPath, 'a.txt'), 'changed');
      await bench.save(mountPath);
      expect(await integrityTable(wim) !== undefined).toBe(integrity);
      await writeFile(join(mountPath, 'more.bin'), pseudoRandom(11_000_000, 2));
      await bench.dismount(mountPath, true, { checkIntegrity: true });
      const table = await integrityTable(wim);
      expect(table?.readUInt32LE(4)).toBe(3);
      expect(await imagex('verify', wim)).toContain('was successfully verified');
      // wimlib's own, of the same bytes.
      const copy = join(folder, 'copy.wim');
      await copyFile(wim, copy);
      await imagex('info', copy, '1', 'Other', '--nocheck');
      expect(await integrityTable(copy)).toBeUndefined();
      await imagex('info', copy, '1', 'Name', '--check');
      expect(await integrityTable(copy)).toEqual(table);
      await imagex('optimize', wim, '--check');
    }
  });

  test.for([
    ['in a run before the last', 1_000_000, undefined], ['in the run that grows', 11_500_000, /did not match its integrity table/],
    ['in the size of the table', 'size', /table of .* was damaged before/], ['in the length of its runs', 'chunk', /table of .* was damaged before/],
  ] as const)('leaves damage to be found that a check found before: %s', async ([, place, warning]) => {
    const bench = await workbench();
    const source = await writeTree(join(bench.folder, 'source'), { 'a.txt': 'a', 'large.bin': pseudoRandom(12_000_000, 1) });
    const wim = await captureWim(source, join(bench.folder, 'a.wim'), { compress: 'none', integrity: true });
    const data = await readFile(wim);
    const table = Number(data.readBigUInt64LE(0x84));
    if (place === 'size') {
      data.writeUInt32LE(data.readUInt32LE(table) + 1, table);
    } else if (place === 'chunk') {
      data.writeUInt32LE(4 * 1024 * 1024, table + 8);
    } else {
      data.write('damage', place, 'latin1');
    }
    await writeFile(wim, data);
    const isDamaged = async (): Promise<void> => {
      expect(await failure(bench.mount(wim, { readOnly: true, checkIntegrity: true }))).toMatchObject({ symbol: 'ERROR_FILE_CORRUPT' });
      await expect(imagex('verify', wim)).rejects.toThrow();
    };
    await isDamaged();
    const mountPath = await bench.mount(wim);
    for (const [index, checkIntegrity] of [false, true].entries()) {
      await writeFile(join(mountPath, `more ${index}.bin`), pseudoRandom(5_000_000, index));
      const { warnings } = await bench.save(mountPath, { checkIntegrity });
      expect(warnings).toEqual(warning === undefined ? [] : [expect.stringMatching(warning)]);
    }
    await bench.dismount(mountPath, false);
    await isDamaged();
  });

  test.for([
    ['uncompressed', { compress: 'none' }, 300_000], ['LZX', { compress: 'LZX' }, 300_000], ['solid (ESD)', { compress: 'LZMS', solid: true }, 300_000],
    ['larger than is read at once', { compress: 'XPRESS' }, 65 * 1024 * 1024],
  ] as const)('puts content right that was damaged in the file and is written anew: %s', async ([, options, bytes]) => {
    const bench = await workbench();
    const content = pseudoRandom(bytes, 9);
    const source = await writeTree(join(bench.folder, 'source'), { 'a.txt': 'a', 'damaged.bin': content, 'twin.bin': content });
    const wim = await captureWim(source, join(bench.folder, 'a.wim'), options);
    const data = await readFile(wim);
    // Bytes that do not compress are stored as they are.
    const at = data.indexOf(content.subarray(100_000, 100_016));
    if (at === -1) { throw new Error('the content is not where it can be damaged'); }
    data.write('damage', at, 'latin1');
    await writeFile(wim, data);
    await expect(imagex('verify', wim)).rejects.toThrow();
    const mountPath = await bench.mount(wim);
    await rm(join(mountPath, 'damaged.bin'));
    await writeFile(join(mountPath, 'damaged.bin'), content);
    const { warnings } = await bench.save(mountPath);
    expect(warnings).toEqual([expect.stringContaining('held content that was damaged')]);
    expect(await imagex('verify', wim)).toContain('was successfully verified');
    await expectImage(bench, wim, source);
    await writeFile(join(mountPath, 'damaged.bin'), content);
    expect((await bench.save(mountPath)).warnings).toEqual([]);
  });

  test('writes an integrity table into a file that has no other change', async () => {
    const bench = await workbench();
    const wim = await ordinaryWim(bench.folder);
    const before = await detailedList(wim);
    const mountPath = await bench.mount(wim);
    await bench.save(mountPath, { checkIntegrity: true });
    expect(await integrityTable(wim)).toBeDefined();
    expect(await detailedList(wim)).toEqual(before);
    await expectImage(bench, wim, join(bench.folder, 'source'));
  });

  test('keeps the image that boots: its metadata, its index, its flags', async () => {
    const bench = await workbench();
    const wim = await ordinaryWim(bench.folder, { boot: true });
    await appendImage(join(bench.folder, 'source'), wim, { name: 'Second' });
    const before = await headerOf(wim);
    expect(before['Boot Index']).toBe('1');
    for (const imageIndex of [1, 2]) {
      const mountPath = await bench.mount(wim, { imageIndex });
      await writeFile(join(mountPath, 'new.txt'), `in ${imageIndex}`);
      await bench.dismount(mountPath, true);
    }
    const mountPath = await bench.mount(wim);
    await writeFile(join(mountPath, 'appended.txt'), '');
    await bench.dismount(mountPath, true, { append: true });
    const after = await headerOf(wim);
    for (const name of ['Boot Index', 'GUID', 'Flags', 'Version', 'Chunk Size']) { expect([name, after[name]]).toEqual([name, before[name]]); }
    // The header names the metadata of the boot image a second time: they must be those of image 1.
    const data = await readFile(wim);
    const table = data.subarray(Number(data.readBigUInt64LE(0x38)), Number(data.readBigUInt64LE(0x38)) + data.readUIntLE(0x30, 6));
    const first = Array.from({ length: table.length / 50 }, (_, index) => table.subarray(index * 50, index * 50 + 50))
      .find((entry) => ((entry[7] ?? 0) & 2) !== 0);
    expect(data.subarray(0x60, 0x78)).toEqual(first?.subarray(0, 24));
  });

  test('keeps in the XML all that it does not have to change', async () => {
    const bench = await workbench();
    const wim = await ordinaryWim(bench.folder);
    await setProperties(wim, 1, { 'WINDOWS/EDITIONID': 'Core', 'VENDOR/NOTE': 'a "quoted" & <odd> one', DISPLAYNAME: '\u00e4\u65e5' });
    const extract = async (): Promise<string> => {
      const path = join(bench.folder, 'wim.xml');
      await imagex('info', wim, '--extract-xml', path);
      return (await readFile(path)).toString('utf16le');
    };
    const before = await extract();
    const mountPath = await bench.mount(wim);
    await writeFile(join(mountPath, 'new.txt'), 'new');
    await bench.dismount(mountPath, true);
    const changing = /<(TOTALBYTES|FILECOUNT|LASTMODIFICATIONTIME)>.*?<\/\1>/g;
    const after = await extract();
    expect(after.replace(changing, '')).toBe(before.replace(changing, ''));
    expect(after).not.toBe(before);
    expect(/<LASTMODIFICATIONTIME>.*?<\/LAST/.exec(after)?.[0]).not.toBe(/<LASTMODIFICATIONTIME>.*?<\/LAST/.exec(before)?.[0]);
  });

  test('refuses a file that no WIM can hold, and changes nothing', async () => {
    const bench = await workbench();
    const wim = await ordinaryWim(bench.folder);
    const hash = await hashFile(wim);
    const mountPath = await bench.mount(wim);
    await writeFile(join(mountPath, 'new.txt'), 'new');
    await runProgram('mkfifo', join(mountPath, 'pipe'));
    for (const attempt of [() => bench.save(mountPath), () => bench.dismount(mountPath, true)]) {
      expect(await failure(attempt())).toMatchObject({ symbol: 'ERROR_NOT_SUPPORTED', message: expect.stringContaining('"/pipe"') as string });
      expect(await hashFile(wim)).toBe(hash);
      expect(await bench.only()).toMatchObject({ mountStatus: 'Ok' });
      await writeFile(join(mountPath, 'new.txt'), 'newer');
    }
    await unlink(join(mountPath, 'pipe'));
    await symlink('x'.repeat(4095), join(mountPath, 'long'));
    expect(await failure(bench.save(mountPath))).toMatchObject({ symbol: 'E_INVALIDARG', message: expect.stringContaining('"/long"') as string });
    await unlink(join(mountPath, 'long'));
    await writeFile(join(mountPath, 'Windows\\System32'), 'by a script made for Windows');
    expect(await failure(bench.save(mountPath))).toMatchObject({ symbol: 'ERROR_INVALID_NAME', message: expect.stringContaining('"/Windows\\System32"') as string });
    await unlink(join(mountPath, 'Windows\\System32'));
    expect(await hashFile(wim)).toBe(hash);
    await bench.dismount(mountPath, true);
    expect(await appliedImage(bench, wim)).toMatchObject({ 'new.txt': 'file "newer"' });
  });

  test('waits for nobody who has a file open for writing, and saves under those who only read', async () => {
    const bench = await workbench();
    const wim = await ordinaryWim(bench.folder);
    const hash = await hashFile(wim);
    const mountPath = await bench.mount(wim);
    const file = await open(join(mountPath, 'readme.txt'), 'r+');
    await file.write('half');
    expect(await failure(bench.save(mountPath))).toMatchObject({ symbol: 'WIM_E_UNMOUNT_INCOMPLETE' });
    expect(await hashFile(wim)).toBe(hash);
    await file.write(' whole');
    await file.close();
    const reader = await open(join(mountPath, 'Windows/System32/drivers/etc/hosts'), 'r');
    await bench.save(mountPath);
    expect((await reader.readFile('utf8'))).toBe(ordinaryTree['Windows/System32/drivers/etc/hosts']);
    await reader.close();
    expect(await appliedImage(bench, wim)).toMatchObject({ 'readme.txt': expect.stringContaining('half whole') as string });
    expect(await bench.only()).toMatchObject({ mountStatus: 'Ok' });
  });

  test('stores links so that they lead to the same file wherever the image is', async () => {
    const bench = await workbench();
    const wim = await ordinaryWim(bench.folder);
    const mountPath = await bench.mount(wim);
    const targets = {
      relative: 'readme.txt', up: '../readme.txt', 'into the mount': join(mountPath, 'readme.txt'), 'to the mount': mountPath, outside: '/etc/hostname', root: '/',
    };
    await mkdir(join(mountPath, 'links'));
    for (const [name, target] of Object.entries(targets)) { await symlink(target, join(mountPath, 'links', name)); }
    await symlink('Windows', join(mountPath, 'to folder'));
    await bench.save(mountPath);
    for (const [name, target] of Object.entries(targets)) { expect(await readlink(join(mountPath, 'links', name)), name).toBe(target === mountPath ? `${mountPath}/` : target); }
    await bench.dismount(mountPath, false);
    const other = await bench.mount(wim, { readOnly: true });
    expect(await readlink(join(other, 'links/into the mount'))).toBe(join(other, 'readme.txt'));
    expect(await readlink(join(other, 'links/outside'))).toBe('/etc/hostname');
    // Windows has two kinds of links.
    const list = await detailedList(wim);
    expect(list.get('/to folder')).toContain('FILE_ATTRIBUTE_DIRECTORY');
    expect(list.get('/links/relative')).not.toContain('FILE_ATTRIBUTE_DIRECTORY');
  });

  test('warns of names that Windows cannot have, but not of those that the image had', async () => {
    const bench = await workbench();
    const source = await writeTree(join(bench.folder, 'source'), { 'old:name': 'old', 'Readme.txt': 'r' });
    const mountPath = await bench.mount(await captureWim(source, join(bench.folder, 'a.wim')));
    await writeTree(mountPath, { 'old:name': 'changed', 'a<b': '', 'con.txt': '', 'dot.': '', 'README.TXT': '', 'tab\t': '', 'fine.txt': '', COM10: '' });
    const { warnings } = await bench.save(mountPath);
    expect(warnings).toHaveLength(5);
    for (const name of ['a<b', 'con.txt', 'dot.', 'tab\t', 'README.TXT']) { expect(warnings.join('\n')).toContain(`"/${name}"`); }
  });

  test('warns once of new links that Linux alone can follow', async () => {
    const bench = await workbench();
    const source = await writeTree(join(bench.folder, 'source'), { 'Readme.txt': 'r' });
    await symlink('old\\target', join(source, 'old'));
    const wim = await captureWim(source, join(bench.folder, 'a.wim'));
    const mountPath = await bench.mount(wim, { mountPath: await bench.mountFolder('mount\\path') });
    await symlink(join(mountPath, 'Readme.txt'), join(mountPath, 'into the mount'));
    await symlink('a\\b', join(mountPath, 'one'));
    await symlink(join(mountPath, 'c\\d'), join(mountPath, 'two'));
    const { warnings } = await bench.save(mountPath);
    expect(warnings).toEqual([expect.stringMatching(/^Windows cannot follow these links, .*: "\/(?:one", "\/two|two", "\/one)"$/)]);
    expect((await bench.save(mountPath)).warnings).toEqual([]);
    expect(await readlink(join(mountPath, 'one'))).toBe('a\\b');
  });

  test('warns of named streams that Windows cannot have, but not of those that the image had', async () => {
    const bench = await workbench();
    const source = await writeTree(join(bench.folder, 'source'), { 'old.txt': 'old' });
    const wim = await captureWim(source, join(bench.folder, 'a.wim'));
    const mountPath = await bench.mount(wim);
    await writeTree(mountPath, { 'new.txt': 'new', 'folder/a.txt': 'a' });
    const streams = [
      ['old.txt', 'a:b'], ['old.txt', 'Zone.Identifier'], ['new.txt', 'Name'], ['new.txt', 'NAME'], ['new.txt', 'a/b'], ['folder', 'a\\b'], ['folder', 'a<b>?*|"'],
    ] as const;
    for (const [file, name] of streams) { setAttribute(join(mountPath, file), `user.${name}`, Buffer.from('stream')); }
    const { warnings } = await bench.save(mountPath);
    expect(warnings).toHaveLength(4);
    const twin = expect.stringMatching(/The named stream "(?:Name|NAME)" of "\/new.txt" differs from its stream "(?:Name|NAME)" in case only/) as string;
    expect(warnings).toEqual(expect.arrayContaining([
      twin, ...[['a:b', '/old.txt'], ['a/b', '/new.txt'], ['a\\b', '/folder']].map(([name, path]) => `Windows cannot have a named stream "${name}", which "${path}" has now`),
    ]));
    setAttribute(join(mountPath, 'old.txt'), 'user.a:b', Buffer.from('changed'));
    expect((await bench.save(mountPath)).warnings).toEqual([]);
  });

  test('saves files to the last byte that a path can have, and refuses deeper ones with the mount as it was', async () => {
    const bench = await workbench();
    const wim = await ordinaryWim(bench.folder);
    const mountPath = await bench.mount(wim);
    const [id = ''] = await readdir(join(bench.stateDirectory, 'mounts'));
    const upper = join(bench.stateDirectory, 'mounts', id.replace(/\.json$/, ''), 'generations/1/upper');
    /** A file whose path where changes are kept has that many bytes; made and removed step by step, as no call takes its path. */
    const write = async (bytes: number, content: string): Promise<string> => {
      const rest = bytes - Buffer.byteLength(upper);
      const names = [...Array.from({ length: Math.floor(rest / 200) - 1 }, () => 'd'.repeat(199)), 'e'.repeat(49 + Math.floor(rest % 200 / 2)), 'f'.repeat(149 + Math.ceil(rest % 200 / 2))];
      await runProgram('python3', '-c', 'import os, sys\nos.chdir(sys.argv[1])\nfor name in sys.argv[3:-1]: os.makedirs(name, exist_ok=True); os.chdir(name)\n'
        + 'open(sys.argv[-1], "w").write(sys.argv[2])', mountPath, content, ...names);
      return `/${names.join('/')}`;
    };
    // PATH_MAX counts the byte that ends a path.
    const path = await write(4095, 'deep');
    await bench.save(mountPath);
    expect(await imagex('extract', wim, '1', path, '--to-stdout')).toBe('deep');
    for (const bytes of [4096, 4097, 4300, 9000]) {
      await write(bytes, 'too deep');
      const hash = await hashFile(wim);
      expect(await failure(bench.save(mountPath))).toMatchObject({
        symbol: 'ERROR_FILENAME_EXCED_RANGE', message: expect.stringMatching(/^Cannot store "\/d{199}\.\.\.": its path is too long \(\d+ bytes\)$/) as string,
      });
      expect(await bench.only()).toMatchObject({ mountStatus: 'Ok' });
      expect(await hashFile(wim)).toBe(hash);
      if (bytes < 9000) { await runProgram('rm', '-r', join(mountPath, 'd'.repeat(199))); }
    }
    await bench.dismount(mountPath, false);
    await bench.expectNothingLeft();
  });

  test('gives all names of a file the content that was written last, and says so', async () => {
    const bench = await workbench();
    const source = await writeTree(join(bench.folder, 'source'), { 'one.txt': 'same' });
    for (const name of ['two.txt', 'three.txt']) { await link(join(source, 'one.txt'), join(source, name)); }
    const wim = await captureWim(source, join(bench.folder, 'a.wim'));
    const mountPath = await bench.mount(wim);
    for (const [index, name] of ['two.txt', 'three.txt', 'one.txt'].entries()) {
      await writeFile(join(mountPath, name), `written to ${name}`);
      await utimes(join(mountPath, name), 1_600_000_000, 1_600_000_000 + (index === 1 ? 100 : index));
    }
    const { warnings } = await bench.save(mountPath);
    expect(warnings).toHaveLength(2);
    expect(warnings[0]).toContain('"/three.txt"');
    const content = 'file "written to three.txt" = one.txt';
    expect(await appliedImage(bench, wim)).toEqual({ 'one.txt': content, 'two.txt': content, 'three.txt': content });
    expect(await readFolder(mountPath)).toEqual({ 'one.txt': content, 'two.txt': content, 'three.txt': content });
  });

  test('saves into a file that another tool has rewritten meanwhile, if the image is the same', async () => {
    const bench = await workbench();
    const wim = await ordinaryWim(bench.folder);
    const mountPath = await bench.mount(wim);
    for (const folder of [mountPath, join(bench.folder, 'source')]) { await writeFile(join(folder, 'new.txt'), 'new'); }
    await imagex('optimize', wim, '--recompress', '--compress=LZX');
    await imagex('info', wim, '1', 'Another name');
    expect(await bench.only()).toMatchObject({ mountStatus: 'Ok' });
    await bench.dismount(mountPath, true);
    await expectImage(bench, wim, join(bench.folder, 'source'));
    expect(await imagex('info', wim, '1')).toMatch(/^Name: +Another name$/m);
  });

  test('stores content once, however often it occurs', async () => {
    const bench = await workbench();
    const wim = await ordinaryWim(bench.folder, { compress: 'none' });
    const { size } = await stat(wim);
    const mountPath = await bench.mount(wim);
    const data = pseudoRandom(200_000, 1);
    for (let index = 0; index < 20; index++) { await writeFile(join(mountPath, `copy ${index}.bin`), data); }
    await bench.dismount(mountPath, true);
    // The data is in the image as a file of Windows already.
    expect((await stat(wim)).size).toBeLessThan(size + 20_000);
  });

  test('saves thousands of files', async () => {
    const bench = await workbench();
    const source = join(bench.folder, 'source');
    const wim = await ordinaryWim(bench.folder);
    const mountPath = await bench.mount(wim);
    for (const folder of [mountPath, source]) {
      await writeTree(folder, Object.fromEntries(Array.from({ length: 2000 }, (_, index) => [`many/${index % 40}/file ${index}.txt`, `content ${index}`])));
    }
    await bench.dismount(mountPath, true);
    await expectImage(bench, wim, source);
  });
});

/*
 * Random changes, the same to a mount and to a plain folder. Hard links are made in the last round only: in the mount a
 * name that is changed becomes a file of its own until the save, which has a test above.
 */
describe.runIf(isRoot)('a random sequence of changes', () => {
  const kinds = [{ compress: 'none' }, { compress: 'XPRESS' }, { compress: 'LZX', integrity: true }] as const;
  test.for(Array.from({ length: 40 }, (_, seed) => seed))('leaves in the image what it leaves in a folder (seed %i)', async (seed) => {
    const bench = await workbench();
    const dice = new Dice(seed + 1);
    const source = join(bench.folder, 'source');
    await writeScenarioFolder(source);
    for (const name of ['three.txt', 'f/two.txt']) { await unlink(join(source, name)); }
    const wim = await captureWim(source, join(bench.folder, 'a.wim'), kinds[seed % kinds.length]);
    const mountPath = await bench.mount(wim);
    const done: string[] = [];
    try {
      for (let round = 0; round < 2; round++) {
        for (let step = 0; step < 25; step++) { done.push(await randomChange(dice, [source, mountPath], round === 1)); }
        if (round === 0) { await bench.save(mountPath); } else { await bench.dismount(mountPath, true); }
        done.push('save');
        expect(await appliedImage(bench, wim)).toEqual(await readFolder(source));
      }
      await expectCounts(bench, wim, source);
    } catch (error) {
      throw new Error(`after:\n${done.join('\n')}`, { cause: error });
    }
  });
});

describe.runIf(isRoot)('what a killed change left in the image', () => {
  const cases = [['image/commit', 'Windows'], ['image/unmount', 'Windows'], ['image/unmount', 'Renamed']] as const;
  test.for(cases)('is gone before %s saves it, in the folder %s', async ([method, windows]) => {
    const bench = await workbench();
    const wim = await ordinaryWim(bench.folder);
    const mountPath = await bench.mount(wim);
    if (windows !== 'Windows') { await rename(join(mountPath, 'Windows'), join(mountPath, windows)); }
    const left = join(mountPath, windows, 'System32/config/.dismts-00000000-0000-4000-8000-000000000000');
    await writeFile(left, 'half of a hive');
    if (method === 'image/commit') { await bench.save(mountPath); } else { await bench.dismount(mountPath, true); }
    const names = Object.keys(await appliedImage(bench, wim));
    expect(names).toContain(`${windows}/System32/config/SYSTEM`);
    expect(names.filter((name) => name.includes('.dismts-'))).toEqual([]);
  });
});
