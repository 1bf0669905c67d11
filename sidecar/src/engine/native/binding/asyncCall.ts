/** Running a C function on a thread of the pool, and the slots that it writes results to. */
import type { BoundFunction } from './nativeLibrary.ts';

/** Slot for an address that a function returns; it points to what DismDelete frees. koffi clears it before the call. */
export type AddressSlot = [address: bigint | null];

/** Slot for a number that a function returns. koffi clears it before the call. */
export type NumberSlot = [value: number];

/** Runs a function and returns its HRESULT, signed. The event loop goes on meanwhile. */
export function callAsync(bound: BoundFunction, values: readonly unknown[]): Promise<number> {
  return new Promise((resolve, reject) => {
    bound.async(...values, (error: Error | null, result: number) => {
      if (error === null) { resolve(result); } else { reject(error); }
    });
  });
}
