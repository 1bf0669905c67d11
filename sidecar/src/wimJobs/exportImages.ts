/** Writes images of one file into a new file. */
import { ExportFlag, noImage } from '../wimlib/flags.ts';
import { createWim } from '../wimlib/openWim.ts';
import { type JobContext, watching } from './jobContext.ts';
import { type OutputFormat, writeAs } from './outputFormat.ts';
import { openSource, type SourceFile } from './sourceFile.ts';

export interface ExportImages {
  readonly source: SourceFile;
  /** The first half of messages. */
  readonly what: string;
  /** In the order that they get in the new file. */
  readonly images: readonly { readonly index: number; readonly name?: string | undefined }[];
  /** The file to write, which nobody needs yet: it is overwritten. */
  readonly path: string;
  readonly format: OutputFormat;
  /** 1-based index in the new file; 0: none. */
  readonly bootIndex: number;
  readonly wimBoot?: boolean | undefined;
}

/** Writes the file. */
export async function exportImages({ source, what, images, path, format, bootIndex, wimBoot }: ExportImages, context: JobContext): Promise<void> {
  const { operation } = context;
  const from = await openSource(source, what, context);
  const to = createWim(path, format.compressionType, { what, operation });
  for (const { index, name } of images) { await from.exportImage(index, to, wimBoot === true ? ExportFlag.WIMBOOT : 0, { name, ...watching(context) }); }
  if (bootIndex !== noImage) { to.setBootIndex(bootIndex); }
  await writeAs(format, to, path, context);
}
