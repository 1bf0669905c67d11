/** The parts of the binding that need no DISM: layouts, times, outcomes, texts, loading. */
import { execFileSync } from 'node:child_process';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { EventFactory } from '../../../sidecar/src/engine/native/binding/cancelEvent.ts';
import { DismLibrary } from '../../../sidecar/src/engine/native/binding/dismLibrary.ts';
import { loadLibrary } from '../../../sidecar/src/engine/native/binding/nativeLibrary.ts';
import { classify } from '../../../sidecar/src/engine/native/binding/outcome.ts';
import { progressPosition } from '../../../sidecar/src/engine/native/binding/progress.ts';
import { readNames, readOptionalString } from '../../../sidecar/src/engine/native/binding/results.ts';
import { readImageInfo, readStrings, structs, type StructName } from '../../../sidecar/src/engine/native/binding/structs.ts';
import { calendarDate, localTimeToIso, type SystemTime } from '../../../sidecar/src/engine/native/binding/systemTime.ts';
import { failureMessage } from '../../../sidecar/src/engine/native/binding/text.ts';
import { Hresult } from '../../../sidecar/src/hresult.ts';
import { loadKoffi } from '../../../sidecar/src/nativeAddon/koffi.ts';
import { compile, lacksCompiler } from '../../helpers/cBuild.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

interface StructLayout {
  readonly size: number;
  readonly fields: Readonly<Record<string, number>>;
}

const lacksLayout = process.platform === 'linux' ? lacksCompiler('elf') : 'the layouts are printed by a program for Linux';
if (lacksLayout !== undefined) {
  process.stderr.write(`skipped: layouts are not compared with those of a C compiler: ${lacksLayout}\n`);
}

describe('structs()', () => {
  /** Sizes of 64-bit Windows as the header makes them. */
  const sizes = {
    DismString: 8, DismFeature: 12, DismCapability: 12, DismCustomProperty: 24, DismPackage: 32, DismPackageInfo: 172, DismPackageInfoEx: 180,
    DismFeatureInfo: 44, DismCapabilityInfo: 36, DismImageInfo: 140, DismWimCustomizedInfo: 44, DismMountedImageInfo: 28, DismDriverPackage: 100,
    DismDriver: 52, DismAppxPackage: 68, DismOsInfo: 40, SYSTEMTIME: 16,
  };

  test('has every struct, packed', () => {
    expect(Object.fromEntries(Object.entries(structs()).map(([name, type]) => [name, type.size]))).toEqual(sizes);
    expect(structs()).toBe(structs());
  });

  test.skipIf(lacksLayout !== undefined)('agrees with a C compiler in every size and offset', () => {
    const program = compile({ target: 'elf', sources: ['layout.c'], output: 'layout' });
    const theirs = JSON.parse(execFileSync(program, { encoding: 'utf8' })) as Record<string, StructLayout>;
    const ours = Object.fromEntries(Object.entries(structs()).map(([name, type]) => [name, {
      size: type.size, fields: Object.fromEntries(Object.values(type.members ?? {}).map((member) => [member.name, member.offset])),
    }]));
    expect(ours).toEqual(theirs);
  });
});

describe('readers', () => {
  /** Memory with structs in it, as a library would return them. */
  function inMemory(name: StructName, values: readonly object[]): bigint {
    const koffi = loadKoffi();
    const address = koffi.alloc(structs()[name], values.length) as bigint;
    onTestFinished(() => { koffi.free(address); });
    koffi.encode(address, structs()[name], values, values.length);
    return address;
  }
  const day = (wYear: number) => ({ wYear, wMonth: 1, wDayOfWeek: 0, wDay: 1, wHour: 0, wMinute: 0, wSecond: 0, wMilliseconds: 0 });
  const image = {
    ImageType: 0, ImageIndex: 1, ImageName: null, ImageDescription: null, ImageSize: 0xFFFFFFFFFFFFFFFFn, Architecture: 9, ProductName: null,
    EditionId: null, InstallationType: null, Hal: null, ProductType: null, ProductSuite: null, MajorVersion: 0, MinorVersion: 0, Build: 0,
    SpBuild: 0, SpLevel: 0, Bootable: 2, SystemRoot: null, Language: null, LanguageCount: 0, DefaultLanguageIndex: 0, CustomizedInfo: null,
  };

  test('follow no pointer whose target is not known', () => {
    const information = { Size: 44, DirectoryCount: 1, FileCount: 2, CreatedTime: day(2025), ModifiedTime: day(0) };
    const older = inMemory('DismWimCustomizedInfo', [{ ...information, Size: 40 }]);
    const newer = inMemory('DismWimCustomizedInfo', [{ ...information, Size: 48 }]);
    const images = inMemory('DismImageInfo', [
      // A disk's, whatever it points to.
      { ...image, ImageType: 1, CustomizedInfo: 8n }, { ...image, ImageType: -1, CustomizedInfo: 8n }, { ...image, CustomizedInfo: older },
      { ...image, CustomizedInfo: newer },
    ]);
    expect(readImageInfo(images, 4).map((each) => each.customizedInfo)).toEqual([
      null, null, null, { directoryCount: 1, fileCount: 2, createdTime: '2025-01-01T00:00:00.000', modifiedTime: null },
    ]);
    expect(readImageInfo(images, 1)).toMatchObject([{ imageType: 1, imageSizeBytes: 2n ** 64n - 1n, languages: [], defaultLanguageIndex: null }]);
    expect(readImageInfo(null, 3)).toEqual([]);
  });

  test('keep empty strings and NULL apart, and leave names out that are NULL', () => {
    const strings = inMemory('DismString', [{ Value: '' }, { Value: null }, { Value: '\u{1F600}' }]);
    expect(readStrings(strings, 3)).toEqual(['', null, '\u{1F600}']);
    expect(readNames(strings, 3)).toEqual(['', '\u{1F600}']);
    expect(readOptionalString(null)).toBeNull();
  });
});

describe('SYSTEMTIME', () => {
  const zone = process.env['TZ'];
  afterEach(() => { process.env['TZ'] = zone; });
  const time = (wYear: number, wMonth: number, wDay: number, wHour = 0, wMinute = 0, wSecond = 0, wMilliseconds = 0): SystemTime =>
    ({ wYear, wMonth, wDay, wHour, wMinute, wSecond, wMilliseconds });

  test.for([
    ['Europe/Berlin', time(2025, 2, 28, 13, 14, 15, 160), '2025-02-28T13:14:15.160'],
    ['Europe/Berlin', time(2025, 7, 1, 0, 30), '2025-07-01T00:30:00.000'],
    ['America/New_York', time(2024, 12, 31, 23, 59, 59, 999), '2024-12-31T23:59:59.999'],
    ['America/New_York', time(1601, 1, 1), '1601-01-01T00:00:00.000'],
    ['America/New_York', time(9999, 12, 31, 23, 59, 59, 999), '9999-12-31T23:59:59.999'],
    // The hour that does not exist.
    ['Europe/Berlin', time(2025, 3, 30, 2, 30), '2025-03-30T02:30:00.000'],
    ['UTC', time(0, 0, 0), null],
    ['UTC', time(2025, 2, 29), null],
    ['UTC', time(2025, 13, 1), null],
    ['UTC', time(2025, 1, 1, 24), null],
    ['UTC', time(1600, 1, 1), null],
    ['UTC', time(10000, 1, 1), null],
    ['UTC', time(65535, 65535, 65535, 65535, 65535, 65535, 65535), null],
  ] as const)('localTimeToIso() in %s: %o is %s', ([name, value, iso]) => {
    process.env['TZ'] = name;
    expect(localTimeToIso(value)).toBe(iso);
  });

  test('calendarDate() is the same day in every zone', () => {
    for (const name of ['Pacific/Kiritimati', 'UTC', 'Pacific/Pago_Pago']) {
      process.env['TZ'] = name;
      expect(calendarDate(time(2006, 6, 21))).toBe('2006-06-21');
    }
    expect(calendarDate(time(0, 0, 0))).toBeNull();
    expect(calendarDate(time(2023, 2, 30))).toBeNull();
  });
});

describe('classify()', () => {
  test.for([
    [0, true, { hresult: 0, restartNeeded: false, reloadSession: false }],
    [1, true, { hresult: 1, restartNeeded: false, reloadSession: true }],
    [1, false, { hresult: 1, restartNeeded: false, reloadSession: false }],
    [3010, true, { hresult: 3010, restartNeeded: true, reloadSession: false }],
    [3011, true, { hresult: 3011, restartNeeded: true, reloadSession: false }],
    [0x80070BC2 | 0, true, { hresult: 0x80070BC2, restartNeeded: true, reloadSession: false }],
    [0x000F0801, true, { hresult: 0x000F0801, restartNeeded: false, reloadSession: false }],
    [0x7FFFFFFF, true, { hresult: 0x7FFFFFFF, restartNeeded: false, reloadSession: false }],
    [1223, true, 'cancelled'], [1235, true, 'cancelled'], [0x800704C7 | 0, true, 'cancelled'], [0x800704D3 | 0, false, 'cancelled'],
    [0x800F0820 | 0, true, 'cancelled'], [0x800F0821 | 0, true, 'cancelled'], [0x80004004 | 0, true, 'cancelled'],
    [0x80000000 | 0, true, 'failed'], [-1, true, 'failed'], [0xC0040001 | 0, true, 'failed'],
  ] as const)('%i, of a session %s: %o', ([code, ofSession, expected]) => {
    expect(classify(code, ofSession)).toEqual(expected);
  });
});

describe('progressPosition()', () => {
  test.for([
    [0, 100, 0, 1], [50, 100, 50, 1], [100, 100, 100, 1], [101, 100, 100, 2], [200, 100, 100, 2], [225, 100, 100, 3], [150, 200, 150, 1], [5, 0, 0, 1],
    [4294967295, 4294967295, 4294967295, 1],
  ] as const)('%i of %i is at %i, step %i', ([current, total, at, step]) => {
    expect(progressPosition(current, total)).toEqual({ current: at, total, step });
  });
});

describe('failureMessage()', () => {
  const action = 'Cannot do it';
  const message = (hresult: number, windowsText = '', secrets: readonly string[] = []) => failureMessage({ action, hresult, windowsText, secrets });

  test('says why in one sentence', () => {
    expect(message(Hresult.DISMAPI_E_INVALID_IMAGE_INDEX | 0)).toBe('Cannot do it: the file has no image at that index');
    expect(message(Hresult.DISMAPI_E_PARENT_FEATURE_DISABLED)).toBe('Cannot do it: a parent of the feature is disabled');
    expect(message(0x80071234)).toBe('Cannot do it: Windows reported error 4660, which DismTs has no text for');
  });

  test('no meaning loses the capital of a name', () => {
    for (const code of Object.values(Hresult)) {
      expect(message(code)).not.toMatch(/: (?:windows|dismTs|dISM|wIM)/);
    }
  });

  test('hides secrets in any case, whatever characters they have', () => {
    expect(message(Hresult.E_FAIL, 'a (B.C) and (b.c)', ['(b.c)', ''])).toMatch(/a \*{5} and \*{5}\)$/);
  });
});

describe('loadLibrary()', () => {
  test.for(['DismApi.dll', './DismApi.so', ''])('refuses %j, which is not absolute', (path) => {
    expect(() => loadLibrary(path)).toThrow(expect.objectContaining({ symbol: 'E_INVALIDARG' }) as Error);
  });

  test('says what is missing or no library', () => {
    const missing = `${tempFolder()}/DismApi.so`;
    expect(() => new DismLibrary(missing)).toThrow(expect.objectContaining({ symbol: 'ERROR_MOD_NOT_FOUND', target: missing }) as Error);
    expect(() => new EventFactory(import.meta.filename)).toThrow(expect.objectContaining({ symbol: 'ERROR_MOD_NOT_FOUND' }) as Error);
  });
});
