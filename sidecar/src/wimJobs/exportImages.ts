/** Writes images of one file into a new file. */
import { CompressionType } from '../wimlib/codec.ts';
import { ExportFlag, noImage, WriteFlag } from '../wimlib/flags.ts';
import { createWim } from '../wimlib/openWim.ts';
import { type JobContext, watching } from './jobContext.ts';
import { openSource, type SourceFile } from './sourceFile.ts';
import { threadsFor } from './threads.ts';

/** How what is written is compressed. */
export interface OutputFormat {
  /** Of resources that are not solid. */
  readonly compressionType: CompressionType;
  /** 0: what Windows' own files of the type have. */
  readonly chunkBytes?: number | undefined;
  /** Pack everything into solid LZMS resources, as in an .esd file. */
  readonly solid?: boolean | undefined;
  readonly recompress?: boolean | undefined;
  readonly integrity?: boolean | undefined;
}

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

/** Chunks of solid resources in Microsoft's own .esd files. */
export const solidChunkBytes = 64 * 1024 * 1024;

/** The flags of a format, for write(). The file is on the disk when it is through. */
export function writeFlags({ solid, recompress, integrity }: OutputFormat): number {
  return WriteFlag.FSYNC | WriteFlag.NOT_PIPABLE | (integrity === true ? WriteFlag.CHECK_INTEGRITY : WriteFlag.NO_CHECK_INTEGRITY)
    | (solid === true ? WriteFlag.SOLID : 0) | (recompress === true ? WriteFlag.RECOMPRESS : 0);
}

/** Writes the file. */
export async function exportImages({ source, what, images, path, format, bootIndex, wimBoot }: ExportImages, context: JobContext): Promise<void> {
  const { operation } = context;
  const from = await openSource(source, what, context);
  const to = createWim(path, format.compressionType, { what, operation });
  if (format.chunkBytes !== undefined) { to.setOutputCompression(format.compressionType, format.chunkBytes); }
  if (format.solid === true) { to.setOutputSolidCompression(CompressionType.Lzms, solidChunkBytes); }
  for (const { index, name } of images) { await from.exportImage(index, to, wimBoot === true ? ExportFlag.WIMBOOT : 0, { name, ...watching(context) }); }
  if (bootIndex !== noImage) { to.setBootIndex(bootIndex); }
  await to.write(path, writeFlags(format), { threads: threadsFor(format.solid === true), ...watching(context) });
}
