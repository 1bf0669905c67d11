/** Writes all that a file holds, and its images need, into a new file. */
import { CompressionType } from '../wimlib/codec.ts';
import { WriteFlag } from '../wimlib/flags.ts';
import { type OutputFormat, solidChunkBytes, writeFlags } from './exportImages.ts';
import { type JobContext, watching } from './jobContext.ts';
import { openSource, type SourceFile } from './sourceFile.ts';
import { threadsFor } from './threads.ts';

export interface RebuildWim {
  readonly source: SourceFile;
  /** The first half of messages. */
  readonly what: string;
  /** The file to write, which nobody needs yet: it is overwritten. */
  readonly path: string;
  readonly format: OutputFormat;
}

/** Images, XML data, boot index and GUID stay. */
export async function rebuildWim({ source, what, path, format }: RebuildWim, context: JobContext): Promise<void> {
  const wim = await openSource(source, what, context);
  wim.setOutputCompression(format.compressionType, format.chunkBytes);
  if (format.solid === true) { wim.setOutputSolidCompression(CompressionType.Lzms, solidChunkBytes); }
  await wim.write(path, writeFlags(format) | WriteFlag.RETAIN_GUID, { threads: threadsFor(format.solid === true), ...watching(context) });
}
