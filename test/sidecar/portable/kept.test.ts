/** Nothing that could still be saved is removed, and nothing is saved that is not what was staged. */
import { execFileSync, spawnSync } from 'node:child_process';
import fs, { existsSync, statfsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Hresult } from '../../../sidecar/src/hresult.ts';
import { unmount } from '../../../sidecar/src/platform/linux/mountCalls.ts';
import { readMountTable, topMount } from '../../../sidecar/src/platform/linux/mountTable.ts';
import {
  appliedImage, bundleEngine, failure, hashFile, mountsBelow, processesWith, readFolder, runProgram, startEngine, until, workbench, type Workbench,
} from '../../helpers/mounts.ts';
import { isRoot } from '../../helpers/nobody.ts';
import { rawWim } from '../../helpers/rawWim.ts';
import { appendImage, imagex, ordinaryWim } from '../../helpers/wims.ts';

const bundle = await bundleEngine();
const canTrace = spawnSync('strace', ['-e', 'trace=none', 'true']).status === 0;
if (!canTrace) { process.stderr.write('skipped: failing system calls are not tested, for want of strace and the right to use it\n'); }

/** A mount with a change, and where its parts are. */
async function changedMount(bench: Workbench) {
  const wim = await ordinaryWim(bench.folder);
  const mountPath = await bench.mount(wim);
  await rename(join(mountPath, 'Program Files'), join(mountPath, 'Programs'));
  await writeFile(join(mountPath, 'new.txt'), 'a day of work');
  const [id = ''] = await readdir(join(bench.stateDirectory, 'mounts'));
  const folder = join(bench.stateDirectory, 'mounts', id);
  return { wim, mountPath, folder, upper: join(folder, 'generations/1/upper'), record: join(folder, 'record.json') };
}

async function takeOffByHand(bench: Workbench, mountPath: string): Promise<void> {
  for (const path of mountsBelow(bench.stateDirectory)) { unmount(path, true); }
  while (topMount(readMountTable(), mountPath) !== undefined) { unmount(mountPath, true); }
  await until('the program has ended', async () => (await processesWith(`\0${mountPath}\0`)).length === 0);
}

describe.runIf(isRoot)('clean-up', () => {
  test('leaves a mount alone whose volume is away', async () => {
    const bench = await workbench();
    await ordinaryWim(bench.folder);
    for (const name of ['share', 'volume']) { await mkdir(join(bench.folder, name)); }
    await rename(join(bench.folder, 'ordinary.wim'), join(bench.folder, 'share/a.wim'));
    const bind = async (): Promise<void> => { await runProgram('mount', '--bind', join(bench.folder, 'share'), join(bench.folder, 'volume')); };
    await bind();
    const mountPath = await bench.mount(join(bench.folder, 'volume/a.wim'));
    await writeFile(join(mountPath, 'new.txt'), 'a day of work');
    unmount(join(bench.folder, 'volume'), true);
    const { removed, warnings } = await bench.call('cleanupMountPoints', {});
    expect(removed).toEqual([]);
    expect(warnings.join()).toContain('left alone');
    await bind();
    onTestFinished(() => { spawnSync('umount', [join(bench.folder, 'volume')]); });
    await bench.dismount(mountPath, true);
    expect(await appliedImage(bench, join(bench.folder, 'share/a.wim'))).toMatchObject({ 'new.txt': 'file "a day of work"' });
  });

  test.runIf(canTrace)('leaves a mount alone whose file or changes cannot be looked at', async () => {
    const bench = await workbench();
    const { wim, mountPath, upper } = await changedMount(bench);
    for (const code of ['EIO', 'ESTALE', 'EACCES', 'ENOMEM', 'ETIMEDOUT']) {
      for (const path of [wim, upper]) {
        const cleaning = startEngine(bundle, bench, 'cleanupMountPoints', {}, {
          prefix: ['strace', '-f', '-qq', '-o', '/dev/null', '-P', path, '-e', `inject=statx,openat:error=${code}`],
        });
        expect(await cleaning.outcome, `${code} ${path}`).toMatchObject({ result: { removed: [] } });
      }
    }
    expect(await bench.only()).toMatchObject({ mountStatus: 'Ok' });
    expect(await readFile(join(mountPath, 'new.txt'), 'utf8')).toBe('a day of work');
  });

  test('keeps the changes of what it removes aside, and says where', async () => {
    const bench = await workbench();
    const { wim, mountPath } = await changedMount(bench);
    await rm(wim);
    expect(await bench.only()).toMatchObject({ mountStatus: 'Invalid' });
    const { removed, warnings } = await bench.call('cleanupMountPoints', {});
    expect(removed).toMatchObject([{ path: mountPath }]);
    const kept = /kept in "([^"]+)"/.exec(warnings.join())?.[1] ?? '';
    expect(await readFile(join(kept, 'generations/1/upper/new.txt'), 'utf8')).toBe('a day of work');
    expect(mountsBelow(bench.folder)).toEqual([]);
    await rm(join(bench.stateDirectory, 'dropped'), { recursive: true });
  });
});

describe.runIf(isRoot)('staged changes', () => {
  test('that were copied without their attributes are neither shown nor saved', async () => {
    const bench = await workbench();
    const { wim, mountPath, upper } = await changedMount(bench);
    const hash = await hashFile(wim);
    await takeOffByHand(bench, mountPath);
    await rename(upper, `${upper}.original`);
    execFileSync('cp', ['-r', `${upper}.original`, upper]);
    expect(await bench.only()).toMatchObject({ mountStatus: 'Unknown', statusReason: expect.stringContaining('trusted.*') as string });
    expect((await failure(bench.call('remountImage', { mountPath }))).symbol).toBe('DISM_E_MOUNT_INVALID');
    expect((await bench.call('cleanupMountPoints', {})).removed).toEqual([]);
    await rm(upper, { recursive: true });
    execFileSync('cp', ['-a', `${upper}.original`, upper]);
    await rm(`${upper}.original`, { recursive: true });
    await bench.call('remountImage', { mountPath });
    expect(Object.keys(await readFolder(mountPath))).toContain('Programs');
    expect(await hashFile(wim)).toBe(hash);
    await bench.dismount(mountPath, true);
  });

  test('of a state directory that was replaced under the mount are not saved for those of the mount', async () => {
    const bench = await workbench();
    const { wim, mountPath, upper } = await changedMount(bench);
    const hash = await hashFile(wim);
    await rename(upper, `${upper}.moved`);
    execFileSync('cp', ['-a', `${upper}.moved`, upper]);
    await writeFile(join(mountPath, 'later.txt'), 'in the folder that was moved');
    expect(await bench.only()).toMatchObject({ mountStatus: 'Unknown', statusReason: expect.stringContaining('replaced') as string });
    expect((await failure(bench.save(mountPath))).symbol).toBe('DISM_E_MOUNT_INVALID');
    expect(await hashFile(wim)).toBe(hash);
    await bench.dismount(mountPath, false);
  });

  test('deeper than any path can be long are dropped, and refused by a save with the mount as it was', async () => {
    const bench = await workbench();
    const wim = await ordinaryWim(bench.folder);
    const hash = await hashFile(wim);
    const mountPath = await bench.mount(wim);
    // By relative names, as a program may that never says the whole path.
    execFileSync(process.execPath, ['-e', 'for (let n = 0; n < 25; n++) { fs.mkdirSync("0".repeat(200)); process.chdir("0".repeat(200)); } fs.writeFileSync("deep", "");'], {
      cwd: mountPath,
    });
    const outcome = await bench.save(mountPath).then(() => 'saved', (error: unknown) => error);
    if (outcome !== 'saved') { expect(await hashFile(wim)).toBe(hash); }
    expect(await bench.only()).toMatchObject({ mountStatus: 'Ok' });
    await bench.dismount(mountPath, false);
    await bench.expectNothingLeft();
  });
});

describe.runIf(isRoot)('a record', () => {
  test.for(['', '{"version":2,', undefined])('that reads %j is a warning with the way out', async (content) => {
    const bench = await workbench();
    const { wim, mountPath, folder, record } = await changedMount(bench);
    const hash = await hashFile(wim);
    if (content === undefined) { await rm(record); } else { await writeFile(record, content); }
    const listed = await bench.call('listMountedImages', {});
    expect(listed.mounts).toEqual([]);
    expect((listed.warnings ?? []).join()).toContain(folder);
    expect((listed.warnings ?? []).join()).toContain(`-Path "${mountPath}" -Discard`);
    expect((await failure(bench.save(mountPath))).symbol).toBe('DISM_E_MOUNT_INVALID');
    const { warnings } = await bench.dismount(mountPath, false);
    const kept = /kept in "([^"]+)"/.exec(warnings.join())?.[1] ?? '';
    expect(existsSync(join(kept, 'generations/1/upper/new.txt'))).toBe(true);
    expect(mountsBelow(bench.folder)).toEqual([]);
    expect(await hashFile(wim)).toBe(hash);
    await rm(join(bench.stateDirectory, 'dropped'), { recursive: true });
  });

  test('whose save is into another file is not believed', async () => {
    const bench = await workbench();
    const { mountPath, record } = await changedMount(bench);
    const precious = join(bench.folder, 'precious');
    await writeFile(precious, 'a file of somebody else');
    const text = JSON.parse(await readFile(record, 'utf8')) as object;
    await writeFile(record, JSON.stringify({ ...text, commit: { wimPath: precious, append: false, journal: { oldSize: 3, oldHeaderHash: '' } } }));
    await bench.list();
    expect(await readFile(precious, 'utf8')).toBe('a file of somebody else');
    await writeFile(record, JSON.stringify(text));
    await bench.dismount(mountPath, false);
  });
});

describe.runIf(isRoot)('a record', () => {
  test('of before there were formats is one of a WIM file', async () => {
    const bench = await workbench();
    const { wim, mountPath, record } = await changedMount(bench);
    const { format, own, ...common } = JSON.parse(await readFile(record, 'utf8')) as { format: string; own: object };
    expect([format, own]).toEqual(['wim', { streamsShown: true }]);
    await writeFile(record, JSON.stringify({ ...common, ...own, commit: { wimPath: wim, oldSize: 1, oldHeaderHash: 'of no header', append: false } }));
    expect(await bench.only()).toMatchObject({ mountStatus: 'Ok' });
    await bench.dismount(mountPath, true);
    expect(await appliedImage(bench, wim)).toMatchObject({ 'new.txt': 'file "a day of work"' });
  });

  test.for([
    ['of a format that nobody knows', () => ({ format: 'floppy' }), /has the format "floppy", which this version does not know/],
    ['without what its format needs', () => ({ own: {} }), /streamsShown/],
    ['with the journal of another format', (wimPath: string) => ({ commit: { wimPath, append: false, journal: { overlay: 'a' } } }), /oldSize/],
  ] as const)('%s is left alone, and keeps its changes', async ([, change, reason]) => {
    const bench = await workbench();
    const { wim, mountPath, record, upper } = await changedMount(bench);
    const text = await readFile(record, 'utf8');
    await writeFile(record, JSON.stringify({ ...JSON.parse(text) as object, ...change(wim) }));
    expect((await bench.call('listMountedImages', {})).warnings?.join()).toMatch(reason);
    expect(await failure(bench.call('unmountImage', { mountPath, commit: true }))).toMatchObject({ hresult: Hresult.DISM_E_MOUNT_INVALID });
    expect(existsSync(join(upper, 'new.txt'))).toBe(true);
    await writeFile(record, text);
    await bench.dismount(mountPath, true);
  });

  test('that cannot be read lets its mount be taken off, and keeps the changes aside', async () => {
    const bench = await workbench();
    const { mountPath, record } = await changedMount(bench);
    await writeFile(record, (await readFile(record, 'utf8')).replace('"wim"', '"floppy"'));
    await bench.call('unmountImage', { mountPath, commit: false });
    expect(mountsBelow(bench.folder)).toEqual([]);
    const [kept = ''] = await readdir(join(bench.stateDirectory, 'dropped'));
    expect(existsSync(join(bench.stateDirectory, 'dropped', kept, 'generations/1/upper/new.txt'))).toBe(true);
    await rm(join(bench.stateDirectory, 'dropped'), { recursive: true });
  });
});

describe.runIf(isRoot)('a save that was killed', () => {
  test('and whose image another program changed then is Invalid', async () => {
    const bench = await workbench();
    const { wim, mountPath } = await changedMount(bench);
    const saving = startEngine(bundle, bench, 'commitImage', { mountPath });
    saving.onProgress(({ phase }) => { if (phase === 'Writing') { saving.child.kill('SIGKILL'); } });
    await saving.outcome;
    await writeFile(join(bench.folder, 'own.txt'), 'of somebody else');
    await imagex('update', wim, '1', `--command=add '${join(bench.folder, 'own.txt')}' '/own.txt'`);
    expect(await bench.only()).toMatchObject({ mountStatus: 'Invalid' });
    await bench.dismount(mountPath, false);
  });

  test.runIf(canTrace)('between the header and its flush is flushed before its changes are dropped', async () => {
    const bench = await workbench();
    const { wim, mountPath } = await changedMount(bench);
    const staged = await readFolder(mountPath);
    // The flushes of the file: one before its header is written, one after it. strace counts those of each thread.
    const saving = startEngine(bundle, bench, 'commitImage', { mountPath }, {
      env: { UV_THREADPOOL_SIZE: '1' },
      prefix: ['strace', '-f', '-qq', '-b', 'execve', '-o', '/dev/null', '-P', wim, '-e', 'inject=fsync:signal=SIGKILL:when=2'],
    });
    await saving.outcome.catch(() => undefined);
    const log = join(bench.folder, 'trace');
    const listing = startEngine(bundle, bench, 'listMountedImages', {}, { prefix: ['strace', '-f', '-qq', '-o', log, '-P', wim, '-e', 'trace=fsync'] });
    expect(await listing.outcome).toMatchObject({ result: { mounts: [{ mountStatus: 'NeedsRemount' }] } });
    expect(await readFile(log, 'utf8')).toContain('fsync(');
    await bench.call('remountImage', { mountPath });
    expect(await readFolder(mountPath)).toEqual(staged);
    expect(await appliedImage(bench, wim)).toEqual(staged);
  });
});

test.runIf(isRoot)('a save waits for no process that was stopped: it names it', async () => {
  const bench = await workbench();
  const { wim, mountPath } = await changedMount(bench);
  await bench.save(mountPath);
  await appendImage(join(bench.folder, 'source'), wim, { name: 'Second' });
  const second = await bench.mount(wim, { imageIndex: 2 });
  await writeFile(join(mountPath, 'large.bin'), Buffer.alloc(3_000_000, 'x'));
  await writeFile(join(second, 'new.txt'), 'new');
  const saving = startEngine(bundle, bench, 'commitImage', { mountPath });
  let isStopped = false;
  await new Promise<void>((resolve) => {
    saving.onProgress(({ phase }) => {
      if (phase !== 'Writing' || isStopped) { return; }
      isStopped = saving.child.kill('SIGSTOP');
      resolve();
    });
  });
  const error = await failure(bench.save(second));
  expect(error).toMatchObject({ symbol: 'DISM_E_IMAGE_BUSY', holders: [{ pid: saving.child.pid }], message: expect.stringContaining('stopped') as string });
  saving.child.kill('SIGCONT');
  expect(await saving.outcome).toHaveProperty('result');
  await bench.dismount(second, true);
});

test.runIf(isRoot)('a state directory that cannot be made is an error', async () => {
  const bench = await workbench(() => '/proc/dismts');
  expect(await failure(bench.list())).toMatchObject({ symbol: 'ERROR_PATH_NOT_FOUND', hint: expect.stringContaining('DISMTS_STATE_DIR') as string });
  Object.assign(bench, { stateDirectory: join(bench.folder, 'state') });
});

test.runIf(isRoot)('a save changes no count of images for the sake of what else is in the file, and adds none to such a file', async () => {
  const bench = await workbench();
  const wim = await ordinaryWim(bench.folder);
  const data = await readFile(wim);
  const [size, offset] = [data.readUIntLE(0x30, 6), Number(data.readBigUInt64LE(0x38))];
  const table = data.subarray(offset, offset + size);
  const isMetadata = (entry: number): boolean => ((table[entry + 7] ?? 0) & 2) !== 0;
  const surplus = Array.from({ length: size / 50 }, (_, index) => index * 50).filter(isMetadata).map((entry) => table.subarray(entry, entry + 50));
  // The table anew behind the end, with the entry of the metadata twice.
  const changed = Buffer.concat([data, table, ...surplus]);
  changed.writeUIntLE(size + 50 * surplus.length, 0x30, 6);
  changed.writeBigUInt64LE(BigInt(data.length), 0x38);
  changed.writeBigUInt64LE(BigInt(size + 50 * surplus.length), 0x40);
  await writeFile(wim, changed);
  const mountPath = await bench.mount(wim);
  await writeFile(join(mountPath, 'new.txt'), 'new');
  expect((await failure(bench.save(mountPath, { append: true }))).symbol).toBe('WIM_E_INVALID_CONTAINER');
  await bench.save(mountPath);
  expect((await readFile(wim)).readUInt32LE(0x2c)).toBe(1);
  expect((await bench.call('getImageInfo', { imagePath: wim })).images).toHaveLength(1);
  await bench.dismount(mountPath, false);
  await bench.mount(wim, { mountPath });
  expect(await readFile(join(mountPath, 'new.txt'), 'utf8')).toBe('new');
  await bench.dismount(mountPath, false);
});

test.runIf(isRoot)('a file without the right to write is not written to, also by root', async () => {
  const bench = await workbench();
  const wim = await ordinaryWim(bench.folder);
  const mountPath = await bench.mount(wim);
  await writeFile(join(mountPath, 'new.txt'), 'new');
  await chmod(wim, 0o444);
  const hash = await hashFile(wim);
  for (const attempt of [() => bench.save(mountPath), () => bench.dismount(mountPath, true), () => bench.mount(wim, { imageIndex: 1 })]) {
    expect((await failure(attempt())).hresult).toBe(0xC1510111);
  }
  expect(await hashFile(wim)).toBe(hash);
  expect(await bench.only()).toMatchObject({ mountStatus: 'Ok' });
  await chmod(wim, 0o644);
  await bench.dismount(mountPath, true);
});

test.runIf(isRoot)('names that a mount cannot show are a warning, and stay in the image', async () => {
  const bench = await workbench();
  const [long, ordinary] = ['\u65e5'.repeat(100), '\u65e5'.repeat(80)];
  const wim = join(bench.folder, 'names.wim');
  await writeFile(wim, rawWim({ images: [{ root: { name: '', children: [{ name: long, data: Buffer.from('long') }, { name: ordinary, data: Buffer.from('ordinary') }] } }] }));
  const mountPath = await bench.mountFolder();
  const { warnings } = await bench.call('mountImage', { imagePath: wim, imageIndex: 1, mountPath });
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain('A name of the image cannot be shown');
  expect(await readFile(join(mountPath, ordinary), 'utf8')).toBe('ordinary');
  await writeFile(join(mountPath, 'new.txt'), 'new');
  await bench.dismount(mountPath, true);
  expect((await imagex('dir', wim, '1')).split('\n')).toEqual(expect.arrayContaining([`/${long}`, `/${ordinary}`, '/new.txt']));
});

/** What statfs(2) says of an overlay. */
const overlayType = 0x794c_7630;

describe.runIf(isRoot)('changes that are dropped', () => {
  test('are deleted before the view ends, which would write them to the disk first', async () => {
    const bench = await workbench();
    const mountPath = await bench.mount(await ordinaryWim(bench.folder));
    await writeFile(join(mountPath, 'large'), 'x');
    const staged = (await readdir(bench.stateDirectory, { recursive: true })).filter((name) => name.endsWith('/large')).map((name) => join(bench.stateDirectory, name));
    expect(staged).toHaveLength(1);
    const ends: { isOverlay: boolean; isStaged: boolean }[] = [];
    // The view ends with its last descriptor.
    const { close } = fs;
    fs.close = ((descriptor, done) => {
      ends.push({ isOverlay: statfsSync(`/proc/self/fd/${descriptor}`).type === overlayType, isStaged: staged.some((path) => existsSync(path)) });
      close(descriptor, done);
    }) as typeof close;
    syncBuiltinESMExports();
    try {
      await bench.dismount(mountPath, false);
    } finally {
      fs.close = close;
      syncBuiltinESMExports();
    }
    expect(ends).toEqual([{ isOverlay: true, isStaged: false }]);
  });
});
