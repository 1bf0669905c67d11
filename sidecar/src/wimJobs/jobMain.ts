/** `dismts --image-process`: does one job with libwim for the process that started it, and ends. */
import { readSync, writeFileSync, writeSync } from 'node:fs';
import { DismError } from '../errors.ts';
import { toFailureData } from '../failureData.ts';
import { closeFiles } from '../platform/linux/closeFiles.ts';
import { dieWithParent } from '../platform/linux/dieWithParent.ts';
import { silence } from '../silence.ts';
import { isSystemError } from '../systemErrors.ts';
import { loadWimlib } from '../wimlib/binding.ts';
import type { JobContext, WimJob } from './jobContext.ts';
import type { JobCall, JobMessage } from './jobMessages.ts';
import { wimJobs } from './jobTable.ts';
import { thinProgress } from './thinProgress.ts';

/** As for the server: EX_SOFTWARE. */
const bugExit = 70;
/** What this process may take shall not cost anybody else's: where memory runs out, it is the one to go. */
const oomScore = '500';
const newline = 0x0a;

/** Does the job that stdin names. The result is the last line on stdout. */
export async function main(): Promise<number> {
  silence(false);
  // Ctrl+C in a terminal reaches all processes of the group: what it means is for the first of them to decide.
  process.on('SIGINT', () => undefined).on('SIGHUP', () => undefined).on('SIGTERM', () => undefined);
  process.on('uncaughtException', (error) => {
    writeSync(2, error.stack ?? error.message);
    // While a call of libwim runs, exit() would wait for it; this does not.
    process.kill(process.pid, 'SIGKILL');
  });
  dieWithParent();
  try { writeFileSync('/proc/self/oom_score_adj', oomScore); } catch { /* A system without. */ }
  // While it is not known yet what there is to do. Where it cannot be loaded, that is what becomes of the job.
  try { load(); } catch { /* As said. */ }
  const lines = new Lines();
  const call = readCall(lines);
  // Who asked may have ended before this process was tied to it; a job does not look up from its work.
  if (call === undefined || call.caller !== process.ppid) { return bugExit; }
  say({ kind: 'begun' });
  return await perform(call, lines);
}

/** As on Windows: names in images are found whatever their case. */
function load(): void {
  loadWimlib(true);
}

/** The lines of stdin. Synchronous: there is nothing else to do, and a stream takes longer to be made than a line to be read. */
class Lines {
  #rest = Buffer.alloc(0);

  /** Waits for a line. @returns undefined at the end of stdin. */
  next(): string | undefined {
    for (const part = Buffer.allocUnsafe(64 * 1024); ;) {
      const end = this.#rest.indexOf(newline);
      if (end !== -1) {
        const line = this.#rest.toString('utf8', 0, end);
        this.#rest = this.#rest.subarray(end + 1);
        return line;
      }
      const bytes = readSync(0, part);
      if (bytes === 0) { return undefined; }
      this.#rest = Buffer.concat([this.#rest, part.subarray(0, bytes)]);
    }
  }
}

/** @returns undefined where nobody asks for anything. */
function readCall(lines: Lines): JobCall | undefined {
  const line = lines.next();
  return line === undefined ? undefined : JSON.parse(line) as JobCall;
}

/** Synchronous: whoever kills this process has everything that it said. */
function say(message: JobMessage): void {
  const line = Buffer.from(`${JSON.stringify(message)}\n`);
  for (let written = 0; written < line.length;) { written += writeSync(1, line, written); }
}

/** Says what became of the job. By then it holds no file and no disk: whoever asked may unmount at once where they lie. */
function conclude(message: JobMessage): void {
  try { closeFiles(); } catch { /* A system without /proc. */ }
  say(message);
}

/** What a job has open is not closed: the memory of an image with 50,000 files takes libwim 35 ms to give back, and the end of the process none. */
async function perform({ job, params, operation }: JobCall, lines: Lines): Promise<number> {
  const { report, flush } = thinProgress((phase, current, total, unit) => { say({ kind: 'progress', phase, current, total, unit }); });
  const context: JobContext = {
    operation,
    progress: report,
    warn: (text) => { say({ kind: 'warning', text }); },
    awaitConsent: () => {
      if (lines.next() === undefined) { throw new Error('nobody consents any more'); }
    },
  };
  try {
    const run = (wimJobs as Readonly<Partial<Record<string, WimJob>>>)[job];
    if (run === undefined) { throw new Error(`there is no job "${job}"`); }
    load();
    const result = await run(params as never, context) ?? null;
    flush();
    conclude({ kind: 'done', result });
    return 0;
  } catch (error) {
    if (isSystemError(error)) {
      const { name, message, code, syscall, path } = error;
      conclude({ kind: 'system', error: { name, message, code, syscall, ...path === undefined ? {} : { path } } });
      return 1;
    }
    conclude(error instanceof DismError
      ? { kind: 'failed', failure: toFailureData(error) }
      : { kind: 'bug', stack: error instanceof Error ? error.stack ?? error.message : String(error) });
    return error instanceof DismError ? 1 : bugExit;
  }
}
