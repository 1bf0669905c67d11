/** Runs the programs that the engine needs: by absolute path, without a shell, with an environment of our own. */
import { existsSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import type { Lock } from './locks.ts';
import { startProgram } from './startProgram.ts';

/** Never PATH: the sidecar often runs as root, and PATH is the caller's. */
const folders = ['/usr/bin', '/usr/local/bin', '/bin', '/usr/sbin', '/sbin', '/opt/homebrew/bin'];

/** Nothing of the caller's. */
const environment = ['PATH=/usr/sbin:/usr/bin:/sbin:/bin', 'LANG=C.UTF-8'];

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

/** A program that mounts is through in some milliseconds; one that takes longer is asked for less often. */
const firstWaitMs = 1;
const maxWaitMs = 25;

/**
 * Runs a program to its end. It gets a session of its own, so a Ctrl+C in the caller's terminal does not reach it.
 * @param files Open files that the program gets as descriptors from 3 on.
 * @param lock Held by the program, too, and by what it leaves in the background.
 * @throws the signal's reason, after the program was killed and has ended. SystemCallError of `spawn`.
 */
export async function runProgram(
  path: string, args: readonly string[], signal: AbortSignal, lock?: Lock, files: readonly number[] = [],
): Promise<ProgramResult> {
  signal.throwIfAborted();
  const program = startProgram(path, args, [...files, ...lock === undefined ? [] : [lock.descriptor]], environment);
  const kill = (): void => { process.kill(program.pid, 'SIGKILL'); };
  signal.addEventListener('abort', kill, { once: true });
  try {
    let exitCode = program.exitCode();
    for (let waits = 0; exitCode === undefined; waits++) {
      await setTimeout(Math.min(firstWaitMs + Math.floor(waits / 20), maxWaitMs));
      exitCode = program.exitCode();
    }
    signal.removeEventListener('abort', kill);
    signal.throwIfAborted();
    return { exitCode, output: program.output(maxOutputBytes).trim() };
  } finally {
    signal.removeEventListener('abort', kill);
    program.close();
  }
}
