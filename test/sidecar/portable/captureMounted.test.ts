/** Capturing an image of a WIM file that is mounted: with everything that the image has, and all that is staged, as a save would write it. */
import { execFile } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { link, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { setAttribute } from '../../../sidecar/src/platform/linux/attributes.ts';
import { diskFile, mbrDisk } from '../../helpers/disks.ts';
import { detailedList, failure, hashFile, workbench, type Workbench } from '../../helpers/mounts.ts';
import { isRoot } from '../../helpers/nobody.ts';
import { ntfsFiles, ntfsVolume, ntfsWim } from '../../helpers/ntfs.ts';
import '../../helpers/wimJobs.ts';
import { captureWim, imagex, ordinaryTree, pseudoRandom, writeTree } from '../../helpers/wims.ts';

const run = promisify(execFile);

/** Without where the data lies, which differs from file to file. */
const places = /^\s*(?:Raw )?(?:Offset|Resource|Compressed|Uncompressed|Part|Flags|Blob|Size|Location|Hard link group|Link Group|Solid|Last Access Time).*$/gim;
async function list(wim: string, imageIndex = 1): Promise<Map<string, string>> {
  return new Map([...await detailedList(wim, imageIndex)].map(([path, text]) => [path, text.replace(places, '')]));
}

async function change(mountPath: string): Promise<void> {
  await writeFile(join(mountPath, 'plain.txt'), 'something special now');
  await writeFile(join(mountPath, 'linked.txt'), pseudoRandom(70_000, 3));
  await writeFile(join(mountPath, 'new.bin'), pseudoRandom(100_000, 4));
  await rename(join(mountPath, 'everything.dll'), join(mountPath, 'Windows', 'renamed.dll'));
  await rename(join(mountPath, 'Program Files'), join(mountPath, 'Programs'));
  await rm(join(mountPath, 'secret.txt'));
  await mkdir(join(mountPath, 'new folder'));
}

const temporary = async (bench: Workbench): Promise<string[]> => (await readdir(bench.folder)).filter((name) => name.startsWith('.dismts'));

describe.runIf(isRoot)('a mounted image', () => {
  test('that was changed is captured as a save writes it, and goes on to be mounted', async () => {
    const bench = await workbench();
    const wim = await ntfsWim(bench.folder);
    const before = await hashFile(wim);
    const mountPath = await bench.mount(wim);
    await change(mountPath);
    const imagePath = join(bench.folder, 'new.wim');
    const result = await bench.call('captureImage', { imagePath, capturePath: mountPath, imageName: 'Captured', description: 'Out of a mount', verify: true, setbootable: true });
    expect(result).toMatchObject({ path: mountPath, imagePath, imageIndex: 1, warnings: [] });
    expect(await hashFile(wim)).toBe(before);
    await writeFile(join(mountPath, 'after.txt'), 'still writable');
    await rm(join(mountPath, 'after.txt'));
    await bench.save(mountPath);
    const captured = await list(imagePath);
    const saved = await list(wim);
    // The root's own time changed with the last file.
    for (const map of [captured, saved]) { map.delete('/'); }
    expect(captured).toEqual(saved);
    expect(await imagex('info', imagePath)).toMatch(/Boot Index: +1[^]*Name: +Captured\n[^]*Description: +Out of a mount[^]*Display Name: +Captured/);
    await imagex('verify', imagePath);
    expect(await temporary(bench)).toEqual([]);
  });

  test.for(['XPRESS', 'none'] as const)('that was not changed is captured from its file (%s), without what the list leaves out', async (compress) => {
    const bench = await workbench();
    const wim = await ntfsWim(bench.folder, compress);
    const mountPath = await bench.mount(wim, { readOnly: true });
    const imagePath = join(bench.folder, 'new.wim');
    await bench.call('captureImage', { imagePath, capturePath: mountPath, imageName: 'Same', compressionType: 'Max' });
    expect(await list(imagePath)).toEqual(await list(wim));
    const configFilePath = join(bench.folder, 'WimScript.ini');
    await writeFile(configFilePath, '[ExclusionList]\n\\Windows\n*.txt\n[ExclusionException]\n\\plain.txt\n');
    await bench.call('captureImage', { imagePath: join(bench.folder, 'less.wim'), capturePath: mountPath, imageName: 'Less', configFilePath });
    const expected = [...(await list(wim)).keys()].filter((path) => !/^\/Windows(?:\/|$)/.test(path) && (!path.endsWith('.txt') || path === '/plain.txt'));
    expect([...(await list(join(bench.folder, 'less.wim'))).keys()].sort()).toEqual(expected.sort());
  });

  test('of a split or solid file is captured, and appended to another file', async () => {
    const bench = await workbench();
    const tree = await writeTree(join(bench.folder, 'tree'), { ...ordinaryTree, large: pseudoRandom(900_000, 5), larger: pseudoRandom(900_000, 6) });
    const whole = await captureWim(tree, join(bench.folder, 'whole.wim'));
    await imagex('split', whole, join(bench.folder, 'a.swm'), '1');
    const solid = await captureWim(tree, join(bench.folder, 'solid.esd'), { compress: 'LZMS', solid: true });
    const target = await captureWim(await writeTree(join(bench.folder, 'other'), { 'other.txt': 'o' }), join(bench.folder, 'target.wim'));
    for (const [at, source] of [join(bench.folder, 'a.swm'), solid].entries()) {
      const mountPath = await bench.mount(source, { readOnly: true });
      await bench.call('captureImage', { imagePath: join(bench.folder, `new ${at}.wim`), capturePath: mountPath, imageName: 'New' });
      expect(await list(join(bench.folder, `new ${at}.wim`))).toEqual(await list(whole));
      const { imageIndex } = await bench.call('appendImage', { imagePath: target, capturePath: mountPath, imageName: `Appended ${at}` });
      expect(imageIndex).toBe(at + 2);
      expect(await list(target, imageIndex ?? 0)).toEqual(await list(whole));
      await imagex('verify', target);
    }
    expect(await temporary(bench)).toEqual([]);
  });

  test('is foreseen by a dry run; one that is written to is refused, and stays as it is', async () => {
    const bench = await workbench();
    const wim = await ntfsWim(bench.folder);
    const mountPath = await bench.mount(wim);
    await change(mountPath);
    const imagePath = join(bench.folder, 'new.wim');
    const { plan } = await bench.call('captureImage', { imagePath, capturePath: mountPath, imageName: 'x', validateOnly: true, compressionType: 'None' });
    const writer = openSync(join(mountPath, 'new.bin'), 'r+');
    try {
      expect(await failure(bench.call('captureImage', { imagePath, capturePath: mountPath, imageName: 'x' }))).toMatchObject({ symbol: 'WIM_E_UNMOUNT_INCOMPLETE' });
    } finally {
      closeSync(writer);
    }
    expect((await readdir(bench.folder)).includes('new.wim')).toBe(false);
    const { sizeAfter } = await bench.call('captureImage', { imagePath, capturePath: mountPath, imageName: 'x', compressionType: 'None' });
    expect(plan?.writes[0]?.maximumBytes).toBeGreaterThanOrEqual(sizeAfter);
  });

  test('is not captured where the capture is cancelled, and can be written to again', async () => {
    const bench = await workbench();
    const wim = await ntfsWim(bench.folder);
    const mountPath = await bench.mount(wim);
    await writeFile(join(mountPath, 'large.bin'), pseudoRandom(30_000_000, 9));
    for (const phase of ['Collecting changes', 'Writing'] as const) {
      const controller = new AbortController();
      const work = failure(bench.call('captureImage', { imagePath: join(bench.folder, 'new.wim'), capturePath: mountPath, imageName: 'x', compressionType: 'Max' }, {
        signal: controller.signal, onProgress: (value) => { if (value.phase === phase) { controller.abort(); } },
      }));
      expect(await work).toMatchObject({ symbol: 'ERROR_CANCELLED' });
      await writeFile(join(mountPath, 'again.txt'), phase);
      expect(await temporary(bench)).toEqual([]);
    }
    await bench.dismount(mountPath, true);
    await imagex('verify', wim);
  });
});

const partition = { start: 1024 * 1024, length: 32 * 1024 * 1024 };

async function ntfsDisk(folder: string): Promise<{ disk: string; volume: string }> {
  const volume = await ntfsVolume(join(folder, 'ntfs.img'), ntfsFiles);
  const disk = await diskFile(join(folder, 'golden.vhdx'), mbrDisk(34 * 1024 * 1024, [{ ...partition, type: 7, content: await readFile(volume) }]), 'dynamic.vhdx');
  return { disk, volume };
}

/** What wimlib-imagex finds on a volume in a file. */
async function judge(folder: string, volume: string): Promise<Map<string, string>> {
  const wim = join(folder, 'judge.wim');
  await imagex('capture', volume, wim, 'Volume', '--norpfix', '--compress=XPRESS');
  return await list(wim);
}

describe.runIf(isRoot)('a mounted virtual disk', () => {
  test('that is mounted read-only is captured with everything that NTFS has', async () => {
    const bench = await workbench();
    const { disk, volume } = await ntfsDisk(bench.folder);
    const mountPath = await bench.mount(disk, { readOnly: true });
    const imagePath = join(bench.folder, 'new.wim');
    expect(await bench.call('captureImage', { imagePath, capturePath: mountPath, imageName: 'Golden' })).toMatchObject({ path: mountPath, warnings: [] });
    expect(await list(imagePath)).toEqual(await judge(bench.folder, volume));
  });

  test('that is written to is captured as it is saved, with everything that NTFS has, and can be written to afterwards', async () => {
    const bench = await workbench();
    const { disk } = await ntfsDisk(bench.folder);
    const before = await hashFile(disk);
    const mountPath = await bench.mount(disk);
    await change(mountPath);
    await link(join(mountPath, 'new.bin'), join(mountPath, 'new folder', 'another name.bin'));
    setAttribute(join(mountPath, 'new.bin'), 'user.note', Buffer.from('a new stream'));
    // Read-only, hidden, archive.
    setAttribute(join(mountPath, 'plain.txt'), 'system.ntfs_attrib', Buffer.from('23000000', 'hex'));
    // More than the table of files had room for, so that it has grown.
    for (let at = 0; at < 1500; at++) { await writeFile(join(mountPath, 'new folder', `file ${at}.txt`), `content ${at}`); }
    for (let at = 0; at < 1500; at += 3) { await rm(join(mountPath, 'new folder', `file ${at}.txt`)); }
    const imagePath = join(bench.folder, 'new.wim');
    expect(await bench.call('captureImage', { imagePath, capturePath: mountPath, imageName: 'Golden', verify: true })).toMatchObject({ path: mountPath, warnings: [] });
    expect(await hashFile(disk)).toBe(before);
    await writeFile(join(mountPath, 'after.txt'), 'still writable');
    await rm(join(mountPath, 'after.txt'));
    await bench.dismount(mountPath, true);
    const raw = join(bench.folder, 'saved.raw');
    await run('qemu-img', ['convert', '-f', 'vhdx', '-O', 'raw', disk, raw]);
    const volume = join(bench.folder, 'saved.img');
    await writeFile(volume, (await readFile(raw)).subarray(partition.start, partition.start + partition.length));
    const [captured, saved] = [await list(imagePath), await judge(bench.folder, volume)];
    // The root's own times changed with the last file.
    for (const map of [captured, saved]) { map.delete('/'); }
    expect(captured.size).toBeGreaterThan(1000);
    expect(captured).toEqual(saved);
  });

  test('a file of which is open for writing is not captured, and one that a killed capture has left unwritable is written to again', async () => {
    const bench = await workbench();
    const { disk } = await ntfsDisk(bench.folder);
    const mountPath = await bench.mount(disk);
    const capture = { imagePath: join(bench.folder, 'new.wim'), capturePath: mountPath, imageName: 'Golden' };
    const descriptor = openSync(join(mountPath, 'plain.txt'), 'r+');
    const { symbol, message } = await failure(bench.call('captureImage', capture));
    closeSync(descriptor);
    expect({ symbol, message }).toEqual({ symbol: 'WIM_E_UNMOUNT_INCOMPLETE', message: expect.stringContaining('files in it are open') as string });
    expect(await temporary(bench)).toEqual([]);
    await run('mount', ['-o', 'remount,bind,ro', mountPath]);
    await expect(writeFile(join(mountPath, 'new.txt'), '')).rejects.toThrow('EROFS');
    await bench.call('captureImage', capture);
    await writeFile(join(mountPath, 'new.txt'), 'writable');
  });
});
