/** As injection.test.ts, for virtual disks: also what the system answers to the programs that serve and write them. */
import { appendFileSync, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { bytesAt, diskFile, logChange, ntfsBytes, patch, windowsDisk, windowsTree } from '../helpers/disks.ts';
import { callIn, callWith, canMount, lacking } from '../helpers/injection.ts';
import { tempFolder } from '../helpers/tempFolder.ts';
import { shared } from '../helpers/wims.ts';

const disk = shared(async (folder) => await diskFile(join(folder, 'windows.vhdx'), windowsDisk(await ntfsBytes(folder, windowsTree(), 16)), 'dynamic.vhdx'));

function bench(): { readonly folder: string; readonly path: string; readonly mountPath: string } {
  const folder = tempFolder();
  mkdirSync(join(folder, 'state'), { mode: 0o700 });
  const mountPath = join(folder, 'mount');
  mkdirSync(mountPath);
  const path = join(folder, 'disk.vhdx');
  writeFileSync(path, readFileSync(disk()));
  return { folder, path, mountPath };
}

/** As bench(), with a change in the log of the disk, which is one that changes nothing. */
async function benchWithLog(): Promise<ReturnType<typeof bench>> {
  const made = bench();
  await logChange(made.path, 4 * 1024 ** 2, await bytesAt(made.path, 4 * 1024 ** 2, 4096));
  return made;
}

const mountTable = (): string => readFileSync('/proc/self/mountinfo', 'utf8');

describe.skipIf(lacking !== undefined || !canMount || !existsSync('/usr/bin/qemu-storage-daemon'))(`a system call of a virtual disk that fails (needs ${lacking ?? 'root, FUSE and QEMU'})`, () => {
  test.for([
    ['mount', undefined, 'ENOMEM', 'memory is exhausted', '0x8007000E'],
    ['execve', '/usr/bin/qemu-storage-daemon', 'ENOMEM', 'memory is exhausted', '0x8007000E'],
    ['execve', '/usr/bin/ntfs-3g', 'EACCES', 'permission is denied', '0x80070005'],
  ] as const)('while it is mounted: %s of %s with %s', async ([syscall, file, errno, reason, hex]) => {
    const { folder, path, mountPath } = bench();
    const { exitCode, stderr } = await callWith(`${syscall}:error=${errno}`, file, folder, 'image/mount', { imagePath: path, imageIndex: 1, mountPath });
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining(reason)]);
    expect(stderr).toContain(`(${hex})`);
    expect(mountTable()).not.toContain(folder);
    expect(readdirSync(join(folder, 'state/mounts'))).toEqual([]);
  });

  test('while it is saved, and again while it is shown after that: says that the changes are there, and what to do', async () => {
    const { folder, path, mountPath } = bench();
    callIn(folder, 'image/mount', { imagePath: path, imageIndex: 1, mountPath });
    onTestFinished(() => { callIn(folder, 'image/unmount', { mountPath, commit: false }); });
    appendFileSync(join(mountPath, 'Users/Public/note.txt'), ' more');
    // The thread that saves, and the one that shows it, open it each for the first time.
    const { exitCode, stderr } = await callWith('openat:error=EIO:when=1', path, folder, 'image/commit', { mountPath });
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining(`the disk reports an error ("${path}"); the changes stay staged, and "${mountPath}" needs a remount`)]);
    expect(stderr).toContain('Then run dismts remount');
    callIn(folder, 'image/remount', { mountPath });
    callIn(folder, 'image/commit', { mountPath });
    expect(readFileSync(join(mountPath, 'Users/Public/note.txt'), 'utf8')).toBe('a note more');
  });

  test.for([['ENOSPC', '0x80070070'], ['EIO', '0x8007045D']] as const)('while the changes are written into it: %s; says what the file is until the next command', async ([errno, hex]) => {
    const { folder, path, mountPath } = bench();
    callIn(folder, 'image/mount', { imagePath: path, imageIndex: 1, mountPath });
    onTestFinished(() => { callIn(folder, 'image/unmount', { mountPath, commit: false }); });
    appendFileSync(join(mountPath, 'Users/Public/note.txt'), ' more');
    const { exitCode, stderr } = await callWith(`pwrite64:error=${errno}:when=1`, path, folder, 'image/commit', { mountPath });
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('the file may hold a part of the changes')]);
    expect(stderr).toContain('the next command finishes the save');
    expect(stderr).toContain(`"${mountPath}" needs a remount`);
    expect(stderr).toContain('Then run dismts remount');
    expect(stderr).toContain(`(${hex})`);
    callIn(folder, 'image/listMounted', {});
    callIn(folder, 'image/remount', { mountPath });
    expect(readFileSync(join(mountPath, 'Users/Public/note.txt'), 'utf8')).toBe('a note more');
  });

  test.for([1, 2])('before a save is written down (flush %s of its record): nothing is saved, and all stays staged', async (flush) => {
    const { folder, path, mountPath } = bench();
    callIn(folder, 'image/mount', { imagePath: path, imageIndex: 1, mountPath });
    onTestFinished(() => { callIn(folder, 'image/unmount', { mountPath, commit: false }); });
    appendFileSync(join(mountPath, 'Users/Public/note.txt'), ' more');
    copyFileSync(path, join(folder, 'before'));
    const mounts = join(folder, 'state/mounts');
    const record = join(mounts, readdirSync(mounts)[0] ?? '', 'record.json.new');
    // The first is of the save, the second of the mount that is shown again.
    const { exitCode, stderr } = await callWith(`fsync:error=ENOSPC:when=${flush === 1 ? '1' : '1+'}`, record, folder, 'image/commit', { mountPath });
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('no space is left on its disk')]);
    expect(stderr).toContain('(0x80070070)');
    expect(stderr.includes('needs a remount')).toBe(flush === 2);
    expect(readFileSync(path).equals(readFileSync(join(folder, 'before')))).toBe(true);
    if (flush === 2) { callIn(folder, 'image/remount', { mountPath }); }
    expect(readFileSync(join(mountPath, 'Users/Public/note.txt'), 'utf8')).toBe('a note more');
    callIn(folder, 'image/commit', { mountPath });
    expect(readFileSync(path).equals(readFileSync(join(folder, 'before')))).toBe(false);
  });

  test.for(['rmdir', 'getdents64'] as const)('after a save, while the changes that are saved by then are taken away, is no failure: %s', async (syscall) => {
    const { folder, path, mountPath } = bench();
    callIn(folder, 'image/mount', { imagePath: path, imageIndex: 1, mountPath });
    onTestFinished(() => { callIn(folder, 'image/unmount', { mountPath, commit: false }); });
    appendFileSync(join(mountPath, 'Users/Public/note.txt'), ' more');
    const mounts = join(folder, 'state/mounts');
    const old = join(mounts, readdirSync(mounts)[0] ?? '', 'generations/1');
    const { exitCode, stderr } = await callWith(`${syscall}:error=EIO`, syscall === 'rmdir' ? join(old, 'lower') : old, folder, 'image/commit', { mountPath });
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(readFileSync(join(folder, 'strace.out'), 'utf8')).toContain('(INJECTED)');
    expect(readFileSync(join(mountPath, 'Users/Public/note.txt'), 'utf8')).toBe('a note more');
    callIn(folder, 'image/commit', { mountPath });
  });

  test('while NTFS-3G looks for the folder to mount at: names that, and calls no volume damaged', async () => {
    const { folder, path, mountPath } = bench();
    // It resolves the volume first, then the folder; nobody else asks so often.
    const { exitCode, stderr } = await callWith('readlink:error=EIO:when=3', folder, folder, 'image/mount', { imagePath: path, imageIndex: 1, mountPath, readOnly: true });
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('the disk reports an error')]);
    expect(stderr).not.toContain('damaged');
    expect(stderr).toContain('(0x8007045D)');
    expect(mountTable()).not.toContain(folder);
  });

  test.for([
    ['pwrite64', 'ENOSPC', 'no space is left on its disk', '0x80070070'], ['fdatasync', 'EIO', 'the disk reports an error', '0x8007045D'],
    ['execve', 'ENOMEM', 'memory is exhausted', '0x8007000E'],
  ] as const)('while its log is replayed: %s with %s is told, and nobody is told that the log is damaged', async ([syscall, errno, reason, hex]) => {
    const { folder, path, mountPath } = await benchWithLog();
    const { exitCode, stderr } = await callWith(`${syscall}:error=${errno}`, syscall === 'execve' ? '/usr/bin/qemu-img' : path, folder, 'image/mount', {
      imagePath: path, imageIndex: 1, mountPath, replayLog: true,
    });
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining(reason)]);
    expect(stderr).toContain(`(${hex})`);
    expect(stderr).not.toMatch(/backup|corrupt/i);
    expect(mountTable()).not.toContain(folder);
  });

  test('where its log holds no whole entry, says so: QEMU calls that a success', async () => {
    const { folder, path, mountPath } = await benchWithLog();
    const log = Number((await bytesAt(path, 64 * 1024, 4096)).readBigUInt64LE(72));
    await patch(path, log + 4200, Buffer.from('spoiled'));
    const { exitCode, stderr } = await callWith('getpid:error=EIO', undefined, folder, 'image/mount', { imagePath: path, imageIndex: 1, mountPath, replayLog: true });
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('its log cannot be replayed: no entry of it is whole')]);
    expect(stderr).toContain('(0x80070570)');
  });

  test('while its mount is looked at by what changes the image: says what the system answered, and asks for no remount', async () => {
    const { folder, path, mountPath } = bench();
    callIn(folder, 'image/mount', { imagePath: path, imageIndex: 1, mountPath });
    onTestFinished(() => { callIn(folder, 'image/unmount', { mountPath, commit: false }); });
    const { exitCode, stderr } = await callWith('statx:error=EIO', path, folder, 'registry/change', {
      path: mountPath, edits: [{ action: 'CreateKey', hive: 'SOFTWARE', key: 'Test' }],
    });
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining(`the file "${path}" cannot be read: the disk reports an error`)]);
    expect(stderr).toContain('(0x8007001E)');
    expect(stderr).not.toContain('remount');
  });

  test.for([['pwrite64', 'ENOSPC', '0x80070070'], ['pwrite64', 'EIO', '0x8007001D'], ['ftruncate', 'EIO', '0x8007001D']] as const)(
    'while a WIM file is made of it: %s with %s is of the WIM file', async ([syscall, errno, hex]) => {
      const { folder, path } = bench();
      const made = join(folder, 'made.wim');
      const { exitCode, stderr } = await callWith(`${syscall}:error=${errno}`, undefined, folder, 'imageFile/convert', { imagePath: path, imageIndex: 1, destinationImagePath: made });
      expect([exitCode, stderr]).toEqual([1, expect.stringContaining(`"${made}" (--destination-image-path): `)]);
      expect(stderr).toMatch(/^dismts: Cannot convert /);
      expect(stderr).toContain(`(${hex})`);
      expect(readdirSync(folder).filter((name) => name.startsWith('.dismts-') || name === 'made.wim')).toEqual([]);
    },
  );

  test('while the root is taken away that it was mounted in, ends what serves it at once', async () => {
    const { folder, path, mountPath } = bench();
    const { exitCode, stderr } = await callWith('umount2:error=EIO:when=1', undefined, folder, 'image/mount', { imagePath: path, imageIndex: 1, mountPath });
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('the disk reports an error')]);
    expect(mountTable()).not.toContain(folder);
  });
});
