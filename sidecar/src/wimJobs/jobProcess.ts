/**
 * Runs a job with libwim in a process of its own: started, watched, killed. A chunk of a solid file takes libwim tens of seconds in which it
 * answers to nothing, so to cancel is to kill; and what an image that was made to be nasty brings down is that process.
 */
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { CancelledError, DismError } from '../errors.ts';
import { fromFailureData } from '../failureData.ts';
import { Hresult } from '../hresult.ts';
import { withTimeout } from '../interruption.ts';
import type { OperationContext } from '../operationContext.ts';
import type { JobCall, JobMessage } from './jobMessages.ts';
import type { wimJobs } from './jobTable.ts';
import { startProcess, takeWaiting, whileJobRuns } from './waitingProcess.ts';

type Jobs = typeof wimJobs;
/** What a job needs to be told. */
export type JobParams<K extends keyof Jobs> = Parameters<Jobs[K]>[0];
/** What a job gives. */
export type JobResult<K extends keyof Jobs> = Awaited<ReturnType<Jobs[K]>>;

/** What a job came to. */
export interface JobOutcome<Result> {
  readonly result: Result;
  /** Sentences for the user. */
  readonly warnings: readonly string[];
}

/** How much is kept of what the process prints on stderr: a library or Node.js says there why it gave up. */
const stderrTailLength = 2000;
/** A process that was killed ends at once, but for one that waits for a disk. It does nothing more, and is not waited for. */
const killWaitMs = 500;

/**
 * Has a job done. What it wrote when it fails, is cancelled or lost is for the caller to remove.
 * @param meanwhile What is done beside it, such as a look at what the job reads. It is waited for, too; where it throws, the job is stopped, and where
 * it does not, that is the consent that the job may wait for.
 * @throws DismError: what the job throws. CancelledError: the signal was aborted; nothing is written any more then.
 * DISMTS_E_ENGINE_LOST: the process ended before it was through. All: what `meanwhile` throws, before what the job does.
 */
export async function runWimJob<K extends keyof Jobs>(
  job: K, params: JobParams<K>, context: Pick<OperationContext, 'operation' | 'signal' | 'progress'>, meanwhile?: () => Promise<void>,
): Promise<JobOutcome<JobResult<K>>> {
  const { operation, signal } = context;
  if (signal.aborted) { throw new CancelledError(operation); }
  const waiting = takeWaiting(signal);
  let child = waiting ?? startProcess(operation);
  const stopped = { is: false };
  const kill = (): void => {
    stopped.is = true;
    child.kill('SIGKILL');
  };
  signal.addEventListener('abort', kill);
  const call = { job, params, operation, caller: process.pid };
  const run = async (consent: Promise<void> | undefined): Promise<JobOutcome<unknown>> => {
    try {
      return await outcomeOf(child, call, consent, context);
    } catch (error) {
      if (!(error instanceof NotBegun)) { throw error; }
      if (waiting !== child || stopped.is) { throw error.loss; }
      // It had ended while it waited. Nothing has been done.
      child = startProcess(operation);
      return await run(consent);
    }
  };
  try {
    const other = meanwhile?.();
    other?.catch(kill);
    const [done, beside] = await Promise.allSettled([whileJobRuns(async () => await run(other)), other]);
    if (beside.status === 'rejected') { throw beside.reason; }
    if (done.status === 'rejected') { throw done.reason; }
    return done.value as JobOutcome<JobResult<K>>;
  } finally {
    signal.removeEventListener('abort', kill);
    kill();
  }
}

/** That a process has ended before it read what there is to do. */
class NotBegun extends Error {
  readonly loss: DismError;

  constructor(loss: DismError) {
    super();
    this.loss = loss;
  }
}

async function outcomeOf(
  child: ChildProcessWithoutNullStreams, call: JobCall, consent: Promise<void> | undefined, context: Pick<OperationContext, 'operation' | 'signal' | 'progress'>,
): Promise<JobOutcome<unknown>> {
  const warnings: string[] = [];
  let [stderr, rest] = ['', ''];
  const begun = { has: false };
  const said: Extract<JobMessage, { kind: 'done' | 'failed' | 'system' | 'bug' }>[] = [];
  // What is said last is said when all is done: that the process ends then takes its time, too.
  let finish: (how: string) => void = () => undefined;
  const finished = new Promise<string>((resolve) => { finish = resolve; });
  const hear = (message: JobMessage): void => {
    switch (message.kind) {
      case 'begun': begun.has = true; break;
      case 'progress': if (!context.signal.aborted) { context.progress(message.phase, message.current, message.total, message.unit); } break;
      case 'warning': warnings.push(message.text); break;
      default:
        said.push(message);
        finish('');
    }
  };
  child.stdin.on('error', () => undefined);
  child.stderr.setEncoding('utf8').on('data', (text: string) => { stderr = (stderr + text).slice(-stderrTailLength); });
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) { hear(JSON.parse(line) as JobMessage); }
  });
  const ended = endOf(child);
  child.stdin.write(`${JSON.stringify(call)}\n`);
  Promise.resolve(consent).then(() => { child.stdin.write('\n'); }, () => undefined);
  const cancelled = once(context.signal, 'abort').then(async () => { await withTimeout(ended, killWaitMs); });
  const how = await Promise.race([finished, ended, cancelled]);
  const [end] = said;
  if (end?.kind === 'done') { return { result: end.result, warnings }; }
  if (context.signal.aborted) { throw new CancelledError(call.operation); }
  if (end?.kind === 'failed') { throw fromFailureData(end.failure, call.operation); }
  if (end?.kind === 'system') { throw Object.assign(new Error(end.error.message), end.error); }
  if (end?.kind === 'bug') { throw Object.assign(new Error(`in the process of "${call.operation}"`), { stack: end.stack }); }
  const loss = lostError(call.operation, String(how), stderr);
  throw begun.has ? loss : new NotBegun(loss);
}

/** Settles with how it ended, when it has; never rejects. Not with 'exit': a message may still be in the pipe. */
async function endOf(child: ChildProcessWithoutNullStreams): Promise<string> {
  return await new Promise((resolve) => {
    child.once('error', (error) => { resolve(`could not be started: ${error.message}`); });
    child.once('close', (code, signal) => { resolve(code === null ? `was ended by the signal ${String(signal)}` : `ended with exit code ${code}`); });
  });
}

function lostError(operation: string, how: string, stderr: string): DismError {
  const printed = stderr.trim();
  return new DismError(Hresult.DISMTS_E_ENGINE_LOST, `The operation "${operation}" was lost: the process that works on the image file ${how}`, {
    ...printed === '' ? {} : { cause: new Error(`it printed: ${printed}`) },
    hint: how.includes('SIGKILL')
      ? 'The system kills processes when memory runs out: free some, or choose another -CompressionType.'
      : 'The image file may be damaged: check it with Test-DismTsImageFile. Nothing that was there before has been changed.',
  });
}
