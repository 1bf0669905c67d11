/** What is done to images is done to mounted virtual disks as well; and what serves one has few rights and no network. Needs root. */
import { readFileSync, readlinkSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { unmount } from '../../../sidecar/src/platform/linux/mountCalls.ts';
import { judge } from '../../helpers/diskKill.ts';
import { diskFile, ntfsBytes, windowsDisk, windowsTree } from '../../helpers/disks.ts';
import { failure, hashFile, mountsBelow, processesWith, until, workbench } from '../../helpers/mounts.ts';
import { isRoot } from '../../helpers/nobody.ts';
import { flipByte } from '../../helpers/store/damage.ts';
import { buildStore } from '../../helpers/store/syntheticImage.ts';
import { captureWim, imagex, shared } from '../../helpers/wims.ts';

const windows = shared(async (folder) => await diskFile(join(folder, 'windows.vhdx'), windowsDisk(await ntfsBytes(folder, windowsTree(), 24)), 'dynamic.vhdx'));

describe.skipIf(!isRoot)('a mounted virtual disk', () => {
  test('is scanned and repaired, and what was repaired is saved', async () => {
    const bench = await workbench();
    const source = join(bench.folder, 'source');
    const store = await buildStore(source);
    const empty = await ntfsBytes(bench.folder, {}, 64);
    await writeFile(join(bench.folder, 'volume'), empty);
    await imagex('apply', await captureWim(source, join(bench.folder, 'store.wim'), { compress: 'none' }), '1', join(bench.folder, 'volume'));
    const path = await diskFile(join(bench.folder, 'disk.vhdx'), windowsDisk(await readFile(join(bench.folder, 'volume'))), 'dynamic.vhdx');
    const mountPath = await bench.mount(path);
    // Read straight from the disk, as nothing is staged.
    expect(await bench.call('scanHealth', { path: mountPath })).toMatchObject({ imageHealthState: 'Healthy' });
    const [file] = store.byName.linked.files;
    flipByte(join(mountPath, file?.path ?? ''), 10);
    const scanned = await bench.call('scanHealth', { path: mountPath });
    expect(scanned).toMatchObject({ imageHealthState: 'Repairable' });
    expect(await bench.call('restoreHealth', { path: mountPath, sources: [source], limitAccess: true })).toMatchObject({ imageHealthState: 'Healthy' });
    await bench.dismount(mountPath, true);
    judge(path, 3, 64);
    const again = await bench.mount(path, { readOnly: true });
    expect(await bench.call('scanHealth', { path: again })).toMatchObject({ imageHealthState: 'Healthy' });
    expect((await readFile(join(again, file?.path ?? ''))).equals(await readFile(join(source, file?.path ?? '')))).toBe(true);
    await bench.dismount(again, false);
    await rm(join(bench.stateDirectory, 'health'), { recursive: true });
  });

  test('is listed: edition, packages, features, capabilities, drivers', async () => {
    const bench = await workbench();
    const mountPath = await bench.mount(windows(), { readOnly: true });
    expect(await bench.call('getEdition', { path: mountPath })).toMatchObject({ edition: 'Professional', version: '10.0.26100.1742' });
    expect((await bench.call('getPackages', { path: mountPath })).packages.length).toBeGreaterThan(2);
    expect((await bench.call('getFeatures', { path: mountPath })).features.length).toBeGreaterThan(2);
    expect((await bench.call('getCapabilities', { path: mountPath })).capabilities.length).toBeGreaterThan(0);
    expect((await bench.call('getDrivers', { path: mountPath })).drivers.length).toBeGreaterThan(0);
    await bench.dismount(mountPath, false);
    await bench.expectNothingLeft();
  });

  test('is served by programs with no network and few rights', async () => {
    const bench = await workbench();
    const mountPath = await bench.mount(windows(), { readOnly: true });
    const servers = await processesWith(`${bench.stateDirectory}/mounts/`);
    expect(servers.map((pid) => readFileSync(`/proc/${pid}/comm`, 'utf8').trim()).sort()).toEqual(['ntfs-3g', 'qemu-storage-da']);
    for (const pid of servers) {
      expect(readlinkSync(`/proc/${pid}/ns/net`)).not.toBe(readlinkSync('/proc/self/ns/net'));
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      const effective = BigInt(`0x${/^CapEff:\s*(\w+)$/m.exec(status)?.[1] ?? ''}`);
      // CAP_DAC_OVERRIDE, CAP_SETGID, CAP_SETUID, CAP_SYS_ADMIN, and none else.
      expect(effective & ~(1n << 1n | 1n << 6n | 1n << 7n | 1n << 21n)).toBe(0n);
      expect(status).toMatch(/^NoNewPrivs:\s*1$/m);
    }
    await bench.dismount(mountPath, false);
    await until('they have ended with the mount', async () => (await processesWith(bench.folder)).length === 0);
  });

  test('shows its changes after a restart of the machine, and at its folder when that was renamed', async () => {
    const bench = await workbench();
    const path = join(bench.folder, 'disk.vhdx');
    await writeFile(path, await readFile(windows()));
    const before = await hashFile(path);
    const mountPath = await bench.mount(path);
    await writeFile(join(mountPath, 'new.txt'), 'new');
    // As after a restart: nothing is mounted, and nothing runs.
    for (const pid of await processesWith(bench.folder)) { process.kill(pid, 'SIGKILL'); }
    for (const place of mountsBelow(bench.folder).reverse()) { unmount(place, true); }
    await until('nothing runs', async () => (await processesWith(bench.folder)).length === 0);
    expect(await bench.only()).toMatchObject({ mountStatus: 'NeedsRemount' });
    // The record is of another start of the machine, so what is staged is looked at whole.
    const [id = ''] = await readdir(join(bench.stateDirectory, 'mounts'));
    const recordPath = join(bench.stateDirectory, 'mounts', id, 'record.json');
    const text = await readFile(recordPath, 'utf8');
    await writeFile(recordPath, text.replace(/"bootId": "[^"]+"/, '"bootId": "another"'));
    const staged = join(bench.stateDirectory, 'mounts', id, 'generations/1/changes.qcow2');
    const changes = await readFile(staged);
    // Records that never reached the disk, where the power went.
    const torn = Buffer.from(changes);
    const name = torn.indexOf(Buffer.from('new.txt', 'utf16le'));
    const place = torn.lastIndexOf('FILE0', name);
    expect(name - place).toBeLessThan(1024);
    torn.fill(0x55, place + 510, place + 512);
    await writeFile(staged, torn);
    expect(await failure(bench.call('remountImage', { mountPath }))).toMatchObject({ symbol: 'ERROR_DISK_CORRUPT', message: expect.stringContaining('1 files of the volume') as unknown });
    await writeFile(staged, changes);
    await bench.call('remountImage', { mountPath });
    expect(await readFile(join(mountPath, 'new.txt'), 'utf8')).toBe('new');
    await mkdir(join(bench.folder, 'elsewhere'));
    const moved = join(bench.folder, 'elsewhere', 'moved');
    await rename(mountPath, moved).catch(() => undefined);
    const [shown] = await bench.list();
    await writeFile(join(shown?.path ?? '', 'more.txt'), 'more');
    await bench.save(shown?.path ?? '');
    expect(await readFile(join(shown?.path ?? '', 'more.txt'), 'utf8')).toBe('more');
    await bench.dismount(shown?.path ?? '', false);
    expect(await hashFile(path)).not.toBe(before);
    await bench.expectNothingLeft();
  });

  test('that lost its file is Invalid, and Clear-DismTsMountPoint keeps its changes aside', async () => {
    const bench = await workbench();
    const path = join(bench.folder, 'disk.vhdx');
    await writeFile(path, await readFile(windows()));
    const mountPath = await bench.mount(path);
    await writeFile(join(mountPath, 'new.txt'), 'new');
    await rename(path, `${path}.moved`);
    expect(await bench.only()).toMatchObject({ mountStatus: 'Invalid' });
    const { removed, warnings } = await bench.call('cleanupMountPoints', {});
    expect(removed).toHaveLength(1);
    expect(warnings.join(' ')).toContain('dropped');
    expect(await processesWith(`${bench.stateDirectory}/mounts/`)).toEqual([]);
    expect(mountsBelow(bench.folder)).toEqual([]);
    await rm(join(bench.stateDirectory, 'dropped'), { recursive: true });
  });
});
