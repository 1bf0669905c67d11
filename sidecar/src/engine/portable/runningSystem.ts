/** What this engine says of the running Windows, which only DismApi.dll can work on. */
import { UnsupportedError } from '../../errors.ts';

/** @param what What cannot be done, with "the running system (-Online)" in it. */
export function runningSystemError(what: string): UnsupportedError {
  return new UnsupportedError(`${what}: only the Native engine on Windows can`, {
    hint: 'Name an offline image with -Path: a mounted image, or the folder of an applied one. The running Windows takes the Native engine, on that Windows.',
  });
}
