/** imageFile/optimize on the portable engine. */
import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { z } from 'zod';
import type { optimizeImageFile as method } from '@dismts/protocol';
import { freeBytesAt } from '../../../freeBytes.ts';
import type { OperationContext } from '../../../operationContext.ts';
import { optimizeHint, refuseSolidBoot } from '../../../wim/bootChoice.ts';
import { signatureOf, type WimFile } from '../../../wim/wimFile.ts';
import { runWimJob } from '../../../wimJobs/jobProcess.ts';
import { CompressionType } from '../../../wimlib/codec.ts';
import { requireWritingVersion } from '../../../wimlib/writingVersion.ts';
import { Hresult } from '../../../hresult.ts';
import { guardedJob } from '../imageFiles/guardedJob.ts';
import { withChangeable } from '../imageFiles/changing.ts';
import { checkTable } from '../../../wim/checkTable.ts';
import { isCopied, outputFormat } from '../imageFiles/formats.ts';
import { replaceFile, withUnfinishedWork } from '../imageFiles/newFiles.ts';
import { requireWritableFolder } from '../../../writableFolder.ts';
import { fileResult, requireFree } from '../imageFiles/results.ts';
import { overheadBytes, usageOf } from '../imageFiles/usage.ts';
import { namingDamaged } from '../imageFiles/owners.ts';

type Params = z.output<typeof method.params>;
type Result = z.input<typeof method.result>;

/** Another file has its path meanwhile. @throws DismError ERROR_SHARING_VIOLATION. */
function requireSame({ path, signature, errors }: WimFile): void {
  const now = signatureOf(statSync(path));
  if (now.inode !== signature.inode || now.device !== signature.device || now.size !== signature.size || now.modifiedMs !== signature.modifiedMs) {
    throw errors.make(Hresult.ERROR_SHARING_VIOLATION, 'another program has changed it meanwhile');
  }
}

/** Writes a file anew. */
export async function optimizeImageFile(params: Params, context: OperationContext): Promise<Result> {
  const { imagePath, compressionType, recompress, checkIntegrity } = params;
  const what = `Cannot optimize "${imagePath}"`;
  return await guardedJob(what, imagePath, params.validateOnly !== true, context, async () => {
    requireWritingVersion(what);
    return await withChangeable(imagePath, what, context, true, async (file) => {
      const { state, wim, isSolid } = file;
      requireWritableFolder(dirname(wim.path), what);
      const hadTable = wim.header.integrityTable.offset !== 0;
      const warnings = await checkTable(wim, checkIntegrity, context);
      const format = { ...outputFormat(file, compressionType, hadTable || checkIntegrity === true), recompress: recompress === true };
      refuseSolidBoot(format.solid === true && !isSolid, wim.header.bootIndex, what, optimizeHint);
      const { images, text } = await wim.document();
      const usage = await usageOf(wim, images.map((_, at) => at + 1), context.signal);
      const copied = isCopied(file, format);
      const knownBytes = format.compressionType === CompressionType.None ? usage.bytes : isSolid && !copied ? 0 : Math.min(usage.storedBytes, wim.size);
      const maximumBytes = (copied ? Math.min(usage.storedBytes, wim.size) : usage.bytes) + overheadBytes(usage, text.length * 2);
      if (statSync(wim.path).nlink > 1) { warnings.push(`"${wim.path}" has several names (hard links): the others keep the old file`); }
      const answer = { imagePath, sizeBefore: wim.size };
      requireFree(wim.path, knownBytes, what);
      if (params.validateOnly === true) {
        const { files, directories, bytes } = usage;
        const plan = { writes: [{ path: wim.path, change: 'Replaced' as const, maximumBytes, freeBytes: freeBytesAt(wim.path) }], files, directories, bytes };
        return fileResult({ ...answer, sizeAfter: wim.size, plan, warnings }, context);
      }
      const { sizeBytes: sizeAfter, warnings: more } = await withUnfinishedWork(state, context, async (work) => (
        await replaceFile(work, wim.path, context, async (temporary) => {
          const job = { source: { path: wim.path }, what, path: temporary, format };
          const outcome = await namingDamaged(wim, async () => await runWimJob('rebuildWim', job, context));
          warnings.push(...outcome.warnings);
        }, () => { requireSame(wim); })
      ));
      context.log.info(`wrote "${wim.path}" anew: ${wim.size} bytes before, ${sizeAfter} now`);
      return fileResult({ ...answer, sizeAfter, warnings: [...warnings, ...more] }, context);
    });
  });
}
