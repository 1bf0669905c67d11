/**
 * Gives back the memory of a scan: V8 lets what is no longer needed lie as long as the machine has memory, and so does the allocator of the
 * C library with what the other threads had. The next scan would come on top.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { loadKoffi } from '../nativeAddon/koffi.ts';

let collect: (() => void) | undefined;
let trim: (() => void) | undefined;

/** malloc_trim(3), where the C library has it. */
function findTrim(): () => void {
  if (process.platform !== 'linux') { return () => undefined; }
  try {
    const mallocTrim = loadKoffi().load(null).func('int malloc_trim(size_t pad)') as unknown as (pad: number) => number;
    return () => { mallocTrim(0); };
  } catch {
    // Only the GNU C library has it, and the memory of others is none to wait for.
    return () => undefined;
  }
}

/** Collects garbage once the caller is done; takes some 50 ms after a large scan. */
export function releaseMemory(): void {
  if (collect === undefined) {
    // The flag counts for contexts that are made after it.
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  }
  setImmediate(() => {
    collect?.();
    trim ??= findTrim();
    trim();
  });
}
