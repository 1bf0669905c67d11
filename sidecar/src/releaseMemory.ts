/** Gives back the memory of a scan: V8 lets what is no longer needed lie as long as the machine has memory, and the next scan would come on top. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let collect: (() => void) | undefined;

/** Collects garbage once the caller is done; takes some 50 ms after a large scan. */
export function releaseMemory(): void {
  if (collect === undefined) {
    // The flag counts for contexts that are made after it.
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  }
  setImmediate(collect);
}
