/** As injection.test.ts, for virtual disks: also what the system answers to the programs that serve and write them. */
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { diskFile, ntfsBytes, windowsDisk, windowsTree } from '../helpers/disks.ts';
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
    expect(stderr).toContain(`(${hex})`);
    callIn(folder, 'image/listMounted', {});
    callIn(folder, 'image/remount', { mountPath });
    expect(readFileSync(join(mountPath, 'Users/Public/note.txt'), 'utf8')).toBe('a note more');
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
