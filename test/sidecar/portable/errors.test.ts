/** Every way in which mounting, saving and dismounting fails for a normal reason: the code, the symbol, and that nothing has changed. */
import { spawn } from 'node:child_process';
import { chmod, chown, copyFile, mkdir, open, readdir, readFile, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { tryLock } from '../../../sidecar/src/platform/linux/locks.ts';
import { Hresult } from '../../../sidecar/src/hresult.ts';
import { type DiskFaults, watchDisk } from '../../helpers/diskFaults.ts';
import { hostileFiles } from '../../helpers/hostileWims.ts';
import { appliedImage, bundleEngine, failure, hashFile, readFolder, runProgram, startEngine, until, workbench, type Workbench } from '../../helpers/mounts.ts';
import { isRoot, asNobody } from '../../helpers/nobody.ts';
import { rawWim, wimXml } from '../../helpers/rawWim.ts';
import { appendImage, captureWim, imagex, ordinaryWim, pseudoRandom, splitWim, writeTree } from '../../helpers/wims.ts';

const bundle = await bundleEngine();

/** A file system of so many bytes, which ends with the test. */
async function smallFileSystem(bench: Workbench, name: string, bytes: number): Promise<string> {
  const folder = await bench.mountFolder(name);
  await runProgram('mount', '-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', folder);
  return folder;
}

/** Ends a file system that the test mounted itself, once nothing of the engine stands on it. */
async function endFileSystem(bench: Workbench, folder: string): Promise<void> {
  for (const { path } of await bench.list()) { await bench.dismount(path, false); }
  await until('the file system is free', async () => await runProgram('umount', folder).then(() => true, () => false));
}

describe.runIf(isRoot)('mountImage() refuses', () => {
  type Case = (bench: Workbench, wim: string) => Promise<unknown>;
  const at = async (bench: Workbench, imagePath: string): Promise<string> => await bench.mount(imagePath);
  const cases: Readonly<Record<string, readonly [code: keyof typeof Hresult, message: RegExp, attempt: Case]>> = {
    'an index that the file does not have': ['DISMAPI_E_INVALID_IMAGE_INDEX', /index 9/, async (bench, wim) => await bench.mount(wim, { imageIndex: 9 })],
    'a name that the file does not have': ['DISMAPI_E_INVALID_IMAGE_NAME', /"Other"/, async (bench, wim) => await bench.mount(wim, { imageName: 'Other' })],
    'a file that does not exist': ['ERROR_FILE_NOT_FOUND', /none\.wim"/, async (bench) => await at(bench, join(bench.folder, 'none.wim'))],
    'a file in a folder that does not exist': ['ERROR_PATH_NOT_FOUND', /none\/none\.wim"/, async (bench) => await at(bench, join(bench.folder, 'none/none.wim'))],
    'a folder as the file': ['E_ACCESSDENIED', /it is a folder/, async (bench) => await at(bench, bench.folder)],
    'a device as the file': ['ERROR_BAD_FORMAT', /not a regular file/, async (bench) => await at(bench, '/dev/zero')],
    'a link in a circle as the file': ['ERROR_PATH_NOT_FOUND', /circle/, async (bench) => {
      await symlink('circle', join(bench.folder, 'circle'));
      return await at(bench, join(bench.folder, 'circle'));
    }],
    'a pipe as the file, without waiting for a writer': ['ERROR_BAD_FORMAT', /not a regular file/, async (bench) => {
      await runProgram('mkfifo', join(bench.folder, 'pipe'));
      return await at(bench, join(bench.folder, 'pipe'));
    }],
    'a file whose XML only libwim refuses': ['WIM_E_INVALID_CONTAINER', /XML data is damaged/, async (bench) => {
      const path = join(bench.folder, 'escape.wim');
      await writeFile(path, rawWim({ xml: wimXml(['<NAME>a&#x1b;b</NAME>']) }));
      return await at(bench, path);
    }],
    'a folder that does not exist': ['WIM_E_MOUNT_DIR_NOT_FOUND', /no such folder/, async (bench, wim) => await bench.mount(wim, { mountPath: join(bench.folder, 'none') })],
    'a file as the folder': ['WIM_E_MOUNT_DIR_NOT_FOUND', /it is a file/, async (bench, wim) => await bench.mount(wim, { mountPath: wim })],
    'a folder in a file': ['WIM_E_MOUNT_DIR_NOT_FOUND', /no such folder/, async (bench, wim) => await bench.mount(wim, { mountPath: join(wim, 'folder') })],
    'a folder that is not empty': ['WIM_E_MOUNT_DIR_NOT_EMPTY', /not empty/, async (bench, wim) => await bench.mount(wim, { mountPath: join(bench.folder, 'source') })],
    'the root of the file system': ['WIM_E_MOUNT_TO_VOLUME_ROOT', /root/, async (bench, wim) => await bench.mount(wim, { mountPath: '/' })],
    'a folder that has a mount': ['WIM_E_MOUNT_DIR_IN_USE', /already/, async (bench, wim) => {
      await appendImage(join(bench.folder, 'source'), wim, { name: 'Second' });
      return await bench.mount(wim, { imageIndex: 2, mountPath: await bench.mount(wim) });
    }],
    'a folder in the state directory': ['E_INVALIDARG', /state directory/, async (bench, wim) => {
      await bench.list();
      await mkdir(join(bench.stateDirectory, 'locks/mine'));
      try {
        return await bench.mount(wim, { mountPath: join(bench.stateDirectory, 'locks/mine') });
      } finally {
        await rm(join(bench.stateDirectory, 'locks/mine'), { recursive: true });
      }
    }],
    'a file on a file system that is read-only': ['DISM_E_IMAGE_READONLY', /nothing can be written to the file: its file system is read-only/, async (bench, wim) => {
      const folder = await smallFileSystem(bench, 'read-only', 10_000_000);
      await copyFile(wim, join(folder, 'a.wim'));
      await runProgram('mount', '-o', 'remount,ro', folder);
      try {
        const mountPath = await bench.mount(join(folder, 'a.wim'), { readOnly: true });
        await bench.dismount(mountPath, false);
        return await bench.mount(join(folder, 'a.wim'));
      } finally {
        await endFileSystem(bench, folder);
      }
    }],
    'to write to a file that is marked read-only': ['WIM_E_CONTAINER_READONLY', /read-only/, async (bench, wim) => {
      await imagex('optimize', wim, '--readonly').catch(async () => {
        // The flag of the header, where this version of the program has no option for it.
        const file = await open(wim, 'r+');
        await file.write(Buffer.from([0x04 | 0x02]), 0, 1, 0x10);
        await file.close();
      });
      await bench.dismount(await bench.mount(wim, { readOnly: true }), false);
      return await bench.mount(wim);
    }],
    'to write to a split file': ['WIM_E_SPLIT_NOT_MOUNTABLE', /split/, async (bench, wim) => await at(bench, await splitWim(wim, bench.folder, 0.1))],
    'a file that fails its integrity check': ['ERROR_FILE_CORRUPT', /integrity/i, async (bench) => {
      const wim = await ordinaryWim(bench.folder, { file: 'checked.wim', integrity: true, compress: 'none' });
      const file = await open(wim, 'r+');
      await file.write('damage', 4000);
      await file.close();
      return await bench.mount(wim, { checkIntegrity: true });
    }],
    'a state directory that others can write to': ['E_ACCESSDENIED', /not safe/, async (bench, wim) => {
      await mkdir(bench.stateDirectory, { recursive: true });
      await chmod(bench.stateDirectory, 0o777);
      try { return await at(bench, wim); } finally { await chmod(bench.stateDirectory, 0o700); }
    }],
    'a state directory of somebody else': ['E_ACCESSDENIED', /not safe/, async (bench, wim) => {
      await mkdir(bench.stateDirectory, { recursive: true });
      await chown(bench.stateDirectory, 65534, 65534);
      try { return await at(bench, wim); } finally { await chown(bench.stateDirectory, 0, 0); }
    }],
    'a state directory on an overlay': ['ERROR_NOT_SUPPORTED', /refused an overlay/, async (bench, wim) => {
      const [folder, ...others] = await Promise.all(['state', 'lower', 'upper', 'work'].map((name) => bench.mountFolder(name)));
      const [lower, upper, work] = others;
      await runProgram('mount', '-t', 'overlay', '-o', `lowerdir=${lower},upperdir=${upper},workdir=${work}`, 'overlay', folder ?? '');
      await chmod(folder ?? '', 0o700);
      try {
        await bench.dismount(await bench.mount(wim, { readOnly: true }), false);
        return await at(bench, wim);
      } finally {
        await endFileSystem(bench, folder ?? '');
      }
    }],
  };

  test.for(Object.entries(cases))('%s', async ([, [symbol, message, attempt]]) => {
    const bench = await workbench();
    const wim = await ordinaryWim(bench.folder);
    const error = await failure(attempt(bench, wim));
    expect(error).toMatchObject({ symbol, hresult: Hresult[symbol], message: expect.stringMatching(message) as string });
    expect(error.message).toMatch(/^[A-Z].*[^.]$/s);
    for (const { path } of await bench.list()) { await bench.dismount(path, false); }
    await bench.expectNothingLeft();
  });

  test('has the codes of DISM for the errors that scripts look for', () => {
    expect([
      Hresult.DISMAPI_E_INVALID_IMAGE_INDEX, Hresult.DISMAPI_E_INVALID_IMAGE_NAME, Hresult.DISMAPI_E_UNABLE_TO_UNMOUNT_IMAGE_PATH,
      Hresult.WIM_E_ALREADY_MOUNTED_READWRITE, Hresult.WIM_E_MOUNTED_READONLY, Hresult.WIM_E_UNMOUNT_INCOMPLETE, Hresult.DISMAPI_E_NEEDS_REMOUNT,
    ]).toEqual([0xC0040005, 0xC0040006, 0xC0040007, 0xC1420127, 0xC142010C, 0xC1420117, 0xC1510114]);
  });

  /** Virtual disks are images of their own, and these are damaged ones. */
  const hostileImages = {
    ...hostileFiles, vhd: ['ERROR_VHD_DRIVE_FOOTER_CHECKSUM_MISMATCH', hostileFiles.vhd[1]], vhdx: ['ERROR_VHD_INVALID_FILE_SIZE', hostileFiles.vhdx[1]],
  } as const;

  test.for(Object.entries(hostileImages))('a file that is no image file, or a damaged one: %s', async ([, [symbol, build]]) => {
    const bench = await workbench();
    const wim = join(bench.folder, 'hostile.wim');
    await writeFile(wim, build());
    for (const readOnly of [true, false]) { expect((await failure(bench.mount(wim, { readOnly }))).symbol).toBe(symbol); }
    await bench.expectNothingLeft();
  });

  test('a relative state directory', async () => {
    const bench = await workbench(() => 'relative/state');
    expect(await failure(bench.list())).toMatchObject({ symbol: 'E_INVALIDARG', message: expect.stringContaining('DISMTS_STATE_DIR') as string });
    Object.assign(bench, { stateDirectory: join(bench.folder, 'state') });
  });
});

describe.runIf(isRoot)('a user who may not', () => {
  test('read the file is told so', async () => {
    const bench = await workbench();
    const wim = await ordinaryWim(bench.folder);
    await chmod(bench.folder, 0o755);
    const mountPath = await bench.mountFolder();
    await mkdir(bench.stateDirectory);
    await chown(bench.stateDirectory, 65534, 65534);
    await chmod(wim, 0o600);
    const attempt = startEngine(bundle, bench, 'mountImage', { imagePath: wim, imageIndex: 1, mountPath, readOnly: true }, { uid: 65534 });
    expect(await attempt.outcome).toMatchObject({ symbol: 'E_ACCESSDENIED' });
    await rm(bench.stateDirectory, { recursive: true });
  });

  test('make the state directory is told to choose another', async () => {
    const bench = await workbench((folder) => join(folder, 'forbidden/state'));
    await mkdir(join(bench.folder, 'forbidden'));
    await chmod(bench.folder, 0o755);
    const error = await failure(asNobody(() => bench.list()));
    expect(error).toMatchObject({ symbol: 'E_ACCESSDENIED', hint: expect.stringContaining('DISMTS_STATE_DIR') as string });
  });
});

describe.runIf(isRoot)('a folder where nothing is mounted', () => {
  test('cannot be saved, dismounted or remounted', async () => {
    const bench = await workbench();
    const folder = await bench.mountFolder();
    for (const path of [folder, join(bench.folder, 'none'), join(bench.folder, 'none/below'), '/']) {
      for (const attempt of [() => bench.save(path), () => bench.dismount(path, true), () => bench.dismount(path, false)]) {
        expect(await failure(attempt())).toMatchObject({ symbol: 'DISMAPI_E_UNABLE_TO_UNMOUNT_IMAGE_PATH', hresult: 0xC0040007 });
      }
      expect(await failure(bench.call('remountImage', { mountPath: path }))).toMatchObject({ symbol: 'WIM_E_INVALID_REMOUNT_TARGET' });
    }
  });

  test('is one below a mount, too', async () => {
    const bench = await workbench();
    const mountPath = await bench.mount(await ordinaryWim(bench.folder));
    expect((await failure(bench.dismount(join(mountPath, 'Windows'), false))).symbol).toBe('DISMAPI_E_UNABLE_TO_UNMOUNT_IMAGE_PATH');
  });
});

describe.runIf(isRoot)('a read-only mount', () => {
  test('cannot be saved', async () => {
    const bench = await workbench();
    const wim = await ordinaryWim(bench.folder);
    const mountPath = await bench.mount(wim, { readOnly: true });
    for (const attempt of [() => bench.save(mountPath), () => bench.save(mountPath, { append: true }), () => bench.dismount(mountPath, true)]) {
      expect(await failure(attempt())).toMatchObject({ symbol: 'WIM_E_MOUNTED_READONLY', hresult: 0xC142010C });
    }
    expect(await bench.only()).toMatchObject({ mountStatus: 'Ok' });
  });
});

describe.runIf(isRoot)('a mount that is in use', () => {
  /** A program that keeps a mount busy until the test ends. */
  async function holder(command: string, args: readonly string[], cwd = '/'): Promise<{ readonly pid: number; readonly end: () => Promise<void> }> {
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'ignore'] });
    const ended = new Promise<void>((resolve) => { child.once('close', () => { resolve(); }); });
    const end = async (): Promise<void> => {
      child.kill('SIGKILL');
      await ended;
    };
    onTestFinished(end);
    await new Promise((resolve, reject) => {
      // Of tail(1) the first line says that it has opened its file.
      if (command === 'tail') { child.stdout.once('data', resolve); } else { child.once('spawn', resolve); }
      child.once('error', reject);
    });
    return { pid: child.pid ?? 0, end };
  }

  test.for([
    ['its working directory', false, (path: string) => holder('sleep', ['1000'], join(path, 'Windows'))],
    ['its working directory', true, (path: string) => holder('sleep', ['1000'], path)],
    ['a file', false, (path: string) => holder('tail', ['-f', join(path, 'readme.txt')])],
    ['a file', true, (path: string) => holder('tail', ['-f', join(path, 'readme.txt')])],
  ] as const)('cannot be dismounted, and the program with %s there is named (read-only: %s)', async ([, readOnly, hold]) => {
    const bench = await workbench();
    const wim = await ordinaryWim(bench.folder);
    const mountPath = await bench.mount(wim, { readOnly });
    const { pid, end } = await hold(mountPath);
    const program = (await readFile(`/proc/${pid}/comm`, 'utf8')).trim();
    for (const commit of readOnly ? [false] : [false, true]) {
      const error = await failure(bench.dismount(mountPath, commit));
      expect(error).toMatchObject({ symbol: 'WIM_E_UNMOUNT_INCOMPLETE', hresult: 0xC1420117, holders: [{ pid, program }] });
      expect(error.message).toContain(`${program} (${pid})`);
    }
    expect(await bench.only()).toMatchObject({ mountStatus: 'Ok' });
    expect(await readFile(join(mountPath, 'readme.txt'), 'utf8')).toContain('ordinary');
    await end();
    await bench.dismount(mountPath, false);
  });

  test('keeps its changes when a dismount that saves is refused', async () => {
    const bench = await workbench();
    const wim = await ordinaryWim(bench.folder);
    const hash = await hashFile(wim);
    const mountPath = await bench.mount(wim);
    await writeFile(join(mountPath, 'new.txt'), 'new');
    const file = await open(join(mountPath, 'new.txt'), 'a');
    expect((await failure(bench.dismount(mountPath, true))).symbol).toBe('WIM_E_UNMOUNT_INCOMPLETE');
    await file.write(', and newer');
    await file.close();
    expect(await hashFile(wim)).toBe(hash);
    await bench.dismount(mountPath, true);
    expect(await appliedImage(bench, wim)).toMatchObject({ 'new.txt': 'file "new, and newer"' });
  });

  test('can be saved while a program only has its working directory there', async () => {
    const bench = await workbench();
    const wim = await ordinaryWim(bench.folder);
    const mountPath = await bench.mount(wim);
    await writeFile(join(mountPath, 'new.txt'), 'new');
    const { end } = await holder('sleep', ['1000'], join(mountPath, 'Windows'));
    await bench.save(mountPath);
    expect(await appliedImage(bench, wim)).toMatchObject({ 'new.txt': 'file "new"' });
    expect(await bench.only()).toMatchObject({ mountStatus: 'Ok' });
    await writeFile(join(mountPath, 'newer.txt'), 'newer');
    await end();
    await bench.dismount(mountPath, true);
    expect(await appliedImage(bench, wim)).toMatchObject({ 'newer.txt': 'file "newer"' });
  });

  test('by another operation of DismTs is left to that, which is named', async () => {
    const bench = await workbench();
    const wim = await ordinaryWim(bench.folder);
    const mountPath = await bench.mount(wim);
    await writeFile(join(mountPath, 'large.bin'), pseudoRandom(2_000_000, 1));
    const saving = startEngine(bundle, bench, 'commitImage', { mountPath });
    let isStopped = false;
    await new Promise<void>((resolve) => {
      saving.onProgress(({ phase }) => {
        if (phase !== 'Writing' || isStopped) { return; }
        isStopped = saving.child.kill('SIGSTOP');
        resolve();
      });
    });
    for (const attempt of [() => bench.save(mountPath), () => bench.dismount(mountPath, false)]) {
      const error = await failure(attempt());
      expect(error).toMatchObject({ symbol: 'DISM_E_IMAGE_BUSY', holders: [{ pid: saving.child.pid }] });
    }
    // It shows its image, and others are none of its business.
    expect(await bench.only()).toMatchObject({ mountStatus: 'Ok' });
    saving.child.kill('SIGCONT');
    expect(await saving.outcome).toHaveProperty('result');
    await bench.dismount(mountPath, true);
  });
});

describe.runIf(isRoot)('a WIM file that changes under its mount', () => {
  test('is not saved into when its image is another one', async () => {
    const bench = await workbench();
    const wim = await ordinaryWim(bench.folder);
    const mountPath = await bench.mount(wim);
    await writeFile(join(mountPath, 'new.txt'), 'new');
    await writeFile(join(bench.folder, 'own.txt'), 'of somebody else');
    await imagex('update', wim, '1', `--command=add '${join(bench.folder, 'own.txt')}' '/own.txt'`);
    const hash = await hashFile(wim);
    expect(await bench.only()).toMatchObject({ mountStatus: 'Invalid', statusReason: expect.stringContaining('changed by another program') as string });
    for (const attempt of [() => bench.save(mountPath), () => bench.dismount(mountPath, true)]) {
      expect(await failure(attempt())).toMatchObject({ symbol: 'WIM_E_CHANGED_COMMIT_REFUSED' });
    }
    expect(await failure(bench.call('remountImage', { mountPath }))).toMatchObject({ symbol: 'WIM_E_CHANGED_REMOUNT_REFUSED' });
    expect(await hashFile(wim)).toBe(hash);
    expect(await readFile(join(mountPath, 'new.txt'), 'utf8')).toBe('new');
    await bench.dismount(mountPath, false);
  });

  test('is Invalid while it is deleted, Unknown while it is cut short or no WIM, and fine again when it is back', async () => {
    const bench = await workbench();
    const wim = await ordinaryWim(bench.folder);
    const mountPath = await bench.mount(wim);
    await writeFile(join(mountPath, 'new.txt'), 'new');
    const away = join(bench.folder, 'away.wim');
    await rename(wim, away);
    const expectStatus = async (mountStatus: string, symbol: RegExp): Promise<void> => {
      expect(await bench.only()).toMatchObject({ mountStatus });
      expect((await failure(bench.save(mountPath))).symbol).toMatch(symbol);
    };
    await expectStatus('Invalid', /^DISM_E_MOUNT_INVALID$/);
    await copyFile(away, wim);
    await truncate(wim, 1000);
    await expectStatus('Unknown', /^WIM_E_INVALID_CONTAINER$/);
    await writeFile(wim, 'no WIM');
    await expectStatus('Unknown', /^(?:ERROR_BAD_FORMAT|WIM_E_INVALID_CONTAINER)$/);
    await rm(wim);
    await rename(away, wim);
    expect(await bench.only()).toMatchObject({ mountStatus: 'Ok' });
    await bench.dismount(mountPath, true);
    expect(await appliedImage(bench, wim)).toMatchObject({ 'new.txt': 'file "new"' });
  });

  test('is not saved into while another program writes to it', async () => {
    const bench = await workbench();
    const wim = await ordinaryWim(bench.folder);
    const mountPath = await bench.mount(wim);
    await writeFile(join(mountPath, 'new.txt'), 'new');
    const hash = await hashFile(wim);
    const other = await open(wim, 'r+');
    expect(tryLock(other.fd, '')).toBe(true);
    expect((await failure(bench.save(mountPath))).symbol).toBe('ERROR_SHARING_VIOLATION');
    expect((await failure(bench.dismount(mountPath, true))).symbol).toBe('ERROR_SHARING_VIOLATION');
    await other.close();
    expect(await hashFile(wim)).toBe(hash);
    expect(await bench.only()).toMatchObject({ mountStatus: 'Ok' });
    await bench.dismount(mountPath, true);
  });
});

describe.runIf(isRoot)('a disk that is full', () => {
  test('leaves the file bit-identical and the changes staged', async () => {
    const bench = await workbench();
    const small = await smallFileSystem(bench, 'small', 3_000_000);
    const wim = await captureWim(await writeTree(join(bench.folder, 'source'), { 'a.txt': 'a' }), join(small, 'a.wim'), { compress: 'none', integrity: true });
    const hash = await hashFile(wim);
    const mountPath = await bench.mount(wim);
    await writeFile(join(mountPath, 'large.bin'), pseudoRandom(4_000_000, 1));
    const staged = await readFolder(mountPath);
    for (const attempt of [() => bench.save(mountPath), () => bench.save(mountPath, { append: true }), () => bench.dismount(mountPath, true)]) {
      expect(await failure(attempt())).toMatchObject({ symbol: 'ERROR_DISK_FULL', hresult: 0x80070070 });
      expect(await hashFile(wim)).toBe(hash);
      expect(await bench.only()).toMatchObject({ mountStatus: 'Ok' });
      expect(await readFolder(mountPath)).toEqual(staged);
      await writeFile(join(mountPath, 'small.txt'), 'is writable');
      await rm(join(mountPath, 'small.txt'));
    }
    await runProgram('mount', '-o', 'remount,size=20000000', small);
    // That the file has another time now is the failed saves' doing, nobody else's.
    expect((await bench.dismount(mountPath, true)).warnings).toEqual([]);
    expect(await appliedImage(bench, wim)).toEqual(staged);
    await endFileSystem(bench, small);
  });

  test.for([0, 1, 2, 4, 6, 8, 10])('leaves it so wherever the space runs out (%i pages are free)', async (pages) => {
    const bench = await workbench();
    const small = await smallFileSystem(bench, 'small', 3_000_000);
    const wim = await captureWim(await writeTree(join(bench.folder, 'source'), { 'a.txt': 'a' }), join(small, 'a.wim'), { compress: 'none', integrity: true });
    const hash = await hashFile(wim);
    const mountPath = await bench.mount(wim);
    await writeTree(mountPath, Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`${index}.txt`, `${index}`])));
    const staged = await readFolder(mountPath);
    // Pages that are free in the file system: less than blobs, metadata, tables and XML take.
    await writeFile(join(small, 'filler'), '');
    const free = Number((await runProgram('stat', '--file-system', '--format=%f', small)).trim());
    await writeFile(join(small, 'filler'), Buffer.alloc((free - pages) * 4096));
    expect((await failure(bench.dismount(mountPath, true))).symbol).toBe('ERROR_DISK_FULL');
    expect(await hashFile(wim)).toBe(hash);
    expect(await readFolder(mountPath)).toEqual(staged);
    await rm(join(small, 'filler'));
    expect((await bench.dismount(mountPath, true)).warnings).toEqual([]);
    expect(await appliedImage(bench, wim)).toEqual(staged);
    await endFileSystem(bench, small);
  });

  test('where the state lives: nothing can be mounted or saved, and the changes can be dropped', async () => {
    const bench = await workbench();
    const small = await smallFileSystem(bench, 'state', 2_000_000);
    await chmod(small, 0o700);
    const wim = await ordinaryWim(bench.folder);
    const hash = await hashFile(wim);
    const mountPath = await bench.mount(wim);
    await writeFile(join(mountPath, 'new.txt'), 'new');
    await expect(writeFile(join(mountPath, 'filler'), Buffer.alloc(3_000_000))).rejects.toMatchObject({ code: 'ENOSPC' });
    expect(await failure(bench.save(mountPath))).toMatchObject({ symbol: 'ERROR_DISK_FULL' });
    expect((await failure(bench.mount(wim, { mountPath: await bench.mountFolder() }))).symbol).toMatch(/^(?:ERROR_DISK_FULL|WIM_E_ALREADY_MOUNTED_READWRITE)$/);
    expect(await hashFile(wim)).toBe(hash);
    await rm(join(mountPath, 'filler'));
    expect(await bench.only()).toMatchObject({ mountStatus: 'Ok' });
    await bench.dismount(mountPath, true);
    expect(await appliedImage(bench, wim)).toMatchObject({ 'new.txt': 'file "new"' });
    await endFileSystem(bench, small);
  });

  test('where the state lives, of which the kernel needs some, too: a mount says so at whichever file is one too many, or can be written to', async () => {
    const bench = await workbench();
    const small = await smallFileSystem(bench, 'state', 2_000_000);
    await chmod(small, 0o700);
    const wim = await ordinaryWim(bench.folder);
    const mountPath = await bench.mountFolder();
    const refusals: string[] = [];
    for (let files = 2; refusals.length === files - 2; files += 1) {
      await runProgram('mount', '-o', `remount,nr_inodes=${files}`, small);
      await bench.mount(wim, { mountPath }).catch((error: unknown) => { refusals.push((error as { symbol: string }).symbol); });
    }
    // Ten of ours, and some of an overlay.
    expect(refusals.length).toBeGreaterThan(12);
    expect(new Set(refusals)).toEqual(new Set(['ERROR_DISK_FULL']));
    await runProgram('mount', '-o', 'remount,nr_inodes=0', small);
    await writeFile(join(mountPath, 'new.txt'), 'new');
    await endFileSystem(bench, small);
  });
});

/*
 * What a machine can lack. The engine runs in a mount namespace of its own, in which files are hidden: by an overlay with
 * a deletion, or by an empty file system.
 */
describe.runIf(isRoot)('a machine that lacks', () => {
  /** A shell script for unshare(1) that hides files and then becomes the program. */
  async function hiding(bench: Workbench, paths: readonly string[], script = ''): Promise<string[]> {
    const commands = await Promise.all(paths.map(async (path, index) => {
      const [folder, name] = [path.slice(0, path.lastIndexOf('/')), path.slice(path.lastIndexOf('/') + 1)];
      const [upper, work] = [await bench.mountFolder(`upper ${index}`), await bench.mountFolder(`work ${index}`)];
      await runProgram('mknod', join(upper, name), 'c', '0', '0');
      return `mount -t overlay -o "lowerdir=${folder},upperdir=${upper},workdir=${work}" overlay ${folder} || exit 99`;
    }));
    return ['unshare', '--mount', '--propagation=private', 'sh', '-c', `${commands.join('\n')}\n${script}\nexec "$@"`, 'sh'];
  }

  async function refusal(bench: Workbench, prefix: readonly string[], readOnly: boolean, more: { uid?: number } = {}) {
    const wim = await ordinaryWim(bench.folder);
    const mountPath = await bench.mountFolder();
    const { outcome } = startEngine(bundle, bench, 'mountImage', { imagePath: wim, imageIndex: 1, mountPath, readOnly }, { prefix, ...more });
    const result = await outcome;
    expect(await readdir(mountPath)).toEqual([]);
    return result;
  }

  test.for([
    ['the capability', ['setpriv', '--bounding-set=-sys_admin', '--inh-caps=-sys_admin'], '--cap-add SYS_ADMIN'],
    ['root of the machine', ['unshare', '--user', '--map-root-user', '--mount'], 'rootful'],
  ] as const)('%s, as a container does, says what a container needs', async ([, prefix, hint]) => {
    const bench = await workbench();
    for (const readOnly of [true, false]) {
      expect(await refusal(bench, prefix, readOnly)).toMatchObject({ symbol: 'ERROR_PRIVILEGE_NOT_HELD', hint: expect.stringContaining(hint) as string });
      await rm(join(bench.folder, 'ordinary.wim'));
      for (const name of await readdir(bench.folder)) { if (name.startsWith('source')) { await rm(join(bench.folder, name), { recursive: true }); } }
    }
    await bench.expectNothingLeft();
  });

  const libraries = '/usr/lib/x86_64-linux-gnu';
  test.for([
    ['libwim', [`${libraries}/libwim.so.15`], '', 'ERROR_MOD_NOT_FOUND', 'apt-get install'],
    ['wimlib-imagex', ['/usr/bin/wimlib-imagex'], '', 'WIM_E_SERVICE_NOT_FOUND', 'apt-get install wimtools'],
    ['fusermount', ['/usr/bin/fusermount', '/usr/bin/fusermount3'], '', 'WIM_E_DRIVER_NOT_INSTALLED', 'apt-get install fuse3'],
    ['the FUSE device', [], 'mount -t tmpfs tmpfs /dev && mknod /dev/null c 1 3 && mknod /dev/urandom c 1 9 || exit 99', 'WIM_E_DRIVER_NOT_INSTALLED', '/dev/fuse'],
  ] as const)('%s says what to install', async ([, paths, script, symbol, hint]) => {
    const bench = await workbench();
    for (const path of paths) {
      if (await open(path).then((file) => file.close().then(() => false), () => true)) {
        process.stderr.write(`skipped: there is no "${path}" here to be hidden\n`);
        return;
      }
    }
    for (const readOnly of [true, false]) {
      expect(await refusal(bench, await hiding(bench, paths, script), readOnly)).toMatchObject({ symbol, hint: expect.stringContaining(hint) as string });
      await rm(join(bench.folder, 'ordinary.wim'));
      for (const name of await readdir(bench.folder)) { if (/^(?:upper|work|source)/.test(name)) { await rm(join(bench.folder, name), { recursive: true }); } }
    }
    await bench.expectNothingLeft();
  });
});

const syscalls: Readonly<Record<string, string>> = { sync: 'fsync', datasync: 'fdatasync', truncate: 'ftruncate', writeFile: 'write', rm: 'unlink' };

/** A disk that fails once it is armed, until the end of the test. */
async function failingDisk(onFailure?: (syscall: string) => void): Promise<DiskFaults> {
  const faults = await watchDisk('all', (name) => {
    const plain = name.replace(/Sync$/, '');
    const syscall = syscalls[plain] ?? plain;
    onFailure?.(syscall);
    throw Object.assign(new Error(`EIO: i/o error, by the test, ${syscall}`), { code: 'EIO', syscall });
  });
  onTestFinished(() => { faults.remove(); });
  return faults;
}

test.runIf(isRoot)('an error at any step of a save leaves the old file or the new one, and no change is lost', async () => {
  const bench = await workbench();
  const source = await writeTree(join(bench.folder, 'source'), { 'a.txt': 'a', 'b.bin': pseudoRandom(50_000, 1) });
  const wim = await captureWim(source, join(bench.folder, 'a.wim'), { integrity: true });
  let failed = '';
  const faults = await failingDisk((syscall) => { failed = syscall; });
  const mountPath = await bench.mount(wim);
  let inFile = await appliedImage(bench, wim);
  const seen = { old: 0, new: 0 };
  for (let step = 1; ; step++) {
    await writeFile(join(mountPath, 'a.txt'), `step ${step}`);
    await writeFile(join(mountPath, 'new.bin'), pseudoRandom(40_000, step));
    const staged = await readFolder(mountPath);
    faults.arm(step);
    const error: unknown = await bench.save(mountPath).then(() => undefined, (reason: unknown) => reason);
    if (faults.disarm() < step) {
      expect(error).toBeUndefined();
      break;
    }
    if (error !== undefined) { expect((error as { symbol?: string }).symbol, `step ${step}`).toBe(/^f?stat$|^read$/.test(failed) ? 'ERROR_READ_FAULT' : 'ERROR_WRITE_FAULT'); }
    // Even where nothing was said of the failure yet, the file is whole.
    const now = await appliedImage(bench, wim);
    expect([inFile, staged], `step ${step}`).toContainEqual(now);
    // What is said of it is what happened; where nobody can know whether the disk has it, that is said.
    if (error === undefined) { expect(now, `step ${step}`).toEqual(staged); }
    if (error !== undefined && JSON.stringify(now) !== JSON.stringify(inFile)) { expect((error as Error).message, `step ${step}`).toMatch(/holds the changes/); }
    seen[JSON.stringify(now) === JSON.stringify(staged) ? 'new' : 'old']++;
    // Whatever was saved or not: after a remount, where one is needed, the mount has everything and can be written to.
    if ((await bench.only()).mountStatus === 'NeedsRemount') { await bench.call('remountImage', { mountPath }); }
    expect(await bench.only(), `step ${step}`).toMatchObject({ mountStatus: 'Ok' });
    expect(await readFolder(mountPath), `step ${step}`).toEqual(staged);
    inFile = now;
    expect(step).toBeLessThan(200);
  }
  // Most of the work comes before the header is written, some after it.
  expect(seen.old).toBeGreaterThan(10);
  expect(seen.new).toBeGreaterThan(1);
});

test.runIf(isRoot)('an error at any step of a dismount says what became of the changes, and the next one ends it', async () => {
  const bench = await workbench();
  const wim = await ordinaryWim(bench.folder);
  const faults = await failingDisk();
  const said = { saved: 0, unsaved: 0 };
  for (let step = 1; ; step++) {
    const before = await hashFile(wim);
    const mountPath = await bench.mount(wim);
    await writeFile(join(mountPath, 'new.txt'), `step ${step}`);
    faults.arm(step);
    const error: unknown = await bench.dismount(mountPath, true).then(() => undefined, (reason: unknown) => reason);
    const ended = faults.disarm() < step;
    if (error !== undefined) {
      const isSaved = (await appliedImage(bench, wim))['new.txt'] === `file "step ${step}"`;
      expect(/the changes are saved in|holds the changes/.test((error as Error).message), `step ${step}: ${(error as Error).message}`).toBe(isSaved);
      if (!isSaved) { expect(await hashFile(wim), `step ${step}`).toBe(before); }
      said[isSaved ? 'saved' : 'unsaved']++;
      if ((await bench.only()).mountStatus === 'NeedsRemount') { await bench.call('remountImage', { mountPath }); }
      // What was saved needs no second save.
      await bench.dismount(mountPath, !isSaved);
    }
    expect(await appliedImage(bench, wim), `step ${step}`).toMatchObject({ 'new.txt': `file "step ${step}"` });
    if (ended) { break; }
    expect(step).toBeLessThan(200);
  }
  // What could not be removed, the next one has.
  await bench.expectNothingLeft();
  expect(said).toEqual({ saved: expect.toSatisfy((count: number) => count > 0) as number, unsaved: expect.toSatisfy((count: number) => count > 5) as number });
});
