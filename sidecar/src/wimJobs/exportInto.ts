/** Adds images of one file to another one that nobody uses, behind what is there. */
import { WriteFlag } from '../wimlib/flags.ts';
import { openWim } from '../wimlib/openWim.ts';
import { type JobContext, watching } from './jobContext.ts';
import { openSource, type SourceFile } from './sourceFile.ts';
import { threadsFor } from './threads.ts';

export interface ExportInto {
  readonly source: SourceFile;
  /** The first half of messages. */
  readonly what: string;
  readonly images: readonly { readonly index: number; readonly name?: string | undefined }[];
  /** The file that grows; a stand-in, for libwim does not flush before it writes the header. It keeps its compression. */
  readonly path: string;
  /** New resources go into solid ones. */
  readonly solid: boolean;
}

/** It is not flushed to the disk. */
export async function exportInto({ source, what, images, path, solid }: ExportInto, context: JobContext): Promise<void> {
  const { operation } = context;
  const from = await openSource(source, what, context);
  const to = await openWim(path, { writeAccess: true, what, operation, ...watching(context) });
  for (const { index, name } of images) { await from.exportImage(index, to, 0, { name, ...watching(context) }); }
  await to.overwrite(WriteFlag.NO_CHECK_INTEGRITY | (solid ? WriteFlag.SOLID : 0), { threads: threadsFor(solid), ...watching(context) });
}
