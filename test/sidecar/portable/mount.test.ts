/** image/mount, image/listMounted and a dismount that drops the changes, on real WIM files. */
import { appendFile, chmod, link, lstat, mkdir, readFile, readdir, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { unmount } from '../../../sidecar/src/platform/linux/mountCalls.ts';
import { readMountTable } from '../../../sidecar/src/platform/linux/mountTable.ts';
import { failure, hashFile, mountsBelow, readFolder, runProgram, workbench, type Workbench } from '../../helpers/mounts.ts';
import { isRoot } from '../../helpers/nobody.ts';
import { appendImage, type CaptureOptions, captureWim, imagex, ordinaryTree, ordinaryWim, splitWim, writeTree } from '../../helpers/wims.ts';

/** Changes the content of a mount in every way that a mount allows. */
async function changeALot(mountPath: string): Promise<void> {
  await writeFile(join(mountPath, 'readme.txt'), 'another text');
  await appendFile(join(mountPath, 'Windows/System32/config/SYSTEM'), 'more');
  await writeFile(join(mountPath, 'new.txt'), 'new');
  await rm(join(mountPath, 'Users'), { recursive: true });
  await rename(join(mountPath, 'Program Files'), join(mountPath, 'Programs'));
  await mkdir(join(mountPath, 'a', 'b'), { recursive: true });
  await symlink('readme.txt', join(mountPath, 'link'));
}

function optionsOf(mountPath: string): readonly string[] {
  return readMountTable().findLast((entry) => entry.mountPoint === mountPath)?.options ?? [];
}

describe.runIf(isRoot)('mountId', () => {
  test('keeps a late dismount and a late save from the mount that another script has made at the folder meanwhile', async () => {
    const bench = await workbench();
    const wim = await ordinaryWim(bench.folder);
    const mountPath = await bench.mount(wim);
    const mine = (await bench.only()).mountId ?? expect.fail();
    await bench.dismount(mountPath, false);
    await bench.call('mountImage', { imagePath: wim, imageIndex: 1, mountPath });
    const theirs = (await bench.only()).mountId ?? expect.fail();
    expect(theirs).not.toBe(mine);
    await writeFile(join(mountPath, 'work.txt'), 'of the other script');
    for (const attempt of [bench.call('unmountImage', { mountPath, commit: false, mountId: mine }), bench.call('commitImage', { mountPath, mountId: mine })]) {
      expect(await failure(attempt)).toMatchObject({ symbol: 'DISMAPI_E_UNABLE_TO_UNMOUNT_IMAGE_PATH', message: expect.stringContaining('another one is there now') as string });
    }
    expect(await readFile(join(mountPath, 'work.txt'), 'utf8')).toBe('of the other script');
    await bench.call('unmountImage', { mountPath, commit: false, mountId: theirs });
    await bench.expectNothingLeft();
  });

  test('a folder is found by any spelling, and none that has no mount', async () => {
    const bench = await workbench();
    const wim = await ordinaryWim(bench.folder);
    const mountPath = await bench.mount(wim);
    await symlink(mountPath, join(bench.folder, 'shortcut'));
    for (const spelling of [mountPath, `${mountPath}/`, `${mountPath}//`, join(bench.folder, 'shortcut'), `${bench.folder}/x/../shortcut/`]) {
      expect((await bench.call('listMountedImages', { mountPath: spelling })).mounts).toMatchObject([{ path: mountPath }]);
    }
    expect((await bench.call('listMountedImages', { mountPath: bench.folder })).mounts).toEqual([]);
    await bench.call('unmountImage', { mountPath: `${join(bench.folder, 'shortcut')}/`, commit: false });
  });
});

describe.runIf(isRoot)('mountImage()', () => {
  const kinds = [
    ['uncompressed', { compress: 'none' }], ['XPRESS', { compress: 'XPRESS' }], ['LZX', { compress: 'LZX' }],
    ['LZX with an integrity table', { compress: 'LZX', integrity: true }], ['LZMS', { compress: 'LZMS' }],
    ['solid (ESD)', { compress: 'LZMS', solid: true, file: 'ordinary.esd' }], ['with UNIX data', { unixData: true }],
  ] as const;
  test.for(kinds)('shows what a WIM holds, and leaves it bit-identical when changes are dropped: %s', async ([, options]) => {
    const bench = await workbench();
    const wim = await ordinaryWim(bench.folder, options);
    const [hash, expected] = [await hashFile(wim), await readFolder(join(bench.folder, 'source'))];
    const mountPath = await bench.mount(wim);
    expect(await bench.only()).toEqual({
      path: mountPath, imagePath: wim, imageIndex: 1, mountMode: 'ReadWrite', mountStatus: 'Ok', statusReason: '', mountId: expect.any(String) as string,
    });
    expect(await readFolder(mountPath)).toEqual(expected);
    await changeALot(mountPath);
    expect(await readFolder(mountPath)).not.toEqual(expected);
    await bench.dismount(mountPath, false);
    expect(await bench.list()).toEqual([]);
    expect(await readdir(mountPath)).toEqual([]);
    expect(await hashFile(wim)).toBe(hash);
    await bench.expectNothingLeft();
  });

  test.for(kinds)('mounts read-only: %s', async ([, options]) => {
    const bench = await workbench();
    const wim = await ordinaryWim(bench.folder, options);
    const hash = await hashFile(wim);
    const mountPath = await bench.mount(wim, { readOnly: true });
    expect(await bench.only()).toMatchObject({ mountMode: 'ReadOnly', mountStatus: 'Ok' });
    expect(await readFolder(mountPath)).toEqual(await readFolder(join(bench.folder, 'source')));
    await expect(writeFile(join(mountPath, 'new.txt'), '')).rejects.toMatchObject({ code: 'EROFS' });
    await expect(unlink(join(mountPath, 'readme.txt'))).rejects.toMatchObject({ code: 'EROFS' });
    await bench.dismount(mountPath, false);
    expect(await hashFile(wim)).toBe(hash);
  });

  // What wimlib-imagex mounts, too.
  test.for([
    ['a pipable WIM', { pipable: true }, 'ERROR_NOT_SUPPORTED'],
    ['a WIM with the read-only flag', {}, 'WIM_E_CONTAINER_READONLY', (data) => { data.writeUInt32LE(data.readUInt32LE(0x10) | 0x4, 0x10); }],
    ['a file that nobody may write to', {}, 'DISM_E_IMAGE_READONLY', async (_, wim) => { await chmod(wim, 0o444); }],
    ['a file on a read-only file system', {}, 'DISM_E_IMAGE_READONLY', async (_, wim) => {
      await runProgram('mount', '--bind', '-o', 'ro', wim, wim);
      onTestFinished(() => { unmount(wim, true); });
    }],
    ['a WIM that is flagged as one part of one', {}, 'WIM_E_SPLIT_NOT_MOUNTABLE', (data) => { data.writeUInt32LE(data.readUInt32LE(0x10) | 0x8, 0x10); }],
    ['a WIM that lacks its last bytes, of the integrity table', { integrity: true }, 'WIM_E_INVALID_CONTAINER', (data) => data.subarray(0, -10), /ends too early: its integrity table/],
    ['a WIM with an integrity table far behind its end', { integrity: true }, 'WIM_E_INVALID_CONTAINER', (data) => { data.writeBigUInt64LE(1n << 40n, 0x84); }, /ends too early: its integrity table/],
    ['a WIM with an integrity table that cannot be', { integrity: true }, 'WIM_E_INVALID_CONTAINER', (data) => {
      data.writeUInt8(4, 0x83);
      data.writeBigUInt64LE(1n << 40n, 0x8c);
    }, /its integrity table cannot hold/],
  ] as const satisfies readonly [string, CaptureOptions, string, ((data: Buffer, wim: string) => unknown)?, RegExp?][])(
    'mounts read-only what a save could not write: %s', async ([, options, symbol, edit, warning]) => {
      const bench = await workbench();
      const wim = await ordinaryWim(bench.folder, options);
      const data = await readFile(wim);
      const edited = await edit?.(data, wim);
      if (edited instanceof Buffer || !data.equals(await readFile(wim))) { await writeFile(wim, edited instanceof Buffer ? edited : data); }
      const mountPath = await bench.mountFolder();
      const { warnings } = await bench.call('mountImage', { imagePath: wim, imageIndex: 1, mountPath, readOnly: true });
      expect(warnings).toEqual(warning === undefined ? [] : [expect.stringMatching(warning)]);
      expect(await readFolder(mountPath)).toEqual(await readFolder(join(bench.folder, 'source')));
      expect(await bench.only()).toMatchObject({ mountMode: 'ReadOnly', mountStatus: 'Ok' });
      await bench.dismount(mountPath, false);
      expect(await failure(bench.mount(wim))).toMatchObject({ symbol });
      if (warning !== undefined) {
        const refusal = { symbol, message: expect.stringMatching(warning) as string };
        expect(await failure(bench.mount(wim, { readOnly: true, checkIntegrity: true }))).toMatchObject(refusal);
        expect(await failure(bench.call('getImageInfo', { imagePath: wim }))).toMatchObject(refusal);
      }
    });

  test('mounts a split WIM read-only by any of its parts, and refuses to write to it', async () => {
    const bench = await workbench();
    // A name with the characters of a glob: parts are named to libwim's program as globs.
    const folder = await bench.mountFolder('parts [1]*?');
    await ordinaryWim(bench.folder);
    const first = await splitWim(join(bench.folder, 'ordinary.wim'), folder, 0.1);
    const expected = await readFolder(join(bench.folder, 'source'));
    for (const part of [first, join(folder, 'part2.swm')]) {
      const mountPath = await bench.mount(part, { readOnly: true });
      expect(await readFolder(mountPath)).toEqual(expected);
      await bench.dismount(mountPath, false);
    }
    expect(await failure(bench.mount(first))).toMatchObject({ symbol: 'WIM_E_SPLIT_NOT_MOUNTABLE' });
    await rm(join(folder, 'part2.swm'));
    expect(await failure(bench.mount(first, { readOnly: true }))).toMatchObject({
      symbol: 'ERROR_FILE_NOT_FOUND', message: expect.stringContaining('part 2 of ') as string,
    });
  });

  test('finds an image by its index or its name', async () => {
    const bench = await workbench();
    const wim = await ordinaryWim(bench.folder);
    const source = await writeTree(join(bench.folder, 'other'), { 'only.txt': 'in the second' });
    await appendImage(source, wim, { name: 'Second one' });
    for (const image of [{ imageIndex: 2 }, { imageName: 'Second one' }]) {
      const mountPath = await bench.mount(wim, image);
      expect(await bench.only()).toMatchObject({ imageIndex: 2 });
      expect(await readdir(mountPath)).toEqual(['only.txt']);
      await bench.dismount(mountPath, false);
    }
  });

  test('reports the phases that it goes through', async () => {
    const bench = await workbench();
    const wim = await ordinaryWim(bench.folder, { integrity: true });
    await bench.mount(wim, { checkIntegrity: true });
    const { progressValues } = bench.context;
    expect([...new Set(progressValues.map(({ phase }) => phase))]).toEqual(['Verifying integrity', 'Mounting']);
    for (const phase of ['Verifying integrity', 'Mounting'] as const) {
      const last = progressValues.findLast((value) => value.phase === phase);
      expect(last?.current).toBe(last?.total);
      expect(last?.total).toBeGreaterThan(0);
    }
  });

  test('changes nothing when it only validates', async () => {
    const bench = await workbench();
    const wim = await ordinaryWim(bench.folder);
    const mountPath = await bench.mountFolder();
    expect(await bench.call('mountImage', { imagePath: wim, imageIndex: 1, mountPath, validateOnly: true }))
      .toMatchObject({ path: mountPath, imageIndex: 1, mountMode: 'ReadWrite' });
    await bench.expectNothingLeft();
    expect((await failure(bench.mount(wim, { imageIndex: 2, validateOnly: true }))).symbol).toBe('DISMAPI_E_INVALID_IMAGE_INDEX');
  });

  test.for(['with space', 'com,ma', 'co:lon', 'back\\slash', 'a\\,b\\:c', '"quotes\' $(x) `y`', 'tab\tnewline\n', '-rf', '\u00e4\u65e5\u672c'])(
    'works with folders and files named %j', async (name) => {
      const bench = await workbench((folder) => join(folder, `state ${name}`));
      const wim = await ordinaryWim(bench.folder, { file: `${name}.wim` });
      const mountPath = await bench.mount(wim, { mountPath: await bench.mountFolder(name) });
      expect(await bench.only()).toMatchObject({ path: mountPath, imagePath: wim, mountStatus: 'Ok' });
      await writeFile(join(mountPath, 'new.txt'), 'new');
      await bench.save(mountPath);
      await writeFile(join(mountPath, 'newer.txt'), 'newer');
      await bench.dismount(mountPath, true);
      expect((await imagex('dir', wim, '1')).split('\n')).toEqual(expect.arrayContaining(['/new.txt', '/newer.txt']));
    });

  test('knows a mount by every spelling of its folder, and lists it in the one that was given', async () => {
    const bench = await workbench();
    const wim = await ordinaryWim(bench.folder);
    const real = await bench.mountFolder('real');
    await symlink(real, join(bench.folder, 'linked'));
    await symlink(wim, join(bench.folder, 'linked.wim'));
    await bench.mount(join(bench.folder, 'linked.wim'), { mountPath: `${bench.folder}/linked//` });
    expect(await bench.only()).toMatchObject({ path: `${bench.folder}/linked//`, imagePath: join(bench.folder, 'linked.wim') });
    expect(await failure(bench.mount(wim, { mountPath: real }))).toMatchObject({
      symbol: 'WIM_E_MOUNT_DIR_IN_USE', message: expect.stringContaining(`image 1 of "${wim}" is mounted there already`) as string,
    });
    await bench.dismount(`${bench.folder}/state/../linked/.`, false);
    expect(await bench.list()).toEqual([]);
  });

  test('lets nobody run a set-user-ID file or use a device out of an image, also after saves', async () => {
    const bench = await workbench();
    const mountPath = await bench.mount(await ordinaryWim(bench.folder));
    expect(optionsOf(mountPath)).toEqual(expect.arrayContaining(['rw', 'nosuid', 'nodev']));
    // A save without changes makes the mount read-only for a moment; one that fails does so, too.
    await bench.save(mountPath);
    expect(optionsOf(mountPath)).toEqual(expect.arrayContaining(['rw', 'nosuid', 'nodev']));
    await writeFile(join(mountPath, 'new.txt'), 'new');
    await runProgram('mkfifo', join(mountPath, 'pipe'));
    expect((await failure(bench.save(mountPath))).symbol).toBe('ERROR_NOT_SUPPORTED');
    expect(optionsOf(mountPath)).toEqual(expect.arrayContaining(['rw', 'nosuid', 'nodev']));
    await rm(join(mountPath, 'pipe'));
    await bench.save(mountPath);
    expect(optionsOf(mountPath)).toEqual(expect.arrayContaining(['rw', 'nosuid', 'nodev']));
  });

  test('keeps the content of an image from other users', async () => {
    const bench = await workbench();
    const mountPath = await bench.mount(await ordinaryWim(bench.folder));
    await writeFile(join(mountPath, 'secret.txt'), 'secret');
    expect((await lstat(bench.stateDirectory)).mode & 0o077).toBe(0);
  });
});

describe.runIf(isRoot)('two callers', () => {
  async function twoImages(bench: Workbench): Promise<string> {
    const wim = await ordinaryWim(bench.folder);
    await appendImage(join(bench.folder, 'source'), wim, { name: 'Second' });
    return wim;
  }

  test('mount two images of a file for writing at the same moment, and a third as often as they like for reading', async () => {
    const bench = await workbench();
    const wim = await twoImages(bench);
    await appendImage(join(bench.folder, 'source'), wim, { name: 'Third' });
    const mounts = await Promise.all([
      bench.mount(wim), bench.mount(wim, { imageIndex: 2 }),
      bench.mount(wim, { imageIndex: 3, readOnly: true }), bench.mount(wim, { imageIndex: 3, readOnly: true }),
    ]);
    expect((await bench.list()).map(({ mountStatus }) => mountStatus)).toEqual(['Ok', 'Ok', 'Ok', 'Ok']);
    for (const mountPath of mounts) { expect(await readFile(join(mountPath, 'readme.txt'), 'utf8')).toBe(ordinaryTree['readme.txt']); }
  });

  test('cannot both mount an image for writing, also by another name of the file', async () => {
    const bench = await workbench();
    const wim = await twoImages(bench);
    await bench.mount(wim);
    await symlink(wim, join(bench.folder, 'symlink.wim'));
    await link(wim, join(bench.folder, 'hardlink.wim'));
    for (const path of [wim, join(bench.folder, 'symlink.wim'), join(bench.folder, 'hardlink.wim')]) {
      for (const readOnly of [false, true]) {
        expect(await failure(bench.mount(path, { readOnly }))).toMatchObject({ hresult: 0xC1420127, symbol: 'WIM_E_ALREADY_MOUNTED_READWRITE' });
      }
    }
  });

  test('cannot both mount an image for writing at the same moment', async () => {
    const bench = await workbench();
    const wim = await twoImages(bench);
    const settled = await Promise.allSettled([1, 2, 3, 4].map(() => bench.mount(wim)));
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const one of settled) {
      if (one.status === 'rejected') { expect(one.reason).toMatchObject({ symbol: 'WIM_E_ALREADY_MOUNTED_READWRITE' }); }
    }
    expect(await bench.only()).toMatchObject({ mountStatus: 'Ok' });
  });

  test('cannot both mount into one folder at the same moment, and the one who can has a working mount', async () => {
    const bench = await workbench();
    const wim = await twoImages(bench);
    const mountPath = await bench.mountFolder();
    const settled = await Promise.allSettled([1, 2, 1, 2].map((imageIndex) => bench.mount(wim, { mountPath, imageIndex, readOnly: true })));
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const one of settled) {
      if (one.status === 'rejected') {
        expect((one.reason as { symbol: string }).symbol).toMatch(/^WIM_E_MOUNT_DIR_(?:IN_USE|NOT_EMPTY)$/);
      }
    }
    expect(await bench.only()).toMatchObject({ mountStatus: 'Ok' });
    expect(await readFile(join(mountPath, 'readme.txt'), 'utf8')).toBe(ordinaryTree['readme.txt']);
    expect(mountsBelow(mountPath)).toHaveLength(1);
  });

  test('cannot mount where an image waits for its remount', async () => {
    const bench = await workbench();
    const wim = await twoImages(bench);
    const mountPath = await bench.mount(wim);
    unmount(mountPath);
    unmount(mountPath);
    expect(await bench.only()).toMatchObject({ mountStatus: 'NeedsRemount' });
    expect(await failure(bench.mount(wim, { mountPath, imageIndex: 2 }))).toMatchObject({ symbol: 'WIM_E_MOUNT_DIR_IN_USE' });
    expect(await bench.only()).toMatchObject({ mountStatus: 'NeedsRemount', imageIndex: 1 });
  });

  test('with state directories of their own see only their own mounts', async () => {
    const bench = await workbench();
    const other = await workbench();
    const wim = await captureWim(await writeTree(join(bench.folder, 'source'), { 'a.txt': 'a' }), join(bench.folder, 'a.wim'));
    const mountPath = await bench.mount(wim);
    expect(await other.list()).toEqual([]);
    expect((await failure(other.dismount(mountPath, false))).symbol).toBe('DISMAPI_E_UNABLE_TO_UNMOUNT_IMAGE_PATH');
    expect((await failure(other.call('mountImage', { imagePath: wim, imageIndex: 1, mountPath, readOnly: true }))).symbol).toBe('WIM_E_MOUNT_DIR_IN_USE');
  });
});
