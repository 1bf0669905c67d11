/** What an operation itself writes below the folder that it reads is no part of the image. */
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openFileLog } from '../../../sidecar/src/log/fileLog.ts';
import type { OperationContext } from '../../../sidecar/src/operationContext.ts';
import { engine, failure, useStateDirectory } from '../../helpers/imageFiles.ts';
import { readTree } from '../../helpers/imageTree.ts';
import { workbench } from '../../helpers/mounts.ts';
import { isRoot } from '../../helpers/nobody.ts';
import { testContext } from '../../helpers/operationContext.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';
import { ordinaryWim, writeTree } from '../../helpers/wims.ts';

useStateDirectory();

/** A folder with a log and a scratch folder of the operation in it, which have their paths by way of a link. */
async function folderOfItsOwn() {
  const folder = tempFolder();
  const capturePath = await writeTree(join(folder, 'tree'), { 'a.txt': 'a', 'logs/old.log': 'old', 'logs/x.log': 'x' });
  mkdirSync(join(capturePath, 'scratch'));
  symlinkSync(capturePath, join(folder, 'link'));
  const at = (name: string): string => join(folder, 'link', name);
  const context = (): OperationContext => {
    const plain = testContext('imageFile/capture', { scratchDirectory: at('scratch') });
    return { ...plain, log: { ...plain.log, path: at('logs/x.log') } };
  };
  return { folder, capturePath, at, context };
}

const others = ['/', '/a.txt', '/logs', '/logs/old.log', '/scratch'];
const leftOut = (...paths: readonly string[]): string => `Left out, because this operation writes to it: ${paths.map((path) => `"${path}"`).join(', ')}`;

test('a capture leaves out its log, its temporary files and the new file, and one that appends the file that grows', async () => {
  const { capturePath, at, context } = await folderOfItsOwn();
  const imagePath = at('new.wim');
  const [image, log] = [join(capturePath, 'new.wim'), join(capturePath, 'logs/x.log')];
  for (const validateOnly of [true, false]) {
    const { warnings, plan } = await engine.captureImage({ imagePath, capturePath, imageName: 'One', validateOnly }, context());
    expect(warnings).toContain(leftOut(log));
    if (validateOnly) { expect(plan).toMatchObject({ files: 2, directories: 3 }); }
  }
  expect(Object.keys(await readTree(imagePath)).sort()).toEqual(others);
  for (const validateOnly of [true, false]) {
    const { warnings, plan } = await engine.appendImage({ imagePath, capturePath, imageName: 'Two', validateOnly }, context());
    expect(warnings).toContain(leftOut(image, log));
    if (validateOnly) { expect(plan).toMatchObject({ files: 2, directories: 3 }); }
  }
  expect(Object.keys(await readTree(imagePath, 2)).sort()).toEqual(others);
});

test('what is put into an image leaves out the image file and the log, and is not the image file', async () => {
  const { folder, capturePath, at, context } = await folderOfItsOwn();
  const imagePath = await ordinaryWim(folder);
  const inside = join(capturePath, 'inside.wim');
  await engine.exportImage({ sourceImagePath: imagePath, sourceIndexes: [1], destinationImagePath: inside }, testContext('imageFile/export'));
  const params = { imagePath: inside, imageIndex: 1, itemPath: '\\new' };
  const { warnings } = await engine.putImageItem({ ...params, source: capturePath }, context());
  expect(warnings).toEqual([leftOut(inside, join(capturePath, 'logs/x.log'))]);
  const names = Object.keys(await readTree(inside)).filter((name) => name.startsWith('/new')).sort();
  expect(names).toEqual(['/new', '/new/a.txt', '/new/logs', '/new/logs/old.log', '/new/scratch']);
  expect(await failure(engine.putImageItem({ ...params, itemPath: '\\self', source: at('inside.wim') }, context())))
    .toMatchObject({ symbol: 'E_INVALIDARG', message: expect.stringContaining('the image file itself') as string });
});

test.runIf(isRoot)('a log in a mount that is saved, captured or dismounted is what the refusal is about, and not whoever uses the mount (needs root)', async () => {
  const bench = await workbench();
  const imagePath = await ordinaryWim(bench.folder);
  const before = readFileSync(imagePath);
  const mountPath = await bench.mount(imagePath);
  symlinkSync(mountPath, join(bench.folder, 'link'));
  const logPath = join(bench.folder, 'link/x.log');
  const log = openFileLog({ operation: 'test', level: 'Debug', logPath, directory: '', header: 'x' });
  onTestFinished(() => { log.close(); });
  const context = (): OperationContext => ({ ...testContext('test'), log });
  const attempts = [
    ...[true, false].flatMap((validateOnly) => [
      () => engine.commitImage({ mountPath, validateOnly }, context()),
      ...[true, false].map((commit) => () => engine.unmountImage({ mountPath, commit, validateOnly }, context())),
      () => engine.captureImage({ imagePath: join(bench.folder, 'new.wim'), capturePath: mountPath, imageName: 'One', validateOnly }, context()),
    ]),
  ];
  for (const attempt of attempts) {
    expect(await failure(attempt())).toMatchObject({
      symbol: 'E_INVALIDARG', target: logPath, message: expect.stringContaining(`the log of this operation, "${logPath}", is in the image`) as string,
      hint: expect.stringContaining('-LogPath') as string,
    });
  }
  expect(readFileSync(imagePath).equals(before)).toBe(true);
  expect(await bench.only()).toMatchObject({ mountStatus: 'Ok' });
  log.close();
  await bench.dismount(mountPath, true);
});
