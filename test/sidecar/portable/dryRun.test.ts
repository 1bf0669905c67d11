/** A dry run of an operation on image files finds what can be found without writing, and no error names a temporary file. */
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { closedFolder } from '../../helpers/closedFolder.ts';
import { engine, failure, useStateDirectory } from '../../helpers/imageFiles.ts';
import { bundleEngine, startEngine, workbench } from '../../helpers/mounts.ts';
import { isRoot, letAllRead, nobodyId } from '../../helpers/nobody.ts';
import { testContext } from '../../helpers/operationContext.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';
import { captureWim, ordinaryWim, pseudoRandom, splitWim, writeTree } from '../../helpers/wims.ts';

useStateDirectory();

const bundle = await bundleEngine();
const context = () => testContext('imageFile/test');

/** What operations are done with. */
interface Given {
  readonly wim: string;
  readonly parts: string;
  readonly tree: string;
  /** Where something is to be made. */
  readonly folder: string;
}
type Attempt = (given: Given, validateOnly: boolean) => Promise<unknown>;

/** Operations that make something in a folder. */
const making: Record<string, Attempt> = {
  captureImage: ({ tree, folder }, validateOnly) => engine.captureImage({ capturePath: tree, imagePath: join(folder, 'new.wim'), imageName: 'x', validateOnly }, context()),
  exportImage: ({ wim, folder }, validateOnly) =>
    engine.exportImage({ sourceImagePath: wim, sourceIndexes: [1], destinationImagePath: join(folder, 'new.wim'), validateOnly }, context()),
  splitImage: ({ wim, folder }, validateOnly) => engine.splitImage({ imagePath: wim, splitImagePath: join(folder, 'new.swm'), fileSize: 1, validateOnly }, context()),
  joinImage: ({ parts, folder }, validateOnly) => engine.joinImage({ imagePath: parts, destinationImagePath: join(folder, 'new.wim'), validateOnly }, context()),
  applyImage: ({ wim, folder }, validateOnly) => engine.applyImage({ imagePath: wim, imageIndex: 1, applyPath: folder, validateOnly }, context()),
  extractImageItem: ({ wim, folder }, validateOnly) =>
    engine.extractImageItem({ imagePath: wim, imageIndex: 1, itemPath: '/', destination: join(folder, 'new'), validateOnly }, context()),
  convertImage: ({ wim, folder }, validateOnly) =>
    engine.convertImage({ imagePath: wim, imageIndex: 1, destinationImagePath: join(folder, 'new.vhdx'), validateOnly }, context()),
};

async function given(folder: string): Promise<Given> {
  const own = tempFolder();
  const wim = await ordinaryWim(own);
  await writeTree(join(own, 'large'), { 'a.bin': pseudoRandom(1_500_000, 1), 'b.bin': pseudoRandom(1_500_000, 2) });
  const large = await captureWim(join(own, 'large'), join(own, 'large.wim'));
  return { wim, parts: await splitWim(large, own, 1), tree: join(own, 'source'), folder };
}

describe.for(Object.entries(making))('%s', ([, attempt]) => {
  test('finds that nothing can be written to the folder', async () => {
    const folder = await closedFolder();
    const about = await given(folder);
    for (const validateOnly of [true, false]) {
      const { message, target, symbol } = await failure(attempt(about, validateOnly));
      expect([symbol, target]).toEqual([isRoot ? 'ERROR_WRITE_PROTECT' : 'E_ACCESSDENIED', folder]);
      expect(message).toContain(`"${folder}"`);
      expect(message).not.toContain('.dismts-');
    }
  });

  test('finds that the folder is missing', async () => {
    const folder = join(tempFolder(), 'missing');
    const about = await given(folder);
    for (const validateOnly of [true, false]) {
      expect(await failure(attempt(about, validateOnly))).toMatchObject({ symbol: 'ERROR_PATH_NOT_FOUND', target: folder });
    }
  });
});

test.for(['exportImage', 'splitImage', 'joinImage', 'extractImageItem', 'applyImage'] as const)('%s finds that there is no room', { skip: !isRoot }, async (name) => {
  const folder = join(tempFolder(), 'small');
  mkdirSync(folder);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder]);
  onTestFinished(() => { execFileSync('umount', [folder]); });
  const own = tempFolder();
  await writeTree(join(own, 'tree'), { 'a.bin': pseudoRandom(1_500_000, 1), 'b.bin': pseudoRandom(1_500_000, 2) });
  const wim = await captureWim(join(own, 'tree'), join(own, 'a.wim'));
  const about = { wim, parts: await splitWim(wim, own, 1), tree: join(own, 'tree'), folder };
  for (const validateOnly of [true, false]) {
    const { symbol, message } = await failure((making[name] ?? expect.fail())(about, validateOnly));
    expect(symbol).toBe('ERROR_DISK_FULL');
    expect(message).not.toContain('.dismts-');
  }
  expect(readdirSync(folder)).toEqual([]);
});

test('exportImage finds that there is no room in the file system of a file that is there', { skip: !isRoot }, async () => {
  const folder = join(tempFolder(), 'small');
  mkdirSync(folder);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder]);
  onTestFinished(() => { execFileSync('umount', [folder]); });
  const own = tempFolder();
  await writeTree(join(own, 'tree'), { 'a.bin': pseudoRandom(1_500_000, 1) });
  const sourceImagePath = await captureWim(join(own, 'tree'), join(own, 'a.wim'));
  const destinationImagePath = join(folder, 'there.wim');
  await copyFile(await ordinaryWim(own, { name: 'Other' }), destinationImagePath);
  for (const validateOnly of [true, false]) {
    expect(await failure(engine.exportImage({ sourceImagePath, sourceIndexes: [1], destinationImagePath, validateOnly }, context()))).toMatchObject({ symbol: 'ERROR_DISK_FULL' });
  }
});

describe.runIf(isRoot)('of user nobody', () => {
  test.for([
    ['appendImage', { imageName: 'New' }], ['optimizeImageFile', {}], ['exportImage', { sourceIndexes: [1], destinationName: 'New' }], ['captureImage', { imageName: 'New' }],
  ] as const)('%s of a file beside which nothing may be made says so, and names the folder', async ([method, more]) => {
    const bench = await workbench();
    const closed = join(bench.folder, 'closed');
    for (const folder of [closed, join(bench.folder, 'other'), bench.stateDirectory]) { mkdirSync(folder); }
    // The engine refuses a state directory of another user, also in root's look for what is left.
    onTestFinished(() => { rmSync(bench.stateDirectory, { recursive: true }); });
    // What is compressed in another way goes through a file beside it.
    const source = await ordinaryWim(bench.folder, { compress: 'LZX' });
    const imagePath = join(closed, 'own.wim');
    await copyFile(await ordinaryWim(join(bench.folder, 'other'), { compress: 'XPRESS' }), imagePath);
    writeFileSync(join(bench.folder, 'source', 'more.txt'), 'more');
    letAllRead(bench.folder);
    for (const path of [imagePath, bench.stateDirectory]) { chownSync(path, nobodyId, nobodyId); }
    chmodSync(closed, 0o755);
    const paths = {
      appendImage: { imagePath, capturePath: join(bench.folder, 'source') }, optimizeImageFile: { imagePath },
      exportImage: { sourceImagePath: source, destinationImagePath: imagePath }, captureImage: { imagePath: join(closed, 'new.wim'), capturePath: join(bench.folder, 'source') },
    }[method];
    for (const validateOnly of [true, false]) {
      const outcome = await startEngine(bundle, bench, method, { ...paths, ...more, validateOnly } as never, { uid: nobodyId }).outcome;
      expect(outcome).toMatchObject({ symbol: 'E_ACCESSDENIED', message: expect.stringContaining(`you may not write to the folder "${closed}"`) as string });
    }
    expect(readdirSync(closed)).toEqual(['own.wim']);
  });
});
