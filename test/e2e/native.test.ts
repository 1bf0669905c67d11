/** The native engine as it is on Windows: dismts.exe under Wine, with a double of DismApi.dll. How the module drives it, NativeIntegration.Tests.ps1 shows. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { methods } from '@dismts/protocol';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { firstBuildTimeoutMs } from '../helpers/cBuild.ts';
import { buildDouble, windowsPath, type DoubleCall } from '../helpers/dismDouble.ts';
import { start, startStdio } from '../helpers/programs.ts';
import type { RawMessage, RawPeer } from '../helpers/rawPeer.ts';
import { installKit, installWindowsSidecar, lacksWindowsSidecar, removeKit } from '../helpers/windowsSidecar.ts';
import { wineFolder, winePrefix } from '../helpers/wine.ts';

const reason = lacksWindowsSidecar();
if (reason !== undefined) { process.stderr.write(`skipped: the native engine under Wine: ${reason}\n`); }

/** Wine starts programs slowly, above all where much else runs. */
const deadlineMs = 200_000;

async function request(peer: RawPeer, id: number, method: string, params: object): Promise<RawMessage> {
  peer.send({ jsonrpc: '2.0', id, method, params });
  return await peer.waitFor((message) => message.id === id && message.method === undefined, deadlineMs);
}

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? NaN;
}

/** Memory of a process that is in RAM; bytes. */
function residentBytes(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
}

describe.skipIf(reason !== undefined)(`dismts.exe under Wine (needs ${reason ?? 'nothing'})`, () => {
  beforeAll(() => {
    winePrefix();
    buildDouble('pe');
  }, firstBuildTimeoutMs);

  test('1,000 operations leave no live block, no handle and a flat memory curve; the end of stdin ends what runs', async () => {
    const folder = wineFolder();
    // The double's own list of calls would grow.
    const fixed = { calls: 'off' };
    const { double, program, processes, engineProcess } = installWindowsSidecar(folder, fixed);
    mkdirSync(join(folder, 'image'));
    writeFileSync(join(folder, 'install.wim'), '');
    const image = { path: windowsPath(join(folder, 'image')) };
    const feature = { ...image, featureName: 'NetFx3' };
    const operations: readonly (readonly [method: string, params: object])[] = [
      ['feature/get', image], ['feature/get', feature], ['package/get', image], ['driver/get', image], ['image/listMounted', {}],
      ['image/getInfo', { imagePath: windowsPath(join(folder, 'install.wim')) }], ['feature/get', { ...image, featureName: 'missing' }],
      ['feature/enable', { ...feature, sources: [] }], ['health/check', image], ['feature/disable', feature],
    ];

    const { peer, exit, stderr } = startStdio(program());
    const server = await request(peer, -1, 'initialize', {
      client: { name: 'test', version: '0' }, protocolVersion: '1.0', dismPath: windowsPath(double.folder),
    });
    expect(methods.initialize.result.parse(server.result).engine).toBe('Native');
    const memory: number[] = [];
    for (let round = 0; round < 100; round += 1) {
      const answers = await Promise.all(operations.map(([method, params], at) => request(peer, round * operations.length + at, method, params)));
      expect(answers.map(({ error }) => (error?.data as { symbol?: string } | undefined)?.symbol ?? ''))
        .toEqual(operations.map((_, at) => (at === 6 ? 'DISMAPI_E_UNKNOWN_FEATURE' : '')));
      memory.push(residentBytes(engineProcess() ?? 0));
    }

    const calls = double.calls();
    expect(calls.filter((call) => call.function === 'DismEnableFeature')).toHaveLength(100);
    // Functions that give no block: whatever lives when they return was left by others.
    const blockless = new Set(['DismEnableFeature', 'DismDisableFeature', 'DismCheckImageHealth']);
    expect(new Set(calls.filter((call) => blockless.has(call.function)).map(({ outstanding }) => outstanding))).toEqual(new Set([0]));
    // Threads of Node.js and Wine come and go with a handle or two; what one kind of operation lost would be a hundred.
    const handles = (part: readonly DoubleCall[]) => median(part.map((call) => call.handles));
    expect(handles(calls.slice(-200)) - handles(calls.slice(200, 400))).toBeLessThanOrEqual(5);
    // Collections make it go up and down by 3 MB; 8 MB are 10 KB for each operation between the two windows, of 20 rounds each.
    expect(median(memory.slice(-20)) - median(memory.slice(10, 30))).toBeLessThan(8 * 1024 * 1024);
    expect(new Set(calls.map(({ thread }) => thread)).size).toBe(1);

    double.setModes({ ...fixed, 'block.DismEnableFeature': 'cancel' });
    peer.send({ jsonrpc: '2.0', id: 1000, method: 'feature/enable', params: { ...feature, sources: [] } });
    await expect.poll(() => double.events(), { timeout: deadlineMs }).toMatchObject([{ event: 'blocked', function: 'DismEnableFeature' }]);
    peer.end();
    expect(await exit).toBe(0);
    expect(stderr()).toBe('');
    await expect.poll(processes, { timeout: deadlineMs }).toEqual([]);
    const housekeeping = ['DismDelete', 'DismGetLastErrorMessage'];
    const last = double.calls().filter((call) => !housekeeping.includes(call.function)).slice(-3);
    expect(last.map((call) => call.function)).toEqual(['DismEnableFeature', 'DismCloseSession', 'DismShutdown']);
    expect(last.map(({ cancelSeen, outstanding }) => [cancelSeen, outstanding])).toEqual([[true, 0], [false, 0], [false, 0]]);
    expect(double.violations()).toEqual([]);
  }, 2 * deadlineMs);

  describe('call', () => {
    /** Runs to the end. */
    async function call(program: ReturnType<typeof installWindowsSidecar>['program'], ...args: string[]): Promise<{ exitCode: unknown; stdout: string; stderr: string }> {
      const { child, exit, stdout, stderr } = start(program('call', ...args), []);
      child.stdin.end();
      return { exitCode: await exit, stdout: stdout(), stderr: stderr() };
    }

    const windowsHasDism = reason === undefined && existsSync(join(winePrefix(), 'drive_c', 'windows', 'system32', 'dismapi.dll'));

    test.skipIf(windowsHasDism)('names the DISM of the Windows ADK where Windows has none (needs a Wine without dismapi.dll), and works with that', async () => {
      const folder = wineFolder();
      const { program, processes } = installWindowsSidecar(folder);
      const kit = windowsPath(installKit(folder));
      onTestFinished(removeKit);
      const without = await call(program, 'image/listMounted');
      expect([without.exitCode, without.stdout]).toEqual([1, '']);
      expect(without.stderr).toMatch(/^dismts: Cannot use the DISM of Windows: .*\nERROR_MOD_NOT_FOUND /);
      expect(without.stderr).toContain(`(10.0.26100.4652): --dism-path "${kit}"`);
      writeFileSync(join(folder, '\u{1F4BF}.wim'), '');
      const imagePath = windowsPath(join(folder, '\u{1F4BF}.wim'));
      const { exitCode, stdout, stderr } = await call(program, 'image/getInfo', JSON.stringify({ imagePath }), '--dism-path', kit);
      expect([exitCode, stderr]).toEqual([0, '']);
      expect(methods.getImageInfo.result.parse(JSON.parse(stdout)).images).toMatchObject([{ imagePath, imageDescription: 'Gr\u00fc\u00dfe \u{1F4BF}' }, { imageIndex: 2 }]);
      await expect.poll(processes, { timeout: deadlineMs }).toEqual([]);
    }, deadlineMs);
  });
});
