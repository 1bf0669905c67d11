/** The file that a job reads. */
import { openWim } from '../wimlib/openWim.ts';
import type { WimHandle } from '../wimlib/wimHandle.ts';
import { type JobContext, watching } from './jobContext.ts';

export interface SourceFile {
  readonly path: string;
  /** The other parts of a split WIM. */
  readonly otherParts?: readonly string[] | undefined;
  /** Compare the file with its integrity table first, if it has one. */
  readonly checkIntegrity?: boolean | undefined;
}

/** Opens a file with all of its parts. @param what The first half of messages. */
export async function openSource({ path, otherParts = [], checkIntegrity }: SourceFile, what: string, context: JobContext): Promise<WimHandle> {
  const { operation } = context;
  const wim = await openWim(path, { what, operation, checkIntegrity, ...watching(context) });
  if (otherParts.length > 0) { await wim.referenceSplitParts(otherParts, watching(context)); }
  return wim;
}
