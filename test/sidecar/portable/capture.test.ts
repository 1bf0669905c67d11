/** Capturing a folder or volume into a new file: what wimlib-imagex reads of it, what is refused, and that nothing is left behind. */
import { execFile } from 'node:child_process';
import { link, mkdir, readdir, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { appliedImage, detailedList, failure, hashFile, readFolder, until, workbench, type Params, type Workbench } from '../../helpers/mounts.ts';
import { makeSample, sampleFiles } from '../inventory/sampleImage.ts';
import { isRoot } from '../../helpers/nobody.ts';
import { ntfsFiles, ntfsVolume } from '../../helpers/ntfs.ts';
import { stopJobs } from '../../helpers/wimJobs.ts';
import { imagex, ordinaryTree, pseudoRandom, writeTree, type Tree } from '../../helpers/wims.ts';

const run = promisify(execFile);

/** Captures a tree. */
async function captureTree(bench: Workbench, tree: Tree, options: Partial<Params<'captureImage'>> = {}) {
  const capturePath = await writeTree(join(bench.folder, 'tree'), tree);
  const imagePath = join(bench.folder, 'new.wim');
  const result = await bench.call('captureImage', { imagePath, capturePath, imageName: 'Captured', ...options });
  return { capturePath, imagePath, result };
}

/** What lies beside a file that was, or was not, made. */
async function beside(bench: Workbench): Promise<string[]> {
  return (await readdir(bench.folder)).filter((name) => name !== 'state').sort();
}

describe('a folder', () => {
  test('is what wimlib-imagex applies, with hard links, empty folders and symbolic links', async () => {
    const bench = await workbench();
    const tree = await writeTree(join(bench.folder, 'tree'), ordinaryTree);
    await mkdir(join(tree, 'empty'));
    await link(join(tree, 'readme.txt'), join(tree, 'Windows', 'read me too.txt'));
    await symlink('readme.txt', join(tree, 'relative'));
    await symlink('../Windows/System32', join(tree, 'Users', 'up'));
    const { imagePath, result } = await captureTree(bench, {}, { description: 'What it & that "is"' });
    expect(result).toMatchObject({ path: tree, imagePath, imageIndex: 1, sizeBefore: 0, sizeAfter: (await stat(imagePath)).size, plan: null });
    expect(await appliedImage(bench, imagePath)).toEqual(await readFolder(tree));
    const xml = await imagex('info', imagePath, '--xml');
    const text = Buffer.from(xml, 'utf8').toString();
    expect(text.includes('Captured') || (await imagex('info', imagePath)).includes('Captured')).toBe(true);
    const info = await imagex('info', imagePath);
    expect(info).toMatch(/Compression: +XPRESS/);
    expect(info).toMatch(/Description: +What it & that "is"/);
    expect(info).toMatch(/Display Name: +Captured/);
    expect(info).toMatch(/Display Description: +What it & that "is"/);
    expect(result.warnings).toEqual([expect.stringContaining('is captured as a Linux folder')]);
    expect(await beside(bench)).toEqual(['new.wim', 'tree']);
  });

  test.for([
    ['None', /Compression: +None/], ['Fast', /Compression: +XPRESS[^]*Chunk Size: +32768/], ['Max', /Compression: +LZX[^]*Chunk Size: +32768/], ['Recovery', /Compression: +LZMS/],
  ] as const)('is compressed as asked: %s, with an integrity table and verified', async ([compressionType, expected]) => {
    const bench = await workbench();
    const { imagePath, capturePath } = await captureTree(bench, ordinaryTree, { compressionType, checkIntegrity: true, verify: true, setbootable: compressionType !== 'Recovery' });
    const info = await imagex('info', imagePath);
    expect(info).toMatch(expected);
    expect(info).toMatch(compressionType === 'Recovery' ? /Boot Index: +0/ : /Boot Index: +1/);
    expect(info).toMatch(/Integrity Info: +yes|Attributes: .*Integrity/i);
    expect(await appliedImage(bench, imagePath)).toEqual(await readFolder(capturePath));
    expect(bench.context.progressValues.map(({ phase }) => phase)).toContain('Verifying');
  });

  test('needs the list that it is given', async () => {
    const bench = await workbench();
    const path = join(bench.folder, 'none.ini');
    const capture = bench.call('captureImage', { imagePath: join(bench.folder, 'new.wim'), capturePath: bench.folder, imageName: 'x', configFilePath: path });
    expect(await failure(capture)).toMatchObject({
      symbol: 'ERROR_FILE_NOT_FOUND', target: path, message: expect.stringContaining(`"${path}" (-ConfigFilePath) does not exist`) as string,
      hint: expect.stringContaining('-ConfigFilePath') as string,
    });
  });

  test('makes no solid file boot, for nothing would', async () => {
    const bench = await workbench();
    const refused = await failure(bench.call('captureImage', {
      imagePath: join(bench.folder, 'new.esd'), capturePath: bench.folder, imageName: 'x', compressionType: 'Recovery', setbootable: true,
    }));
    expect(refused).toMatchObject({ symbol: 'E_INVALIDARG', hint: expect.stringContaining('leave -Setbootable out') as string });
    const { imagePath, capturePath } = await captureTree(bench, { 'a.txt': 'a' }, { compressionType: 'Recovery' });
    const appended = await failure(bench.call('appendImage', { imagePath, capturePath, imageName: 'x', setbootable: true }));
    expect(appended).toMatchObject({ symbol: 'E_INVALIDARG', hint: expect.stringContaining('Optimize-DismTsImageFile') as string });
  });

  test('for WIMBoot has chunks of 4 KiB and the mark', async () => {
    const bench = await workbench();
    const { imagePath } = await captureTree(bench, ordinaryTree, { wimBoot: true });
    expect(await imagex('info', imagePath)).toMatch(/Compression: +XPRESS[^]*Chunk Size: +4096[^]*WIMBoot compatible: +yes/i);
    const error = await failure(bench.call('captureImage', { imagePath: `${imagePath}2`, capturePath: bench.folder, imageName: 'x', wimBoot: true, compressionType: 'Max' }));
    expect(error).toMatchObject({ symbol: 'E_INVALIDARG', message: expect.stringContaining('WIMBoot needs the compression type Fast') as string });
  });

  test('leaves out what the list says, the default one with a warning', async () => {
    const bench = await workbench();
    const tree = { 'pagefile.sys': 'p', 'keep.txt': 'k', 'Windows/CSC/v': 'c', 'Windows/x.TMP': 't', 'a/b.tmp': 't', 'a/keep.tmp': 'kept' };
    const { imagePath, result } = await captureTree(bench, tree);
    expect(Object.keys(await appliedImage(bench, imagePath))).toEqual(['Windows', 'Windows/x.TMP', 'a', 'a/b.tmp', 'a/keep.tmp', 'keep.txt']);
    expect(result.warnings).toContain('Left out by the default list of exclusions: "pagefile.sys", "Windows/CSC"');
    const configFilePath = join(bench.folder, 'WimScript.ini');
    await writeFile(configFilePath, '[ExclusionList]\r\n*.tmp\r\n"\\quoted"\r\n[ExclusionException]\r\n\\a\\keep.tmp\r\n');
    const { imagePath: other, result: second } = await captureTree(bench, tree, { configFilePath, imagePath: join(bench.folder, 'other.wim') });
    expect(other).not.toBe('');
    expect(Object.keys(await appliedImage(bench, join(bench.folder, 'other.wim')))).toEqual(['Windows', 'Windows/CSC', 'Windows/CSC/v', 'a', 'a/keep.tmp', 'keep.txt', 'pagefile.sys']);
    expect(second.warnings[0]).toBe(`"${configFilePath}", line 3: "\\quoted" has no effect: DISM ignores lines with quotation marks; leave them out, also around names with spaces`.replace('"\\quoted"', '""\\quoted""'));
  });

  test('is compressed as a whole; a list of what is not to be is told of where there is something on it', async () => {
    const bench = await workbench();
    const tree = { 'a.zip': 'zip', 'folder/b.ZIP': 'zip', 'c.txt': 'text' };
    const configFilePath = join(bench.folder, 'WimScript.ini');
    const warningsOf = async (list: string, more: object): Promise<string[]> => {
      await writeFile(configFilePath, `[CompressionExclusionList]\r\n${list}\r\n`);
      const imagePath = join(bench.folder, `${Math.random()}.wim`);
      const { warnings } = await bench.call('captureImage', { imagePath, capturePath: await writeTree(join(bench.folder, 'tree'), tree), imageName: 'x', ...more });
      return warnings.filter((warning) => warning.includes('[CompressionExclusionList]'));
    };
    expect(await warningsOf('*.zip', { configFilePath })).toEqual([expect.stringMatching(/^Compressed all the same, .*: "(a\.zip", "folder\/b\.ZIP|folder\/b\.ZIP", "a\.zip)"$/) as string]);
    expect(await warningsOf('*.mp3', { configFilePath })).toEqual([]);
    expect(await warningsOf('*.zip', { configFilePath, compressionType: 'None' })).toEqual([]);
    expect(await warningsOf('', {})).toEqual([]);
  });

  test('has no links that lead out of it, unless they are asked for', async () => {
    const bench = await workbench();
    const tree = await writeTree(join(bench.folder, 'tree'), { 'in.txt': 'in' });
    await symlink('/etc/passwd', join(tree, 'out'));
    await symlink(join(tree, 'in.txt'), join(tree, 'inside'));
    const { imagePath, result } = await captureTree(bench, {});
    expect(Object.keys(await readTarget(bench, imagePath))).toEqual(['in.txt', 'inside']);
    expect((await readTarget(bench, imagePath))['inside']).toMatch(/^link .*\/in\.txt$/);
    expect(result.warnings.at(-1)).toBe('Left out, because they lead out of the captured folder (-NoRpFix keeps them): "out"');
    await bench.call('captureImage', { imagePath: join(bench.folder, 'all.wim'), capturePath: tree, imageName: 'All', noRpFix: true });
    expect(await readTarget(bench, join(bench.folder, 'all.wim'))).toMatchObject({ out: 'link /etc/passwd', inside: `link ${tree}/in.txt` });
  });

  test.for([
    [{ 'a:b': 'x' }, 'ERROR_INVALID_NAME', 'Windows cannot have files with these names: "a:b"'],
    [{ 'deep/what?.txt': 'x', 'deep/tab\tname': '' }, 'ERROR_INVALID_NAME', 'these names: '],
    [{ 'a/File.txt': '1', 'a/FILE.TXT': '2', 'a/\u00e9': '', 'a/\u00c9': '' }, 'ERROR_INVALID_NAME', 'in case only'],
    [{}, 'E_INVALIDARG', 'there is nothing in the folder'],
    [{ 'pagefile.sys': 'x' }, 'E_INVALIDARG', 'there is nothing in the folder'],
  ] as const)('with %j is refused: %s', async ([tree, symbol, message]) => {
    const bench = await workbench();
    await mkdir(join(bench.folder, 'tree'));
    const error = await failure(captureTree(bench, tree));
    expect(error).toMatchObject({ symbol, message: expect.stringContaining(message) as string });
    expect(await beside(bench)).toEqual(['tree']);
  });

  test('warns of links that Linux alone can follow, which come back as they were', async () => {
    const bench = await workbench();
    const tree = await writeTree(join(bench.folder, 'tree'), { 'a.txt': 'a' });
    await symlink('plain/name', join(tree, 'plain'));
    for (let at = 1; at <= 7; at++) { await symlink(`name\\${at}/x`, join(tree, `link${at}`)); }
    for (const validateOnly of [true, false]) {
      const { imagePath, result } = await captureTree(bench, {}, { validateOnly });
      const [warning, ...more] = result.warnings.slice(1);
      expect(warning).toMatch(/^Windows cannot follow these links, for a backslash .*: (?:"link\d", ){4}"link\d" and 2 more$/);
      expect(more).toEqual([]);
      if (!validateOnly) { expect(await appliedImage(bench, imagePath)).toMatchObject({ plain: 'link plain/name', link7: 'link name\\7/x' }); }
    }
  });

  test('with a name that is no UTF-8 is refused, and pipes and sockets are left out with a warning', async () => {
    const bench = await workbench();
    const tree = await writeTree(join(bench.folder, 'tree'), { 'a.txt': 'a', 'con.txt': 'c' });
    await run('mkfifo', [join(tree, 'pipe')]);
    const { imagePath, result } = await captureTree(bench, {});
    expect(Object.keys(await appliedImage(bench, imagePath))).toEqual(['a.txt', 'con.txt']);
    expect(result.warnings.slice(1)).toEqual(['Few programs of Windows can open files with these names: "con.txt"', 'Left out, because an image holds no sockets, pipes and devices: "pipe"']);
    await writeFile(Buffer.from(`${tree}/\xff\xfe`, 'latin1'), '');
    expect(await failure(captureTree(bench, {}, { imagePath: join(bench.folder, 'b.wim') }))).toMatchObject({ symbol: 'ERROR_INVALID_NAME' });
  });

  test('may hold the file that is made', async () => {
    const bench = await workbench();
    const tree = await writeTree(join(bench.folder, 'tree'), { 'a.txt': 'a' });
    await captureTree(bench, {}, { imagePath: join(tree, 'self.wim') });
    expect(await appliedImage(bench, join(tree, 'self.wim'))).toEqual({ 'a.txt': 'file "a"' });
    expect((await readdir(tree)).sort()).toEqual(['a.txt', 'self.wim']);
  });

  test('with a Windows has its edition as FLAGS', async () => {
    const bench = await workbench();
    const { imagePath } = await captureTree(bench, Object.fromEntries(sampleFiles(makeSample())));
    expect(await imagex('info', imagePath)).toMatch(/Edition ID: +Professional[^]*Flags: +Professional|Flags: +Professional[^]*Edition ID: +Professional/);
  });
});

/** What an image is once it is applied with its links fixed. */
async function readTarget(bench: Workbench, wim: string): Promise<Record<string, string>> {
  const target = join(bench.folder, `target ${Math.random()}`);
  await mkdir(target);
  await imagex('apply', wim, '1', target, '--no-acls');
  const found = await readFolder(target);
  await run('rm', ['-r', target]);
  return found;
}

describe('a volume', () => {
  test.runIf(isRoot)('is captured with everything that NTFS has, from a file and from a device', async () => {
    const bench = await workbench();
    const volume = await ntfsVolume(join(bench.folder, 'ntfs.img'), ntfsFiles);
    const imagePath = join(bench.folder, 'new.wim');
    const result = await bench.call('captureImage', { imagePath, capturePath: volume, imageName: 'Volume' });
    expect(result.warnings).toEqual([]);
    await imagex('capture', volume, join(bench.folder, 'judge.wim'), 'Volume', '--norpfix', '--compress=XPRESS');
    expect(await detailedList(imagePath)).toEqual(await detailedList(join(bench.folder, 'judge.wim')));
    const { stdout } = await run('losetup', ['--find', '--show', volume]);
    try {
      await bench.call('captureImage', { imagePath: join(bench.folder, 'device.wim'), capturePath: stdout.trim(), imageName: 'Volume' });
      expect(await detailedList(join(bench.folder, 'device.wim'))).toEqual(await detailedList(imagePath));
      await run('mount', ['-t', 'ntfs-3g', stdout.trim(), await bench.mountFolder('ntfs')]);
      try {
        for (const capturePath of [stdout.trim(), volume]) {
          const error = await failure(bench.call('captureImage', { imagePath: join(bench.folder, 'no.wim'), capturePath, imageName: 'Volume' }));
          expect(error).toMatchObject({ symbol: 'ERROR_SHARING_VIOLATION', message: expect.stringContaining(`is mounted at "${join(bench.folder, 'ntfs')}"`) as string });
        }
        const mounted = await bench.call('captureImage', { imagePath: join(bench.folder, 'mounted.wim'), capturePath: join(bench.folder, 'ntfs'), imageName: 'x', noRpFix: true });
        expect(mounted.warnings[0]).toContain(`To keep them, mount "${stdout.trim()}" read-only, or unmount it and capture that`);
      } finally {
        await run('umount', [join(bench.folder, 'ntfs')]);
      }
      await run('mount', ['-t', 'ntfs-3g', '-o', 'ro', stdout.trim(), join(bench.folder, 'ntfs')]);
      try {
        // Where nobody can write, the folder stands for the volume.
        const shown = join(bench.folder, 'shown.wim');
        expect(await bench.call('captureImage', { imagePath: shown, capturePath: join(bench.folder, 'ntfs'), imageName: 'Volume' })).toMatchObject({ warnings: [] });
        const list = (map: Map<string, string>) => new Map([...map].map(([path, text]) => [path, text.replace(/^Last Access Time.*$/m, '')]));
        expect(list(await detailedList(shown))).toEqual(list(await detailedList(imagePath)));
      } finally {
        await run('umount', [join(bench.folder, 'ntfs')]);
      }
    } finally {
      await run('losetup', ['--detach', stdout.trim()]);
    }
  });

  test('is refused where it is none, or a whole disk', async () => {
    const bench = await workbench();
    const capturePath = join(bench.folder, 'file');
    const attempt = async () => await failure(bench.call('captureImage', { imagePath: join(bench.folder, 'new.wim'), capturePath, imageName: 'x' }));
    expect(await attempt()).toMatchObject({ symbol: 'ERROR_PATH_NOT_FOUND' });
    await writeFile(capturePath, 'no volume');
    await truncate(capturePath, 4096);
    expect(await attempt()).toMatchObject({ symbol: 'ERROR_BAD_FORMAT', message: expect.stringContaining('it holds no NTFS volume') as string });
    const sector = Buffer.alloc(512);
    sector.writeUInt8(7, 446 + 4); sector.writeUInt32LE(2048, 446 + 8); sector.writeUInt32LE(4096, 446 + 12); sector.writeUInt16LE(0xaa55, 510);
    await writeFile(capturePath, sector);
    expect(await attempt()).toMatchObject({ hint: expect.stringContaining('partscan') as string });
  });
});

describe('a new file', () => {
  test('never takes the place of another, and needs its folder', async () => {
    const bench = await workbench();
    const { imagePath, capturePath } = await captureTree(bench, { 'a.txt': 'a' });
    const hash = await hashFile(imagePath);
    expect(await failure(captureTree(bench, {}))).toMatchObject({ symbol: 'ERROR_FILE_EXISTS', hresult: 0x80070050 });
    await symlink('nowhere', join(bench.folder, 'dangling'));
    expect(await failure(captureTree(bench, {}, { imagePath: join(bench.folder, 'dangling') }))).toMatchObject({ symbol: 'ERROR_FILE_EXISTS' });
    expect(await failure(captureTree(bench, {}, { imagePath: join(bench.folder, 'none', 'a.wim') }))).toMatchObject({ symbol: 'ERROR_PATH_NOT_FOUND' });
    expect(await failure(bench.call('captureImage', { imagePath: `${imagePath}2`, capturePath, imageName: 'x', supportEa: true }))).toMatchObject({ symbol: 'ERROR_NOT_SUPPORTED' });
    expect(await hashFile(imagePath)).toBe(hash);
  });

  test('is foreseen by a dry run, which writes nothing', async () => {
    const bench = await workbench();
    const { result } = await captureTree(bench, ordinaryTree, { validateOnly: true, compressionType: 'None' });
    expect(result.plan).toMatchObject({
      files: Object.keys(ordinaryTree).length, bytes: Object.values(ordinaryTree).reduce((sum, content) => sum + Buffer.byteLength(content), 0),
      writes: [{ path: join(bench.folder, 'new.wim'), change: 'New', freeBytes: expect.any(Number) as number }],
    });
    expect(await beside(bench)).toEqual(['tree']);
    const { imagePath } = await captureTree(bench, {}, { compressionType: 'None' });
    expect(result.plan?.writes[0]?.maximumBytes).toBeGreaterThanOrEqual((await stat(imagePath)).size);
  });

  test('is not there where the capture is cancelled, and its job is not waited for', async () => {
    const bench = await workbench();
    const tree = await writeTree(join(bench.folder, 'tree'), Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`${i}`, pseudoRandom(1_000_000, i)])));
    const controller = new AbortController();
    let stopped = 0;
    const work = failure(bench.call('captureImage', { imagePath: join(bench.folder, 'new.wim'), capturePath: tree, imageName: 'x', compressionType: 'Recovery' }, {
      signal: controller.signal, onProgress: ({ phase }) => {
        if (phase === 'Writing' && stopped === 0) {
          stopped = stopJobs();
          controller.abort();
        }
      },
    }));
    expect(await work).toMatchObject({ symbol: 'ERROR_CANCELLED' });
    expect(stopped).toBe(1);
    expect(await beside(bench)).toEqual(['tree']);
    await until('nothing is noted any more', async () => (await readdir(join(bench.stateDirectory, 'unfinished'))).length === 0);
  });
});
