/** How a function of libwim is run: on a thread of the pool, with its progress function lent for as long as it runs. */
import type { WimlibBinding } from './binding.ts';
import { answerOf, decodeProgress, isAbortable, type WimlibProgress, type WimlibQuestions } from './progress.ts';

/** Watches an operation, answers its questions, and stops it. */
export interface WimlibOperation extends WimlibQuestions {
  /** Stops the operation at its next progress message; it then fails with CancelledError. */
  readonly signal?: AbortSignal | undefined;
  /** An exception thrown here, or by an answer, stops the operation too, and is what it fails with. */
  readonly onProgress?: ((progress: WimlibProgress) => void) | undefined;
  /**
   * Run it on this thread, which does nothing else meanwhile: for a process that has nothing else to do. What libwim says and asks takes a hundredth
   * of the time then, in which libwim waits. On another one glibc asks the system for memory page by page, 7,000 times for an image with 50,000 files.
   */
  readonly onThisThread?: boolean | undefined;
}

/** A C function of the binding. */
export type CFunction = WimlibBinding['functions'][keyof WimlibBinding['functions']];

const WIMLIB_PROGRESS_STATUS_CONTINUE = 0;
const WIMLIB_PROGRESS_STATUS_ABORT = 1;

/** Runs a C function on a thread of the pool. */
export function callAsync(fn: CFunction, ...args: unknown[]): Promise<unknown> {
  return new Promise((resolve, reject) => {
    fn.async(...args, (error: Error | null, result: unknown) => {
      if (error) {
        reject(error);
      } else {
        resolve(result);
      }
    });
  });
}

/** Runs a C function where the operation wants it to be run. */
export async function callFor({ onThisThread }: WimlibOperation, fn: CFunction, ...args: unknown[]): Promise<unknown> {
  return onThisThread === true ? (fn as unknown as (...values: unknown[]) => unknown)(...args) : await callAsync(fn, ...args);
}

/** Lends `body` a C progress function for as long as it runs; returns what it returns. */
export async function withProgress(
  binding: WimlibBinding, operation: WimlibOperation, body: (progress: bigint | null) => Promise<number>,
): Promise<number> {
  const { signal, onProgress, excludes, ignores } = operation;
  if (signal === undefined && onProgress === undefined && excludes === undefined && ignores === undefined) {
    return body(null);
  }
  const { koffi } = binding;
  let thrown: { error: unknown } | undefined;
  const callback = koffi.register((message: number, info: unknown): number => {
    try {
      if (thrown === undefined && !answerOf(binding, message, info, operation)) {
        const progress = onProgress && decodeProgress(binding, message, info);
        if (progress) { onProgress(progress); }
      }
    } catch (error) {
      thrown = { error };
    }
    const stop = thrown !== undefined || signal?.aborted === true;
    return stop && isAbortable(message) ? WIMLIB_PROGRESS_STATUS_ABORT : WIMLIB_PROGRESS_STATUS_CONTINUE;
  }, koffi.pointer('wimlib_progress_func_t'));
  try {
    const status = await body(callback);
    if (thrown !== undefined) {
      throw thrown.error;
    }
    return status;
  } finally {
    koffi.unregister(callback);
  }
}
