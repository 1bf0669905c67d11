/** Runs the programs that the engine needs: by absolute path, without a shell, with an environment of our own. */
import { setTimeout } from 'node:timers/promises';
import { firstThere } from '../../isThere.ts';
import type { Lock } from './locks.ts';
import { limitMemory } from './memoryLimit.ts';
import { startProgram, type StartedProgram } from './startProgram.ts';

/** Never PATH: the sidecar often runs as root, and PATH is the caller's. */
const folders = ['/usr/bin', '/usr/local/bin', '/bin', '/usr/sbin', '/sbin', '/opt/homebrew/bin'];

/** Nothing of the caller's. */
const environment = ['PATH=/usr/sbin:/usr/bin:/sbin:/bin', 'LANG=C.UTF-8'];

/** Absolute path of a program, or undefined where it is not installed. @throws what stat(2) answered, where that cannot be told. */
export function findProgram(...names: readonly string[]): string | undefined {
  return firstThere(names.flatMap((name) => folders.map((folder) => `${folder}/${name}`)));
}

export interface ProgramResult {
  /** The number that its process had. */
  readonly pid: number;
  /** -1 where a signal ended it. */
  readonly exitCode: number;
  /** What it printed on both streams, at most 64 KiB. */
  readonly output: string;
}

const maxOutputBytes = 64 * 1024;

/** How often a program is asked for whether it has ended where no signal says so: those of several may come as one. */
const maxWaitMs = 25;

/** Who waits for a child of this process to end. */
const waiting = new Set<() => void>();
const wakeAll = (): void => { for (const wake of waiting) { wake(); } };

/** Listens for the end of children from now on. @returns Waits for the next one, or a while; and the end of listening. */
function listenForChildren(): { readonly next: () => Promise<void>; readonly end: () => void } {
  let ended = false;
  let wake = (): void => { ended = true; };
  const own = (): void => { wake(); };
  if (waiting.size === 0) { process.on('SIGCHLD', wakeAll); }
  waiting.add(own);
  return {
    next: async () => {
      const timer = new AbortController();
      if (!ended) { await Promise.race([new Promise<void>((resolve) => { wake = resolve; }), setTimeout(maxWaitMs, undefined, { signal: timer.signal })]); }
      timer.abort();
      ended = false;
      wake = () => { ended = true; };
    },
    end: () => {
      waiting.delete(own);
      if (waiting.size === 0) { process.off('SIGCHLD', wakeAll); }
    },
  };
}

/** What a program gets. */
export interface RunOptions {
  /** Held by the program, too, and by what it leaves in the background. */
  readonly lock?: Lock | undefined;
  /** Open files that it gets as descriptors from 3 on. */
  readonly files?: readonly number[];
  /** Its root folder, as of startProgram(). */
  readonly root?: string | undefined;
  /** Bytes that it may take, and each process that it leaves behind. */
  readonly maxMemory?: number | undefined;
}

/**
 * Runs a program to its end. It gets a session of its own, so a Ctrl+C in the caller's terminal does not reach it.
 * @throws the signal's reason, after the program was killed and has ended. SystemCallError of `spawn`.
 */
export async function runProgram(
  path: string, args: readonly string[], signal: AbortSignal, { lock, files = [], root, maxMemory }: RunOptions = {},
): Promise<ProgramResult> {
  signal.throwIfAborted();
  const children = listenForChildren();
  let program: StartedProgram;
  try {
    program = startProgram(path, args, [...files, ...lock === undefined ? [] : [lock.descriptor]], environment, root);
  } catch (error) {
    children.end();
    throw error;
  }
  const kill = (): void => { process.kill(program.pid, 'SIGKILL'); };
  signal.addEventListener('abort', kill, { once: true });
  try {
    if (maxMemory !== undefined) { limitMemory(program.pid, maxMemory); }
    let exitCode = program.exitCode();
    while (exitCode === undefined) {
      await children.next();
      exitCode = program.exitCode();
    }
    signal.removeEventListener('abort', kill);
    signal.throwIfAborted();
    return { pid: program.pid, exitCode, output: program.output(maxOutputBytes).trim() };
  } finally {
    signal.removeEventListener('abort', kill);
    children.end();
    program.close();
  }
}
