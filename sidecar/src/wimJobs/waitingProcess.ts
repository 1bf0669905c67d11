/** Processes that wait for a job: each is started for one, and as early as there may be one. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import type { OperationContext } from '../operationContext.ts';
import { ownCommand } from '../platform/programPath.ts';
import { isSystemError, systemFailure } from '../systemErrors.ts';
import { wimJobArgument } from './jobArgument.ts';

/** What the child needs of the environment: where its folders are. Nothing else of it gets there. */
const passedVariables = ['DISMTS_STATE_DIR', 'XDG_STATE_HOME', 'HOME', 'TMPDIR'];
/** How long a process waits for the job after the last one: the commands of a script follow each other sooner. */
const idleMs = 60_000;
/** Whoever waits for the answer about a job has it before the process for the next one is started, which takes a millisecond or two. */
const delayMs = 10;

let command: readonly [string, ...string[]] | undefined;

/** Says what starts `dismts`: for tests, whose own program it is not. */
export function setJobCommand(program: readonly [string, ...string[]]): void {
  command = program;
}

/**
 * Has glibc (2.35 and later; others pass it over) ask for memory in pages of 2 MB where the system has some: the trees of libwim have objects for each
 * file, and the 10,000 pages of an image with 50,000 files take the system as long as an eighth of its export.
 */
const allocation = 'glibc.malloc.hugetlb=1';

/** Texts of errors are to be those that DismTs knows. */
function environment(): NodeJS.ProcessEnv {
  const kept = passedVariables.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]] as const]));
  return { ...Object.fromEntries(kept), LC_ALL: 'C.UTF-8', GLIBC_TUNABLES: allocation };
}

/** Starts one. It loads libwim, opens nothing, and ends with this process. @throws DismError: the system refuses. */
export function startProcess(operation: string): ChildProcessWithoutNullStreams {
  const [program, ...args] = command ?? ownCommand();
  try {
    const child = spawn(program, [...args, wimJobArgument], { cwd: '/', env: environment(), stdio: 'pipe', windowsHide: true });
    // Without descriptors for its pipes Node.js makes a child with no streams, and says why only later.
    if ((child.stdin as unknown) === undefined) {
      child.once('error', () => undefined);
      throw Object.assign(new Error(`EMFILE: spawn '${program}'`), { code: 'EMFILE', syscall: 'spawn', path: program });
    }
    return child;
  } catch (error) {
    throw isSystemError(error) ? systemFailure(error, `Cannot start the process for "${operation}"`, '') : error;
  }
}

function isAlive({ pid, exitCode, signalCode }: ChildProcessWithoutNullStreams): boolean {
  return pid !== undefined && exitCode === null && signalCode === null;
}

/** Starts one where that is possible: whoever wants it later starts another one, and says why it is not. */
function tryToStart(operation: string): ChildProcessWithoutNullStreams | undefined {
  try {
    const child = startProcess(operation);
    child.once('error', () => undefined);
    return child;
  } catch {
    return undefined;
  }
}

/** By the signals of their operations. */
const ready = new WeakMap<AbortSignal, ChildProcessWithoutNullStreams>();

/** Runs an operation while the process of its job starts, which takes as long as most of what is checked before. @param isWanted There will be a job. */
export async function withJobReady<T>(
  isWanted: boolean, { operation, signal }: Pick<OperationContext, 'operation' | 'signal'>, run: () => Promise<T>,
): Promise<T> {
  const child = isWanted && !signal.aborted ? takeNext() ?? tryToStart(operation) : undefined;
  if (child !== undefined) { ready.set(signal, child); }
  try {
    return await run();
  } finally {
    takeReady(signal)?.kill('SIGKILL');
  }
}

function takeReady(signal: AbortSignal): ChildProcessWithoutNullStreams | undefined {
  const child = ready.get(signal);
  ready.delete(signal);
  return child !== undefined && isAlive(child) ? child : undefined;
}

/** The process that waits for a job of this operation, or for any. It may end at any time before it says that it has begun. */
export function takeWaiting(signal: AbortSignal): ChildProcessWithoutNullStreams | undefined {
  return takeReady(signal) ?? takeNext();
}

/** Keeps a process for the job after the one that is over; undefined: none is wanted. */
let keeping: { readonly timer: NodeJS.Timeout; readonly child?: ChildProcessWithoutNullStreams | undefined } | undefined;
let isKeeping = false;

/** @param isWanted Whether the process for the next job is started when a job is over: where others follow, they begin 25 ms sooner. It ends after a minute. */
export function keepJobsReady(isWanted: boolean): void {
  isKeeping = isWanted;
  if (!isWanted) { takeNext()?.kill('SIGKILL'); }
}

function takeNext(): ChildProcessWithoutNullStreams | undefined {
  const { timer, child } = keeping ?? {};
  clearTimeout(timer);
  keeping = undefined;
  return child !== undefined && isAlive(child) ? child : undefined;
}

/** Jobs that are not over. */
let running = 0;

/** Counts a job for as long as it runs. */
export async function whileJobRuns<T>(run: () => Promise<T>): Promise<T> {
  running++;
  try {
    return await run();
  } finally {
    running--;
    keepNext();
  }
}

function keepNext(): void {
  if (!isKeeping || keeping !== undefined) { return; }
  const start = (): void => {
    keeping = undefined;
    // Whichever ends last has another one started.
    if (running > 0) { return; }
    const child = tryToStart('next job');
    if (child === undefined) { return; }
    keeping = { child, timer: setTimeout(() => { takeNext()?.kill('SIGKILL'); }, idleMs).unref() };
  };
  keeping = { timer: setTimeout(start, delayMs).unref() };
}
