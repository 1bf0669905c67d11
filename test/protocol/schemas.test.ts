/** The protocol's own promises: every method declared once, and schemas that refuse what must not pass. */
import {
  absolutePathSchema, dismErrorDataSchema, engineMethods, ErrorCode, methods, operationOptionsSchema, progressParamsSchema,
} from '@dismts/protocol';
import { describe, expect, test } from 'vitest';

describe('methods', () => {
  test('have names of their own, noun and verb', () => {
    const names = Object.values(methods).map(({ method }) => method);
    expect(new Set(names).size).toBe(names.length);
    for (const { method } of Object.values(engineMethods)) {
      expect(method).toMatch(/^[a-z]+\/[a-z][A-Za-z]+$/);
    }
  });

  test('take the options of every operation, and nothing that is not declared', () => {
    const required = {
      'image/getInfo': { imagePath: '/a.wim' }, 'image/mount': { imagePath: '/a.wim', imageIndex: 1, mountPath: '/mnt' }, 'image/remount': { mountPath: '/mnt' },
      'image/commit': { mountPath: '/mnt' }, 'image/unmount': { mountPath: '/mnt', commit: false }, 'error/resolve': { code: 5 },
      'health/check': { path: '/mnt' }, 'health/scan': { path: '/mnt' }, 'health/restore': { path: '/mnt' }, 'package/get': { path: '/mnt' },
      'feature/get': { path: '/mnt' }, 'driver/get': { online: true }, 'capability/get': { online: true }, 'edition/get': { online: true },
    };
    const options = { logPath: '/a.log', logLevel: 'Debug', scratchDirectory: '/tmp', workDoneToken: 1, validateOnly: true };
    for (const { method, params } of Object.values(methods)) {
      if (method.includes('/')) {
        const own = Object.entries(required).find(([name]) => name === method)?.[1] ?? {};
        expect(params.safeParse({ ...own, ...options }).success, method).toBe(true);
        expect(params.safeParse({ ...own, unheardOf: 1 }).success, method).toBe(false);
      }
    }
  });
});

describe('methods about one image', () => {
  const aboutImage = Object.values(engineMethods).filter(({ method }) => /^(health|package|feature|driver|capability|edition)[/]/.test(method));

  test.for(aboutImage)('$method takes either a path or the running system', ({ params }) => {
    expect(params.safeParse({ path: '/mnt' }).success).toBe(true);
    expect(params.safeParse({ online: true }).success).toBe(true);
    expect(params.safeParse({ path: '/mnt', online: true }).success).toBe(false);
    expect(params.safeParse({}).success).toBe(false);
    expect(params.safeParse({ path: 'mnt' }).success).toBe(false);
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
