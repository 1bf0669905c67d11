/** The libwim binding on real WIM files; wimlib-imagex, another program on the same library, confirms results. */
import { execFile } from 'node:child_process';
import { mkdir, open, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  IterateFlag, openWim, unmountImageWithProgress, UnmountFlag, wimlibVersion, WriteFlag,
  type DirEntry, type WimlibProgress,
} from '../../../sidecar/src/wimlib/openWim.ts';
import { loadWimlib, wimlibCandidates } from '../../../sidecar/src/wimlib/binding.ts';
import { CancelledError, DismError } from '../../../sidecar/src/errors.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';
import { appendImage, captureWim, imagex, ordinaryTree, ordinaryWim, pseudoRandom, writeTree } from '../../helpers/wims.ts';

const run = promisify(execFile);

/** The error that a promise fails with. */
async function failure(promise: Promise<unknown>): Promise<DismError> {
  const error: unknown = await promise.then(() => undefined, (reason: unknown) => reason);
  expect(error).toBeInstanceOf(DismError);
  return error as DismError;
}

describe('loadWimlib()', () => {
  test('finds the library by absolute path only', () => {
    const { version, path } = wimlibVersion();
    expect(version).toMatch(/^1\.\d+\.\d+/);
    expect(wimlibCandidates()).toContain(path);
    for (const [platform, arch] of [['linux', 'x64'], ['linux', 'arm64'], ['linux', 'unheard-of'], ['darwin', 'arm64']] as const) {
      const candidates = wimlibCandidates(platform, arch);
      expect(candidates.length).toBeGreaterThan(0);
      expect(candidates.every((candidate) => candidate.startsWith('/'))).toBe(true);
    }
    expect(wimlibCandidates('win32', 'x64')).toEqual([]);
  });

  test('keeps no callback slot after operations', async () => {
    const { koffi } = loadWimlib();
    const path = await ordinaryWim(tempFolder(), { integrity: true });
    const before = koffi.stats().callbacks;
    const wim = await openWim(path, { checkIntegrity: true, onProgress: () => undefined });
    await wim.verify({ signal: new AbortController().signal });
    await wim.iterateDirTree(1, '/', IterateFlag.RECURSIVE, () => true);
    await failure(wim.iterateDirTree(1, '/nowhere', 0, () => true));
    wim.close();
    expect(koffi.stats().callbacks).toBe(before);
  });
});

describe('openWim()', () => {
  test.for([
    ['none', false], ['XPRESS', true], ['LZX', false], ['LZX', true], ['LZMS', true],
  ] as const)('info() of a WIM with %s compression, integrity table: %s', async ([compress, integrity]) => {
    const path = await ordinaryWim(tempFolder(), { compress, integrity, boot: integrity });
    const wim = await openWim(path);
    const printed = await imagex('info', path);
    const info = wim.info();
    wim.close();
    expect(info).toMatchObject({
      imageCount: 1, bootIndex: integrity ? 1 : 0, partNumber: 1, totalParts: 1,
      compressionType: compress === 'none' ? 'None' : compress,
      wimVersion: compress === 'LZMS' ? 3584 : 68864,
      hasIntegrityTable: integrity, isReadOnly: false, isMarkedReadOnly: false, isWriteInProgress: false, isPipable: false,
    });
    expect(printed).toContain(`GUID:           0x${info.guid}`);
    expect(printed).toContain(compress === 'none' ? 'Compression:    None' : `Chunk Size:     ${info.chunkSizeBytes} bytes`);
  });

  test('info() of a solid and of a pipable WIM', async () => {
    const folder = tempFolder();
    const solid = await openWim(await ordinaryWim(folder, { file: 'a.esd', compress: 'LZMS', solid: true }));
    expect(solid.info()).toMatchObject({ wimVersion: 3584, compressionType: 'LZMS' });
    solid.close();
    const pipable = await openWim(await ordinaryWim(folder, { file: 'p.wim', pipable: true }));
    expect(pipable.info()).toMatchObject({ isPipable: true, imageCount: 1 });
    pipable.close();
  });

  test('checkIntegrity reports progress up to the end', async () => {
    const path = await ordinaryWim(tempFolder(), { integrity: true });
    const events: WimlibProgress[] = [];
    const wim = await openWim(path, { checkIntegrity: true, onProgress: (progress) => { events.push(progress); } });
    wim.close();
    const last = events.at(-1);
    expect(last).toMatchObject({ kind: 'verifyIntegrity', totalChunks: 1, completedChunks: 1 });
    expect(last && 'completedBytes' in last && last.completedBytes === last.totalBytes && last.totalBytes > 200_000).toBe(true);
  });

  test('checkIntegrity finds one changed byte', async () => {
    const path = await ordinaryWim(tempFolder(), { integrity: true });
    const bytes = await readFile(path);
    bytes[5000] = (bytes[5000] ?? 0) ^ 1;
    await writeFile(path, bytes);
    (await openWim(path)).close();
    expect(await failure(openWim(path, { checkIntegrity: true, action: 'mount' }))).toMatchObject({
      symbol: 'ERROR_FILE_CORRUPT', target: path, message: `Cannot mount "${path}": it does not match its integrity table`,
    });
  });

  test('an aborted signal stops an integrity check with CancelledError', async () => {
    const path = await ordinaryWim(tempFolder(), { integrity: true });
    const controller = new AbortController();
    const error = await failure(openWim(path, {
      checkIntegrity: true, operation: 'image/mount', signal: controller.signal, onProgress: () => { controller.abort(); },
    }));
    expect(error).toBeInstanceOf(CancelledError);
    expect(error.message).toContain('image/mount');
    expect(await failure(openWim(path, { signal: controller.signal }))).toBeInstanceOf(CancelledError);
  });

  test('an exception of onProgress is what the operation fails with', async () => {
    const path = await ordinaryWim(tempFolder(), { integrity: true });
    await expect(openWim(path, { checkIntegrity: true, onProgress: () => { throw new Error('mine'); } })).rejects.toThrow('mine');
  });

  test('writeAccess refuses a part of a split WIM and a file marked read-only', async () => {
    const folder = tempFolder();
    const path = await ordinaryWim(folder);
    await imagex('split', path, join(folder, 'part.swm'), '0.1');
    expect(await failure(openWim(join(folder, 'part2.swm'), { writeAccess: true }))).toMatchObject({ symbol: 'WIM_E_SPLIT_NOT_MOUNTABLE' });
    const bytes = await readFile(path);
    bytes.writeUInt32LE(bytes.readUInt32LE(0x10) | 4, 0x10); // WIM_HDR_FLAG_READONLY
    await writeFile(path, bytes);
    expect(await failure(openWim(path, { writeAccess: true }))).toMatchObject({ symbol: 'WIM_E_CONTAINER_READONLY' });
    const wim = await openWim(path);
    expect(wim.info()).toMatchObject({ isReadOnly: true, isMarkedReadOnly: true });
    wim.close();
  });
});

describe('WimFile', () => {
  test('imageProperty() and its kin read and set what wiminfo shows', async () => {
    const path = await ordinaryWim(tempFolder(), { name: 'First \u00e4 \u65e5', description: 'Of two' });
    const wim = await openWim(path, { writeAccess: true });
    expect(wim.imageName(1)).toBe('First \u00e4 \u65e5');
    expect(wim.imageDescription(1)).toBe('Of two');
    expect(wim.imageProperty(1, 'FILECOUNT')).toBe(String(Object.keys(ordinaryTree).length));
    expect(wim.imageProperty(1, 'NO/SUCH')).toBeUndefined();
    expect(wim.imageProperty(9, 'NAME')).toBeUndefined();
    wim.setImageName(1, 'Renamed');
    wim.setImageProperty(1, 'WINDOWS/LANGUAGES/LANGUAGE[1]', 'de-DE');
    await wim.overwrite(0);
    wim.close();
    expect(await imagex('info', path, '1')).toMatch(/Name: +Renamed\n[^]*Languages: +de-DE/);
  });

  test('resolveImageName() prefers the same spelling, then the only one that differs in case', async () => {
    const folder = tempFolder();
    const source = await writeTree(join(folder, 'source'), { a: 'a' });
    const path = await captureWim(source, join(folder, 'names.wim'), { name: 'Windows Pro' });
    for (const name of ['windows pro', '2', '\u00dcBER', 'Solo', '']) { await appendImage(source, path, { name }); }
    const wim = await openWim(path, { action: 'mount' });
    expect(wim.resolveImageName('Windows Pro')).toBe(1);
    expect(wim.resolveImageName('windows pro')).toBe(2);
    expect(wim.resolveImageName('2')).toBe(3);
    expect(wim.resolveImageName('\u00fcber')).toBe(4);
    expect(wim.resolveImageName('SOLO')).toBe(5);
    for (const name of ['WINDOWS PRO', 'Windows', 'all', '1']) {
      expect(() => wim.resolveImageName(name)).toThrow(expect.objectContaining({ symbol: 'DISMAPI_E_INVALID_IMAGE_NAME' }));
    }
    expect(() => wim.resolveImageName('Home')).toThrow(
      `Cannot mount "${path}": image name "Home" does not exist, its images are "Windows Pro", "windows pro", "2", "\u00dcBER", "Solo"`);
    expect(wim.requireImageIndex(6)).toBe(6);
    expect(() => wim.requireImageIndex(7)).toThrow(expect.objectContaining({
      symbol: 'DISMAPI_E_INVALID_IMAGE_INDEX', message: `Cannot mount "${path}": image index 7 does not exist, the file holds images 1 to 6`,
    }));
    expect(() => { wim.setImageName(1, 'Solo'); }).toThrow(expect.objectContaining({ symbol: 'DISMAPI_E_INVALID_IMAGE_NAME' }));
    wim.close();
  });

  test('markImageChanged() makes overwrite() append all it writes and only then replace the header', async () => {
    const path = await ordinaryWim(tempFolder(), { integrity: true });
    const before = await readFile(path);
    const tree = await imagex('dir', path, '1', '--detailed');
    const wim = await openWim(path, { writeAccess: true });
    wim.setImageName(1, 'Renamed, with a name so long that the XML data would not fit where it was before');
    await wim.markImageChanged(1);
    await wim.overwrite(WriteFlag.FSYNC);
    wim.close();
    const after = await readFile(path);
    expect(after.length).toBeGreaterThan(before.length);
    expect(after.subarray(208, before.length).equals(before.subarray(208))).toBe(true);
    expect(await imagex('dir', path, '1', '--detailed')).toBe(tree);
    expect(await imagex('info', path, '1')).toMatch(/Name: +Renamed, /);
    await imagex('verify', path);
  });

  test('without markImageChanged() overwrite() would change bytes that the old header still needs', async () => {
    const path = await ordinaryWim(tempFolder(), { integrity: true });
    const before = await readFile(path);
    const wim = await openWim(path, { writeAccess: true });
    wim.setImageName(1, 'Renamed');
    await wim.overwrite(0);
    wim.close();
    const after = await readFile(path);
    expect(after.subarray(208, before.length).equals(before.subarray(208, after.length))).toBe(false);
  });

  test('overwrite() reports phases, can be cancelled, and then leaves the file as it was', async () => {
    const folder = tempFolder();
    const path = await ordinaryWim(folder, { integrity: true });
    const before = await readFile(path);
    const wim = await openWim(path, { writeAccess: true });
    await wim.markImageChanged(1);
    const controller = new AbortController();
    const error = await failure(wim.overwrite(WriteFlag.REBUILD | WriteFlag.RECOMPRESS, {
      signal: controller.signal, onProgress: ({ kind }) => { if (kind === 'writeMetadataEnd') { controller.abort(); } },
    }));
    expect(error).toBeInstanceOf(CancelledError);
    expect((await readFile(path)).equals(before)).toBe(true);
    expect(await readdir(folder)).toEqual(['ordinary.wim', 'source']);
    const kinds = new Set<string>();
    await wim.overwrite(WriteFlag.REBUILD | WriteFlag.RECOMPRESS, { onProgress: ({ kind }) => { kinds.add(kind); } });
    wim.close();
    expect([...kinds]).toEqual(['writeStreams', 'writeMetadataBegin', 'writeMetadataEnd', 'calcIntegrity']);
    await imagex('verify', path);
  });

  test('verify() reports progress and finds damaged data', async () => {
    const path = await ordinaryWim(tempFolder(), { compress: 'none' });
    const events: WimlibProgress[] = [];
    const wim = await openWim(path);
    await wim.verify({ onProgress: (progress) => { events.push(progress); } });
    wim.close();
    expect(events.at(-1)).toMatchObject({ kind: 'verifyStreams', totalStreams: Object.keys(ordinaryTree).length - 1 });
    const bytes = await readFile(path);
    bytes.write('XX', bytes.indexOf('An ordinary file'));
    await writeFile(path, bytes);
    const damaged = await openWim(path, { action: 'verify' });
    expect(await failure(damaged.verify())).toMatchObject({ symbol: 'ERROR_FILE_CORRUPT' });
    damaged.close();
  });

  test('iterateDirTree() walks the tree, stops when told, and passes exceptions on', async () => {
    const path = await ordinaryWim(tempFolder());
    const wim = await openWim(path);
    const entries: DirEntry[] = [];
    await wim.iterateDirTree(1, '/', IterateFlag.RECURSIVE, (entry) => { entries.push(entry); return true; });
    for (const [name, content] of Object.entries(ordinaryTree)) {
      expect(entries.find((entry) => entry.fullPath === `/${name}`)?.data.sizeBytes).toBe(Buffer.byteLength(content as string));
    }
    let seen = 0;
    await wim.iterateDirTree(1, '/Windows', IterateFlag.CHILDREN, () => { seen += 1; return seen < 2; });
    expect(seen).toBe(2);
    await expect(wim.iterateDirTree(1, '/', 0, () => { throw new Error('mine'); })).rejects.toThrow('mine');
    expect(await failure(wim.iterateDirTree(1, '/nowhere', 0, () => true))).toMatchObject({ symbol: 'ERROR_FILE_NOT_FOUND' });
    expect(await failure(wim.iterateDirTree(2, '/', 0, () => true))).toMatchObject({ symbol: 'DISMAPI_E_INVALID_IMAGE_INDEX' });
    wim.close();
  });

  test('referenceSplitParts() makes the data of the other parts known', async () => {
    const folder = tempFolder();
    await imagex('split', await ordinaryWim(folder), join(folder, 'part.swm'), '0.1');
    const wim = await openWim(join(folder, 'part.swm'));
    const missing = async () => {
      let count = 0;
      await wim.iterateDirTree(1, '/', IterateFlag.RECURSIVE, ({ data }) => { count += data.isMissing ? 1 : 0; return true; });
      return count;
    };
    const { totalParts } = wim.info();
    expect(totalParts).toBeGreaterThan(1);
    expect(await missing()).toBeGreaterThan(0);
    await wim.referenceSplitParts(Array.from({ length: totalParts - 1 }, (_, i) => join(folder, `part${i + 2}.swm`)));
    expect(await missing()).toBe(0);
    wim.close();
  });

  test('refuses a second operation while one runs, and any after close()', async () => {
    const path = await ordinaryWim(tempFolder());
    const wim = await openWim(path);
    const running = wim.verify();
    expect(() => wim.info()).toThrow('busy');
    await expect(wim.verify()).rejects.toThrow('busy');
    expect(() => { wim.close(); }).toThrow('busy');
    await running;
    wim.close();
    wim.close();
    expect(() => wim.info()).toThrow('closed');
  });

  test('overwrite() of a locked file says who is to blame', async () => {
    const folder = tempFolder();
    const path = await ordinaryWim(folder);
    const wim = await openWim(path, { writeAccess: true });
    await wim.markImageChanged(1);
    const locker = execFile('flock', [path, 'cat']);
    try {
      await expect.poll(async () => (await run('flock', ['--nonblock', path, 'true']).then(() => 0, () => 1))).toBe(1);
      expect(await failure(wim.overwrite(0))).toMatchObject({ symbol: 'ERROR_SHARING_VIOLATION', target: path });
    } finally {
      locker.stdin?.end();
      wim.close();
    }
    await imagex('verify', path);
  });
});

describe('unmountImageWithProgress()', () => {
  const mounted = async (folder: string, wim: string): Promise<string> => {
    const mountPath = join(folder, 'mount');
    await mkdir(mountPath);
    await imagex('mountrw', wim, '1', mountPath);
    onTestFinished(async () => { await run('umount', ['-l', mountPath]).catch(() => undefined); });
    return mountPath;
  };

  test('commits, with progress from the process that serves the mount', async () => {
    const folder = tempFolder();
    const path = await ordinaryWim(folder, { integrity: true });
    const mountPath = await mounted(folder, path);
    await writeFile(join(mountPath, 'new.bin'), pseudoRandom(3_000_000, 3));
    const kinds = new Set<string>();
    await unmountImageWithProgress(mountPath, UnmountFlag.COMMIT, { onProgress: ({ kind }) => { kinds.add(kind); } });
    expect(kinds).toContain('writeStreams');
    // The process that served it lets go of the folder a moment later.
    await expect.poll(() => readdir(mountPath).catch(String)).toEqual([]);
    expect(await imagex('dir', path, '1')).toContain('/new.bin');
    await imagex('verify', path);
  });

  test('refuses while a file is open, and what is no mount', async () => {
    const folder = tempFolder();
    const path = await ordinaryWim(folder);
    const before = await readFile(path);
    const mountPath = await mounted(folder, path);
    const handle = await open(join(mountPath, 'readme.txt'), 'r');
    try {
      expect(await failure(unmountImageWithProgress(mountPath, UnmountFlag.COMMIT))).toMatchObject({ symbol: 'WIM_E_UNMOUNT_INCOMPLETE' });
    } finally {
      await handle.close();
    }
    expect(await failure(unmountImageWithProgress(mountPath, 0, { signal: AbortSignal.abort() }))).toBeInstanceOf(CancelledError);
    await expect.poll(() => unmountImageWithProgress(mountPath, 0).then(() => 'unmounted', String)).toBe('unmounted');
    for (const nothing of [mountPath, join(folder, 'missing'), path]) {
      expect(await failure(unmountImageWithProgress(nothing, 0))).toMatchObject({ symbol: 'DISMAPI_E_UNABLE_TO_UNMOUNT_IMAGE_PATH' });
    }
    expect((await readFile(path)).equals(before)).toBe(true);
  });
});
