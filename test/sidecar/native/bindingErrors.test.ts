/** Every code that the DISM API may answer with, injected into every function. */
import { describe, expect, test } from 'vitest';
import { describeHresult, Hresult } from '../../../sidecar/src/hresult.ts';
import { productKey, sampleCalls, sessionFor } from './bindingCalls.ts';
import { lacksBinding, openOffline, useBinding, type HostError } from './bindingProcess.ts';

/** All failures of the table, some of the family without names of their own, and one that nobody knows. */
const failures = [...Object.values(Hresult).filter((code) => code >= 0x80000000), 0x800F0940, 0x800F094F, 0x8ABC1234];
/** What has nothing that could be cancelled. */
const lifecycle: ReadonlySet<string> = new Set(['DismInitialize', 'DismShutdown', 'DismOpenSession', 'DismCloseSession']);
const cancelled: ReadonlySet<number> = new Set([0x800704C7, 0x800704D3, 0x800F0820, 0x800F0821, 0x80004004]);

function hex(code: number): string {
  return code.toString(16).toUpperCase().padStart(8, '0');
}

describe.skipIf(lacksBinding !== undefined)('an HRESULT', async () => {
  if (lacksBinding !== undefined) { return; }
  const context = await useBinding();
  const { api, double } = context;

  /** What a call ends with: its error, or undefined. */
  async function errorOf(call: Promise<unknown>): Promise<HostError | undefined> {
    return call.then(() => undefined, (error: unknown) => error as HostError);
  }

  /** The table's, or for what an old DISM says one that names a newer one, or for what is not supported one about the operation. */
  function isRightHint(code: number, fromTable: string, hint: string): boolean {
    if (code === Hresult.ERROR_NOT_SUPPORTED && /-Online\), and some|pnputil|Reserved storage/.test(hint)) { return true; }
    return hint === fromTable || ([Hresult.E_NOTIMPL, Hresult.ERROR_NOT_SUPPORTED].includes(code) && hint.includes('-DismPath') && hint.endsWith('.'));
  }

  test.for(Object.entries(sampleCalls))('%s: every failure arrives as what it is', async ([name, sample]) => {
    await double.setModes({ mounts: 'fixture' });
    const session = await sessionFor(api, sample, context.session);
    const wrong: unknown[] = [];
    for (const code of failures) {
      await double.setResult(name, code);
      const error = await errorOf(sample.call(api, session));
      const isCancelled = cancelled.has(code);
      const entry = describeHresult(isCancelled ? Hresult.ERROR_CANCELLED : code);
      const text = isCancelled ? error?.cause?.message : error?.message;
      const saysWindowsText = sample.withoutText === true || code === Hresult.DISMAPI_E_DISMAPI_NOT_INITIALIZED
        ? text?.includes('Windows says') === false
        : text?.includes('(Windows says: ') === true;
      const right = error !== undefined && error.name === (isCancelled ? 'CancelledError' : 'DismError') && error.symbol === entry.symbol
        && error.category === entry.category && isRightHint(code, entry.hint, error.hint ?? '')
        && (isCancelled ? error.cause?.hresult : error.hresult) === code && saysWindowsText;
      if (!right) { wrong.push({ code: hex(code), error }); }
    }
    await double.setResult(name, 0);
    expect(wrong).toEqual([]);
    expect(await double.outstanding()).toBe(0);
    expect(await double.handles()).toBe(0);

    // The text is asked for right after the failure, on its thread, and freed.
    const calls = await double.calls();
    const failed = calls.flatMap((call, index) => (call.function === name && call.result < 0 ? [index] : []));
    expect(failed).toHaveLength(failures.length);
    if (sample.withoutText !== true) {
      for (const index of failed) {
        if (calls[index]?.result === (Hresult.DISMAPI_E_DISMAPI_NOT_INITIALIZED | 0)) { continue; }
        expect(calls.slice(index, index + 3).map((call) => call.function)).toEqual([name, 'DismGetLastErrorMessage', 'DismDelete']);
        expect(new Set(calls.slice(index, index + 3).map(({ thread }) => thread)).size).toBe(1);
      }
    }
  });

  test.for([[1, false, true], [0xBC2, true, false], [0xBC3, true, false], [0x000F0802, false, false]] as const)(
    '%i of a session function is success: restart %s, reload %s', async ([code, restartNeeded, reloadSession]) => {
      const outcome = { hresult: code, restartNeeded, reloadSession };
      await double.setResult('DismGetFeatures', code);
      await expect(api.getFeatures(context.session)).resolves.toMatchObject({ ...outcome, value: { length: 5 } });
      const other = await openOffline(api);
      await double.setResult('DismEnableFeature', code);
      await expect(sampleCalls['DismEnableFeature']?.call(api, other)).resolves.toEqual(outcome);
    });

  test('1 of other functions does not mean to reload a session', async () => {
    await double.setResult('DismMountImage', 1);
    await expect(sampleCalls['DismMountImage']?.call(api, 0)).resolves.toEqual({ hresult: 1, restartNeeded: false, reloadSession: false });
  });

  test('the API lets a session be used again only after it was reopened', async () => {
    await double.setResult('DismEnableFeature', 1);
    await sampleCalls['DismEnableFeature']?.call(api, context.session);
    await expect(api.getFeatures(context.session)).rejects.toMatchObject({ symbol: 'CBS_E_REESTABLISH_SESSION' });
    await api.closeSession(context.session);
    await expect(api.getFeatures(await openOffline(api))).resolves.toMatchObject({ hresult: 0 });
  });

  test.for([0x80070BC2, 0x80070BC3])('%i, a restart code behind 0x8007, is success', async (code) => {
    await double.setResult('DismEnableFeature', code);
    await expect(sampleCalls['DismEnableFeature']?.call(api, context.session)).resolves.toEqual({ hresult: code, restartNeeded: true, reloadSession: false });
  });

  test('success without the struct that was asked for is an error', async () => {
    await double.setResult('DismGetFeatureInfo', 0x80070BC2);
    await expect(api.getFeatureInfo(context.session, 'TelnetClient')).rejects.toMatchObject({ symbol: 'E_UNEXPECTED' });
  });

  test.for([1223, 1235])('%i, which would pass for success, is cancelled, and its results are freed', async (code) => {
    for (const [name, sample] of Object.entries(sampleCalls).filter(([name]) => !lifecycle.has(name))) {
      await context.reset();
      await double.setModes({ mounts: 'fixture' });
      const session = await sessionFor(api, sample, context.session);
      await double.setResult(name, code);
      const error = await errorOf(sample.call(api, session));
      expect(error, name).toMatchObject({ name: 'CancelledError', symbol: 'ERROR_CANCELLED', cause: { hresult: code } });
      expect(error?.cause?.message).not.toContain('Windows says');
      expect(await double.outstanding(), name).toBe(0);
    }
  });

  describe('the text of Windows', () => {
    test('comes after our own, without its line break', async () => {
      await expect(api.getImageInfo('C:\\missing.wim')).rejects.toMatchObject({
        symbol: 'ERROR_FILE_NOT_FOUND', target: 'C:\\missing.wim', hint: 'Check the path.',
        message: 'Cannot read "C:\\missing.wim": the file does not exist (Windows says: The system cannot find the file specified.)',
      });
    });

    test('is that of the call that failed', async () => {
      await expect(api.getFeatureInfo(context.session, 'none')).rejects.toMatchObject({
        message: expect.stringMatching(/^Cannot read the feature "none": the .* \(Windows says: DismGetFeatureInfo .* 0x800F080C \u{1F4BF}\)$/u) as string,
      });
    });

    test('is left out where there is none', async () => {
      for (const modes of [{ 'last-error': 'empty' }, { 'last-error': 'none' }, { 'last-error': 'none', 'last-error-missing': 'pointer' }, { 'last-error-text': ' \r\n ' }]) {
        await double.setModes({ 'last-error': undefined, 'last-error-missing': undefined, ...modes });
        await expect(api.getImageInfo('C:\\missing.wim')).rejects.toMatchObject({ message: 'Cannot read "C:\\missing.wim": the file does not exist' });
      }
      await double.setResult('DismGetLastErrorMessage', 0x80004005);
      await expect(api.getImageInfo('C:\\missing.wim')).rejects.toMatchObject({ symbol: 'ERROR_FILE_NOT_FOUND' });
    });

    test('is one line', async () => {
      await double.setModes({ 'last-error-text': 'Eins.\r\n\r\nZwei \u{1F600}.' });
      await expect(api.getImageInfo('C:\\missing.wim')).rejects.toMatchObject({ message: expect.stringMatching(/\(Windows says: Eins\. Zwei \u{1F600}\.\)$/u) as string });
    });
  });

  test.for(['_DismSetEdition', '_DismSetProductKey', '_DismValidateProductKey'])(
    '%s: no error contains the product key, even where Windows repeats it', async (name) => {
      await double.setResult(name, Hresult.DISMAPI_E_INVALID_PRODUCT_KEY);
      for (const written of [productKey.toLowerCase(), productKey.replaceAll('-', ''), productKey.replaceAll('-', ' ')]) {
        await double.setModes({ 'last-error-text': `The key ${written} is not valid.` });
        const error = await errorOf(sampleCalls[name]?.call(api, context.session) ?? Promise.resolve());
        expect(error).toMatchObject({ symbol: 'DISMAPI_E_INVALID_PRODUCT_KEY', message: expect.stringContaining('The key ***** is not valid.') as string });
        expect(JSON.stringify(error).toUpperCase()).not.toContain(written.toUpperCase());
      }
    });
});
