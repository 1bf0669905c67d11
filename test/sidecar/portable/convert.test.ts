/** An image becomes a virtual disk, and a virtual disk an image, with all that NTFS has; and what stands in the way. */
import { execFileSync } from 'node:child_process';
import { copyFile, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readPartitions } from '../../../sidecar/src/disk/partitions.ts';
import { openDisk } from '../../../sidecar/src/engine/portable/images/disk/openDisk.ts';
import { judge } from '../../helpers/diskKill.ts';
import { diskFile, ntfsBytes, windowsDisk, windowsTree } from '../../helpers/disks.ts';
import { appliedImage, detailedList, failure, hashFile, workbench } from '../../helpers/mounts.ts';
import { runCommand } from '../../helpers/killedCommand.ts';
import { isRoot } from '../../helpers/nobody.ts';
import { ntfsWim } from '../../helpers/ntfs.ts';
import '../../helpers/wimJobs.ts';
import { captureWim, imagex, shared, windowsProperties, setProperties, writeTree } from '../../helpers/wims.ts';

const MiB = 1024 * 1024;
const sizeBytes = 700 * MiB;
const wims = shared(async (folder) => {
  const wim = await captureWim(await writeTree(join(folder, 'source'), windowsTree()), join(folder, 'windows.wim'), { compress: 'LZX', name: 'Windows' });
  await setProperties(wim, 1, windowsProperties);
  return { windows: wim, disk: await diskFile(join(folder, 'golden.vhdx'), windowsDisk(await ntfsBytes(folder, windowsTree(), 24)), 'dynamic.vhdx') };
});

/** A part of a disk, as a file. */
function part(disk: string, startMiB: number, lengthMiB: number): string {
  const [raw, file] = [`${disk}.raw`, `${disk}.part`];
  execFileSync('qemu-img', ['convert', '-f', disk.endsWith('x') ? 'vhdx' : 'vpc', '-O', 'raw', disk, raw]);
  execFileSync('dd', [`if=${raw}`, `of=${file}`, 'bs=1M', `skip=${startMiB}`, `count=${lengthMiB}`, 'status=none', 'conv=sparse']);
  execFileSync('rm', [raw]);
  return file;
}

describe('converting an image into a virtual disk', () => {
  test.each(['new.vhdx', 'new.vhd'])('%s has the partitions of a UEFI computer, and Windows in the third', async (name) => {
    const bench = await workbench();
    const path = join(bench.folder, name);
    const result = await bench.call('convertImage', { imagePath: wims().windows, imageIndex: 1, destinationImagePath: path, sizeBytes });
    expect(result).toMatchObject({ imagePath: path, path: wims().windows, imageIndex: 1, sizeBefore: 0, sizeAfter: (await stat(path)).size, plan: null });
    // As large as what is in it: blocks of 2 or 16 MiB, some of them for what NTFS has in the middle and at the end.
    expect(result.sizeAfter).toBeLessThan(200 * MiB);
    expect(result.warnings).toEqual([expect.stringContaining('bcdboot W:\\Windows /s S: /f UEFI')]);
    const opened = await openDisk(path, 'x');
    const { content, size } = opened.disk;
    expect(size).toBe(sizeBytes);
    const { scheme, partitions, warnings } = await readPartitions(content as NonNullable<typeof content>, 512);
    await opened.close();
    expect([scheme, warnings]).toEqual(['GPT', []]);
    expect(partitions.map(({ number, start, length, use, name: title }) => [number, start / MiB, length / MiB, use, title])).toEqual([
      [1, 1, 260, 'Efi', 'EFI system partition'], [2, 261, 16, 'Reserved', 'Microsoft reserved partition'], [3, 277, 700 - 278, 'Data', 'Basic data partition'],
    ]);
    judge(path, 277, 700 - 278);
    const efi = part(path, 1, 260);
    execFileSync('fsck.vfat', ['-n', efi], { stdio: 'pipe' });
    expect((await bench.call('getImageInfo', { imagePath: path })).images).toMatchObject([{ editionId: 'Professional', imageDescription: 'Windows', imageType: 'Vhd' }]);
    // Its files are those of the image.
    const back = join(bench.folder, 'back.wim');
    await bench.call('convertImage', { imagePath: path, imageIndex: 1, destinationImagePath: back });
    expect(await appliedImage(bench, back)).toEqual(await appliedImage(bench, wims().windows));
    expect((await readdir(bench.folder)).filter((file) => file.startsWith('.dismts-'))).toEqual([]);
  });

  test.skipIf(!isRoot)('and back keeps descriptors, attributes, short names, streams, links and reparse points', async () => {
    const bench = await workbench();
    const wim = await ntfsWim(bench.folder);
    const [disk, back] = [join(bench.folder, 'disk.vhdx'), join(bench.folder, 'back.wim')];
    await bench.call('convertImage', { imagePath: wim, imageIndex: 1, destinationImagePath: disk, sizeBytes });
    await bench.call('convertImage', { imagePath: disk, imageIndex: 1, destinationImagePath: back, destinationName: 'Back', compressionType: 'Max', verify: true, checkIntegrity: true });
    const told = async (path: string) => new Map([...await detailedList(path)].map(([name, text]) => [name, text.replace(/^(?:Hard Link Group|Link Group ID|Security ID|Offset in WIM|Compressed size|Part Number|\s*Flags|Last Access Time).*$/gm, '').replace(/\n+/g, '\n')]));
    expect(await told(back)).toEqual(await told(wim));
    expect((await bench.call('getImageInfo', { imagePath: back })).images).toMatchObject([{ imageName: 'Back' }]);
  });

  test('a dry run says what would be written, and writes nothing', async () => {
    const bench = await workbench();
    const path = join(bench.folder, 'new.vhdx');
    const { plan } = await bench.call('convertImage', { imagePath: wims().windows, imageIndex: 1, destinationImagePath: path, validateOnly: true });
    expect(plan).toMatchObject({ writes: [{ path, change: 'New' }], bytes: expect.any(Number) as number });
    expect(plan?.files).toBeGreaterThan(5);
    const wim = join(bench.folder, 'new.wim');
    expect((await bench.call('convertImage', { imagePath: wims().disk, imageIndex: 1, destinationImagePath: wim, validateOnly: true })).plan?.writes).toMatchObject([{ path: wim }]);
    expect((await readdir(bench.folder)).filter((name) => name !== 'state')).toEqual([]);
  });

  test('what cannot be is refused, and leaves nothing', async () => {
    const bench = await workbench();
    const to = (name: string) => join(bench.folder, name);
    const convert = async (params: object) => (await failure(bench.call('convertImage', { imagePath: wims().windows, imageIndex: 1, destinationImagePath: to('new.vhdx'), ...params }))).symbol;
    expect(await convert({ destinationImagePath: to('new.vmdk') })).toBe('E_INVALIDARG');
    expect(await convert({ sizeBytes: 300 * MiB })).toBe('E_INVALIDARG');
    expect(await convert({ destinationName: 'x' })).toBe('E_INVALIDARG');
    expect(await convert({ imageIndex: 7 })).toBe('DISMAPI_E_INVALID_IMAGE_INDEX');
    expect(await convert({ destinationImagePath: to('new.vhd'), sizeBytes: 3 * 1024 ** 4 })).toBe('E_INVALIDARG');
    expect(await convert({ imagePath: wims().disk, destinationImagePath: to('new.wim'), sizeBytes })).toBe('E_INVALIDARG');
    expect(await convert({ imagePath: wims().disk, imageIndex: 2, destinationImagePath: to('new.wim') })).toBe('DISMAPI_E_INVALID_IMAGE_INDEX');
    expect(await convert({ imagePath: wims().disk, destinationImagePath: to('new.vhdx') })).toBe('ERROR_NOT_SUPPORTED');
    expect(await convert({ imagePath: wims().windows, destinationImagePath: to('new.wim') })).toBe('ERROR_VIRTDISK_NOT_VIRTUAL_DISK');
    await writeFile(to('there.vhdx'), 'something');
    expect(await convert({ destinationImagePath: to('there.vhdx') })).toBe('ERROR_FILE_EXISTS');
    expect(await readFile(to('there.vhdx'), 'utf8')).toBe('something');
    const cut = to('cut.vhdx');
    await copyFile(wims().disk, cut);
    await truncate(cut, 9 * MiB);
    expect(await convert({ imagePath: cut, destinationImagePath: to('new.wim') })).toMatch(/^ERROR_VHD_/);
    expect((await readdir(bench.folder)).filter((name) => !['state', 'there.vhdx', 'cut.vhdx'].includes(name))).toEqual([]);
  });

  test('one that is cancelled or killed leaves nothing, at the latest after the next', async () => {
    const bench = await workbench();
    const path = join(bench.folder, 'new.vhdx');
    const params = { imagePath: wims().windows, imageIndex: 1, destinationImagePath: path, sizeBytes };
    const before = await hashFile(wims().windows);
    const start = performance.now();
    await bench.call('convertImage', { ...params, destinationImagePath: join(bench.folder, 'first.vhdx') });
    const takes = performance.now() - start;
    for (const fraction of [0.1, 0.4, 0.7]) {
      const cancel = new AbortController();
      const timer = setTimeout(() => { cancel.abort(); }, takes * fraction);
      const error: unknown = await bench.call('convertImage', params, { signal: cancel.signal }).then(() => undefined, (reason: unknown) => reason);
      clearTimeout(timer);
      if (error !== undefined) { expect(error).toMatchObject({ symbol: 'ERROR_CANCELLED' }); }
      await rm(path, { force: true });
      expect((await readdir(bench.folder)).sort()).toEqual(['first.vhdx', 'state']);
    }
    const { milliseconds } = await runCommand(bench, 'imageFile/convert', params);
    await rm(path);
    for (const fraction of [0.5, 0.8]) { await runCommand(bench, 'imageFile/convert', params, milliseconds * fraction); }
    await rm(path, { force: true });
    await bench.call('convertImage', { ...params, destinationImagePath: join(bench.folder, 'last.vhdx') });
    expect((await readdir(bench.folder)).sort()).toEqual(['first.vhdx', 'last.vhdx', 'state']);
    expect(await hashFile(wims().windows)).toBe(before);
    await imagex('verify', wims().windows);
    await rm(join(bench.stateDirectory, 'logs'), { recursive: true, force: true });
  });
});
