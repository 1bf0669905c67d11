/** imageFile/export on the portable engine. */
import { realpathSync } from 'node:fs';
import { isThere } from '../../../isThere.ts';
import type { z } from 'zod';
import type { exportImage as method, ImageFilePlan } from '@dismts/protocol';
import { DismError } from '../../../errors.ts';
import { freeBytesAt } from '../../../freeBytes.ts';
import { Hresult } from '../../../hresult.ts';
import type { OperationContext } from '../../../operationContext.ts';
import { chooseBootImage } from '../../../wim/bootChoice.ts';
import { imageName } from '../../../wim/imageXml.ts';
import { WimFile } from '../../../wim/wimFile.ts';
import type { OutputFormat } from '../../../wimJobs/outputFormat.ts';
import { runWimJob } from '../../../wimJobs/jobProcess.ts';
import { requireWritingVersion } from '../../../wimlib/writingVersion.ts';
import { guardedJob } from '../imageFiles/guardedJob.ts';
import { type ChangeableFile, openImageFiles, withChangeable } from '../imageFiles/changing.ts';
import { checkTable } from '../../../wim/checkTable.ts';
import { isCopied, outputFormat, wimBootFormat } from '../imageFiles/formats.ts';
import { growthJournal, makeFile, newFilePath, requireTemporaryFolder, withTemporaryFile, withUnfinishedWork } from '../imageFiles/newFiles.ts';
import { fileResult, requireFree } from '../imageFiles/results.ts';
import { type ImageSource, withSource } from '../imageFiles/sources.ts';
import type { UnfinishedWork } from '../imageFiles/unfinished.ts';
import { type ImageUsage, overheadBytes, usageOf } from '../imageFiles/usage.ts';
import { appendedBytes, appendImages, type AppendSource, canCopy } from '../saving/appendWim.ts';
import type { Grown, GrowOptions } from '../saving/growWim.ts';
import { adoptAdded, makeStandIn } from '../saving/standIn.ts';
import { openPart } from '../../../wim/splitParts.ts';

type Params = z.output<typeof method.params>;
type Result = z.input<typeof method.result>;

/** An export, resolved: which images get which names. */
interface Export {
  readonly params: Params;
  readonly what: string;
  readonly source: ImageSource;
  readonly images: readonly { readonly index: number; readonly name: string | undefined }[];
  /** Counted when it is asked for: that takes as long as half of an export of many small files. */
  readonly usage: () => Promise<ImageUsage>;
  readonly xmlBytes: number;
}

/** The chosen images, 1-based. @throws DismError DISMAPI_E_INVALID_IMAGE_INDEX, DISMAPI_E_INVALID_IMAGE_NAME; ERROR_ALREADY_EXISTS: one is chosen twice. */
async function chooseImages(wim: WimFile, { sourceIndexes, sourceName }: Params): Promise<number[]> {
  if (sourceIndexes === undefined) { return [await wim.chooseImage({ imageName: sourceName })]; }
  if (sourceIndexes === '*' && wim.header.imageCount > 0) { return (await wim.document()).images.map((_, at) => at + 1); }
  if (sourceIndexes === '*') { throw wim.errors.make(Hresult.DISMAPI_E_INVALID_IMAGE_INDEX, 'the file holds no image'); }
  for (const imageIndex of sourceIndexes) { await wim.chooseImage({ imageIndex }); }
  const twice = sourceIndexes.find((index, at) => sourceIndexes.indexOf(index) !== at);
  if (twice !== undefined) { throw wim.errors.make(Hresult.ERROR_ALREADY_EXISTS, `image ${twice} is named twice`, 'Name each image once.'); }
  return sourceIndexes;
}

/** libwim, and people, tell images by their names. @throws DismError ERROR_ALREADY_EXISTS. */
async function requireFreeNames({ source, images, what, params }: Export, taken: readonly string[]): Promise<void> {
  const { images: elements } = await source.wim.document();
  const names = new Set(taken);
  for (const { index, name } of images) {
    const element = elements[index - 1];
    const own = name ?? (element === undefined ? '' : imageName(element));
    if (own !== '' && names.has(own)) {
      throw new DismError(Hresult.ERROR_ALREADY_EXISTS, `${what}: there would be two images with the name "${own}"`, {
        target: params.destinationImagePath, hint: 'Give the image another name with -DestinationName, or rename the other one with Set-DismTsImage.',
      });
    }
    names.add(own);
  }
}

/** The place among the images of the one that the destination is to boot; 0: that stays. A warning goes to `warnings`. */
function bootPlace({ params, source, images, what }: Export, isSolid: boolean, destinationBoots: number, warnings: string[]): number {
  const { place, warning } = chooseBootImage({
    sourcePath: params.sourceImagePath, sourceBoots: source.wim.header.bootIndex, indexes: images.map(({ index }) => index), isAll: params.sourceIndexes === '*',
    destinationPath: params.destinationImagePath, destinationBoots, isSolid, setbootable: params.setbootable === true, what,
  });
  if (warning !== undefined) { warnings.push(warning); }
  return place;
}

/** What a dry run says. @param sizeBefore Of the destination. */
async function planOf({ source, usage, xmlBytes }: Export, path: string, sizeBefore: number, format: OutputFormat): Promise<ImageFilePlan> {
  const counted = await usage();
  const { files, directories, bytes, storedBytes } = counted;
  const added = overheadBytes(counted, xmlBytes) + (isCopied(source, format) ? Math.min(storedBytes, source.isSolid ? source.sizeBytes : Infinity) : bytes);
  const change = sizeBefore === 0 ? 'New' as const : 'Grown' as const;
  return { writes: [{ path, change, maximumBytes: sizeBefore + added, freeBytes: freeBytesAt(path) }], files, directories, bytes };
}

function sourceFileOf({ source }: Export): { readonly path: string; readonly otherParts: readonly string[] } {
  return { path: source.wim.path, otherParts: source.otherParts };
}

/**
 * Goes through the trees of the images. For beside a job: libwim, which follows a tree that runs in a circle until there is no memory left, has
 * followed it a few times by then.
 * @throws DismError WIM_E_INVALID_CONTAINER.
 */
async function checkTrees({ source, images }: Export, { signal }: OperationContext): Promise<void> {
  for (const { index } of images) {
    signal.throwIfAborted();
    await source.wim.checkTree(index);
  }
}

async function exportToNew(work: Export, context: OperationContext): Promise<Result> {
  const { params, what, source, images } = work;
  const path = newFilePath(params.destinationImagePath, what);
  const integrity = params.checkIntegrity === true;
  const format = params.wimBoot === true ? wimBootFormat(params.compressionType, integrity, what) : outputFormat(source, params.compressionType, integrity);
  const warnings = [...source.warnings];
  // A file that is solid already, and boots, may stay so.
  const bootIndex = bootPlace(work, format.solid === true && (!source.isSolid || params.setbootable === true), 0, warnings);
  await requireFreeNames(work, []);
  const imageIndexes = images.map((_, at) => at + 1);
  const answer = { imagePath: params.destinationImagePath, imageIndex: 1, sizeBefore: 0 };
  // No image takes more than the file has: what they take is counted only where that would not fit.
  if (isCopied(source, format) && !source.isSolid && (freeBytesAt(path) ?? 0) < source.sizeBytes) { requireFree(path, (await work.usage()).storedBytes, what); }
  const state = await openImageFiles(context);
  if (params.validateOnly === true) {
    return { ...fileResult({ ...answer, sizeAfter: 0, plan: await planOf(work, path, 0, format), warnings }, context), imageIndexes };
  }
  const { sizeBytes: sizeAfter, warnings: more } = await withUnfinishedWork(state, context, async (unfinished) => (
    await makeFile(unfinished, path, what, context, async (temporary) => {
      const outcome = await runWimJob('exportImages', { source: sourceFileOf(work), what, images, path: temporary, format, bootIndex, wimBoot: params.wimBoot },
        context, async () => { await checkTrees(work, context); });
      warnings.push(...outcome.warnings);
    })
  ));
  context.log.info(`exported ${images.length} images of "${source.wim.path}" into "${path}"`);
  return { ...fileResult({ ...answer, sizeAfter, warnings: [...warnings, ...more] }, context), imageIndexes };
}

/** @throws DismError ERROR_ALREADY_EXISTS: an image is there already, and does not get another name. */
async function requireNewImages({ source, images, what, params }: Export, destination: WimFile): Promise<void> {
  const there = (await destination.blobs()).imageHashes();
  const own = (await source.wim.blobs()).imageHashes();
  for (const { index, name } of images) {
    const at = there.indexOf(own[index - 1] ?? '');
    if (at === -1 || name !== undefined) { continue; }
    throw new DismError(Hresult.ERROR_ALREADY_EXISTS, `${what}: image ${index} is there already, as image ${at + 1}`, {
      target: params.destinationImagePath, hint: 'To have it twice, give it another name with -DestinationName.',
    });
  }
}

/** Runs something with the images as they are stored, where they can be copied so: otherwise with undefined. */
async function withCopyable<T>({ source, images, what }: Export, to: WimFile, use: (from: AppendSource | undefined) => Promise<T>): Promise<T> {
  const otherParts: WimFile[] = [];
  try {
    for (const path of source.otherParts) { otherParts.push(await openPart(path, what)); }
    let isCopyable = true;
    for (const part of [source.wim, ...otherParts]) { isCopyable &&= await canCopy(part, to); }
    return await use(isCopyable ? { wim: source.wim, otherParts, images } : undefined);
  } finally {
    for (const part of otherParts) { await part.close(); }
  }
}

/** Adds the images behind what is in the file: as they are stored where that is possible, otherwise as libwim compresses them. */
async function addTo(
  { wim, isSolid }: ChangeableFile, work: Export, from: AppendSource | undefined, grow: GrowOptions,
  unfinished: UnfinishedWork, context: OperationContext,
): Promise<Grown> {
  const { source, images, what } = work;
  const journal = growthJournal(unfinished, wim.path);
  if (from !== undefined) {
    const grown = await appendImages(wim, from, grow, journal, context);
    unfinished.grown();
    return grown;
  }
  return await withTemporaryFile(wim.path, unfinished, context, async (temporary) => {
    const end = await makeStandIn(wim, temporary);
    const outcome = await runWimJob('exportInto', {
      source: { path: source.wim.path, otherParts: source.otherParts }, what, images, path: temporary, solid: isSolid,
    }, context, async () => { await checkTrees(work, context); });
    const standIn = await WimFile.open(temporary, { what });
    try {
      const grown = await adoptAdded(wim, standIn, end, grow, journal, context);
      unfinished.grown();
      return { ...grown, warnings: [...outcome.warnings, ...grown.warnings] };
    } finally {
      await standIn.close();
    }
  });
}

async function exportToExisting(work: Export, path: string, context: OperationContext): Promise<Result> {
  const { params, what, source, images } = work;
  return await withChangeable(path, what, context, true, async (file) => {
    const { state, wim, isSolid } = file;
    if (wim.signature.inode === source.wim.signature.inode && wim.signature.device === source.wim.signature.device) {
      throw wim.errors.make(Hresult.E_INVALIDARG, 'an image cannot be exported into its own file', 'Choose another file as destination.');
    }
    const warnings = [...source.warnings, ...await checkTable(wim, params.checkIntegrity, context)];
    await requireNewImages(work, wim);
    const { images: existing } = await wim.document();
    await requireFreeNames(work, existing.map(imageName));
    const imageIndexes = images.map((_, at) => existing.length + at + 1);
    const place = bootPlace(work, isSolid, wim.header.bootIndex, warnings);
    const bootIndex = place === 0 ? undefined : existing.length + place;
    const format = outputFormat(file, undefined, false);
    if (params.compressionType !== undefined && outputFormat(file, params.compressionType, false).compressionType !== format.compressionType) {
      warnings.push(`"${path}" keeps its type of compression: -CompressionType is for new files. Optimize-DismTsImageFile changes the type of a file`);
    }
    const answer = { imagePath: params.destinationImagePath, imageIndex: imageIndexes[0] ?? null, sizeBefore: wim.size };
    const grow: GrowOptions = { checkIntegrity: params.checkIntegrity === true, bootIndex, requireFree: (bytes) => { requireFree(wim.path, bytes, what); } };
    return await withCopyable(work, wim, async (from) => {
      if (from === undefined) { requireTemporaryFolder(wim.path, what, context); }
      if (params.validateOnly === true) {
        if (from !== undefined) { grow.requireFree?.(await appendedBytes(wim, from)); }
        const plan = await planOf(work, wim.path, wim.size, format);
        return { ...fileResult({ ...answer, sizeAfter: wim.size, plan, warnings }, context), imageIndexes };
      }
      const grown = await withUnfinishedWork(state, context, async (unfinished) => await addTo(file, work, from, grow, unfinished, context));
      context.log.info(`exported ${images.length} images of "${source.wim.path}" into "${wim.path}"`);
      return { ...fileResult({ ...answer, sizeAfter: grown.sizeBytes, warnings: [...warnings, ...grown.warnings] }, context), imageIndexes };
    });
  });
}

/** Copies images into another file. */
export async function exportImage(params: Params, context: OperationContext): Promise<Result> {
  const { sourceImagePath, destinationImagePath } = params;
  const what = `Cannot export "${sourceImagePath}" into "${destinationImagePath}"`;
  const isNew = !isThere(destinationImagePath);
  return await guardedJob(what, destinationImagePath, isNew && params.validateOnly !== true, context, async () => {
    requireWritingVersion(what);
    return await withSource({ ...params, imagePath: sourceImagePath }, what, context, async (source) => {
      const indexes = await chooseImages(source.wim, params);
      let usage: Promise<ImageUsage> | undefined;
      const work: Export = {
        params, what, source, xmlBytes: (await source.wim.document()).text.length * 2,
        usage: async () => await (usage ??= usageOf(source.wim, indexes, context.signal)),
        images: indexes.map((index) => ({ index, name: params.destinationName })),
      };
      if (!isThere(destinationImagePath)) { return await exportToNew(work, context); }
      return await exportToExisting(work, realpathSync(destinationImagePath), context);
    });
  });
}
