/**
 * 200 random trees, captured and appended: each image is what wimlib-imagex applies of it. In this process, for starting others would take most of
 * the time.
 */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { appendImages } from '../../../sidecar/src/engine/portable/saving/appendWim.ts';
import { WimFile } from '../../../sidecar/src/wim/wimFile.ts';
import { captureImage } from '../../../sidecar/src/wimJobs/captureImage.ts';
import { CompressionType } from '../../../sidecar/src/wimlib/codec.ts';
import { readFolder } from '../../helpers/mounts.ts';
import { testContext } from '../../helpers/operationContext.ts';
import { seededRandom } from '../../helpers/store/seededRandom.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';
import { imagex, pseudoRandom, writeTree } from '../../helpers/wims.ts';

const trees = 200;
const treesAFile = 20;
const job = { operation: 'imageFile/append', progress: () => undefined, warn: () => undefined, awaitConsent: () => undefined };
const journal = { started: () => Promise.resolve(), finishing: () => Promise.resolve() };

test(`${trees} random trees come back from the files that they were captured and appended into`, async () => {
  const random = seededRandom(12);
  const number = (below: number): number => Math.floor(random() * below);
  const pick = <T>(items: readonly T[]): T => items[number(items.length)] as T;
  for (let file = 0; file < trees / treesAFile; file++) {
    const folder = tempFolder();
    const path = join(folder, 'new.wim');
    const format = pick([
      { compressionType: CompressionType.None }, { compressionType: CompressionType.Xpress }, { compressionType: CompressionType.Lzx },
      { compressionType: CompressionType.Xpress, chunkBytes: 4096 }, { compressionType: CompressionType.Lzms },
    ]);
    for (let image = 0; image < treesAFile; image++) {
      const tree = Object.fromEntries(Array.from({ length: 1 + number(12) }, (_, at) => [
        `${pick(['', 'a/', 'a/b/', 'a/b/c d/', '\u00e4\u{1F600}/'])}${pick(['x', 'y', String(at)])}.${at}.${pick(['txt', 'bin'])}`,
        random() < 0.3 ? '' : random() < 0.5 ? pseudoRandom(number(70_000), number(6)) : 'text '.repeat(number(9000)),
      ]));
      const source = await writeTree(join(folder, String(image)), tree);
      await mkdir(join(source, 'empty'));
      const capture = { source, isVolume: false, name: `Image ${image}`, format, withoutPaths: [], what: 'Cannot capture' };
      if (image === 0) {
        await captureImage({ ...capture, path }, job);
        continue;
      }
      const part = join(folder, 'part.wim');
      await captureImage({ ...capture, path: part, base: path }, job);
      const [to, from] = [await WimFile.open(path, { forWriting: true }), await WimFile.open(part)];
      const grow = { checkIntegrity: random() < 0.3, bootIndex: random() < 0.2 ? image + 1 : undefined };
      const { imageIndexes } = await appendImages(to, { wim: from, otherParts: [], images: [{ index: 1 }] }, grow, journal, testContext('imageFile/append'));
      expect(imageIndexes).toEqual([image + 1]);
      await to.close();
      await from.close();
      await rm(part);
    }
    await imagex('verify', path);
    const applied = join(folder, 'applied');
    await mkdir(applied);
    // All images at once, each in a folder of its name.
    await imagex('apply', path, 'all', applied, '--no-acls', '--norpfix');
    for (let image = 0; image < treesAFile; image++) {
      expect(await readFolder(join(applied, `Image ${image}`))).toEqual(await readFolder(join(folder, String(image))));
    }
  }
});
