/** The engine process: started late, kept, cancelled, lost, ended. */
import { appendFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { spawn, spawnSync } from 'node:child_process';
import { ErrorCode } from '@dismts/protocol';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { formatDismLogRange } from '../../../sidecar/src/log/byteRange.ts';
import { CancelledError, type DismError } from '../../../sidecar/src/errors.ts';
import { Hresult } from '../../../sidecar/src/hresult.ts';
import { installDouble, lacksDouble, type DoubleModes, type InstalledDouble } from '../../helpers/dismDouble.ts';
import { isRunning, startNativeEngine, until } from '../../helpers/nativeEngine.ts';
import { testContext } from '../../helpers/operationContext.ts';
import { RawPeer } from '../../helpers/rawPeer.ts';
import { sourceProgram } from '../../helpers/sourceCommand.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

const lacking = lacksDouble('elf');

/** A context whose operation can be cancelled. */
function cancellable(operation: string) {
  const controller = new AbortController();
  return { controller, context: testContext(operation, { signal: controller.signal }) };
}

/** What an operation fails with. */
async function failure(operation: Promise<unknown>): Promise<DismError> {
  return await operation.then(() => { throw new Error('it did not fail'); }, (error: unknown) => error as DismError);
}

const enable = { featureName: 'IIS-WebServerRole', sources: [] };

describe.skipIf(lacking !== undefined)(`the engine process (needs ${lacking ?? 'nothing'})`, () => {
  test('starts with the first operation, and is kept with its session for the next', async () => {
    const { engine, calls } = startNativeEngine();
    const path = tempFolder();
    await engine.getEnvironment({}, testContext('environment/get'));
    expect(engine.processId()).toBeUndefined();
    await engine.getFeatures({ path }, testContext('feature/get'));
    const processId = engine.processId() ?? 0;
    expect(processId).toBeGreaterThan(0);
    expect(processId).not.toBe(process.pid);
    await engine.enableFeature({ path: `${path}/`, ...enable }, testContext('feature/enable'));
    expect(engine.processId()).toBe(processId);
    await engine.close?.();
    expect(isRunning(processId)).toBe(false);
    expect(calls().map((call) => call.function)).toEqual([
      'DismInitialize', 'DismOpenSession', 'DismGetFeatures', 'DismEnableFeature', 'DismCloseSession', 'DismShutdown',
    ]);
    expect(new Set(calls().map((call) => call.process))).toEqual(new Set([processId]));
    expect(new Set(calls().map((call) => call.thread)).size).toBe(1);
    expect(calls().at(-1)?.outstanding).toBe(0);
  });

  test('works with variables in the environment that are about Node.js', async () => {
    vi.stubEnv('NODE_OPTIONS', '--no-such-option').stubEnv('UV_THREADPOOL_SIZE', '8');
    onTestFinished(() => { vi.unstubAllEnvs(); });
    const { engine } = startNativeEngine();
    await engine.getFeatures({ path: tempFolder() }, testContext('feature/get'));
  });

  test('passes progress on, and what Windows says of a failure', async () => {
    const { engine, double } = startNativeEngine({ modes: { 'callback-thread': 'helper' } });
    const path = tempFolder();
    const context = testContext('feature/enable');
    await engine.enableFeature({ path, ...enable }, context);
    expect(context.progressValues.at(-1)).toEqual({ phase: 'Enabling feature', current: 100, total: 100 });
    double.setModes({ 'result.DismDisableFeature': '0x800F0902', 'last-error-text': 'Der Stapel ist besch\u00e4ftigt.' });
    const error = await failure(engine.disableFeature({ path, featureName: 'NetFx3' }, context));
    expect(error).toMatchObject({ symbol: 'DISMAPI_E_BUSY', target: 'NetFx3' });
    expect(error.message).toMatch(/^Cannot disable the feature "NetFx3": .*\(Windows says: Der Stapel ist beschäftigt\.\)$/);
  });

  test('cancels a call, and lives on', async () => {
    const { engine, double, calls } = startNativeEngine({ modes: { 'block.DismEnableFeature': 'cancel' } });
    const path = tempFolder();
    const { controller, context } = cancellable('feature/enable');
    const operation = failure(engine.enableFeature({ path, ...enable }, context));
    await until(() => double.events().some(({ event }) => event === 'blocked'), 'the call runs');
    const processId = engine.processId();
    controller.abort();
    expect(await operation).toBeInstanceOf(CancelledError);
    expect(calls().find((call) => call.function === 'DismEnableFeature')).toMatchObject({ cancelSeen: true });
    await engine.getFeatures({ path }, testContext('feature/get'));
    expect(engine.processId()).toBe(processId);
    expect(double.violations()).toEqual([]);
  });

  test('gives the result of a call that was done before it could be cancelled', async () => {
    const { engine, double } = startNativeEngine({ modes: { 'block.DismEnableFeature': 'hang', 'cancel.DismEnableFeature': 'late' } });
    const { controller, context } = cancellable('feature/enable');
    const operation = engine.enableFeature({ path: tempFolder(), ...enable }, context);
    await until(() => double.events().length > 0, 'the call runs');
    controller.abort();
    // Answered when its cancel comes, which is behind the first one.
    const waiting = cancellable('feature/get');
    const second = failure(engine.getFeatures({ path: tempFolder() }, waiting.context));
    waiting.controller.abort();
    await second;
    double.setModes({ 'cancel.DismEnableFeature': 'late' });
    expect(await operation).toMatchObject({ restartNeeded: false });
  });

  test('answers a cancel of what waits for its turn at once, and never calls it', async () => {
    const { engine, double, calls } = startNativeEngine({ modes: { 'block.DismEnableFeature': 'hang' } });
    const path = tempFolder();
    const first = engine.enableFeature({ path, ...enable }, testContext('feature/enable'));
    await until(() => double.events().length > 0, 'the first call runs');
    const { controller, context } = cancellable('feature/disable');
    const second = failure(engine.disableFeature({ path, featureName: 'NetFx3' }, context));
    controller.abort();
    expect(await second).toBeInstanceOf(CancelledError);
    double.setModes({});
    await first;
    expect(calls().map((call) => call.function)).not.toContain('DismDisableFeature');
  });

  test.for([['null', /signal SIGSEGV/], ['abort', /signal SIGABRT/]] as const)('that crashes (%s) fails the operation; the next one starts another', async ([crash, how]) => {
    const { engine, double, calls } = startNativeEngine({ modes: { 'crash.DismEnableFeature': crash } });
    const path = tempFolder();
    await engine.getFeatures({ path }, testContext('feature/get'));
    const processId = engine.processId();
    const error = await failure(engine.enableFeature({ path, ...enable }, testContext('feature/enable')));
    expect(error).toMatchObject({ hresult: Hresult.DISMTS_E_ENGINE_LOST, symbol: 'DISMTS_E_ENGINE_LOST', category: 'ResourceUnavailable', source: 'dismts' });
    expect(error.message).toMatch(how);
    expect(engine.processId()).toBeUndefined();
    double.setModes({});
    await engine.getFeatures({ path }, testContext('feature/get'));
    expect(engine.processId()).not.toBe(processId);
    expect(calls().map((call) => call.function)).not.toContain('DismEnableFeature');
  });

  test('that cannot be started fails the operation', async () => {
    const { engine } = startNativeEngine({ command: [join(tempFolder(), 'missing')] });
    const error = await failure(engine.getFeatures({ path: tempFolder() }, testContext('feature/get')));
    expect(error).toMatchObject({ symbol: 'DISMTS_E_ENGINE_LOST', message: expect.stringMatching(/could not be started: .*ENOENT/) as string });
  });

  test('that no descriptor is left for is an error of the system, not a bug', () => {
    const [node, ...args] = sourceProgram('startWithoutDescriptors.ts');
    const { stdout, stderr } = spawnSync('prlimit', ['--nofile=64', node, ...args], { encoding: 'utf8' });
    expect([stdout, stderr]).toEqual(['EMFILE', '']);
  });

  test('that ends at once says what it printed', async () => {
    const { engine } = startNativeEngine({ command: [process.execPath, '-e', 'console.error("no room today"); process.exit(3)', '--'] });
    const error = await failure(engine.getFeatures({ path: tempFolder() }, testContext('feature/get')));
    expect(error.message).toMatch(/ended with exit code 3$/);
    expect(String(error.cause)).toContain('no room today');
  });

  test('is left to itself where a call does not return in time after the end, and ends after it', async () => {
    const { engine, double } = startNativeEngine({ modes: { 'block.DismEnableFeature': 'hang' }, graceMs: 200 });
    const operation = failure(engine.enableFeature({ path: tempFolder(), ...enable }, testContext('feature/enable')));
    await until(() => double.events().length > 0, 'the call runs');
    const processId = engine.processId() ?? 0;
    await engine.close?.();
    expect(await operation).toMatchObject({ symbol: 'DISMTS_E_ENGINE_LOST', message: expect.stringMatching(/did not stop in time; it goes on as process \d+, and its outcome is unknown/) as string });
    expect(isRunning(processId)).toBe(true);
    double.setModes({});
    await until(() => !isRunning(processId), 'the process ends');
    expect(double.calls().map((call) => call.function).slice(-2)).toEqual(['DismCloseSession', 'DismShutdown']);
    expect(await failure(engine.getFeatures({ path: tempFolder() }, testContext('feature/get')))).toBeInstanceOf(CancelledError);
  });

  test('passes on which part of the log of DISM an operation caused', async () => {
    const { engine, double, logDirectory } = startNativeEngine();
    const path = tempFolder();
    await engine.getFeatures({ path }, testContext('feature/get'));
    const [name = ''] = readdirSync(logDirectory).filter((file) => /^\d{8}-\d{6}-dism-\d+-\d+\.log$/.test(file));
    const log = join(logDirectory, name);
    appendFileSync(log, 'of others');
    double.setModes({ 'block.DismEnableFeature': 'hang' });
    const context = testContext('feature/enable');
    const operation = engine.enableFeature({ path, ...enable }, context);
    await until(() => double.events().length > 0, 'the call runs');
    appendFileSync(log, ' and of this');
    double.setModes({});
    await operation;
    expect(context.lines).toEqual([`info: ${formatDismLogRange({ path: log, start: 9, end: 21 })}`]);
  });

  test('says so of an operation that crashed, too', async () => {
    const { engine, double, logDirectory } = startNativeEngine();
    const path = tempFolder();
    await engine.getFeatures({ path }, testContext('feature/get'));
    const log = join(logDirectory, readdirSync(logDirectory)[0] ?? '');
    double.setModes({ 'block.DismEnableFeature': 'hang' });
    const context = testContext('feature/enable');
    const operation = failure(engine.enableFeature({ path, ...enable }, context));
    await until(() => double.events().length > 0, 'the call runs');
    appendFileSync(log, 'the last words');
    process.kill(engine.processId() ?? 0, 'SIGKILL');
    expect((await operation).symbol).toBe('DISMTS_E_ENGINE_LOST');
    expect(context.lines).toEqual([`error: ${formatDismLogRange({ path: log, start: 0, end: 14 })}`]);
  });
});

interface TestServer {
  readonly peer: RawPeer;
  readonly child: ReturnType<typeof spawn>;
  readonly double: InstalledDouble;
  readonly exit: Promise<unknown>;
}

/** A whole server with the native engine over a double. */
function startServer(modes: DoubleModes = {}): TestServer {
  const folder = tempFolder();
  const double = installDouble(join(folder, 'DISM'), 'elf', modes);
  const [program, ...args] = sourceProgram('nativeSidecar.ts');
  const child = spawn(program, [...args, double.path, '--stdio'], { env: { PATH: process.env['PATH'], DISMTS_STATE_DIR: join(folder, 'state') }, stdio: 'pipe' });
  const exit = new Promise((resolve) => { child.once('close', (code, signal) => { resolve(code ?? signal); }); });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await exit;
  });
  return { peer: new RawPeer(child.stdout, child.stdin), child, double, exit };
}

describe.skipIf(lacking !== undefined)(`the server (needs ${lacking ?? 'nothing'})`, () => {
  const request = (path: string) => ({ jsonrpc: '2.0', id: 1, method: 'feature/enable', params: { path, featureName: 'IIS-WebServerRole' } });

  test('whose stdin closes in the middle of a call cancels it, and leaves nothing open', async () => {
    const { peer, double, exit } = startServer({ 'block.DismEnableFeature': 'cancel' });
    await peer.initialize();
    peer.send(request(tempFolder()));
    await until(() => double.events().length > 0, 'the call runs');
    peer.end();
    expect(await exit).toBe(0);
    expect((await peer.waitFor(({ id }) => id === 1)).error?.code).toBe(ErrorCode.RequestCancelled);
    const calls = double.calls().map((call) => call.function);
    expect(calls.slice(-2)).toEqual(['DismCloseSession', 'DismShutdown']);
    expect(isRunning(double.calls()[0]?.process ?? 0)).toBe(false);
  });

  test('that is killed in the middle of a call takes the engine process with it, which still leaves nothing open', async () => {
    const { peer, child, double, exit } = startServer({ 'block.DismEnableFeature': 'cancel' });
    await peer.initialize();
    peer.send(request(tempFolder()));
    await until(() => double.events().length > 0, 'the call runs');
    const processId = double.calls()[0]?.process ?? 0;
    child.kill('SIGKILL');
    await exit;
    await until(() => !isRunning(processId), 'the engine process ends');
    expect(double.calls().map((call) => call.function).slice(-2)).toEqual(['DismCloseSession', 'DismShutdown']);
    expect(double.calls().at(-1)?.outstanding).toBe(0);
  });

  test('survives a crash of the engine process, and says where to look', async () => {
    const { peer, exit } = startServer({ 'crash.DismEnableFeature': 'null' });
    await peer.initialize();
    peer.send(request(tempFolder()));
    const { error } = await peer.waitFor(({ id }) => id === 1);
    expect(error?.code).toBe(ErrorCode.DismError);
    expect(error?.data).toMatchObject({ symbol: 'DISMTS_E_ENGINE_LOST', source: 'dismts', logPath: expect.stringContaining('feature-enable') as string });
    expect((await peer.request(2, 'feature/get', { path: tempFolder() })).result).toMatchObject({ online: false });
    peer.end();
    expect(await exit).toBe(0);
  });

  test('that makes one call leaves nothing open either', async () => {
    const folder = tempFolder();
    const double = installDouble(join(folder, 'DISM'), 'elf');
    const [program, ...args] = sourceProgram('nativeSidecar.ts');
    const child = spawn(program, [...args, double.path, 'call', 'feature/get', JSON.stringify({ path: folder })], {
      env: { PATH: process.env['PATH'], DISMTS_STATE_DIR: join(folder, 'state') }, stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => { output += text; });
    expect(await new Promise((resolve) => { child.once('close', resolve); })).toBe(0);
    expect(JSON.parse(output)).toMatchObject({ path: folder, online: false });
    expect(double.calls().map((call) => call.function).slice(-2)).toEqual(['DismCloseSession', 'DismShutdown']);
  });
});
