/** Testing image files, and copying single items of them, on the portable engine. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CancelledError } from '../../../sidecar/src/errors.ts';
import { engine, failure, leftovers, useStateDirectory } from '../../helpers/imageFiles.ts';
import { itemLayer } from '../../../sidecar/src/engine/portable/imageFiles/itemLayer.ts';
import { WimFile } from '../../../sidecar/src/wim/wimFile.ts';
import { doublingWim, hostileContents, hostileFiles, hostileMetadata } from '../../helpers/hostileWims.ts';
import { readTree } from '../../helpers/imageTree.ts';
import { asNobody, isRoot } from '../../helpers/nobody.ts';
import { testContext } from '../../helpers/operationContext.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';
import { appendImage, captureWim, imagex, ordinaryTree, ordinaryWim, pseudoRandom, splitWim, writeTree, type CaptureOptions } from '../../helpers/wims.ts';

useStateDirectory();

const context = () => testContext('imageFile/test');

/** Overwrites bytes of a file at the place where another text is, or at an offset. */
function damage(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes.writeUInt8(bytes.readUInt8(at) ^ 0xff, at);
  writeFileSync(path, bytes);
}

describe('imageFile/test', () => {
  test.for([['XPRESS', false, true], ['LZX', false, false], ['none', false, true], ['LZMS', true, false], ['LZMS', false, true]] as const)(
    '%s, solid: %s, integrity: %s: healthy', async ([compress, solid, integrity]) => {
      const folder = tempFolder();
      const path = await ordinaryWim(folder, { compress, solid, integrity });
      const running = context();
      const before = readFileSync(path);
      expect(await engine.testImageFile({ imagePath: path }, running)).toEqual({
        imagePath: path, healthy: true, integrityTable: integrity ? 'Ok' : 'None', contentsChecked: 7, bytesChecked: expect.any(Number) as number,
        damage: [], logPath: '', warnings: [],
      });
      expect(running.progressValues.some(({ phase, total }) => phase === 'Verifying' && total > 500_000)).toBe(true);
      expect(readFileSync(path).equals(before)).toBe(true);
    });

  test('tells all damage, and whose it is', async () => {
    const folder = tempFolder();
    const path = await ordinaryWim(folder, { compress: 'none', integrity: true });
    await writeFile(join(folder, 'source', 'second.txt'), 'only in the second image');
    await appendImage(join(folder, 'source'), path, { name: 'Second', integrity: true });
    const bytes = readFileSync(path);
    damage(path, bytes.indexOf('127.0.0.1'));
    damage(path, bytes.indexOf('only in the second'));
    const { healthy, integrityTable, damage: found, contentsChecked } = await engine.testImageFile({ imagePath: path }, context());
    expect({ healthy, integrityTable, contentsChecked }).toEqual({ healthy: false, integrityTable: 'Damaged', contentsChecked: 8 });
    expect(found.find(({ kind }) => kind === 'Integrity')).toBeDefined();
    expect(found.filter(({ kind }) => kind === 'Content').map(({ imageIndex, paths }) => [imageIndex, paths])).toEqual(expect.arrayContaining([
      [1, ['\\Windows\\System32\\drivers\\etc\\hosts']], [2, ['\\second.txt']],
    ]));
  });

  test('tells a table that claims more bytes than any memory has as damage', async () => {
    const folder = tempFolder();
    const path = await ordinaryWim(folder, { compress: 'LZX' });
    const bytes = readFileSync(path);
    // The last bytes but one of the size of each resource in the table: it is 50 bytes an entry, and its place is in the header.
    const [at, length] = [Number(bytes.readBigUInt64LE(0x38)), Number(bytes.readBigUInt64LE(0x40))];
    for (let entry = at; entry < at + length; entry += 50) {
      const damaged = join(folder, 'damaged.wim');
      writeFileSync(damaged, bytes);
      damage(damaged, entry + 20);
      const { healthy, damage: found } = await engine.testImageFile({ imagePath: damaged }, context());
      expect({ healthy, found: found.length > 0 }).toEqual({ healthy: false, found: true });
    }
  });

  test.for<[CaptureOptions, pipable: boolean]>([
    [{ compress: 'none' }, false], [{ compress: 'XPRESS' }, false], [{ compress: 'LZX' }, true], [{ compress: 'LZMS' }, false], [{ compress: 'LZMS', solid: true }, false],
  ])('%j, pipable: %s: tells damage of contents that are not read whole into memory, and of no others', async ([options, pipable]) => {
    const folder = tempFolder();
    // Half of it is stored as it is, and half compressed.
    const large = (seed: number): Buffer => Buffer.concat(Array.from({ length: 36 }, (_, at) => (at % 2 === 0 ? pseudoRandom(500_000, seed + at) : Buffer.alloc(500_003, `${seed} ${at} `))));
    const source = await writeTree(join(folder, 'large'), { 'bad.bin': large(1), 'good.bin': large(1000), 'small.txt': 'small' });
    const plain = await captureWim(source, join(folder, 'large.wim'), options);
    const path = pipable ? join(folder, 'pipable.wim') : plain;
    if (pipable) { await imagex('export', plain, '1', path, '--pipable'); }
    const wim = await WimFile.open(path);
    try {
      for (const [name, seed] of [['bad', 1], ['good', 1000]] as const) {
        const computed = createHash('sha1');
        const hash = createHash('sha1').update(large(seed)).digest('binary');
        for await (const run of wim.blobRuns(hash)) { computed.update(run); }
        expect(computed.digest('binary'), name).toBe(hash);
      }
    } finally {
      await wim.close();
    }
    // Random bytes are there as they are: the first chunk of the last run that has them.
    const needle = options.solid === true ? -1 : readFileSync(path).indexOf(pseudoRandom(500_000, 35).subarray(40_000, 40_050));
    damage(path, needle === -1 ? Math.floor(statSync(path).size / 3) : needle);
    const { healthy, damage: found, bytesChecked } = await engine.testImageFile({ imagePath: path }, context());
    expect({ healthy, bytesChecked }).toEqual({ healthy: false, bytesChecked: 2 * large(1).length + 5 });
    const paths = found.filter(({ kind }) => kind === 'Content').map((content) => content.paths);
    if (options.solid === true) { expect(paths.flat()).toContain('\\bad.bin'); } else { expect(paths).toEqual([['\\bad.bin']]); }
  });

  test('tells of damaged metadata by image', async () => {
    const folder = tempFolder();
    const path = join(folder, 'bad.wim');
    await writeFile(path, hostileMetadata.badMetadataHash());
    const { healthy, damage: found } = await engine.testImageFile({ imagePath: path }, context());
    expect(healthy).toBe(false);
    expect(found).toEqual([{ kind: 'Metadata', reason: expect.any(String) as string, imageIndex: 1, paths: [] }]);
  });

  test('reads all parts of a split file, and tells damage in a later one', async () => {
    const folder = tempFolder();
    const whole = await ordinaryWim(folder, { compress: 'none' });
    const first = await splitWim(whole, folder, 0.2);
    expect(await engine.testImageFile({ imagePath: first }, context())).toMatchObject({ healthy: true, contentsChecked: 7 });
    const second = join(folder, 'part2.swm');
    damage(second, 1000);
    expect(await engine.testImageFile({ imagePath: first, splitImageFilePattern: join(folder, 'part*.swm') }, context())).toMatchObject({
      healthy: false, damage: [{ kind: 'Content', imageIndex: 1 }],
    });
  });

  test('a file that is no image file is an error, a damaged one a result', async () => {
    const folder = tempFolder();
    for (const [name, [symbol, build]] of Object.entries(hostileFiles)) {
      const path = join(folder, `${name}.wim`);
      await writeFile(path, build());
      if (symbol === 'WIM_E_INVALID_CONTAINER') {
        expect(await engine.testImageFile({ imagePath: path }, context()), name).toMatchObject({ healthy: false });
      } else {
        expect(await failure(engine.testImageFile({ imagePath: path }, context())), name).toMatchObject({ symbol });
      }
    }
  });

  test('damaged metadata is said of the file and the image', async () => {
    const path = join(tempFolder(), 'cyclic.wim');
    await writeFile(path, hostileMetadata.cyclic());
    expect(await failure(engine.getImageContent({ imagePath: path, imageIndex: 1 }, context()))).toMatchObject({
      symbol: 'WIM_E_INVALID_CONTAINER', target: path, message: expect.stringMatching(/"[^"]*cyclic.wim": the metadata of image 1 is damaged: /) as string,
    });
  });

  test('hostile images end in a result', async () => {
    const folder = tempFolder();
    // The last one has libwim take all memory.
    for (const [name, build] of [...Object.entries(hostileContents), ...Object.entries(hostileMetadata), ['doubling', doublingWim] as const]) {
      const path = join(folder, `${name}.wim`);
      await writeFile(path, build());
      const { healthy } = await engine.testImageFile({ imagePath: path }, context());
      if (name in hostileMetadata || name === 'badHash' || name === 'doubling') { expect(healthy, name).toBe(false); }
    }
  });

  test('can be cancelled', async () => {
    const path = await ordinaryWim(tempFolder());
    expect(await failure(engine.testImageFile({ imagePath: path }, testContext('imageFile/test', { signal: AbortSignal.abort() })))).toBeInstanceOf(CancelledError);
  });
});

describe('imageFile/extractItem', () => {
  test('copies a file, and a folder with all in it, whatever case it is asked for in', async () => {
    const folder = tempFolder();
    const path = await ordinaryWim(folder, { compress: 'LZX' });
    const out = (name: string) => join(folder, name);
    const result = await engine.extractImageItem({ imagePath: path, imageIndex: 1, itemPath: '\\windows\\SYSTEM32\\Config\\system', destination: out('SYSTEM') }, context());
    expect(result).toMatchObject({ path: out('SYSTEM'), imagePath: path, imageIndex: 1, sizeBefore: statSync(path).size, sizeAfter: statSync(path).size, warnings: [] });
    expect(readFileSync(out('SYSTEM')).equals(Buffer.from(ordinaryTree['Windows/System32/config/SYSTEM'] ?? ''))).toBe(true);
    await engine.extractImageItem({ imagePath: path, imageName: 'Ordinary', itemPath: 'Windows', destination: out('Windows') }, context());
    await engine.extractImageItem({ imagePath: path, imageIndex: 1, itemPath: '\\', destination: out('all') }, context());
    expect(readdirSync(out('all'), { recursive: true }).length).toBe(Object.keys(await readTree(path)).length - 1);
    for (const [name, content] of Object.entries(ordinaryTree).filter(([file]) => file.startsWith('Windows/'))) {
      expect(readFileSync(out(name)).equals(Buffer.from(content))).toBe(true);
    }
    expect(leftovers(folder)).toEqual([]);
  });

  test('says what would be copied, and refuses what is there or is not', async () => {
    const folder = tempFolder();
    const path = await ordinaryWim(folder);
    const params = { imagePath: path, imageIndex: 1, itemPath: '\\readme.txt', destination: join(folder, 'readme.txt') };
    const dry = await engine.extractImageItem({ ...params, validateOnly: true }, context());
    expect(dry.plan).toMatchObject({ files: 1, directories: 0, bytes: 18, writes: [{ path: params.destination, change: 'New', maximumBytes: 18 }] });
    expect(existsSync(params.destination)).toBe(false);
    await writeFile(params.destination, 'mine');
    expect(await failure(engine.extractImageItem(params, context()))).toMatchObject({ hresult: 0x80070050 });
    expect(readFileSync(params.destination, 'utf8')).toBe('mine');
    expect(await failure(engine.extractImageItem({ ...params, itemPath: '\\none.txt' }, context()))).toMatchObject({ symbol: 'ERROR_FILE_NOT_FOUND' });
    expect(await failure(engine.extractImageItem({ ...params, itemPath: '\\readme.txt\\none' }, context()))).toMatchObject({ symbol: 'ERROR_PATH_NOT_FOUND' });
    expect(await failure(engine.extractImageItem({ ...params, imageIndex: 2 }, context()))).toMatchObject({ symbol: 'DISMAPI_E_INVALID_IMAGE_INDEX' });
    expect(leftovers(folder)).toEqual([]);
  });

  test('writes nothing outside of the destination', async () => {
    const folder = tempFolder();
    for (const [name, build] of Object.entries(hostileContents)) {
      if (name === 'deep' || name === 'longName' || name === 'badHash') { continue; }
      const path = join(folder, `${name}.wim`);
      await writeFile(path, build());
      const out = join(folder, `${name} out`);
      await engine.extractImageItem({ imagePath: path, imageIndex: 1, itemPath: '\\', destination: out }, context()).catch(() => undefined);
    }
    expect(existsSync(join(folder, 'escaped.txt'))).toBe(false);
    expect(existsSync(join(folder, '..', 'escaped.txt'))).toBe(false);
    expect(await failure(engine.extractImageItem({ imagePath: join(folder, 'dotDot.wim'), imageIndex: 1, itemPath: '\\', destination: join(folder, 'again') }, context())))
      .toMatchObject({ symbol: 'ERROR_INVALID_NAME' });
    expect(leftovers(folder)).toEqual([]);
  });

  test('a damaged file leaves nothing', async () => {
    const folder = tempFolder();
    const path = await ordinaryWim(folder, { compress: 'none' });
    await copyFile(path, join(folder, 'copy.wim'));
    damage(join(folder, 'copy.wim'), readFileSync(path).indexOf('127.0.0.1'));
    const error = await failure(engine.extractImageItem({
      imagePath: join(folder, 'copy.wim'), imageIndex: 1, itemPath: '\\Windows', destination: join(folder, 'out'),
    }, context()));
    expect(error.symbol).toBe('ERROR_FILE_CORRUPT');
    expect(existsSync(join(folder, 'out'))).toBe(false);
    expect(leftovers(folder)).toEqual([]);
    await imagex('verify', path);
  });
});

describe('imageFile/putItem', () => {
  const put = () => testContext('imageFile/putItem');

  test('adds a file and a folder, and replaces a file, which keeps what it has beside its content', async () => {
    const folder = tempFolder();
    const path = await ordinaryWim(folder, { integrity: true });
    const before = await readTree(path);
    await writeFile(join(folder, 'new.txt'), 'new content');
    await writeTree(join(folder, 'tree'), { 'a.txt': 'a', 'sub/\u00fc.bin': pseudoRandom(100_000, 3) });
    const added = await engine.putImageItem({ imagePath: path, imageIndex: 1, source: join(folder, 'new.txt'), itemPath: '\\windows\\new.txt' }, put());
    expect(added).toMatchObject({ imagePath: path, imageIndex: 1, sizeAfter: statSync(path).size, warnings: [] });
    await engine.putImageItem({ imagePath: path, imageName: 'Ordinary', source: join(folder, 'tree'), itemPath: 'Users/Public/Tree' }, put());
    await engine.putImageItem({ imagePath: path, imageIndex: 1, source: join(folder, 'new.txt'), itemPath: '\\README.TXT', replace: true }, put());
    await imagex('verify', path);
    expect(await engine.testImageFile({ imagePath: path }, context())).toMatchObject({ healthy: true, integrityTable: 'Ok' });
    const after = await readTree(path);
    expect(Object.keys(after).filter((name) => !(name in before)).sort()).toEqual(
      ['/Users/Public/Tree', '/Users/Public/Tree/a.txt', '/Users/Public/Tree/sub', '/Users/Public/Tree/sub/\u00fc.bin', '/Windows/new.txt']);
    const sha1 = createHash('sha1').update('new content').digest('hex');
    expect(after['/readme.txt']).toEqual({ ...before['/readme.txt'], sizeBytes: 11, sha1, written: after['/readme.txt']?.written });
    for (const name of ['/Windows/System32/kernel32.dll', '/Windows/System32', '/Program Files']) { expect(after[name]).toEqual(before[name]); }
    expect(leftovers(folder)).toEqual([]);
  });

  test('says what would be put in, and refuses what is there, what is of another kind and what has no folder', async () => {
    const folder = tempFolder();
    const path = await ordinaryWim(folder);
    const bytes = readFileSync(path);
    await writeFile(join(folder, 'new.txt'), 'new content');
    const params = { imagePath: path, imageIndex: 1, source: join(folder, 'new.txt'), itemPath: '\\readme.txt' };
    const dry = await engine.putImageItem({ ...params, replace: true, validateOnly: true }, put());
    expect(dry.plan).toMatchObject({ files: 1, directories: 0, bytes: 11, writes: [{ change: 'Grown', path }] });
    const cases = [
      [params, 'ERROR_FILE_EXISTS'], [{ ...params, itemPath: '\\Windows', replace: true }, 'ERROR_ALREADY_EXISTS'],
      [{ ...params, source: join(folder, 'source'), replace: true }, 'ERROR_ALREADY_EXISTS'], [{ ...params, itemPath: '\\none\\new.txt' }, 'ERROR_FILE_NOT_FOUND'],
      [{ ...params, itemPath: '\\' }, 'ERROR_INVALID_NAME'], [{ ...params, source: join(folder, 'none'), itemPath: '\\x' }, 'ERROR_FILE_NOT_FOUND'],
      [{ ...params, imageIndex: 3 }, 'DISMAPI_E_INVALID_IMAGE_INDEX'],
    ] as const;
    for (const [wrong, symbol] of cases) { expect(await failure(engine.putImageItem(wrong, put()))).toMatchObject({ symbol }); }
    expect(readFileSync(path).equals(bytes)).toBe(true);
    const { sizeAfter } = await engine.putImageItem({ ...params, replace: true }, put());
    expect(sizeAfter).toBeLessThanOrEqual(dry.plan?.writes[0]?.maximumBytes ?? 0);
    expect(leftovers(folder)).toEqual([]);
  });

  test('warns of what Windows will make of names and links, in a dry run, too', async () => {
    const folder = tempFolder();
    const path = await ordinaryWim(folder);
    const source = await writeTree(join(folder, 'odd'), { 'con.txt': 'c' });
    symlinkSync('a\\b', join(source, 'link'));
    for (const validateOnly of [true, false]) {
      const { warnings } = await engine.putImageItem({ imagePath: path, imageIndex: 1, source, itemPath: '\\odd', validateOnly }, put());
      expect(warnings).toEqual(['Windows cannot have a file named "/odd/con.txt"', expect.stringMatching(/^Windows cannot follow these links, .*: "\/odd\/link"$/)]);
    }
  });

  test('says of the source what no image holds, and names it', async () => {
    const folder = tempFolder();
    const path = await ordinaryWim(folder);
    const bytes = readFileSync(path);
    const source = await writeTree(join(folder, 'odd'), { 'sub/file': '1' });
    const refusal = async () => await failure(engine.putImageItem({ imagePath: path, imageIndex: 1, source, itemPath: '\\odd' }, put()));
    const cases: readonly (readonly [(name: Buffer) => void, string, RegExp])[] = [
      [(name) => { execFileSync('mkfifo', [name.toString()]); }, 'ERROR_NOT_SUPPORTED', /odd\/sub\/odd": a WIM holds files, folders and symbolic links only$/],
      // With these numbers a mount has of what was deleted; only root can make one.
      ...isRoot ? [[(name: Buffer) => { execFileSync('mknod', [name.toString(), 'c', '0', '0']); }, 'ERROR_NOT_SUPPORTED', /odd\/sub\/odd": a WIM holds/] as const] : [],
      [(name) => { writeFileSync(Buffer.concat([name, Buffer.of(0xff)]), ''); }, 'ERROR_INVALID_NAME', /odd\/sub\/odd[^"]+": its name is not valid UTF-8$/],
      [(name) => { symlinkSync(Buffer.of(0xff), name); }, 'ERROR_INVALID_NAME', /odd\/sub\/odd": the target of the symbolic link/],
    ];
    for (const [make, symbol, message] of cases) {
      make(Buffer.from(join(source, 'sub', 'odd')));
      const error = await refusal();
      expect(error).toMatchObject({ symbol, hint: 'Rename or remove it first.', message: expect.stringMatching(/^Cannot put "[^"]*" into "[^"]*": "[^"]*": /) as string });
      expect(error.message).toMatch(message);
      for (const name of readdirSync(join(source, 'sub'), 'buffer')) {
        if (name.toString() !== 'file') { rmSync(Buffer.concat([Buffer.from(join(source, 'sub/')), name])); }
      }
    }
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  test.runIf(isRoot)('names all that this user may not read', async () => {
    const folder = tempFolder();
    const path = await ordinaryWim(folder);
    const source = await writeTree(join(folder, 'tree'), { 'open.txt': 'o', 'closed.txt': 'c', 'shut/a.txt': 'a' });
    for (const [file, mode] of [[folder, 0o755], [source, 0o755], [join(source, 'shut'), 0o700], [join(source, 'closed.txt'), 0o600]] as const) { chmodSync(file, mode); }
    const wim = await WimFile.open(path);
    try {
      const { root } = await wim.tree(1);
      await asNobody(async () => {
        expect(await failure(itemLayer({ source, folder: root, name: 'new', without: [], what: 'Cannot put it' }, context().signal))).toMatchObject({
          symbol: 'E_ACCESSDENIED', target: source, message: 'Cannot put it: you may not read 2 files and folders: "closed.txt", "shut"',
        });
      });
    } finally {
      await wim.close();
    }
  });

  test('refuses names that a capture refuses, before it changes anything', async () => {
    const folder = tempFolder();
    const path = await ordinaryWim(folder);
    const bytes = readFileSync(path);
    await writeTree(join(folder, 'twins'), { 'in/Note.txt': '1', 'in/note.TXT': '2' });
    await writeTree(join(folder, 'colon'), { 'in/a:b.txt': '1' });
    const cases = [
      [{ source: join(folder, 'twins'), itemPath: '\\new' }, /case only.*"new\/in\/(?:Note.txt|note.TXT)"/],
      [{ source: join(folder, 'colon'), itemPath: '\\new' }, /cannot have files.*"new\/in\/a:b.txt"/],
      [{ source: join(folder, 'colon/in/a:b.txt'), itemPath: '\\what?.txt' }, /cannot have files.*"what\?.txt"/],
    ] as const;
    for (const [params, message] of cases) {
      for (const validateOnly of [true, false]) {
        expect(await failure(engine.putImageItem({ imagePath: path, imageIndex: 1, ...params, validateOnly }, put())))
          .toMatchObject({ symbol: 'ERROR_INVALID_NAME', message: expect.stringMatching(message) as string });
      }
    }
    expect(readFileSync(path).equals(bytes)).toBe(true);
    // Its own name is none in the image.
    await engine.putImageItem({ imagePath: path, imageIndex: 1, source: join(folder, 'colon/in/a:b.txt'), itemPath: '\\ab.txt' }, put());
  });

  test('merges a folder into one that is there, whatever the case of its names', async () => {
    const folder = tempFolder();
    const path = await ordinaryWim(folder);
    await writeTree(join(folder, 'win'), { 'SYSTEM32/Kernel32.dll': 'replaced', 'SYSTEM32/new.dll': 'new' });
    await engine.putImageItem({ imagePath: path, imageIndex: 1, source: join(folder, 'win'), itemPath: '\\WINDOWS', replace: true }, put());
    await imagex('verify', path);
    const tree = await readTree(path);
    expect(tree['/Windows/System32/kernel32.dll']?.sizeBytes).toBe(8);
    expect(tree['/Windows/System32/new.dll']?.sizeBytes).toBe(3);
    expect(tree['/Windows/System32/config/SYSTEM']?.sizeBytes).toBe(300_000);
    expect(Object.keys(tree).filter((name) => /kernel32/i.test(name))).toHaveLength(1);
  });
});
