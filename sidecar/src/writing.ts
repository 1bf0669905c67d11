/** Files that are written under a first name, which nobody has asked for. */
import { DismError, reworded } from './errors.ts';
import { isSystemError } from './systemErrors.ts';

/** What goes wrong with a file under its first name is said of the one that it was going to be: nobody has asked for the other, which is gone by then. */
export async function writing<T>(temporary: string, path: string, write: (temporary: string) => Promise<T>): Promise<T> {
  try {
    return await write(temporary);
  } catch (error) {
    throw renamed(error, temporary, path);
  }
}

/** What is at fault is not named at the end where the message begins with it. */
function withoutRepetition(text: string, path: string): string {
  const ending = ` ("${path}")`;
  return text.endsWith(ending) && text.indexOf(`"${path}"`) < text.length - ending.length ? text.slice(0, -ending.length) : text;
}

function renamed(error: unknown, temporary: string, path: string): unknown {
  const { message, target } = error instanceof DismError ? error : { message: error instanceof Error ? error.message : '' };
  if (!message.includes(temporary) && target !== temporary) { return error; }
  const text = withoutRepetition(message.replaceAll(temporary, path), path);
  // Another path may be at fault, and the file be named as what cannot be written.
  const culprit = (named: string | undefined): string => (named === undefined || named.startsWith(temporary) ? path : named);
  if (error instanceof DismError) { return reworded(error, text, { target: culprit(target) }); }
  // A system error becomes one of ours further up, by its properties.
  if (!isSystemError(error)) { return error; }
  const { code, errno, syscall } = error;
  return Object.assign(new Error(text, { cause: error }), { code, errno, syscall, path: culprit(error.path) });
}
