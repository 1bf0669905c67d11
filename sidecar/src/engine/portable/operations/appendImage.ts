/** imageFile/append on the portable engine. */
import type { appendImage as appendMethod } from '@dismts/protocol';
import type { z } from 'zod';
import { DismError } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import type { OperationContext } from '../../../operationContext.ts';
import { refuseSolidBoot, solidFileHint } from '../../../wim/bootChoice.ts';
import { imageName } from '../../../wim/imageXml.ts';
import { WimFile } from '../../../wim/wimFile.ts';
import { CompressionType } from '../../../wimlib/codec.ts';
import type { OutputFormat } from '../../../wimJobs/outputFormat.ts';
import { guardedJob } from '../imageFiles/guardedJob.ts';
import { capturePlan, prepareCapture, runCapture } from '../imageFiles/capturing.ts';
import { withChangeable } from '../imageFiles/changing.ts';
import { checkTable } from '../../../wim/checkTable.ts';
import { growthJournal, requireTemporaryFolder, withTemporaryFile, withUnfinishedWork } from '../imageFiles/newFiles.ts';
import { fileResult } from '../imageFiles/results.ts';
import { appendImages } from '../saving/appendWim.ts';

type Params = z.output<typeof appendMethod.params>;
type Result = z.input<typeof appendMethod.result>;

/** What is appended has to be compressed as the file is. */
function formatOf({ header }: WimFile, wimBoot: boolean, what: string, target: string): OutputFormat {
  const { compressionType, chunkSize } = header;
  if (wimBoot && (compressionType !== CompressionType.Xpress || chunkSize !== 4096)) {
    throw new DismError(Hresult.E_INVALIDARG, `${what}: the file is not compressed as WIMBoot needs it (XPRESS in chunks of 4 KB)`, { target, hint: 'Capture into a new file with -WIMBoot.' });
  }
  return { compressionType, ...compressionType === CompressionType.None ? {} : { chunkBytes: chunkSize } };
}

/** @throws DismError ERROR_ALREADY_EXISTS: an image has the name, in any case. */
async function requireNewName(wim: WimFile, name: string, what: string): Promise<void> {
  const { images } = await wim.document();
  const taken = images.findIndex((image) => imageName(image).toLowerCase() === name.toLowerCase());
  if (taken === -1) { return; }
  throw new DismError(Hresult.ERROR_ALREADY_EXISTS, `${what}: image ${taken + 1} of the file has the name "${name}" already`, { target: name, hint: 'Give another -Name.' });
}

/**
 * Captures what the file does not have yet into a file of its own, and then brings that in. Until its header is replaced the file is the old one, and
 * what a kill leaves behind its end is taken away by the next operation.
 */
export async function appendImage(params: Params, context: OperationContext): Promise<Result> {
  const { imagePath, capturePath, imageName: name, checkIntegrity = false, setbootable = false, validateOnly, wimBoot = false } = params;
  const what = `Cannot capture "${capturePath}" into "${imagePath}"`;
  return await guardedJob(what, imagePath, true, context, async () => {
    const prepared = await prepareCapture(params, what, context);
    return await withChangeable(imagePath, what, context, true, async ({ state, wim, isSolid }) => {
      const format = formatOf(wim, wimBoot, what, imagePath);
      refuseSolidBoot(isSolid, setbootable ? wim.header.imageCount + 1 : 0, what, solidFileHint);
      await requireNewName(wim, name, what);
      requireTemporaryFolder(wim.path, what, context);
      const unchecked = await checkTable(wim, checkIntegrity, context);
      const answer = { imagePath: wim.path, path: capturePath, imageIndex: wim.header.imageCount + 1, sizeBefore: wim.size };
      if (validateOnly === true) {
        const { captured, warnings } = await runCapture(prepared, { format, grown: wim.path }, context);
        return fileResult({ ...answer, sizeAfter: wim.size, warnings: [...unchecked, ...warnings], plan: capturePlan(captured, wim.path, wim.size) }, context);
      }
      return await withUnfinishedWork(state, context, async (work) => await withTemporaryFile(wim.path, work, context, async (temporary) => {
        const { warnings } = await runCapture(prepared, { format, path: temporary, base: wim.path, grown: wim.path, work }, context);
        const from = await WimFile.open(temporary, { what });
        try {
          const grow = { checkIntegrity, bootIndex: setbootable ? answer.imageIndex : undefined };
          const appended = await appendImages(wim, { wim: from, otherParts: [], images: [{ index: 1 }] }, grow, growthJournal(work, wim.path), context);
          work.grown();
          return fileResult({ ...answer, sizeAfter: appended.sizeBytes, warnings: [...unchecked, ...warnings, ...appended.warnings] }, context);
        } finally {
          await from.close();
        }
      }));
    });
  });
}
