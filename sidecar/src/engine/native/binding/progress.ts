/** Progress of a call: few reports of many callbacks, and what their numbers mean. */

/** Called with the numbers as the DLL gives them; see progressPosition(). */
export type ProgressListener = (current: number, total: number) => void;

/** Where an operation stands. */
export interface ProgressPosition {
  /** From 0 to `total`. */
  readonly current: number;
  /** 0: not known. */
  readonly total: number;
  /** From 1. Some operations have several steps, and only ever say the length of one of them. */
  readonly step: number;
}

/**
 * What the numbers of a callback mean. They are steps of work, not percent, and Current goes past Total in an operation of several
 * steps: the first is `total` units long, and each further one counts on. `current` stays at `total` from then on.
 */
export function progressPosition(current: number, total: number): ProgressPosition {
  return total === 0
    ? { current: 0, total: 0, step: 1 }
    : { current: Math.min(current, total), total, step: Math.max(1, Math.ceil(current / total)) };
}

/** Often enough for a bar to move; what the client is told is rarer still. */
const reportIntervalMs = 50;

/**
 * Passes on the latest of many callbacks. The DLL waits for each callback to return, and thousands of them can come within a second,
 * so a callback only takes its numbers; the listener is told at intervals, and of the last ones in any case.
 */
export class ProgressRelay {
  /** For the DLL. Never throws: nothing could catch it. */
  readonly callback: (current: number, total: number) => void;
  readonly #listener: ProgressListener;
  #latest: readonly [current: number, total: number] | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(listener: ProgressListener) {
    this.#listener = listener;
    this.callback = (current, total) => {
      this.#latest = [current, total];
      this.#timer ??= setTimeout(() => { this.flush(); }, reportIntervalMs);
    };
  }

  /** Reports what has not been reported yet. To be called when the DLL has returned. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const latest = this.#latest;
    this.#latest = undefined;
    if (latest === undefined) { return; }
    try {
      this.#listener(...latest);
    } catch {
      // What the operation does to the image goes on, whether or not somebody can be told about it.
    }
  }
}
