/** Image files by the native engine: what wimgapi.dll is asked for, what it leaves, and what users are told. */
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { closedFolder } from '../../../helpers/closedFolder.ts';
import { lacksDouble } from '../../../helpers/dismDouble.ts';
import { isRoot } from '../../../helpers/nobody.ts';
import { readDoubleWim, writeDoubleWim, type DoubleImage } from '../../../helpers/wimDouble.ts';
import { contentOf, startWork, type Work } from './work.ts';

const lacking = lacksDouble('elf');
if (lacking !== undefined) { process.stderr.write(`skipped: image files of the native engine: ${lacking}\n`); }

const files = { 'Windows/a.txt': 'one', 'Windows/sub/b.txt': 'two', 'c.zip': 'packed', 'pagefile.sys': 'memory' };

async function capture(work: Work, imagePath: string, name = 'First', tree: Readonly<Record<string, string>> = files): Promise<void> {
  await work.run('captureImage', { imagePath, capturePath: work.tree(`tree-${name}`, tree), imageName: name });
}

/** A file with two images. */
async function twoImages(work: Work): Promise<string> {
  const imagePath = work.at('a.wim');
  await capture(work, imagePath);
  await work.run('appendImage', { imagePath, capturePath: work.tree('second', { 'Windows/a.txt': 'one', 'd.txt': 'three' }), imageName: 'Second' });
  return imagePath;
}

const file = (path: string, content = 'x'): DoubleImage['entries'][number] => ({ path, attributes: 0x20, content: Buffer.from(content) });
const folder = (path: string, attributes = 0x10): DoubleImage['entries'][number] => ({ path, attributes });

describe.skipIf(lacking !== undefined)('captures', () => {
  test('a folder to a new file, without what DISM leaves out', async () => {
    const work = startWork();
    const capturePath = work.tree('tree', files);
    const imagePath = work.at('new.wim');
    const result = await work.run('captureImage', {
      imagePath, capturePath, imageName: 'A <name> & more', description: 'Gr\u00fc\u00dfe \u{1F4BF}', compressionType: 'Max', checkIntegrity: true, verify: true, noRpFix: true, supportEa: true, setbootable: true,
    });
    expect(result).toMatchObject({ path: capturePath, imagePath, imageIndex: 1, sizeBefore: 0, sizeAfter: statSync(imagePath).size, plan: null, warnings: ['Left out by the default list of exclusions: "\\pagefile.sys"'] });
    const wim = readDoubleWim(imagePath);
    expect(wim).toMatchObject({ compression: 2, integrity: true, boot: 1, solid: false });
    expect(wim.images[0]?.xml).toBe('<NAME>A &lt;name&gt; &amp; more</NAME><DESCRIPTION>Gr\u00fc\u00dfe \u{1F4BF}</DESCRIPTION>');
    expect(wim.images[0]?.entries.map(({ path, raw }) => [path, raw])).toEqual([
      ['\\Windows', undefined], ['\\Windows\\a.txt', false], ['\\Windows\\sub', undefined], ['\\Windows\\sub\\b.txt', false], ['\\c.zip', true],
    ]);
    expect(work.names()).toEqual(['new.wim', 'tree']);
    const [create, ...others] = work.wimDouble.calls();
    expect(create?.arguments).toMatchObject({ Access: 0xC0000000, Disposition: 1, Flags: 2, Compression: 2 });
    expect(others.find((call) => call.function === 'WIMCaptureImage')?.arguments).toEqual({ Path: capturePath, Flags: 0x8102 });
    expect(work.wimDouble.calls().map((call) => call.function).slice(0, 3)).toEqual(['WIMCreateFile', 'WIMSetTemporaryPath', 'WIMRegisterMessageCallback']);
    expect(work.context().progressValues.map(({ phase }) => phase)).toEqual(expect.arrayContaining(['Scanning', 'Writing']));
    expect(work.context().lines).toContain('info: Left out: "\\pagefile.sys"');
  });

  test('by a WimScript.ini, whose traps it tells of', async () => {
    const work = startWork();
    const capturePath = work.tree('tree', { ...files, 'Windows/sub/keep.txt': 'k' });
    const configFilePath = work.at('WimScript.ini');
    writeFileSync(configFilePath, '[ExclusionList]\r\n\\windows\\SUB\r\n"\\c.zip"\r\n[ExclusionException]\r\n\\Windows\\sub\\keep.txt\r\n[CompressionExclusionList]\r\n*.txt\r\n');
    const { warnings } = await work.run('captureImage', { imagePath: work.at('new.wim'), capturePath, imageName: 'x', configFilePath });
    expect(warnings).toEqual([expect.stringMatching(/WimScript\.ini", line 3: .*quotation marks/)]);
    expect(readDoubleWim(work.at('new.wim')).images[0]?.entries.map(({ path, raw }) => [path, raw])).toEqual([
      ['\\Windows', undefined], ['\\Windows\\a.txt', true], ['\\Windows\\sub', undefined], ['\\Windows\\sub\\keep.txt', true], ['\\c.zip', false], ['\\pagefile.sys', false],
    ]);
  });

  test.for([
    ['None', 0, false, 0], ['Fast', 1, false, 0], ['Max', 2, false, 0], ['Recovery', 3, true, 0x20000000],
  ] as const)('with the compression %s', async ([compressionType, compression, solid, flags]) => {
    const work = startWork();
    await work.run('captureImage', { imagePath: work.at('new.wim'), capturePath: work.tree('tree', files), imageName: 'x', compressionType });
    expect(readDoubleWim(work.at('new.wim'))).toMatchObject({ compression, solid });
    expect(work.wimDouble.calls()[0]?.arguments).toMatchObject({ Flags: flags });
  });

  test('never over a file, out of nothing, or into a folder that is missing', async () => {
    const work = startWork();
    const capturePath = work.tree('tree', files);
    writeFileSync(work.at('there.wim'), 'mine');
    const refusal = (params: object) => work.run('captureImage', { imagePath: work.at('new.wim'), capturePath, imageName: 'x', ...params });
    await expect(refusal({ imagePath: work.at('there.wim') })).rejects.toMatchObject({ symbol: 'ERROR_FILE_EXISTS', target: work.at('there.wim') });
    await expect(refusal({ imagePath: work.at('missing', 'new.wim') })).rejects.toMatchObject({ symbol: 'ERROR_PATH_NOT_FOUND' });
    await expect(refusal({ capturePath: work.tree('empty', {}) })).rejects.toMatchObject({ symbol: 'E_INVALIDARG', message: expect.stringContaining('the folder is empty') as string });
    await expect(refusal({ capturePath: work.at('missing') })).rejects.toMatchObject({ symbol: 'ERROR_PATH_NOT_FOUND' });
    await expect(refusal({ configFilePath: work.at('missing.ini') })).rejects.toMatchObject({ symbol: 'ERROR_FILE_NOT_FOUND' });
    expect(readFileSync(work.at('there.wim'), 'utf8')).toBe('mine');
    expect(work.names()).toEqual(['empty', 'there.wim', 'tree']);
  });

  test('the folder that the file itself is written to, without the file', async () => {
    const work = startWork();
    const capturePath = work.tree('tree', files);
    await work.run('captureImage', { imagePath: join(capturePath, 'own.wim'), capturePath, imageName: 'x' });
    expect(readDoubleWim(join(capturePath, 'own.wim')).images[0]?.entries.map(({ path }) => path).filter((path) => path.includes('wim'))).toEqual([]);
    await work.run('appendImage', { imagePath: join(capturePath, 'own.wim'), capturePath, imageName: 'y' });
    expect(readDoubleWim(join(capturePath, 'own.wim')).images[1]?.entries.map(({ path }) => path).filter((path) => path.includes('wim'))).toEqual([]);
  });

  test('a further image into a file, once for each name', async () => {
    const work = startWork();
    const imagePath = await twoImages(work);
    const wim = readDoubleWim(imagePath);
    expect(wim.images.map(({ xml }) => xml)).toEqual(['<NAME>First</NAME>', '<NAME>Second</NAME>']);
    // What both have is there once.
    expect(wim.blobs).toHaveLength(4);
    const before = readFileSync(imagePath);
    const again = (imageName: string) => work.run('appendImage', { imagePath, capturePath: work.at('second'), imageName });
    await expect(again('SECOND')).rejects.toMatchObject({ symbol: 'ERROR_ALREADY_EXISTS', target: imagePath });
    expect(readFileSync(imagePath)).toEqual(before);
    expect(await again('Third')).toMatchObject({ imageIndex: 3, sizeBefore: before.length, path: work.at('second') });
  });

  test('leave out what they write themselves, wherever links lead to it, as the dry run says before', async () => {
    const work = startWork();
    const capturePath = work.tree('tree', { 'a.txt': 'a', 'x.log': 'log', 'logs/y.log': 'y' });
    symlinkSync(capturePath, work.at('link'));
    const given = { imagePath: work.at('link', 'own.wim'), capturePath, logPath: work.at('link', 'x.log') };
    const leftOut = (...paths: readonly string[]): string => `Left out, because this operation writes to it: ${paths.map((path) => `"${path}"`).join(', ')}`;
    const names = (): string[] => (readDoubleWim(given.imagePath).images.at(-1)?.entries ?? []).map(({ path }) => path).sort();
    for (const [method, imageName, warning] of [['captureImage', 'One', leftOut(given.logPath)], ['appendImage', 'Two', leftOut(given.imagePath, given.logPath)]] as const) {
      const dry = await work.run(method, { ...given, imageName, validateOnly: true });
      expect([dry.warnings, dry.plan?.files, dry.plan?.bytes]).toEqual([[warning], 2, 2]);
      expect((await work.run(method, { ...given, imageName })).warnings).toEqual([warning]);
      expect(names()).toEqual(['\\a.txt', '\\logs', '\\logs\\y.log']);
    }
  });

  test('tells in a dry run what would be read and written', async () => {
    const work = startWork();
    const capturePath = work.tree('tree', files);
    const { plan } = await work.run('captureImage', { imagePath: work.at('new.wim'), capturePath, imageName: 'x', validateOnly: true });
    expect(plan).toMatchObject({ files: 3, directories: 2, bytes: 12, writes: [{ path: work.at('new.wim'), change: 'New' }] });
    expect(plan?.writes[0]?.maximumBytes).toBeGreaterThan(12);
    expect(plan?.writes[0]?.freeBytes).toBeGreaterThan(0);
    expect(work.names()).toEqual(['tree']);
    expect(work.wimDouble.calls()).toEqual([]);
  });
});

describe.skipIf(lacking !== undefined)('applies', () => {
  test('an image to a folder, by name, beside what is there', async () => {
    const work = startWork();
    const imagePath = await twoImages(work);
    const applyPath = work.tree('target', { 'mine.txt': 'mine', 'd.txt': 'old' });
    expect(await work.run('applyImage', { imagePath, imageName: 'second', applyPath, verify: true, compact: true, noRpFix: true })).toMatchObject({
      path: applyPath, imagePath, imageIndex: 2, warnings: [],
    });
    expect(contentOf(applyPath)).toEqual({ Windows: '(folder)', 'Windows/a.txt': 'one', 'd.txt': 'three', 'mine.txt': 'mine' });
    expect(work.wimDouble.calls().filter((call) => call.function === 'WIMApplyImage').map((call) => call.arguments['Flags'])).toEqual([0x88, 0x4102]);
    expect(work.context().progressValues.at(-1)).toMatchObject({ phase: 'Writing' });
  });

  test('parts of a split file, with a pattern and without', async () => {
    const work = startWork({ wimModes: { 'split-size': 1 } });
    const imagePath = await twoImages(work);
    await work.run('splitImage', { imagePath, splitImagePath: work.at('s.swm'), fileSize: 1 });
    expect(work.names().filter((name) => name.endsWith('.swm'))).toEqual(['s.swm', 's2.swm', 's3.swm', 's4.swm']);
    await work.run('applyImage', { imagePath: work.at('s.swm'), imageIndex: 1, applyPath: work.tree('one', {}) });
    await work.run('applyImage', { imagePath: work.at('s.swm'), imageIndex: 1, applyPath: work.tree('two', {}), splitImageFilePattern: work.at('s*.swm') });
    expect(contentOf(work.at('one'))).toEqual(contentOf(work.at('two')));
    expect(contentOf(work.at('one'))).toMatchObject({ 'Windows/sub/b.txt': 'two' });
    await expect(work.run('applyImage', { imagePath: work.at('s2.swm'), imageIndex: 1, applyPath: work.at('one') })).rejects.toMatchObject({
      symbol: 'E_INVALIDARG', message: expect.stringContaining('part 2 of 4') as string,
    });
    await expect(work.run('applyImage', { imagePath: work.at('s.swm'), imageIndex: 1, applyPath: work.at('one'), splitImageFilePattern: work.at('x*.swm') }))
      .rejects.toMatchObject({ symbol: 'ERROR_FILE_NOT_FOUND' });
  });

  test.for([
    ['a path out of the target', [folder('\\..'), file('\\..\\escaped.txt')]],
    ['a dot', [file('\\.')]],
    ['a separator of other systems', [file('\\..\\..\\a/../b')]],
    ['a stream', [file('\\a.txt:stream')]],
    ['a device', [folder('\\Windows'), file('\\Windows\\aux.txt')]],
    ['names that differ in case', [file('\\a.txt'), file('\\A.TXT')]],
    ['a file below a link', [folder('\\link', 0x410), file('\\link\\a.txt')]],
    ['a file below a file', [file('\\a'), file('\\a\\b')]],
    ['a name that Windows shortens', [file('\\a.txt.')]],
    ['a folder that is missing', [file('\\missing\\a.txt')]],
  ] as const)('never %s', async ([, entries]) => {
    const work = startWork();
    const imagePath = work.at('hostile.wim');
    writeDoubleWim(imagePath, [{ xml: '<NAME>x</NAME>', entries }]);
    const applyPath = work.tree('target', {});
    await expect(work.run('applyImage', { imagePath, imageIndex: 1, applyPath })).rejects.toMatchObject({ symbol: 'ERROR_INVALID_NAME', target: imagePath });
    await expect(work.run('extractImageItem', { imagePath, imageIndex: 1, itemPath: entries[0].path, destination: work.at('out') })).rejects.toMatchObject({ symbol: 'ERROR_INVALID_NAME' });
    expect(work.names()).toEqual(['hostile.wim', 'target']);
    expect(readdirSync(applyPath)).toEqual([]);
  });

  test('one file or folder of an image', async () => {
    const work = startWork();
    const imagePath = await twoImages(work);
    expect(await work.run('extractImageItem', { imagePath, imageIndex: 1, itemPath: '/windows/A.TXT', destination: work.at('a.txt') })).toMatchObject({ path: work.at('a.txt') });
    expect(readFileSync(work.at('a.txt'), 'utf8')).toBe('one');
    await work.run('extractImageItem', { imagePath, imageIndex: 1, itemPath: '\\Windows', destination: work.at('out') });
    expect(contentOf(work.at('out'))).toEqual({ 'a.txt': 'one', sub: '(folder)', 'sub/b.txt': 'two' });
    const extract = (params: object) => work.run('extractImageItem', { imagePath, imageIndex: 1, itemPath: '\\Windows', destination: work.at('new'), ...params });
    await expect(extract({ itemPath: '\\missing' })).rejects.toMatchObject({ symbol: 'ERROR_FILE_NOT_FOUND' });
    await expect(extract({ destination: work.at('out') })).rejects.toMatchObject({ symbol: 'ERROR_FILE_EXISTS' });
    expect((await extract({ validateOnly: true })).plan).toMatchObject({ files: 2, directories: 2, bytes: 6 });
    expect(existsSync(work.at('new'))).toBe(false);
  });
});

describe.skipIf(lacking !== undefined)('rearranges', () => {
  test('exports images to a new file, with all that is said of them', async () => {
    const work = startWork();
    const imagePath = await twoImages(work);
    await work.run('setImage', { imagePath, imageIndex: 1, flags: 'Professional', displayName: 'D & E' });
    const result = await work.run('exportImage', { sourceImagePath: imagePath, sourceIndexes: '*', destinationImagePath: work.at('all.esd'), compressionType: 'Recovery', checkIntegrity: true });
    expect(result).toMatchObject({ path: work.at('all.esd'), imageIndex: 1, imageIndexes: [1, 2], sizeBefore: 0 });
    const wim = readDoubleWim(work.at('all.esd'));
    expect(wim).toMatchObject({ compression: 3, solid: true, boot: 0, integrity: true });
    expect(wim.images.map(({ xml }) => xml)).toEqual(['<NAME>First</NAME><DISPLAYNAME>D &amp; E</DISPLAYNAME><FLAGS>Professional</FLAGS>', '<NAME>Second</NAME>']);
    expect(work.wimDouble.calls().filter((call) => call.function === 'WIMExportImage').map((call) => call.arguments['Flags'])).toEqual([0x19, 0x19]);
    // And back.
    await work.run('exportImage', { sourceImagePath: work.at('all.esd'), sourceName: 'FIRST', destinationImagePath: work.at('one.wim'), compressionType: 'Max', destinationName: 'Other' });
    expect(readDoubleWim(work.at('one.wim'))).toMatchObject({ compression: 2, solid: false, boot: 0, images: [{ xml: '<NAME>Other</NAME><DISPLAYNAME>D &amp; E</DISPLAYNAME><FLAGS>Professional</FLAGS>' }] });
  });

  test('exports into a file that is there, all images or none', async () => {
    const work = startWork();
    const imagePath = await twoImages(work);
    const destinationImagePath = work.at('b.wim');
    await capture(work, destinationImagePath, 'Second', { 'other.txt': 'other' });
    const before = readFileSync(destinationImagePath);
    const more = (params: object) => work.run('exportImage', { sourceImagePath: imagePath, destinationImagePath, ...params });
    await expect(more({ sourceIndexes: '*' })).rejects.toMatchObject({ symbol: 'ERROR_ALREADY_EXISTS' });
    expect(readFileSync(destinationImagePath)).toEqual(before);
    await expect(more({ sourceIndexes: [1, 1] })).rejects.toMatchObject({ symbol: 'ERROR_ALREADY_EXISTS' });
    await expect(more({ sourceIndexes: [3] })).rejects.toMatchObject({ symbol: 'DISMAPI_E_INVALID_IMAGE_INDEX' });
    await expect(more({ sourceIndexes: [1], destinationImagePath: imagePath })).rejects.toMatchObject({ symbol: 'E_INVALIDARG' });
    expect(await more({ sourceIndexes: [1], setbootable: true })).toMatchObject({ imageIndex: 2, imageIndexes: [2] });
    expect(readDoubleWim(destinationImagePath)).toMatchObject({ boot: 2, compression: 1, images: [{ xml: '<NAME>Second</NAME>' }, { xml: '<NAME>First</NAME>' }] });
    await expect(more({ sourceIndexes: [1] })).rejects.toMatchObject({ symbol: 'ERROR_ALREADY_EXISTS' });
    await work.run('setImage', { imagePath: destinationImagePath, imageIndex: 2, newName: 'Renamed' });
    const same = more({ sourceIndexes: [1] });
    await expect(same).rejects.toMatchObject({ symbol: 'ERROR_ALREADY_EXISTS', message: expect.stringContaining('image 1 is there already') as string });
    // Once more, under another name.
    expect(await more({ sourceIndexes: [1], destinationName: 'First again', compressionType: 'Max' })).toMatchObject({
      imageIndexes: [3], warnings: [expect.stringContaining('keeps its type of compression')],
    });
    // With all images comes the one that the source boots, into a file that boots none.
    await work.run('setImage', { imagePath, bootIndex: 2 });
    await work.run('exportImage', { sourceImagePath: imagePath, sourceIndexes: '*', destinationImagePath: work.at('c.wim') });
    expect(readDoubleWim(work.at('c.wim')).boot).toBe(2);
    // The same with some of them, wherever it is among them.
    const next = (name: string, params: object) => work.run('exportImage', { sourceImagePath: imagePath, destinationImagePath: work.at(name), ...params });
    expect((await next('d.wim', { sourceIndexes: [2, 1] })).warnings).toEqual([]);
    expect(readDoubleWim(work.at('d.wim')).boot).toBe(1);
    const bootsNone = [expect.stringContaining('boots image 2, which is not exported here')];
    expect((await next('e.wim', { sourceIndexes: [1], validateOnly: true })).warnings).toEqual(bootsNone);
    expect((await next('e.wim', { sourceIndexes: [1] })).warnings).toEqual(bootsNone);
    expect(readDoubleWim(work.at('e.wim')).boot).toBe(0);
    expect((await next('e.wim', { sourceName: 'Second' })).warnings).toEqual([]);
    expect(readDoubleWim(work.at('e.wim')).boot).toBe(2);
    const solid = next('c.esd', { sourceIndexes: '*', compressionType: 'Recovery' });
    await expect(solid).rejects.toMatchObject({ symbol: 'E_INVALIDARG', message: expect.stringContaining('no boot manager') as string, hint: expect.stringContaining('-SourceIndex 1,2') as string });
    expect((await next('c.esd', { sourceIndexes: [1, 2], compressionType: 'Recovery' })).warnings).toEqual([expect.stringContaining('no boot manager')]);
    expect(readDoubleWim(work.at('c.esd')).boot).toBe(0);
  });

  test.for(['captureImage', 'exportImage', 'splitImage', 'joinImage', 'applyImage', 'extractImageItem'] as const)(
    '%s finds without writing that its folder is missing, or takes nothing', async (method) => {
      const work = startWork({ wimModes: { 'split-size': 1 } });
      const imagePath = await twoImages(work);
      await work.run('splitImage', { imagePath, splitImagePath: work.at('s.swm'), fileSize: 1 });
      for (const [folder, symbols] of [[await closedFolder(), ['ERROR_WRITE_PROTECT', 'E_ACCESSDENIED']], [work.at('missing'), ['ERROR_PATH_NOT_FOUND']]] as const) {
        const params = {
          captureImage: { imagePath: join(folder, 'new.wim'), capturePath: work.at('second'), imageName: 'x' },
          exportImage: { sourceImagePath: imagePath, sourceIndexes: '*', destinationImagePath: join(folder, 'new.wim') },
          splitImage: { imagePath, splitImagePath: join(folder, 'new.swm'), fileSize: 1 },
          joinImage: { imagePath: work.at('s.swm'), destinationImagePath: join(folder, 'new.wim') },
          applyImage: { imagePath, imageIndex: 1, applyPath: folder },
          extractImageItem: { imagePath, imageIndex: 1, itemPath: '\\', destination: join(folder, 'new') },
        }[method];
        for (const validateOnly of [true, false]) {
          const error: unknown = await work.run(method, { ...params, validateOnly } as never).then(() => undefined, (reason: unknown) => reason);
          expect(error).toMatchObject({ target: folder, message: expect.stringContaining(`"${folder}"`) as string });
          expect(symbols).toContain((error as { symbol: string }).symbol);
        }
      }
    });

  test.for(['appendImage', 'exportImage', 'removeImage', 'setImage', 'optimizeImageFile'] as const)('%s finds without writing that nothing can be written to its file', async (method) => {
    const work = startWork();
    const other = await twoImages(work);
    const closed = await closedFolder(async (folder) => { await copyFile(other, join(folder, 'b.wim')); });
    const imagePath = join(closed, 'b.wim');
    // Of a folder that is closed by its mode alone, files can be written to; of one that is read-only, they cannot.
    if (!isRoot) { chmodSync(imagePath, 0o444); }
    const params = {
      appendImage: { imagePath, capturePath: work.at('second'), imageName: 'x' },
      exportImage: { sourceImagePath: other, sourceIndexes: [1], destinationImagePath: imagePath },
      removeImage: { imagePath, imageIndex: 1 },
      setImage: { imagePath, imageIndex: 1, description: 'x' },
      optimizeImageFile: { imagePath },
    }[method];
    for (const validateOnly of [true, false]) {
      const error: unknown = await work.run(method, { ...params, validateOnly }).then(() => undefined, (reason: unknown) => reason);
      expect(error).toMatchObject({ symbol: 'DISM_E_IMAGE_READONLY', target: imagePath, message: expect.stringContaining(`"${imagePath}"`) as string });
    }
  });

  test('tells where there is no integrity table to check, once', async () => {
    const work = startWork();
    const imagePath = await twoImages(work);
    const none = [expect.stringContaining(`"${imagePath}" has no integrity table`)];
    const checked = { imagePath, checkIntegrity: true };
    const ofTable = ({ warnings }: { warnings: string[] }) => warnings.filter((warning) => warning.includes('integrity table'));
    expect(ofTable(await work.run('applyImage', { ...checked, imageIndex: 1, applyPath: work.tree('target', {}) }))).toEqual(none);
    expect(ofTable(await work.run('exportImage', { sourceImagePath: imagePath, sourceIndexes: '*', destinationImagePath: work.at('b.wim'), checkIntegrity: true }))).toEqual(none);
    for (const validateOnly of [true, false]) {
      const into = { sourceImagePath: work.at('b.wim'), sourceIndexes: [1], destinationName: 'New', destinationImagePath: imagePath, checkIntegrity: true, validateOnly };
      expect(ofTable(await work.run('exportImage', into))).toEqual(none);
    }
    // It has one now.
    expect(ofTable(await work.run('removeImage', { ...checked, imageIndex: 3 }))).toEqual([]);
    expect(ofTable(await work.run('testImageFile', { imagePath: work.at('b.wim') }))).toEqual([]);
  });

  test('finds names that are taken without writing', async () => {
    const work = startWork();
    const imagePath = await twoImages(work);
    await capture(work, work.at('b.wim'), 'Second', { 'other.txt': 'other' });
    const dry = work.run('exportImage', { sourceImagePath: imagePath, sourceIndexes: '*', destinationImagePath: work.at('b.wim'), validateOnly: true });
    await expect(dry).rejects.toMatchObject({ symbol: 'ERROR_ALREADY_EXISTS' });
  });

  test('splits and joins', async () => {
    const work = startWork({ wimModes: { 'split-size': 1 } });
    const imagePath = await twoImages(work);
    await work.run('setImage', { imagePath, bootIndex: 2 });
    const { parts, sizeAfter, sizeBefore, warnings } = await work.run('splitImage', { imagePath, splitImagePath: work.at('s.swm'), fileSize: 1, checkIntegrity: true });
    expect(parts.map(({ path }) => path)).toEqual(['s.swm', 's2.swm', 's3.swm', 's4.swm'].map((name) => work.at(name)));
    expect([sizeBefore, sizeAfter]).toEqual([0, parts.reduce((sum, { bytes }) => sum + bytes, 0)]);
    expect(warnings).toEqual([expect.stringContaining('a.wim" has no integrity table'), expect.stringContaining('The parts have no integrity table')]);
    await expect(work.run('splitImage', { imagePath, splitImagePath: work.at('s.swm'), fileSize: 1 })).rejects.toMatchObject({ symbol: 'ERROR_FILE_EXISTS', target: work.at('s.swm') });
    expect(await work.run('joinImage', { imagePath: work.at('s.swm'), destinationImagePath: work.at('joined.wim') })).toMatchObject({ imagePath: work.at('joined.wim') });
    const [whole, joined] = [readDoubleWim(imagePath), readDoubleWim(work.at('joined.wim'))];
    expect(joined).toMatchObject({ parts: 1, boot: 2, images: whole.images });
    await expect(work.run('appendImage', { imagePath: work.at('s.swm'), capturePath: work.at('second'), imageName: 'x' })).rejects.toMatchObject({ symbol: 'WIM_E_SPLIT_NOT_MOUNTABLE' });
    await expect(work.run('joinImage', { imagePath, destinationImagePath: work.at('x.wim') })).rejects.toMatchObject({ symbol: 'E_INVALIDARG' });
  });

  test('joins what fitted into one part', async () => {
    const work = startWork();
    const imagePath = await twoImages(work);
    const { parts } = await work.run('splitImage', { imagePath, splitImagePath: work.at('s.swm'), fileSize: 4000 });
    expect(parts.map(({ path }) => path)).toEqual([work.at('s.swm')]);
    await work.run('joinImage', { imagePath: work.at('s.swm'), destinationImagePath: work.at('joined.wim') });
    expect(readDoubleWim(work.at('joined.wim'))).toMatchObject({ parts: 1, images: readDoubleWim(imagePath).images });
  });

  test('says how small parts can be, and which file is larger than one', async () => {
    const work = startWork({ wimModes: { 'split-minimum': 5 * 1024 * 1024 - 1 } });
    const imagePath = work.at('a.wim');
    await capture(work, imagePath, 'x', { 'big.bin': 'x'.repeat(1024 * 1024 + 1) });
    const error = work.run('splitImage', { imagePath, splitImagePath: work.at('s.swm'), fileSize: 1 });
    await expect(error).rejects.toMatchObject({ symbol: 'ERROR_MORE_DATA', hint: 'Give at least -FileSize 5.', message: expect.stringContaining('at least') as string });
    const { warnings, parts, plan } = await work.run('splitImage', { imagePath, splitImagePath: work.at('s.swm'), fileSize: 1, validateOnly: true });
    expect(warnings).toEqual([expect.stringContaining('"\\big.bin" has 1048577 bytes')]);
    expect([parts.length, plan?.writes.length]).toEqual([2, 2]);
    expect(work.names()).toEqual(['a.wim', 'tree-x']);
  });

  test('writes a file anew, without what nobody needs', async () => {
    const work = startWork();
    const imagePath = await twoImages(work);
    await work.run('setImage', { imagePath, bootIndex: 2 });
    expect(await work.run('removeImage', { imagePath, imageName: 'first' })).toMatchObject({ removedIndex: 1, removedName: 'First', imageIndex: null });
    const removed = readDoubleWim(imagePath);
    expect(removed).toMatchObject({ boot: 1, images: [{ xml: '<NAME>Second</NAME>' }] });
    expect(removed.blobs).toHaveLength(4);
    const before = statSync(imagePath).size;
    const result = await work.run('optimizeImageFile', { imagePath, compressionType: 'Max', checkIntegrity: true });
    expect(result).toMatchObject({ imagePath, sizeBefore: before, sizeAfter: statSync(imagePath).size });
    expect(readDoubleWim(imagePath)).toMatchObject({ compression: 2, boot: 1, integrity: true, images: removed.images });
    expect(readDoubleWim(imagePath).blobs).toHaveLength(2);
    // What has the type already is made new by way of a file without compression.
    await work.run('optimizeImageFile', { imagePath, recompress: true });
    expect(work.wimDouble.calls().filter((call) => call.function === 'WIMCreateFile' && call.arguments['Disposition'] === 1).map((call) => call.arguments['Compression'])).toEqual([1, 2, 0, 2]);
    expect(readDoubleWim(imagePath)).toMatchObject({ compression: 2, integrity: true });
    expect(work.names()).toEqual(['a.wim', 'second', 'tree-First']);
  });

  test('never removes the only image', async () => {
    const work = startWork();
    await capture(work, work.at('a.wim'));
    const before = readFileSync(work.at('a.wim'));
    await expect(work.run('removeImage', { imagePath: work.at('a.wim'), imageIndex: 1 })).rejects.toMatchObject({ symbol: 'E_ACCESSDENIED' });
    await expect(work.run('removeImage', { imagePath: work.at('a.wim'), imageIndex: 2 })).rejects.toMatchObject({ symbol: 'DISMAPI_E_INVALID_IMAGE_INDEX' });
    expect(readFileSync(work.at('a.wim'))).toEqual(before);
  });

  test('changes no file that others need as it is', async () => {
    const work = startWork();
    const imagePath = await twoImages(work);
    const change = () => work.run('removeImage', { imagePath, imageIndex: 1 });
    chmodSync(imagePath, 0o444);
    await expect(change()).rejects.toMatchObject({ symbol: 'DISM_E_IMAGE_READONLY' });
    chmodSync(imagePath, 0o644);
    const mountPath = work.tree('mount', {});
    await work.run('mountImage', { imagePath, imageIndex: 1, mountPath });
    await expect(change()).rejects.toMatchObject({ symbol: 'WIM_E_ALREADY_MOUNTED_READWRITE', target: imagePath });
    await work.run('unmountImage', { mountPath, commit: false });
    writeDoubleWim(work.at('readonly.wim'), readDoubleWim(imagePath).images, { readOnly: true });
    await expect(work.run('removeImage', { imagePath: work.at('readonly.wim'), imageIndex: 1 })).rejects.toMatchObject({ symbol: 'WIM_E_CONTAINER_READONLY' });
    await change();
  });

  test('changes what is said of an image', async () => {
    const work = startWork();
    const imagePath = await twoImages(work);
    expect(await work.run('setImage', { imagePath, imageName: 'second', newName: 'second', description: 'D', displayDescription: 'E' })).toMatchObject({ imageIndex: 2 });
    expect(readDoubleWim(imagePath).images[1]?.xml).toBe('<NAME>second</NAME><DESCRIPTION>D</DESCRIPTION><DISPLAYDESCRIPTION>E</DISPLAYDESCRIPTION>');
    await work.run('setImage', { imagePath, imageIndex: 2, description: '' });
    expect(readDoubleWim(imagePath).images[1]?.xml).toBe('<NAME>second</NAME><DISPLAYDESCRIPTION>E</DISPLAYDESCRIPTION>');
    await expect(work.run('setImage', { imagePath, imageIndex: 2, newName: 'FIRST' })).rejects.toMatchObject({ symbol: 'ERROR_ALREADY_EXISTS' });
    await expect(work.run('setImage', { imagePath, bootIndex: 3 })).rejects.toMatchObject({ symbol: 'DISMAPI_E_INVALID_IMAGE_INDEX' });
    expect(await work.run('setImage', { imagePath, bootIndex: 2 })).toMatchObject({ imageIndex: null });
    expect(readDoubleWim(imagePath).boot).toBe(2);
  });
});

describe.skipIf(lacking !== undefined)('reads', () => {
  test('the paths of an image, in portions', async () => {
    const work = startWork();
    const imagePath = await twoImages(work);
    expect(await work.run('getImageContent', { imagePath, imageName: 'first' })).toMatchObject({
      paths: ['\\', '\\Windows\\', '\\Windows\\a.txt', '\\Windows\\sub\\', '\\Windows\\sub\\b.txt', '\\c.zip'], next: null,
    });
    const long = 'n'.repeat(200);
    writeDoubleWim(work.at('long.wim'), [{ xml: '', entries: Array.from({ length: 25_000 }, (_, at) => file(`\\${long}${at}`)) }]);
    const first = await work.run('getImageContent', { imagePath: work.at('long.wim'), imageIndex: 1 });
    expect(first.next).toBe(first.paths.length);
    const second = await work.run('getImageContent', { imagePath: work.at('long.wim'), imageIndex: 1, first: first.next ?? 0 });
    expect([first.paths.length + second.paths.length, second.next, second.paths.at(-1)]).toEqual([25_001, null, `\\${long}24999`]);
    expect(work.wimDouble.calls().filter((call) => call.function === 'WIMApplyImage')).toHaveLength(2);
  });

  test('the names of an image where Windows says no more of them, and checks those', async () => {
    const work = startWork({ wimModes: { 'file-info': 'none' } });
    const imagePath = await twoImages(work);
    expect(await work.run('getImageContent', { imagePath, imageIndex: 1 })).toMatchObject({
      paths: ['\\', '\\Windows\\', '\\Windows\\a.txt', '\\Windows\\sub\\', '\\Windows\\sub\\b.txt', '\\c.zip'],
    });
    const applyPath = work.tree('target', {});
    await work.run('applyImage', { imagePath, imageIndex: 1, applyPath });
    writeDoubleWim(work.at('hostile.wim'), [{ xml: '', entries: [folder('\\..'), file('\\..\\escaped.txt')] }]);
    await expect(work.run('applyImage', { imagePath: work.at('hostile.wim'), imageIndex: 1, applyPath })).rejects.toMatchObject({ symbol: 'ERROR_INVALID_NAME' });
    expect(work.names()).not.toContain('escaped.txt');
  });

  test('everything, and finds what is damaged', async () => {
    const work = startWork();
    const imagePath = await twoImages(work);
    expect(await work.run('testImageFile', { imagePath })).toMatchObject({ healthy: true, integrityTable: 'None', contentsChecked: 4, damage: [] });
    const data = readFileSync(imagePath);
    data.write('TWO', data.lastIndexOf('two'));
    writeFileSync(imagePath, data);
    expect(await work.run('testImageFile', { imagePath })).toMatchObject({
      healthy: false, damage: [{ kind: 'Content', imageIndex: 1, paths: ['\\Windows\\sub\\b.txt'], reason: expect.stringContaining('hash') as string }],
    });
    const withTable = work.at('table.wim');
    await work.run('captureImage', { imagePath: withTable, capturePath: work.at('second'), imageName: 'x', checkIntegrity: true });
    expect(await work.run('testImageFile', { imagePath: withTable })).toMatchObject({ healthy: true, integrityTable: 'Ok' });
    const checked = readFileSync(withTable);
    checked.write('THREE', checked.indexOf('three'));
    writeFileSync(withTable, checked);
    expect(await work.run('testImageFile', { imagePath: withTable })).toMatchObject({ healthy: false, integrityTable: 'Damaged', damage: [{ kind: 'Integrity' }, { kind: 'Content' }] });
  });

  test('no file that is none', async () => {
    const work = startWork();
    writeFileSync(work.at('no.wim'), 'hello');
    await expect(work.run('getImageContent', { imagePath: work.at('no.wim'), imageIndex: 1 })).rejects.toMatchObject({ symbol: 'ERROR_BAD_FORMAT', target: work.at('no.wim') });
    await expect(work.run('getImageContent', { imagePath: work.at('missing.wim'), imageIndex: 1 })).rejects.toMatchObject({ symbol: 'ERROR_FILE_NOT_FOUND' });
  });
});
