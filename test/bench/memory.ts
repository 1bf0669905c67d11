/** Memory of a sidecar: idle, after reading information, and after a large save. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { frame, type FramePeer } from './framePeer.ts';
import { below, type Row } from './measure.ts';
import { changedFilePaths, type Workbench } from './workbench.ts';

interface Memory {
  /** Resident pages, shared ones too. */
  readonly rss: number;
  /** Resident pages, shared ones divided by the number of processes that share them. */
  readonly pss: number;
}

function megabytes(file: string, field: string): number {
  const kibibytes = Number(new RegExp(`^${field}:\\s*(\\d+) kB`, 'm').exec(readFileSync(file, 'utf8'))?.[1]);
  return kibibytes * 1024 / 1e6;
}

function memoryOf({ pid }: FramePeer): Memory {
  return { rss: megabytes(`/proc/${pid}/status`, 'VmRSS'), pss: megabytes(`/proc/${pid}/smaps_rollup`, 'Pss') };
}

export async function measureMemory(bench: Workbench): Promise<Row[]> {
  const wim = await bench.manyFilesWim();
  const mountPath = bench.mountFolder('memory');
  const steps = new Map<string, Memory[]>([['idle', []], ['after information', []], ['after saving 5,000 of 50,000 files', []]]);
  const bare: Memory[] = [];
  for (let round = 0; round < bench.rounds(3); round++) {
    const sidecar = await bench.startSidecar();
    steps.get('idle')?.push(memoryOf(sidecar));
    await sidecar.request('image/getInfo', { imagePath: wim });
    steps.get('after information')?.push(memoryOf(sidecar));
    const imagePath = bench.copy(wim, 'memory.wim');
    await sidecar.request('image/mount', { imagePath, imageIndex: 1, mountPath });
    for (const path of changedFilePaths()) { writeFileSync(join(mountPath, path), `${path} was changed\n`); }
    await sidecar.request('image/unmount', { mountPath, commit: true });
    steps.get('after saving 5,000 of 50,000 files')?.push(memoryOf(sidecar));
    await bench.end(sidecar);
    const echo = bench.startEcho();
    await echo.exchange(frame({}));
    bare.push(memoryOf(echo));
    await bench.end(echo);
  }
  return [...steps].flatMap(([step, memories]) => (['rss', 'pss'] as const).map((kind): Row => ({
    name: `${kind.toUpperCase()} ${step}`, unit: 'MB', ours: memories.map((memory) => memory[kind]),
    peerName: 'idle node -e', peer: bare.map((memory) => memory[kind]),
    ...step === 'idle' ? { aim: below(90, 'MB') } : {},
  })));
}
