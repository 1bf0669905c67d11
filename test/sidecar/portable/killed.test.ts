/** kill -9 at any moment: the WIM is the old one or the new one, whole, and no staged change is lost. */
import { copyFile, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { appliedImage, bundleEngine, killEngine, processesWith, readFolder, startEngine, until, workbench, type Workbench } from '../../helpers/mounts.ts';
import { isRoot } from '../../helpers/nobody.ts';
import { captureWim, pseudoRandom, writeTree } from '../../helpers/wims.ts';

const rounds = 30;
const fileCount = 60;
const bundle = await bundleEngine();

/** Numbers below 1, the same in every run. */
function fractions(count: number): number[] {
  const random = pseudoRandom(count * 4, 2026);
  return Array.from({ length: count }, (_, index) => random.readUInt32LE(index * 4) / 2 ** 32);
}

async function makeWim(bench: Workbench): Promise<string> {
  const files = Object.fromEntries(Array.from({ length: fileCount }, (_, index) => [`folder ${index % 5}/file ${index}.bin`, pseudoRandom(40_000, index + 1)]));
  return await captureWim(await writeTree(join(bench.folder, 'source'), files), join(bench.folder, 'pristine.wim'), { compress: 'LZX', integrity: true });
}

/** Changes every other file, deletes one and adds one. */
async function change(mountPath: string): Promise<void> {
  for (let index = 0; index < fileCount; index += 2) {
    await writeFile(join(mountPath, `folder ${index % 5}/file ${index}.bin`), pseudoRandom(60_000, 1000 + index));
  }
  await rm(join(mountPath, 'folder 1/file 1.bin'));
  await writeFile(join(mountPath, 'folder 2/new.bin'), pseudoRandom(100_000, 77));
}

describe.runIf(isRoot)('a process that is killed', () => {
  test(`while it saves, at ${rounds} moments, leaves the old image or the new one, and the changes`, async () => {
    const bench = await workbench();
    const pristine = await makeWim(bench);
    const wim = join(bench.folder, 'image.wim');
    const before = await readFolder(join(bench.folder, 'source'));
    const seen = { old: 0, new: 0 };
    let after: Awaited<ReturnType<typeof readFolder>> | undefined;
    let savingMs = Number.POSITIVE_INFINITY;
    const oldSize = (await stat(pristine)).size;
    // Measured twice: by one that something else held up, all the others would be killed too late.
    for (const fraction of [undefined, undefined, ...fractions(rounds)]) {
      await copyFile(pristine, wim);
      const mountPath = await bench.mount(wim);
      await change(mountPath);
      after ??= await readFolder(mountPath);
      const saving = startEngine(bundle, bench, 'commitImage', { mountPath });
      await saving.begun;
      const start = performance.now();
      if (fraction === undefined) {
        expect(await saving.outcome).toHaveProperty('result');
        savingMs = Math.min(savingMs, performance.now() - start);
      } else {
        let timer: ReturnType<typeof setTimeout> | undefined;
        const moment = new Promise<undefined>((resolve) => { timer = setTimeout(() => { resolve(undefined); }, fraction * savingMs * 1.1); });
        // One that is through sooner than those that were measured tells when to kill the next ones.
        if (await Promise.race([saving.outcome, moment]) !== undefined) { savingMs = Math.min(savingMs, performance.now() - start); }
        clearTimeout(timer);
        await killEngine(bundle, saving);
      }
      const held = await appliedImage(bench, wim);
      const isNew = held['folder 2/new.bin'] !== undefined;
      expect(held).toEqual(isNew ? after : before);
      seen[isNew ? 'new' : 'old']++;
      const mount = await bench.only();
      expect(mount.mountStatus).not.toBe('Invalid');
      if (mount.mountStatus === 'NeedsRemount') { await bench.call('remountImage', { mountPath }); }
      expect(await readFolder(mountPath)).toEqual(after);
      // What an interrupted save had appended is gone again.
      if (!isNew) { expect((await stat(wim)).size).toBe(oldSize); }
      await writeFile(join(mountPath, 'still writable'), '');
      await bench.dismount(mountPath, false);
    }
    expect(seen.old).toBeGreaterThan(3);
    expect(seen.new).toBeGreaterThan(0);
  });

  test('that serves the image, makes the mount need a remount, which keeps the changes', async () => {
    const bench = await workbench();
    const wim = await makeWim(bench);
    const mountPath = await bench.mount(wim);
    await change(mountPath);
    const after = await readFolder(mountPath);
    for (const pid of await processesWith(bench.folder)) { process.kill(pid, 'SIGKILL'); }
    await until('the mount is dead', async () => (await bench.only()).mountStatus === 'NeedsRemount');
    await expect(readFile(join(mountPath, 'folder 0/file 5.bin'))).rejects.toMatchObject({ code: 'ENOTCONN' });
    await expect(bench.save(mountPath)).rejects.toMatchObject({ symbol: 'DISMAPI_E_NEEDS_REMOUNT' });
    await bench.call('remountImage', { mountPath });
    // The kernel refuses a changed file (ESTALE) that still refers to the image as it was served before.
    expect(await readFolder(mountPath)).toEqual(after);
    await bench.dismount(mountPath, true);
    expect(await appliedImage(bench, wim)).toEqual(after);
    await bench.expectNothingLeft();
  });
});
