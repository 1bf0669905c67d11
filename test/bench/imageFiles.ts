/** Capturing, applying, exporting, splitting and verifying image files: until what is written into one is on the disk. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { FramePeer } from './framePeer.ts';
import { type Aim, pairedRounds, ratioAtMost, type Row, type Sample, time } from './measure.ts';
import { flush, type SizedWim, type Workbench } from './workbench.ts';

const fullRounds = 5;
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

/** Runs a step; gives the megabytes that a process and those that it started took at most. */
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
  await step();
  end.abort();
  await watch;
  return { memory: peak / megabyte };
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

/** A folder for what a round writes. */
function emptyFolder(bench: Workbench, name: string): string {
  const folder = join(bench.folder, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  // What was written before is no work of whoever comes next.
  spawnSync('sync');
  return folder;
}

async function measure(bench: Workbench, sidecar: FramePeer, { title, method, params, wimlib, aim, isUnflushed }: Operation): Promise<Row[]> {
  // Nothing is removed between the rounds: ext4 takes five times as long to make files for some seconds after others have gone.
  const rounds = join(bench.folder, 'image-rounds');
  mkdirSync(rounds);
  let count = 0;
  type Look = (pid: () => number | undefined, step: () => Promise<unknown>) => Promise<Sample>;
  const pairs = async (number: number, look: Look) => await pairedRounds(number, async () => {
    const folder = emptyFolder(bench, `image-rounds/own-${count++}`);
    return await look(() => sidecar.pid, async () => await sidecar.request(method, params(folder)));
  }, async () => {
    const folder = emptyFolder(bench, `image-rounds/peer-${count++}`);
    let pid: number | undefined;
    return await look(() => pid, async () => {
      await runWimlib(wimlib(folder), (started) => { pid = started; });
      // Where DismTs says that a file is written it is on the disk; wimlib-imagex leaves it to the system when that is done.
      for (const name of isUnflushed === true ? [] : readdirSync(folder)) { flush(join(folder, name)); }
    });
  });
  const times = await pairs(bench.rounds(fullRounds), async (_, step) => ({ time: await time(step) }));
  // In rounds of its own: each look at a process with as much memory as Node.js takes a processor a millisecond, of which some is the job's.
  const memory = await pairs(1, watched);
  rmSync(rounds, { recursive: true });
  const memoryAim: Aim = { text: 'difference < 100 MB', figure: (row) => Math.max(...row.ours.map((own, at) => own - (row.peer[at] ?? Number.NaN))), limit: 100 };
  return [...times, ...memory].map(([step, figures]) => ({
    name: step === 'time' ? title : `${title}: memory`, unit: step === 'time' ? 'ms' as const : 'MB' as const, ...figures, peerName: 'wimlib-imagex',
    aim: step === 'time' ? aim : memoryAim,
  }));
}

/** Measures operations on each of some WIMs. @param prepare Makes what they need beside the WIM; it is gone afterwards. */
async function measureAll(
  bench: Workbench, wims: readonly SizedWim[], operations: (wim: string, prepared: string) => readonly Operation[],
  prepare?: (wim: string, folder: string) => Promise<void>,
): Promise<Row[]> {
  const sidecar = await bench.startSidecar();
  const rows: Row[] = [];
  for (const { path, size } of wims) {
    const prepared = emptyFolder(bench, 'image-tree');
    await prepare?.(path, prepared);
    for (const operation of operations(path, prepared)) { rows.push(...await measure(bench, sidecar, { ...operation, title: `${operation.title}, ${size}` })); }
    rmSync(prepared, { recursive: true });
  }
  await bench.end(sidecar);
  return rows;
}

/** WIMs with much in few files, and with little in many, where each file costs more than what is in it. */
async function allWims(bench: Workbench): Promise<readonly SizedWim[]> {
  return [...await bench.sizedWims(), { path: await bench.manyFilesWim(), size: '50,000 files' }];
}

/** Export with all content copied, and with all of it compressed anew. */
export async function measureExport(bench: Workbench): Promise<Row[]> {
  return await measureAll(bench, await allWims(bench), (wim) => [
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
  return await measureAll(bench, await bench.sizedWims(), (wim) => [{
    title: 'Split', method: 'imageFile/split', aim: ratioAtMost(1.03),
    params: (folder) => ({ imagePath: wim, splitImagePath: join(folder, 'part.swm'), fileSize: 100 }),
    wimlib: (folder) => ['split', wim, join(folder, 'part.swm'), '100'],
  }]);
}

/** Read everything and compare it with its hashes. */
export async function measureVerify(bench: Workbench): Promise<Row[]> {
  return await measureAll(bench, await allWims(bench), (wim) => [{
    title: 'Verify', method: 'imageFile/test', aim: ratioAtMost(1.03),
    params: () => ({ imagePath: wim }),
    wimlib: () => ['verify', wim],
  }]);
}

/** Capture a folder, in the two ways that most images are compressed. */
export async function measureCapture(bench: Workbench): Promise<Row[]> {
  return await measureAll(bench, await allWims(bench), (_, tree) => ([['Fast', 'XPRESS'], ['Max', 'LZX']] as const).map(([compressionType, compress]) => ({
    title: `Capture, ${compress}`, method: 'imageFile/capture', aim: ratioAtMost(1.03),
    params: (folder) => ({ imagePath: join(folder, 'new.wim'), capturePath: tree, imageName: 'New', compressionType }),
    wimlib: (folder) => ['capture', tree, join(folder, 'new.wim'), 'New', `--compress=${compress}`],
  })), async (wim, tree) => { await runWimlib(['apply', wim, '1', tree], () => undefined); });
}

/** Apply an image to a folder. */
export async function measureApply(bench: Workbench): Promise<Row[]> {
  return await measureAll(bench, await allWims(bench), (wim) => [{
    title: 'Apply', method: 'imageFile/apply', aim: ratioAtMost(1.03), isUnflushed: true,
    params: (folder) => ({ imagePath: wim, imageIndex: 1, applyPath: folder }),
    wimlib: (folder) => ['apply', wim, '1', folder],
  }]);
}
