/** What NTFS has beside content survives mounting, changing and saving a virtual disk. Needs root. */
import { execFileSync } from 'node:child_process';
import { appendFile, link, lstat, mkdir, readdir, readFile, readlink, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { getAttribute, listAttributes } from '../../../sidecar/src/platform/linux/attributes.ts';
import { judge } from '../../helpers/diskKill.ts';
import { diskFile, windowsDisk } from '../../helpers/disks.ts';
import { setAttribute } from '../../helpers/extendedAttributes.ts';
import { detailedList, hashFile, workbench } from '../../helpers/mounts.ts';
import { isRoot } from '../../helpers/nobody.ts';
import { ntfsFiles, ntfsVolume } from '../../helpers/ntfs.ts';
import { imagex } from '../../helpers/wims.ts';

/** Everything that libwim finds on the volume of a disk, by path. */
async function contentOf(disk: string, sizeMiB = 32): Promise<Map<string, string>> {
  const raw = `${disk}.raw`;
  execFileSync('qemu-img', ['convert', '-f', 'vhdx', '-O', 'raw', disk, raw]);
  execFileSync('dd', [`if=${raw}`, `of=${raw}.volume`, 'bs=1M', 'skip=3', `count=${sizeMiB}`, 'status=none']);
  execFileSync('rm', ['-f', `${disk}.wim`]);
  await imagex('capture', `${raw}.volume`, `${disk}.wim`, 'x', '--norpfix', '--compress=none');
  const list = await detailedList(`${disk}.wim`);
  execFileSync('rm', ['-f', raw, `${raw}.volume`, `${disk}.wim`]);
  // Numbers that the WIM gives anew, and times of the folders that something was put into.
  return new Map([...list].map(([path, text]) => [path, text.replace(/^(?:Hard Link Group|Security ID|Last (?:Access|Write) Time|Link Group ID|Inode Number|Offset in WIM).*$/gmi, '')]));
}

describe.skipIf(!isRoot)('a virtual disk keeps', () => {
  test('descriptors, attributes, short names, streams, links and reparse points', async () => {
    const bench = await workbench();
    const volume = await readFile(await ntfsVolume(join(bench.folder, 'volume'), ntfsFiles));
    const path = await diskFile(join(bench.folder, 'disk.vhdx'), windowsDisk(volume), 'dynamic.vhdx');
    const [before, hash] = [await contentOf(path), await hashFile(path)];
    const mountPath = await bench.mount(path);

    // Nothing is written that nobody asked for.
    for (const name of await readdir(mountPath, { recursive: true })) { await lstat(join(mountPath, name)); }
    await bench.save(mountPath);
    expect(await hashFile(path)).toBe(hash);

    // Named streams are attributes, as in the mount of a WIM.
    const streams = join(mountPath, 'streams.txt');
    expect(listAttributes(streams).filter((name) => name.startsWith('user.')).sort()).toEqual(['user.Zone.Identifier', 'user.second']);
    expect(getAttribute(streams, 'user.Zone.Identifier').toString()).toContain('ZoneId=3');
    setAttribute(streams, 'user.added', 'a new stream');

    // Links lead below the mount folder.
    expect(await readlink(join(mountPath, 'symbolic link.txt'))).toBe('plain.txt');
    expect(await readlink(join(mountPath, 'Documents and Settings'))).not.toContain(bench.stateDirectory);

    await appendFile(join(mountPath, 'everything.dll'), 'more');
    await writeFile(join(mountPath, 'linked too.txt'), 'changed by one name');
    await rename(join(mountPath, 'A long file name.text'), join(mountPath, 'Program Files', 'moved.text'));
    await link(join(mountPath, 'plain.txt'), join(mountPath, 'another name.txt'));
    await mkdir(join(mountPath, 'Windows', 'New'));
    await writeFile(join(mountPath, 'Windows', 'New', 'file.dll'), 'new');
    // Names that Windows could not read are refused.
    for (const name of ['what?', 'CON', 'ends with a dot.']) { await expect(writeFile(join(mountPath, name), '')).rejects.toThrow(); }
    expect(getAttribute(join(mountPath, 'Windows', 'New', 'file.dll'), 'system.ntfs_acl').length).toBeGreaterThan(20);
    await bench.dismount(mountPath, true);
    judge(path, 3, 32);

    const after = await contentOf(path);
    for (const [name, text] of before) {
      if (/everything\.dll|linked|A long file|plain\.txt|streams\.txt/.test(name)) { continue; }
      expect(after.get(name), name).toBe(text);
    }
    const property = (map: ReadonlyMap<string, string>, name: string, key: string) => new RegExp(`^${key}.*$`, 'm').exec(map.get(name) ?? '')?.[0];
    for (const key of ['Security Descriptor', 'Attributes', 'Short Name', 'Creation Time']) {
      expect(property(after, '/everything.dll', key), key).toBe(property(before, '/everything.dll', key));
    }
    expect(after.get('/everything.dll')).toContain('extra');
    const again = await bench.mount(path, { readOnly: true });
    for (const name of ['linked.txt', 'linked too.txt', 'Program Files/linked as well.txt']) { expect(await readFile(join(again, name), 'utf8')).toBe('changed by one name'); }
    expect(await readFile(join(again, 'Program Files/moved.text'), 'utf8')).toBe('short');
    expect(getAttribute(join(again, 'streams.txt'), 'user.added').toString()).toBe('a new stream');
    expect((await lstat(join(again, 'plain.txt'))).nlink).toBe(2);
    await bench.dismount(again, false);
  });

  test('what 5,000 changed files hold', async () => {
    const bench = await workbench();
    const volume = await readFile(await ntfsVolume(join(bench.folder, 'volume'), { 'Windows/System32/config/SYSTEM': { content: 'x' } }, 64));
    const path = await diskFile(join(bench.folder, 'disk.vhdx'), windowsDisk(volume), 'dynamic.vhdx');
    const mountPath = await bench.mount(path);
    for (let index = 0; index < 5000; index++) {
      if (index % 100 === 0) { await mkdir(join(mountPath, `${index / 100}`)); }
      await writeFile(join(mountPath, `${Math.floor(index / 100)}`, `${index}.txt`), `content ${index}`);
    }
    await bench.dismount(mountPath, true);
    judge(path, 3, 64);
    const again = await bench.mount(path, { readOnly: true });
    for (let index = 0; index < 5000; index++) {
      expect(await readFile(join(again, `${Math.floor(index / 100)}`, `${index}.txt`), 'utf8')).toBe(`content ${index}`);
    }
    await bench.dismount(again, false);
  });
});
