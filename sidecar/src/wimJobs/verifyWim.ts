/** Reads everything that a WIM file holds, and compares it with its hashes. */
import { type JobContext, watching } from './jobContext.ts';
import { openSource, type SourceFile } from './sourceFile.ts';

/** @throws DismError: the first damage that was met. */
export async function verifyWim(source: SourceFile, context: JobContext): Promise<void> {
  const wim = await openSource(source, 'verify', context);
  try {
    await wim.verify(watching(context));
  } finally {
    wim.close();
  }
}
