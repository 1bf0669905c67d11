/** Mounting for changes, and dismounting without saving them. */
import { pairedRounds, ratioAtMost, type Row, time } from './measure.ts';
import { wimlib } from './wimlibPrograms.ts';
import type { Workbench } from './workbench.ts';

export async function measureMounting(bench: Workbench): Promise<Row[]> {
  const sidecar = await bench.startSidecar();
  const rows: Row[] = [];
  const [ownFolder, peerFolder] = [bench.mountFolder('mount-own'), bench.mountFolder('mount-peer')];
  // A mount takes milliseconds, so a single one says little.
  for (const [title, wim, rounds] of [['', await bench.mixedWim(), 80], [', 50,000 files', await bench.manyFilesWim(), 40]] as const) {
    const steps = await pairedRounds(bench.rounds(rounds), async () => ({
      mount: await time(async () => await sidecar.request('image/mount', { imagePath: wim, imageIndex: 1, mountPath: ownFolder })),
      discard: await time(async () => await sidecar.request('image/unmount', { mountPath: ownFolder, commit: false })),
    }), async () => ({
      mount: await time(async () => { await wimlib('mountrw', wim, '1', peerFolder); }),
      discard: await time(async () => { await wimlib('unmount', peerFolder); }),
    }));
    for (const [step, pairs] of steps) {
      const peerName = step === 'mount' ? 'wimlib-imagex mountrw' : 'wimlib-imagex unmount';
      rows.push({ name: `${step}${title}`, unit: 'ms', ...pairs, peerName, aim: ratioAtMost(1.5) });
    }
  }
  await bench.end(sidecar);
  return rows;
}
