/** Writes one path of an image into a folder. */
import { ExtractFlag } from '../wimlib/flags.ts';
import { type JobContext, watching } from './jobContext.ts';
import { openSource, type SourceFile } from './sourceFile.ts';

export interface ExtractItem {
  readonly source: SourceFile;
  /** The first half of messages. */
  readonly what: string;
  readonly imageIndex: number;
  /** With slashes. */
  readonly itemPath: string;
  /** The item gets its own name in it. */
  readonly folder: string;
}

/** The owners and permissions of Windows mean nothing in a folder here, nor do the targets of its links. */
export async function extractItem({ source, what, imageIndex, itemPath, folder }: ExtractItem, context: JobContext): Promise<void> {
  const wim = await openSource(source, what, context);
  const flags = ExtractFlag.NO_ACLS | ExtractFlag.NORPFIX | ExtractFlag.NO_PRESERVE_DIR_STRUCTURE;
  await wim.extractPaths(imageIndex, [itemPath], folder, flags, watching(context));
}
