/** Programs that the engine runs: in a root folder of their own, and waited for without asking. */
import { closeSync, readlinkSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { attachMount, cloneMount, holdFolder, unmount } from '../../../sidecar/src/platform/linux/mountCalls.ts';
import { limitMemory, unlimitMemory } from '../../../sidecar/src/platform/linux/memoryLimit.ts';
import { runProgram } from '../../../sidecar/src/platform/linux/programs.ts';
import { startProgram } from '../../../sidecar/src/platform/linux/startProgram.ts';
import { until } from '../../helpers/mounts.ts';
import { isRoot } from '../../helpers/nobody.ts';

const never = new AbortController().signal;

async function folder(): Promise<string> {
  const path = await realpath(await mkdtemp(join(tmpdir(), 'dismts-programs-')));
  onTestFinished(async () => { await rm(path, { recursive: true }); });
  return path;
}

/** A folder that shows the machine as another root, without what is mounted in it but /dev. */
async function copiedRoot(): Promise<string> {
  const root = join(await folder(), 'root');
  await mkdir(root);
  for (const path of ['/', '/dev']) {
    const [from, to] = [holdFolder(path), holdFolder(join(root, path))];
    const copy = cloneMount(from);
    attachMount(copy, to);
    for (const descriptor of [from, to, copy]) { closeSync(descriptor); }
  }
  onTestFinished(() => { unmount(root, true); });
  return root;
}

describe.runIf(isRoot)('a program in a root folder of its own', () => {
  test('sees that one, begins there, and this process keeps its root and its folder', async () => {
    const root = await copiedRoot();
    const before = [readlinkSync('/proc/self/root'), process.cwd()];
    const script = 'stat -c %d:%i / . ; stat -c %d:%i "$1"';
    const { exitCode, output } = await runProgram('/bin/sh', ['-c', script, '', root], never, { root });
    const [seen, own, outside] = output.split('\n');
    // There is nothing at the path by which we know it, since the copy has no mounts in it.
    expect([exitCode, seen === own, outside === seen]).toEqual([0, true, false]);
    expect([readlinkSync('/proc/self/root'), process.cwd()]).toEqual(before);
  });

  test('leaves the files of other threads where they are', async () => {
    const root = await copiedRoot();
    const path = join(await folder(), 'file');
    const mounted = join(root, 'proc');
    await writeFile(path, 'ours');
    // The copy of the root has no /proc: who were in it at the wrong moment would not find this process there.
    const reads = Promise.all(Array.from({ length: 400 }, async () => await readFile('/proc/self/status', 'latin1')));
    for (let round = 0; round < 40; round++) { expect((await runProgram('/bin/true', [], never, { root })).exitCode).toBe(0); }
    expect((await reads).every((text) => text.startsWith('Name:'))).toBe(true);
    await expect(readFile(join(mounted, 'self/status'))).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await readFile(path, 'utf8')).toBe('ours');
  });

  test('that is not there, nor its root folder, is an error, and nothing else changes', async () => {
    const root = await copiedRoot();
    await expect(runProgram('/no/such/program', [], never, { root })).rejects.toMatchObject({ code: 'ENOENT', syscall: 'spawn' });
    await expect(runProgram('/bin/true', [], never, { root: join(root, 'no such folder') })).rejects.toMatchObject({ code: 'ENOENT', syscall: 'chroot' });
    expect(readlinkSync('/proc/self/root')).toBe('/');
  });
});

describe.skipIf(process.platform === 'win32')('programs that end', () => {
  test('are noticed, however many at once', async () => {
    const all = await Promise.all(Array.from({ length: 30 }, async (_, index) => (await runProgram('/bin/sh', ['-c', `exit ${index}`], new AbortController().signal)).exitCode));
    expect(all).toEqual(Array.from({ length: 30 }, (_, index) => index));
    expect(process.listenerCount('SIGCHLD')).toBe(0);
  });

  test('by a signal, too', async () => {
    expect((await runProgram('/bin/sh', ['-c', 'kill -9 $$'], never)).exitCode).toBe(-1);
  });
});

describe.skipIf(process.platform !== 'linux')('a limit of memory', () => {
  /** Waits in a shell until `ulimit -v` says what it is to say. */
  const waiting = (words: string): string => `while ! { ${words}; }; do :; done; ulimit -v`;

  test('holds for a program and for what it starts', async () => {
    const { output } = await runProgram('/bin/sh', ['-c', waiting('[ "$(ulimit -v)" != unlimited ]')], never, { maxMemory: 512 * 1024 * 1024 });
    expect(output).toBe(String(512 * 1024));
  });

  test('is taken back, and is none for who has ended', async () => {
    const program = startProgram('/bin/sh', ['-c', waiting('[ "$(ulimit -v)" != unlimited ]') + '; ' + waiting('[ "$(ulimit -v)" = unlimited ]')], [], []);
    limitMemory(program.pid, 512 * 1024 * 1024);
    await until('the limit holds', () => Promise.resolve(program.output(100).includes('524288')));
    unlimitMemory(program.pid);
    await until('it has ended', () => Promise.resolve(program.exitCode() === 0));
    expect(program.output(100)).toBe('524288\nunlimited\n');
    program.close();
    unlimitMemory(program.pid);
  });
});
