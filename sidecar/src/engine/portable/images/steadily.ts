/** Reads a file that another process may be saving to: what was read halfway through is read again instead of being called damaged. */
import { fileSignature, sameSignature } from './fileSignature.ts';

/** How often a file is read anew. A save changes it some hundred times, but only for a moment so that it does not fit together. */
const maxTries = 20;

const lasting = new WeakSet<Error>();

/** Marks the error of a step that has written to the file itself: that it is another one since is no reason to try again. */
export function lastingError<T extends Error>(error: T): T {
  lasting.add(error);
  return error;
}

/** Runs a step that reads a file, and runs it again where it failed and the file is another one than before. */
export async function steadily<T>(path: string, step: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    const before = await fileSignature(path).catch(() => undefined);
    try {
      return await step();
    } catch (error) {
      if (error instanceof Error && lasting.has(error)) { throw error; }
      const after = await fileSignature(path).catch(() => undefined);
      if (tries === maxTries || before === undefined || after === undefined || sameSignature(before, after)) { throw error; }
    }
  }
}
