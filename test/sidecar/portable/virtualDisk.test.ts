/** Mounting virtual disks with the real QEMU and NTFS-3G: what is mounted, changed, saved and dropped. Needs root. */
import { copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type DiskKind, diskFile, diskKinds, mbrDisk, ntfsBytes, windowsDisk, windowsTree } from '../../helpers/disks.ts';
import { judge } from '../../helpers/diskKill.ts';
import { failure, hashFile, workbench } from '../../helpers/mounts.ts';
import { isRoot } from '../../helpers/nobody.ts';
import { shared } from '../../helpers/wims.ts';

const MiB = 1024 * 1024;
const kinds = Object.keys(diskKinds) as DiskKind[];

const disks = shared(async (folder) => {
  const volume = await ntfsBytes(folder, windowsTree(), 24);
  const gpt = windowsDisk(volume);
  const mbr = mbrDisk(26 * MiB, [{ start: MiB, length: volume.length, type: 7, content: volume }]);
  return {
    ...Object.fromEntries(await Promise.all(
      kinds.map(async (kind) => [kind, await diskFile(join(folder, kind), gpt, kind)] as const))) as Record<DiskKind, string>,
    mbr: await diskFile(join(folder, 'mbr.vhdx'), mbr, 'dynamic.vhdx'),
    whole: await diskFile(join(folder, 'whole.vhdx'), volume, 'dynamic.vhdx'),
  };
});

describe.skipIf(!isRoot)('mounting virtual disks', () => {
  test.each(kinds)('%s: mount, change, save, dismount; mount, change, discard', async (kind) => {
    const bench = await workbench();
    const path = join(bench.folder, kind);
    await copyFile(disks()[kind], path);
    const before = await hashFile(path);

    const mount = await bench.mount(path);
    expect((await readdir(mount)).sort()).toEqual(['Users', 'Windows']);
    expect(await bench.only()).toMatchObject({ imagePath: path, imageIndex: 1, mountMode: 'ReadWrite', mountStatus: 'Ok', statusReason: '' });
    await writeFile(join(mount, 'Users/Public/note.txt'), 'changed');
    await writeFile(join(mount, 'Users/new.txt'), 'new');
    await rm(join(mount, 'Windows/WinSxS/manifests/a.txt'));
    expect(await hashFile(path)).toBe(before);
    await bench.save(mount);
    expect(await bench.only()).toMatchObject({ mountStatus: 'Ok' });
    expect(await readFile(join(mount, 'Users/new.txt'), 'utf8')).toBe('new');
    await mkdir(join(mount, 'Users/later'));
    await rename(join(mount, 'Users/new.txt'), join(mount, 'Users/later/moved.txt'));
    await bench.dismount(mount, true);
    await bench.expectNothingLeft();
    judge(path, 3, 24);

    const saved = await hashFile(path);
    expect(saved).not.toBe(before);
    const again = await bench.mount(path);
    expect(await readFile(join(again, 'Users/Public/note.txt'), 'utf8')).toBe('changed');
    expect(await readFile(join(again, 'Users/later/moved.txt'), 'utf8')).toBe('new');
    expect(await readdir(join(again, 'Windows/WinSxS/manifests'))).toEqual([]);
    await writeFile(join(again, 'dropped.bin'), Buffer.alloc(3 * MiB, 1));
    await bench.dismount(again, false);
    expect(await hashFile(path)).toBe(saved);
    await bench.expectNothingLeft();
  });

  test.each(['mbr', 'whole'] as const)('a disk with %s for a partition table', async (kind) => {
    const bench = await workbench();
    const path = join(bench.folder, 'disk.vhdx');
    await copyFile(disks()[kind], path);
    const mount = await bench.mount(path);
    await writeFile(join(mount, 'new.txt'), 'new');
    await bench.dismount(mount, true);
    const again = await bench.mount(path, { readOnly: true });
    expect(await readFile(join(again, 'new.txt'), 'utf8')).toBe('new');
    await expect(writeFile(join(again, 'other.txt'), '')).rejects.toMatchObject({ code: 'EROFS' });
    expect((await failure(bench.save(again))).symbol).toBe('WIM_E_MOUNTED_READONLY');
    await bench.dismount(again, false);
    await bench.expectNothingLeft();
  });
});
