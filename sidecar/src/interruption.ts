/** Ends many waits at once, and keeps nothing of those that are over. */

/**
 * Something that may happen while work is waited for. Promise.race() with one promise that lives long would keep the result of every race for
 * as long as that promise lives.
 */
export class Interruption<Reason> {
  readonly #waiting = new Set<(reason: Reason) => void>();
  #reason: { readonly value: Reason } | undefined;

  /** Ends all waits, those to come too. The first call counts. */
  interrupt(reason: Reason): void {
    this.#reason ??= { value: reason };
    for (const stop of this.#waiting) { stop(this.#reason.value); }
    this.#waiting.clear();
  }

  /** What the work comes to, or what `toError` makes of an interruption that comes first; what the work comes to does not matter then. */
  race<T>(work: Promise<T>, toError: (reason: Reason) => Error): Promise<T> {
    return new Promise((resolve, reject) => {
      const stop = (reason: Reason): void => { reject(toError(reason)); };
      const settled = (): void => { this.#waiting.delete(stop); };
      work.then(resolve, reject).then(settled, settled);
      if (this.#reason === undefined) { this.#waiting.add(stop); } else { stop(this.#reason.value); }
    });
  }
}

/** Waits for work, but no longer than so many milliseconds. */
export async function withTimeout(work: Promise<unknown>, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([work, new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs);
  })]);
  clearTimeout(timer);
}
