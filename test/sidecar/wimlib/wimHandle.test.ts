/** The libwim binding on real WIM files; wimlib-imagex, another program on the same library, confirms results. */
import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { AddFlag, ExtractFlag, WriteFlag } from '../../../sidecar/src/wimlib/flags.ts';
import { createWim, joinWims, openWim, wimlibVersion } from '../../../sidecar/src/wimlib/openWim.ts';
import type { WimlibProgress } from '../../../sidecar/src/wimlib/progress.ts';
import { loadWimlib, wimlibCandidates } from '../../../sidecar/src/wimlib/binding.ts';
import { CancelledError, DismError } from '../../../sidecar/src/errors.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';
import { CompressionType } from '../../../sidecar/src/wimlib/codec.ts';
import { imagex, ordinaryTree, ordinaryWim, writeTree } from '../../helpers/wims.ts';

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
    const wim = await openWim(path, { onProgress: () => undefined });
    await wim.verify({ signal: new AbortController().signal });
    await failure(wim.extractImage(2, '/nowhere', 0, { onProgress: () => undefined }));
    wim.close();
    expect(koffi.stats().callbacks).toBe(before);
  });
});

describe('WimHandle', () => {
  test('setImageProperty() and setImageDescription() set what wiminfo shows', async () => {
    const folder = tempFolder();
    const path = await ordinaryWim(folder, { name: 'First' });
    const wim = await openWim(path, { writeAccess: true });
    await expect(wim.addImage(join(folder, 'source'), 'First', AddFlag.NO_ACLS)).rejects.toMatchObject({ symbol: 'DISMAPI_E_INVALID_IMAGE_NAME' });
    wim.setImageDescription(1, 'Described');
    wim.setImageProperty(1, 'WINDOWS/LANGUAGES/LANGUAGE[1]', 'de-DE');
    await wim.overwrite(0);
    wim.close();
    expect(await imagex('info', path, '1')).toMatch(/Description: +Described\n[^]*Languages: +de-DE/);
  });

  test('overwrite() reports phases, can be cancelled, and then leaves the file as it was', async () => {
    const folder = tempFolder();
    const path = await ordinaryWim(folder, { integrity: true });
    const before = await readFile(path);
    const wim = await openWim(path, { writeAccess: true });
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
    const damaged = await openWim(path, { what: `Cannot verify "${path}"` });
    expect(await failure(damaged.verify())).toMatchObject({ symbol: 'ERROR_FILE_CORRUPT' });
    damaged.close();
  });

  test('referenceSplitParts() makes the data of the other parts known', async () => {
    const folder = tempFolder();
    await imagex('split', await ordinaryWim(folder), join(folder, 'part.swm'), '0.1');
    const wim = await openWim(join(folder, 'part.swm'));
    const totalParts = (await readdir(folder)).filter((name) => name.endsWith('.swm')).length;
    expect(totalParts).toBeGreaterThan(1);
    await failure(wim.extractImage(1, join(folder, 'without'), ExtractFlag.NO_ACLS));
    await wim.referenceSplitParts(Array.from({ length: totalParts - 1 }, (_, i) => join(folder, `part${i + 2}.swm`)));
    await wim.extractImage(1, join(folder, 'with'), ExtractFlag.NO_ACLS);
    expect(await readFile(join(folder, 'with/readme.txt'), 'utf8')).toBe(ordinaryTree['readme.txt']);
    wim.close();
  });

  test('refuses a second operation while one runs, and any after close()', async () => {
    const path = await ordinaryWim(tempFolder());
    const wim = await openWim(path);
    const running = wim.verify();
    expect(() => { wim.setImageDescription(1, 'a'); }).toThrow('busy');
    await expect(wim.verify()).rejects.toThrow('busy');
    expect(() => { wim.close(); }).toThrow('busy');
    await running;
    wim.close();
    wim.close();
    expect(() => { wim.setImageDescription(1, 'a'); }).toThrow('closed');
  });

  test('overwrite() of a locked file says who is to blame', async () => {
    const folder = tempFolder();
    const path = await ordinaryWim(folder);
    const wim = await openWim(path, { writeAccess: true });
    wim.setImageDescription(1, 'Changed');
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

describe('what writes', () => {
  test('addImage() asks which files to leave out, and write() writes a file', async () => {
    const folder = tempFolder();
    const source = await writeTree(join(folder, 'source'), ordinaryTree);
    const path = join(folder, 'new.wim');
    const asked: string[] = [];
    const kinds = new Set<string>();
    const wim = createWim(path, CompressionType.Xpress);
    await wim.addImage(source, 'N\u00e4me \u65e5\u672c', AddFlag.NO_ACLS | AddFlag.TEST_FILE_EXCLUSION, {
      excludes: (file) => { asked.push(file); return file.endsWith('kernel32.dll'); },
      onProgress: ({ kind }) => { kinds.add(kind); },
    });
    wim.setImageDescription(1, 'Described');
    wim.setBootIndex(1);
    await wim.write(path, WriteFlag.CHECK_INTEGRITY, { threads: 1, onProgress: ({ kind }) => { kinds.add(kind); } });
    expect(wim.imageProperty(1, 'DESCRIPTION')).toBe('Described');
    expect(wim.imageProperty(1, 'NOTHING')).toBeUndefined();
    wim.close();
    expect(asked).toContain(`${source}/Windows/System32/kernel32.dll`);
    expect([...kinds].sort()).toEqual(['calcIntegrity', 'scanBegin', 'scanEnd', 'writeMetadataBegin', 'writeMetadataEnd', 'writeStreams']);
    const listed = await imagex('dir', path, '1');
    expect(listed).toContain('/Windows/System32/config/SYSTEM');
    expect(listed).not.toContain('kernel32.dll');
    expect(await imagex('info', path)).toMatch(/Boot Index: +1\n[^]*Name: +N\u00e4me \u65e5\u672c/);
    const opened = await openWim(path, { checkIntegrity: true });
    opened.close();
    expect(await imagex('info', path, '--header')).toMatch(/FLAG_COMPRESS_XPRESS[^]*Chunk Size += 32768\n/);
  });

  test('addImage() asks whether to go on without a file that cannot be read', async () => {
    const folder = tempFolder();
    const wim = createWim('/nowhere', CompressionType.None);
    const asked: string[] = [];
    const error = await failure(wim.addImage(join(folder, 'missing'), 'Missing', 0, { ignores: (file) => { asked.push(file); return false; } }));
    expect(error).toBeInstanceOf(DismError);
    expect(asked).toEqual([join(folder, 'missing')]);
    wim.close();
  });

  test('extractPaths() writes a file of an image without its folders', async () => {
    const folder = tempFolder();
    const wim = await openWim(await ordinaryWim(folder));
    await wim.extractPaths(1, ['/readme.txt'], folder, ExtractFlag.NO_ACLS | ExtractFlag.NO_PRESERVE_DIR_STRUCTURE);
    wim.close();
    expect(await readFile(join(folder, 'readme.txt'), 'utf8')).toBe(ordinaryTree['readme.txt']);
  });

  test('split() and joinWims() undo each other', async () => {
    const folder = tempFolder();
    const path = await ordinaryWim(folder, { compress: 'LZX' });
    const wim = await openWim(path);
    const parts: string[] = [];
    await wim.split(join(folder, 'x.swm'), 100_000, 0, { onProgress: (progress) => { if (progress.kind === 'splitPartEnd') { parts.push(progress.partName); } } });
    wim.close();
    expect(parts[0]).toBe(join(folder, 'x.swm'));
    expect(parts.length).toBeGreaterThan(1);
    await joinWims(parts, join(folder, 'joined.wim'), WriteFlag.CHECK_INTEGRITY);
    const tree = async (file: string) => (await imagex('dir', file, '1', '--detailed')).replaceAll(/^Offset in WIM .*$/gm, '');
    expect(await tree(join(folder, 'joined.wim'))).toBe(await tree(path));
    await imagex('verify', join(folder, 'joined.wim'));
    expect(await failure(joinWims(parts.slice(1), join(folder, 'again.wim'), 0))).toMatchObject({ symbol: 'WIM_E_INVALID_CONTAINER' });
  });
});
