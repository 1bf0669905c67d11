/** What becomes of the system's answers: every errno is an ordinary failure with an HRESULT, the path and the right direction. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readTextFile } from '../../sidecar/src/closing.ts';
import { describeErrno, directionOf } from '../../sidecar/src/errnos.ts';
import { errnoInText } from '../../sidecar/src/errnoTexts.ts';
import { CancelledError, DismError } from '../../sidecar/src/errors.ts';
import { describeHresult, Hresult } from '../../sidecar/src/hresult.ts';
import { loadKoffi } from '../../sidecar/src/nativeAddon/koffi.ts';
import { SystemCallError } from '../../sidecar/src/platform/linux/libc.ts';
import { atPath, isDenied, messageOf, toDismError } from '../../sidecar/src/systemErrors.ts';
import { isBug, toWireError } from '../../sidecar/src/transport/responseError.ts';
import { tempFolder } from '../helpers/tempFolder.ts';

const isRoot = process.geteuid?.() === 0;
const running = { operation: 'image/getInfo', signal: new AbortController().signal };

function answered(code: string, syscall: string, path?: string): Error {
  return Object.assign(new Error(`${code}: by the test, ${syscall}`), { code, syscall, errno: -1, ...path === undefined ? {} : { path } });
}

function failureOf(code: string, syscall: string, path?: string): DismError {
  const failure = toDismError(answered(code, syscall, path), 'Cannot read "/images/a.wim"', '/images/a.wim', running);
  expect(failure).toBeInstanceOf(DismError);
  return failure as DismError;
}

test('readTextFile() names the file whatever fails, and not the descriptor that it is read by', () => {
  const folder = tempFolder();
  expect(() => readTextFile(folder)).toThrow(expect.objectContaining({ code: 'EISDIR', syscall: 'read', path: folder }) as Error);
});

describe('toDismError()', () => {
  test.for([
    ['EIO', 'read', 0x8007001E], ['EIO', 'open', 0x8007001E], ['EIO', 'write', 0x8007001D], ['EIO', 'fsync', 0x8007001D], ['EIO', 'ftruncate', 0x8007001D],
    ['EIO', 'rename', 0x8007001D], ['EIO', 'mkdir', 0x8007001D], ['EIO', 'close', 0x8007001D], ['EIO', 'mount', 0x8007045D], ['EIO', 'move_mount', 0x8007045D], ['ENOSPC', 'move_mount', 0x800705AA], ['EIO', 'lsetxattr', 0x8007001D],
    ['EIO', 'lgetxattr', 0x8007001E], ['EREMOTEIO', 'read', 0x8007001E], ['EREMOTEIO', 'write', 0x8007001D],
    ['ESTALE', 'read', 0x800703EE], ['ETIMEDOUT', 'read', 0x800705B4], ['EHOSTDOWN', 'open', 0x800704E8], ['EHOSTUNREACH', 'open', 0x800704D0],
    ['ENODEV', 'read', 0x80070037], ['ENODEV', 'mount', 0x80070032], ['ENXIO', 'open', 0x80070037], ['ENOMEDIUM', 'open', 0x80070015],
    ['EUCLEAN', 'read', 0x80070571], ['EBADMSG', 'read', 0x80070017], ['EPROTO', 'read', 0x8007003B],
    ['EMFILE', 'open', 0x80070004], ['ENFILE', 'open', 0x80070004], ['ENOMEM', 'read', 0x8007000E],
    ['EAGAIN', 'spawn wimlib-imagex', 0x800705AA], ['EAGAIN', 'flock', 0x80070021], ['ENOLCK', 'flock', 0x800700A7],
    ['ENOSPC', 'write', 0x80070070], ['ENOSPC', 'mount', 0x800705AA], ['EDQUOT', 'write', 0x8007050F], ['EFBIG', 'write', 0x800700DF], ['EROFS', 'open', 0x80070013],
    ['ENOTEMPTY', 'rmdir', 0x80070091], ['EEXIST', 'open', 0x80070050], ['EXDEV', 'rename', 0x80070011], ['EINVAL', 'read', 0x80070057],
    ['EOPNOTSUPP', 'fsync', 0x80070032], ['ENOSYS', 'openat2', 0x80070032], ['EKEYREVOKED', 'open', 0x80070005], ['EACCES', 'open', 0x80070005],
    ['EPIPE', 'write', 0x8007006D], ['ENOTCONN', 'open', 0xC1510114], ['ENAMETOOLONG', 'open', 0x800700CE], ['EISDIR', 'read', 0x80070005],
    ['ENONSENSE', 'read', 0x8007001E], ['ENONSENSE', 'write', 0x8007001D], ['ENONSENSE', 'mount', 0x80004005],
  ] as const)('%s of %s', ([code, syscall, hresult]) => {
    const failure = failureOf(code, syscall);
    expect(failure.hresult.toString(16)).toBe(hresult.toString(16));
    expect(failure).toMatchObject({ target: '/images/a.wim', message: expect.stringMatching(/^Cannot read "\/images\/a\.wim": [a-z].*[^.]$/) as string });
  });

  test.for(['/proc/self/fd/23', '/proc/self/fd/23/mnt', 'dismts-1', ''])('does not name "%s", which no user knows', (path) => {
    expect(failureOf('EIO', 'fsmount', path)).toMatchObject({ target: '/images/a.wim', message: 'Cannot read "/images/a.wim": the disk reports an error' });
  });

  test('knows every errno of this system, none of which is a bug, and gives advice with it', () => {
    const names = new Set([...Object.keys(constants.errno), ...Object.keys(loadKoffi().os.errno)]);
    expect(names.size).toBeGreaterThan(75);
    for (const code of names) {
      for (const syscall of ['open', 'read', 'write', 'fsync', 'statfs', 'flock', 'spawn /usr/bin/true', 'mount', 'toString']) {
        const failure = failureOf(code, syscall, '/elsewhere/b');
        expect(describeHresult(failure.hresult).known, code).toBe(true);
        expect(failure, code).toMatchObject({ target: '/elsewhere/b', message: expect.stringContaining('("/elsewhere/b")') as string });
        expect(failure.hint, `${code} of ${syscall}`).toMatch(/\.$/);
      }
    }
  });

  test.for([[116, 'ERROR_FILE_INVALID'], [117, 'ERROR_DISK_CORRUPT'], [122, 'ERROR_DISK_QUOTA_EXCEEDED'], [123, 'ERROR_NOT_READY'], [74, 'ERROR_CRC'], [128, 'E_ACCESSDENIED']] as const)(
    'knows errno %i, which libuv has no name for', ([number, symbol]) => {
      expect(failureOf(`Unknown system error -${number}`, 'read').symbol).toBe(symbol);
    });

  test.runIf(process.platform === 'linux')('has one name for each number, whether Node.js or the C library gave it', () => {
    for (const number of new Set(Object.values(loadKoffi().os.errno))) {
      const { code } = new SystemCallError('read', '/a', number);
      expect(describeErrno(code, 'read'), code).toEqual(describeErrno(`Unknown system error -${number}`, 'read'));
    }
    expect([11, 35, 95, 108, 112].map((number) => new SystemCallError('spawn', '/a', number).code)).toEqual(['EAGAIN', 'EDEADLK', 'ENOTSUP', 'ESHUTDOWN', 'EHOSTDOWN']);
  });

  test('knows what the synchronous functions of Node.js call UNKNOWN by its number', () => {
    const error = Object.assign(new Error('UNKNOWN: unknown error, write'), { code: 'UNKNOWN', syscall: 'write', errno: -122 });
    expect(toDismError(error, 'Cannot write', '', running)).toMatchObject({ symbol: 'ERROR_DISK_QUOTA_EXCEEDED' });
  });

  test('says in warnings what an answer means, and of which path', () => {
    const error = answered('EIO', 'lstat', '/state/a');
    expect([messageOf(error), messageOf(error, '/state/a'), messageOf(new Error('text'))]).toEqual(['the disk reports an error ("/state/a")', 'the disk reports an error', 'text']);
  });

  test('names an errno that the table does not have', () => {
    expect(failureOf('ENONSENSE', 'ioctl').message).toBe('Cannot read "/images/a.wim": the system answers ENONSENSE to "ioctl"');
  });

  test('says whether it is the folder that is missing', () => {
    const folder = tempFolder();
    expect(failureOf('ENOENT', 'open', join(folder, 'a.wim'))).toMatchObject({ hresult: Hresult.ERROR_FILE_NOT_FOUND });
    expect(failureOf('ENOENT', 'open', join(folder, 'none/a.wim'))).toMatchObject({
      hresult: Hresult.ERROR_PATH_NOT_FOUND, message: expect.stringContaining(`the folder "${join(folder, 'none')}" does not exist`) as string,
    });
  });

  test.runIf(isRoot)('says whether it is room or inodes that a disk has run out of (needs root)', () => {
    const folder = tempFolder();
    const fill = (options: string, bytes: number): DismError => {
      execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]);
      try {
        for (let number = 0; ; number += 1) { writeFileSync(join(folder, String(number)), Buffer.alloc(bytes)); }
      } catch (error) {
        return toDismError(error, 'Cannot write', '', running) as DismError;
      } finally {
        execFileSync('umount', [folder]);
      }
    };
    expect(fill('nr_inodes=4,size=1m', 0)).toMatchObject({
      hresult: Hresult.ERROR_DISK_FULL, message: expect.stringContaining('inodes') as string, hint: expect.stringContaining('number') as string,
    });
    expect(fill('size=1m', 300_000)).toMatchObject({ hresult: Hresult.ERROR_DISK_FULL, message: expect.stringContaining('no space is left') as string });
  });

  test('leaves what is a bug as it is', () => {
    for (const error of [new TypeError('x is undefined'), Object.assign(new Error('bad'), { code: 'ERR_INVALID_ARG_TYPE' }), 'text', undefined]) {
      expect(toDismError(error, 'Cannot', '', running)).toBe(error);
      expect(isBug(error)).toBe(true);
    }
  });

  test('makes a cancellation of an aborted signal', () => {
    const signal = AbortSignal.abort();
    expect(toDismError(signal.reason, 'Cannot', '', { operation: 'image/mount', signal })).toBeInstanceOf(CancelledError);
  });
});

test('an answer of the system that nobody has put in words is no bug at the edge either', () => {
  const error = answered('EIO', 'read', '/images/a.wim');
  expect(isBug(error)).toBe(false);
  expect(toWireError(error, { operation: 'image/getInfo', logPath: '' })).toMatchObject({
    code: 1, data: { symbol: 'ERROR_READ_FAULT', target: '/images/a.wim' }, message: 'Cannot finish "image/getInfo": the disk reports an error ("/images/a.wim")',
  });
});

test('atPath() names what a call on a descriptor is about', () => {
  expect(failureOf('EIO', 'read').target).toBe('/images/a.wim');
  expect((toDismError(atPath(answered('EIO', 'read', '/proc/self/fd/7/x'), '/mnt/Windows/x'), 'Cannot', '/mnt', running) as DismError).target).toBe('/mnt/Windows/x');
});

test('EPERM is explained to root, too', () => {
  expect(failureOf('EPERM', 'open').hint).toContain('lsattr');
  expect(failureOf('EPERM', 'move_mount').hint).toContain('SYS_ADMIN');
});

test('isDenied() is true for missing rights only', () => {
  expect(['EACCES', 'EPERM', 'EROFS', 'EIO', 'ENOSPC'].filter((code) => isDenied(answered(code, 'access')))).toEqual(['EACCES', 'EPERM', 'EROFS']);
});

test('directionOf() knows the calls of libc.ts', () => {
  const calls = [...readFileSync(new URL('../../sidecar/src/platform/linux/libc.ts', import.meta.url), 'utf8').matchAll(/func\('(?:int|long) (\w+)\(/g)].map(([, name]) => name ?? '')
    // What starts a program answers as "spawn", as in Node.js.
    .filter((name) => !/^(?:posix_spawn|sig)/.test(name));
  expect(calls.length).toBeGreaterThan(8);
  for (const call of calls) {
    expect(directionOf(call), call).toBe(/set|remove/.test(call) ? 'writing' : /^(?:mount|umount2|flock)$/.test(call) ? 'other' : 'reading');
  }
});

test('errnoInText() finds the end of a line, however a program writes it, and no name of a file', () => {
  expect(errnoInText('mkfs.vfat: unable to synchronize /a.tmp:Input/output error\nmkfs.fat 4.2')).toBe('EIO');
  expect(errnoInText('Using XPRESS\n[ERROR] Error writing data: No space left on device')).toBe('ENOSPC');
  expect(errnoInText('cannot use "/a: Permission denied"')).toBeUndefined();
});
