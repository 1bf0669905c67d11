/** A disk that does not answer whether there are staged changes of a virtual disk: nobody takes that for a no. */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { endChain } from '../../../sidecar/src/engine/portable/images/disk/chain.ts';
import { diskStaging } from '../../../sidecar/src/engine/portable/images/disk/staging.ts';
import type { GenerationFolders } from '../../../sidecar/src/engine/portable/images/imageFormat.ts';
import type { MountRecord } from '../../../sidecar/src/engine/portable/images/mountRecord.ts';
import { isThere } from '../../../sidecar/src/isThere.ts';
import { testContext } from '../../helpers/operationContext.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

/** The folders of a mount with staged changes, which no call on their path finds until the test ends. */
function unanswered(): GenerationFolders {
  const folder = tempFolder();
  const staged = join(folder, 'changes.qcow2');
  fs.writeFileSync(staged, 'changes');
  const { lstatSync, existsSync } = fs;
  const patched = fs as { lstatSync: unknown; existsSync: unknown };
  patched.lstatSync = (path: string, ...rest: never[]) => {
    if (path === staged) { throw Object.assign(new Error('EIO: i/o error, lstat'), { code: 'EIO', syscall: 'lstat', path }); }
    return lstatSync(path, ...rest);
  };
  patched.existsSync = (path: string) => path !== staged && existsSync(path);
  syncBuiltinESMExports();
  onTestFinished(() => {
    Object.assign(patched, { lstatSync, existsSync });
    syncBuiltinESMExports();
  });
  return { folder, staged } as GenerationFolders;
}

test('isThere() says no only of what is not there', () => {
  const { folder, staged } = unanswered();
  expect(isThere(join(folder, 'none'))).toBe(false);
  expect(isThere(folder)).toBe(true);
  expect(() => isThere(staged)).toThrow('EIO');
});

test('no staged changes are made in the place of those', async () => {
  const folders = unanswered();
  const record = { wimPath: '/none.vhdx', own: { driver: 'vhdx' } } as unknown as MountRecord;
  await expect(diskStaging.make(folders, record, testContext('image/remount'))).rejects.toMatchObject({ code: 'EIO', path: folders.staged });
  expect(fs.readFileSync(folders.staged, 'utf8')).toBe('changes');
  expect(fs.readdirSync(folders.folder)).toEqual(['changes.qcow2']);
});

test('nobody is told that they are on their disk', async () => {
  const folders = unanswered();
  await expect(endChain(folders)).rejects.toMatchObject({ code: 'EIO', path: folders.staged });
});
