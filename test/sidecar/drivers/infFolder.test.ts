/** The INF files that a path stands for, on both engines. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { requireInfFiles } from '../../../sidecar/src/drivers/infFolder.ts';
import { DismError } from '../../../sidecar/src/errors.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';
import { writeTree } from '../../helpers/wims.ts';

const find = (path: string, recurse?: boolean, beforeEach = () => undefined): string[] => requireInfFiles(path, { recurse, what: 'Cannot', beforeEach });

test('are those in a folder, in order, and below it where they are asked for; links lead to files only', async () => {
  const folder = await writeTree(tempFolder(), { 'b.INF': '', 'a.inf': '', 'c.inf.txt': '', 'sub/d.inf': '', 'other/e.txt': '', 'elsewhere/f.dat': '' });
  symlinkSync(folder, join(folder, 'sub/loop'));
  symlinkSync(join(folder, 'sub'), join(folder, 'sub.inf'));
  symlinkSync(join(folder, 'elsewhere/f.dat'), join(folder, 'linked.inf'));
  symlinkSync('nowhere', join(folder, 'dangling.inf'));
  const flat = ['a.inf', 'b.INF', 'linked.inf'].map((name) => join(folder, name));
  expect(find(folder)).toEqual(flat);
  expect(find(folder, true)).toEqual([...flat, join(folder, 'sub/d.inf')]);
  expect(find(join(folder, 'a.inf'))).toEqual([join(folder, 'a.inf')]);
  expect(() => find(join(folder, 'other'), true)).toThrow(expect.objectContaining({ symbol: 'ERROR_FILE_NOT_FOUND' }) as Error);
  expect(() => find(join(folder, 'none'))).toThrow(expect.objectContaining({ symbol: 'ERROR_FILE_NOT_FOUND', target: join(folder, 'none') }) as Error);
});

test('are looked for down to a depth that no folder of drivers has, and until the operation is to stop', () => {
  const root = tempFolder();
  let folder = root;
  for (let depth = 0; depth <= 66; depth++) {
    writeFileSync(join(folder, 'x.inf'), '');
    folder = join(folder, 'd');
    mkdirSync(folder);
  }
  expect(find(root, true)).toHaveLength(65);
  let count = 0;
  expect(() => find(root, true, () => { if (++count > 10) { throw new DismError(1, 'stop'); } })).toThrow('stop');
  expect(count).toBe(11);
});
