/** Reads the details of everything in a list, one call for each. */
import { CancelledError, DismError } from '../../../errors.ts';
import type { NativeOperation } from './nativeOperation.ts';

/**
 * The details of each item, with progress. Where the API cannot give those of one, the item itself stands in for them, and a warning says so:
 * one damaged package must not keep all others from being listed.
 */
export async function readEach<Item, Details>(
  operation: NativeOperation, items: readonly Item[], read: (item: Item) => Promise<Details>,
): Promise<(Item | Details)[]> {
  const found: (Item | Details)[] = [];
  for (const item of items) {
    operation.throwIfCancelled();
    operation.progress('Reading packages', found.length, items.length);
    try {
      found.push(await read(item));
    } catch (error) {
      if (!(error instanceof DismError) || error instanceof CancelledError || operation.dead) { throw error; }
      operation.warnings.push(error.message);
      found.push(item);
    }
  }
  return found;
}
