/** Compares paths as Windows does. */
import { resolve } from 'node:path';

/** The absolute path, and on Windows in lower case: the same text for the same path, however it is written. Links and short names are not seen. */
export function comparablePath(path: string): string {
  const absolute = resolve(path);
  return process.platform === 'win32' ? absolute.toLowerCase() : absolute;
}
