/** Progress of a job, thinned out before it is sent: what comes more often than anybody can see costs both processes time. */
import type { JobContext } from './jobContext.ts';

type Report = JobContext['progress'];

/** The user is told ten times a second at most. */
const intervalMs = 50;

/** A report that passes on what it is told, but within a phase not more often than that. */
export interface ThinnedProgress {
  readonly report: Report;
  /** Sends what was held back last: how far the job is. */
  readonly flush: () => void;
}

/** Of each phase the first and the last report are sent. @param now Milliseconds, for tests. */
export function thinProgress(send: Report, now: () => number = () => performance.now()): ThinnedProgress {
  let held: Parameters<Report> | undefined;
  let phase: string | undefined;
  let due = 0;
  const flush = (): void => {
    if (held === undefined) { return; }
    const last = held;
    held = undefined;
    send(...last);
  };
  return {
    flush,
    report: (...args) => {
      if (args[0] === phase && now() < due) {
        held = args;
        return;
      }
      if (args[0] === phase) { held = undefined; } else { flush(); }
      [phase, due] = [args[0], now() + intervalMs];
      send(...args);
    },
  };
}
