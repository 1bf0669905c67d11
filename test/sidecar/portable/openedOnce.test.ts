/** Each operation opens a WIM file once, and reads the table of mounts as often whatever is mounted; strace sees what is opened. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bundleEngine, type MethodName, type Params, startEngine, workbench, type Workbench } from '../../helpers/mounts.ts';
import { isRoot } from '../../helpers/nobody.ts';
import { ordinaryWim } from '../../helpers/wims.ts';

const canTrace = spawnSync('strace', ['-e', 'trace=none', 'true']).status === 0;
if (!canTrace) { process.stderr.write('skipped: that each operation opens a WIM once is not tested, for want of strace and the right to use it\n'); }

const bundle = await bundleEngine();

/** Runs one call in a process of its own. @returns How often it opened the file; what it starts is not counted, nor what holds a file without opening it. */
async function opensOf<K extends MethodName>(bench: Workbench, path: string, method: K, params: Params<K>): Promise<number> {
  const log = join(bench.folder, `trace-${method}`);
  // Whatever runs another program is let go of: what serves a mount would else keep strace from ending.
  const call = startEngine(bundle, bench, method, params, { prefix: ['strace', '-f', '-qq', '-b', 'execve', '-o', log, '-e', 'trace=openat,open'] });
  expect(await call.outcome).toHaveProperty('result');
  return readFileSync(log, 'utf8').split('\n').filter((line) => / open(?:at)?\(/.test(line) && !line.includes('O_PATH') && line.includes(`"${path}"`)).length;
}

describe.runIf(isRoot && canTrace)('a WIM file is opened', () => {
  test.for([true, false])('once by a mount (read-only: %s)', async (readOnly) => {
    const bench = await workbench();
    const imagePath = await ordinaryWim(bench.folder, { integrity: true });
    const mountPath = await bench.mountFolder();
    expect(await opensOf(bench, imagePath, 'mountImage', { imagePath, mountPath, imageName: 'Ordinary', readOnly, checkIntegrity: true })).toBe(1);
  });

  test('once by a save', async () => {
    const bench = await workbench();
    const imagePath = await ordinaryWim(bench.folder);
    const mountPath = await bench.mount(imagePath);
    await writeFile(join(mountPath, 'new.txt'), 'new');
    expect(await opensOf(bench, imagePath, 'commitImage', { mountPath })).toBe(1);
    await writeFile(join(mountPath, 'new.txt'), 'newer');
    expect(await opensOf(bench, imagePath, 'unmountImage', { mountPath, commit: true })).toBe(1);
  });

  test('once for what it says of its images, and never by libwim', async () => {
    const bench = await workbench();
    const imagePath = await ordinaryWim(bench.folder);
    expect(await opensOf(bench, imagePath, 'getImageInfo', { imagePath })).toBe(1);
  });
});

test.runIf(isRoot && canTrace)('the table of mounts is read as often with many mounts as with one', async () => {
  const bench = await workbench();
  const counts: number[] = [];
  for (const more of [1, 4]) {
    for (let count = 0; count < more; count += 1) { await bench.mount(await ordinaryWim(bench.folder, { file: `${counts.length}-${count}.wim` })); }
    counts.push(await opensOf(bench, '/proc/self/mountinfo', 'listMountedImages', {}));
  }
  expect(counts[1]).toBe(counts[0]);
});
