/** How a job writes a new file: one place for what libwim is told of its format. */
import { CompressionType } from '../wimlib/codec.ts';
import { WriteFlag } from '../wimlib/flags.ts';
import type { WimHandle } from '../wimlib/wimHandle.ts';
import { type JobContext, watching } from './jobContext.ts';
import { threadsFor } from './threads.ts';

/** How what is written is compressed. */
export interface OutputFormat {
  /** Of resources that are not solid. */
  readonly compressionType: CompressionType;
  /** Default: what Windows' own files of the type have. */
  readonly chunkBytes?: number | undefined;
  /** Pack everything into solid LZMS resources, as in an .esd file. */
  readonly solid?: boolean | undefined;
  readonly recompress?: boolean | undefined;
  readonly integrity?: boolean | undefined;
}

/** Chunks of solid resources in Microsoft's own .esd files. */
const solidChunkBytes = 64 * 1024 * 1024;

/** Writes a file in the format; it is on the disk then. @param path Is overwritten. @param moreFlags Of WriteFlag. */
export async function writeAs(format: OutputFormat, wim: WimHandle, path: string, context: JobContext, moreFlags = 0): Promise<void> {
  const { compressionType, chunkBytes, solid = false, recompress, integrity } = format;
  wim.setOutputCompression(compressionType, chunkBytes);
  if (solid) { wim.setOutputSolidCompression(CompressionType.Lzms, solidChunkBytes); }
  const flags = WriteFlag.FSYNC | WriteFlag.NOT_PIPABLE | (integrity === true ? WriteFlag.CHECK_INTEGRITY : WriteFlag.NO_CHECK_INTEGRITY)
    | (solid ? WriteFlag.SOLID : 0) | (recompress === true ? WriteFlag.RECOMPRESS : 0);
  await wim.write(path, flags | moreFlags, { threads: threadsFor(solid), ...watching(context) });
}
