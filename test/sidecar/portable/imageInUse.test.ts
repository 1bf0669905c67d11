/** Image files that are in use, or made to do harm: what changes them is refused, and what reads them comes to an end. */
import { readFileSync, writeFileSync } from 'node:fs';
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DismError } from '../../../sidecar/src/errors.ts';
import { tryLock } from '../../../sidecar/src/platform/linux/locks.ts';
import { hostileContents, hostileFiles, hostileMetadata } from '../../helpers/hostileWims.ts';
import { engine, failure, leftovers, useStateDirectory } from '../../helpers/imageFiles.ts';
import { workbench } from '../../helpers/mounts.ts';
import { isRoot } from '../../helpers/nobody.ts';
import { testContext } from '../../helpers/operationContext.ts';
import { rawWim } from '../../helpers/rawWim.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';
import { appendImage, captureWim, imagex, ordinaryWim, writeTree } from '../../helpers/wims.ts';
import '../../helpers/wimJobs.ts';

const context = () => testContext('imageFile/test');

/** Every operation that changes a file. */
function changesOf(path: string, other: string, item: string): Readonly<Record<string, () => Promise<unknown>>> {
  return {
    export: async () => await engine.exportImage({ sourceImagePath: other, sourceIndexes: [1], destinationImagePath: path }, context()),
    optimize: async () => await engine.optimizeImageFile({ imagePath: path }, context()),
    remove: async () => await engine.removeImage({ imagePath: path, imageIndex: 2 }, context()),
    set: async () => await engine.setImage({ imagePath: path, bootIndex: 1 }, context()),
    put: async () => await engine.putImageItem({ imagePath: path, imageIndex: 1, source: item, itemPath: '\\new.txt' }, context()),
  };
}

async function files(folder: string): Promise<{ path: string; other: string; item: string }> {
  const path = await ordinaryWim(folder);
  await appendImage(join(folder, 'source'), path, { name: 'Second' });
  const other = await captureWim(await writeTree(join(folder, 'tree'), { 'a.txt': 'a' }), join(folder, 'other.wim'), { name: 'Other' });
  const item = join(folder, 'item.txt');
  await writeFile(item, 'item');
  return { path, other, item };
}

describe('a file in use', () => {
  useStateDirectory();

  test('is not changed while another program writes to it', async () => {
    const folder = tempFolder();
    const { path, other, item } = await files(folder);
    const before = readFileSync(path);
    const held = await open(path, 'r+');
    try {
      tryLock(held.fd, path);
      for (const [name, change] of Object.entries(changesOf(path, other, item))) { expect((await failure(change())).symbol, name).toBe('ERROR_SHARING_VIOLATION'); }
    } finally {
      await held.close();
    }
    expect(readFileSync(path).equals(before)).toBe(true);
    for (const change of Object.values(changesOf(path, other, item))) { await change(); }
    await imagex('verify', path);
    expect(leftovers(folder)).toEqual([]);
  });
});

test.runIf(isRoot)('a file is not changed while an image of it is mounted for writing, and may be while it is mounted read-only', async () => {
  const bench = await workbench();
  const folder = tempFolder();
  const { path, other, item } = await files(folder);
  const before = readFileSync(path);
  const mountPath = await bench.mountFolder();
  await bench.call('mountImage', { imagePath: path, imageIndex: 1, mountPath });
  for (const [name, change] of Object.entries(changesOf(path, other, item))) {
    const error = await failure(change());
    expect(error.symbol, name).toBe('WIM_E_ALREADY_MOUNTED_READWRITE');
    expect(error.message).toContain(mountPath);
  }
  expect(readFileSync(path).equals(before)).toBe(true);
  await bench.call('unmountImage', { mountPath, commit: false });
  await bench.call('mountImage', { imagePath: path, imageIndex: 1, mountPath, readOnly: true });
  await engine.setImage({ imagePath: path, imageIndex: 2, newName: 'Renamed' }, context());
  await bench.call('unmountImage', { mountPath, commit: false });
  await imagex('verify', path);
});

test.runIf(isRoot)('an image is not removed while it, or one behind it, is mounted read-only', async () => {
  const bench = await workbench();
  const { path } = await files(tempFolder());
  const before = readFileSync(path);
  const mountPath = await bench.mountFolder();
  await bench.call('mountImage', { imagePath: path, imageIndex: 2, mountPath, readOnly: true });
  for (const imageIndex of [1, 2]) {
    const error = await failure(engine.removeImage({ imagePath: path, imageIndex }, context()));
    expect(error.symbol).toBe('ERROR_SHARING_VIOLATION');
    expect(error.message).toContain(mountPath);
  }
  expect(readFileSync(path).equals(before)).toBe(true);
  await bench.call('unmountImage', { mountPath, commit: false });
  await bench.call('mountImage', { imagePath: path, imageIndex: 1, mountPath, readOnly: true });
  await engine.removeImage({ imagePath: path, imageIndex: 2 }, context());
  expect((await bench.only()).mountStatus).toBe('Ok');
  await bench.call('unmountImage', { mountPath, commit: false });
  await imagex('verify', path);
});

describe('hostile files', () => {
  useStateDirectory();

  test.for(['export', 'exportSolid', 'split', 'optimize', 'remove', 'set', 'put'] as const)('%s comes to an end, with nothing left behind', async (operation) => {
    const folder = tempFolder();
    const item = join(folder, 'item.txt');
    await writeFile(item, 'item');
    const builders: [string, () => Buffer][] = [...Object.entries(hostileContents), ...Object.entries(hostileMetadata),
      ...Object.entries(hostileFiles).map(([name, [, build]]): [string, () => Buffer] => [name, build])];
    for (const [name, build] of builders) {
      if (operation === 'exportSolid' && name === 'deep') { continue; }
      const path = join(folder, `${name}.wim`);
      writeFileSync(path, build());
      const before = readFileSync(path);
      const out = join(folder, `${name}.out`);
      const run: Readonly<Record<typeof operation, () => Promise<unknown>>> = {
        export: async () => await engine.exportImage({ sourceImagePath: path, sourceIndexes: '*', destinationImagePath: out, compressionType: 'Max' }, context()),
        exportSolid: async () => await engine.exportImage({ sourceImagePath: path, sourceIndexes: [1], destinationImagePath: out, compressionType: 'Recovery' }, context()),
        split: async () => await engine.splitImage({ imagePath: path, splitImagePath: join(folder, `${name}.swm`), fileSize: 1 }, context()),
        optimize: async () => await engine.optimizeImageFile({ imagePath: path }, context()),
        remove: async () => await engine.removeImage({ imagePath: path, imageIndex: 1 }, context()),
        set: async () => await engine.setImage({ imagePath: path, imageIndex: 1, newName: 'New' }, context()),
        put: async () => await engine.putImageItem({ imagePath: path, imageIndex: 1, source: item, itemPath: '\\new.txt' }, context()),
      };
      const error: unknown = await run[operation]().then(() => undefined, (reason: unknown) => reason);
      if (error !== undefined) { expect(error, name).toBeInstanceOf(DismError); }
      if (error !== undefined || operation === 'export' || operation === 'exportSolid' || operation === 'split') {
        expect(readFileSync(path).equals(before), name).toBe(true);
      }
      expect(leftovers(folder), name).toEqual([]);
    }
  });

  test('images without names are exported side by side', async () => {
    const folder = tempFolder();
    const path = join(folder, 'unnamed.wim');
    const child = (text: string) => ({ root: { name: '', children: [{ name: 'a.txt', data: Buffer.from(text) }] } });
    writeFileSync(path, rawWim({ images: [child('one'), child('two')], xml: '<WIM><IMAGE INDEX="1"/><IMAGE INDEX="2"/></WIM>' }));
    const out = join(folder, 'out.wim');
    expect(await engine.exportImage({ sourceImagePath: path, sourceIndexes: '*', destinationImagePath: out }, context())).toMatchObject({ imageIndexes: [1, 2] });
    await imagex('verify', out);
  });
});
