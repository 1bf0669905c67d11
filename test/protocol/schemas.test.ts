/** The protocol's own promises: every method declared once, and schemas that refuse what must not pass. */
import {
  absolutePathSchema, dismErrorDataSchema, engineMethods, ErrorCode, methods, operationOptionsSchema, progressParamsSchema,
} from '@dismts/protocol';
import { describe, expect, test } from 'vitest';

/** What each method has to be given beside an image. */
const required: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'error/resolve': { code: 5 },
  'image/getInfo': { imagePath: '/a.wim' }, 'image/mount': { imagePath: '/a.wim', imageIndex: 1, mountPath: '/mnt' }, 'image/remount': { mountPath: '/mnt' },
  'image/commit': { mountPath: '/mnt' }, 'image/unmount': { mountPath: '/mnt', commit: false }, 'image/optimize': { optimizationTarget: 'Boot' },
  'image/applyCustomData': { customDataImage: '/a', imagePath: '/b' },
  'imageFile/capture': { imagePath: '/a.wim', capturePath: '/a', imageName: 'a' }, 'imageFile/append': { imagePath: '/a.wim', capturePath: '/a', imageName: 'a' },
  'imageFile/convert': { imagePath: '/a.wim', imageIndex: 1, destinationImagePath: '/a.vhdx' },
  'imageFile/apply': { imagePath: '/a.wim', imageIndex: 1, applyPath: '/a' },
  'imageFile/export': { sourceImagePath: '/a.wim', sourceIndexes: [1], destinationImagePath: '/b.wim' },
  'imageFile/split': { imagePath: '/a.wim', splitImagePath: '/a.swm', fileSize: 1 }, 'imageFile/remove': { imagePath: '/a.wim', imageIndex: 1 },
  'imageFile/getContent': { imagePath: '/a.wim', imageName: 'a' }, 'imageFile/join': { imagePath: '/a.swm', destinationImagePath: '/a.wim' },
  'imageFile/optimize': { imagePath: '/a.wim' }, 'imageFile/set': { imagePath: '/a.wim', imageIndex: 1, newName: 'a' }, 'imageFile/test': { imagePath: '/a.wim' },
  'imageFile/extractItem': { imagePath: '/a.wim', imageIndex: 1, itemPath: 'a', destination: '/a' },
  'imageFile/putItem': { imagePath: '/a.wim', imageIndex: 1, itemPath: 'a', source: '/a' }, 'imageFile/captureCustom': { capturePath: '/a' },
  'wimBoot/getEntries': { path: '/a' }, 'wimBoot/updateEntry': { path: '/a', dataSourceId: '-5', imagePath: '/a.wim' },
  'package/add': { packagePath: '/a.cab' }, 'package/remove': { packageName: 'a' },
  'feature/getParent': { featureName: 'a' }, 'feature/enable': { featureName: 'a' }, 'feature/disable': { featureName: 'a' },
  'driver/add': { driver: '/a.inf' }, 'driver/remove': { driver: 'oem0.inf' }, 'driver/export': { destination: '/a' },
  'capability/add': { name: 'a' }, 'capability/remove': { name: 'a' }, 'capability/exportSource': { name: 'a', source: '/a', target: '/b' },
  'edition/set': { edition: 'a' }, 'productKey/set': { productKey: 'AAAAA-BBBBB-CCCCC-DDDDD-EEEEE' },
  'appx/add': { packagePath: '/a.appx', skipLicense: true }, 'appx/remove': { packageName: 'a' }, 'appx/setDataFile': { packageName: 'a', customDataPath: '/a' },
  'firstBoot/add': { kind: 'Feature', name: 'a' }, 'firstBoot/remove': { name: 'a' },
  'registry/getKeys': { hive: 'SOFTWARE' }, 'registry/getValues': { hive: 'SOFTWARE' },
  'registry/change': { edits: [{ action: 'CreateKey', hive: 'SOFTWARE', key: 'A' }] }, 'registry/importFile': { registryFile: '/a.reg' },
  'appsPolicy/setNonRemovable': { packageFamilyName: 'a', nonRemovable: true }, 'unattend/apply': { unattendPath: '/a.xml' }, 'reservedStorage/set': { state: 'Enabled' },
};

/** Those that service an image at rest only. */
const aboutOfflineImage: ReadonlySet<string> = new Set([
  'firstBoot/get', 'firstBoot/add', 'firstBoot/remove',
  'registry/getKeys', 'registry/getValues', 'registry/change', 'registry/importFile',
  'image/optimize', 'pendingActions/revert', 'driver/add', 'driver/remove', 'capability/exportSource', 'edition/set', 'productKey/set',
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

describe('image files', () => {
  const wim = { imagePath: '/a.wim' };
  const out = { sourceImagePath: '/a.wim', destinationImagePath: '/b.wim' };
  test.for([
    ['applyImage', { ...wim, applyPath: '/a', imageIndex: 1, imageName: 'a' }, false], ['applyImage', { ...wim, applyPath: '/a' }, false],
    ['exportImage', { ...out, sourceIndexes: '*' }, true], ['exportImage', { ...out, sourceIndexes: [] }, false],
    ['exportImage', { ...out, sourceIndexes: [1], sourceName: 'a' }, false], ['exportImage', { ...out, sourceIndexes: [2], destinationName: 'a' }, true],
    ['exportImage', { ...out, sourceIndexes: [1, 2], destinationName: 'a' }, false], ['exportImage', { ...out, sourceIndexes: '*', destinationName: 'a' }, false],
    ['splitImage', { ...wim, splitImagePath: '/a.wim', fileSize: 1 }, false], ['splitImage', { ...wim, splitImagePath: '/.swm', fileSize: 1 }, false],
    ['splitImage', { ...wim, splitImagePath: '/a.SWM', fileSize: 0 }, false],
    ['setImage', { ...wim, bootIndex: 0 }, true], ['setImage', { ...wim, bootIndex: 1, imageIndex: 1 }, false], ['setImage', { ...wim, imageIndex: 1 }, false],
    ['setImage', { ...wim, flags: 'Core' }, false], ['setImage', { ...wim, imageIndex: 1, flags: '' }, true], ['setImage', wim, false],
    ['setImage', { ...wim, imageIndex: 1, newName: '' }, false], ['setImage', { ...wim, imageIndex: 1, description: 'a\0' }, false],
    ['setImage', { ...wim, imageIndex: 1, description: 'a\tb\nc \u{1F600}' }, true], ['captureImage', { ...wim, capturePath: '/a', imageName: 'a\u0001' }, false],
  ] as const)('%s takes %j: %s', ([method, params, valid]) => {
    expect(engineMethods[method].params.safeParse(params).success).toBe(valid);
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
