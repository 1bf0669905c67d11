/** Keeps long work on this thread open to other events, a cancellation among them. */
import { setImmediate } from 'node:timers/promises';

/** No turn of ours is longer than a user, or another request, would notice. */
const turnMs = 10;

/** Call breathe() at each small step of long work that waits for nothing. */
export class Breather {
  #since = performance.now();

  /** Lets other events be handled when that was too long ago. @throws the signal's reason, once it is aborted. */
  async breathe(signal?: AbortSignal): Promise<void> {
    if (performance.now() - this.#since > turnMs) {
      await setImmediate();
      this.#since = performance.now();
    }
    signal?.throwIfAborted();
  }
}
