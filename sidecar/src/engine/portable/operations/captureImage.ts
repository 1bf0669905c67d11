/** imageFile/capture on the portable engine. */
import type { captureImage as captureMethod, CompressionTypeName } from '@dismts/protocol';
import type { z } from 'zod';
import { DismError } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import type { OperationContext } from '../../../operationContext.ts';
import { CompressionType } from '../../../wimlib/codec.ts';
import { refuseSolidBoot, setbootableHint } from '../../../wim/bootChoice.ts';
import type { OutputFormat } from '../../../wimJobs/outputFormat.ts';
import { guardedJob } from '../imageFiles/guardedJob.ts';
import { capturePlan, prepareCapture, runCapture } from '../imageFiles/capturing.ts';
import { openImageFiles } from '../imageFiles/changing.ts';
import { makeFile, newFilePath, withUnfinishedWork } from '../imageFiles/newFiles.ts';
import { fileResult } from '../imageFiles/results.ts';

type Params = z.output<typeof captureMethod.params>;
type Result = z.input<typeof captureMethod.result>;

/** Chunks that Windows 8.1 reads files of a WIMBoot volume in. */
const wimBootChunkBytes = 4096;

const types: Readonly<Record<CompressionTypeName, CompressionType>> = {
  None: CompressionType.None, Fast: CompressionType.Xpress, Max: CompressionType.Lzx, Recovery: CompressionType.Lzms,
};

/** How the file is compressed. @throws DismError E_INVALIDARG: WIMBoot has one way only. */
function formatOf({ compressionType = 'Fast', wimBoot, checkIntegrity }: Params, what: string): OutputFormat {
  if (wimBoot === true) {
    if (compressionType !== 'Fast') {
      throw new DismError(Hresult.E_INVALIDARG, `${what}: WIMBoot needs the compression type Fast, not ${compressionType}`, { target: compressionType, hint: 'Leave -CompressionType out.' });
    }
    return { compressionType: CompressionType.Xpress, chunkBytes: wimBootChunkBytes, integrity: checkIntegrity };
  }
  return { compressionType: types[compressionType], solid: compressionType === 'Recovery', integrity: checkIntegrity };
}

/**
 * Captures into a new file, which gets its name once it is whole.
 * @param what The first half of messages, where this is a part of another operation.
 */
export async function captureImage(
  params: Params, context: OperationContext, what = `Cannot capture "${params.capturePath}" into "${params.imagePath}"`,
): Promise<Result> {
  const { imagePath, capturePath } = params;
  return await guardedJob(what, imagePath, true, context, async () => {
    const format = formatOf(params, what);
    refuseSolidBoot(format.solid === true, params.setbootable === true ? 1 : 0, what, setbootableHint);
    const path = newFilePath(imagePath, what);
    const state = await openImageFiles(context);
    const prepared = await prepareCapture(params, what, context);
    const answer = { imagePath: path, path: capturePath, imageIndex: 1, sizeBefore: 0 };
    if (params.validateOnly === true) {
      const { captured, warnings } = await runCapture(prepared, { format }, context);
      return fileResult({ ...answer, sizeAfter: 0, warnings, plan: capturePlan(captured, path, 0) }, context);
    }
    return await withUnfinishedWork(state, context, async (work) => {
      let warnings: readonly string[] = [];
      const made = await makeFile(work, path, what, context, async (temporary) => {
        ({ warnings } = await runCapture(prepared, { format, path: temporary, work }, context));
      });
      return fileResult({ ...answer, sizeAfter: made.sizeBytes, warnings: [...warnings, ...made.warnings] }, context);
    });
  });
}
