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
  test('says that there is no native engine yet', async () => {
    const error: unknown = await createEngine('Native').catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UnsupportedError);
    expect(error).toMatchObject({ symbol: 'ERROR_NOT_SUPPORTED', hint: expect.stringContaining('Portable') as string });
  });
});
