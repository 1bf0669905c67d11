/** The protocol's own promises: every method declared once, and schemas that refuse what must not pass. */
import {
  absolutePathSchema, dismErrorDataSchema, engineMethods, ErrorCode, methods, operationOptionsSchema, progressParamsSchema,
} from '@dismts/protocol';
import { describe, expect, test } from 'vitest';

/** What each method has to be given beside an image. */
const required: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'log/get': { logPath: '/a.log' }, 'error/resolve': { code: 5 },
  'image/getInfo': { imagePath: '/a.wim' }, 'image/mount': { imagePath: '/a.wim', imageIndex: 1, mountPath: '/mnt' }, 'image/remount': { mountPath: '/mnt' },
  'image/commit': { mountPath: '/mnt' }, 'image/unmount': { mountPath: '/mnt', commit: false }, 'image/optimize': { optimizationTarget: 'Boot' },
  'image/applyCustomData': { customDataImage: '/a', imagePath: '/b' },
  'package/add': { packagePath: '/a.cab' }, 'package/remove': { packageName: 'a' },
  'feature/getParent': { featureName: 'a' }, 'feature/enable': { featureName: 'a' }, 'feature/disable': { featureName: 'a' },
  'driver/add': { driver: '/a.inf' }, 'driver/remove': { driver: 'oem0.inf' }, 'driver/export': { destination: '/a' },
  'capability/add': { name: 'a' }, 'capability/remove': { name: 'a' }, 'capability/exportSource': { name: 'a', source: '/a', target: '/b' },
  'edition/set': { edition: 'a' }, 'productKey/set': { productKey: 'AAAAA-BBBBB-CCCCC-DDDDD-EEEEE' },
  'appx/add': { packagePath: '/a.appx', skipLicense: true }, 'appx/remove': { packageName: 'a' }, 'appx/setDataFile': { packageName: 'a', customDataPath: '/a' },
  'appsPolicy/setNonRemovable': { packageFamilyName: 'a', nonRemovable: true }, 'unattend/apply': { unattendPath: '/a.xml' }, 'reservedStorage/set': { state: 'Enabled' },
};

/** Those that service an image at rest only. */
const aboutOfflineImage: ReadonlySet<string> = new Set([
  'image/optimize', 'driver/add', 'driver/remove', 'capability/exportSource', 'edition/set', 'productKey/set',
]);
/** Those that take the running Windows, too. */
const aboutImage: ReadonlySet<string> = new Set(Object.values(engineMethods).map(({ method }) => method).filter((method) => !aboutOfflineImage.has(method)
  && /^(?:health|package|feature|driver|capability|edition|appx|appsPolicy|unattend|osUninstall)[/]/.test(method)));

describe('methods', () => {
  test('have names of their own, noun and verb', () => {
    const names = Object.values(methods).map(({ method }) => method);
    expect(new Set(names).size).toBe(names.length);
    for (const { method } of Object.values(engineMethods)) {
      expect(method).toMatch(/^[a-z][A-Za-z]+\/[a-z][A-Za-z]+$/);
    }
  });

  test('take the options of every operation, and nothing that is not declared', () => {
    const options = { logPath: '/a.log', logLevel: 'Debug', scratchDirectory: '/tmp', workDoneToken: 1, validateOnly: true };
    for (const { method, params } of Object.values(methods)) {
      if (method.includes('/')) {
        const own = { ...aboutImage.has(method) || aboutOfflineImage.has(method) ? { path: '/mnt' } : {}, ...required[method] };
        expect(params.safeParse({ ...own, ...options }), method).toMatchObject({ success: true });
        expect(params.safeParse({ ...own, unheardOf: 1 }).success, method).toBe(false);
      }
    }
  });

  test.for(Object.entries(required))('%s needs what it is about: %j', ([method, own]) => {
    const declaration = Object.values(methods).find((candidate) => candidate.method === method);
    const image = aboutImage.has(method) || aboutOfflineImage.has(method) ? { path: '/mnt' } : {};
    for (const left of Object.keys(own)) {
      const rest = Object.fromEntries(Object.entries(own).filter(([name]) => name !== left));
      expect(declaration?.params.safeParse({ ...image, ...rest }).success, left).toBe(false);
    }
  });
});

describe('methods about one image', () => {
  test.for([...aboutImage])('%s takes either a path or the running system', (method) => {
    const own = required[method];
    const declaration = Object.values(engineMethods).find((candidate) => candidate.method === method);
    const takes = (image: object): boolean => declaration?.params.safeParse({ ...image, ...own }).success ?? false;
    expect([{ path: '/mnt' }, { online: true }, { path: '/mnt', online: true }, {}, { path: 'mnt' }, { online: false }].map(takes))
      .toEqual([true, true, false, false, false, false]);
  });

  test.for([...aboutOfflineImage])('%s takes a path only', (method) => {
    const own = required[method];
    const declaration = Object.values(engineMethods).find((candidate) => candidate.method === method);
    const takes = (image: object): boolean => declaration?.params.safeParse({ ...image, ...own }).success ?? false;
    expect([{ path: '/mnt' }, { online: true }, { path: '/mnt', online: true }, {}].map(takes)).toEqual([true, false, false, false]);
  });
});

describe('things that exclude each other', () => {
  const name = 'a';
  const file = '/a.cab';
  const refused = [
    ['package/get', { packageName: name, packagePath: file }], ['package/remove', { packageName: name, packagePath: file }], ['package/remove', {}],
    ['feature/get', { packageName: name, packagePath: file }], ['feature/getParent', { featureName: name, packageName: name, packagePath: file }],
    ['appx/add', { skipLicense: true }], ['appx/add', { packagePath: file, folderPath: '/a', skipLicense: true }], ['appx/add', { packagePath: file }],
  ] as const;

  test.for(refused)('%s refuses %j', ([method, params]) => {
    const declaration = Object.values(engineMethods).find((candidate) => candidate.method === method);
    expect(declaration?.params.safeParse({ path: '/mnt', ...params }).success).toBe(false);
  });
});

describe('setProductKey', () => {
  test.for([
    ['AAAAA-BBBBB-CCCCC-DDDDD-EEEEE', true], ['a1b2c-3d4e5-f6g7h-8i9j0-k1l2m', true], ['AAAAABBBBBCCCCCDDDDDEEEEE', false], ['AAAAA-BBBBB-CCCCC-DDDDD', false],
    [' AAAAA-BBBBB-CCCCC-DDDDD-EEEEE', false], ['AAAAA-BBBBB-CCCCC-DDDDD-EEEEE\n', false], ['AAAAA-BBBBB-CCCCC-DDDDD-EEEEÉ', false],
  ] as const)('%s: %s', ([productKey, valid]) => {
    expect(engineMethods.setProductKey.params.safeParse({ path: '/mnt', productKey }).success).toBe(valid);
  });
});

describe('absolutePathSchema', () => {
  test.for(['/', '/a/b', 'C:\\a', 'c:/a', '\\\\server\\share\\a', '\\\\?\\C:\\a', '/\u{1F600}'])('takes %s', (path) => {
    expect(absolutePathSchema.safeParse(path).success).toBe(true);
  });

  test.for(['', 'a', './a', '../a', 'C:a', 'C:', '\\a', '~/a', '/a\0', `/${'a'.repeat(32767)}`, 5, null])('refuses %s', (path) => {
    expect(absolutePathSchema.safeParse(path).success).toBe(false);
  });
});

describe('ErrorCode', () => {
  test('keeps codes of the application out of the reserved ranges', () => {
    for (const code of [ErrorCode.DismError, ErrorCode.WimError, ErrorCode.UnsupportedError]) {
      expect(code).toBeGreaterThan(0);
    }
  });
});

describe('dismErrorDataSchema', () => {
  const data = { source: 'dismapi', symbol: 'E_FAIL', nativeCode: 0x80004005 | 0, category: 'NotSpecified', operation: 'image/mount' };

  test('takes signed codes only', () => {
    expect(dismErrorDataSchema.safeParse(data).success).toBe(true);
    expect(dismErrorDataSchema.safeParse({ ...data, nativeCode: 0x80004005 }).success).toBe(false);
  });
});

describe('progress', () => {
  test.for([
    [{ token: 't', value: { phase: 'Writing', current: 1, total: 2 } }, true], [{ token: 1, value: { phase: 'Writing', current: 0, total: 0 } }, true],
    [{ token: null, value: { phase: 'Writing', current: 1, total: 2 } }, false], [{ token: 't', value: { phase: 'Dancing', current: 1, total: 2 } }, false],
    [{ token: 't', value: { phase: 'Writing', current: -1, total: 2 } }, false], [{ token: 't', value: { phase: 'Writing', current: 0.5, total: 2 } }, false],
  ] as const)('%j: %s', ([params, valid]) => {
    expect(progressParamsSchema.safeParse(params).success).toBe(valid);
  });
});

describe('operationOptionsSchema', () => {
  test('takes a token of either kind, and no fraction', () => {
    expect([1, 'a', 1.5, null].map((workDoneToken) => operationOptionsSchema.safeParse({ workDoneToken }).success)).toEqual([true, true, false, false]);
  });
});
