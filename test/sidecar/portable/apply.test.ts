/** Applying an image to a folder or volume: what comes of it, what is said before, and that nothing is ever written outside of the target. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, readlink, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { DismError } from '../../../sidecar/src/errors.ts';
import { runWimJob } from '../../../sidecar/src/wimJobs/jobProcess.ts';
import { doublingWim, hostileContents, hostileMetadata, junction, symlink as linkData } from '../../helpers/hostileWims.ts';
import { detailedList, failure, readFolder, workbench, type Params, type Workbench } from '../../helpers/mounts.ts';
import { isRoot } from '../../helpers/nobody.ts';
import { ntfsVolume, ntfsWim } from '../../helpers/ntfs.ts';
import { rawWim, type RawNode } from '../../helpers/rawWim.ts';
import { testContext } from '../../helpers/operationContext.ts';
import { sourceProgram } from '../../helpers/sourceCommand.ts';
import { stopJobs } from '../../helpers/wimJobs.ts';
import { captureWim, imagex, ordinaryTree, pseudoRandom, writeTree } from '../../helpers/wims.ts';

const run = promisify(execFile);

async function makeTarget(bench: Workbench, name = 'target'): Promise<string> {
  const path = join(bench.folder, name);
  await mkdir(path);
  return path;
}

/** Applies a file of these bytes. Around the target lies what nobody may touch. */
async function applyBytes(bench: Workbench, bytes: Uint8Array, options: Partial<Params<'applyImage'>> = {}) {
  const imagePath = join(bench.folder, 'a.wim');
  await writeFile(imagePath, bytes);
  const around = join(bench.folder, 'around');
  await mkdir(join(around, 'target'), { recursive: true });
  await writeFile(join(around, 'outside.txt'), 'untouched');
  const applyPath = join(around, 'target');
  const outcome = await bench.call('applyImage', { imagePath, imageIndex: 1, applyPath, ...options }).then((result) => result, (error: unknown) => error as Error);
  expect(await readdir(around)).toEqual(['outside.txt', 'target']);
  expect(await readFile(join(around, 'outside.txt'), 'utf8')).toBe('untouched');
  expect((await readdir(bench.folder)).sort()).toEqual(['a.wim', 'around', ...(await readdir(bench.folder)).includes('state') ? ['state'] : []]);
  return { outcome, applyPath };
}

const file = (name: string, more: Partial<RawNode> = {}): RawNode => ({ name, data: Buffer.from(name), ...more });
const image = (children: readonly RawNode[]): Buffer => rawWim({ images: [{ root: { name: '', children } }] });

describe('a folder', () => {
  test.for([['LZX', {}], ['none', {}], ['LZMS', { solid: true }]] as const)('gets what the image has: %s %j', async ([compress, options]) => {
    const bench = await workbench();
    const tree = await writeTree(join(bench.folder, 'tree'), ordinaryTree);
    await symlink('readme.txt', join(tree, 'link'));
    const imagePath = await captureWim(tree, join(bench.folder, 'a.wim'), { compress, name: 'One', integrity: true, ...options });
    const applyPath = await makeTarget(bench);
    const result = await bench.call('applyImage', { imagePath, imageName: 'One', applyPath, checkIntegrity: true, verify: true });
    expect(result).toMatchObject({ path: applyPath, imagePath, imageIndex: 1, plan: null, warnings: [] });
    expect(result.sizeBefore).toBe(result.sizeAfter);
    expect(await readFolder(applyPath)).toEqual(await readFolder(tree));
    expect(bench.context.lines.filter((line) => line.includes('without confinement'))).toEqual(isRoot ? [] : [expect.stringContaining('EPERM')]);
  });

  test('keeps what is there beside the image, and takes its files in place of others', async () => {
    const bench = await workbench();
    const imagePath = await captureWim(await writeTree(join(bench.folder, 'tree'), { 'a.txt': 'new', 'b/c.txt': 'c' }), join(bench.folder, 'a.wim'));
    const applyPath = await makeTarget(bench);
    await writeTree(applyPath, { 'a.txt': 'old', 'b/own.txt': 'own', 'own.txt': 'own' });
    // A link in the place of a file is taken away, and what it leads to is not written to.
    await writeFile(join(bench.folder, 'precious.txt'), 'precious');
    await symlink(join(bench.folder, 'precious.txt'), join(applyPath, 'b', 'c.txt'));
    await bench.call('applyImage', { imagePath, imageIndex: 1, applyPath });
    expect(await readFolder(applyPath)).toEqual({
      'a.txt': 'file "new"', b: 'folder', 'b/c.txt': 'file "c"', 'b/own.txt': 'file "own"', 'own.txt': 'file "own"',
    });
    expect(await readFile(join(bench.folder, 'precious.txt'), 'utf8')).toBe('precious');
  });

  test('gets a split image, from its first part, with a pattern or without', async () => {
    const bench = await workbench();
    const tree = await writeTree(join(bench.folder, 'tree'), { ...ordinaryTree, large: pseudoRandom(900_000, 4), larger: pseudoRandom(900_000, 5) });
    const whole = await captureWim(tree, join(bench.folder, 'a.wim'));
    await imagex('split', whole, join(bench.folder, 'a.swm'), '1');
    expect((await readdir(bench.folder)).filter((name) => name.endsWith('.swm')).length).toBeGreaterThan(1);
    for (const [at, splitImageFilePattern] of [undefined, join(bench.folder, 'a*.swm')].entries()) {
      const applyPath = await makeTarget(bench, `target ${at}`);
      await bench.call('applyImage', { imagePath: join(bench.folder, 'a.swm'), imageIndex: 1, applyPath, splitImageFilePattern });
      expect(await readFolder(applyPath)).toEqual(await readFolder(tree));
    }
  });

  test('is foreseen by a dry run: what gets lost, how much it takes, and nothing is written', async () => {
    const bench = await workbench();
    const node = file('all.txt', { shortName: 'ALL~1.TXT', attributes: 0x22, securityId: 0, streams: [{ name: 's', data: Buffer.from('s') }] });
    const { outcome, applyPath } = await applyBytes(bench, rawWim({
      images: [{ root: { name: '', children: [node, file('dedup', { reparse: { tag: 0x80000013, data: Buffer.from('x') } })] }, securityDescriptors: [Buffer.alloc(20, 1)] }],
    }), { validateOnly: true });
    expect(outcome).toMatchObject({
      warnings: ['A Linux folder has no place for what the image has of these: security descriptors, DOS attributes, short names, named streams, '
        + 'reparse points that are no links, creation times. Apply it to an NTFS volume to keep them'],
      plan: { files: 2, directories: 1, writes: [{ path: applyPath, change: 'Filled', freeBytes: expect.any(Number) as number }] },
    });
    expect(await readdir(applyPath)).toEqual([]);
  });

  test('must be there; and what only Windows can do is refused by name', async () => {
    const bench = await workbench();
    const imagePath = await captureWim(await writeTree(join(bench.folder, 'tree'), { a: 'a' }), join(bench.folder, 'a.wim'));
    const applyPath = join(bench.folder, 'none');
    expect(await failure(bench.call('applyImage', { imagePath, imageIndex: 1, applyPath }))).toMatchObject({ symbol: 'ERROR_PATH_NOT_FOUND' });
    await mkdir(applyPath);
    expect(await failure(bench.call('applyImage', { imagePath, imageIndex: 2, applyPath }))).toMatchObject({ symbol: 'DISMAPI_E_INVALID_IMAGE_INDEX' });
    expect(await failure(bench.call('applyImage', { imagePath, imageName: 'x', applyPath }))).toMatchObject({ symbol: 'DISMAPI_E_INVALID_IMAGE_NAME' });
    for (const [name, spelled] of [['compact', '-Compact'], ['confirmTrustedFile', '-ConfirmTrustedFile'], ['wimBoot', '-WIMBoot'], ['supportEa', '-SupportEa']] as const) {
      expect(await failure(bench.call('applyImage', { imagePath, imageIndex: 1, applyPath, [name]: true }))).toMatchObject({
        symbol: 'ERROR_NOT_SUPPORTED', message: expect.stringContaining(`(${spelled})`) as string,
      });
    }
    expect(await readdir(applyPath)).toEqual([]);
  });

  test('that was empty is empty again where it is cancelled, or the image is damaged', async () => {
    const bench = await workbench();
    const tree = await writeTree(join(bench.folder, 'tree'), Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`folder ${i % 7}/${i}`, pseudoRandom(1_000_000, i)])));
    const imagePath = await captureWim(tree, join(bench.folder, 'a.wim'), { compress: 'LZX' });
    const applyPath = await makeTarget(bench);
    const controller = new AbortController();
    let stopped = 0;
    const work = failure(bench.call('applyImage', { imagePath, imageIndex: 1, applyPath }, {
      signal: controller.signal, onProgress: ({ phase, current }) => {
        if (phase !== 'Writing' || current === 0 || stopped > 0) { return; }
        stopped = stopJobs();
        controller.abort();
      },
    }));
    expect(await work).toMatchObject({ symbol: 'ERROR_CANCELLED' });
    expect(stopped).toBe(1);
    expect(await readdir(applyPath)).toEqual([]);
    const bytes = await readFile(imagePath);
    bytes.fill(0xaa, 20_000_000, 20_000_500);
    await writeFile(imagePath, bytes);
    expect(await failure(bench.call('applyImage', { imagePath, imageIndex: 1, applyPath }))).toMatchObject({ symbol: expect.stringMatching(/^(?:ERROR_FILE_CORRUPT|WIM_E_INVALID_CONTAINER|ERROR_CRC)$/) as string });
    expect(await readdir(applyPath)).toEqual([]);
  });

  test.runIf(isRoot)('that is too small is refused before anything is written', async () => {
    const bench = await workbench();
    const imagePath = await captureWim(await writeTree(join(bench.folder, 'tree'), { a: pseudoRandom(3_000_000, 1) }), join(bench.folder, 'a.wim'));
    const applyPath = await makeTarget(bench);
    await run('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'small', applyPath]);
    try {
      expect(await failure(bench.call('applyImage', { imagePath, imageIndex: 1, applyPath }))).toMatchObject({
        symbol: 'ERROR_DISK_FULL', message: expect.stringContaining('the image has 3 MB, and 1 MB are free') as string,
      });
      expect(await readdir(applyPath)).toEqual([]);
    } finally {
      await run('umount', [applyPath]);
    }
  });
});

describe('an image that was made to write outside of its target', () => {
  test.for([
    ['dotDot', 'WIM_E_EXTRACT_OUTSIDE_IMAGE'], ['separators', 'WIM_E_EXTRACT_OUTSIDE_IMAGE'], ['embeddedNul', 'WIM_E_EXTRACT_OUTSIDE_IMAGE'],
    ['duplicateNames', 'WIM_E_DUPLICATE_NAME'], ['longName', 'ERROR_FILENAME_EXCED_RANGE'], ['deep', 'ERROR_FILENAME_EXCED_RANGE'],
  ] as const)('%s is refused before anything is written', async ([name, symbol]) => {
    const bench = await workbench();
    const { outcome, applyPath } = await applyBytes(bench, hostileContents[name]());
    expect(outcome).toMatchObject({ symbol });
    expect(await readdir(applyPath)).toEqual([]);
  });

  test.for(Object.keys(hostileMetadata) as (keyof typeof hostileMetadata)[])('%s is refused as damaged', async (name) => {
    const bench = await workbench();
    const { outcome, applyPath } = await applyBytes(bench, hostileMetadata[name]());
    expect(outcome).toHaveProperty('symbol');
    expect(await readdir(applyPath)).toEqual([]);
  });

  test.for(['reservedNames', 'caseTwins', 'absoluteSymlinks', 'badSecurity', 'badBootIndex', 'largeStream'] as const)('%s stays in its target', async (name) => {
    const bench = await workbench();
    const { outcome, applyPath } = await applyBytes(bench, hostileContents[name]());
    if (name === 'reservedNames') {
      // One of the names has half of a character, which no path can have.
      if ('symbol' in outcome) { expect(await readdir(applyPath)).toEqual([]); }
      return;
    }
    if (name !== 'absoluteSymlinks') { expect(outcome).not.toHaveProperty('symbol'); }
    if (name === 'caseTwins') {
      expect(await readFolder(applyPath)).toEqual({
        'File.txt': 'file "mixed"', 'FILE.TXT': 'file "upper"', 'file.txt': 'file "lower"', Folder: 'folder', 'Folder/a': 'file "in Folder"', FOLDER: 'folder', 'FOLDER/b': 'file "in FOLDER"',
      });
    }
  });

  test('has a name twice, among others that differ in case only, and is refused', async () => {
    for (const names of [['a', 'A', 'b', 'A'], ['a', 'A', 'b', 'a'], ['\u00e4', '\u00c4', '\u00e4']]) {
      const bench = await workbench();
      const { outcome, applyPath } = await applyBytes(bench, image([{ name: 'folder', children: names.map((name) => file(name)) }]));
      expect(outcome).toMatchObject({ symbol: 'WIM_E_DUPLICATE_NAME', message: expect.stringContaining(`"\\folder\\${names.at(-1) ?? ''}"`) as string });
      expect(await readdir(applyPath)).toEqual([]);
    }
  });

  test('hides files behind a link or a file of its own, and is refused', async () => {
    for (const front of [{ reparse: linkData('\\??\\C:\\..\\..\\outside', false), attributes: 0x10 }, { reparse: junction('\\??\\C:\\'), attributes: 0x10 }, { data: Buffer.from('x'), attributes: 0x80 }]) {
      const bench = await workbench();
      const { outcome, applyPath } = await applyBytes(bench, image([{ name: 'front', ...front, children: [file('passwd')] }, file('good.txt')]));
      expect(outcome).toMatchObject({ symbol: 'WIM_E_EXTRACT_OUTSIDE_IMAGE', message: expect.stringContaining('"\\front" is no folder, but something is in it') as string });
      expect(await readdir(applyPath)).toEqual([]);
    }
  });

  test('of few bytes and files without end is refused', async () => {
    const bench = await workbench();
    const { outcome } = await applyBytes(bench, doublingWim());
    expect(outcome).toHaveProperty('symbol');
  });

  test('meets links in the target, and is refused', async () => {
    const bench = await workbench();
    const imagePath = await captureWim(await writeTree(join(bench.folder, 'tree'), { 'Windows/a.txt': 'a', 'x/y/z.txt': 'z' }), join(bench.folder, 'a.wim'));
    const outside = await makeTarget(bench, 'outside');
    const applyPath = await makeTarget(bench);
    await symlink(outside, join(applyPath, 'Windows'));
    const error = await failure(bench.call('applyImage', { imagePath, imageIndex: 1, applyPath }));
    expect(error).toMatchObject({ symbol: 'ERROR_ALREADY_EXISTS', message: expect.stringContaining('it is a symbolic link') as string });
    expect([await readdir(outside), await readdir(applyPath), await readlink(join(applyPath, 'Windows'))]).toEqual([[], ['Windows'], outside]);
    await writeFile(join(applyPath, 'x'), 'a file');
    await run('rm', [join(applyPath, 'Windows')]);
    expect(await failure(bench.call('applyImage', { imagePath, imageIndex: 1, applyPath }))).toMatchObject({ message: expect.stringContaining('it is no folder, but one in the image') as string });
  });
});

describe.runIf(isRoot)('a link that somebody puts into the target while it is written to', () => {
  test('leads nowhere, however often it comes and goes', async () => {
    const bench = await workbench();
    const tree = Object.fromEntries(Array.from({ length: 800 }, (_, i) => [`d/${i % 20}/${i}.txt`, `content ${i}`]));
    const imagePath = await captureWim(await writeTree(join(bench.folder, 'tree'), tree), join(bench.folder, 'a.wim'));
    const outside = await writeTree(await makeTarget(bench, 'outside'), Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`${i}/kept`, 'kept'])));
    const before = await readFolder(outside);
    const script = 'while :; do mv d real && ln -s "$0" d; rm -f d; mv real d; done 2>/dev/null';
    for (let round = 0; round < 5; round++) {
      const target = await makeTarget(bench, `target ${round}`);
      await mkdir(join(target, 'd'));
      const attacker = spawn('sh', ['-c', script, outside], { cwd: target, stdio: 'ignore', detached: true });
      try {
        const job = { source: { path: imagePath }, imageIndex: 1, target, isVolume: false, what: 'Cannot apply' };
        const outcome = await runWimJob('applyImage', job, testContext('imageFile/apply')).then(() => undefined, (error: unknown) => error);
        if (outcome !== undefined) { expect(outcome).toBeInstanceOf(DismError); }
      } finally {
        if (attacker.pid !== undefined) { process.kill(-attacker.pid, 'SIGKILL'); }
        await once(attacker, 'exit');
      }
      expect(await readFolder(outside)).toEqual(before);
    }
  });

  test('is not written through by a confined process, and nobody else is confined', async () => {
    const bench = await workbench();
    const [target, outside] = [await makeTarget(bench), await makeTarget(bench, 'outside')];
    await symlink(outside, join(target, 'out'));
    const [program, ...args] = sourceProgram('./confinedProgram.ts');
    const files = [join(target, 'in'), join(target, 'out', 'x'), join(outside, 'y'), join(target, '..', 'z')];
    const { stdout } = await run(program, [...args, target, ...files]);
    expect(stdout.trim().split('\n')).toEqual(['written', 'EROFS', 'EROFS', 'EROFS']);
    expect([await readdir(outside), (await readdir(target)).sort()]).toEqual([[], ['in', 'out']]);
    await writeFile(join(outside, 'still writable'), '');
  });
});

describe.runIf(isRoot)('an NTFS volume', () => {
  /** An empty volume. */
  const emptyVolume = async (bench: Workbench): Promise<string> => await ntfsVolume(join(bench.folder, 'target.img'), {});

  test('gets everything that NTFS has: what is captured from it again is the same', async () => {
    const bench = await workbench();
    const imagePath = await ntfsWim(bench.folder);
    const applyPath = await emptyVolume(bench);
    const result = await bench.call('applyImage', { imagePath, imageIndex: 1, applyPath });
    expect(result).toMatchObject({ path: applyPath, warnings: [] });
    const again = join(bench.folder, 'again.wim');
    await bench.call('captureImage', { imagePath: again, capturePath: applyPath, imageName: 'Again' });
    const places = /^\s*(?:Raw )?(?:Offset|Resource|Compressed|Uncompressed|Part|Flags|Blob|Size|Location|Hard link group|Link Group).*$/gim;
    const list = (map: Map<string, string>) => new Map([...map].map(([path, text]) => [path, text.replace(places, '')]));
    expect(list(await detailedList(again))).toEqual(list(await detailedList(imagePath)));
  });

  test('on a device, too; one that is mounted, used or too small is refused', async () => {
    const bench = await workbench();
    const imagePath = await captureWim(await writeTree(join(bench.folder, 'tree'), { ...ordinaryTree }), join(bench.folder, 'a.wim'));
    const volume = await emptyVolume(bench);
    const { stdout } = await run('losetup', ['--find', '--show', volume]);
    const device = stdout.trim();
    try {
      await bench.call('applyImage', { imagePath, imageIndex: 1, applyPath: device });
      expect(await failure(bench.call('applyImage', { imagePath, imageIndex: 1, applyPath: device }))).toMatchObject({
        symbol: 'ERROR_DIR_NOT_EMPTY', hint: expect.stringContaining('mkntfs') as string,
      });
      const mounted = await bench.mountFolder('ntfs');
      await run('mount', ['-t', 'ntfs-3g', device, mounted]);
      try {
        expect(Object.keys(await readFolder(mounted)).sort()).toEqual(Object.keys(await readFolder(join(bench.folder, 'tree'))).sort());
        expect(await failure(bench.call('applyImage', { imagePath, imageIndex: 1, applyPath: device }))).toMatchObject({ symbol: 'ERROR_SHARING_VIOLATION' });
      } finally {
        await run('umount', [mounted]);
      }
    } finally {
      await run('losetup', ['--detach', device]);
    }
    const large = await captureWim(await writeTree(join(bench.folder, 'large tree'), { zeros: Buffer.alloc(40_000_000) }), join(bench.folder, 'large.wim'));
    const small = await ntfsVolume(join(bench.folder, 'small.img'), {}, 16);
    expect(await failure(bench.call('applyImage', { imagePath: large, imageIndex: 1, applyPath: small }))).toMatchObject({ symbol: 'ERROR_DISK_FULL' });
  });

  test('does not get names that Windows cannot have', async () => {
    const bench = await workbench();
    const applyPath = await emptyVolume(bench);
    const imagePath = join(bench.folder, 'a.wim');
    await writeFile(imagePath, image([file('a:b')]));
    expect(await failure(bench.call('applyImage', { imagePath, imageIndex: 1, applyPath }))).toMatchObject({ symbol: 'ERROR_INVALID_NAME' });
  });
});
