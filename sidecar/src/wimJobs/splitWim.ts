/** Writes a file in parts, and parts as one file. */
import { WriteFlag } from '../wimlib/flags.ts';
import { joinWims } from '../wimlib/openWim.ts';
import { type JobContext, watching } from './jobContext.ts';
import { openSource, type SourceFile } from './sourceFile.ts';

export interface SplitWim {
  readonly source: SourceFile;
  /** The first half of messages. */
  readonly what: string;
  /** `x.swm`, in a folder that is for the parts alone. */
  readonly firstPart: string;
  /** Of the resources in a part; header and tables come on top. */
  readonly partBytes: number;
  readonly integrity: boolean;
}

/** Where one part is written after the other, bytes are counted over all of them. */
function overAll(context: JobContext): JobContext {
  let [done, total] = [0, 0];
  return {
    ...context,
    progress: (phase, current, of, unit) => {
      if (phase === 'Writing') {
        // Of two countings, that of parts and that of what is in them, only the one that goes further is shown.
        [done, total] = [Math.max(done, current), Math.max(total, of)];
        context.progress(phase, done, total, unit);
      } else {
        context.progress(phase, current, of, unit);
      }
    },
  };
}

/** Writes `x.swm`, `x2.swm` and so on; they are on the disk when this is through. */
export async function splitWim({ source, what, firstPart, partBytes, integrity }: SplitWim, context: JobContext): Promise<void> {
  const wim = await openSource(source, what, context);
  await wim.split(firstPart, partBytes, WriteFlag.FSYNC | (integrity ? WriteFlag.CHECK_INTEGRITY : WriteFlag.NO_CHECK_INTEGRITY), watching(overAll(context)));
}

export interface JoinWim {
  /** All of them. */
  readonly parts: readonly string[];
  /** The first half of messages. */
  readonly what: string;
  /** The file to write, which nobody needs yet: it is overwritten. */
  readonly path: string;
  readonly integrity: boolean;
}

/** Writes the file; it is on the disk when this is through. */
export async function joinWim({ parts, what, path, integrity }: JoinWim, context: JobContext): Promise<void> {
  const { operation } = context;
  const flags = WriteFlag.FSYNC | WriteFlag.NOT_PIPABLE | (integrity ? WriteFlag.CHECK_INTEGRITY : WriteFlag.NO_CHECK_INTEGRITY);
  await joinWims(parts, path, flags, { what, operation, ...watching(context) });
}
