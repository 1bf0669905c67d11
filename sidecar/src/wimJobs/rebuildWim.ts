/** Writes all that a file holds, and its images need, into a new file. */
import { WriteFlag } from '../wimlib/flags.ts';
import type { JobContext } from './jobContext.ts';
import { type OutputFormat, writeAs } from './outputFormat.ts';
import { openSource, type SourceFile } from './sourceFile.ts';

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
  await writeAs(format, wim, path, context, WriteFlag.RETAIN_GUID);
}
