/** What libwim makes of nasty files and full disks: a code of the table, no crash, no hang, nothing on stderr. */
import { execFileSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { describeErrno } from '../../../sidecar/src/errnos.ts';
import { wimlibError, wimlibErrors } from '../../../sidecar/src/wimlib/errors.ts';
import { AddFlag, WriteFlag } from '../../../sidecar/src/wimlib/flags.ts';
import { createWim, openWim } from '../../../sidecar/src/wimlib/openWim.ts';
import { CancelledError, DismError, UnsupportedError, WimError } from '../../../sidecar/src/errors.ts';
import { CompressionType } from '../../../sidecar/src/wimlib/codec.ts';
import { loadKoffi } from '../../../sidecar/src/nativeAddon/koffi.ts';
import { isRoot } from '../../helpers/nobody.ts';
import { hostileContents, hostileFiles, hostileMetadata } from '../../helpers/hostileWims.ts';
import { entriesOf } from '../../helpers/libwimTree.ts';
import { rawWim } from '../../helpers/rawWim.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';
import { imagex, ordinaryWim, pseudoRandom } from '../../helpers/wims.ts';

async function failure(promise: Promise<unknown>): Promise<DismError> {
  const error: unknown = await promise.then(() => undefined, (reason: unknown) => reason);
  expect(error).toBeInstanceOf(DismError);
  return error as DismError;
}

async function hostile(bytes: Uint8Array): Promise<string> {
  const path = join(tempFolder(), 'hostile.wim');
  await writeFile(path, bytes);
  return path;
}

describe('openWim()', () => {
  test.runIf(isRoot)('refuses to write to a file on a read-only file system', async () => {
    const folder = tempFolder();
    const mounted = join(folder, 'read-only');
    await mkdir(mounted);
    execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', mounted]);
    onTestFinished(() => { execFileSync('umount', [mounted]); });
    const path = join(mounted, 'a.wim');
    await writeFile(path, rawWim({}));
    execFileSync('mount', ['-o', 'remount,ro', mounted]);
    expect(await failure(openWim(path, { writeAccess: true }))).toMatchObject({ symbol: 'WIM_E_CONTAINER_READONLY' });
    (await openWim(path)).close();
  });

  test('refuses broken XML data without a word on stderr', async () => {
    const path = await hostile(hostileFiles.xmlBroken[1]());
    const captured = join(tempFolder(), 'stderr');
    const libc = loadKoffi().load(null);
    const dup = libc.func('int dup(int fd)');
    const dup2 = libc.func('int dup2(int from, int to)');
    const saved = dup(2) as number;
    const descriptor = openSync(captured, 'w');
    dup2(descriptor, 2);
    try {
      await failure(openWim(path));
    } finally {
      dup2(saved, 2);
      closeSync(saved);
      closeSync(descriptor);
    }
    expect(await readFile(captured, 'utf8')).toBe('');
  });
});

describe('a hostile image', () => {
  test.for(Object.entries(hostileMetadata))('%s cannot be read', async ([, build]) => {
    const wim = await openWim(await hostile(build()));
    const to = createWim('/nowhere', CompressionType.None);
    expect(await failure(wim.exportImage(1, to, 0))).toMatchObject({ symbol: 'ERROR_FILE_CORRUPT' });
    to.close();
    wim.close();
  });

  test.for(Object.entries(hostileContents))('%s can be read', async ([, build]) => {
    const names = entriesOf(await hostile(build()), 1, 1000).map(({ fileName }) => fileName);
    expect(names).not.toContain('..');
    expect(names).not.toContain('.');
    expect(names.length).toBeGreaterThan(1);
  });

  test('badHash fails verify()', async () => {
    const wim = await openWim(await hostile(hostileContents.badHash()));
    expect(await failure(wim.verify())).toMatchObject({ symbol: 'ERROR_FILE_CORRUPT' });
    wim.close();
  });

  test('deep can be walked to the bottom and written', async () => {
    const path = await hostile(hostileContents.deep());
    expect(entriesOf(path).length).toBeGreaterThan(16_000);
    const wim = await openWim(path, { writeAccess: true });
    await wim.overwrite(WriteFlag.REBUILD);
    wim.close();
    await imagex('verify', path);
  });
});

describe('overwrite()', () => {
  test.runIf(isRoot)('on a full disk gives ERROR_DISK_FULL and leaves the file whole', async () => {
    const folder = tempFolder();
    const small = join(folder, 'small');
    await mkdir(small);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', small]);
    onTestFinished(() => { execFileSync('umount', [small]); });
    const path = join(small, 'a.wim');
    await writeFile(path, await readFile(await ordinaryWim(folder, { integrity: true })));
    const before = await readFile(path);
    const wim = await openWim(path, { writeAccess: true, what: `Cannot commit "${path}"` });
    onTestFinished(() => { wim.close(); });
    await wim.addImage(join(folder, 'source'), 'Second', AddFlag.NO_ACLS);
    wim.setImageProperty(1, 'DESCRIPTION', 'd'.repeat(100_000));
    await writeFile(join(small, 'filler'), pseudoRandom(2_000_000, 1)).catch(() => undefined);
    expect(await failure(wim.overwrite(WriteFlag.FSYNC))).toMatchObject({
      symbol: 'ERROR_DISK_FULL', message: `Cannot commit "${path}": no space is left on its disk`,
    });
    expect((await readFile(path)).equals(before)).toBe(true);
    await imagex('verify', path);
  });
});

describe('wimlibError()', () => {
  const failed = { what: 'Cannot open "/a.wim"', target: '/a.wim', operation: 'image/mount' };

  test('makes an error of the right class of every code', () => {
    for (const [code, { symbol, hresult }] of wimlibErrors) {
      const error = wimlibError(code, failed);
      expect(error.target).toBe('/a.wim');
      expect(error.symbol.startsWith('HRESULT_'), symbol).toBe(false);
      expect(error instanceof WimError, symbol).toBe(hresult === null);
      if (error instanceof WimError) {
        expect(error.symbol).toBe(symbol);
      }
    }
    expect(wimlibError(76, failed)).toBeInstanceOf(CancelledError);
    expect(wimlibError(74, failed)).toBeInstanceOf(UnsupportedError);
    expect(wimlibError(4711, failed)).toMatchObject({ symbol: 'WIMLIB_ERR_4711' });
  });

  test('takes the cause of a failed write from the text of libwim, and only of such a code', () => {
    const messages = '[ERROR] Error writing data to WIM file: No space left on device';
    expect(wimlibError(72, { ...failed, messages })).toMatchObject({ symbol: 'ERROR_DISK_FULL' });
    expect(wimlibError(72, failed)).toMatchObject({ symbol: 'ERROR_WRITE_FAULT' });
    expect(wimlibError(13, { ...failed, messages })).toMatchObject({ symbol: 'ERROR_FILE_CORRUPT' });
    expect(wimlibError(50, { ...failed, messages: 'Input/output error' })).toMatchObject({ symbol: 'ERROR_READ_FAULT' });
    expect(wimlibError(47, { ...failed, messages: 'Too many open files in system' })).toMatchObject({ symbol: 'ERROR_TOO_MANY_OPEN_FILES', hint: expect.stringContaining('fs.file-max') as string });
    expect(wimlibError(72, { ...failed, messages: 'Input/output error' })).toMatchObject({ symbol: 'ERROR_WRITE_FAULT' });
    expect(wimlibError(72, { ...failed, messages: 'File too large' })).toMatchObject({ symbol: 'ERROR_FILE_TOO_LARGE' });
    for (const cause of ['Operation not permitted', 'Function not implemented', 'Operation not supported']) {
      const noLinks = wimlibError(35, { ...failed, messages: `[ERROR] Can't create hard link "/o/f" => "/o/g": ${cause}` });
      expect(noLinks).toMatchObject({ symbol: 'ERROR_NOT_SUPPORTED', target: '/o/f', message: `${failed.what}: its file system has no links ("/o/f")` });
      expect(noLinks.hint).toContain('NTFS or ext4');
    }
    expect((wimlibError(13, { ...failed, messages }).cause as Error).message).toContain(messages);
  });

  test('knows the words of the C library for every errno of the table', () => {
    const strerror = loadKoffi().load(null).func('const char *strerror(int number)') as unknown as (number: number) => string;
    for (const [name, number] of Object.entries(loadKoffi().os.errno)) {
      // Another code for a file that cannot be changed, and what the table does not have.
      if (name === 'EROFS' || describeErrno(name, 'write').reason.includes('the system answers')) { continue; }
      const { hresult, message } = wimlibError(72, { ...failed, messages: `[ERROR] Error writing raw data to WIM file: ${strerror(number)}` });
      expect([hresult.toString(16), message], name).toEqual([describeErrno(name, 'write').hresult.toString(16), `${failed.what}: ${describeErrno(name, 'write').reason}`]);
    }
  });

  test('takes no name of a file for a cause', () => {
    expect(wimlibError(47, { ...failed, messages: '[ERROR] Can\'t open "/s/No space left on device: x": Permission denied' })).toMatchObject({ symbol: 'E_ACCESSDENIED' });
  });

  test('takes the answers of libntfs-3g for those of the volume, and no file in it for one of this machine', () => {
    const places = { ...failed, writtenTo: '/vol', volume: '/vol' };
    const answer = (messages: string): unknown => wimlibError(46, { ...places, messages: `[ERROR] ${messages}` });
    expect(answer('Can\'t create "/a.txt" in NTFS volume: No space left on device')).toMatchObject({ symbol: 'ERROR_DISK_FULL', target: '/vol' });
    // What it has not written yet after a write that failed.
    expect(answer('Error writing data to NTFS volume: Device or resource busy')).toMatchObject({ symbol: 'ERROR_WRITE_FAULT', target: '/vol' });
    expect(answer('Error reading data from NTFS inode 5: Input/output error')).toMatchObject({ symbol: 'ERROR_READ_FAULT', target: '/vol' });
    expect(answer('Failed to mount "/vol" with NTFS-3G: Device or resource busy')).toMatchObject({ symbol: 'ERROR_SHARING_VIOLATION', target: '/vol' });
  });

  test('tells what is read from what is written', () => {
    const places = { ...failed, readFrom: ['/from.wim'], writtenTo: '/to' };
    expect(wimlibError(50, { ...places, messages: '[ERROR] Error reading data from WIM file: Input/output error' })).toMatchObject({ target: '/from.wim', symbol: 'ERROR_READ_FAULT' });
    expect(wimlibError(72, { ...places, messages: '[ERROR] Error writing data: Input/output error' })).toMatchObject({ target: '/to', symbol: 'ERROR_WRITE_FAULT' });
    expect(wimlibError(50, { ...places, messages: '[ERROR] Read error while calculating integrity checksums: Input/output error' })).toMatchObject({ target: '/to' });
  });

  test('names the part that cannot be read, or says that it is one of them', async () => {
    const folder = tempFolder();
    const parts = ['a.swm', 'a2.swm', 'a3.swm'].map((name) => join(folder, name));
    for (const part of parts) { await writeFile(part, 'part'); }
    const unread = { ...failed, readFrom: parts, messages: '[ERROR] Error reading data from WIM file: Input/output error' };
    const one = `${failed.what}: the disk reports an error (in one of the parts)`;
    expect(wimlibError(50, unread)).toMatchObject({ target: parts[0], message: one });
    await rm(parts[1] ?? '');
    await mkdir(parts[1] ?? '');
    expect(wimlibError(50, unread)).toMatchObject({ target: parts[1], message: expect.stringContaining(`("${parts[1]}")`) as string });
  });

  test('names the file that libwim names, and the content, where it is not what the message begins with', () => {
    const gone = wimlibError(47, { ...failed, messages: '[ERROR] Can\'t open "/s/b c.txt": No such file or directory' });
    expect(gone).toMatchObject({ symbol: 'ERROR_FILE_NOT_FOUND', target: '/s/b c.txt', message: `${failed.what}: it does not exist ("/s/b c.txt")` });
    const changed = wimlibError(88, { ...failed, messages: '[ERROR] "/s/b.txt": File was concurrently truncated' });
    expect(changed).toMatchObject({ symbol: 'ERROR_SHARING_VIOLATION', target: '/s/b.txt', message: expect.stringMatching(/ \("\/s\/b\.txt"\)$/) as string, contentHash: undefined });
    const hash = '046c168df2244d3a13985f042a50e479fe56455e';
    const damaged = (path: string) => wimlibError(28, { ...failed, messages: `[ERROR] A WIM resource is corrupted!\n        WIM file: "${path}"\n        Expected SHA-1: ${hash}\n` });
    expect(damaged('/a2.swm')).toMatchObject({ target: '/a2.swm', contentHash: hash, message: expect.stringMatching(/ \("\/a2\.swm"\)$/) as string });
    expect(damaged('/a.wim')).toMatchObject({ target: '/a.wim', contentHash: hash, message: expect.stringMatching(/hash$/) as string });
    const full = wimlibError(72, { ...failed, target: '/t.tmp', messages: '[ERROR] Error writing data to WIM file: No space left on device' });
    expect(full).toMatchObject({ target: '/t.tmp', message: expect.stringMatching(/ \("\/t\.tmp"\)$/) as string });
  });
});
