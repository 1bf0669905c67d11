/** A cancelled operation stops in every phase, leaves the file bit-identical and nothing behind. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ProgressPhase } from '@dismts/protocol';
import { hashFile, readFolder, workbench, type Workbench } from '../../helpers/mounts.ts';
import { isRoot } from '../../helpers/nobody.ts';
import { captureWim, pseudoRandom, writeTree } from '../../helpers/wims.ts';

async function makeWim(bench: Workbench): Promise<string> {
  const files = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`file ${index}.bin`, pseudoRandom(300_000, index + 1)]));
  return await captureWim(await writeTree(join(bench.folder, 'source'), files), join(bench.folder, 'image.wim'), { compress: 'LZX', integrity: true });
}

/** Cancels at the first word of a phase. */
function cancelAt(phase: ProgressPhase) {
  const controller = new AbortController();
  return {
    signal: controller.signal,
    onProgress: (value: { readonly phase: ProgressPhase }) => { if (value.phase === phase) { controller.abort(); } },
    reached: () => controller.signal.aborted,
  };
}

describe.runIf(isRoot)('a cancelled', () => {
  test.for(['Verifying integrity', 'Mounting'] as const)('mount stops in the phase %s and is undone', async (phase) => {
    const bench = await workbench();
    const imagePath = await makeWim(bench);
    const hash = await hashFile(imagePath);
    const mountPath = await bench.mountFolder();
    const cancel = cancelAt(phase);
    await expect(bench.call('mountImage', { imagePath, imageIndex: 1, mountPath, checkIntegrity: true }, cancel)).rejects.toMatchObject({ symbol: 'ERROR_CANCELLED' });
    expect(cancel.reached()).toBe(true);
    expect(await bench.list()).toEqual([]);
    expect(await hashFile(imagePath)).toBe(hash);
    await bench.expectNothingLeft();
  });

  test.for(['Collecting changes', 'Writing', 'Writing metadata', 'Calculating integrity', 'Finishing'] as const)('save stops in the phase %s', async (phase) => {
    const bench = await workbench();
    const wim = await makeWim(bench);
    const hash = await hashFile(wim);
    const mountPath = await bench.mount(wim);
    for (let index = 0; index < 20; index++) { await writeFile(join(mountPath, `file ${index}.bin`), pseudoRandom(300_000, 500 + index)); }
    await rm(join(mountPath, 'file 30.bin'));
    const changed = await readFolder(mountPath);
    for (const method of ['commitImage', 'unmountImage'] as const) {
      const cancel = cancelAt(phase);
      const save = method === 'commitImage' ? bench.call(method, { mountPath }, cancel) : bench.call(method, { mountPath, commit: true }, cancel);
      await expect(save).rejects.toMatchObject({ symbol: 'ERROR_CANCELLED' });
      expect(cancel.reached()).toBe(true);
      expect(await hashFile(wim)).toBe(hash);
      expect((await bench.only()).mountStatus).toBe('Ok');
      expect(await readFolder(mountPath)).toEqual(changed);
      await writeFile(join(mountPath, 'writable'), method);
      await rm(join(mountPath, 'writable'));
    }
    await bench.dismount(mountPath, false);
    expect(await hashFile(wim)).toBe(hash);
    await bench.expectNothingLeft();
  });
});
