/** Compares bytes, as they are or expanded, with a digest that is recorded of them. */
import { expand, storedForm } from '../componentStore/compressed.ts';
import { StoreFormatError, UnsupportedFormatError } from '../componentStore/formatErrors.ts';
import type { Digest } from '../componentStore/manifest.ts';
import { untilAborted } from '../imageFiles/cancellableFiles.ts';
import { digestOf } from '../imageFiles/digest.ts';

/** What came of it; `data` are the bytes that have the digest. */
export type Match =
  | { readonly result: 'match'; readonly data: Buffer }
  | { readonly result: 'differs'; readonly reason: string }
  | { readonly result: 'unknown'; readonly reason: string };

/** Expands bytes in every way that they can be, until one has the digest. */
export async function matchDigest(data: Buffer, bases: readonly Buffer[], digest: Digest, maxBytes: number, signal: AbortSignal): Promise<Match> {
  // A recorded digest is that of the plain bytes, and nothing plain begins as a manifest's delta does.
  const isDelta = storedForm(data) === 'DCM';
  if (!isDelta && await digestOf(data, digest.algorithm) === digest.hex) { return { result: 'match', data }; }
  try {
    for (const { form, data: expanded } of await untilAborted(signal, expand(data, bases, { maxBytes, signal }))) {
      if (form !== 'plain' && await digestOf(expanded, digest.algorithm) === digest.hex) { return { result: 'match', data: expanded }; }
    }
  } catch (error) {
    if (error instanceof UnsupportedFormatError) { return { result: 'unknown', reason: error.message }; }
    if (error instanceof StoreFormatError) { return { result: 'differs', reason: `it cannot be expanded: ${error.message}` }; }
    throw error;
  }
  return { result: 'differs', reason: 'its content has another digest than recorded' };
}
