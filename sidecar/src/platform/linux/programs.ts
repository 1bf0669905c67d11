/** Runs the programs that the engine needs: by absolute path, without a shell, with an environment of our own. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Lock } from './locks.ts';

/** Never PATH: the sidecar often runs as root, and PATH is the caller's. */
const folders = ['/usr/bin', '/usr/local/bin', '/bin', '/usr/sbin', '/sbin', '/opt/homebrew/bin'];

/** Absolute path of a program, or undefined where it is not installed. */
export function findProgram(...names: readonly string[]): string | undefined {
  for (const name of names) {
    const folder = folders.find((candidate) => existsSync(`${candidate}/${name}`));
    if (folder !== undefined) { return `${folder}/${name}`; }
  }
  return undefined;
}

export interface ProgramResult {
  /** -1 where a signal ended it. */
  readonly exitCode: number;
  /** What it printed on both streams, at most 64 KiB. */
  readonly output: string;
}

const maxOutputBytes = 64 * 1024;

/**
 * Runs a program to its end. It gets a session of its own, so a Ctrl+C in the caller's terminal does not reach it.
 * @param files Open files that the program gets as descriptors from 3 on.
 * @param lock Held by the program, too, and by what it leaves in the background.
 * @throws the signal's reason, after the program was killed and has ended.
 */
export async function runProgram(
  path: string, args: readonly string[], signal: AbortSignal, lock?: Lock, files: readonly number[] = [],
): Promise<ProgramResult> {
  signal.throwIfAborted();
  const child = spawn(path, args, {
    cwd: '/', detached: true, stdio: ['ignore', 'pipe', 'pipe', ...files, ...lock === undefined ? [] : [lock.descriptor]],
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C.UTF-8' },
  });
  const chunks: Buffer[] = [];
  let bytes = 0;
  const keep = (chunk: Buffer): void => {
    if (bytes < maxOutputBytes) { chunks.push(chunk); }
    bytes += chunk.length;
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  const kill = (): void => { child.kill('SIGKILL'); };
  signal.addEventListener('abort', kill, { once: true });
  try {
    const exitCode = await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => { resolve(code ?? -1); });
    });
    signal.throwIfAborted();
    return { exitCode, output: Buffer.concat(chunks).toString('utf8').slice(0, maxOutputBytes).trim() };
  } finally {
    signal.removeEventListener('abort', kill);
  }
}
