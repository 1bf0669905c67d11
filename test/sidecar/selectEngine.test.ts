/** Which engine a choice stands for. */
import { describe, expect, test } from 'vitest';
import { createEngine, engineNameFor } from '../../sidecar/src/engine/selectEngine.ts';
import { UnsupportedError } from '../../sidecar/src/errors.ts';

describe('engineNameFor()', () => {
  test.for([
    ['Auto', 'win32', 'Native'], ['Auto', 'linux', 'Portable'], ['Auto', 'darwin', 'Portable'],
    ['Portable', 'win32', 'Portable'], ['Native', 'linux', 'Native'],
  ] as const)('%s on %s is %s', ([choice, platform, name]) => {
    expect(engineNameFor(choice, platform)).toBe(name);
  });
});

describe('createEngine()', () => {
  test.skipIf(process.platform === 'win32')('says that the native engine needs Windows (not on Windows)', async () => {
    const error: unknown = await createEngine('Native').catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UnsupportedError);
    expect(error).toMatchObject({ symbol: 'ERROR_NOT_SUPPORTED', hint: expect.stringContaining('Portable') as string });
  });

  test('takes no DismApi.dll for the portable engine', async () => {
    await expect(createEngine('Portable', { dismPath: '/adk/DISM' })).rejects.toMatchObject({ symbol: 'E_INVALIDARG', target: '/adk/DISM' });
  });

  test('makes the portable engine', async () => {
    expect((await createEngine('Portable')).name).toBe('Portable');
  });
});
