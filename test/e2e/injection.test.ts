/**
 * The built executable, while the kernel answers chosen system calls with errors: strace(1) injects them. Each is an ordinary failure
 * (exit code 1, never 70) with the right HRESULT, and names the file. `DISMTS_TEST_ALL_ERRNOS=1` walks all that the system has, which takes minutes.
 */
import { execFileSync } from 'node:child_process';
import { appendFileSync, copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { callIn, callWith, canMount, image, lacking, mounted } from '../helpers/injection.ts';
import { flipByte } from '../helpers/store/damage.ts';
import { buildStore } from '../helpers/store/syntheticImage.ts';
import { captureWim, pseudoRandom, writeTree } from '../helpers/wims.ts';

const all = process.env['DISMTS_TEST_ALL_ERRNOS'] !== undefined;

const reading = [
  ['openat', 'EIO', '0x8007001E'], ['pread64', 'EIO', '0x8007001E'], ['statx', 'EIO', '0x8007001E'], ['openat', 'ESTALE', '0x800703EE'],
  ['pread64', 'ETIMEDOUT', '0x800705B4'], ['openat', 'EHOSTDOWN', '0x800704E8'], ['openat', 'ENODEV', '0x80070037'], ['openat', 'ENXIO', '0x80070037'],
  ['pread64', 'EUCLEAN', '0x80070571'], ['pread64', 'EREMOTEIO', '0x8007001E'], ['openat', 'EMFILE', '0x80070004'], ['openat', 'ENFILE', '0x80070004'],
  ['openat', 'ENOMEDIUM', '0x80070015'], ['pread64', 'EBADMSG', '0x80070017'], ['openat', 'EKEYREVOKED', '0x80070005'], ['pread64', 'ENOANO', '0x8007001E'],
] as const;

describe.skipIf(lacking !== undefined)(`a system call that fails (needs ${lacking ?? 'nothing'})`, () => {
  test.for(reading)('while an image file is read: %s with %s', async ([syscall, errno, hex]) => {
    const { folder, wim } = await image();
    const { exitCode, stderr } = await callWith(`${syscall}:error=${errno}:when=1`, wim, folder, 'image/getInfo', { imagePath: wim });
    expect(stderr).toContain(`(${hex})`);
    expect(stderr.split('\n')[0]).toContain(wim);
    expect(exitCode).toBe(1);
  });

  test.runIf(canMount).for([
    ['openat', 'EIO', '0x8007001E'], ['flock', 'ENOLCK', '0x800700A7'], ['pread64', 'EIO', '0x8007001E'], ['pwrite64', 'EIO', '0x8007001D'],
    ['pwrite64', 'ENOSPC', '0x80070070'], ['pwrite64', 'EFBIG', '0x800700DF'], ['pwrite64', 'EDQUOT', '0x8007050F'], ['ftruncate', 'EIO', '0x8007001D'],
    ['fsync', 'EIO', '0x8007001D'], ['fsync', 'ESTALE', '0x800703EE'], ['pwrite64', 'EPIPE', '0x8007006D'],
  ] as const)('while an image is saved: %s with %s; the changes are kept (needs root and FUSE)', async ([syscall, errno, hex]) => {
    const { folder, wim, mountPath, call } = await mounted();
    appendFileSync(join(mountPath, 'a.txt'), 'changed');
    copyFileSync(wim, join(folder, 'before.wim'));
    const { exitCode, stderr } = await callWith(`${syscall}:error=${errno}:when=1`, wim, folder, 'image/commit', { mountPath });
    expect(stderr).toContain(`(${hex})`);
    expect(stderr).toContain(`"${wim}"`);
    expect(exitCode).toBe(1);
    // The next save has it all.
    call('image/commit', { mountPath });
  });

  test.runIf(canMount)('while the folder to mount at is looked into: it is named, and not the image (needs root and FUSE)', async () => {
    const { folder, wim } = await image();
    const mountPath = join(folder, 'mount');
    mkdirSync(mountPath);
    const { exitCode, stderr } = await callWith('getdents64:error=EIO:when=1', mountPath, folder, 'image/mount', { imagePath: wim, imageIndex: 1, mountPath });
    expect(stderr).toContain(`"${mountPath}" (--folder): the disk reports an error`);
    expect(stderr).toContain('(0x8007001E)');
    expect(exitCode).toBe(1);
  });

  test.runIf(canMount)('after a dismount, when its locks are tidied up, is no failure of it (needs root and FUSE)', async () => {
    const { folder, wim } = await image();
    const mountPath = join(folder, 'mount');
    mkdirSync(mountPath);
    expect(await callWith('unlink:error=EIO', undefined, folder, 'image/mount', { imagePath: wim, imageIndex: 1, mountPath })).toMatchObject({ exitCode: 0 });
    expect(await callWith('unlink:error=EIO', undefined, folder, 'image/unmount', { mountPath, commit: false })).toMatchObject({ exitCode: 0 });
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(folder);
  });

  test.runIf(canMount)('while a mount is taken away that is not to be saved: says that it needs a remount, which has its changes (needs root and FUSE)', async () => {
    const { folder, mountPath, call } = await mounted();
    appendFileSync(join(mountPath, 'a.txt'), ' changed');
    const mounts = join(folder, 'state/mounts');
    const [id = ''] = readdirSync(mounts);
    const { exitCode, stderr } = await callWith('rename:error=EROFS', join(mounts, id), folder, 'image/unmount', { mountPath, commit: false });
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining(`; its changes are still there, and "${mountPath}" needs a remount`)]);
    expect(stderr).toContain('(0x80070013)');
    call('image/remount', { mountPath });
    expect(readFileSync(join(mountPath, 'a.txt'), 'utf8')).toBe('a changed');
  });

  /** What a file holds, and how large it is. */
  const held = (wim: string): [string, number] => [execFileSync('wimlib-imagex', ['info', wim], { encoding: 'utf8' }), readFileSync(wim).length];

  test('after a new file has its name, is no failure: the disk does not confirm the name', async () => {
    const { folder, wim } = await image();
    const made = join(folder, 'made');
    mkdirSync(made);
    const destinationImagePath = join(made, 'new.wim');
    // Its folder is opened to be flushed, and for nothing else.
    const { exitCode } = await callWith('openat:error=EIO', made, folder, 'imageFile/export', { sourceImagePath: wim, sourceIndexes: [1], destinationImagePath });
    expect(exitCode).toBe(0);
    expect(readFileSync(join(folder, 'strace.out'), 'utf8')).toContain('(INJECTED)');
    execFileSync('wimlib-imagex', ['verify', destinationImagePath], { stdio: 'ignore' });
  });

  test('while a temporary file is removed, is no failure of an append that is through', async () => {
    const { folder, wim } = await image();
    const { exitCode } = await callWith('unlink:error=EIO', undefined, folder, 'imageFile/append', { imagePath: wim, capturePath: join(folder, 'source'), imageName: 'Second' });
    expect(exitCode).toBe(0);
    expect(held(wim)[0]).toContain('Second');
  });

  // The first flush is of what is written, the second of the header that makes it count.
  test.for([
    ['imageFile/set', { imageIndex: 1, description: 'changed' }], ['imageFile/append', { imageName: 'Second' }], ['imageFile/putItem', { imageIndex: 1, itemPath: 'b.txt' }],
  ] as const)('after the header was written, says that the file holds the change: %s', async ([method, given]) => {
    const { folder, wim } = await image();
    const source = join(folder, 'source');
    const params = { imagePath: wim, ...given, ...method === 'imageFile/append' ? { capturePath: source } : {}, ...method === 'imageFile/putItem' ? { source: join(source, 'a.txt') } : {} };
    const [before] = held(wim);
    const { exitCode, stderr } = await callWith('fsync:error=EIO:when=2', wim, folder, method, params);
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('the file holds the change, which may not be on its disk yet')]);
    expect(stderr).toContain('(0x8007001D)');
    execFileSync('wimlib-imagex', ['verify', wim], { stdio: 'ignore' });
    expect(held(wim)[0]).not.toBe(before);
  });

  test('while the header is written: the file is the old one, of the old size', async () => {
    const { folder, wim } = await image();
    const before = readFileSync(wim);
    // The document, then the header.
    const { exitCode, stderr } = await callWith('pwrite64:error=EIO:when=2', wim, folder, 'imageFile/set', { imagePath: wim, imageIndex: 1, description: 'changed' });
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('(0x8007001D)')]);
    expect(readFileSync(wim).equals(before)).toBe(true);
  });

  test('while a target is written by libwim: names the target, and not the source', async () => {
    const { folder, wim } = await image();
    const out = join(folder, 'out');
    mkdirSync(out);
    const written = await callWith('pwrite64:error=EIO', join(out, 'a.txt'), folder, 'imageFile/apply', { imagePath: wim, imageIndex: 1, applyPath: out });
    expect([written.exitCode, written.stderr]).toEqual([1, expect.stringContaining(`"${out}" (--apply-path): the disk reports an error`)]);
    expect(written.stderr).toContain('(0x8007001D)');
  });

  test.runIf(canMount).for([['ENOMEM', 'memory is exhausted', '0x8007000E'], ['EIO', 'the disk reports an error', '0x8007045D']] as const)(
    'while FUSE mounts: %s (needs root and FUSE)', async ([errno, reason, hex]) => {
      const { folder, wim } = await image();
      const mountPath = join(folder, 'mount');
      mkdirSync(mountPath);
      const { exitCode, stderr } = await callWith(`mount:error=${errno}`, undefined, folder, 'image/mount', { imagePath: wim, imageIndex: 1, mountPath });
      expect([exitCode, stderr]).toEqual([1, expect.stringContaining(reason)]);
      expect(stderr).toContain(`(${hex})`);
    },
  );

  test.runIf(canMount)('while the target is kept apart from all else: says so, and not that it is read-only (needs root)', async () => {
    const { folder, wim } = await image();
    const out = join(folder, 'out');
    mkdirSync(out);
    const { exitCode, stderr } = await callWith('move_mount:error=EIO', undefined, folder, 'imageFile/apply', { imagePath: wim, imageIndex: 1, applyPath: out });
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining(`"${out}" (--apply-path): the disk reports an error`)]);
    expect(stderr).toContain('(0x8007045D)');
    expect(readdirSync(out)).toEqual([]);
  });

  test('while the lock on a file is given up for what locks it next: says so, and not that another program writes', async () => {
    const { folder, wim } = await image();
    const before = readFileSync(wim);
    const { exitCode, stderr } = await callWith('flock:error=ENOLCK:when=2', wim, folder, 'imageFile/putItem', { imagePath: wim, imageIndex: 1, source: join(folder, 'source/a.txt'), itemPath: 'b.txt' });
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('it cannot be locked')]);
    expect(stderr).toContain('(0x800700A7)');
    expect(readFileSync(wim).equals(before)).toBe(true);
  });

  // What close(2) answers comes after everything: nothing of it is a failure of what was read, held or flushed before.
  test('while a file that was only read is closed, is no failure', async () => {
    const { folder, wim } = await image();
    expect(await callWith('close:error=EIO', wim, folder, 'image/getInfo', { imagePath: wim })).toMatchObject({ exitCode: 0, stderr: '' });
    expect(readFileSync(join(folder, 'strace.out'), 'utf8')).toContain('(INJECTED)');
  });

  test.runIf(canMount)('while what a mount was made with is closed, is no failure of a mount that stands (needs root and FUSE)', async () => {
    const { folder, wim } = await image();
    const mountPath = join(folder, 'mount');
    mkdirSync(mountPath);
    onTestFinished(() => { callIn(folder, 'image/unmount', { mountPath, commit: false }); });
    expect(await callWith('close:error=EIO', mountPath, folder, 'image/mount', { imagePath: wim, imageIndex: 1, mountPath })).toMatchObject({ exitCode: 0 });
    expect(readFileSync(join(folder, 'strace.out'), 'utf8')).toContain('(INJECTED)');
    expect(readFileSync(join(mountPath, 'a.txt'), 'utf8')).toBe('a');
  });

  test.runIf(canMount).for(['the image file', 'the record of the mount'])('while %s is closed, is no failure of a save (needs root and FUSE)', async (which) => {
    const { folder, wim, mountPath, call } = await mounted();
    appendFileSync(join(mountPath, 'a.txt'), 'changed');
    const mounts = join(folder, 'state/mounts');
    const path = which === 'the image file' ? wim : join(mounts, readdirSync(mounts)[0] ?? '', 'record.json');
    expect(await callWith('close:error=EIO', path, folder, 'image/commit', { mountPath })).toMatchObject({ exitCode: 0 });
    expect(readFileSync(join(folder, 'strace.out'), 'utf8')).toContain('(INJECTED)');
    expect(execFileSync('wimlib-imagex', ['extract', wim, '1', '/a.txt', '--to-stdout'], { encoding: 'utf8' })).toBe('achanged');
    call('image/commit', { mountPath });
  });

  // libwim says only that a file cannot be read. What comes before the fourth read of a part is its header and its table.
  test.for([
    ['imageFile/join', 'a.swm is all right', 'a2.swm'], ['imageFile/apply', 'a.swm is all right', 'a2.swm'], ['imageFile/export', 'the disk answers again', undefined],
  ] as const)('while the parts of a split WIM are read, names the part: %s, %s', async ([method, , named]) => {
    const { folder } = await image();
    const source = await writeTree(join(folder, 'large'), { 'a.bin': pseudoRandom(1_100_000, 1), 'b.bin': pseudoRandom(1_100_000, 2), 'c.bin': pseudoRandom(1_100_000, 3) });
    const [first, second] = [join(folder, 'a.swm'), join(folder, 'a2.swm')];
    execFileSync('wimlib-imagex', ['split', await captureWim(source, join(folder, 'large.wim')), first, '1'], { stdio: 'ignore' });
    mkdirSync(join(folder, 'out'));
    const params = {
      'imageFile/join': { imagePath: first, destinationImagePath: join(folder, 'b.wim') },
      'imageFile/apply': { imagePath: first, splitImageFilePattern: join(folder, 'a*.swm'), imageIndex: 1, applyPath: join(folder, 'out') },
      'imageFile/export': { sourceImagePath: first, splitImageFilePattern: join(folder, 'a*.swm'), sourceIndexes: [1], destinationImagePath: join(folder, 'b.wim') },
    }[method];
    const { exitCode, stderr } = await callWith(`pread64:error=EIO:when=${named === undefined ? '5' : '5+'}`, second, folder, method, params);
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining(named === undefined ? 'the disk reports an error (in one of the parts)' : `the disk reports an error ("${second}")`)]);
    expect(stderr).toContain('(0x8007001E)');
  });

  test.for([['openat', 'EIO', '0x8007001E'], ['openat', 'EMFILE', '0x80070004'], ['pread64', 'EIO', '0x8007001E']] as const)(
    'while the parts of a split WIM are looked for: %s with %s is no part that is missing', async ([syscall, errno, hex]) => {
      const { folder } = await image();
      const source = await writeTree(join(folder, 'large'), { 'a.bin': pseudoRandom(1_100_000, 1), 'b.bin': pseudoRandom(1_100_000, 2) });
      const [first, second] = [join(folder, 'a.swm'), join(folder, 'a2.swm')];
      execFileSync('wimlib-imagex', ['split', await captureWim(source, join(folder, 'large.wim')), first, '1'], { stdio: 'ignore' });
      const { exitCode, stderr } = await callWith(`${syscall}:error=${errno}`, second, folder, 'imageFile/join', { imagePath: first, destinationImagePath: join(folder, 'b.wim') });
      expect([exitCode, stderr]).toEqual([1, expect.stringContaining(` ("${second}")`)]);
      expect(stderr).toContain(`(${hex})`);
    },
  );

  test('while the record of what is begun gets its name: it is named, and not the image', async () => {
    const { folder, wim } = await image();
    const change = { imagePath: wim, capturePath: join(folder, 'source'), imageName: 'Second' };
    callIn(folder, 'imageFile/append', change);
    const records = join(folder, 'state/unfinished');
    const { exitCode, stderr } = await callWith('fsync:error=EIO:when=1', records, folder, 'imageFile/append', { ...change, imageName: 'Third' });
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining(`the disk reports an error ("${records}")`)]);
    expect(readdirSync(records)).toEqual([]);
  });

  test('while a source of a restore is read: says so, and not that it has nothing', async () => {
    const { folder } = await image();
    const [damaged, source] = [join(folder, 'damaged'), join(folder, 'whole')];
    const store = await buildStore(damaged);
    await buildStore(source);
    flipByte(join(damaged, store.byName.linked.files[0]?.path ?? ''), 10);
    const winSxS = join(source, 'Windows/WinSxS');
    const { exitCode, stderr } = await callWith('getdents64:error=EIO', winSxS, folder, 'health/restore', { path: damaged, sources: [source], limitAccess: true });
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining(`not in what can be read of the sources: the disk reports an error ("${winSxS}")`)]);
    expect(stderr).toContain('(0x8007001E)');
  });

  test('where folders cannot be renamed without replacing: a folder is copied out of an image all the same', async () => {
    const { folder, wim } = await image();
    const { exitCode } = await callWith('renameat2:error=EINVAL', undefined, folder, 'imageFile/extractItem', { imagePath: wim, imageIndex: 1, itemPath: '\\', destination: join(folder, 'out') });
    expect(exitCode).toBe(0);
    expect(readFileSync(join(folder, 'out/a.txt'), 'utf8')).toBe('a');
  });

  test.runIf(canMount)('while the record of a mount is read: it is named, and nobody is told to give the mount up (needs root and FUSE)', async () => {
    const { folder, mountPath } = await mounted();
    const mounts = join(folder, 'state/mounts');
    const record = join(mounts, readdirSync(mounts)[0] ?? '', 'record.json');
    for (const [method, params] of [['image/commit', { mountPath }], ['image/unmount', { mountPath, commit: true }]] as const) {
      const { exitCode, stderr } = await callWith('read:error=EIO', record, folder, method, params);
      expect([exitCode, stderr.split('\n')[0]]).toEqual([1, expect.stringContaining(`the disk reports an error ("${record}")`)]);
      expect(stderr).toContain('(0x8007001E)');
      expect(stderr).not.toMatch(/discard/i);
    }
  });

  test.runIf(canMount)('while the record of a mount is read, wherever that comes in a save: the file holds the changes where it succeeds, and nowhere else (needs root and FUSE)', { timeout: 120_000 }, async () => {
    const { folder, wim, mountPath, call } = await mounted();
    const mounts = join(folder, 'state/mounts');
    const record = join(mounts, readdirSync(mounts)[0] ?? '', 'record.json');
    const results: [number, boolean][] = [];
    for (const time of [1, 2, 3, 4]) {
      appendFileSync(join(mountPath, 'a.txt'), String(time));
      const { exitCode } = await callWith(`openat:error=EIO:when=${time}`, record, folder, 'image/commit', { mountPath });
      const isSaved = execFileSync('wimlib-imagex', ['extract', wim, '1', '/a.txt', '--to-stdout'], { encoding: 'utf8' }).endsWith(String(time));
      results.push([exitCode ?? -1, isSaved]);
      call('image/commit', { mountPath });
    }
    for (const [exitCode, isSaved] of results) { expect(isSaved).toBe(exitCode === 0); }
    expect(results.map(([exitCode]) => exitCode)).toContain(1);
  });

  test.runIf(canMount)('while the locks of a mount are tidied up that was cleaned up: it is said to be removed (needs root and FUSE)', async () => {
    const { folder, wim } = await image();
    const mountPath = join(folder, 'mount');
    mkdirSync(mountPath);
    callIn(folder, 'image/mount', { imagePath: wim, imageIndex: 1, mountPath });
    appendFileSync(join(mountPath, 'a.txt'), 'changed');
    rmSync(wim);
    const mounts = join(folder, 'state/mounts');
    const lock = join(folder, 'state/locks', `serving-${readdirSync(mounts)[0] ?? ''}`);
    const { exitCode } = await callWith('unlink,unlinkat:error=EIO', lock, folder, 'image/cleanupMountPoints', {});
    expect(exitCode).toBe(0);
    expect(readFileSync(join(folder, 'strace.out'), 'utf8')).toContain('(INJECTED)');
    const log = readdirSync(join(folder, 'state/logs')).filter((name) => name.includes('cleanup')).map((name) => readFileSync(join(folder, 'state/logs', name), 'utf8')).join('');
    expect(log).toContain(`removed the invalid mount "${mountPath}"`);
    expect(readdirSync(mounts)).toEqual([]);
  });

  test('while the environment is looked at: statfs', async () => {
    const { folder } = await image();
    const { exitCode, stderr } = await callWith('statfs:error=EIO', undefined, folder, 'environment/get', {});
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('(0x8007001E)')]);
  });

  test.runIf(all)('is never a bug, whatever the errno (DISMTS_TEST_ALL_ERRNOS)', { timeout: 1_200_000 }, async () => {
    const { folder, wim } = await image();
    for (const [errno, number] of Object.entries(constants.errno)) {
      for (const syscall of ['statx', 'openat', 'pread64']) {
        const { exitCode, stderr } = await callWith(`${syscall}:error=${number}:when=1`, wim, folder, 'image/getInfo', { imagePath: wim });
        // What was interrupted is called again, and where statx() is not to be had, libuv calls stat().
        const isTriedAgain = errno === 'EINTR' || (syscall === 'statx' && ['EINVAL', 'ENOSYS', 'EPERM', 'EOPNOTSUPP', 'ENOTSUP'].includes(errno));
        if (isTriedAgain && exitCode === 0) { continue; }
        expect([exitCode, stderr.split('\n')[0]], `${syscall} ${errno}`).toEqual([expect.toBeOneOf([1, 75]), expect.stringContaining(wim)]);
      }
    }
  });
});
