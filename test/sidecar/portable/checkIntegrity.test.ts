/** -CheckIntegrity of a file that has no integrity table: a warning wherever it is taken, and never an error. */
import { mkdirSync } from 'node:fs';
import { copyFile, open, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { noTableWarning } from '../../../sidecar/src/wim/integrity.ts';
import { engine, failure, useStateDirectory } from '../../helpers/imageFiles.ts';
import { workbench } from '../../helpers/mounts.ts';
import { isRoot } from '../../helpers/nobody.ts';
import { testContext } from '../../helpers/operationContext.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';
import { appendImage, captureWim, ordinaryWim, pseudoRandom, splitWim, writeTree } from '../../helpers/wims.ts';

useStateDirectory();

const context = () => testContext('imageFile/test');
const withTable = { checkIntegrity: true };

type Operation = (imagePath: string, folder: string, more: { readonly validateOnly: boolean }) => Promise<{ readonly warnings: readonly string[] }>;
/** Operations on a file that they are asked to check, in a folder of their own. */
const checking: Record<string, Operation> = {
  appendImage: (imagePath, folder, more) => engine.appendImage({ imagePath, capturePath: join(folder, 'source'), imageName: 'New', ...withTable, ...more }, context()),
  applyImage: (imagePath, folder, more) => engine.applyImage({ imagePath, imageIndex: 1, applyPath: join(folder, 'target'), ...withTable, ...more }, context()),
  'exportImage from it': (sourceImagePath, folder, more) =>
    engine.exportImage({ sourceImagePath, sourceIndexes: [1], destinationImagePath: join(folder, 'new.wim'), ...withTable, ...more }, context()),
  'exportImage into it': async (destinationImagePath, folder, more) => await engine.exportImage({
    sourceImagePath: await ordinaryWim(folder, { integrity: true, file: 'table.wim' }), sourceIndexes: [1], destinationImagePath, destinationName: 'New', ...withTable, ...more,
  }, context()),
  splitImage: (imagePath, folder, more) => engine.splitImage({ imagePath, splitImagePath: join(folder, 'new.swm'), fileSize: 10, ...withTable, ...more }, context()),
  optimizeImageFile: (imagePath, _, more) => engine.optimizeImageFile({ imagePath, ...withTable, ...more }, context()),
  removeImage: (imagePath, _, more) => engine.removeImage({ imagePath, imageIndex: 2, ...withTable, ...more }, context()),
  setImage: (imagePath, _, more) => engine.setImage({ imagePath, imageIndex: 1, flags: 'Core', ...withTable, ...more }, context()),
  putImageItem: (imagePath, folder, more) =>
    engine.putImageItem({ imagePath, imageIndex: 1, source: join(folder, 'source'), itemPath: '\\new', ...withTable, ...more }, context()),
};

test.for(Object.entries(checking))('%s', async ([, operation]) => {
  const folder = tempFolder();
  mkdirSync(join(folder, 'target'));
  const without = await ordinaryWim(folder);
  await appendImage(join(folder, 'source'), without, { name: 'Second' });
  const imagePath = join(folder, 'a.wim');
  for (const validateOnly of [true, false]) {
    await copyFile(without, imagePath);
    expect((await operation(imagePath, folder, { validateOnly })).warnings.filter((warning) => warning.includes('integrity table'))).toEqual([noTableWarning(imagePath)]);
  }
});

test('joinImage tells of each part that has none', async () => {
  const folder = tempFolder();
  await writeTree(join(folder, 'large'), { 'a.bin': pseudoRandom(1_000_000, 1), 'b.bin': pseudoRandom(1_000_000, 2) });
  const first = await splitWim(await captureWim(join(folder, 'large'), join(folder, 'large.wim')), folder, 1);
  const { warnings } = await engine.joinImage({ imagePath: first, destinationImagePath: join(folder, 'joined.wim'), ...withTable }, context());
  expect(warnings).toEqual([first, join(folder, 'part2.swm')].map(noTableWarning));
});

test('mountImage', { skip: !isRoot }, async () => {
  const bench = await workbench();
  const [imagePath, mountPath] = [await ordinaryWim(bench.folder), await bench.mountFolder()];
  for (const validateOnly of [true, false]) {
    expect((await bench.call('mountImage', { imagePath, imageIndex: 1, mountPath, readOnly: true, validateOnly, ...withTable })).warnings).toEqual([noTableWarning(imagePath)]);
  }
  await bench.dismount(mountPath, false);
});

/** A split file with tables, whose second part is damaged. */
async function damagedParts(folder: string): Promise<{ readonly first: string; readonly second: string }> {
  await writeTree(join(folder, 'large'), { 'a.bin': pseudoRandom(1_000_000, 1), 'b.bin': pseudoRandom(1_000_000, 2) });
  const whole = await captureWim(join(folder, 'large'), join(folder, 'large.wim'), { integrity: true });
  const first = join(folder, 'part.swm');
  await engine.splitImage({ imagePath: whole, splitImagePath: first, fileSize: 1, ...withTable }, context());
  const second = join(folder, 'part2.swm');
  const part = await open(second, 'r+');
  try { await part.write('damage', 1000); } finally { await part.close(); }
  return { first, second };
}

test('each part of a split file is compared, and named where it is damaged', async () => {
  const folder = tempFolder();
  const { first, second } = await damagedParts(folder);
  const [destinationImagePath, what] = [join(folder, 'new.wim'), `Cannot join "${first}" into "${join(folder, 'new.wim')}"`];
  expect(await failure(engine.joinImage({ imagePath: first, destinationImagePath, ...withTable }, context())))
    .toMatchObject({ symbol: 'ERROR_FILE_CORRUPT', target: second, message: `${what}: "${second}": it does not match its integrity table` });
  expect(await failure(engine.joinImage({ imagePath: first, destinationImagePath }, context()))).toMatchObject({
    symbol: 'ERROR_FILE_CORRUPT', target: second, message: expect.stringMatching(/^Cannot join .*\("[^"]*part2\.swm"\): that of "\\[ab]\.bin" in image 1$/) as string,
  });
});

test('mountImage compares all parts of a split file', { skip: !isRoot }, async () => {
  const bench = await workbench();
  const { first, second } = await damagedParts(bench.folder);
  const params = { imagePath: first, imageIndex: 1, mountPath: await bench.mountFolder(), readOnly: true };
  for (const validateOnly of [true, false]) {
    expect(await failure(bench.call('mountImage', { ...params, validateOnly, ...withTable }))).toMatchObject({ symbol: 'ERROR_FILE_CORRUPT', target: second });
  }
  await bench.call('mountImage', params);
  await bench.dismount(params.mountPath, false);
});

type Reading = (imagePath: string, folder: string) => Promise<unknown>;
/** Operations that read contents. */
const readingAll: Record<string, Reading> = {
  applyImage: (imagePath, folder) => engine.applyImage({ imagePath, imageIndex: 1, applyPath: join(folder, 'target') }, context()),
  exportImage: (sourceImagePath, folder) => engine.exportImage({ sourceImagePath, sourceIndexes: [1], destinationImagePath: join(folder, 'new.wim') }, context()),
  splitImage: (imagePath, folder) => engine.splitImage({ imagePath, splitImagePath: join(folder, 'new.swm'), fileSize: 10 }, context()),
  optimizeImageFile: (imagePath) => engine.optimizeImageFile({ imagePath, recompress: true }, context()),
  extractImageItem: (imagePath, folder) => engine.extractImageItem({ imagePath, imageIndex: 1, itemPath: 'the link', destination: join(folder, 'copied') }, context()),
};

test.for(Object.entries(readingAll))('%s names the file whose content is damaged, a link among them, and the image file that it reads', async ([, operation]) => {
  const folder = tempFolder();
  mkdirSync(join(folder, 'target'));
  await symlink('a target of some length', join(await writeTree(join(folder, 'tree'), { 'sub/file': 'content' }), 'the link'));
  const imagePath = await captureWim(join(folder, 'tree'), join(folder, 'a.wim'), { compress: 'none' });
  const data = await readFile(imagePath);
  data.write('b', data.indexOf(Buffer.from('a target', 'utf16le')));
  await writeFile(imagePath, data);
  expect(await failure(operation(imagePath, folder))).toMatchObject({
    symbol: 'ERROR_FILE_CORRUPT', target: imagePath, message: expect.stringMatching(/: that of "\\the link" in image 1$/) as string,
  });
});
