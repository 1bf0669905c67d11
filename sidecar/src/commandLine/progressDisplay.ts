/** Progress of one request: on one line of a terminal that is drawn over again, in lines elsewhere. */
import type { ProgressValue } from '@dismts/protocol';

/** Where progress goes. */
export interface ProgressDisplay {
  show(value: ProgressValue): void;
  /** Nothing is shown any more; a terminal gets its line back. */
  end(): void;
}

/** The part of a stream that is used. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const barWidth = 24;
/** Elsewhere than on a terminal, each this many percent make a line. */
const stepPercent = 10;

/** Chooses how progress is shown. Without a terminal it is, only where it was asked for. */
export function progressDisplay(stream: ProgressStream, { quiet, progress }: { readonly quiet: boolean; readonly progress: boolean }): ProgressDisplay {
  if (quiet) { return { show: () => undefined, end: () => undefined }; }
  if (stream.isTTY === true && process.env['TERM'] !== 'dumb') { return oneLine(stream); }
  return progress || stream.isTTY === true ? lines(stream) : { show: () => undefined, end: () => undefined };
}

function percentOf({ current, total }: ProgressValue): number | undefined {
  return total === 0 ? undefined : Math.floor(current / total * 100);
}

function oneLine(stream: ProgressStream): ProgressDisplay {
  let drawn = '';
  return {
    show: (value) => {
      const percent = percentOf(value);
      const done = Math.round((percent ?? 0) * barWidth / 100);
      const text = percent === undefined ? value.phase
        : `${value.phase.padEnd(22)} [${'#'.repeat(done)}${'.'.repeat(barWidth - done)}] ${String(percent).padStart(3)} %`;
      const fitting = text.slice(0, Math.max(10, (stream.columns ?? 80) - 1));
      if (fitting === drawn) { return; }
      drawn = fitting;
      // To the first column, and erase to the end: a shorter text leaves nothing of a longer one.
      stream.write(`\r\u001b[K${fitting}`);
    },
    end: () => { if (drawn !== '') { stream.write('\r\u001b[K'); drawn = ''; } },
  };
}

function lines(stream: ProgressStream): ProgressDisplay {
  let [phase, next] = ['', 0];
  return {
    show: (value) => {
      const percent = percentOf(value);
      if (value.phase === phase && (percent === undefined || percent < next)) { return; }
      phase = value.phase;
      next = percent === undefined || percent >= 100 ? 101 : (Math.floor(percent / stepPercent) + 1) * stepPercent;
      stream.write(`${value.phase}${percent === undefined ? '' : ` ${percent}%`}\n`);
    },
    end: () => undefined,
  };
}
