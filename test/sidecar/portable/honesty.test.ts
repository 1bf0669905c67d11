/** What a save and a process say under limits and interference: what is, with the code for it, and nothing that a terminal would obey. */
import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { chmod, open, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { answers } from '../../../sidecar/src/engine/portable/mounting/serving.ts';
import { Hresult } from '../../../sidecar/src/hresult.ts';
import { failure, hashFile, readFolder, until, workbench, type Workbench } from '../../helpers/mounts.ts';
import { isRoot, letAllRead } from '../../helpers/nobody.ts';
import { builtExecutable } from '../../helpers/programs.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';
import { ordinaryWim } from '../../helpers/wims.ts';

const executable = builtExecutable();

interface Outcome { readonly exitCode: number | null; readonly stderr: string }

/** Runs `dismts call` under limits of prlimit(1). */
function callUnder(bench: Workbench, limits: readonly string[], method: string, params: object, options: { readonly uid?: number } = {}): Outcome {
  const { status, stderr } = spawnSync('prlimit', [...limits, executable?.command ?? '', 'call', method, JSON.stringify({ ...params, logPath: join(bench.folder, 'log') })], {
    encoding: 'utf8', env: { DISMTS_STATE_DIR: bench.stateDirectory }, ...options,
  });
  return { exitCode: status, stderr };
}

test('what a mount answers is what the system says of it, and no end of its program', async () => {
  const folder = tempFolder();
  await writeFile(join(folder, 'file'), '');
  expect(await answers({ id: -1, mountPoint: folder })).toBe('yes');
  expect(await answers({ id: -2, mountPoint: join(folder, 'file') })).toMatchObject({ code: 'ENOTDIR', path: join(folder, 'file') });
});

describe.runIf(isRoot)('a save', () => {
  test('warns of a file whose content was written over under the mount', async () => {
    const bench = await workbench();
    const wim = await ordinaryWim(bench.folder);
    const mountPath = await bench.mount(wim);
    await writeFile(join(mountPath, 'new.txt'), 'new');
    const { size, mtimeMs } = await stat(wim);
    const file = await open(wim, 'r+');
    await file.write(Buffer.from('damage'), 0, 6, Math.floor(size / 2));
    await file.close();
    // Within one tick of the clock the time would be the same.
    await utimes(wim, new Date(), new Date(mtimeMs + 2000));
    expect((await bench.save(mountPath)).warnings).toEqual([expect.stringMatching(/was written to by another program .* Verify it/)]);
    await writeFile(join(mountPath, 'more.txt'), 'more');
    expect((await bench.save(mountPath)).warnings).toEqual([]);
    await bench.dismount(mountPath, false);
  });

  test.each([
    ['a file', String.raw`mkdir new && touch "$(printf 'new/n\377')"`, /"\/new\/nÿ": its name is not valid UTF-8/],
    ['a named stream', String.raw`setfattr -n "$(printf 'user.s\377')" -v 1 readme.txt`, /"\/readme\.txt": the name of its named stream "sÿ" is not valid UTF-8/],
    ['the target of a link', String.raw`ln -s "$(printf 't\377')" link`, /"\/link": the target of the symbolic link, "tÿ", is not valid UTF-8/],
  ])('refuses what UTF-16 cannot say, and keeps the changes: %s', async (_what, command, message) => {
    const bench = await workbench();
    const wim = await ordinaryWim(bench.folder);
    const hash = await hashFile(wim);
    const mountPath = await bench.mount(wim);
    expect(spawnSync('sh', ['-c', command], { cwd: mountPath }).status).toBe(0);
    const error = await failure(bench.save(mountPath));
    expect(error).toMatchObject({ hresult: Hresult.E_INVALIDARG, message: expect.stringMatching(message) as string });
    expect(await hashFile(wim)).toBe(hash);
    expect(await bench.only()).toMatchObject({ mountStatus: 'Ok' });
    await bench.dismount(mountPath, false);
  });

  test.runIf(executable !== undefined)('into a file that may not grow says so, and not that the disk is full', async () => {
    const bench = await workbench();
    const wim = await ordinaryWim(bench.folder);
    const hash = await hashFile(wim);
    const mountPath = await bench.mount(wim);
    await writeFile(join(mountPath, 'new.bin'), Buffer.alloc(3_000_000, 'x'.repeat(7)));
    const staged = await readFolder(mountPath);
    const { size } = await stat(wim);
    const outcome = callUnder(bench, [`--fsize=${size}`], 'image/commit', { mountPath });
    expect(outcome).toEqual({ exitCode: 1, stderr: expect.stringMatching(/\(0x800700DF\)/) as string });
    expect(await hashFile(wim)).toBe(hash);
    expect(await bench.only()).toMatchObject({ mountStatus: 'Ok' });
    expect(await readFolder(mountPath)).toEqual(staged);
    await bench.dismount(mountPath, true);
    expect(await hashFile(wim)).not.toBe(hash);
  });
});

describe.runIf(isRoot && executable !== undefined)('a process', () => {
  test('that can open no more files says so, and is no bug', async () => {
    const bench = await workbench();
    const wim = await ordinaryWim(bench.folder);
    const mountPath = await bench.mount(wim);
    await writeFile(join(mountPath, 'new.txt'), 'new');
    let refused = 0;
    for (let limit = 18; limit < 40; limit++) {
      const { exitCode, stderr } = callUnder(bench, [`--nofile=${limit}`], 'image/commit', { mountPath });
      if (exitCode === 0) { break; }
      // With even fewer Node.js itself cannot start.
      if (!stderr.startsWith('dismts: ')) { continue; }
      // In the words of the table, or in those of the loader of libraries.
      expect([exitCode, stderr], `limit ${limit}`).toEqual([1, expect.stringMatching(/as many files open as it may|Too many open files/)]);
      refused++;
      expect(await bench.only(), `limit ${limit}`).toMatchObject({ mountStatus: 'Ok' });
    }
    expect(refused).toBeGreaterThan(0);
    await bench.dismount(mountPath, false);
  });

  test('of a user that no list names does what needs no state', async () => {
    const bench = await workbench();
    const wim = await ordinaryWim(bench.folder);
    // The clone may be in a home that nobody else can enter.
    const program = join(bench.folder, 'dismts');
    copyFileSync(executable?.command ?? '', program);
    letAllRead(bench.folder);
    await chmod(wim, 0o644);
    const { status, stdout, stderr } = spawnSync(program, ['call', 'image/getInfo', JSON.stringify({ imagePath: wim })], { encoding: 'utf8', env: {}, uid: 54_321, gid: 54_321 });
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toContain('"imageIndex": 1');
  });
});

test.runIf(isRoot)('the name of a program that holds a mount cannot set the title of a terminal', async () => {
  const bench = await workbench();
  const mountPath = await bench.mount(await ordinaryWim(bench.folder));
  const program = join(bench.folder, 'a\u001b]0;b\u0007');
  copyFileSync('/bin/sleep', program);
  const child = spawn(program, ['1000'], { cwd: mountPath, stdio: 'ignore' });
  onTestFinished(() => { child.kill('SIGKILL'); });
  await until('the program runs', () => child.pid !== undefined);
  const error = await failure(bench.dismount(mountPath, false));
  expect(error.holders?.map(({ pid }) => pid)).toEqual([child.pid]);
  expect([error.message, ...error.holders?.map((holder) => holder.program) ?? []].join('')).not.toMatch(/\p{Cc}/u);
  child.kill('SIGKILL');
  await until('it has ended', () => child.exitCode !== null || child.signalCode !== null);
  await bench.dismount(mountPath, false);
});
