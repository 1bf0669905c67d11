/** Keeps long work on this thread from holding up everything else. */
import { setImmediate } from 'node:timers/promises';

/** Lets other work of this thread run when the last turn took longer than a user would notice. */
export class Breather {
  #since = performance.now();

  /** @throws the signal's reason. */
  async breathe(signal?: AbortSignal): Promise<void> {
    if (performance.now() - this.#since > 10) {
      await setImmediate();
      signal?.throwIfAborted();
      this.#since = performance.now();
    }
  }
}
