/** imageFile/split and imageFile/join on the portable engine. */
import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { z } from 'zod';
import type { joinImage as joinMethod, splitImage as splitMethod } from '@dismts/protocol';
import { DismError, UnsupportedError } from '../../../errors.ts';
import { freeBytesAt } from '../../../freeBytes.ts';
import { Hresult } from '../../../hresult.ts';
import type { OperationContext } from '../../../operationContext.ts';
import { renameWithoutReplacing } from '../../../platform/linux/renameWithoutReplacing.ts';
import { runWimJob } from '../../../wimJobs/jobProcess.ts';
import { requireSplit } from '../../../wim/splitParts.ts';
import { requireWritingVersion } from '../../../wimlib/writingVersion.ts';
import { writing } from '../../../writing.ts';
import { guardedJob } from '../imageFiles/guardedJob.ts';
import { setBootImage } from '../imageFiles/bootImage.ts';
import { openImageFiles } from '../imageFiles/changing.ts';
import { makeFile, newFilePath, syncNames, withUnfinishedWork } from '../imageFiles/newFiles.ts';
import { fileResult, inMegabytes, requireFree } from '../imageFiles/results.ts';
import { type ImageSource, withSource } from '../imageFiles/sources.ts';
import type { State } from '../mounting/state.ts';
import { isPartName, partPath, planSplit, type SplitPlan } from '../imageFiles/splitPlan.ts';
import { temporaryPath, type UnfinishedWork } from '../imageFiles/unfinished.ts';
import { usageOf } from '../imageFiles/usage.ts';

type SplitParams = z.output<typeof splitMethod.params>;
type SplitResult = z.input<typeof splitMethod.result>;
type JoinParams = z.output<typeof joinMethod.params>;
type JoinResult = z.input<typeof joinMethod.result>;

const megabyte = 1024 * 1024;

/** @throws DismError WIM_E_SPLIT_NOT_MOUNTABLE: it is split already. UnsupportedError: a solid file. */
function requireSplittable({ wim: { header, errors, path }, isSolid }: ImageSource, what: string): void {
  if (header.totalParts > 1) {
    throw errors.make(Hresult.WIM_E_SPLIT_NOT_MOUNTABLE, `it is part ${header.partNumber} of ${header.totalParts} of a split WIM already`,
      'Join the parts first: Join-DismTsImage.');
  }
  if (isSolid) {
    throw new UnsupportedError(`${what}: its content is packed into solid resources (an .esd file), which cannot be divided`, {
      target: path, hint: 'Export its images into a file with -CompressionType Max first, and split that one.',
    });
  }
}

/** @throws DismError ERROR_MORE_DATA: names the minimum. */
function requireLargeEnough({ minimumBytes }: SplitPlan, fileSize: number, what: string, path: string): void {
  if (minimumBytes <= fileSize * megabyte) { return; }
  const minimum = Math.ceil(minimumBytes / megabyte);
  throw new DismError(Hresult.ERROR_MORE_DATA, `${what}: parts of ${fileSize} MB are too small, the first one takes ${minimum} MB for the metadata alone`, {
    target: path, hint: `Give -FileSize ${minimum} or more.`,
  });
}

/** @throws DismError ERROR_FILE_EXISTS: a part of the name is there. */
function requireNoParts(first: string, what: string): void {
  const there = readdirSync(dirname(first)).find((name) => isPartName(name, first));
  if (there === undefined) { return; }
  throw new DismError(Hresult.ERROR_FILE_EXISTS, `${what}: "${join(dirname(first), there)}" exists already`, {
    target: join(dirname(first), there), hint: 'Remove the parts of the old set, or choose another name.',
  });
}

function sizeWarnings({ tooLarge }: SplitPlan, fileSize: number): string[] {
  const [largest] = [...tooLarge].sort((a, b) => b - a);
  if (largest === undefined) { return []; }
  const count = tooLarge.length === 1 ? 'The content of one file is' : `The contents of ${tooLarge.length} files are`;
  return [`${count} larger than ${fileSize} MB, and a file is never divided: the part that holds the largest takes ${inMegabytes(largest)}`];
}

/** Gives the parts their names, the first one last: without it nobody takes the others for a set. @returns Bytes of each. */
async function publishParts(
  work: UnfinishedWork, folder: string, first: string, what: string, context: OperationContext, warnings: string[],
): Promise<number[]> {
  const count = readdirSync(folder).length;
  const sizes = Array.from({ length: count }, (_, at) => statSync(join(folder, basename(partPath(first, at + 1)))).size);
  for (let number = count; number > 0; number--) {
    const target = partPath(first, number);
    const temporary = join(folder, basename(target));
    context.signal.throwIfAborted();
    await work.publishing(temporary, target, number === 1);
    if (!renameWithoutReplacing(temporary, target)) {
      throw new DismError(Hresult.ERROR_FILE_EXISTS, `${what}: "${target}" exists already`, { target });
    }
  }
  warnings.push(...syncNames(first));
  return sizes;
}

/** Writes a file anew as parts. */
export async function splitImage(params: SplitParams, context: OperationContext): Promise<SplitResult> {
  const { imagePath, splitImagePath, fileSize, checkIntegrity } = params;
  const what = `Cannot split "${imagePath}" into "${splitImagePath}"`;
  return await guardedJob(what, splitImagePath, params.validateOnly !== true, context, async () => {
    requireWritingVersion(what);
    return await withSource({ imagePath, checkIntegrity }, what, context, async (source) => {
      requireSplittable(source, what);
      const first = newFilePath(splitImagePath, what);
      requireNoParts(first, what);
      const integrity = checkIntegrity === true;
      const plan = await planSplit(source.wim, fileSize * megabyte, integrity);
      requireLargeEnough(plan, fileSize, what, imagePath);
      const foreseen = sizeWarnings(plan, fileSize);
      for (const warning of foreseen) { context.log.warning(warning); }
      const warnings = [...source.warnings, ...foreseen];
      const answer = { imagePath: splitImagePath, sizeBefore: 0 };
      requireFree(first, plan.parts.reduce((sum, bytes) => sum + bytes, 0), what);
      const state = await openImageFiles(context);
      if (params.validateOnly === true) {
        const usage = await usageOf(source.wim, (await source.wim.document()).images.map((_, at) => at + 1), context.signal);
        const parts = plan.parts.map((bytes, at) => ({ path: partPath(splitImagePath, at + 1), bytes }));
        const writes = parts.map(({ path, bytes }) => ({ path, change: 'New' as const, maximumBytes: bytes, freeBytes: freeBytesAt(first) }));
        const { files, directories, bytes } = usage;
        return { ...fileResult({ ...answer, sizeAfter: 0, plan: { writes, files, directories, bytes }, warnings }, context), parts };
      }
      const sizes = await writeParts({ source, state, first, plan, integrity, what }, context, warnings);
      const parts = sizes.map((bytes, at) => ({ path: partPath(splitImagePath, at + 1), bytes }));
      context.log.info(`split "${source.wim.path}" into ${parts.length} parts, "${first}" and on`);
      return { ...fileResult({ ...answer, sizeAfter: parts.reduce((sum, { bytes }) => sum + bytes, 0), warnings }, context), parts };
    });
  });
}

/** A split that nothing is known to be in the way of. */
interface Split {
  readonly source: ImageSource;
  readonly state: State;
  /** Of newFilePath(). */
  readonly first: string;
  readonly plan: SplitPlan;
  readonly integrity: boolean;
  readonly what: string;
}

async function writeParts({ source, state, first, plan, integrity, what }: Split, context: OperationContext, warnings: string[]): Promise<number[]> {
  return await withUnfinishedWork(state, context, async (work) => {
    const folder = temporaryPath(first, 'folder');
    await work.making(folder);
    const outcome = await writing(folder, dirname(first), async () => {
      mkdirSync(folder);
      return await runWimJob('splitWim', {
        source: { path: source.wim.path }, what, firstPart: join(folder, basename(first)), partBytes: plan.resourceBytes, integrity,
      }, context);
    });
    warnings.push(...outcome.warnings);
    await setBootImage(join(folder, basename(first)), source.wim.header.bootIndex);
    return await publishParts(work, folder, first, what, context, warnings);
  });
}

/** Writes parts as one file. */
export async function joinImage(params: JoinParams, context: OperationContext): Promise<JoinResult> {
  const { imagePath, destinationImagePath } = params;
  const what = `Cannot join "${imagePath}" into "${destinationImagePath}"`;
  return await guardedJob(what, destinationImagePath, params.validateOnly !== true, context, async () => {
    requireWritingVersion(what);
    return await withSource(params, what, context, async ({ wim, otherParts, sizeBytes, warnings }) => {
      requireSplit(params.imagePath, wim.header.totalParts, wim.errors);
      const path = newFilePath(destinationImagePath, what);
      const answer = { imagePath: destinationImagePath, sizeBefore: 0 };
      requireFree(path, sizeBytes, what);
      const state = await openImageFiles(context);
      // Tables of the parts are of the bytes that are counted, so the whole never gets larger.
      const maximumBytes = sizeBytes + (params.checkIntegrity === true ? Math.ceil(sizeBytes / (10 * megabyte) + 1) * 20 + 12 : 0);
      if (params.validateOnly === true) {
        const { files, directories, bytes } = await usageOf(wim, (await wim.document()).images.map((_, at) => at + 1), context.signal);
        const plan = { writes: [{ path, change: 'New' as const, maximumBytes, freeBytes: freeBytesAt(path) }], files, directories, bytes };
        return fileResult({ ...answer, sizeAfter: 0, plan, warnings }, context);
      }
      const made = await withUnfinishedWork(state, context, async (work) => (
        await makeFile(work, path, what, context, async (temporary) => {
          await runWimJob('joinWim', { parts: [wim.path, ...otherParts], what, path: temporary, integrity: params.checkIntegrity === true }, context);
          await setBootImage(temporary, wim.header.bootIndex);
        })
      ));
      context.log.info(`joined ${otherParts.length + 1} parts, "${wim.path}" and on, into "${path}"`);
      return fileResult({ ...answer, sizeAfter: made.sizeBytes, warnings: [...warnings, ...made.warnings] }, context);
    });
  });
}
