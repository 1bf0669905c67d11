/** Limits how often the progress of one operation is sent. */
import type { ProgressPhase, ProgressValue } from '@dismts/protocol';

/** Ten a second. */
const intervalMs = 100;

/** Passes progress on at most ten times a second; the value that came last is never lost. */
export class ProgressReporter {
  readonly #send: (value: ProgressValue) => void;
  #pending: ProgressValue | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(send: (value: ProgressValue) => void) {
    this.#send = send;
  }

  /** Any numbers will do: they are made whole, and `current` is kept within 0 and `total`. */
  report(phase: ProgressPhase, current: number, total: number): void {
    if (this.#closed) {
      return;
    }
    const wholeTotal = whole(total);
    this.#pending = { phase, current: wholeTotal === 0 ? whole(current) : Math.min(whole(current), wholeTotal), total: wholeTotal };
    if (this.#timer === undefined) {
      this.#sendPending();
    }
  }

  /** Sends what is still waiting; nothing is sent after this. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    if (this.#pending !== undefined) {
      this.#send(this.#pending);
      this.#pending = undefined;
    }
  }

  #sendPending(): void {
    const value = this.#pending;
    this.#pending = undefined;
    if (value === undefined) {
      this.#timer = undefined;
      return;
    }
    this.#timer = setTimeout(() => {
      this.#sendPending();
    }, intervalMs);
    this.#send(value);
  }
}

function whole(value: number): number {
  return Number.isFinite(value) ? Math.min(Math.max(0, Math.trunc(value)), Number.MAX_SAFE_INTEGER) : 0;
}
