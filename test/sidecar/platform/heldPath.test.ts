/** What is reached through a descriptor, and how errors name it. */
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { throughDescriptor } from '../../../sidecar/src/platform/linux/heldPath.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

function held(): { folder: string; descriptor: number } {
  const folder = join(tempFolder(), 'held');
  mkdirSync(folder);
  const descriptor = openSync(folder, 'r');
  onTestFinished(() => { closeSync(descriptor); });
  return { folder, descriptor };
}

describe.runIf(process.platform === 'linux')('throughDescriptor()', () => {
  test('reaches a folder that was renamed, and names it by its name of now', () => {
    const { folder, descriptor } = held();
    renameSync(folder, `${folder} now`);
    expect(throughDescriptor(descriptor, (path) => readdirSync(path))).toEqual([]);
    expect(() => throughDescriptor(descriptor, (path) => readFileSync(join(path, 'none')))).toThrow(expect.objectContaining({
      code: 'ENOENT', path: `${folder} now/none`,
    }));
  });

  test('leaves errors about other paths as they are', () => {
    const { descriptor } = held();
    const other = `/proc/self/fd/${descriptor}0/none`;
    expect(() => throughDescriptor(descriptor, () => readFileSync(other))).toThrow(expect.objectContaining({ path: other }));
    expect(() => throughDescriptor(descriptor, () => { throw new Error('a bug'); })).toThrow('a bug');
  });
});
