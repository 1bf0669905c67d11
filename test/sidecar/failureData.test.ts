/** Errors that go from one process of DismTs to another. */
import { expect, test } from 'vitest';
import { DismError, reworded } from '../../sidecar/src/errors.ts';
import { fromFailureData, toFailureData } from '../../sidecar/src/failureData.ts';
import { Hresult } from '../../sidecar/src/hresult.ts';

test('keep all causes, and which content is damaged, also in other words', () => {
  const first = new DismError(Hresult.ERROR_FILE_CORRUPT, 'first words', { contentHash: 'ab', cause: new Error('what libwim says') });
  const sent: unknown = JSON.parse(JSON.stringify(toFailureData(reworded(first, 'second words', { target: '/a.wim' }))));
  const error = fromFailureData(sent as Parameters<typeof fromFailureData>[0], 'imageFile/apply');
  expect(error).toMatchObject({ symbol: 'ERROR_FILE_CORRUPT', message: 'second words', target: '/a.wim', contentHash: 'ab' });
  expect((error.cause as Error).stack).toMatch(/first words[^]*what libwim says/);
});
