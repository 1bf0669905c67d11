/** -CheckIntegrity of a file that has no integrity table: a warning wherever it is taken, and never an error. */
import { mkdirSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { noTableWarning } from '../../../sidecar/src/wim/integrity.ts';
import { engine, useStateDirectory } from '../../helpers/imageFiles.ts';
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
