/** A DISM that does what nobody expects: sessions that die, reads that fail after a change, odd rows, progress that goes back. */
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { engineMethods } from '@dismts/protocol';
import { describe, expect, onTestFinished, test } from 'vitest';
import { CancelledError, type DismError } from '../../../sidecar/src/errors.ts';
import { installDouble, lacksDouble, type DoubleModes } from '../../helpers/dismDouble.ts';
import { isRunning, startNativeEngine, until, type TestEngine } from '../../helpers/nativeEngine.ts';
import { testContext } from '../../helpers/operationContext.ts';
import { RawPeer } from '../../helpers/rawPeer.ts';
import { sourceProgram } from '../../helpers/sourceCommand.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

const lacking = lacksDouble('elf');

async function failure(operation: Promise<unknown>): Promise<DismError> {
  return await operation.then(() => { throw new Error('it did not fail'); }, (error: unknown) => error as DismError);
}

const names = ({ calls }: TestEngine): string[] => calls().map((call) => call.function);
const count = (native: TestEngine, name: string): number => names(native).filter((one) => one === name).length;
const enable = { featureName: 'NetFx3', sources: [] };

/** A file of a name in a folder of its own. */
function files(...paths: string[]): string {
  const folder = tempFolder();
  for (const path of paths) { writeFileSync(join(folder, path), ''); }
  return folder;
}

describe.skipIf(lacking !== undefined)(`a session that dies (needs ${lacking ?? 'nothing'})`, () => {
  test.for(['0x800706BE', '0x800706BA', '0x800F0840', '0x800F0841', '0x800F0842', '0xC0040002'])('with %s is replaced with its process before the next command', async (code) => {
    const native = startNativeEngine({ graceMs: 2000 });
    const { engine, double } = native;
    const path = tempFolder();
    await engine.getFeatures({ path }, testContext('feature/get'));
    const first = engine.processId() ?? 0;
    double.setModes({ dies: `DismEnableFeature ${code}` });
    const error = await failure(engine.enableFeature({ path, ...enable }, testContext('feature/enable')));
    expect(error.hresult).toBe(Number(code));
    expect(error.symbol).not.toMatch(/^WIN32_/);
    double.setModes({});
    expect(await engine.getFeatures({ path }, testContext('feature/get'))).toMatchObject({ online: false });
    expect(engine.processId()).not.toBe(first);
    expect(isRunning(first)).toBe(false);
    // Never made again: nobody knows what it did.
    expect(count(native, 'DismEnableFeature')).toBe(1);
  });

  test('takes along no command that waited behind it', async () => {
    const dies = { 'result.DismEnableFeature': '0x800706BE', 'fail-after.DismEnableFeature': 2 };
    const native = startNativeEngine({ modes: { ...dies, 'block.DismEnableFeature': 'hang' }, graceMs: 2000 });
    const { engine, double } = native;
    const path = tempFolder();
    const first = failure(engine.enableFeature({ path, ...enable }, testContext('feature/enable')));
    await until(() => double.events().length > 0, 'the call runs');
    const waiting = ['TelnetClient', 'IIS-WebServerRole'].map((featureName) => engine.disableFeature({ path, featureName }, testContext('feature/disable')));
    double.setModes({});
    expect((await first).symbol).toBe('RPC_S_CALL_FAILED');
    for (const result of await Promise.all(waiting)) { expect(result).toMatchObject({ restartNeeded: false }); }
    expect(new Set(native.calls().filter((call) => call.function === 'DismDisableFeature').map((call) => call.process)).size).toBe(1);
  });
});

describe.skipIf(lacking !== undefined)(`a change that succeeded (needs ${lacking ?? 'nothing'})`, () => {
  test('is told as such where what is read after it fails', async () => {
    const { engine, double } = startNativeEngine();
    const folder = files('a.inf', 'install.wim');
    const [path, mountPath, imagePath] = [tempFolder(), join(folder, 'mount'), join(folder, 'install.wim')];
    mkdirSync(mountPath);
    const failed = '0x80070005';
    double.setModes({ 'result.DismGetDrivers': `0,${failed}` });
    const driver = await engine.addDriver({ path, driver: join(folder, 'a.inf') }, testContext('driver/add'));
    expect(driver.results).toEqual([{ infPath: join(folder, 'a.inf'), driver: null, failure: null }]);
    expect(driver.warnings).toEqual([expect.stringMatching(/is added; its new name cannot be told: /)]);
    double.setModes({ 'result.DismCheckImageHealth': failed });
    expect(await engine.restoreHealth({ path, sources: [] }, testContext('health/restore'))).toMatchObject({
      imageHealthState: 'Healthy', failure: null, warnings: [expect.stringMatching(/^The restore succeeded; /)],
    });
    double.setModes({ 'result.DismGetMountedImageInfo': failed });
    expect(await engine.mountImage({ imagePath, imageName: 'Windows 11 Pro', mountPath }, testContext('image/mount'))).toMatchObject({
      path: mountPath, imageIndex: null, warnings: [expect.stringMatching(/^The image is mounted; /)],
    });
    double.setModes({ 'result.DismGetImageInfo': failed });
    expect(await engine.commitImage({ mountPath, append: true }, testContext('image/commit'))).toMatchObject({
      imageIndex: null, warnings: [expect.stringMatching(/^The image is saved; /)],
    });
    double.setModes({ 'result.DismGetDrivers': failed });
    expect(await engine.exportDrivers({ path, destination: folder }, testContext('driver/export'))).toMatchObject({
      drivers: [], warnings: [expect.stringMatching(/^The drivers are exported; /)],
    });
  });

  test('is no cancelled one where the cancel comes while it is read', async () => {
    const { engine, double } = startNativeEngine({ modes: { 'block.DismAddDriver': 'hang' } });
    const folder = files('a.inf', 'b.inf');
    const controller = new AbortController();
    const operation = engine.addDriver({ path: tempFolder(), driver: join(folder, 'a.inf') }, testContext('driver/add', { signal: controller.signal }));
    await until(() => double.events().length > 0, 'the call runs');
    controller.abort();
    await settled(engine);
    double.setModes({});
    expect((await operation).results[0]).toMatchObject({ driver: { driver: expect.stringMatching(/^oem\d+\.inf$/) as string }, failure: null });
  });

  test('among several is told by the cancel of the rest', async () => {
    const { engine, double } = startNativeEngine({ modes: { 'block.DismAddDriver': 'hang' } });
    const controller = new AbortController();
    const operation = failure(engine.addDriver({ path: tempFolder(), driver: files('a.inf', 'b.inf') }, testContext('driver/add', { signal: controller.signal })));
    await until(() => double.events().length > 0, 'the call runs');
    controller.abort();
    await settled(engine);
    double.setModes({});
    const error = await operation;
    expect(error).toBeInstanceOf(CancelledError);
    expect(error.message).toMatch(/ was cancelled; 1 of the 2 drivers had been added before$/);
  });
});

/** Settles when the engine process has seen every cancel so far. */
async function settled(engine: TestEngine['engine']): Promise<void> {
  const controller = new AbortController();
  const waiting = failure(engine.listMountedImages({}, testContext('image/listMounted', { signal: controller.signal })));
  controller.abort();
  await waiting;
}

describe.skipIf(lacking !== undefined)(`rows that nobody expects (needs ${lacking ?? 'nothing'})`, () => {
  /** As the server would: the result has to fit its schema. */
  async function read(method: 'getImageInfo' | 'listMountedImages' | 'getPackages' | 'getDrivers' | 'getFeatures' | 'getCapabilities' | 'cleanupMountPoints', params: object, zone = 'UTC') {
    const { engine } = startNativeEngine({ modes: { odd: 'yes', mounts: 'fixture' }, env: { TZ: zone } });
    const result = await (engine[method] as (params: unknown, context: unknown) => Promise<unknown>)(params, testContext(engineMethods[method].method));
    return engineMethods[method].result.parse(result) as unknown as Record<string, Record<string, unknown>[]>;
  }

  test.for(['Europe/Berlin', 'America/New_York', 'Pacific/Kiritimati', 'UTC'])('have the time that they have, in %s', async (zone) => {
    const { packages = [] } = await read('getPackages', { path: tempFolder() }, zone);
    expect(packages.slice(-4).map(({ packageName, packageState, releaseType, installTime }) => [packageName, packageState, releaseType, installTime])).toEqual([
      ['Odd-State~31bf3856ad364e35~amd64~~1.0.0.0', 'Unknown', 'Other', '1601-01-01T00:00:00.000'],
      ['Odd-Sign~31bf3856ad364e35~amd64~~1.0.0.0', 'Unknown', 'Other', '9999-12-31T23:59:59.999'],
      // This hour is not there in Berlin.
      ['Odd-Hour~31bf3856ad364e35~amd64~~1.0.0.0', 'Installed', 'Update', '2025-03-30T02:30:00.000'],
      ['', 'Installed', 'Update', null],
    ]);
  });

  test('are rows of features, capabilities and drivers', async () => {
    const path = tempFolder();
    expect((await read('getFeatures', { path }))['features']?.slice(-2)).toEqual([{ featureName: 'Odd-State', state: 'Unknown' }, { featureName: '', state: 'Unknown' }]);
    expect((await read('getCapabilities', { path }))['capabilities']?.at(-1)).toEqual({ name: 'Odd.State~~~~0.0.1.0', state: 'Unknown' });
    expect((await read('getDrivers', { path }))['drivers']?.at(-1)).toMatchObject({
      driver: '', driverSignature: 'Unknown', inbox: true, date: '1601-01-01T00:00:00.000', version: '0.0.0.4294967295',
    });
  });

  test('are images and mounts', async () => {
    const imagePath = join(files('install.wim'), 'install.wim');
    const images = (await read('getImageInfo', { imagePath }))['images'] ?? [];
    expect(images).toHaveLength(4);
    expect(images[2]).toMatchObject({
      imageIndex: 0xFFFFFFFF, imageType: 'Wim', imageSize: Number.MAX_SAFE_INTEGER, imageBootable: 'Unknown', majorVersion: 0xFFFFFFFF, languages: [], defaultLanguageIndex: null,
      directoryCount: 0xFFFFFFFF, createdTime: '1601-01-01T00:00:00.000', modifiedTime: '9999-12-31T23:59:59.999',
    });
    expect(images[3]).toMatchObject({ imageIndex: 0, imageType: 'Unsupported', imageName: '', imageBootable: 'Unknown' });
    const mounts = (await read('listMountedImages', {}))['mounts'] ?? [];
    expect(mounts.slice(-2)).toEqual([
      { path: '', mountId: expect.any(String) as string, imagePath: '', imageIndex: 0, mountMode: 'Unknown', mountStatus: 'Unknown', statusReason: expect.stringContaining('does not know') as string },
      {
        path: 'C:\\mount\\odd', mountId: expect.any(String) as string, imagePath: 'C:\\images\\odd.wim', imageIndex: 0xFFFFFFFF, mountMode: 'ReadWrite', mountStatus: 'Invalid',
        statusReason: expect.any(String) as string,
      },
    ]);
  });

  test('do not keep mount points from being cleaned up, and neither does a list that cannot be read', async () => {
    const { removed = [] } = await read('cleanupMountPoints', {});
    expect(removed.map((mount) => mount['path'])).toEqual(['C:\\mount\\invalid']);
    const native = startNativeEngine({ modes: { mounts: 'fixture', 'result.DismGetMountedImageInfo': '0x80070005' } });
    const result = await native.engine.cleanupMountPoints({}, testContext('image/cleanupMountPoints'));
    expect(result).toMatchObject({ removed: [], warnings: [expect.stringMatching(/^What was removed cannot be told: /)] });
    expect(count(native, 'DismCleanupMountpoints')).toBe(1);
  });
});

describe.skipIf(lacking !== undefined)(`a folder of packages (needs ${lacking ?? 'nothing'})`, () => {
  test('goes on past what does not apply, and tells of each package', async () => {
    const native = startNativeEngine({ modes: { 'result.DismAddPackage': '3010,0x800F081E,0' } });
    const folder = files('1.cab', '2.cab', '3.msu');
    const context = testContext('package/add');
    const { results, restartNeeded } = await native.engine.addPackage({ path: tempFolder(), packagePath: folder }, context);
    expect(results.map(({ packageFile, restartNeeded: restart, failure: reason }) => [packageFile, restart, reason?.data.symbol])).toEqual([
      [join(folder, '1.cab'), true, undefined], [join(folder, '2.cab'), false, 'CBS_E_NOT_APPLICABLE'], [join(folder, '3.msu'), false, undefined],
    ]);
    expect(restartNeeded).toBe(true);
    const fractions = context.progressValues.map(({ current, total }) => current / total);
    expect([...fractions].sort((one, other) => one - other)).toEqual(fractions);
    expect(fractions.at(-1)).toBe(1);
  });

  test('ends with any other failure, and tells what was added before', async () => {
    const native = startNativeEngine({ modes: { 'result.DismAddPackage': '0,0x800F0805' } });
    const folder = files('1.cab', '2.cab', '3.msu');
    const { results } = await native.engine.addPackage({ path: tempFolder(), packagePath: folder }, testContext('package/add'));
    expect(results.map(({ failure: reason }) => reason?.data.symbol)).toEqual([undefined, 'CBS_E_INVALID_PACKAGE']);
    expect(count(native, 'DismAddPackage')).toBe(2);
  });

  test('of which none applies, or the first one fails, fails', async () => {
    const { engine, double } = startNativeEngine({ modes: { 'result.DismAddPackage': '0x800F081E' } });
    const [path, folder] = [tempFolder(), files('1.cab', '2.cab')];
    expect(await failure(engine.addPackage({ path, packagePath: folder }, testContext('package/add')))).toMatchObject({
      symbol: 'CBS_E_NOT_APPLICABLE', target: folder, message: expect.stringContaining('none of the 2') as string,
    });
    double.setModes({ 'result.DismAddPackage': '0x800F0805' });
    expect(await failure(engine.addPackage({ path, packagePath: folder }, testContext('package/add')))).toMatchObject({ target: join(folder, '1.cab') });
  });
});

describe.skipIf(lacking !== undefined)(`percent (needs ${lacking ?? 'nothing'})`, () => {
  test.for(['back', '90/100,10/100,95/100', '50/100,60/1000,700/1000', 'past'])('never runs backwards: %s', async (script) => {
    const { engine } = startNativeEngine({ modes: { progress: script, 'step-delay': 60 } });
    const context = testContext('feature/enable');
    await engine.enableFeature({ path: tempFolder(), ...enable }, context);
    const fractions = context.progressValues.map(({ current, total }) => current / total);
    expect(fractions.length).toBeGreaterThan(1);
    expect([...fractions].sort((one, other) => one - other)).toEqual(fractions);
  });

  test('of a dismount does not go back to a phase that is over', async () => {
    const { engine } = startNativeEngine({ modes: { 'progress.DismUnmountImage': '50/200,150/200,60/200,190/200', 'step-delay': 60, mounts: 'fixture' } });
    const context = testContext('image/unmount');
    await engine.unmountImage({ mountPath: 'C:\\mount\\ok', commit: true }, context);
    const phases = context.progressValues.map(({ phase }) => phase);
    expect(phases).toEqual([...phases.filter((phase) => phase === 'Writing'), ...phases.filter((phase) => phase === 'Unmounting')]);
  });
});

describe.skipIf(lacking !== undefined)(`details (needs ${lacking ?? 'nothing'})`, () => {
  test('are read of what wildcards match alone', async () => {
    const native = startNativeEngine();
    const path = tempFolder();
    const { features } = await native.engine.getFeatures({ path, detailed: true, like: 'iis-*' }, testContext('feature/get'));
    expect(features.map((feature) => feature.featureName)).toEqual(['IIS-WebServerRole', 'IIS-WebServer']);
    expect(count(native, 'DismGetFeatureInfo')).toBe(2);
    await native.engine.getPackages({ path, detailed: true, like: '*Foundation*' }, testContext('package/get'));
    expect(count(native, 'DismGetPackageInfoEx')).toBe(1);
    await native.engine.getCapabilities({ path, detailed: true, like: 'OpenSSH.?erver~*' }, testContext('capability/get'));
    expect(count(native, 'DismGetCapabilityInfo')).toBe(1);
  });
});

describe.skipIf(lacking !== undefined)(`settings that have no effect (needs ${lacking ?? 'nothing'})`, () => {
  test('because DISM cannot be shut down are a warning', async () => {
    const { engine, double } = startNativeEngine();
    const path = tempFolder();
    await engine.getFeatures({ path }, testContext('feature/get'));
    double.setModes({ 'result.DismShutdown': '0x80004005' });
    const own = join(tempFolder(), 'own.log');
    const context = testContext('feature/get');
    const withLog = { ...context, log: { ...context.log, path: own } };
    const { warnings } = await engine.getFeatures({ path }, withLog);
    expect(warnings).toEqual([expect.stringMatching(/^DISM goes on writing its log to ".*-dism-.*\.log", not to ".*own\.log": /)]);
    double.setModes({});
    expect((await engine.getFeatures({ path }, withLog)).warnings).toEqual([]);
  });

  test('or because a session cannot be closed', async () => {
    const { engine, double } = startNativeEngine();
    const path = tempFolder();
    await engine.getFeatures({ path }, testContext('feature/get'));
    double.setModes({ 'result.DismCloseSession': '0x80070005' });
    const { warnings } = await engine.getFeatures({ path }, testContext('feature/get', { scratchDirectory: tempFolder() }));
    expect(warnings).toEqual([expect.stringMatching(/^the scratch folder stays what it was: /)]);
  });
});

describe.skipIf(lacking !== undefined)(`what cannot be stopped (needs ${lacking ?? 'nothing'})`, () => {
  function startServer(folder: string, modes: DoubleModes) {
    const double = installDouble(join(folder, 'DISM'), 'elf', modes);
    const [program, ...args] = sourceProgram('nativeSidecar.ts');
    const child = spawn(program, [...args, double.path, '--stdio'], { env: { PATH: process.env['PATH'], DISMTS_STATE_DIR: join(folder, 'state') }, stdio: 'pipe' });
    const exit = new Promise((resolve) => { child.once('close', resolve); });
    onTestFinished(async () => {
      double.setModes({});
      child.kill('SIGKILL');
      await exit;
      // Its engine process ends by itself, and writes into the folder until then.
      await until(() => !double.calls().some((call) => isRunning(call.process)), 'the engine processes end');
    });
    return { peer: new RawPeer(child.stdout, child.stdin), child, double, exit };
  }

  test('is left alone by others until it ends, and its image with it', async () => {
    const [path, other] = [tempFolder(), tempFolder()];
    const first = startServer(tempFolder(), { 'block.DismEnableFeature': 'hang', 'cancel.DismEnableFeature': 'ignore' });
    await first.peer.initialize();
    first.peer.send({ jsonrpc: '2.0', id: 1, method: 'feature/enable', params: { path, featureName: 'NetFx3' } });
    await until(() => first.double.events().length > 0, 'the call runs');
    const processId = first.double.calls()[0]?.process ?? 0;
    // As PowerShell does once a cancelled command has not answered in time.
    first.child.kill('SIGKILL');
    await first.exit;
    const second = startServer(tempFolder(), {});
    await second.peer.initialize();
    let id = 0;
    const ask = async (params: object) => (await second.peer.request(id += 1, 'feature/get', params)).error?.data as { symbol?: string } | undefined;
    await expect.poll(async () => (await ask({ path: `${path}/` }))?.symbol).toBe('DISM_E_IMAGE_BUSY');
    expect(await ask({ path: other })).toBeUndefined();
    expect(isRunning(processId)).toBe(true);
    first.double.setModes({});
    await until(() => !isRunning(processId), 'the engine process ends');
    expect(await ask({ path })).toBeUndefined();
    expect(first.double.calls().map((call) => call.function).slice(-3)).toEqual(['DismEnableFeature', 'DismCloseSession', 'DismShutdown']);
  });
});

describe.skipIf(lacking !== undefined)(`hints (needs ${lacking ?? 'nothing'})`, () => {
  test('fit the operation, the file and the code', async () => {
    const { engine, double } = startNativeEngine();
    const [path, folder] = [tempFolder(), files('install.esd')];
    mkdirSync(join(folder, 'mount'));
    const hintOf = async (operation: Promise<unknown>) => (await failure(operation)).hint;
    expect(await hintOf(engine.mountImage({ imagePath: join(folder, 'install.esd'), imageIndex: 1, mountPath: join(folder, 'mount') }, testContext('image/mount')))).toMatch(/^Export /);
    double.setModes({ 'result.DismRemoveDriver': '0x80070032', 'result.DismEnableFeature': '0x80070032' });
    expect(await hintOf(engine.removeDriver({ path, driver: 'oem0.inf' }, testContext('driver/remove')))).toContain('pnputil');
    expect(await hintOf(engine.enableFeature({ path, ...enable }, testContext('feature/enable')))).toContain('-Online');
    for (const code of ['0xC1420106', '0x800F080B', '0x800F0825', '0x800F0831', '0x80240438']) {
      double.setModes({ 'result.DismEnableFeature': code });
      const error = await failure(engine.enableFeature({ path, ...enable }, testContext('feature/enable')));
      expect(error.hint, code).toMatch(/\.$/);
      expect(error.symbol, code).toMatch(/^(?:WIM|CBS|WU)_E_/);
    }
  });

  test('name a scratch folder that is missing, before anything is done', async () => {
    const native = startNativeEngine();
    const scratchDirectory = join(tempFolder(), 'missing');
    const error = await failure(native.engine.enableFeature({ path: tempFolder(), ...enable }, testContext('feature/enable', { scratchDirectory })));
    expect(error).toMatchObject({ symbol: 'ERROR_PATH_NOT_FOUND', target: scratchDirectory, hint: expect.stringContaining('-ScratchDirectory') as string });
    expect(native.calls()).toEqual([]);
  });
});
