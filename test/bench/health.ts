/** Scanning and restoring a component store: against sha256sum over the same bytes, and against applying a WIM first. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { captureStore } from '../helpers/store/syntheticImage.ts';
import { type LargeStore, writeLargeStore } from '../helpers/store/largeStore.ts';
import type { FramePeer } from './framePeer.ts';
import { below, pairedTimes, ratioAtMost, type Row } from './measure.ts';
import { wimlib } from './wimlibPrograms.ts';
import type { Workbench } from './workbench.ts';

/** sha256sum with as many processes as there are processors. */
function sha256sum(paths: readonly string[]): void {
  const { status, stderr } = spawnSync('xargs', ['-0', '-P', String(cpus().length), '-n', '200', 'sha256sum'], {
    input: `${paths.join('\0')}\0`, maxBuffer: 1024 ** 3, encoding: 'utf8',
  });
  if (status !== 0) { throw new Error(`sha256sum: ${stderr}`); }
}

async function scan(sidecar: FramePeer, path: string): Promise<void> {
  const { imageHealthState } = await sidecar.request('health/scan', { path }) as { imageHealthState: string };
  if (imageHealthState !== 'Healthy') { throw new Error(`the store is ${imageHealthState}`); }
}

function peakMegabytes({ pid }: FramePeer): number {
  return Number(/^VmHWM:\s*(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024 / 1e6;
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}

function peakRow(name: string, peak: number, limit = 400): Row {
  return { name, unit: 'MB', ours: [peak], peerName: 'aim', peer: [limit], aim: below(limit, 'MB') };
}

export async function measureHealth(bench: Workbench): Promise<Row[]> {
  const payload = writeLargeStore(join(bench.folder, 'payload'), { components: 1500, files: 1500, bytesPerFile: 250_000 });
  const rows: Row[] = [...await measureFolder(bench, payload), ...await measureWim(bench, payload), ...await measureRestore(bench, payload)];
  rmSync(payload.folder, { recursive: true });
  rows.push(...await measureManifests(bench));
  return rows;
}

async function measureFolder(bench: Workbench, { folder, paths }: LargeStore): Promise<Row[]> {
  const sidecar = await bench.startSidecar();
  // Throughput of at least 0.9 of the peer's is a time of at most 1.11 of it.
  const pairs = await pairedTimes(bench.rounds(5), async () => { await scan(sidecar, folder); }, async () => { await Promise.resolve(); sha256sum(paths); });
  const peak = peakMegabytes(sidecar);
  await bench.end(sidecar);
  return [{ name: 'scan a folder of 375 MB', unit: 'ms', ...pairs, peerName: 'sha256sum, all processors', aim: ratioAtMost(1.11) }, peakRow('peak RSS while scanning the folder', peak)];
}

async function measureWim(bench: Workbench, { folder }: LargeStore): Promise<Row[]> {
  const wim = await captureStore(folder, join(bench.folder, 'payload.wim'), 'LZX');
  const mountPath = bench.mountFolder('health');
  const applied = join(bench.folder, 'applied');
  const sidecar = await bench.startSidecar();
  await sidecar.request('image/mount', { imagePath: wim, imageIndex: 1, mountPath, readOnly: true });
  const pairs = await pairedTimes(bench.rounds(3), async () => { await scan(sidecar, mountPath); }, async () => {
    await wimlib('apply', wim, '1', applied);
    const { stdout } = spawnSync('find', [join(applied, 'Windows/WinSxS'), '-type', 'f', '-print0'], { encoding: 'utf8', maxBuffer: 1024 ** 3 });
    sha256sum(stdout.split('\0').filter((path) => path !== ''));
    rmSync(applied, { recursive: true });
  });
  await sidecar.request('image/unmount', { mountPath, commit: false });
  const peak = peakMegabytes(sidecar);
  await bench.end(sidecar);
  rmSync(wim);
  return [{ name: 'scan an unmodified WIM', unit: 'ms', ...pairs, peerName: 'apply, then sha256sum', aim: ratioAtMost(1) }, peakRow('peak RSS while scanning the WIM', peak)];
}

async function measureRestore(bench: Workbench, { folder, payloadPaths }: LargeStore): Promise<Row[]> {
  const source = join(bench.folder, 'pristine');
  cpSync(folder, source, { recursive: true });
  const broken = payloadPaths.filter((path) => path.endsWith('.dll') && /load\d+\.dll$/.test(path)).slice(0, 500);
  const copies = join(bench.folder, 'copies');
  const sidecar = await bench.startSidecar();
  const ours: number[] = [];
  const peer: number[] = [];
  for (let round = 0; round < bench.rounds(3); round++) {
    for (const path of broken) { writeFileSync(path, 'damaged'); }
    let start = performance.now();
    const { imageHealthState } = await sidecar.request('health/restore', { path: folder, sources: [source] }) as { imageHealthState: string };
    if (imageHealthState !== 'Healthy') { throw new Error(`after the restore the store is ${imageHealthState}`); }
    ours.push(performance.now() - start);
    mkdirSync(copies);
    start = performance.now();
    const { status } = spawnSync('cp', ['--', ...broken, copies]);
    spawnSync('sync', ['-f', copies]);
    if (status !== 0) { throw new Error('cp failed'); }
    peer.push(performance.now() - start);
    rmSync(copies, { recursive: true });
  }
  const peak = peakMegabytes(sidecar);
  await bench.end(sidecar);
  rmSync(source, { recursive: true });
  return [{ name: 'scan, restore 500 files, scan them again', unit: 'ms', ours, peerName: 'cp of the 500 files and sync', peer }, peakRow('peak RSS while restoring', peak)];
}

async function measureManifests(bench: Workbench): Promise<Row[]> {
  const store = writeLargeStore(join(bench.folder, 'manifests'), { components: 28_000, files: 0, bytesPerFile: 0, listsFiles: true });
  const sidecar = await bench.startSidecar();
  const pairs = await pairedTimes(bench.rounds(2), async () => { await scan(sidecar, store.folder); }, async () => {
    await Promise.resolve();
    sha256sum(store.paths);
  });
  const peak = peakMegabytes(sidecar);
  await bench.end(sidecar);
  const bytes = store.paths.reduce((sum, path) => sum + statSync(path).size, 0);
  rmSync(store.folder, { recursive: true });
  return [
    { name: `expand and verify 28,000 manifests (${megabytes(bytes)}, expanded ${megabytes(store.manifestBytes)})`, unit: 'ms', ...pairs, peerName: 'sha256sum, all processors', aim: below(6000, 'ms') },
    peakRow('peak RSS while verifying them', peak, 250),
  ];
}
