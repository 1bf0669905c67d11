/** Adds images of one file to another one, behind what is there. */
import { noImage, WriteFlag } from '../wimlib/flags.ts';
import { openWim } from '../wimlib/openWim.ts';
import { type JobContext, watching } from './jobContext.ts';
import { openSource, type SourceFile } from './sourceFile.ts';
import { threadsFor } from './threads.ts';

export interface ExportInto {
  readonly source: SourceFile;
  readonly images: readonly { readonly index: number; readonly name?: string | undefined }[];
  /** The file that grows. It keeps its compression. */
  readonly path: string;
  /** New resources go into solid ones. */
  readonly solid: boolean;
  /** Give the file an integrity table; without this it keeps the one it has. */
  readonly integrity: boolean;
  /** 1-based, of the file as it becomes; undefined: as it is. */
  readonly bootIndex?: number | undefined;
}

/** Until its last step the header of the file is the old one, but for the mark of a writer. It is on the disk when this is through. */
export async function exportInto({ source, images, path, solid, integrity, bootIndex = noImage }: ExportInto, context: JobContext): Promise<void> {
  const { operation } = context;
  const from = await openSource(source, 'export', context);
  try {
    const to = await openWim(path, { writeAccess: true, action: 'export into', operation });
    try {
      for (const { index, name } of images) { await from.exportImage(index, to, 0, name); }
      if (bootIndex !== noImage) { to.setBootIndex(bootIndex); }
      const flags = WriteFlag.FSYNC | (integrity ? WriteFlag.CHECK_INTEGRITY : 0) | (solid ? WriteFlag.SOLID : 0);
      await to.overwrite(flags, { threads: threadsFor(solid), ...watching(context) });
    } finally {
      to.close();
    }
  } finally {
    from.close();
  }
}
