/** Virtual disks when something ends that should not: killed programs, killed saves, full disks, files that are changed by others. Needs root. */
import { execFileSync } from 'node:child_process';
import { copyFile, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { findWriters } from '../../../sidecar/src/platform/linux/writers.ts';
import { changeDisk, judge, killDisk, killSaves } from '../../helpers/diskKill.ts';
import { bytesAt } from '../../helpers/disks.ts';
import { bundleEngine, failure, hashFile, mountsBelow, processesWith, readFolder, until, workbench } from '../../helpers/mounts.ts';
import { isRoot } from '../../helpers/nobody.ts';
import { pseudoRandom, shared } from '../../helpers/wims.ts';

const MiB = 1024 * 1024;
/** Saves that are killed, of each kind of disk; 67 of each once took 20 minutes. */
const rounds = Number(process.env['DISMTS_KILL_ROUNDS'] ?? 4);
const bundle = await bundleEngine();
const disks = shared(async (folder) => ({ vhdx: await killDisk(folder, 'dynamic.vhdx'), vhd: await killDisk(folder, 'fixed.vhd') }));

async function programs(folder: string, name: string): Promise<number[]> {
  const found = await Promise.all((await processesWith(folder)).map(async (pid) => [pid, await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')] as const));
  return found.filter(([, line]) => line.split('\0')[0]?.endsWith(`/${name}`)).map(([pid]) => pid);
}

describe.skipIf(!isRoot)('a virtual disk', () => {
  test.each([
    { names: ['qemu-storage-daemon'] }, { names: ['ntfs-3g'] }, { names: ['qemu-storage-daemon', 'ntfs-3g'] },
  ])('whose $names is killed shows every change after a remount', async ({ names }) => {
    const bench = await workbench();
    const path = join(bench.folder, 'disk.vhdx');
    await copyFile(disks().vhdx, path);
    const before = await hashFile(path);
    const mountPath = await bench.mount(path);
    await changeDisk(mountPath);
    const changed = await readFolder(mountPath);
    for (const name of names) {
      const pids = await programs(bench.folder, name);
      expect(pids).toHaveLength(1);
      for (const pid of pids) { process.kill(pid, 'SIGKILL'); }
    }
    await until('they have ended', async () => (await Promise.all(names.map(async (name) => await programs(bench.folder, name)))).flat().length === 0);
    expect(await bench.only()).toMatchObject({ mountStatus: 'NeedsRemount' });
    expect((await failure(bench.save(mountPath))).symbol).toBe('DISMAPI_E_NEEDS_REMOUNT');
    await bench.call('remountImage', { mountPath });
    expect(await readFolder(mountPath)).toEqual(changed);
    expect(await hashFile(path)).toBe(before);
    await bench.dismount(mountPath, true);
    judge(path);
    const again = await bench.mount(path, { readOnly: true });
    expect(await readFolder(again)).toEqual(changed);
    await bench.dismount(again, false);
    await bench.expectNothingLeft();
  });

  test.each(['dynamic.vhdx', 'dynamic.vhd', 'fixed.vhd'] as const)('%s: a save that is killed is old or new as a whole after the next command', { timeout: 3_600_000 }, async (kind) => {
    const bench = await workbench();
    const seen = await killSaves(bundle, bench, kind, rounds, 7);
    expect(seen.old + seen.new).toBe(rounds + 1);
    process.stderr.write(`${kind}: ${JSON.stringify(seen)}\n`);
  });

  test('leaves nothing behind when its mount is cancelled, at whatever moment, nor when its save is before it has begun', async () => {
    const bench = await workbench();
    const path = join(bench.folder, 'disk.vhdx');
    await copyFile(disks().vhdx, path);
    const before = await hashFile(path);
    const mountPath = await bench.mountFolder();
    const mount = async (signal?: AbortSignal) => await bench.call('mountImage', { imagePath: path, imageIndex: 1, mountPath }, signal === undefined ? {} : { signal });
    const start = performance.now();
    await mount();
    const takes = performance.now() - start;
    await bench.dismount(mountPath, false);
    let cancelled = 0;
    for (let round = 0; round < 12; round++) {
      const cancel = new AbortController();
      const timer = setTimeout(() => { cancel.abort(); }, takes * round / 12);
      const error: unknown = await mount(cancel.signal).then(() => undefined, (reason: unknown) => reason);
      clearTimeout(timer);
      if (error === undefined) { await bench.dismount(mountPath, false); } else {
        expect(error).toMatchObject({ symbol: 'ERROR_CANCELLED' });
        cancelled++;
      }
      await bench.expectNothingLeft();
      expect(await readdir(mountPath)).toEqual([]);
    }
    expect(cancelled).toBeGreaterThan(0);
    await mount();
    await writeFile(join(mountPath, 'new.txt'), 'new');
    const error = await failure(bench.call('commitImage', { mountPath }, { signal: AbortSignal.abort() }));
    expect(error.symbol).toBe('ERROR_CANCELLED');
    expect(await hashFile(path)).toBe(before);
    expect(await bench.only()).toMatchObject({ mountStatus: 'Ok' });
    expect(await readFile(join(mountPath, 'new.txt'), 'utf8')).toBe('new');
    await bench.dismount(mountPath, false);
    expect(await hashFile(path)).toBe(before);
  });

  test('on a disk that is full is not saved, stays as it was, and keeps its changes', async () => {
    const bench = await workbench();
    const small = await bench.mountFolder('small');
    const { size } = await stat(disks().vhdx);
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size + 20 * MiB}`, 'tmpfs', small]);
    onTestFinished(() => { execFileSync('umount', ['-l', small]); });
    const path = join(small, 'disk.vhdx');
    await copyFile(disks().vhdx, path);
    const before = await hashFile(path);
    const mountPath = await bench.mount(path);
    await writeFile(join(mountPath, 'large.bin'), pseudoRandom(16 * MiB, 3));
    const error = await failure(bench.save(mountPath));
    expect(error).toMatchObject({ symbol: 'ERROR_DISK_FULL', target: path });
    expect(await hashFile(path)).toBe(before);
    expect(await bench.only()).toMatchObject({ mountStatus: 'Ok' });
    expect((await stat(join(mountPath, 'large.bin'))).size).toBe(16 * MiB);
    execFileSync('mount', ['-o', `remount,size=${size + 200 * MiB}`, small]);
    await bench.dismount(mountPath, true);
    judge(path);
  });

  test('that somebody else changed or replaced is not saved to', async () => {
    const bench = await workbench();
    const path = join(bench.folder, 'disk.vhdx');
    await copyFile(disks().vhdx, path);
    const mountPath = await bench.mount(path);
    await writeFile(join(mountPath, 'new.txt'), 'new');
    // Only touched: a VHDX says itself whether it was written to.
    await utimes(path, new Date(), new Date());
    expect(await bench.only()).toMatchObject({ mountStatus: 'Ok' });
    const [write, image] = ['write -P 7 0 512', `driver=vhdx,file.driver=file,file.filename=${path}`];
    // Who heeds locks does not get in.
    expect(() => execFileSync('qemu-io', ['--image-opts', '-c', write, image], { stdio: 'pipe' })).toThrow('lock');
    execFileSync('qemu-io', ['--image-opts', '-c', write, `${image},file.locking=off`], { stdio: 'pipe' });
    expect(await bench.only()).toMatchObject({ mountStatus: 'Invalid', statusReason: expect.stringContaining('changed by another program') as unknown });
    const changed = await hashFile(path);
    expect((await failure(bench.save(mountPath))).symbol).toBe('WIM_E_CHANGED_COMMIT_REFUSED');
    expect(await hashFile(path)).toBe(changed);
    await bench.dismount(mountPath, false);

    const vhd = join(bench.folder, 'disk.vhd');
    await copyFile(disks().vhd, vhd);
    const other = await bench.mount(vhd);
    await writeFile(vhd, Buffer.concat([await bytesAt(vhd, 0, 512), (await readFile(vhd)).subarray(512)]));
    expect(await bench.only()).toMatchObject({ mountStatus: 'Invalid' });
    await rm(vhd);
    expect(await bench.only()).toMatchObject({ mountStatus: 'Invalid' });
    await bench.dismount(other, false);
    await bench.expectNothingLeft();
  });

  test('that a save cannot be finished on says so, and its changes cannot be dropped', async () => {
    const bench = await workbench();
    const path = join(bench.folder, 'disk.vhdx');
    await copyFile(disks().vhdx, path);
    const mountPath = await bench.mount(path);
    await changeDisk(mountPath);
    const changed = await readFolder(mountPath);
    // A save that was killed after it had begun: its journal is in the record, and half of the changes may be in the file.
    const recordPath = join(bench.stateDirectory, 'mounts', (await readdir(join(bench.stateDirectory, 'mounts')))[0] ?? '', 'record.json');
    const record = JSON.parse(await readFile(recordPath, 'utf8')) as Record<string, unknown>;
    const found = await stat(path, { bigint: true });
    for (const pid of await processesWith(bench.folder)) { process.kill(pid, 'SIGKILL'); }
    await until('nothing runs', async () => (await processesWith(bench.folder)).length === 0);
    const commit = { wimPath: path, append: false, journal: { inode: String(found.ino), device: String(found.dev) } };
    await writeFile(recordPath, JSON.stringify({ ...record, commit }));
    const holder = execFileSync('sh', ['-c', `sleep 60 3<>"${path}" >/dev/null 2>&1 & echo $!`], { encoding: 'utf8' }).trim();
    try {
      await until('it is held', async () => (await findWriters(path)).length === 1);
      expect(await bench.only()).toMatchObject({ mountStatus: 'Unknown', statusReason: expect.stringContaining('was interrupted and is not finished') as unknown });
      expect((await failure(bench.dismount(mountPath, false))).message).toContain('holds a part of the changes');
      expect((await failure(bench.call('remountImage', { mountPath }))).symbol).toBe('DISM_E_MOUNT_INVALID');
    } finally {
      process.kill(Number(holder), 'SIGKILL');
    }
    await until('it is free', async () => (await findWriters(path)).length === 0);
    expect(await bench.only()).toMatchObject({ mountStatus: 'NeedsRemount' });
    expect(mountsBelow(mountPath)).toEqual([]);
    judge(path);
    await bench.call('remountImage', { mountPath });
    expect(await readFolder(mountPath)).toEqual(changed);
    await bench.dismount(mountPath, false);
    const again = await bench.mount(path, { readOnly: true });
    expect(await readFolder(again)).toEqual(changed);
    await bench.dismount(again, false);
  });
});
