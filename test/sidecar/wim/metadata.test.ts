/** What a file of an NTFS volume has beside its content stays when the file is changed, renamed or moved. */
import { appendFile, chmod, copyFile, link, mkdir, readdir, readFile, readlink, rename, rm, symlink, unlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { getAttribute, listAttributes } from '../../../sidecar/src/platform/linux/attributes.ts';
import { removeAttribute, setAttribute } from '../../helpers/extendedAttributes.ts';
import { hostileContents } from '../../helpers/hostileWims.ts';
import { type ImageEntry, readTree } from '../../helpers/imageTree.ts';
import { appliedImage, detailedList, runProgram, workbench, type Workbench } from '../../helpers/mounts.ts';
import { isRoot } from '../../helpers/nobody.ts';
import { ntfsFiles, ntfsVolume, ntfsWim } from '../../helpers/ntfs.ts';
import { rawWim, type RawNode } from '../../helpers/rawWim.ts';
import { imagex, pseudoRandom, shared } from '../../helpers/wims.ts';

type Tree = Record<string, ImageEntry>;

/** Files whose metadata say something; the paths of the volume are the keys. */
const files = ['everything.dll', 'A long file name.text', 'secret.txt', 'hidden.sys', 'read only.ini', 'streams.txt', 'plain.txt'];

/** What must stay of an entry whose content may change. */
function kept({ attributes, shortName, security, created, streams, reparseTag }: ImageEntry) {
  return { attributes, shortName, security, created, streams, reparseTag };
}

function entry(tree: Tree, path: string): ImageEntry {
  const found = tree[path];
  if (found === undefined) { throw new Error(`"${path}" is not in the image; it has ${Object.keys(tree).join(', ')}`); }
  return found;
}

describe.runIf(isRoot)('an image of an NTFS volume', () => {
  // With streams that can be shown as attributes; ntfsWim() has one that makes all of them too large for that.
  const volumeFiles = { ...ntfsFiles, 'streams.txt': { content: 'main', streams: { 'Zone.Identifier': '[ZoneTransfer]\r\nZoneId=3\r\n', second: pseudoRandom(1500, 12) } } };
  const original = shared(async (folder) => {
    const wim = join(folder, 'ntfs.wim');
    await imagex('capture', await ntfsVolume(join(folder, 'ntfs.img'), volumeFiles), wim, 'From NTFS', '--norpfix', '--compress=LZX');
    return wim;
  });

  /** Makes changes in a mount of the image. @returns The image before and after the save. */
  async function changed(change: (at: (path: string) => string) => Promise<void>, bench?: Workbench): Promise<{ before: Tree; after: Tree; wim: string }> {
    const own = bench ?? await workbench();
    const wim = join(own.folder, 'ntfs.wim');
    await copyFile(original(), wim);
    const [before, listBefore] = [await readTree(wim), await detailedList(wim)];
    const mountPath = await own.mount(wim);
    await change((path) => join(mountPath, path));
    const { warnings } = await own.dismount(mountPath, true);
    expect(warnings).toEqual([]);
    await imagex('verify', wim);
    const [after, listAfter] = [await readTree(wim), await detailedList(wim)];
    // wimdir says the same of all that readTree() finds unchanged.
    for (const [path, one] of Object.entries(before)) {
      if (JSON.stringify(after[path]) === JSON.stringify(one)) { expect(listAfter.get(path), path).toBe(listBefore.get(path)); }
    }
    return { before, after, wim };
  }

  /** Expects every entry to be as before but for the paths that a change is about. */
  function expectOthersUnchanged(before: Tree, after: Tree, ...paths: string[]): void {
    const others = (tree: Tree) => Object.fromEntries(Object.entries(tree).filter(([path]) => !paths.includes(path)));
    expect(others(after)).toEqual(others(before));
  }

  const contentChanges: Readonly<Record<string, (path: string) => Promise<void>>> = {
    'written to': async (path) => { await writeFile(path, 'other content'); },
    'appended to': async (path) => { await appendFile(path, 'more'); },
    'replaced by a file that is renamed over it': async (path) => { await writeFile(`${path}.tmp`, 'other content'); await rename(`${path}.tmp`, path); },
    'renamed away and written anew': async (path) => { await rename(path, `${path}~`); await writeFile(path, 'other content'); await unlink(`${path}~`); },
    'deleted and written anew': async (path) => { await unlink(path); await writeFile(path, 'other content'); },
  };
  test.for(Object.keys(contentChanges))('keeps all but the content of a file that is %s', async (name) => {
    const { before, after } = await changed(async (at) => { for (const file of files) { await contentChanges[name]?.(at(file)); } });
    expectOthersUnchanged(before, after, ...files.map((file) => `/${file}`), '/');
    for (const file of files) {
      const [old, now] = [entry(before, `/${file}`), entry(after, `/${file}`)];
      // A file that was deleted has no streams any more, whoever looks at the mount sees that.
      const isNewFile = name !== 'written to' && name !== 'appended to';
      expect(kept(now), file).toEqual(isNewFile ? { ...kept(old), streams: kept(now).streams } : kept(old));
      expect(now.sha1, file).not.toBe(old.sha1);
      expect(BigInt(now.written), file).toBeGreaterThan(BigInt(old.written));
    }
  });

  const renames: Readonly<Record<string, (from: string, to: string) => Promise<void>>> = {
    renamed: async (from, to) => { await rename(from, to); },
    'renamed twice': async (from, to) => { await rename(from, `${from}.1`); await rename(`${from}.1`, to); },
    'changed and renamed': async (from, to) => { await appendFile(from, 'more'); await rename(from, to); },
    'renamed and changed': async (from, to) => { await rename(from, to); await appendFile(to, 'more'); },
    'renamed, changed and renamed': async (from, to) => { await rename(from, `${from}.1`); await appendFile(`${from}.1`, 'more'); await rename(`${from}.1`, to); },
  };
  test.for(Object.keys(renames).flatMap((how) => [['in its folder', how], ['into another', how]] as const))('keeps all of a file that %s is %s', async ([where, how]) => {
    const target = where === 'in its folder' ? '' : 'Windows/System32/';
    const { before, after } = await changed(async (at) => {
      for (const file of files) { await renames[how]?.(at(file), at(`${target}new name of ${file}`)); }
    });
    const paths = files.flatMap((file) => [`/${file}`, `/${target}new name of ${file}`]);
    expectOthersUnchanged(before, after, ...paths, '/', '/Windows/System32');
    for (const file of files) {
      const [old, now] = [entry(before, `/${file}`), entry(after, `/${target}new name of ${file}`)];
      expect(after[`/${file}`], file).toBeUndefined();
      expect(kept(now), file).toEqual(kept(old));
      if (how.startsWith('renamed') && !how.includes('changed')) { expect({ ...now, names: old.names }, file).toEqual(old); }
    }
    expect(kept(entry(after, '/Windows/System32'))).toEqual(kept(entry(before, '/Windows/System32')));
  });

  test('keeps all of a folder that is renamed or moved, and of all in it', async () => {
    const { before, after } = await changed(async (at) => {
      await rename(at('Program Files'), at('Programs'));
      await rename(at('folder with stream'), at('Windows/folder with stream'));
      await rename(at('Windows/System32'), at('Windows/System33'));
      await rename(at('Windows'), at('WINNT'));
    });
    const moved = (path: string): string => path.replace(/^\/Program Files/, '/Programs').replace(/^\/folder with stream/, '/WINNT/folder with stream')
      .replace(/^\/Windows\/System32/, '/WINNT/System33').replace(/^\/Windows/, '/WINNT');
    const expected: Tree = Object.fromEntries(Object.entries(before).map(([path, one]) => [moved(path), { ...one, names: one.names.map(moved).sort() }]));
    // A folder in which names came or went has another time.
    for (const path of ['/', '/WINNT']) { expected[path] = { ...entry(expected, path), written: entry(after, path).written }; }
    expect(after).toEqual(expected);
  });

  test('changes times and nothing else where only times are changed, and nothing at all by chmod', async () => {
    const { before, after } = await changed(async (at) => {
      await chmod(at('secret.txt'), 0o640);
      await chmod(at('Windows'), 0o700);
      await utimes(at('everything.dll'), 1_600_000_000, 1_600_000_000.5);
      await utimes(at('Program Files'), 1_600_000_000, 1_600_000_001);
    });
    expect(entry(after, '/everything.dll').written).toBe(String((1_600_000_000_500n + 11_644_473_600_000n) * 10_000n));
    expect(after).toEqual({
      ...before,
      '/everything.dll': { ...entry(before, '/everything.dll'), written: entry(after, '/everything.dll').written },
      '/Program Files': { ...entry(before, '/Program Files'), written: entry(after, '/Program Files').written },
    });
  });

  test('keeps two files apart whose names are swapped', async () => {
    const { before, after } = await changed(async (at) => {
      await rename(at('everything.dll'), at('t'));
      await rename(at('secret.txt'), at('everything.dll'));
      await rename(at('t'), at('secret.txt'));
    });
    const swap = (path: string): ImageEntry => ({ ...entry(before, path), names: [path === '/secret.txt' ? '/everything.dll' : '/secret.txt'] });
    expectOthersUnchanged(before, after, '/secret.txt', '/everything.dll', '/');
    expect(entry(after, '/everything.dll')).toEqual(swap('/secret.txt'));
    expect(entry(after, '/secret.txt')).toEqual(swap('/everything.dll'));
  });

  describe('hard links', () => {
    const names = ['/Program Files/linked as well.txt', '/linked too.txt', '/linked.txt'];

    test.for(['linked.txt', 'linked too.txt', 'Program Files/linked as well.txt'])('all get the content that is written to %s', async (name) => {
      const { before, after } = await changed(async (at) => { await writeFile(at(name), 'for all names'); });
      expectOthersUnchanged(before, after, ...names, '/', '/Program Files');
      const now = entry(after, `/${name}`);
      for (const path of names) { expect(entry(after, path)).toEqual(now); }
      expect(now.names).toEqual(names);
      expect(kept(now)).toEqual(kept(entry(before, '/linked.txt')));
      expect(now.sizeBytes).toBe('for all names'.length);
    });

    test('stay when one name is renamed, deleted or added', async () => {
      const { before, after } = await changed(async (at) => {
        await rename(at('linked too.txt'), at('Windows/renamed.txt'));
        await link(at('linked.txt'), at('fourth.txt'));
        await unlink(at('Program Files/linked as well.txt'));
      });
      const expected = { ...entry(before, '/linked.txt'), names: ['/Windows/renamed.txt', '/fourth.txt', '/linked.txt'] };
      for (const path of expected.names) { expect(entry(after, path)).toEqual(expected); }
      for (const path of names.slice(0, 2)) { expect(after[path]).toBeUndefined(); }
    });

    test('stay when a name is changed and then renamed', async () => {
      const { before, after } = await changed(async (at) => {
        await writeFile(at('linked too.txt'), 'for all names');
        await rename(at('linked too.txt'), at('Windows/renamed.txt'));
      });
      const expected = ['/Program Files/linked as well.txt', '/Windows/renamed.txt', '/linked.txt'];
      for (const path of expected) { expect(entry(after, path)).toMatchObject({ ...kept(entry(before, '/linked.txt')), names: expected, sizeBytes: 13 }); }
    });

    test('of a file that had one name get all that it has', async () => {
      const { before, after } = await changed(async (at) => { await link(at('everything.dll'), at('Windows/too.dll')); });
      const expected = { ...entry(before, '/everything.dll'), names: ['/Windows/too.dll', '/everything.dll'] };
      for (const path of expected.names) { expect(entry(after, path)).toEqual({ ...expected, shortName: path === '/everything.dll' ? expected.shortName : '' }); }
    });
  });

  test('keeps junctions and symbolic links what they are when they are renamed or moved', async () => {
    const { before, after } = await changed(async (at) => {
      await rename(at('Documents and Settings'), at('Windows/Documents'));
      await rename(at('symbolic link.txt'), at('other name.txt'));
      await symlink('plain.txt', at('new link'));
    });
    expect({ ...entry(after, '/Windows/Documents'), names: [] }).toEqual({ ...entry(before, '/Documents and Settings'), names: [] });
    expect({ ...entry(after, '/other name.txt'), names: [] }).toEqual({ ...entry(before, '/symbolic link.txt'), names: [] });
  });

  test('keeps a junction that is moved out of a folder before the folder is deleted', async () => {
    const bench = await workbench();
    const first = await changed(async (at) => { await rename(at('Documents and Settings'), at('Program Files/Documents')); }, bench);
    const mountPath = await bench.mount(first.wim);
    await rename(join(mountPath, 'Program Files/Documents'), join(mountPath, 'Documents'));
    await rm(join(mountPath, 'Program Files'), { recursive: true });
    await bench.dismount(mountPath, true);
    expect({ ...entry(await readTree(first.wim), '/Documents'), names: [] }).toEqual({ ...entry(first.before, '/Documents and Settings'), names: [] });
  });

  test('shows named streams as attributes, and stores what becomes of them', async () => {
    const data = pseudoRandom(1400, 8);
    const { before, after } = await changed(async (at) => {
      expect(listAttributes(at('streams.txt')).sort()).toEqual(['user.Zone.Identifier', 'user.second']);
      expect(getAttribute(at('streams.txt'), 'user.second')).toEqual(volumeFiles['streams.txt'].streams.second);
      setAttribute(at('streams.txt'), 'user.second', data);
      removeAttribute(at('streams.txt'), 'user.Zone.Identifier');
      setAttribute(at('streams.txt'), 'user.third', 'a third');
      setAttribute(at('streams.txt'), 'user.empty', '');
      setAttribute(at('plain.txt'), 'user.first', 'first');
      setAttribute(at('folder with stream'), 'user.note', 'changed');
      setAttribute(at('Windows'), 'user.on a folder', 'new');
      await writeFile(at('new.txt'), 'new');
      setAttribute(at('new.txt'), 'user.of a new file', 'new');
      removeAttribute(at('everything.dll'), 'user.extra');
      setAttribute(at('linked too.txt'), 'user.tag', 'changed for all');
    });
    const sizes = (path: string): Record<string, number> =>
      Object.fromEntries(Object.entries(entry(after, path).streams).map(([name, [size]]) => [name, size]));
    expect(sizes('/streams.txt')).toEqual({ second: 1400, third: 7, empty: 0 });
    expect(sizes('/plain.txt')).toEqual({ first: 5 });
    expect(sizes('/folder with stream')).toEqual({ note: 7 });
    expect(sizes('/Windows')).toEqual({ 'on a folder': 3 });
    expect(sizes('/new.txt')).toEqual({ 'of a new file': 3 });
    expect(sizes('/everything.dll')).toEqual({});
    for (const path of ['/linked.txt', '/linked too.txt', '/Program Files/linked as well.txt']) { expect(sizes(path)).toEqual({ tag: 15 }); }
    for (const path of ['/streams.txt', '/plain.txt', '/everything.dll', '/Windows', '/linked.txt']) {
      expect({ ...entry(after, path), streams: {} }).toEqual({ ...entry(before, path), streams: {} });
    }
  });

  test('drops a short name where it would occur twice, and keeps it elsewhere', async () => {
    const { after } = await changed(async (at) => {
      await writeFile(at('Windows/ALONGF~1.TEX'), 'has the name');
      await rename(at('A long file name.text'), at('Windows/A long file name.text'));
      await rename(at('Program Files/in it.txt'), at('Windows/in it.txt'));
    });
    expect(entry(after, '/Windows/A long file name.text').shortName).toBe('');
    expect(entry(after, '/Windows/in it.txt').shortName).toBe('INIT~1.TXT');
  });

  test('gives a new file what Windows gives to one: no descriptor of its own, no short name, the time of now', async () => {
    const { after } = await changed(async (at) => { await writeFile(at('new.txt'), 'new'); await mkdir(at('new folder')); });
    const now = BigInt(Date.now()) * 10_000n + 116_444_736_000_000_000n;
    for (const path of ['/new.txt', '/new folder']) {
      const one = entry(after, path);
      expect(one).toMatchObject({ security: '', shortName: '', attributes: path === '/new.txt' ? 0x80 : 0x10 });
      expect(now - BigInt(one.created) < 600_000_000n, path).toBe(true);
    }
  });

  test('is what an NTFS volume gets when the saved image is applied to it', async () => {
    const bench = await workbench();
    const { after, wim } = await changed(async (at) => {
      await appendFile(at('everything.dll'), 'more');
      await rename(at('everything.dll'), at('Windows/everything.dll'));
      await rename(at('Program Files'), at('Programs'));
      await writeFile(at('linked too.txt'), 'for all names');
      await rename(at('Documents and Settings'), at('Documents'));
      await writeFile(at('new.txt'), 'new');
      await rm(at('Windows/WinSxS'), { recursive: true });
    }, bench);
    const volume = join(bench.folder, 'other.img');
    await runProgram('truncate', '--size=32M', volume);
    await runProgram('mkntfs', '--force', '--quick', '--quiet', volume);
    await imagex('apply', wim, '1', volume);
    const again = join(bench.folder, 'again.wim');
    await imagex('capture', volume, again, 'Again', '--norpfix');
    const applied = await readTree(again);
    // What has no descriptor inherits one there, and every file is to be archived.
    const comparable = (tree: Tree) => Object.fromEntries(Object.entries(tree).map(([path, one]) =>
      [path, { ...one, security: path === '/new.txt' ? '' : one.security, attributes: one.attributes & ~0xa0 }]));
    expect(comparable(applied)).toEqual(comparable(after));
  });
});

describe.runIf(isRoot)('named streams that no file system of the changes can hold', () => {
  test('are kept, though they are not shown', async () => {
    const bench = await workbench();
    const wim = join(bench.folder, 'large.wim');
    await writeFile(wim, hostileContents.largeStream());
    const before = await readTree(wim);
    const mountPath = await bench.mount(wim);
    expect(await readFile(join(mountPath, 'large.txt'), 'utf8')).toBe('large');
    expect(listAttributes(join(mountPath, 'large.txt'))).toEqual([]);
    await appendFile(join(mountPath, 'large.txt'), ' and more');
    await rename(join(mountPath, 'good.txt'), join(mountPath, 'renamed.txt'));
    await bench.save(mountPath);
    await appendFile(join(mountPath, 'renamed.txt'), ' again');
    setAttribute(join(mountPath, 'renamed.txt'), 'user.new', 'a new one');
    await bench.dismount(mountPath, true);
    await imagex('verify', wim);
    const after = await readTree(wim);
    expect(after['/large.txt']).toMatchObject({ streams: before['/large.txt']?.streams, sizeBytes: 14 });
    expect(after['/renamed.txt']?.streams).toEqual({ ...before['/good.txt']?.streams, new: [9, expect.any(String)] });
  });

  test('are found in a solid file, too', async () => {
    const bench = await workbench();
    const raw = join(bench.folder, 'raw.wim');
    await writeFile(raw, hostileContents.largeStream());
    const wim = join(bench.folder, 'solid.esd');
    await imagex('export', raw, 'all', wim, '--solid');
    const before = await readTree(wim);
    const mountPath = await bench.mount(wim);
    await appendFile(join(mountPath, 'large.txt'), ' and more');
    await bench.dismount(mountPath, true);
    await imagex('verify', wim);
    expect((await readTree(wim))['/large.txt']).toMatchObject({ streams: before['/large.txt']?.streams, sizeBytes: 14 });
  });

  test('take part in no trick: streams with the names of overlay attributes stay streams', async () => {
    const bench = await workbench();
    const wim = join(bench.folder, 'trick.wim');
    const streams = Object.entries({ 'overlay.redirect': '/victim.txt', 'overlay.metacopy': '', 'overlay.opaque': 'y', 'overlay.origin': '' })
      .map(([name, text]) => ({ name, data: Buffer.from(text) }));
    const children: RawNode[] = [
      { name: 'victim.txt', data: Buffer.from('victim') },
      { name: 'trick.txt', data: Buffer.from('trick'), streams },
      { name: 'folder', streams, children: [{ name: 'in it.txt', data: Buffer.from('in it') }] },
    ];
    await writeFile(wim, rawWim({ images: [{ root: { name: '', children } }] }));
    const before = await readTree(wim);
    const mountPath = await bench.mount(wim);
    await appendFile(join(mountPath, 'trick.txt'), ' changed');
    await writeFile(join(mountPath, 'folder/new.txt'), 'new');
    // Whoever works in the mount can set such an attribute, too.
    setAttribute(join(mountPath, 'victim.txt'), 'user.overlay.redirect', '/trick.txt');
    await bench.dismount(mountPath, true);
    expect(await appliedImage(bench, wim)).toEqual({
      'victim.txt': 'file "victim"', 'trick.txt': 'file "trick changed"', folder: 'folder', 'folder/in it.txt': 'file "in it"', 'folder/new.txt': 'file "new"',
    });
    const after = await readTree(wim);
    for (const path of ['/trick.txt', '/folder']) { expect(after[path]?.streams).toEqual(before[path]?.streams); }
  });
});

describe.runIf(isRoot)('reparse points that are no links', () => {
  const IO_REPARSE_TAG_WOF = 0x80000017;

  test('are kept while they are not written to, and are plain files afterwards', async () => {
    const bench = await workbench();
    const wim = join(bench.folder, 'wof.wim');
    const reparse = { tag: IO_REPARSE_TAG_WOF, data: Buffer.from('not documented') };
    const names = ['untouched.txt', 'renamed.txt', 'written.txt'];
    await writeFile(wim, rawWim({ images: [{ root: { name: '', children: names.map((name) => ({ name, reparse, data: Buffer.from(name) })) } }] }));
    const before = await readTree(wim);
    const mountPath = await bench.mount(wim);
    expect((await readdir(mountPath)).sort()).toEqual([...names].sort());
    await rename(join(mountPath, 'renamed.txt'), join(mountPath, 'other.txt'));
    await writeFile(join(mountPath, 'written.txt'), 'plain');
    await bench.dismount(mountPath, true);
    await imagex('verify', wim);
    const after = await readTree(wim);
    expect(after['/untouched.txt']).toEqual(before['/untouched.txt']);
    expect({ ...after['/other.txt'], names: [] }).toEqual({ ...before['/renamed.txt'], names: [] });
    expect(after['/written.txt']).toMatchObject({ reparseTag: 0, sizeBytes: 5 });
    expect((after['/written.txt']?.attributes ?? 0) & 0x400).toBe(0);
  });
});

test.runIf(isRoot)('a link of a solid file stays what it is when it is renamed', async () => {
  const bench = await workbench();
  const volumeWim = await ntfsWim(bench.folder);
  const wim = join(bench.folder, 'solid.esd');
  await imagex('export', volumeWim, 'all', wim, '--solid');
  const before = await readTree(wim);
  const mountPath = await bench.mount(wim);
  expect(await readlink(join(mountPath, 'symbolic link.txt'))).toBe('plain.txt');
  await rename(join(mountPath, 'symbolic link.txt'), join(mountPath, 'other link'));
  await rename(join(mountPath, 'Documents and Settings'), join(mountPath, 'Documents'));
  await bench.dismount(mountPath, true);
  const after = await readTree(wim);
  expect({ ...after['/other link'], names: [] }).toEqual({ ...before['/symbolic link.txt'], names: [] });
  expect({ ...after['/Documents'], names: [] }).toEqual({ ...before['/Documents and Settings'], names: [] });
});
