/** Export, optimize, split and join on the portable engine; wimlib-imagex judges what was written. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { chmod, copyFile, link, mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { CancelledError } from '../../../sidecar/src/errors.ts';
import { getAttribute, setAttribute } from '../../../sidecar/src/platform/linux/attributes.ts';
import { WimFile } from '../../../sidecar/src/wim/wimFile.ts';
import { rawWim } from '../../helpers/rawWim.ts';
import { currentStateDirectory, engine, failure, leftovers, useStateDirectory } from '../../helpers/imageFiles.ts';
import { readTree } from '../../helpers/imageTree.ts';
import { isRoot } from '../../helpers/nobody.ts';
import { testContext } from '../../helpers/operationContext.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';
import { stopJobs } from '../../helpers/wimJobs.ts';
import { appendImage, captureWim, imagex, ordinaryWim, pseudoRandom, splitWim, writeTree } from '../../helpers/wims.ts';
import { doublingWim, hostileFiles, hostileMetadata } from '../../helpers/hostileWims.ts';

useStateDirectory();

const context = () => testContext('imageFile/export');

/** Two images that share most of their content, with XML data of their own, the second one bootable. */
async function twoImages(folder: string, options: Parameters<typeof ordinaryWim>[1] = {}): Promise<string> {
  const wim = await ordinaryWim(folder, { name: 'Erste \u00dcbung', description: 'First', ...options });
  await writeFile(join(folder, 'source', 'extra.bin'), pseudoRandom(150_000, 9));
  await appendImage(join(folder, 'source'), wim, { name: '\u65e5\u672c\u8a9e', boot: options.boot ?? true, integrity: options.integrity });
  await imagex('info', wim, '1', '--image-property', 'FLAGS=Professional', '--image-property', 'DISPLAYNAME=Shown', '--image-property', 'WINDOWS/EDITIONID=Professional');
  return wim;
}

const xmlOf = async (wim: string) => {
  const file = await WimFile.open(wim);
  try { return (await file.document()).text; } finally { await file.close(); }
};
const boot = async (wim: string) => /Boot Index: +(\d+)/.exec(await imagex('info', wim))?.[1];

const isSolid = async (wim: string) => (await imagex('info', wim, '--blobs')).includes('SOLID');

/** Options of wimlib-imagex capture, and of the destination. */
const formats = [
  ['XPRESS', undefined, undefined, 'XPRESS'], ['LZX', undefined, undefined, 'LZX'], ['none', undefined, undefined, 'None'],
  ['LZMS', undefined, undefined, 'LZMS'], ['XPRESS', undefined, 'Max', 'LZX'], ['LZX', undefined, 'Fast', 'XPRESS'], ['LZX', undefined, 'None', 'None'],
  ['none', undefined, 'Recovery', 'LZMS'], ['LZMS', true, undefined, 'LZMS'], ['LZMS', true, 'Max', 'LZX'], ['LZX', undefined, 'Recovery', 'LZMS'],
] as const;

/** What is said of a source without an integrity table, as those here are, where it is to be compared with one. */
const noTable = (isWanted: boolean): unknown[] => (isWanted ? [expect.stringContaining('has no integrity table')] : []);

describe('imageFile/export', () => {
  test.for(formats.flatMap((format) => [[...format, true], [...format, false]] as const))(
    'from %s (solid: %s) to %s: %s, integrity: %s', async ([compress, solid, compressionType, expected, integrity]) => {
      const folder = tempFolder();
      const source = await twoImages(folder, { compress, solid, boot: false });
      const path = join(folder, 'out.wim');
      const running = context();
      const result = await engine.exportImage({
        sourceImagePath: source, sourceIndexes: '*', destinationImagePath: path, compressionType, checkIntegrity: integrity,
      }, running);
      expect(result).toMatchObject({ imagePath: path, imageIndex: 1, imageIndexes: [1, 2], sizeBefore: 0, warnings: noTable(integrity), plan: null });
      expect(result.sizeAfter).toBe(statSync(path).size);
      await imagex('verify', path);
      const info = await imagex('info', path);
      expect(info).toMatch(new RegExp(`Compression: +${expected}`));
      expect(info).toMatch(integrity ? /Attributes:.*Integrity info/ : /Attributes: *(?!.*Integrity)/);
      const solidWanted = compressionType === 'Recovery' || (compressionType === undefined && solid === true);
      expect(await isSolid(path)).toBe(solidWanted);
      for (const image of [1, 2]) { expect(await readTree(path, image)).toEqual(await readTree(source, image)); }
      expect(await xmlOf(path)).toContain('<FLAGS>Professional</FLAGS>');
      expect(await xmlOf(path)).toContain('<DISPLAYNAME>Shown</DISPLAYNAME>');
      expect(await xmlOf(path)).toContain('<NAME>\u65e5\u672c\u8a9e</NAME>');
      expect(running.progressValues.some(({ phase, total }) => phase === 'Writing' && total > 0)).toBe(true);
      expect(leftovers(folder)).toEqual([]);
    });

  test('adds to a file that is there, which grows by what is new, and keeps its own compression', async () => {
    const folder = tempFolder();
    const source = await twoImages(folder, { integrity: true });
    const path = join(folder, 'out.wim');
    await engine.exportImage({ sourceImagePath: source, sourceIndexes: [1], destinationImagePath: path, compressionType: 'Max', checkIntegrity: true }, context());
    const before = readFileSync(path);
    const result = await engine.exportImage({
      sourceImagePath: source, sourceName: '\u65e5\u672c\u8a9e', destinationImagePath: path, compressionType: 'None', checkIntegrity: true, setbootable: true,
    }, context());
    expect(result).toMatchObject({ imageIndex: 2, imageIndexes: [2], sizeBefore: before.length, sizeAfter: statSync(path).size });
    expect(result.warnings).toEqual([expect.stringContaining('keeps its type of compression') as string]);
    const after = readFileSync(path);
    expect(after.length - before.length).toBeLessThan(165_000);
    expect(after.subarray(208, before.length).equals(before.subarray(208))).toBe(true);
    await imagex('verify', path);
    expect(await imagex('info', path)).toMatch(/Compression: +LZX[^]*Attributes:.*Integrity info/);
    expect(await boot(path)).toBe('2');
    for (const image of [1, 2]) { expect(await readTree(path, image)).toEqual(await readTree(source, image)); }
    expect(leftovers(folder)).toEqual([]);
  });

  test('adds to a solid file', async () => {
    const folder = tempFolder();
    const source = await twoImages(folder);
    const path = join(folder, 'out.esd');
    await engine.exportImage({ sourceImagePath: source, sourceIndexes: [1], destinationImagePath: path, compressionType: 'Recovery' }, context());
    await engine.exportImage({ sourceImagePath: source, sourceIndexes: [2], destinationImagePath: path }, context());
    await imagex('verify', path);
    expect(await isSolid(path)).toBe(true);
    for (const image of [1, 2]) { expect(await readTree(path, image)).toEqual(await readTree(source, image)); }
  });

  test('has the image booted that the source boots, wherever that is exported', async () => {
    const folder = tempFolder();
    const source = await twoImages(folder);
    const run = async (name: string, params: object) => {
      const destinationImagePath = join(folder, name);
      const { warnings } = await engine.exportImage({ sourceImagePath: source, sourceIndexes: '*', destinationImagePath, ...params }, context());
      return [await boot(destinationImagePath), warnings];
    };
    const bootsNone = [expect.stringContaining('boots image 2, which is not exported here') as string];
    expect(await run('all.wim', {})).toEqual(['2', []]);
    expect(await run('listed.wim', { sourceIndexes: [2, 1] })).toEqual(['1', []]);
    expect(await run('named.wim', { sourceIndexes: undefined, sourceName: '\u65e5\u672c\u8a9e' })).toEqual(['1', []]);
    // One after the other, as from a pipeline.
    expect(await run('both.wim', { sourceIndexes: [1] })).toEqual(['0', bootsNone]);
    expect(await run('both.wim', { sourceIndexes: [2] })).toEqual(['2', []]);
    // What a destination boots stays, unless another image is asked for.
    expect(await run('listed.wim', { sourceIndexes: [2], destinationName: 'Again' })).toEqual(['1', []]);
    expect(await run('chosen.wim', { sourceIndexes: [1, 2], setbootable: true })).toEqual(['1', []]);
    expect(await run('chosen.wim', { sourceIndexes: [2], destinationName: 'Again', setbootable: true })).toEqual(['3', []]);
    expect((await engine.exportImage({ sourceImagePath: source, sourceIndexes: [1], destinationImagePath: join(folder, 'dry.wim'), validateOnly: true }, context())).warnings)
      .toEqual(bootsNone);
  });

  test('makes no solid file boot, and says how to have the images in one', async () => {
    const folder = tempFolder();
    const source = await twoImages(folder);
    const path = join(folder, 'boot.esd');
    const solid = (params: object) => engine.exportImage({ sourceImagePath: source, sourceIndexes: '*', destinationImagePath: path, compressionType: 'Recovery', ...params }, context());
    expect(await failure(solid({}))).toMatchObject({ symbol: 'E_INVALIDARG', hint: expect.stringContaining('-SourceIndex 1,2') as string });
    expect(await failure(solid({ sourceIndexes: [1], setbootable: true }))).toMatchObject({ symbol: 'E_INVALIDARG', hint: expect.stringContaining('-Setbootable out') as string });
    expect(existsSync(path)).toBe(false);
    expect((await solid({ sourceIndexes: [1, 2] })).warnings).toEqual([expect.stringContaining('no boot manager reads a solid file') as string]);
    expect(await boot(path)).toBe('0');
    expect(await failure(engine.optimizeImageFile({ imagePath: source, compressionType: 'Recovery' }, context())))
      .toMatchObject({ symbol: 'E_INVALIDARG', hint: expect.stringContaining('-BootIndex 0') as string });
  });

  test('gives another name, and refuses what would be there twice', async () => {
    const folder = tempFolder();
    const source = await twoImages(folder);
    const path = join(folder, 'out.wim');
    await engine.exportImage({ sourceImagePath: source, sourceIndexes: [1], destinationImagePath: path, destinationName: 'N\u00e4me' }, context());
    expect(await imagex('info', path, '1')).toContain('N\u00e4me');
    expect(await xmlOf(path)).toContain('<FLAGS>Professional</FLAGS>');
    const before = readFileSync(path);
    expect(await failure(engine.exportImage({ sourceImagePath: source, sourceIndexes: [1], destinationImagePath: path }, context())))
      .toMatchObject({ hresult: 0x800700B7, message: expect.stringContaining('as image 1') as string });
    expect(await failure(engine.exportImage({ sourceImagePath: source, sourceIndexes: [2], destinationImagePath: path, destinationName: 'N\u00e4me' }, context())))
      .toMatchObject({ hresult: 0x800700B7 });
    expect(await failure(engine.exportImage({ sourceImagePath: source, sourceIndexes: [2, 2], destinationImagePath: join(folder, 'x.wim') }, context())))
      .toMatchObject({ hresult: 0x800700B7 });
    expect(await failure(engine.exportImage({ sourceImagePath: path, sourceIndexes: [1], destinationImagePath: path, destinationName: 'Self' }, context())))
      .toMatchObject({ symbol: 'E_INVALIDARG' });
    expect(readFileSync(path).equals(before)).toBe(true);
    await engine.exportImage({ sourceImagePath: source, sourceIndexes: [1], destinationImagePath: path, destinationName: 'Again' }, context());
    await imagex('verify', path);
    expect(leftovers(folder)).toEqual([]);
  });

  test('refuses what cannot be before anything is written', async () => {
    const folder = tempFolder();
    const source = await twoImages(folder);
    const out = join(folder, 'out.wim');
    const cases: [Omit<Parameters<typeof engine.exportImage>[0], 'destinationImagePath'> & { destinationImagePath?: string }, string][] = [
      [{ sourceImagePath: source, sourceIndexes: [3] }, 'DISMAPI_E_INVALID_IMAGE_INDEX'],
      [{ sourceImagePath: source, sourceName: 'None' }, 'DISMAPI_E_INVALID_IMAGE_NAME'],
      [{ sourceImagePath: join(folder, 'none.wim'), sourceIndexes: [1] }, 'ERROR_FILE_NOT_FOUND'],
      [{ sourceImagePath: source, sourceIndexes: [1], destinationImagePath: join(folder, 'none', 'out.wim') }, 'ERROR_PATH_NOT_FOUND'],
      [{ sourceImagePath: source, sourceIndexes: [1], wimBoot: true, compressionType: 'Max' }, 'E_INVALIDARG'],
    ];
    for (const [params, symbol] of cases) {
      expect(await failure(engine.exportImage({ destinationImagePath: out, ...params }, context()))).toMatchObject({ symbol });
    }
    expect(existsSync(out)).toBe(false);
    await writeFile(out, 'somebody else');
    expect(await failure(engine.exportImage({ sourceImagePath: source, sourceIndexes: [1], destinationImagePath: out }, context()))).toMatchObject({ symbol: 'ERROR_BAD_FORMAT' });
    expect(readFileSync(out, 'utf8')).toBe('somebody else');
    const readOnly = join(folder, 'readonly.wim');
    await copyFile(source, readOnly);
    await chmod(readOnly, 0o444);
    expect(await failure(engine.exportImage({ sourceImagePath: source, sourceIndexes: [1], destinationImagePath: readOnly, destinationName: 'x' }, context())))
      .toMatchObject({ symbol: 'DISM_E_IMAGE_READONLY' });
    expect(leftovers(folder)).toEqual([]);
  });

  test('refuses an encrypted ESD by name', async () => {
    const folder = tempFolder();
    const path = join(folder, 'encrypted.esd');
    writeFileSync(path, hostileFiles.encrypted[1]());
    expect(await failure(engine.exportImage({ sourceImagePath: path, sourceIndexes: [1], destinationImagePath: join(folder, 'out.wim') }, context())))
      .toMatchObject({ symbol: 'ERROR_NOT_SUPPORTED', message: expect.stringContaining('encrypted') as string });
  });

  test.for([...Object.entries(hostileMetadata).filter(([name]) => name !== 'tooDeep'), ['doubling', doublingWim] as const])(
    'refuses an image whose tree cannot be read, and leaves nothing: %s', async ([, build]) => {
      const folder = tempFolder();
      const source = join(folder, 'hostile.wim');
      writeFileSync(source, build());
      for (const compressionType of [undefined, 'Max' as const]) {
        const params = { sourceImagePath: source, sourceIndexes: [1], destinationImagePath: join(folder, 'out.wim'), compressionType };
        expect((await failure(engine.exportImage(params, context()))).symbol).toMatch(/WIM_E_INVALID_CONTAINER|ERROR_FILE_CORRUPT/);
        expect(readdirSync(folder)).toEqual(['hostile.wim']);
      }
    });

  test('a dry run says what would be written and how large at most', async () => {
    const folder = tempFolder();
    const source = await twoImages(folder, { boot: false });
    for (const compressionType of ['None', 'Fast', 'Max', undefined] as const) {
      const path = join(folder, `${compressionType ?? 'same'}.wim`);
      const params = { sourceImagePath: source, sourceIndexes: '*' as const, destinationImagePath: path, compressionType };
      const dry = await engine.exportImage({ ...params, validateOnly: true }, context());
      expect(existsSync(path)).toBe(false);
      const [write] = dry.plan?.writes ?? [];
      expect(write).toMatchObject({ path, change: 'New' });
      expect(write?.freeBytes).toBeGreaterThan(0);
      expect(dry.plan).toMatchObject({ files: 17 });
      await engine.exportImage(params, context());
      expect(statSync(path).size).toBeLessThanOrEqual(write?.maximumBytes ?? 0);
    }
  });

  test('exports from parts, whichever is given, with a pattern and without', async () => {
    const folder = tempFolder();
    const source = await ordinaryWim(folder, { compress: 'none' });
    const first = await splitWim(source, folder, 0.2);
    const out = (name: string) => join(folder, name);
    await engine.exportImage({ sourceImagePath: first, sourceIndexes: [1], destinationImagePath: out('a.wim') }, context());
    await engine.exportImage({ sourceImagePath: join(folder, 'part2.swm'), sourceIndexes: [1], destinationImagePath: out('b.wim') }, context());
    await mkdir(join(folder, 'elsewhere'));
    await rename(join(folder, 'part2.swm'), join(folder, 'elsewhere', 'part2.swm'));
    expect(await failure(engine.exportImage({ sourceImagePath: first, sourceIndexes: [1], destinationImagePath: out('c.wim') }, context())))
      .toMatchObject({ symbol: 'ERROR_FILE_NOT_FOUND', message: expect.stringContaining('part 2') as string });
    await rename(join(folder, 'elsewhere', 'part2.swm'), join(folder, 'part2.swm'));
    await engine.exportImage({ sourceImagePath: first, splitImageFilePattern: join(folder, 'PART*.swm'), sourceIndexes: [1], destinationImagePath: out('c.wim') }, context());
    for (const name of ['a.wim', 'b.wim', 'c.wim']) {
      await imagex('verify', out(name));
      expect(await readTree(out(name))).toEqual(await readTree(source));
    }
  });

  test('is cancelled without waiting for its job, with nothing left behind', async () => {
    const folder = tempFolder();
    await mkdir(join(folder, 'big'));
    await writeFile(join(folder, 'big', 'a.bin'), Buffer.concat([pseudoRandom(20_000_000, 1), pseudoRandom(20_000_000, 1), pseudoRandom(20_000_000, 2)]));
    const source = await captureWim(join(folder, 'big'), join(folder, 'big.wim'), { compress: 'none', name: 'Big' });
    const existing = await ordinaryWim(folder);
    const before = readFileSync(existing);
    for (const [path, compressionType] of [[join(folder, 'new.esd'), 'Recovery'], [existing, undefined]] as const) {
      const controller = new AbortController();
      const running = testContext('imageFile/export', { signal: controller.signal });
      let stopped = 0;
      const work = failure(engine.exportImage({ sourceImagePath: source, sourceIndexes: [1], destinationImagePath: path, compressionType }, {
        ...running, progress: (phase) => {
          if (phase !== 'Writing' || stopped > 0) { return; }
          stopped = stopJobs();
          controller.abort();
        },
      }));
      expect(await work).toBeInstanceOf(CancelledError);
      expect(stopped).toBe(1);
      expect(leftovers(folder)).toEqual([]);
    }
    expect(existsSync(join(folder, 'new.esd'))).toBe(false);
    expect(readFileSync(existing).equals(before)).toBe(true);
  });

  test('the next operation takes away what a killed one has left, and nothing else', async () => {
    const folder = tempFolder();
    const existing = await ordinaryWim(folder);
    const before = readFileSync(existing);
    const { UnfinishedWork, temporaryPath } = await import('../../../sidecar/src/engine/portable/imageFiles/unfinished.ts');
    const { openImageFiles } = await import('../../../sidecar/src/engine/portable/imageFiles/changing.ts');
    const work = await UnfinishedWork.begin(await openImageFiles(context()));
    const temporary = temporaryPath(join(folder, 'new.wim'), 'file');
    await work.making(temporary);
    await writeFile(temporary, 'half');
    await work.making(join(folder, 'important.txt'));
    await writeFile(join(folder, 'important.txt'), 'mine');
    await work.growing(existing);
    const grown = Buffer.concat([before, Buffer.alloc(5000, 1)]);
    grown.writeUInt32LE(grown.readUInt32LE(0x10) | 0x40, 0x10);
    writeFileSync(existing, grown);
    // As a process leaves it that is killed: the record is there, and its lock is free.
    const [record = ''] = readdirSync(join(currentStateDirectory(), 'unfinished'));
    const copy = readFileSync(join(currentStateDirectory(), 'unfinished', record));
    await openImageFiles(context());
    expect(existsSync(temporary)).toBe(true);
    writeFileSync(join(currentStateDirectory(), 'unfinished', 'dead.jsonl'), Buffer.concat([copy, Buffer.from('{"kind":"temporary","path":"/etc')]));
    const log = context();
    await openImageFiles(log);
    expect(existsSync(temporary)).toBe(false);
    expect(readFileSync(join(folder, 'important.txt'), 'utf8')).toBe('mine');
    expect(readFileSync(existing).equals(before)).toBe(true);
    expect(log.lines.some((line) => line.includes('interrupted'))).toBe(true);
    work.end();
    expect(leftovers(folder)).toEqual([]);
  });
});

describe('imageFile/optimize', () => {
  test.for([['Max', 'LZX', false], ['None', 'None', false], ['Recovery', 'LZMS', true], [undefined, 'XPRESS', false]] as const)(
    'with type %s: %s', async ([compressionType, expected, solid]) => {
      const folder = tempFolder();
      const path = await twoImages(folder, { integrity: true, boot: compressionType !== 'Recovery' });
      await imagex('delete', path, '1', '--soft');
      const trees = await readTree(path, 1);
      const bootIndex = await boot(path);
      await chmod(path, 0o640);
      const result = await engine.optimizeImageFile({ imagePath: path, compressionType, recompress: true }, context());
      expect(result).toMatchObject({ imagePath: path, imageIndex: null, sizeAfter: statSync(path).size, warnings: [] });
      expect(result.sizeBefore).not.toBe(result.sizeAfter);
      await imagex('verify', path);
      const info = await imagex('info', path);
      expect(info).toMatch(new RegExp(`Compression: +${expected}`));
      expect(await isSolid(path)).toBe(solid);
      expect(info).toMatch(/Attributes:.*Integrity info/);
      expect(await boot(path)).toBe(bootIndex);
      expect(await readTree(path, 1)).toEqual(trees);
      expect(statSync(path).mode & 0o777).toBe(0o640);
      expect(leftovers(folder)).toEqual([]);
    });

  test('reclaims what no image needs', async () => {
    const folder = tempFolder();
    const path = await twoImages(folder, { boot: false });
    const whole = statSync(path).size;
    await imagex('delete', path, '2', '--soft');
    const dry = await engine.optimizeImageFile({ imagePath: path, validateOnly: true }, context());
    const result = await engine.optimizeImageFile({ imagePath: path }, context());
    expect(result.sizeAfter).toBeLessThan(whole - 140_000);
    expect(result.sizeAfter).toBeLessThanOrEqual(dry.plan?.writes[0]?.maximumBytes ?? 0);
    expect(dry.plan?.writes[0]).toMatchObject({ change: 'Replaced', path });
    await imagex('verify', path);
  });

  test('keeps owner, mode and extended attributes of the file', async () => {
    const path = await ordinaryWim(tempFolder());
    setAttribute(path, 'user.ticket', Buffer.from('4711'));
    await chmod(path, 0o640);
    const before = statSync(path);
    await engine.optimizeImageFile({ imagePath: path, recompress: true }, context());
    expect(statSync(path).ino).not.toBe(before.ino);
    expect(getAttribute(path, 'user.ticket').toString()).toBe('4711');
    expect(statSync(path)).toMatchObject({ mode: before.mode, uid: before.uid });
  });

  test('says that other names keep the old file, and follows a link to the file', async () => {
    const folder = tempFolder();
    const path = await ordinaryWim(folder);
    await link(path, join(folder, 'other.wim'));
    await symlink(path, join(folder, 'link.wim'));
    const result = await engine.optimizeImageFile({ imagePath: join(folder, 'link.wim'), recompress: true }, context());
    expect(result.warnings).toEqual([expect.stringContaining('hard links') as string]);
    expect(statSync(join(folder, 'link.wim')).ino).toBe(statSync(path).ino);
    await imagex('verify', path);
  });

  test('refuses a file that another program writes to, parts, and what is marked read-only', async () => {
    const folder = tempFolder();
    const path = await ordinaryWim(folder, { compress: 'none' });
    const first = await splitWim(path, folder, 0.2);
    expect(await failure(engine.optimizeImageFile({ imagePath: first }, context()))).toMatchObject({ symbol: 'WIM_E_SPLIT_NOT_MOUNTABLE' });
    const { open } = await import('node:fs/promises');
    const { tryLock } = await import('../../../sidecar/src/platform/linux/locks.ts');
    const held = await open(path, 'r+');
    try {
      tryLock(held.fd, path);
      expect(await failure(engine.optimizeImageFile({ imagePath: path }, context()))).toMatchObject({ symbol: 'ERROR_SHARING_VIOLATION' });
    } finally {
      await held.close();
    }
    expect(leftovers(folder)).toEqual([]);
  });
});

describe('imageFile/split and imageFile/join', () => {
  test.for([['XPRESS', false], ['LZX', true], ['none', false], ['LZMS', true]] as const)('%s, integrity: %s', async ([compress, integrity]) => {
    const folder = tempFolder();
    const tree = Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`folder/${at}.bin`, pseudoRandom(100_000 + at * 37, at + 1)]));
    const source = await captureWim(await writeTree(join(folder, 'tree'), tree), join(folder, 'tree.wim'), { compress, name: '\u00dcbung', boot: true });
    const first = join(folder, 'install.swm');
    const params = { imagePath: source, splitImagePath: first, fileSize: 1, checkIntegrity: integrity };
    const dry = await engine.splitImage({ ...params, validateOnly: true }, context());
    expect(existsSync(first)).toBe(false);
    const result = await engine.splitImage(params, context());
    expect(result.warnings).toEqual(noTable(integrity));
    expect(result.parts.length).toBeGreaterThan(3);
    expect(result.parts.map(({ path }) => path)).toEqual(dry.parts.map(({ path }) => path));
    expect(result.parts[1]?.path).toBe(join(folder, 'install2.swm'));
    result.parts.forEach(({ path, bytes }, at) => {
      expect(statSync(path).size).toBe(bytes);
      expect(bytes).toBeLessThanOrEqual(1024 * 1024);
      expect(bytes).toBeLessThanOrEqual(dry.parts[at]?.bytes ?? 0);
    });
    expect(result.sizeAfter).toBe(result.parts.reduce((sum, { bytes }) => sum + bytes, 0));
    await imagex('verify', first, '--ref', join(folder, 'install*.swm'));
    const joined = join(folder, 'joined.wim');
    const back = await engine.joinImage({ imagePath: first, destinationImagePath: joined, checkIntegrity: integrity }, context());
    expect(back).toMatchObject({ imagePath: joined, sizeBefore: 0, sizeAfter: statSync(joined).size });
    await imagex('verify', joined);
    expect(await readTree(joined)).toEqual(await readTree(source));
    expect(await boot(joined)).toBe('1');
    expect(await xmlOf(joined)).toContain('<NAME>\u00dcbung</NAME>');
    expect(leftovers(folder)).toEqual([]);
  });

  test('what fits into one part is a set that every command takes', async () => {
    const folder = tempFolder();
    const at = (name: string): string => join(folder, name);
    const source = await ordinaryWim(folder);
    const { parts } = await engine.splitImage({ imagePath: source, splitImagePath: at('one.swm'), fileSize: 4000 }, context());
    expect(parts.map(({ path }) => path)).toEqual([at('one.swm')]);
    await imagex('verify', at('one.swm'));
    for (const pattern of [undefined, at('one*.swm')]) {
      const joined = at(`joined${pattern === undefined ? '' : '-pattern'}.wim`);
      await engine.joinImage({ imagePath: at('one.swm'), splitImageFilePattern: pattern, destinationImagePath: joined }, context());
      await imagex('verify', joined);
      expect(await readTree(joined)).toEqual(await readTree(source));
    }
    expect(await engine.testImageFile({ imagePath: at('one.swm') }, context())).toMatchObject({ healthy: true });
    await mkdir(at('applied'));
    await engine.applyImage({ imagePath: at('one.swm'), imageIndex: 1, applyPath: at('applied') }, context());
    await engine.exportImage({ sourceImagePath: at('one.swm'), sourceIndexes: [1], destinationImagePath: at('exported.wim') }, context());
    expect(await readTree(at('exported.wim'))).toEqual(await readTree(source));
    // Nobody knows that a whole file was meant to be a set, but by its name.
    expect(await failure(engine.joinImage({ imagePath: source, destinationImagePath: at('x.wim') }, context())))
      .toMatchObject({ symbol: 'E_INVALIDARG', hint: expect.stringContaining('.swm') as string });
  });

  test('refuses to overwrite parts, and what is solid, split or not split', async () => {
    const folder = tempFolder();
    const source = await ordinaryWim(folder, { compress: 'none' });
    const first = join(folder, 'install.swm');
    await writeFile(join(folder, 'INSTALL3.SWM'), 'old');
    await writeFile(join(folder, 'installation.swm'), 'another');
    expect(await failure(engine.splitImage({ imagePath: source, splitImagePath: first, fileSize: 1 }, context())))
      .toMatchObject({ hresult: 0x80070050, target: join(folder, 'INSTALL3.SWM') });
    const other = join(folder, 'other.swm');
    await engine.splitImage({ imagePath: source, splitImagePath: other, fileSize: 1 }, context());
    expect(await failure(engine.splitImage({ imagePath: source, splitImagePath: other, fileSize: 1 }, context()))).toMatchObject({ hresult: 0x80070050 });
    const parts = await splitWim(source, folder, 0.2);
    expect(await failure(engine.splitImage({ imagePath: parts, splitImagePath: join(folder, 'again.swm'), fileSize: 1 }, context())))
      .toMatchObject({ symbol: 'WIM_E_SPLIT_NOT_MOUNTABLE', hint: expect.stringContaining('Join-DismTsImage') as string });
    expect(await failure(engine.joinImage({ imagePath: source, destinationImagePath: join(folder, 'x.wim') }, context()))).toMatchObject({ symbol: 'E_INVALIDARG' });
    expect(await failure(engine.joinImage({ imagePath: parts, destinationImagePath: source }, context()))).toMatchObject({ hresult: 0x80070050 });
    const solid = await ordinaryWim(tempFolder(), { compress: 'LZMS', solid: true });
    expect(await failure(engine.splitImage({ imagePath: solid, splitImagePath: join(folder, 'solid.swm'), fileSize: 1 }, context())))
      .toMatchObject({ symbol: 'ERROR_NOT_SUPPORTED', hint: expect.stringContaining('-CompressionType Max') as string });
    expect(leftovers(folder)).toEqual([]);
  });

  test('names the minimum where the size is too small, and warns of files that are larger than a part', async () => {
    const folder = tempFolder();
    const many = join(folder, 'many');
    await mkdir(many);
    for (let at = 0; at < 9000; at++) { writeFileSync(join(many, `a file with a name that is rather long ${at} ${'x'.repeat(50)}`), ''); }
    const source = await captureWim(many, join(folder, 'many.wim'), { compress: 'none', name: 'Many' });
    const error = await failure(engine.splitImage({ imagePath: source, splitImagePath: join(folder, 'm.swm'), fileSize: 1 }, context()));
    expect(error).toMatchObject({ hresult: 0x800700EA });
    const minimum = Number(/-FileSize (\d+)/.exec(error.hint ?? '')?.[1]);
    expect(minimum).toBe(3);
    const result = await engine.splitImage({ imagePath: source, splitImagePath: join(folder, 'm.swm'), fileSize: minimum }, context());
    expect(result.parts.every(({ bytes }) => bytes <= minimum * 1024 * 1024)).toBe(true);
    const large = await captureWim(await writeTree(join(folder, 'large'), { 'a.bin': pseudoRandom(2_500_000, 1), 'b.bin': pseudoRandom(1000, 2) }),
      join(folder, 'large.wim'), { compress: 'none', name: 'Large' });
    const warned = await engine.splitImage({ imagePath: large, splitImagePath: join(folder, 'l.swm'), fileSize: 1 }, context());
    expect(warned.warnings).toEqual([expect.stringMatching(/larger than 1 MB.*3 MB/) as string]);
    expect(warned.parts.some(({ bytes }) => bytes > 2_500_000)).toBe(true);
  });

  test('parts that got their names before a kill are taken away, those of a whole set stay', async () => {
    const { UnfinishedWork } = await import('../../../sidecar/src/engine/portable/imageFiles/unfinished.ts');
    const { openImageFiles } = await import('../../../sidecar/src/engine/portable/imageFiles/changing.ts');
    const folder = tempFolder();
    const state = await openImageFiles(context());
    for (const isWhole of [false, true]) {
      const work = await UnfinishedWork.begin(state);
      for (const [number, name] of [[3, 'x3.swm'], [2, 'x2.swm'], ...isWhole ? [[1, 'x.swm'] as const] : []] as const) {
        await writeFile(join(folder, 'temporary'), name);
        await work.publishing(join(folder, 'temporary'), join(folder, name), number === 1);
        await rename(join(folder, 'temporary'), join(folder, name));
      }
      work.end();
      expect(readdirSync(folder).sort()).toEqual(isWhole ? ['x.swm', 'x2.swm', 'x3.swm'] : []);
    }
  });

  test('a record that was just begun when its operation was killed goes with the next one, not that of one that lives', async () => {
    const { clearUnfinished, UnfinishedWork } = await import('../../../sidecar/src/engine/portable/imageFiles/unfinished.ts');
    const { openImageFiles } = await import('../../../sidecar/src/engine/portable/imageFiles/changing.ts');
    const { Lock } = await import('../../../sidecar/src/platform/linux/locks.ts');
    const state = await openImageFiles(context());
    const records = join(currentStateDirectory(), 'unfinished');
    // Both begin at the same time as others clear.
    const works = await Promise.all(Array.from({ length: 20 }, async () => {
      clearUnfinished(state, context());
      return await UnfinishedWork.begin(state);
    }));
    const living = Lock.tryAcquire(join(records, 'living.new'));
    writeFileSync(join(records, 'dead.new'), '');
    clearUnfinished(state, context());
    expect(readdirSync(records).filter((name) => name.endsWith('.new'))).toEqual(['living.new']);
    expect(readdirSync(records)).toHaveLength(21);
    living?.release();
    for (const work of works) { work.end(); }
    clearUnfinished(state, context());
    expect(readdirSync(records)).toEqual([]);
  });
});

describe.runIf(isRoot)('on a full disk', () => {
  /** A file system of so many KiB. */
  function smallDisk(kilobytes: number): string {
    const small = tempFolder();
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', small]);
    onTestFinished(() => { execFileSync('umount', [small]); });
    return small;
  }

  test('what is new is not there, and what was there is as it was', async () => {
    const folder = tempFolder();
    const source = await twoImages(folder, { compress: 'none', boot: false });
    const small = smallDisk(640);
    const existing = join(small, 'existing.wim');
    await engine.exportImage({ sourceImagePath: source, sourceIndexes: [1], destinationImagePath: existing, compressionType: 'Max' }, context());
    const before = readFileSync(existing);
    const parts = await splitWim(source, folder, 0.3);
    // What has to be compressed may fit or not; nobody knows before.
    const cases: readonly (readonly [string, () => Promise<unknown>])[] = [
      ['new', async () => await engine.exportImage({ sourceImagePath: source, sourceIndexes: '*', destinationImagePath: join(small, 'new.wim'), compressionType: 'Fast' }, context())],
      ['copied', async () => await engine.exportImage({ sourceImagePath: source, sourceIndexes: '*', destinationImagePath: join(small, 'new.wim') }, context())],
      ['into', async () => await engine.exportImage({ sourceImagePath: await other(folder), sourceIndexes: [1], destinationImagePath: existing }, context())],
      ['split', async () => await engine.splitImage({ imagePath: source, splitImagePath: join(small, 'part.swm'), fileSize: 1 }, context())],
      ['join', async () => await engine.joinImage({ imagePath: parts, destinationImagePath: join(small, 'joined.wim') }, context())],
      ['optimize', async () => await engine.optimizeImageFile({ imagePath: existing, compressionType: 'None' }, context())],
      ['extract', async () => await engine.extractImageItem({ imagePath: source, imageIndex: 1, itemPath: '\\', destination: join(small, 'out') }, context())],
      ['put', async () => await engine.putImageItem({ imagePath: existing, imageIndex: 1, source: join(folder, 'other'), itemPath: '\\other' }, context())],
    ];
    for (const [name, run] of cases) {
      const { symbol, target } = await failure(run());
      expect(symbol, name).toBe('ERROR_DISK_FULL');
      // Not what is read: there is room where that is.
      expect(target?.startsWith(small), `${name}: ${target ?? ''}`).toBe(true);
      expect(readdirSync(small), name).toEqual(['existing.wim']);
      expect(readFileSync(existing).equals(before), name).toBe(true);
      expect(leftovers(small), name).toEqual([]);
    }
    await imagex('verify', existing);
  });

  /** A file with content that does not compress and fits nowhere. */
  async function other(folder: string): Promise<string> {
    const path = join(folder, 'other.wim');
    if (!existsSync(path)) {
      await captureWim(await writeTree(join(folder, 'other'), { 'large.bin': pseudoRandom(900_000, 21) }), path, { compress: 'none', name: 'Other' });
    }
    return path;
  }
});

test('a raw WIM of no image cannot be exported', async () => {
  const folder = tempFolder();
  const path = join(folder, 'none.wim');
  writeFileSync(path, rawWim({ images: [] }));
  expect(await failure(engine.exportImage({ sourceImagePath: path, sourceIndexes: '*', destinationImagePath: join(folder, 'out.wim') }, context())))
    .toMatchObject({ symbol: 'DISMAPI_E_INVALID_IMAGE_INDEX' });
});
