/** Limits how often the progress of one operation is sent. */
import type { ProgressPhase, ProgressValue } from '@dismts/protocol';

/** Ten a second. */
const intervalMs = 100;
/** A speed is that of about the last seconds: of less it jumps, of more it tells of what is long over. */
const speedWindowMs = 5000;
const leastSpeedMs = 1000;

/** How fast a phase moves on. */
class Speedometer {
  readonly phase: ProgressPhase;
  readonly #marks: { readonly at: number; readonly bytes: number }[] = [];

  constructor(phase: ProgressPhase) {
    this.phase = phase;
  }

  /** @returns Bytes a second; undefined while it cannot be told. */
  speedAt(bytes: number): number | undefined {
    const now = performance.now();
    const last = this.#marks.at(-1);
    // What begins anew, as the next of several files does, is measured anew.
    if (last !== undefined && bytes < last.bytes) { this.#marks.length = 0; }
    if (last === undefined || now - last.at >= intervalMs || this.#marks.length === 0) { this.#marks.push({ at: now, bytes }); }
    while (this.#marks.length > 2 && now - (this.#marks[1]?.at ?? now) >= speedWindowMs) { this.#marks.shift(); }
    const [first] = this.#marks;
    return first === undefined || now - first.at < leastSpeedMs ? undefined : whole((bytes - first.bytes) * 1000 / (now - first.at));
  }
}

/** Passes progress on at most ten times a second; the value that came last is never lost. */
export class ProgressReporter {
  readonly #send: (value: ProgressValue) => void;
  #pending: ProgressValue | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  #speedometer: Speedometer | undefined;

  constructor(send: (value: ProgressValue) => void) {
    this.#send = send;
  }

  /** Any numbers will do: they are made whole, and `current` is kept within 0 and `total`. What is counted in bytes gets its speed. */
  report(phase: ProgressPhase, current: number, total: number, unit?: 'bytes'): void {
    if (this.#closed) {
      return;
    }
    const wholeTotal = whole(total);
    const position = { phase, current: wholeTotal === 0 ? whole(current) : Math.min(whole(current), wholeTotal), total: wholeTotal };
    this.#pending = unit === undefined ? position : { ...position, unit, ...this.#speed(phase, position.current) };
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

  #speed(phase: ProgressPhase, bytes: number): { bytesPerSecond?: number } {
    if (this.#speedometer?.phase !== phase) { this.#speedometer = new Speedometer(phase); }
    const bytesPerSecond = this.#speedometer.speedAt(bytes);
    return bytesPerSecond === undefined ? {} : { bytesPerSecond };
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
