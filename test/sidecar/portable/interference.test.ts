/** What others do to a mount, its folder and its file while it stands: named, left alone, and nothing is lost. */
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { MountLocks } from '../../../sidecar/src/engine/portable/mounting/mountLocks.ts';
import { holdFolder, remountReadOnly, unmount } from '../../../sidecar/src/platform/linux/mountCalls.ts';
import { readMountTable, topMount } from '../../../sidecar/src/platform/linux/mountTable.ts';
import {
  appliedImage, bundleEngine, failure, mountsBelow, processesWith, readFolder, runProgram, startEngine, until, workbench, type Workbench,
} from '../../helpers/mounts.ts';
import { isRoot } from '../../helpers/nobody.ts';
import { appendImage, captureWim, imagex, ordinaryWim, writeTree } from '../../helpers/wims.ts';

const bundle = await bundleEngine();
const canTrace = spawnSync('strace', ['-e', 'trace=none', 'true']).status === 0;
if (!canTrace) { process.stderr.write('skipped: failing system calls are not tested, for want of strace and the right to use it\n'); }

async function twoImages(bench: Workbench): Promise<string> {
  const wim = await ordinaryWim(bench.folder);
  await appendImage(join(bench.folder, 'source'), wim, { name: 'Second' });
  return wim;
}

/** Takes all of a mount off as a person would, or a restart of the machine. */
async function takeOffByHand(bench: Workbench, mountPath: string): Promise<void> {
  for (const path of mountsBelow(bench.stateDirectory)) { unmount(path, true); }
  while (topMount(readMountTable(), mountPath) !== undefined) { unmount(mountPath, true); }
  await until('the program has ended', async () => (await processesWith(`\0${mountPath}\0`)).length === 0);
}

describe.runIf(isRoot)('a mount of others', () => {
  test.for([true, false])('at the folder of ours is not taken for it (ours read-only: %s)', async (readOnly) => {
    const bench = await workbench();
    const wim = await twoImages(bench);
    const mountPath = await bench.mount(wim, { readOnly });
    await takeOffByHand(bench, mountPath);
    await imagex('mountrw', wim, '2', mountPath);
    onTestFinished(() => { spawnSync('wimlib-imagex', ['unmount', mountPath]); });
    await writeFile(join(mountPath, 'theirs.txt'), 'theirs');
    expect(await bench.only()).toMatchObject({ mountStatus: 'Unknown', statusReason: expect.stringContaining('fuse.wimfs') as string });
    expect(await failure(bench.call('remountImage', { mountPath }))).toMatchObject({ message: expect.stringContaining('fuse.wimfs') as string });
    await bench.call('cleanupMountPoints', {});
    const { warnings } = await bench.dismount(mountPath, false);
    expect(warnings.join()).toContain('fuse.wimfs');
    expect(await readFile(join(mountPath, 'theirs.txt'), 'utf8')).toBe('theirs');
    await imagex('unmount', mountPath, '--commit');
    expect(await appliedImage(bench, wim, 2)).toMatchObject({ 'theirs.txt': 'file "theirs"' });
  });

  test('on ours is named, and nothing is done to either', async () => {
    const bench = await workbench();
    const mountPath = await bench.mount(await ordinaryWim(bench.folder));
    await writeFile(join(mountPath, 'new.txt'), 'new');
    await runProgram('mount', '-t', 'tmpfs', 'theirs', mountPath);
    expect(await bench.only()).toMatchObject({ mountStatus: 'Unknown', statusReason: expect.stringContaining('tmpfs') as string });
    for (const attempt of [() => bench.save(mountPath), () => bench.dismount(mountPath, true), () => bench.dismount(mountPath, false)]) {
      expect(await failure(attempt())).toMatchObject({ symbol: 'WIM_E_UNMOUNT_INCOMPLETE', message: expect.stringContaining('tmpfs') as string });
    }
    unmount(mountPath);
    expect(await bench.only()).toMatchObject({ mountStatus: 'Ok' });
    expect(await readFile(join(mountPath, 'new.txt'), 'utf8')).toBe('new');
  });

  test('in ours is named, and stays', async () => {
    const bench = await workbench();
    const wim = await twoImages(bench);
    const outer = await bench.mount(wim);
    await mkdir(join(outer, 'inner'));
    const inner = await bench.mount(wim, { imageIndex: 2, mountPath: join(outer, 'inner') });
    await writeFile(join(inner, 'new.txt'), 'new');
    for (const attempt of [() => bench.save(outer), () => bench.dismount(outer, false)]) {
      expect(await failure(attempt())).toMatchObject({ hresult: 0xC1420117, message: expect.stringContaining(inner) as string });
    }
    expect((await bench.list()).map(({ mountStatus }) => mountStatus)).toEqual(['Ok', 'Ok']);
    await bench.dismount(inner, true);
    await bench.dismount(outer, true);
    expect(await appliedImage(bench, wim, 2)).toMatchObject({ 'new.txt': 'file "new"' });
  });
});

describe.runIf(isRoot)('the folder of a mount', () => {
  test('that was renamed is the mount by its new name, and by the old one', async () => {
    const bench = await workbench();
    const wim = await ordinaryWim(bench.folder);
    for (const name of ['after', 'before']) {
      await mkdir(join(bench.folder, 'before/mount'), { recursive: true });
      await bench.mount(wim, { mountPath: join(bench.folder, 'before/mount') });
      await rename(join(bench.folder, 'before'), join(bench.folder, 'after'));
      const moved = join(bench.folder, 'after/mount');
      expect(await bench.only()).toMatchObject({ path: moved, mountStatus: 'Ok' });
      await writeFile(join(moved, `${name}.txt`), name);
      await bench.dismount(join(bench.folder, name, 'mount'), true);
      expect(mountsBelow(bench.folder)).toEqual([]);
      expect(await readdir(moved)).toEqual([]);
      await rm(join(bench.folder, 'after'), { recursive: true });
      expect(await appliedImage(bench, wim)).toHaveProperty([`${name}.txt`]);
    }
  });

  test('is the one that was pointed at, or none, when one above it becomes a symbolic link', async () => {
    const bench = await workbench();
    const wim = await captureWim(await writeTree(join(bench.folder, 'source'), { 'a.txt': 'a' }), join(bench.folder, 'a.wim'));
    const parent = join(bench.folder, 'parent');
    for (const folder of [parent, join(bench.folder, 'elsewhere')]) { await mkdir(join(folder, 'mount'), { recursive: true }); }
    const swapper = spawn('sh', ['-c', 'while :; do mv parent aside && ln -s elsewhere parent && rm parent && mv aside parent; done'], {
      cwd: bench.folder, stdio: 'ignore', detached: true,
    });
    // With the program that it runs just now, which would move the folder yet.
    const signal = (name: NodeJS.Signals): void => { if (swapper.pid !== undefined) { process.kill(-swapper.pid, name); } };
    onTestFinished(() => { signal('SIGKILL'); });
    for (let round = 0; round < 12; round++) {
      const readOnly = round % 2 === 0;
      const isMounted = await bench.mount(wim, { mountPath: join(parent, 'mount'), readOnly }).then(() => true, () => false);
      signal('SIGSTOP');
      expect(await bench.list()).toMatchObject(isMounted ? [{ mountStatus: 'Ok' }] : []);
      const shown = readMountTable().filter(({ mountPoint }) => mountPoint.startsWith(bench.folder) && !mountPoint.startsWith(bench.stateDirectory));
      // Where the caller pointed: the link leads elsewhere for a moment, which is then where they pointed.
      expect(new Set(shown.map(({ mountPoint }) => mountPoint)).size).toBeLessThanOrEqual(1);
      for (const { path } of await bench.list()) { await bench.dismount(path, false); }
      expect(mountsBelow(bench.folder)).toEqual([]);
      signal('SIGCONT');
    }
  });
});

describe.runIf(isRoot)('a save', () => {
  test('has no moment in which a writer reaches the bare folder', async () => {
    const bench = await workbench();
    const wim = await captureWim(await writeTree(join(bench.folder, 'source'), { 'a.txt': 'a' }), join(bench.folder, 'a.wim'));
    const mountPath = await bench.mount(wim);
    const written: string[] = [];
    const writers = { isOver: false };
    const writing = (async () => {
      for (let number = 0; !writers.isOver; number++) {
        try {
          writeFileSync(join(mountPath, `file ${number}`), '');
          written.push(`file ${number}`);
        } catch (error) {
          // Frozen, or the cover of kernels that cannot do better; never an empty folder.
          expect((error as NodeJS.ErrnoException).code).toBe('EROFS');
        }
        readFileSync(join(mountPath, 'a.txt'));
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    for (let round = 0; round < 15; round++) { await bench.save(mountPath); }
    writers.isOver = true;
    await writing;
    await bench.dismount(mountPath, true);
    expect(await readdir(mountPath)).toEqual([]);
    expect(Object.keys(await appliedImage(bench, wim)).sort()).toEqual(['a.txt', ...written].sort());
  });

  test.runIf(canTrace)('of which any call that mounts fails loses nothing', async () => {
    const bench = await workbench();
    const wim = await captureWim(await writeTree(join(bench.folder, 'source'), { 'a.txt': 'a' }), join(bench.folder, 'a.wim'));
    const mountPath = await bench.mount(wim);
    for (let number = 1; number <= 7; number++) {
      await writeFile(join(mountPath, `${number}.txt`), `${number}`);
      const staged = await readFolder(mountPath);
      const save = startEngine(bundle, bench, 'commitImage', { mountPath }, {
        prefix: ['strace', '-f', '-qq', '-b', 'execve', '-o', '/dev/null', '-e', `inject=move_mount:error=EINVAL:when=${number}`],
      });
      expect(await save.outcome).toHaveProperty('result');
      if ((await bench.only()).mountStatus === 'NeedsRemount') { await bench.call('remountImage', { mountPath }); }
      expect(await bench.only()).toMatchObject({ mountStatus: 'Ok' });
      expect(await readFolder(mountPath)).toEqual(staged);
      expect(await appliedImage(bench, wim)).toEqual(staged);
      expect(mountsBelow(mountPath)).toHaveLength(2);
    }
  });
});

describe.runIf(isRoot)('a list of the mounts', () => {
  test('whose folder became a file is named by a remount, and remounted once there is a folder again', async () => {
    const bench = await workbench();
    const mountPath = await bench.mount(await ordinaryWim(bench.folder));
    await takeOffByHand(bench, mountPath);
    await rm(mountPath, { recursive: true });
    await writeFile(mountPath, '');
    expect(await failure(bench.call('remountImage', { mountPath }))).toMatchObject({
      symbol: 'WIM_E_MOUNT_DIR_NOT_FOUND', message: expect.stringContaining('there is a file where the folder was') as string,
    });
    await rm(mountPath);
    await mkdir(mountPath);
    await bench.call('remountImage', { mountPath });
    await bench.dismount(mountPath, false);
  });

  test('says that nobody can write while another saves, and lets everybody write where that one was killed', async () => {
    const bench = await workbench();
    const mountPath = await bench.mount(await ordinaryWim(bench.folder));
    const [id = ''] = await readdir(join(bench.stateDirectory, 'mounts'));
    // As it is in the middle of a save.
    const saving = new MountLocks(join(bench.stateDirectory, 'locks')).tryLockMount(id);
    const view = holdFolder(mountPath);
    remountReadOnly(view, true, 0);
    closeSync(view);
    expect(await bench.only()).toMatchObject({
      mountStatus: 'Ok', statusReason: expect.stringMatching(new RegExp(`not written to .*\\(${process.pid}\\)`)) as string,
    });
    expect(() => { writeFileSync(join(mountPath, 'new.txt'), ''); }).toThrow('EROFS');
    saving?.release();
    expect(await bench.only()).toMatchObject({ mountStatus: 'Ok', statusReason: '' });
    writeFileSync(join(mountPath, 'new.txt'), '');
    await bench.dismount(mountPath, false);
  });

  test('answers though a server has been stopped, and says so', async () => {
    const bench = await workbench();
    const wim = await twoImages(bench);
    const stopped = await bench.mount(wim);
    const running = await bench.mount(wim, { imageIndex: 2 });
    const [server = 0] = await processesWith(`\0${stopped}\0`);
    process.kill(server, 'SIGSTOP');
    // It would wait for ever.
    const mounts = await bench.list();
    process.kill(server, 'SIGCONT');
    expect(mounts).toMatchObject([
      { path: stopped, mountStatus: 'Unknown', statusReason: expect.stringContaining('stopped') as string }, { path: running, mountStatus: 'Ok' },
    ]);
    expect((await bench.list()).map(({ mountStatus }) => mountStatus)).toEqual(['Ok', 'Ok']);
  });

  test('in a loop beside mounts and saves makes none of them fail, and calls none Invalid', async () => {
    const bench = await workbench();
    const wim = await twoImages(bench);
    const writers = { isOver: false };
    const seen = new Set<string>();
    const listing = (async () => {
      while (!writers.isOver) {
        for (const { mountStatus } of await bench.list()) { seen.add(mountStatus); }
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    for (let round = 0; round < 8; round++) {
      const mountPath = await bench.mount(wim);
      await writeFile(join(mountPath, 'round.txt'), `${round}`);
      await bench.save(mountPath);
      await writeFile(join(mountPath, 'round.txt'), `${round}, again`);
      await bench.dismount(mountPath, true);
    }
    writers.isOver = true;
    await listing;
    expect(seen).not.toContain('Invalid');
    expect(seen).not.toContain('NeedsRemount');
  });
});

test.runIf(isRoot)('a mount that begins while another process saves its image and ends is never born Invalid', async () => {
  const bench = await workbench();
  const wim = await ordinaryWim(bench.folder);
  for (let round = 0; round < 6; round++) {
    const first = await bench.mount(wim);
    await writeFile(join(first, 'round.txt'), `round ${round}`);
    const saving = startEngine(bundle, bench, 'unmountImage', { mountPath: first, commit: true });
    await saving.begun;
    const second = await bench.mountFolder();
    for (let isMounted = false; !isMounted;) {
      isMounted = await bench.mount(wim, { mountPath: second }).then(() => true, (error: unknown) => {
        expect(error).toMatchObject({ symbol: 'WIM_E_ALREADY_MOUNTED_READWRITE' });
        return false;
      });
    }
    expect(await saving.outcome).toMatchObject({ result: {} });
    expect(await bench.only()).toMatchObject({ mountStatus: 'Ok' });
    expect(await readFile(join(second, 'round.txt'), 'utf8')).toBe(`round ${round}`);
    await bench.dismount(second, false);
  }
});
