/** The double of DismApi.dll does as its description says: what the tests of the native engine rest on. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { loadKoffi } from '../../../sidecar/src/nativeAddon/koffi.ts';
import { compile, firstBuildTimeoutMs } from '../../helpers/cBuild.ts';
import { deadlineMs } from '../../helpers/deadline.ts';
import { buildDouble, buildSlotCheck, installDouble, lacksDouble, loadDouble, type DismDouble, type DoubleModes } from '../../helpers/dismDouble.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';
import { lacksWine, underWine, winePrefix } from '../../helpers/wine.ts';

const reason = lacksDouble('elf');
if (reason !== undefined) { process.stderr.write(`skipped: the double of DismApi.dll: ${reason}\n`); }

const wimPath = 'C:\\images\\\u{1F4BF}.wim';
const unsigned = (hresult: number) => (hresult >>> 0).toString(16);

/** A function that gives an HRESULT. */
interface Native {
  (...args: unknown[]): number;
  readonly async: (...args: unknown[]) => void;
}

/** A few functions of the API, on raw pointers. */
function bind(path: string) {
  const koffi = loadKoffi();
  const library = koffi.load(path);
  const func = (prototype: string) => library.func(prototype) as unknown as Native;
  const callback = koffi.pointer(koffi.proto(`void Progress${path.replaceAll(/\W/g, '_')}(uint32_t, uint32_t, void *)`));
  return {
    library,
    initialize: func('int32_t DismInitialize(int32_t, str16, str16)'),
    shutdown: func('int32_t DismShutdown()'),
    open: func('int32_t DismOpenSession(str16, str16, str16, _Out_ uint32_t *)'),
    close: func('int32_t DismCloseSession(uint32_t)'),
    delete: func('int32_t DismDelete(void *)'),
    message: func('int32_t DismGetLastErrorMessage(_Out_ void **)'),
    features: func('int32_t DismGetFeatures(uint32_t, str16, int32_t, _Out_ void **, _Out_ uint32_t *)'),
    mounted: func('int32_t DismGetMountedImageInfo(_Out_ void **, _Out_ uint32_t *)'),
    mount: library.func('DismMountImage', 'int32_t', [
      'str16', 'str16', 'uint32_t', 'str16', 'int32_t', 'uint32_t', 'void *', callback, 'void *',
    ]) as Native,
    createEvent: library.func('void *CreateEventW(void *, int32_t, int32_t, void *)') as (...args: unknown[]) => bigint,
    setEvent: func('int32_t SetEvent(void *)'),
    closeHandle: func('int32_t CloseHandle(void *)'),
  };
}

/** Arguments of a process; nothing where it has just ended. */
function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

const noWine = lacksWine();
if (noWine !== undefined) { process.stderr.write(`skipped: the double of DismApi.dll under Wine: ${noWine}\n`); }

describe.skipIf(noWine !== undefined)('the double of DismApi.dll under Wine', () => {
  let slotCheck: string;
  let echo: string;

  beforeAll(() => {
    winePrefix();
    slotCheck = buildSlotCheck('pe');
    echo = compile({ target: 'pe', sources: ['echo.c'], output: 'echo.exe' });
  }, firstBuildTimeoutMs);

  test('slots get exactly their bytes', () => {
    const { command, args } = underWine(slotCheck);
    expect(spawnSync(command, args).status).toBe(0);
  });

  test('a program gets the standard streams of the caller, and its exit code arrives', () => {
    const input = Array.from({ length: 20_000 }, (_, i) => `line ${i}, which comes back as it is\r\n`).join('');
    const { command, args } = underWine(echo, ['--stdio', 'two words', '']);
    expect(spawnSync(command, args, { input, encoding: 'utf8' })).toMatchObject({ status: 7, stdout: input, stderr: '[--stdio][two words][]' });
  });

  test('a program ends when what started it is killed', async () => {
    const mark = `mark-${process.pid}-${Date.now()}`;
    const { command, args } = underWine(echo, [mark]);
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'ignore'] });
    const running = () => readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && commandLine(pid).includes(mark)).length;
    child.stdin.write('echo');
    await once(child.stdout, 'data');
    // The bridge and the program.
    expect(running()).toBe(2);
    child.kill('SIGKILL');
    await expect.poll(running, { timeout: deadlineMs }).toBe(0);
  });
});

describe.skipIf(reason !== undefined)('the double of DismApi.dll', () => {
  let double: DismDouble;
  let api: ReturnType<typeof bind>;

  beforeAll(() => {
    double = loadDouble();
    api = bind(double.path);
    buildSlotCheck('elf');
    buildDouble('elf', '19041');
    buildDouble('elf', 'windows8');
  }, firstBuildTimeoutMs);
  beforeEach(() => { double.reset(); });

  /** Opens a session on a folder. */
  function openSession(imagePath: string): number {
    const session = [0];
    expect(api.open(imagePath, null, null, session)).toBe(0);
    return session[0] ?? 0;
  }

  function getFeatures(session: number): { hresult: number; address: bigint | null; count: number } {
    const [address, count]: [(bigint | null)[], number[]] = [[1n], [1]];
    const hresult = api.features(session, null, 0, address, count);
    return { hresult, address: address[0] ?? null, count: count[0] ?? 0 };
  }

  /** Text of the last error of the thread that runs this. */
  function lastMessage(): string | null {
    const address: (bigint | null)[] = [null];
    expect(api.message(address)).toBe(0);
    const text = address[0] === null ? null : loadKoffi().decode(address[0], 'str16') as string | null;
    api.delete(address[0]);
    return text;
  }

  /** Mounts on a thread of the pool. */
  function mount(options: { readonly event?: bigint; readonly onProgress?: (current: number, total: number) => void } = {}): Promise<number> {
    return new Promise((resolve, reject) => {
      api.mount.async(wimPath, 'C:\\mount', 1, null, 0, 0, options.event ?? null, options.onProgress ?? null, null,
        (error: Error | null, hresult: number) => { if (error === null) { resolve(hresult); } else { reject(error); } });
    });
  }

  test('slots get exactly their bytes', () => {
    expect(spawnSync(buildSlotCheck('elf')).status).toBe(0);
  });

  test('initialisation and sessions follow their rules', () => {
    const session = [7];
    expect(unsigned(api.open('C:\\mount', null, null, session))).toBe('c0040001');
    expect(session).toEqual([0]);
    expect(api.initialize(2, null, null)).toBe(0);
    expect(api.initialize(2, null, null)).toBe(1);
    double.setModes({ 'initialize-again': '0x8007000E' });
    expect(unsigned(api.initialize(2, null, null))).toBe('8007000e');
    expect([openSession('C:\\mount'), openSession('C:\\mount\\')]).toEqual([2, 3]);
    expect(unsigned(api.open('C:\\', null, null, session))).toBe('c004000e');
    expect(unsigned(api.shutdown())).toBe('c0040003');
    expect(api.close(2)).toBe(0);
    expect(unsigned(api.close(2))).toBe('c0040004');
    expect(unsigned(getFeatures(0).hresult)).toBe('c0040004');
    expect(api.close(3)).toBe(0);
    expect(api.shutdown()).toBe(0);
    expect(unsigned(api.shutdown())).toBe('c0040001');
  });

  test('results are counted until they are deleted, and poisoned then', () => {
    api.initialize(2, null, null);
    const { address, count } = getFeatures(openSession('C:\\mount'));
    expect(count).toBe(5);
    // The array and a text for each element.
    expect(double.outstanding()).toBe(6);
    const bytes = () => [...loadKoffi().decode(address, 'uint8_t', 60) as Uint8Array];
    expect(bytes().slice(8, 12)).toEqual([4, 0, 0, 0]);
    expect(api.delete(address)).toBe(0);
    expect(bytes()).toEqual(new Array(60).fill(0xDD));
    expect(double.outstanding()).toBe(0);
    expect(api.delete(null)).toBe(0);
    expect(double.violations()).toEqual([]);
    expect(unsigned(api.delete(address))).toBe('80070057');
    expect(double.violations()).toEqual(['DismDelete of a result that was deleted before', 'DismDelete of something that is no live result']);
  });

  test('a failed call clears what it would fill, and leaves a message to its own thread', async () => {
    api.initialize(2, null, null);
    const session = openSession('C:\\mount');
    expect(lastMessage()).toBeNull();
    double.setResult('DismGetFeatures', 0x800F0902);
    expect(getFeatures(session)).toEqual({ hresult: 0x800F0902 | 0, address: null, count: 0 });
    expect(lastMessage()).toMatch(/^DismGetFeatures failed on thread \d+ with 0x800F0902 \u{1F4BF}\r\n$/u);
    double.setResult('DismMountImage', 0xC1420127);
    expect(unsigned(await mount())).toBe('c1420127');
    expect(lastMessage()).toMatch(/DismGetFeatures/);
    double.setModes({ 'last-error': 'none', 'last-error-missing': 'pointer' });
    expect(lastMessage()).toBeNull();
    expect(double.outstanding()).toBe(0);
    const [own, pool] = [double.calls().find((call) => call.function === 'DismGetFeatures'), double.calls().find((call) => call.function === 'DismMountImage')];
    expect(own?.thread).not.toBe(pool?.thread);
  });

  test('result 1 comes after the work and makes the session useless', () => {
    api.initialize(2, null, null);
    const session = openSession('C:\\mount');
    double.setModes({ 'result.DismGetFeatures': '3010,1,0' });
    const results = [getFeatures(session), getFeatures(session)];
    expect(results.map(({ hresult, count }) => [hresult, count])).toEqual([[3010, 5], [1, 5]]);
    for (const { address } of results) { api.delete(address); }
    expect(unsigned(getFeatures(session).hresult)).toBe('800f080a');
    api.close(session);
    const { hresult, address } = getFeatures(openSession('C:\\mount'));
    expect(hresult).toBe(0);
    api.delete(address);
  });

  test.for([
    ['caller', '100', 11, [100, 100]], ['helper', '100', 11, [100, 100]], ['caller', '200', 21, [200, 200]], ['helper', '1000', 20, [1000, 1000]],
    ['caller', 'past', 10, [225, 100]], ['helper', 'zero', 5, [4, 0]], ['caller', 'none', 0, undefined], ['helper', 'many', 10_000, [10_000, 10_000]],
    ['caller', '5/100,102/100', 2, [102, 100]],
  ] as const)('on the %s\'s thread, script %s makes %i callbacks', async ([thread, progress, count, last]) => {
    api.initialize(2, null, null);
    double.setModes({ 'callback-thread': thread, 'progress.DismMountImage': progress });
    const seen: number[][] = [];
    expect(await mount({ onProgress: (current, total) => { seen.push([current, total]); } })).toBe(0);
    expect(seen).toHaveLength(count);
    expect(seen.at(-1)).toEqual(last);
    expect(double.calls().at(-1)).toMatchObject({ callbacks: count, arguments: { ImageFilePath: wimPath, ImageIndex: 1, Progress: true, CancelEvent: false } });
  });

  test.for<readonly [modes: DoubleModes, hresult: string, mounted: number, callbacks: number]>([
    [{}, '800704d3', 0, 1],
    [{ 'cancel-result': '0x800704C7' }, '800704c7', 0, 1],
    [{ 'cancel-result': 1223 }, '4c7', 0, 1],
    [{ cancel: 'end' }, '800704d3', 0, 11],
    [{ cancel: 'late' }, '0', 1, 11],
    [{ cancel: 'ignore' }, '0', 1, 11],
    [{ block: 'cancel' }, '800704d3', 0, 1],
  ])('a cancel at the first callback with %j gives %s', async ([modes, hresult, mounted, callbacks]) => {
    api.initialize(2, null, null);
    double.setModes(modes);
    const event = api.createEvent(null, 1, 0, null);
    expect(unsigned(await mount({ event, onProgress: () => { api.setEvent(event); } }))).toBe(hresult);
    api.closeHandle(event);
    expect(double.calls().at(-1)).toMatchObject({ callbacks, cancelSeen: modes['cancel'] !== 'ignore' });
    const [address, count]: [(bigint | null)[], number[]] = [[null], [0]];
    expect(api.mounted(address, count)).toBe(0);
    api.delete(address[0]);
    expect(count).toEqual([mounted]);
    expect([double.handles(), double.outstanding(), double.violations()]).toEqual([0, 0, []]);
  });

  test('a call that hangs looks at no event and goes on when it is let go', async () => {
    api.initialize(2, null, null);
    double.setModes({ 'block.DismMountImage': 'hang', cancel: 'ignore', 'block-after': 3 });
    const event = api.createEvent(null, 1, 1, null);
    let callbacks = 0;
    const mounting = mount({ event, onProgress: () => { callbacks++; } });
    await expect.poll(() => double.blocked()).toBe(1);
    expect(callbacks).toBe(3);
    double.setModes({ 'block.DismMountImage': undefined });
    expect(await mounting).toBe(0);
    expect(double.blocked()).toBe(0);
    api.closeHandle(event);
  });

  test('an event that is closed too early is a violation', async () => {
    api.initialize(2, null, null);
    double.setModes({ progress: '50/100' });
    const event = api.createEvent(null, 1, 0, null);
    expect(await mount({ event, onProgress: () => { api.closeHandle(event); } })).toBe(0);
    expect(double.violations()).toContain('the CancelEvent of DismMountImage was closed before it returned');
    api.closeHandle(event);
    expect(double.violations()).toContain('CloseHandle of a handle that is not open');
  });

  test('another process is driven by a file, and says in one what it did', () => {
    const [first, second] = [installDouble(join(tempFolder(), 'first'), 'elf'), installDouble(join(tempFolder(), 'second'), 'elf')];
    const stateFile = join(first.folder, 'mounts.txt');
    second.setModes({ 'state-file': stateFile, 'result.DismShutdown': '0x80070005' });
    const [one, two] = [bind(first.path), bind(second.path)];
    for (const each of [one, two]) { expect(each.initialize(2, null, null)).toBe(0); }
    expect(one.mount(wimPath, 'C:\\\u00e4', 2, null, 0, 1, null, null, null)).toBe(0);
    expect(unsigned(two.mount(wimPath, 'c:\\\u00e4\\', 1, null, 0, 1, null, null, null))).toBe('c1420113');
    expect(unsigned(two.shutdown())).toBe('80070005');
    second.setModes({});
    expect(two.shutdown()).toBe(0);
    expect(one.shutdown()).toBe(0);
    expect(first.calls().map((call) => [call.function, call.result, call.outstanding]))
      .toEqual([['DismInitialize', 0, 0], ['DismMountImage', 0, 0], ['DismShutdown', 0, 0]]);
    expect(second.calls().map((call) => call.function)).toEqual(['DismInitialize', 'DismMountImage', 'DismShutdown', 'DismShutdown']);
    expect(second.violations()).toEqual([]);
  });

  test('older generations lack what came later', () => {
    const lacks = (path: string, name: string) => {
      try {
        loadKoffi().load(path).func(`int32_t ${name}()`);
        return false;
      } catch {
        return true;
      }
    };
    const [newest, middle, oldest] = [buildDouble('elf'), buildDouble('elf', '19041'), buildDouble('elf', 'windows8')];
    for (const [name, expected] of [
      ['DismGetFeatures', [false, false, false]], ['DismGetCapabilities', [false, false, true]], ['DismGetProvisionedAppxPackages', [false, true, true]],
      ['_DismGetProvisionedAppxPackages', [false, false, true]], ['DismAddLanguage', [false, true, true]],
    ] as const) {
      expect([newest, middle, oldest].map((path) => lacks(path, name)), name).toEqual(expected);
    }
  });

  test.for([
    ['stack', '524288', 'SIGSEGV'], ['crash.DismInitialize', 'null', 'SIGSEGV'], ['crash.DismInitialize', 'abort', 'SIGABRT'], ['stack', '1024', null],
  ] as const)('a process with koffi as it comes and %s=%s ends by %s', ([key, value, signal]) => {
    const { path } = installDouble(tempFolder(), 'elf', { [key]: value });
    // The addon, found as sidecar/src/nativeAddon/koffi.ts finds it, but with no larger stacks.
    const code = `
      const { createRequire } = require('node:module');
      const folder = require('node:path').dirname(createRequire(require.resolve('koffi')).resolve('@koromix/koffi-linux-${process.arch}/package.json'));
      const addon = { exports: {} };
      process.dlopen(addon, folder + '/linux_${process.arch}/koffi.node');
      const initialize = addon.exports.load(process.argv[1]).func('int32_t DismInitialize(int32_t, void *, void *)');
      initialize.async(2, null, null, (error, hresult) => { process.exitCode = hresult; });`;
    const ended = spawnSync(process.execPath, ['-e', code, path], { cwd: import.meta.dirname, encoding: 'utf8' });
    expect({ signal: ended.signal, status: ended.status }).toEqual({ signal, status: signal === null ? 0 : null });
  });
});
