/** Reading what a WIM says of its images: a request to a warm sidecar against a process. */
import { pairedTimes, ratioAtMost, type Row } from './measure.ts';
import { wimlib } from './wimlibPrograms.ts';
import type { Workbench } from './workbench.ts';

export async function measureInformation(bench: Workbench): Promise<Row[]> {
  const sidecar = await bench.startSidecar();
  const rows: Row[] = [];
  for (const [title, wim] of [['information', await bench.mixedWim()], ['information, 50,000 files', await bench.manyFilesWim()]] as const) {
    const pairs = await pairedTimes(bench.rounds(40),
      async () => await sidecar.request('image/getInfo', { imagePath: wim, imageIndex: 1 }),
      async () => { await wimlib('info', wim, '1'); });
    rows.push({ name: title, unit: 'ms', ...pairs, peerName: 'wimlib-imagex info', aim: ratioAtMost(0.5) });
  }
  await bench.end(sidecar);
  return rows;
}
