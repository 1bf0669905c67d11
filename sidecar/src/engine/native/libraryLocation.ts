/** Which DismApi.dll is used. */
import { UnsupportedError } from '../../errors.ts';
import type { LibraryPaths, ProcessConfiguration } from './processMessages.ts';

/**
 * The libraries for an engine process.
 * @throws UnsupportedError: this is not Windows.
 */
export function findLibraries({ libraries }: ProcessConfiguration): LibraryPaths {
  if (libraries !== undefined) { return libraries; }
  throw new UnsupportedError('DismApi.dll is a part of Windows');
}
