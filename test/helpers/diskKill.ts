/** Kills saves into a virtual disk at random moments: after the next command the content is the old or the new one, as a whole. */
import { execFileSync } from 'node:child_process';
import { copyFile, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { diskFile, type DiskKind, ntfsBytes, windowsDisk, windowsTree } from './disks.ts';
import { killEngine, processesWith, readFolder, startEngine, until, type Workbench } from './mounts.ts';
import { seededRandom } from './store/seededRandom.ts';
import { pseudoRandom } from './wims.ts';

const MiB = 1024 * 1024;
const fileCount = 60;

/** A disk with many small files. */
export async function killDisk(folder: string, kind: DiskKind): Promise<string> {
  const files = Object.fromEntries(Array.from({ length: fileCount }, (_, index) => [`folder ${index % 5}/file ${index}.bin`, pseudoRandom(40_000, index + 1)]));
  return await diskFile(join(folder, `pristine-${kind}`), windowsDisk(await ntfsBytes(folder, windowsTree(files), 48)), kind);
}

/** Changes every other file, deletes one, moves one and adds a large one, which makes a dynamic disk grow. */
export async function changeDisk(mountPath: string): Promise<void> {
  for (let index = 0; index < fileCount; index += 2) {
    await writeFile(join(mountPath, `folder ${index % 5}/file ${index}.bin`), pseudoRandom(60_000, 1000 + index));
  }
  await rm(join(mountPath, 'folder 1/file 1.bin'));
  await mkdir(join(mountPath, 'new folder'));
  await rename(join(mountPath, 'folder 3/file 3.bin'), join(mountPath, 'new folder/moved.bin'));
  await writeFile(join(mountPath, 'new folder/new.bin'), pseudoRandom(9 * MiB, 77));
}

/** What the judges say of a disk that nobody uses: `qemu-img check`, `ntfsfix -n`, `ntfsinfo`. */
export function judge(path: string, startMiB = 3, lengthMiB = 48): void {
  const format = path.endsWith('x') ? 'vhdx' : 'vpc';
  if (format === 'vhdx') { execFileSync('qemu-img', ['check', '-q', '-f', format, path], { stdio: 'pipe' }); }
  const raw = `${path}.judged`;
  try {
    execFileSync('qemu-img', ['convert', '-f', format, '-O', 'raw', path, raw], { stdio: 'pipe' });
    execFileSync('dd', [`if=${raw}`, `of=${raw}.volume`, 'bs=1M', `skip=${startMiB}`, `count=${lengthMiB}`, 'status=none']);
    execFileSync('ntfsfix', ['-n', `${raw}.volume`], { stdio: 'pipe' });
    execFileSync('ntfsinfo', ['-m', `${raw}.volume`], { stdio: 'pipe' });
  } finally {
    execFileSync('rm', ['-f', raw, `${raw}.volume`]);
  }
}

/** The programs that a killed save leaves at work, which a machine that loses power would not have. */
async function killPrograms(bench: Workbench): Promise<void> {
  for (const pid of await processesWith(bench.folder)) {
    try { process.kill(pid, 'SIGKILL'); } catch { /* It has ended. */ }
  }
  await until('no program is left', async () => (await processesWith(bench.folder)).length === 0);
}

/**
 * Kills so many saves, with every program that they started. @returns How often the content was the old one, and the new one, and how often
 * the save was finished by the next command.
 */
export async function killSaves(
  bundle: string, bench: Workbench, kind: DiskKind, rounds: number, seed: number, onRound: (round: number) => void = () => undefined,
): Promise<{ readonly old: number; readonly new: number; readonly finished: number }> {
  const pristine = await killDisk(bench.folder, kind);
  const path = join(bench.folder, `disk-${kind}`);
  const random = seededRandom(seed);
  const seen = { old: 0, new: 0, finished: 0 };
  let [before, after]: (Awaited<ReturnType<typeof readFolder>> | undefined)[] = [];
  let savingMs = 0;
  for (let round = 0; round <= rounds; round++) {
    await copyFile(pristine, path);
    const mountPath = await bench.mount(path);
    before ??= await readFolder(mountPath);
    await changeDisk(mountPath);
    after ??= await readFolder(mountPath);
    const saving = round % 2 === 0 ? startEngine(bundle, bench, 'commitImage', { mountPath }) : startEngine(bundle, bench, 'unmountImage', { mountPath, commit: true });
    await saving.begun;
    const start = performance.now();
    if (round === 0) {
      expect(await saving.outcome).toHaveProperty('result');
      savingMs = performance.now() - start;
    } else {
      await new Promise((resolve) => setTimeout(resolve, random() * savingMs * 1.1));
      await killEngine(bundle, saving);
      // As where the power goes, or only the process that was told to save.
      if (random() < 0.5) { await killPrograms(bench); }
    }
    // The next command: whatever was begun is finished by it.
    const [mount] = await bench.list();
    if (bench.context.lines.some((line) => line.includes('is finished now'))) { seen.finished++; }
    if (mount !== undefined) {
      if (mount.mountStatus !== 'Ok') { await bench.call('remountImage', { mountPath }); }
      // Old in the file, and all changes staged; or new in the file, and none.
      expect(await readFolder(mountPath)).toEqual(after);
      await bench.dismount(mountPath, false);
    }
    judge(path);
    const shown = await bench.mount(path, { readOnly: true });
    const held = await readFolder(shown);
    await bench.dismount(shown, false);
    const isNew = held['new folder'] !== undefined;
    expect(held).toEqual(isNew ? after : before);
    seen[isNew ? 'new' : 'old']++;
    onRound(round);
  }
  return seen;
}
