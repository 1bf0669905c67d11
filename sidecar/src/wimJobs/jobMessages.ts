/** What the process of a job is told, and what it says: one JSON object a line, on its stdin and stdout. */
import type { ProgressPhase } from '@dismts/protocol';
import type { FailureData } from '../failureData.ts';
import type { SystemError } from '../systemErrors.ts';

/** The first line on its stdin, which ends without one where nobody wants anything any more. The second is empty: the consent that some jobs wait for. */
export interface JobCall {
  /** Of the table of jobs. */
  readonly job: string;
  readonly params: unknown;
  /** The protocol's method name. */
  readonly operation: string;
  /** Id of the process that wants the result. */
  readonly caller: number;
}

/**
 * A line on its stdout: first `begun`, once it has read the call; all but that, `progress` and `warning` are the last. What the system answered is put in
 * words by who knows what cannot be done now.
 */
export type JobMessage =
  | { readonly kind: 'begun' }
  | { readonly kind: 'progress'; readonly phase: ProgressPhase; readonly current: number; readonly total: number; readonly unit?: 'bytes' | undefined }
  | { readonly kind: 'warning'; readonly text: string }
  | { readonly kind: 'done'; readonly result: unknown }
  | { readonly kind: 'failed'; readonly failure: FailureData }
  | { readonly kind: 'system'; readonly error: SystemError }
  | { readonly kind: 'bug'; readonly stack: string };
