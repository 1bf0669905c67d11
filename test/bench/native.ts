/** The native engine over a double of DismApi.dll: what a call costs beside the same one from C, what its progress holds up, and long lists. */
import { execFile, spawn } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createMessageConnection, StreamMessageReader, StreamMessageWriter, type MessageConnection } from 'vscode-jsonrpc/node';
import { buildBenchmark, buildDouble, installDouble, lacksDouble, type InstalledDouble } from '../helpers/dismDouble.ts';
import { sourceProgram } from '../helpers/sourceCommand.ts';
import { below, everyDifferenceBelow, median, pairedRounds, type Row, time } from './measure.ts';
import { measureModule } from './powershell.ts';
import type { Workbench } from './workbench.ts';

/** What mode `progress=many` of the double makes. */
const callbackCount = 10_000;
const packageCount = 5_000;
const ping = { code: -2147024894 };

/** All of it. Without a C compiler there is nothing to measure with. */
export async function measureNative(bench: Workbench): Promise<Row[]> {
  const lacking = lacksDouble('elf');
  if (lacking !== undefined) {
    console.log(`The native engine was not measured: ${lacking}.`);
    return [];
  }
  return [...await measureCalls(bench), ...await measurePings(bench), ...await measurePackageList(bench)];
}

/** One call through the binding against the same call from C, and one request through the engine process against that. */
async function measureCalls(bench: Workbench): Promise<Row[]> {
  // The list of calls grows with every call.
  const { path } = installDouble(join(bench.folder, 'called'), 'elf', { calls: 'off', log: undefined });
  const [program, ...args] = sourceProgram('../bench/nativeCalls.ts');
  const { stdout } = await promisify(execFile)(program, [...args, buildDouble('elf'), path, buildBenchmark(), String(bench.rounds(15))],
    { env: { ...bench.env, UV_THREADPOOL_SIZE: '1' } });
  const { c, binding, engine } = JSON.parse(stdout) as Readonly<Record<'c' | 'binding' | 'engine', number[]>>;
  return [
    { name: 'binding: DismGetFeatures', unit: 'µs', ours: binding, peerName: 'the same from C', peer: c },
    { name: 'engine process: DismGetFeatures', unit: 'µs', ours: engine, peerName: 'binding', peer: binding },
  ];
}

/** The command that starts the server with the native engine over a double. */
function nativeSidecar({ path }: InstalledDouble): [string, ...string[]] {
  return [...sourceProgram('./nativeSidecar.ts'), path, '--stdio'];
}

/** Requests that the server answers by itself, one after the other, while a call makes callbacks, against as many while none runs. */
async function measurePings(bench: Workbench): Promise<Row[]> {
  const double = installDouble(join(bench.folder, 'reporting'), 'elf', { progress: 'many' });
  const [program, ...args] = nativeSidecar(double);
  const sidecar = spawn(program, args, { env: bench.env, stdio: ['pipe', 'pipe', 'ignore'] });
  const ended = new Promise((resolve) => sidecar.once('close', resolve));
  const connection = createMessageConnection(new StreamMessageReader(sidecar.stdout), new StreamMessageWriter(sidecar.stdin));
  connection.listen();
  try {
    await connection.sendRequest('initialize', { client: { name: 'bench', version: '1' }, protocolVersion: '1.0' });
    const summary = (delays: readonly number[]) => ({ worst: Math.max(...delays), median: median(delays) });
    let count = 0;
    const steps = await pairedRounds(bench.rounds(15), async (round) => {
      const delays = await pingDuringCall(connection, round);
      count = delays.length;
      return summary(delays);
    }, async () => {
      const delays: number[] = [];
      while (delays.length < count) { delays.push(await timePing(connection)); }
      return summary(delays);
    });
    const scans = double.calls().filter((call) => call.function === 'DismCheckImageHealth');
    if (scans.length === 0 || scans.some(({ callbacks }) => callbacks !== callbackCount)) {
      throw new Error(`the double did not make ${callbackCount} callbacks in each call`);
    }
    return ['median', 'worst'].map((step): Row => {
      const { ours = [], peer = [] } = steps.get(step) ?? {};
      const row = { name: `${step} ping during 10,000 callbacks`, unit: 'ms', ours, peerName: 'without callbacks', peer } as const;
      return step === 'worst' ? { ...row, aim: everyDifferenceBelow(20) } : row;
    });
  } finally {
    connection.dispose();
    sidecar.stdin.end();
    await ended;
  }
}

/** Milliseconds of each ping that began while one call was made. */
async function pingDuringCall(connection: MessageConnection, round: number): Promise<number[]> {
  let over = false;
  const isOver = (): boolean => over;
  const call = connection.sendRequest('health/scan', { online: true, workDoneToken: round }).finally(() => { over = true; });
  const delays: number[] = [];
  // A function, because the compiler does not see that the callback changes it.
  do { delays.push(await timePing(connection)); } while (!isOver());
  await call;
  return delays;
}

function timePing(connection: MessageConnection): Promise<number> {
  return time(() => connection.sendRequest('error/resolve', ping));
}

/** A long list as PowerShell objects, against the bare answer. */
async function measurePackageList(bench: Workbench): Promise<Row[]> {
  const double = installDouble(join(bench.folder, 'listing'), 'elf', { packages: packageCount, calls: 'off', log: undefined });
  const figures = await measureModule(bench, nativeSidecar(double), ['-PackageCount', String(packageCount)]);
  return figures.map((row) => ({ ...row, name: `pwsh: 5,000 packages (${row.name})`, unit: 'ms', peerName: 'bare exchange', aim: below(1000, 'ms') }));
}
