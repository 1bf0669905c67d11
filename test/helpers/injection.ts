/** Runs the built executable while the kernel answers chosen system calls with errors: strace(1) injects them. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { builtExecutable } from './programs.ts';
import { tempFolder } from './tempFolder.ts';
import { captureWim, writeTree } from './wims.ts';

const strace = ['/usr/bin/strace', '/usr/local/bin/strace'].find((path) => existsSync(path));
const executable = builtExecutable();
/** What these tests need and this machine has not. */
export const lacking = process.platform !== 'linux' ? 'Linux' : strace === undefined ? 'strace' : executable === undefined ? 'module/bin (npm run build)' : undefined;
export const canMount = process.geteuid?.() === 0 && existsSync('/dev/fuse');

/** What came of a call. */
export interface Outcome { readonly exitCode: number | null; readonly stderr: string }

/** Runs `dismts call` while the given calls on the path fail. -D: strace is no parent, so what serves a mount does not keep it. */
export async function callWith(injection: string, path: string | undefined, folder: string, method: string, params: object): Promise<Outcome> {
  const filter = path === undefined ? [] : ['-P', path];
  // A file, which has everything as soon as the program has ended: what it leaves in the background may have a pipe for ever.
  const errors = join(folder, 'stderr.txt');
  const written = openSync(errors, 'w');
  const child = spawn(strace ?? '', ['-D', '-f', '-o', join(folder, 'strace.out'), ...filter, '-e', `inject=${injection}`,
    executable?.command ?? '', 'call', method, JSON.stringify(params)],
  // strace counts the calls of each thread: with one in the pool their order is known.
  { env: { HOME: folder, DISMTS_STATE_DIR: join(folder, 'state'), UV_THREADPOOL_SIZE: '1' }, stdio: ['ignore', 'ignore', written], timeout: 60_000 });
  closeSync(written);
  const [exitCode] = await once(child, 'exit') as [number | null];
  return { exitCode, stderr: readFileSync(errors, 'utf8') };
}

/** A folder with an image file in it, and where states are kept. */
export async function image(): Promise<{ folder: string; wim: string }> {
  const folder = tempFolder();
  mkdirSync(join(folder, 'state'), { mode: 0o700 });
  const source = await writeTree(join(folder, 'source'), { 'a.txt': 'a' });
  return { folder, wim: await captureWim(source, join(folder, 'a.wim')) };
}

/** Runs `dismts call` undisturbed. */
export function callIn(folder: string, method: string, params: object): void {
  const env = { HOME: folder, DISMTS_STATE_DIR: join(folder, 'state') };
  execFileSync(executable?.command ?? '', ['call', method, JSON.stringify(params)], { env, stdio: ['ignore', 'ignore', 'pipe'], timeout: 60_000 });
}

/** As image(), with its image mounted until the end of the test. `call` runs `dismts call` undisturbed. */
export async function mounted(): Promise<{ folder: string; wim: string; mountPath: string; call: (method: string, params: object) => void }> {
  const { folder, wim } = await image();
  const mountPath = join(folder, 'mount');
  mkdirSync(mountPath);
  const call = (method: string, params: object): void => { callIn(folder, method, params); };
  call('image/mount', { imagePath: wim, imageIndex: 1, mountPath });
  onTestFinished(() => { call('image/unmount', { mountPath, commit: false }); });
  return { folder, wim, mountPath, call };
}
