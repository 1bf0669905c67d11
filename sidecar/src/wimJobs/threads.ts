/** How many threads libwim may use, so that what it compresses with fits into memory. */
import { availableParallelism } from 'node:os';

/** What one thread needs for solid LZMS in chunks of 64 MiB: measured. All else takes some megabytes. */
const solidThreadBytes = 605 * 1024 * 1024;
/** Of the memory that is available, so much may be used. */
const share = 0.8;

/** @param availableBytes Memory that is to be had without swapping; of the control group, where that is less. */
export function threadsFor(isSolid: boolean, availableBytes: number = process.availableMemory(), processors: number = availableParallelism()): number {
  return isSolid ? Math.max(1, Math.min(processors, Math.floor(availableBytes * share / solidThreadBytes))) : processors;
}
