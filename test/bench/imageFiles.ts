/** Capturing, applying, exporting, splitting and verifying image files: until what is written into one is on the disk. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { FramePeer } from './framePeer.ts';
import { type Aim, pairedRounds, ratioAtMost, type Row, type Sample } from './measure.ts';
import { flush, type Workbench } from './workbench.ts';

const rounds = 5;
const megabyte = 1e6;
/** How often it is looked how much memory the processes take. */
const lookMs = 50;

/**
 * What a process has in memory, with what it shares with others divided by their number. Not the pages of programs and files, on either side: those
 * are the system's cache, which it takes back as it likes. 0 where the process has gone.
 */
function memoryOf(pid: number): number {
  try {
    const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    const bytes = (field: string): number => Number(new RegExp(`^${field}:\\s*(\\d+) kB`, 'm').exec(text)?.[1] ?? 0) * 1024;
    return bytes('Pss_Anon') + bytes('Pss_Shmem');
  } catch {
    return 0;
  }
}

function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter((text) => text !== '').map(Number);
  } catch {
    return [];
  }
}

/** Runs a step; gives its milliseconds, and the bytes that a process and those that it started took at most. */
async function watched(pid: () => number | undefined, step: () => Promise<unknown>): Promise<Sample> {
  let peak = 0;
  const end = new AbortController();
  const watch = (async () => {
    while (!end.signal.aborted) {
      const own = pid();
      if (own !== undefined) { peak = Math.max(peak, [own, ...childrenOf(own)].reduce((sum, process) => sum + memoryOf(process), 0)); }
      await setTimeout(lookMs);
    }
  })();
  const start = performance.now();
  await step();
  const ms = performance.now() - start;
  end.abort();
  await watch;
  return { time: ms, memory: peak / megabyte };
}

/** One operation, and what wimlib-imagex is told for the same. */
interface Operation {
  readonly title: string;
  readonly method: string;
  readonly params: (folder: string) => Readonly<Record<string, unknown>>;
  readonly wimlib: (folder: string) => readonly string[];
  readonly aim: Aim;
  /** Whether neither waits until what is written is on the disk. */
  readonly isUnflushed?: boolean;
}

async function runWimlib(args: readonly string[], started: (pid: number | undefined) => void): Promise<void> {
  const child = spawn('wimlib-imagex', args, { stdio: 'ignore' });
  started(child.pid);
  const [code] = await once(child, 'exit') as [number | null];
  if (code !== 0) { throw new Error(`wimlib-imagex ${args.join(' ')}: exit code ${String(code)}`); }
}

/** An empty folder; what the round before has written is gone from the disk's caches, too. */
function emptyFolder(bench: Workbench, name: string): string {
  const folder = join(bench.folder, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  return folder;
}

async function measure(bench: Workbench, sidecar: FramePeer, { title, method, params, wimlib, aim, isUnflushed }: Operation): Promise<Row[]> {
  const steps = await pairedRounds(bench.rounds(rounds), async () => {
    const folder = emptyFolder(bench, 'image-own');
    return await watched(() => sidecar.pid, async () => await sidecar.request(method, params(folder)));
  }, async () => {
    const folder = emptyFolder(bench, 'image-peer');
    let pid: number | undefined;
    return await watched(() => pid, async () => {
      await runWimlib(wimlib(folder), (started) => { pid = started; });
      // Where DismTs says that a file is written it is on the disk.
      for (const name of isUnflushed === true ? [] : readdirSync(folder)) { flush(join(folder, name)); }
    });
  });
  const memoryAim: Aim = { text: 'difference < 100 MB', figure: (row) => Math.max(...row.ours.map((own, at) => own - (row.peer[at] ?? Number.NaN))), limit: 100 };
  return [...steps].map(([step, pairs]) => ({
    name: step === 'time' ? title : `${title}: memory`, unit: step === 'time' ? 'ms' as const : 'MB' as const, ...pairs, peerName: 'wimlib-imagex',
    aim: step === 'time' ? aim : memoryAim,
  }));
}

/** Measures operations on each of the WIMs. @param prepare Makes what they need beside the WIM; it is gone afterwards. */
async function measureAll(
  bench: Workbench, operations: (wim: string, prepared: string) => readonly Operation[], prepare?: (wim: string, folder: string) => Promise<void>,
): Promise<Row[]> {
  const sidecar = await bench.startSidecar();
  const rows: Row[] = [];
  for (const { path, size } of await bench.sizedWims()) {
    const prepared = emptyFolder(bench, 'image-tree');
    await prepare?.(path, prepared);
    for (const operation of operations(path, prepared)) { rows.push(...await measure(bench, sidecar, { ...operation, title: `${operation.title}, ${size}` })); }
    rmSync(prepared, { recursive: true });
  }
  await bench.end(sidecar);
  return rows;
}

/** Export with all content copied, and with all of it compressed anew. */
export async function measureExport(bench: Workbench): Promise<Row[]> {
  return await measureAll(bench, (wim) => [
    {
      title: 'Export, same compression', method: 'imageFile/export', aim: ratioAtMost(1.03),
      params: (folder) => ({ sourceImagePath: wim, sourceIndexes: '*', destinationImagePath: join(folder, 'new.wim') }),
      wimlib: (folder) => ['export', wim, 'all', join(folder, 'new.wim')],
    },
    {
      title: 'Export, XPRESS from LZX', method: 'imageFile/export', aim: ratioAtMost(1.03),
      params: (folder) => ({ sourceImagePath: wim, sourceIndexes: '*', destinationImagePath: join(folder, 'new.wim'), compressionType: 'Fast' }),
      wimlib: (folder) => ['export', wim, 'all', join(folder, 'new.wim'), '--compress=XPRESS'],
    },
  ]);
}

/** Split into parts of 100 MB. */
export async function measureSplit(bench: Workbench): Promise<Row[]> {
  return await measureAll(bench, (wim) => [{
    title: 'Split', method: 'imageFile/split', aim: ratioAtMost(1.03),
    params: (folder) => ({ imagePath: wim, splitImagePath: join(folder, 'part.swm'), fileSize: 100 }),
    wimlib: (folder) => ['split', wim, join(folder, 'part.swm'), '100'],
  }]);
}

/** Read everything and compare it with its hashes. */
export async function measureVerify(bench: Workbench): Promise<Row[]> {
  return await measureAll(bench, (wim) => [{
    title: 'Verify', method: 'imageFile/test', aim: ratioAtMost(1.03),
    params: () => ({ imagePath: wim }),
    wimlib: () => ['verify', wim],
  }]);
}

/** Capture a folder, in the two ways that most images are compressed. */
export async function measureCapture(bench: Workbench): Promise<Row[]> {
  return await measureAll(bench, (_, tree) => ([['Fast', 'XPRESS'], ['Max', 'LZX']] as const).map(([compressionType, compress]) => ({
    title: `Capture, ${compress}`, method: 'imageFile/capture', aim: ratioAtMost(1.03),
    params: (folder) => ({ imagePath: join(folder, 'new.wim'), capturePath: tree, imageName: 'New', compressionType }),
    wimlib: (folder) => ['capture', tree, join(folder, 'new.wim'), 'New', `--compress=${compress}`],
  })), async (wim, tree) => { await runWimlib(['apply', wim, '1', tree], () => undefined); });
}

/** Apply an image to a folder. */
export async function measureApply(bench: Workbench): Promise<Row[]> {
  return await measureAll(bench, (wim) => [{
    title: 'Apply', method: 'imageFile/apply', aim: ratioAtMost(1.03), isUnflushed: true,
    params: (folder) => ({ imagePath: wim, imageIndex: 1, applyPath: folder }),
    wimlib: (folder) => ['apply', wim, '1', folder],
  }]);
}
