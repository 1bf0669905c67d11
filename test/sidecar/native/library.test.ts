/** Which DismApi.dll is used, whether it may be, and what is said about the machine. */
import { chmodSync, chownSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createNativeEngine } from '../../../sidecar/src/engine/native/nativeEngine.ts';
import { checkWindows, type WindowsMachine } from '../../../sidecar/src/engine/native/operations/environment.ts';
import { chosenLibrary } from '../../../sidecar/src/engine/native/binding/libraryLocation.ts';
import { requireSafeLibrary, unsafeReason } from '../../../sidecar/src/engine/native/binding/librarySafety.ts';
import { DismError } from '../../../sidecar/src/errors.ts';
import { Hresult } from '../../../sidecar/src/hresult.ts';
import { testContext } from '../../helpers/operationContext.ts';
import { sourceCommand } from '../../helpers/sourceCommand.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

const posix = process.platform !== 'win32';
const root = process.geteuid?.() === 0;

describe('unsafeReason()', () => {
  const [administrators, system, users, installer] = ['S-1-5-32-544', 'S-1-5-18', 'S-1-5-32-545', 'S-1-5-80-956008885'];
  const trusted = new Set([administrators, system, installer]);
  const full = 0x1F01FF;
  const readAndExecute = 0x1200A9;
  const programFiles = { owner: installer, allowed: [{ sid: administrators, rights: full }, { sid: users, rights: readAndExecute }] };

  test('has nothing against a folder that only administrators can change', () => {
    for (const part of ['file', 'folder', 'above'] as const) { expect(unsafeReason(programFiles, part, trusted)).toBeUndefined(); }
  });

  test.for([
    ['file', 0x2, 'write data'], ['file', 0x4, 'append'], ['file', 0x10000, 'delete'], ['file', 0x40000, 'change the list'], ['file', 0x80000, 'take ownership'],
    ['file', 0x10000000, 'everything'], ['file', 0x40000000, 'generic write'], ['folder', 0x2, 'add files'], ['folder', 0x4, 'add folders'],
    ['folder', 0x40, 'delete what is in it'], ['above', 0x40, 'delete what is in it'], ['above', 0x10000, 'delete'], ['above', 0x40000, 'change the list'],
  ] as const)('refuses that others have the right %s 0x%i: %s', ([part, rights]) => {
    const allowed = [...programFiles.allowed, { sid: users, rights: readAndExecute | rights }];
    expect(unsafeReason({ ...programFiles, allowed }, part, trusted)).toContain(users);
  });

  test('lets others add files and folders far above, as in the root of a drive', () => {
    expect(unsafeReason({ ...programFiles, allowed: [{ sid: users, rights: readAndExecute | 0x6 }] }, 'above', trusted)).toBeUndefined();
  });

  test('refuses another owner, and what has no list', () => {
    expect(unsafeReason({ ...programFiles, owner: users }, 'file', trusted)).toBe(`belongs to ${users}`);
    expect(unsafeReason({ ...programFiles, allowed: null }, 'file', trusted)).toBe('can be changed by everybody');
  });
});

describe.skipIf(!posix)('requireSafeLibrary() (not on Windows)', () => {
  function library(): { readonly folder: string; readonly path: string } {
    const folder = join(tempFolder(), 'DISM');
    mkdirSync(folder, { mode: 0o755 });
    const path = join(folder, 'DismApi.so');
    writeFileSync(path, '', { mode: 0o644 });
    return { folder, path };
  }

  test('takes what only this user can change, below a folder with a sticky bit, too', () => {
    expect(() => { requireSafeLibrary(library().path, ''); }).not.toThrow();
  });

  test.for([['path', 0o666], ['path', 0o664], ['folder', 0o777], ['folder', 0o1777]] as const)('refuses a %s of mode 0o%s', ([which, mode]) => {
    const found = library();
    chmodSync(found[which], mode);
    expect(() => { requireSafeLibrary(found.path, ''); }).toThrow(expect.objectContaining({ hresult: Hresult.DISMTS_E_UNSAFE_LIBRARY, target: found[which] }) as Error);
  });

  test.skipIf(!root)('refuses what belongs to another user (needs root)', () => {
    const found = library();
    chownSync(found.folder, 65534, 65534);
    expect(() => { requireSafeLibrary(found.path, ''); }).toThrow(expect.objectContaining({ target: found.folder, message: expect.stringContaining('user 65534') as string }) as Error);
  });
});

describe.skipIf(!posix)('chosenLibrary() (not on Windows)', () => {
  test('takes the file, or the folder that it is in, and follows links first', () => {
    const folder = join(tempFolder(), 'DISM');
    mkdirSync(folder);
    writeFileSync(join(folder, 'DismApi.dll'), '');
    expect(chosenLibrary(folder)).toBe(join(folder, 'DismApi.dll'));
    expect(chosenLibrary(join(folder, 'DismApi.dll'))).toBe(join(folder, 'DismApi.dll'));
    const link = join(tempFolder(), 'link');
    symlinkSync(folder, link);
    expect(chosenLibrary(link)).toBe(join(folder, 'DismApi.dll'));
    chmodSync(folder, 0o777);
    expect(() => chosenLibrary(link)).toThrow(expect.objectContaining({ symbol: 'DISMTS_E_UNSAFE_LIBRARY' }) as Error);
  });

  test.for([['folder', 'ERROR_FILE_NOT_FOUND'], ['folder/DismApi.dll', 'ERROR_FILE_NOT_FOUND']])('refuses "%s" without one', ([name, symbol]) => {
    const path = join(tempFolder(), name ?? '');
    expect(() => chosenLibrary(path)).toThrow(expect.objectContaining({ symbol }) as Error);
  });

  test('refuses a path that depends on the current folder', () => {
    expect(() => chosenLibrary('DISM')).toThrow(expect.objectContaining({ symbol: 'E_INVALIDARG' }) as Error);
  });
});

test.skipIf(process.platform === 'win32')('off Windows an operation says that it needs Windows', async () => {
  const engine = createNativeEngine({ command: sourceCommand });
  await expect(engine.getFeatures({ path: '/mnt' }, testContext('feature/get'))).rejects.toMatchObject({ name: 'UnsupportedError' });
  expect(await engine.getEnvironment({}, testContext('environment/get'))).toMatchObject({
    engine: 'Native', ready: false, checks: [{ name: 'Windows', state: 'Missing', hint: expect.stringContaining('Portable') as string }],
  });
  await engine.close?.();
});

describe('checkWindows()', () => {
  const windows: WindowsMachine = {
    platform: 'win32', architecture: 'x64', isElevated: () => true, nativeArchitecture: () => 'x64', hasPackageIdentity: () => false, hasPendingRestart: () => false,
    windowsCopy: () => ({ path: 'C:\\Windows\\System32\\DismApi.dll', version: '10.0.19041.1' }),
    kitCopies: () => [{ path: 'D:\\Kits\\DismApi.dll', version: '10.0.26100.1' }],
    chosenCopy: (path) => ({ path, version: undefined }), unwritable: () => undefined,
  };
  const question = { dismPath: undefined, logDirectory: 'C:\\Logs', scratchDirectory: 'C:\\Temp' };
  const check = (changes: Partial<WindowsMachine>, name: string, asked: Partial<Parameters<typeof checkWindows>[1]> = {}) =>
    checkWindows({ ...windows, ...changes }, { ...question, ...asked }).find((one) => one.name === name);

  test('finds everything on a machine that has it', () => {
    const checks = checkWindows(windows, question);
    expect(checks.map(({ name, state }) => [name, state])).toEqual([
      ['Elevation', 'Ok'], ['Architecture', 'Ok'], ['Package identity', 'Ok'], ['DismApi.dll', 'Ok'], ['DismApi.dll (ADK)', 'Ok'], ['Pending restart', 'Ok'],
      ['Log directory', 'Ok'], ['Scratch directory', 'Ok'],
    ]);
    expect(checks.find(({ name }) => name === 'DismApi.dll (ADK)')?.detail).toBe('10.0.26100.1, D:\\Kits\\DismApi.dll');
    expect(checks.every(({ hint }) => hint === '')).toBe(true);
  });

  test.for<[name: string, changes: Partial<WindowsMachine>, state: string]>([
    ['Elevation', { isElevated: () => false }, 'Missing'], ['Architecture', { nativeArchitecture: () => 'arm64' }, 'Warning'],
    ['Package identity', { hasPackageIdentity: () => true }, 'Warning'], ['Pending restart', { hasPendingRestart: () => true }, 'Warning'],
    ['DismApi.dll', { windowsCopy: () => undefined }, 'Missing'], ['Log directory', { unwritable: () => '"C:\\Logs" cannot be written' }, 'Warning'],
  ])('says what to do about %s', ([name, changes, state]) => {
    expect(check(changes, name)).toMatchObject({ state, hint: expect.stringMatching(/\.$/) as string, detail: expect.stringMatching(/./) as string });
  });

  test('is about the library that is chosen', () => {
    expect(check({}, 'DismApi.dll', { dismPath: 'E:\\DISM' })).toMatchObject({ state: 'Ok', detail: 'unknown version, E:\\DISM (chosen)' });
    const refuse = (): never => { throw new DismError(Hresult.DISMTS_E_UNSAFE_LIBRARY, 'Cannot load "E:\\DISM": "E:\\" can be changed by S-1-1-0'); };
    expect(check({ chosenCopy: refuse }, 'DismApi.dll', { dismPath: 'E:\\DISM' })).toMatchObject({ state: 'Missing', detail: expect.stringContaining('S-1-1-0') as string });
  });

  test('answers where something cannot be found out', () => {
    const broken = (): never => { throw new Error('no advapi32.dll'); };
    expect(check({ isElevated: broken }, 'Elevation')).toMatchObject({ state: 'Missing', detail: 'no advapi32.dll' });
  });
});
