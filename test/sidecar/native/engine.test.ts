/** How the native engine initialises the DISM API, and opens, shares, reopens and closes sessions. */
import { appendFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { engineMethods } from '@dismts/protocol';
import { describe, expect, test } from 'vitest';
import type { DismError } from '../../../sidecar/src/errors.ts';
import { engineOperations, runOperation } from '../../../sidecar/src/operation.ts';
import { lacksDouble } from '../../helpers/dismDouble.ts';
import { startNativeEngine, until, type TestEngine } from '../../helpers/nativeEngine.ts';
import { testContext, type TestContext } from '../../helpers/operationContext.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

const lacking = lacksDouble('elf');

async function failure(operation: Promise<unknown>): Promise<DismError> {
  return await operation.then(() => { throw new Error('it did not fail'); }, (error: unknown) => error as DismError);
}

const enable = { featureName: 'NetFx3', sources: [] };
const names = ({ calls }: TestEngine): string[] => calls().map((call) => call.function);
const count = (test: TestEngine, name: string): number => names(test).filter((one) => one === name).length;

/** A context with a log of the caller's own. */
function withLog(operation: string, path: string, level: TestContext['log']['level'] = 'Debug'): TestContext {
  const context = testContext(operation);
  return { ...context, log: { ...context.log, path, level } };
}

describe.skipIf(lacking !== undefined)(`initialising (needs ${lacking ?? 'nothing'})`, () => {
  test('says where to log and how much, and is done again when that changes', async () => {
    const native = startNativeEngine();
    const { engine, logDirectory, calls } = native;
    const path = tempFolder();
    const scratch = tempFolder();
    const own = join(scratch, 'own.log');
    await engine.getFeatures({ path }, testContext('feature/get'));
    await engine.getFeatures({ path }, testContext('feature/get'));
    await engine.getFeatures({ path }, testContext('feature/get', { scratchDirectory: scratch }));
    await engine.getFeatures({ path }, withLog('feature/get', own, 'Errors'));
    await engine.getFeatures({ path }, withLog('feature/get', own, 'Errors'));
    await engine.getFeatures({ path }, withLog('feature/get', own, 'WarningsInfo'));
    const [log = ''] = readdirSync(logDirectory);
    expect(calls().filter((call) => call.function === 'DismInitialize').map((call) => [
      call.arguments['LogLevel'], call.arguments['LogFilePath'], call.arguments['ScratchDirectory'],
    ])).toEqual([[3, join(logDirectory, log), null], [3, join(logDirectory, log), scratch], [0, own, null], [2, own, null]]);
    expect(names(native).filter((name) => name !== 'DismGetFeatures')).toEqual([
      'DismInitialize', 'DismOpenSession', 'DismCloseSession', 'DismShutdown', 'DismInitialize', 'DismOpenSession', 'DismCloseSession', 'DismShutdown',
      'DismInitialize', 'DismOpenSession', 'DismCloseSession', 'DismShutdown', 'DismInitialize', 'DismOpenSession',
    ]);
  });

  test('leaves the log of the caller alone: what DISM writes is in it', async () => {
    const { engine, double } = startNativeEngine({ modes: { 'block.DismGetFeatures': 'hang' } });
    const own = join(tempFolder(), 'own.log');
    writeFileSync(own, '');
    const context = withLog('feature/get', own);
    const operation = engine.getFeatures({ path: tempFolder() }, context);
    await until(() => double.events().length > 0, 'the call runs');
    appendFileSync(own, 'of DISM');
    double.setModes({});
    expect(await operation).toMatchObject({ logPath: own });
    expect(context.lines).toEqual([]);
  });

  test('that was done already is no failure', async () => {
    const { engine } = startNativeEngine({ modes: { 'result.DismInitialize': '1' } });
    expect(await engine.getFeatures({ path: tempFolder() }, testContext('feature/get'))).toMatchObject({ warnings: [] });
  });

  test('without a log goes on with a warning', async () => {
    const { engine, double } = startNativeEngine();
    // The double initialises nothing when it is told to fail: it has been initialised before here, which Windows does by itself.
    double.setModes({ 'result.DismInitialize': '0,0xC0040009', 'result.DismShutdown': '0x80004005' });
    const path = tempFolder();
    await engine.getFeatures({ path }, testContext('feature/get'));
    const context = testContext('feature/get', { scratchDirectory: tempFolder() });
    expect(await engine.getFeatures({ path }, context)).toMatchObject({ warnings: [expect.stringMatching(/^DISM writes no log: /)] });
    expect(context.lines).toContainEqual(expect.stringMatching(/^warning: The DISM API could not be shut down: /));
  });

  test('falls back where the library does not know the log level Debug', async () => {
    const { engine, calls } = startNativeEngine({ modes: { 'result.DismInitialize': '0x80070057,0' } });
    await engine.getFeatures({ path: tempFolder() }, testContext('feature/get'));
    expect(calls().filter((call) => call.function === 'DismInitialize').map((call) => call.arguments['LogLevel'])).toEqual([3, 2]);
  });

  test('fails in a process that is not elevated, and works once it is', async () => {
    const { engine, double } = startNativeEngine({ modes: { 'result.DismInitialize': '0x800702E4' } });
    const path = tempFolder();
    expect(await failure(engine.getFeatures({ path }, testContext('feature/get')))).toMatchObject({
      symbol: 'ERROR_ELEVATION_REQUIRED', category: 'PermissionDenied', hint: 'Run PowerShell as administrator.',
    });
    double.setModes({});
    await engine.getFeatures({ path }, testContext('feature/get'));
  });

  test('works where no log can be made', async () => {
    const state = join(tempFolder(), 'state');
    writeFileSync(state, 'no folder');
    const { engine, calls } = startNativeEngine({ env: { DISMTS_STATE_DIR: state } });
    expect(await engine.getFeatures({ path: tempFolder() }, testContext('feature/get'))).toMatchObject({
      warnings: [expect.stringMatching(/^DISM logs where it always does/)],
    });
    expect(calls()[0]?.arguments).toMatchObject({ LogFilePath: null });
  });

  test('fails where the library is missing', async () => {
    const libraryPath = join(tempFolder(), 'DismApi.so');
    const { engine } = startNativeEngine({ libraries: { libraryPath, eventsLibraryPath: libraryPath } });
    expect(await failure(engine.getFeatures({ path: tempFolder() }, testContext('feature/get')))).toMatchObject({ symbol: 'ERROR_MOD_NOT_FOUND', target: libraryPath });
  });
});

describe.skipIf(lacking !== undefined)(`sessions (needs ${lacking ?? 'nothing'})`, () => {
  test('are closed when they have not been used for a while', async () => {
    const native = startNativeEngine({ sessionIdleMs: 50 });
    const path = tempFolder();
    await native.engine.getFeatures({ path }, testContext('feature/get'));
    await until(() => count(native, 'DismCloseSession') === 1, 'the session is closed');
    await native.engine.getFeatures({ path }, testContext('feature/get'));
    expect(count(native, 'DismOpenSession')).toBe(2);
    expect(count(native, 'DismInitialize')).toBe(1);
  });

  test('are opened again after a call that replaced the servicing stack', async () => {
    const native = startNativeEngine({ modes: { 'result.DismEnableFeature': '1' } });
    const path = tempFolder();
    expect(await native.engine.enableFeature({ path, ...enable }, testContext('feature/enable'))).toMatchObject({ restartNeeded: false });
    await native.engine.getFeatures({ path }, testContext('feature/get'));
    expect(names(native)).toEqual(['DismInitialize', 'DismOpenSession', 'DismEnableFeature', 'DismCloseSession', 'DismOpenSession', 'DismGetFeatures']);
    expect(native.calls().at(-1)?.result).toBe(0);
  });

  test.for(['0xC0040004', '0x800F080A'])('that are lost (%s) are opened again for what only reads, and not for what changes', async (code) => {
    const native = startNativeEngine();
    const path = tempFolder();
    await native.engine.getFeatures({ path }, testContext('feature/get'));
    native.double.setModes({ 'result.DismGetFeatures': `${code},0`, 'result.DismEnableFeature': `${code},0` });
    await native.engine.getFeatures({ path }, testContext('feature/get'));
    expect(count(native, 'DismOpenSession')).toBe(2);
    await failure(native.engine.enableFeature({ path, ...enable }, testContext('feature/enable')));
    expect(count(native, 'DismEnableFeature')).toBe(1);
    await native.engine.enableFeature({ path, ...enable }, testContext('feature/enable'));
    expect(count(native, 'DismOpenSession')).toBe(3);
  });

  test('of one image are one, however its folder is written', async () => {
    const native = startNativeEngine();
    const path = tempFolder();
    for (const windowsDirectory of [undefined, 'Windows', 'windows']) {
      await native.engine.getFeatures({ path: `${path}/.`, windowsDirectory }, testContext('feature/get'));
    }
    expect(count(native, 'DismOpenSession')).toBe(1);
    await native.engine.getFeatures({ path, windowsDirectory: 'WINNT' }, testContext('feature/get'));
    expect(count(native, 'DismOpenSession')).toBe(2);
  });

  test('of many images are closed again', async () => {
    const native = startNativeEngine();
    const folder = tempFolder();
    for (const name of ['a', 'b', 'c', 'd', 'a', 'e']) { await native.engine.getFeatures({ path: join(folder, name) }, testContext('feature/get')); }
    expect(native.calls().filter((call) => call.function === 'DismOpenSession').map((call) => call.arguments['ImagePath'])).toEqual(
      ['a', 'b', 'c', 'd', 'e'].map((name) => join(folder, name)));
    // The one that was not used for longest is that of b.
    expect(native.calls().find((call) => call.function === 'DismCloseSession')?.session)
      .toBe(native.calls().filter((call) => call.function === 'DismOpenSession')[1]?.arguments['Session']);
  });

  test('do not keep their image from being dismounted, nor what is below it', async () => {
    const native = startNativeEngine();
    const folder = tempFolder();
    const [imagePath, mountPath] = [join(folder, 'install.wim'), join(folder, 'mount')];
    writeFileSync(imagePath, '');
    mkdirSync(mountPath);
    await native.engine.mountImage({ imagePath, imageIndex: 1, mountPath }, testContext('image/mount'));
    await native.engine.getFeatures({ path: mountPath }, testContext('feature/get'));
    await native.engine.getFeatures({ path: `${mountPath}s` }, testContext('feature/get'));
    await native.engine.unmountImage({ mountPath, commit: false }, testContext('image/unmount'));
    expect(count(native, 'DismCloseSession')).toBe(1);
  });

  test('that cannot be opened fail with a hint about the host', async () => {
    const { engine } = startNativeEngine({ modes: { 'result.DismOpenSession': '0x80070032,0x80004001,0xC1510114' } });
    const path = tempFolder();
    const old = await failure(engine.getFeatures({ path }, testContext('feature/get')));
    expect(old).toMatchObject({ symbol: 'ERROR_NOT_SUPPORTED', hint: expect.stringMatching(/newer DISM.*ADK.*-DismPath/) as string, target: path });
    expect(await failure(engine.getFeatures({ path }, testContext('feature/get')))).toMatchObject({ symbol: 'E_NOTIMPL', hint: expect.stringContaining('-DismPath') as string });
    expect((await failure(engine.getFeatures({ path }, testContext('feature/get')))).hint).toContain('-Remount');
  });

  test('that an old DISM refuses in any language lead to the same hint', async () => {
    const { engine } = startNativeEngine({ modes: { 'result.DismOpenSession': '0x80070057', 'last-error-text': 'http://go.microsoft.com/fwlink/?LinkId=293395' } });
    expect((await failure(engine.getFeatures({ path: tempFolder() }, testContext('feature/get')))).hint).toContain('-DismPath');
  });

  test('say the hint once', async () => {
    const { engine } = startNativeEngine({ modes: { 'result.DismOpenSession': '0x80070032', 'last-error-text': 'http://go.microsoft.com/fwlink/?LinkId=293395' } });
    expect((await failure(engine.getFeatures({ path: tempFolder() }, testContext('feature/get')))).hint?.match(/newer DISM than this/g)).toHaveLength(1);
  });
});

describe.skipIf(lacking !== undefined)(`runOperation() (needs ${lacking ?? 'nothing'})`, () => {
  test('writes no product key into the log', async () => {
    const productKey = 'VK7JG-NPHTM-C97JM-9MPGT-3V66T';
    const { engine } = startNativeEngine({ modes: { 'result._DismSetProductKey': '0x80070005', 'last-error-text': `Not ${productKey.toLowerCase()}` } });
    const [path, logPath] = [tempFolder(), join(tempFolder(), 'operation.log')];
    const operation = engineOperations.get(engineMethods.setProductKey.method);
    if (operation === undefined) { throw new Error('there is no such operation'); }
    await expect(runOperation({
      operation, engine, params: { path, productKey, logPath }, signal: new AbortController().signal, onProgress: () => undefined,
      defaults: { logPath: '', logLevel: 'Debug', scratchDirectory: '', logDirectory: '' },
    })).rejects.toMatchObject({ data: { symbol: 'E_ACCESSDENIED' } });
    const log = readFileSync(logPath, 'utf8');
    expect(log).toContain('"productKey":"*****"');
    expect(log).toContain('E_ACCESSDENIED');
    expect(log.toUpperCase()).not.toContain(productKey);
  });
});
