/** Writes the image of a mount into a new file, out of the file that was mounted and one with what was changed. */
import { ExportFlag } from '../wimlib/flags.ts';
import { createWim } from '../wimlib/openWim.ts';
import { requireWritingVersion } from '../wimlib/writingVersion.ts';
import { type CaptureImage, describe, verifyWritten } from './captureImage.ts';
import { type JobContext, watching } from './jobContext.ts';
import { writeAs } from './outputFormat.ts';
import { openSource } from './sourceFile.ts';

/** What to write, and how. */
export interface CaptureMounted extends Pick<CaptureImage, 'name' | 'description' | 'wimBoot' | 'bootable' | 'format' | 'verify' | 'what'> {
  /** A file with the image and what no other file has of it. */
  readonly part: string;
  /** Files that have the rest. */
  readonly others: readonly string[];
  /** The file to write, which nobody needs yet: it is overwritten. */
  readonly path: string;
}

/** Writes it. */
export async function captureMounted(capture: CaptureMounted, context: JobContext): Promise<void> {
  const { part, others, name, description = '', format, path, what } = capture;
  const { operation } = context;
  requireWritingVersion(what);
  const from = await openSource({ path: part, otherParts: others }, what, context);
  const to = createWim(path, format.compressionType, { what, operation });
  await from.exportImage(1, to, capture.wimBoot === true ? ExportFlag.WIMBOOT : 0, { name, description, ...watching(context) });
  // What the image was called where it comes from is not what it is called here.
  to.setImageProperty(1, 'DISPLAYDESCRIPTION', '');
  describe(to, 1, { name, description });
  if (capture.bootable === true) { to.setBootIndex(1); }
  await writeAs(format, to, path, context);
  if (capture.verify === true) { await verifyWritten(path, undefined, what, context); }
}
