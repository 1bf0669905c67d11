/** Reads everything that the images of a WIM file need, and compares it with its hashes. */
import { type JobContext, watching } from './jobContext.ts';
import { openSource, type SourceFile } from './sourceFile.ts';

/** What was compared. */
export interface Verified {
  readonly contents: number;
  readonly bytes: number;
}

/** @throws DismError: the first damage that was met. */
export async function verifyWim({ what, ...source }: SourceFile & { readonly what: string }, context: JobContext): Promise<Verified> {
  const wim = await openSource(source, what, context);
  let verified: Verified = { contents: 0, bytes: 0 };
  const watched = watching(context);
  await wim.verify({
    ...watched,
    onProgress: (progress) => {
      if (progress.kind === 'verifyStreams') { verified = { contents: progress.totalStreams, bytes: progress.totalBytes }; }
      watched.onProgress?.(progress);
    },
  });
  return verified;
}
