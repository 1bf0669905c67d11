/** Image files by the native engine as it is on Windows: dismts.exe under Wine, with doubles of DismApi.dll and wimgapi.dll. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { methods } from '@dismts/protocol';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { firstBuildTimeoutMs } from '../helpers/cBuild.ts';
import { buildDouble, windowsPath } from '../helpers/dismDouble.ts';
import { startStdio } from '../helpers/programs.ts';
import type { RawMessage, RawPeer } from '../helpers/rawPeer.ts';
import { buildWimDouble, readDoubleWim, writeDoubleWim } from '../helpers/wimDouble.ts';
import { installSystemWimgapi, installWindowsSidecar, lacksWindowsSidecar } from '../helpers/windowsSidecar.ts';
import { wineFolder, winePrefix } from '../helpers/wine.ts';

const reason = lacksWindowsSidecar();
if (reason !== undefined) { process.stderr.write(`skipped: image files under Wine: ${reason}\n`); }

/** Wine starts programs slowly, above all where much else runs. */
const deadlineMs = 200_000;

/** A session of dismts.exe with both doubles. */
interface Session {
  readonly folder: string;
  /** A path as Windows has it. */
  readonly at: (...names: string[]) => string;
  readonly wimgapi: ReturnType<typeof installSystemWimgapi>;
  readonly peer: RawPeer;
  readonly begin: (method: string, params: object) => number;
  readonly answer: (id: number) => Promise<RawMessage>;
  /** The result, or the symbol of the error. */
  readonly run: (method: string, params: object) => Promise<unknown>;
  readonly exit: ReturnType<typeof startStdio>['exit'];
  readonly processes: () => number[];
  readonly engineProcess: () => number | undefined;
  /** Memory of the engine process that is in RAM; bytes. */
  readonly memory: () => number;
}

async function startSession(): Promise<Session> {
  const folder = wineFolder();
  const { double, program, processes, engineProcess } = installWindowsSidecar(folder, { calls: 'off' });
  const wimgapi = installSystemWimgapi(folder);
  onTestFinished(() => { wimgapi.remove(); });
  const { peer, exit } = startStdio(program());
  let last = 0;
  const begin = (method: string, params: object): number => {
    last += 1;
    peer.send({ jsonrpc: '2.0', id: last, method, params });
    return last;
  };
  const answer = (id: number) => peer.waitFor((message) => message.id === id && message.method === undefined, deadlineMs);
  const run = async (method: string, params: object): Promise<unknown> => {
    const { result, error } = await answer(begin(method, params));
    return error === undefined ? result : (error.data as { symbol?: string } | undefined)?.symbol ?? error.message;
  };
  const server = await run('initialize', { client: { name: 'test', version: '0' }, protocolVersion: '1.0', dismPath: windowsPath(double.folder) });
  expect(methods.initialize.result.parse(server).engine).toBe('Native');
  return {
    folder, at: (...names) => windowsPath(join(folder, ...names)), wimgapi, peer, begin, answer, run, exit, processes, engineProcess,
    memory: () => Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${engineProcess() ?? 0}/status`, 'utf8'))?.[1]) * 1024,
  };
}

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? NaN;
}

function tree(folder: string, name: string, files: Readonly<Record<string, string>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(folder, name, path, '..'), { recursive: true });
    writeFileSync(join(folder, name, path), content);
  }
}

describe.skipIf(reason !== undefined)(`dismts.exe under Wine (needs ${reason ?? 'nothing'})`, () => {
  beforeAll(() => {
    winePrefix();
    buildDouble('pe');
    buildWimDouble('pe');
  }, firstBuildTimeoutMs);

  test('works on image files through the wimgapi.dll of System32', async () => {
    const { folder, at, wimgapi, run, peer, exit, processes } = await startSession();
    tree(folder, 'one', { 'Windows/a.txt': 'one', 'Windows/gr\u00fc\u00dfe \u{1F4BF}.txt': 'two', 'pagefile.sys': 'x' });
    tree(folder, 'two', { 'b.txt': 'three' });
    mkdirSync(join(folder, 'target'));
    const imagePath = at('a.wim');
    expect(await run('imageFile/capture', { imagePath, capturePath: at('one'), imageName: 'Gr\u00fc\u00dfe \u{1F4BF}', checkIntegrity: true })).toMatchObject({ imageIndex: 1 });
    expect(await run('imageFile/append', { imagePath, capturePath: at('two'), imageName: 'Two' })).toMatchObject({ imageIndex: 2 });
    expect(await run('imageFile/set', { imagePath, imageIndex: 2, description: 'D', bootIndex: 2 })).toMatchObject({ imageIndex: 2 });
    const wim = readDoubleWim(join(folder, 'a.wim'));
    expect(wim).toMatchObject({ boot: 2, integrity: true, images: [{ xml: '<NAME>Gr\u00fc\u00dfe \u{1F4BF}</NAME>' }, { xml: '<NAME>Two</NAME><DESCRIPTION>D</DESCRIPTION>' }] });
    expect(await run('imageFile/getContent', { imagePath, imageIndex: 1 })).toMatchObject({
      paths: ['\\', '\\Windows\\', '\\Windows\\a.txt', '\\Windows\\gr\u00fc\u00dfe \u{1F4BF}.txt'], next: null,
    });
    expect(await run('imageFile/apply', { imagePath, imageName: 'TWO', applyPath: at('target') })).toMatchObject({ imageIndex: 2 });
    expect(readFileSync(join(folder, 'target', 'b.txt'), 'utf8')).toBe('three');
    expect(await run('imageFile/extractItem', { imagePath, imageIndex: 1, itemPath: '\\windows', destination: at('out') })).toMatchObject({ path: at('out') });
    expect(readFileSync(join(folder, 'out', 'gr\u00fc\u00dfe \u{1F4BF}.txt'), 'utf8')).toBe('two');
    expect(await run('imageFile/export', { sourceImagePath: imagePath, sourceIndexes: [1], destinationImagePath: at('e.esd'), compressionType: 'Recovery' })).toMatchObject({ imageIndexes: [1] });
    expect(await run('imageFile/test', { imagePath: at('e.esd') })).toMatchObject({ healthy: true, contentsChecked: 2 });
    wimgapi.setModes({ 'split-size': 1 });
    expect(await run('imageFile/split', { imagePath, splitImagePath: at('s.swm'), fileSize: 1 })).toMatchObject({ parts: [{ path: at('s.swm') }, { path: at('s2.swm') }, { path: at('s3.swm') }] });
    expect(await run('imageFile/join', { imagePath: at('s.swm'), destinationImagePath: at('j.wim') })).toMatchObject({ imagePath: at('j.wim') });
    expect(readDoubleWim(join(folder, 'j.wim'))).toMatchObject({ boot: 2, images: wim.images });
    expect(await run('imageFile/remove', { imagePath, imageIndex: 1 })).toMatchObject({ removedIndex: 1 });
    expect(await run('imageFile/optimize', { imagePath, compressionType: 'Max' })).toMatchObject({ imagePath });
    expect(readDoubleWim(join(folder, 'a.wim'))).toMatchObject({ compression: 2, boot: 1, images: [{ xml: '<NAME>Two</NAME><DESCRIPTION>D</DESCRIPTION>' }] });
    // What must not be.
    expect(await run('imageFile/capture', { imagePath, capturePath: at('one'), imageName: 'x' })).toBe('ERROR_FILE_EXISTS');
    expect(await run('imageFile/remove', { imagePath, imageIndex: 1 })).toBe('E_ACCESSDENIED');
    writeDoubleWim(join(folder, 'hostile.wim'), [{ xml: '', entries: [{ path: '\\..', attributes: 0x10 }, { path: '\\..\\escaped.txt', attributes: 0x20, content: Buffer.from('x') }] }]);
    expect(await run('imageFile/apply', { imagePath: at('hostile.wim'), imageIndex: 1, applyPath: at('target') })).toBe('ERROR_INVALID_NAME');
    // The last error is that of the call, on a Windows where Node.js and koffi make calls of their own in between.
    for (const [code, symbol] of [[5, 'E_ACCESSDENIED'], [11, 'ERROR_BAD_FORMAT'], [32, 'ERROR_SHARING_VIOLATION'], [112, 'ERROR_DISK_FULL'], [1392, 'ERROR_FILE_CORRUPT']] as const) {
      for (const name of ['WIMCreateFile', 'WIMApplyImage', 'WIMLoadImage']) {
        wimgapi.setModes({ [`result.${name}`]: code, 'error-after-success': 6 });
        expect([name, await run('imageFile/getContent', { imagePath, imageIndex: 1 })]).toEqual([name, symbol]);
      }
    }
    peer.end();
    expect(await exit).toBe(0);
    await expect.poll(processes, { timeout: deadlineMs }).toEqual([]);
    expect(wimgapi.violations()).toEqual([]);
    expect(new Set(wimgapi.calls().map((call) => call.thread)).size).toBe(1);
    expect(wimgapi.calls().at(-1)).toMatchObject({ handles: 0 });
  }, 2 * deadlineMs);

  test('takes away what a change of a file left that was killed', async () => {
    const { folder, at, wimgapi, run, begin, answer, peer, exit, engineProcess } = await startSession();
    tree(folder, 'one', { 'a.txt': 'one' });
    tree(folder, 'two', { 'b.txt': 'two' });
    const [imagePath, file] = [at('a.wim'), join(folder, 'a.wim')];
    wimgapi.setModes({ container: 'yes' });
    await run('imageFile/capture', { imagePath, capturePath: at('one'), imageName: 'One' });
    const before = readFileSync(file);
    const append = { imagePath, capturePath: at('two'), imageName: 'Two' };
    wimgapi.setModes({ 'hold-write': 'header' });
    const held = begin('imageFile/append', append);
    await expect.poll(() => wimgapi.events().length, { timeout: deadlineMs }).toBe(1);
    expect(readFileSync(file).length).toBeGreaterThan(before.length);
    process.kill(engineProcess() ?? 0, 'SIGKILL');
    expect((await answer(held)).error?.data).toMatchObject({ symbol: 'DISMTS_E_ENGINE_LOST' });
    wimgapi.setModes({});
    expect(await run('imageFile/getContent', { imagePath, imageIndex: 2 })).toBe('DISMAPI_E_INVALID_IMAGE_INDEX');
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(await run('imageFile/append', append)).toMatchObject({ imageIndex: 2 });
    peer.end();
    expect(await exit).toBe(0);
  }, 2 * deadlineMs);

  test('survives 1,000 operations, cancels, crashes and hangs', async () => {
    const { folder, at, wimgapi, run, begin, answer, peer, exit, processes, memory } = await startSession();
    tree(folder, 'one', { 'a.txt': 'one', 'b.txt': 'two' });
    mkdirSync(join(folder, 'target'));
    const imagePath = at('a.wim');
    await run('imageFile/capture', { imagePath, capturePath: at('one'), imageName: 'One' });
    const operations: readonly (readonly [method: string, params: object])[] = [
      ['imageFile/getContent', { imagePath, imageIndex: 1 }], ['imageFile/set', { imagePath, imageIndex: 1, description: 'D' }],
      ['imageFile/apply', { imagePath, imageIndex: 1, applyPath: at('target') }], ['imageFile/getContent', { imagePath, imageIndex: 9 }],
    ];
    const curve: number[] = [];
    for (let round = 0; round < 250; round += 1) {
      const answers = await Promise.all(operations.map(([method, params]) => run(method, params)));
      expect(answers.map((value) => (typeof value === 'string' ? value : ''))).toEqual(['', '', '', 'DISMAPI_E_INVALID_IMAGE_INDEX']);
      curve.push(memory());
    }
    const closes = wimgapi.calls().filter((call) => call.function === 'WIMCloseHandle' && call.arguments['Kind'] === 'file');
    expect(closes.length).toBeGreaterThan(1000);
    expect(new Set(closes.map(({ handles }) => handles))).toEqual(new Set([0]));
    // A block that is not freed has 64 KiB here: one for each operation between the two windows would be 50 MB.
    expect(median(curve.slice(-20)) - median(curve.slice(30, 50))).toBeLessThan(16 * 1024 * 1024);

    const before = readFileSync(join(folder, 'a.wim'));
    const capture = { imagePath: at('new.wim'), capturePath: at('one'), imageName: 'x' };
    wimgapi.setModes({ 'block.WIMCaptureImage': 'cancel', drain: 3 });
    const blocked = begin('imageFile/capture', capture);
    await expect.poll(() => wimgapi.events().length, { timeout: deadlineMs }).toBe(1);
    peer.send({ jsonrpc: '2.0', method: '$/cancelRequest', params: { id: blocked } });
    expect((await answer(blocked)).error?.data).toMatchObject({ symbol: 'ERROR_CANCELLED' });

    wimgapi.setModes({ 'crash.WIMCaptureImage': 'null' });
    expect(await run('imageFile/capture', capture)).toBe('DISMTS_E_ENGINE_LOST');
    wimgapi.setModes({ 'crash.WIMApplyImage': 'middle' });
    expect(await run('imageFile/apply', { imagePath, imageIndex: 1, applyPath: at('target') })).toBe('DISMTS_E_ENGINE_LOST');
    wimgapi.setModes({});
    expect(readFileSync(join(folder, 'a.wim'))).toEqual(before);
    expect(await run('imageFile/capture', capture)).toMatchObject({ imageIndex: 1 });

    // One that neither answers nor asks is waited for, and cancelled when it comes round.
    wimgapi.setModes({ 'block.WIMExportImage': 'hang' });
    const hanging = begin('imageFile/export', { sourceImagePath: imagePath, sourceIndexes: '*', destinationImagePath: at('hang.wim') });
    await expect.poll(() => wimgapi.events().filter(({ event }) => event === 'blocked').length, { timeout: deadlineMs }).toBe(2);
    peer.send({ jsonrpc: '2.0', method: '$/cancelRequest', params: { id: hanging } });
    // It comes round, and asks until the cancellation has come, which takes two processes to get there.
    wimgapi.setModes({ 'block.WIMExportImage': 'cancel' });
    expect((await answer(hanging)).error?.data).toMatchObject({ symbol: 'ERROR_CANCELLED' });

    peer.end();
    expect(await exit).toBe(0);
    await expect.poll(processes, { timeout: deadlineMs }).toEqual([]);
    expect(wimgapi.violations()).toEqual([]);
    expect(readDoubleWim(join(folder, 'new.wim')).images).toHaveLength(1);
  }, 2 * deadlineMs);
});
