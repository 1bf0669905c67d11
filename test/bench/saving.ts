/** Mounting, changing files and saving them: one file, and thousands of many. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { imagex } from '../helpers/wims.ts';
import { type Aim, pairedRounds, ratioAtMost, type Row, type Sample, time } from './measure.ts';
import { wimlib } from './wimlibPrograms.ts';
import { changedFilePaths, flush, mixedFilePath, type Workbench } from './workbench.ts';

interface Side {
  readonly mount: () => Promise<unknown>;
  readonly save: () => Promise<unknown>;
}

/** New content: of another length than the old one, and different for each file and round. */
function newContent(path: string, round: number): string {
  return `${path} in round ${round}\n`.repeat(30);
}

/** One run of one side, from the mount to the end of the save. */
async function changeAndSave(wim: string, mountFolder: string, paths: readonly string[], round: number, side: Side): Promise<Sample> {
  const sample = {
    mount: await time(side.mount),
    change: await time(async () => {
      for (const path of paths) { writeFileSync(join(mountFolder, path), newContent(path, round)); }
      await Promise.resolve();
    }),
    save: await time(side.save),
  };
  // What one side leaves in the page cache would slow down the flushes of the other.
  flush(wim);
  const [path = ''] = paths;
  if (await imagex('extract', wim, '1', path, '--to-stdout') !== newContent(path, round)) {
    throw new Error(`the change of "${path}" was not saved into "${wim}"`);
  }
  return { ...sample, total: sample.mount + sample.change + sample.save };
}

async function measureSaving(bench: Workbench, request: {
  readonly title: string; readonly wim: string; readonly paths: readonly string[]; readonly rounds: number; readonly aim: Aim;
  /** Which step the aim is about. */
  readonly aimedStep: 'save' | 'total';
}): Promise<Row[]> {
  const { title, wim, paths, aim } = request;
  const sidecar = await bench.startSidecar();
  const [ownFolder, peerFolder] = [bench.mountFolder('save-own'), bench.mountFolder('save-peer')];
  const steps = await pairedRounds(bench.rounds(request.rounds), async (round) => {
    const imagePath = bench.copy(wim, 'save-own.wim');
    return await changeAndSave(imagePath, ownFolder, paths, round, {
      mount: async () => await sidecar.request('image/mount', { imagePath, imageIndex: 1, mountPath: ownFolder }),
      save: async () => await sidecar.request('image/unmount', { mountPath: ownFolder, commit: true }),
    });
  }, async (round) => {
    const imagePath = bench.copy(wim, 'save-peer.wim');
    return await changeAndSave(imagePath, peerFolder, paths, round, {
      mount: async () => { await wimlib('mountrw', imagePath, '1', peerFolder); },
      save: async () => { await wimlib('unmount', peerFolder, '--commit'); },
    });
  });
  await bench.end(sidecar);
  return [...steps].map(([step, pairs]) => {
    const row: Row = { name: step === 'total' ? title : `${title}: ${step}`, unit: 'ms', ...pairs, peerName: 'wimlib-imagex' };
    return step === request.aimedStep ? { ...row, aim } : row;
  });
}

export async function measureSavingOne(bench: Workbench): Promise<Row[]> {
  return await measureSaving(bench, {
    title: 'change 1 file, save', wim: await bench.mixedWim(), paths: [mixedFilePath], rounds: 32, aim: ratioAtMost(1.3), aimedStep: 'total',
  });
}

export async function measureSavingMany(bench: Workbench): Promise<Row[]> {
  return await measureSaving(bench, {
    title: 'change 5,000 of 50,000 files, save', wim: await bench.manyFilesWim(), paths: changedFilePaths(), rounds: 16, aim: ratioAtMost(1.2), aimedStep: 'save',
  });
}
