/** imageFile/apply on the portable engine. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { applyImage as applyMethod } from '@dismts/protocol';
import type { z } from 'zod';
import { CancelledError, DismError, UnsupportedError } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import type { OperationContext } from '../../../operationContext.ts';
import { messageOf } from '../../../systemErrors.ts';
import type { BlobTable } from '../../../wim/blobTable.ts';
import type { ImageTree } from '../../../wim/dentry.ts';
import { openPart } from '../../../wim/splitParts.ts';
import { foldName } from '../../../wim/windowsNames.ts';
import { runWimJob } from '../../../wimJobs/jobProcess.ts';
import { guardedJob } from '../imageFiles/guardedJob.ts';
import { examineImage, type TreeFacts } from '../imageFiles/applyChecks.ts';
import { lookAtFolder, requireNothingInTheWay } from '../imageFiles/applyTarget.ts';
import { folderOrVolume, type Place } from '../imageFiles/places.ts';
import { fileResult, inMegabytes } from '../imageFiles/results.ts';
import { type ImageSource, withSource } from '../imageFiles/sources.ts';

type Params = z.output<typeof applyMethod.params>;
type Result = z.input<typeof applyMethod.result>;

/** Switches that stand for something that only Windows can do. */
const nativeOnly = [
  ['wimBoot', '-WIMBoot', 'write pointers into the image file instead of files'], ['compact', '-Compact', 'have Windows compress the files'],
  ['confirmTrustedFile', '-ConfirmTrustedFile', 'confirm trusted files'], ['supportEa', '-SupportEa', 'set extended attributes'],
] as const;

function refuseNativeOnly(params: Params, what: string): void {
  for (const [name, spelled, deed] of nativeOnly) {
    if (params[name] === true) {
      throw new UnsupportedError(`${what}: the Portable engine cannot ${deed} (${spelled})`, { hint: `Use the Native engine (on Windows) for this, or leave ${spelled} out.` });
    }
  }
}

/** The tables of all parts. */
async function blobTablesOf({ wim, otherParts }: ImageSource, what: string): Promise<BlobTable[]> {
  const tables = [await wim.blobs()];
  for (const part of otherParts) {
    const file = await openPart(part, what);
    try { tables.push(await file.blobs()); } finally { await file.close(); }
  }
  return tables;
}

/** What would be written to a place, once everything that can fail beforehand has been looked at. */
interface Prepared {
  readonly facts: TreeFacts;
  readonly warnings: readonly string[];
  readonly freeBytes: number | null;
  /** Whether nothing was there before, so that what is there after a failure is ours. */
  readonly wasEmpty: boolean;
}

async function prepareVolume(facts: TreeFacts, { path, volumeBytes }: Place, what: string, context: OperationContext): Promise<Prepared> {
  if (facts.bytes > volumeBytes) {
    throw new DismError(Hresult.ERROR_DISK_FULL, `${what}: the image has ${inMegabytes(facts.bytes)}, the volume ${inMegabytes(volumeBytes)}`, { target: path });
  }
  const { result: names } = await runWimJob('listVolumeRoot', { path, what }, context);
  const there = new Set(names.map(foldName));
  const taken = facts.topNames.filter((name) => there.has(foldName(name)));
  if (taken.length > 0) {
    throw new DismError(Hresult.ERROR_DIR_NOT_EMPTY, `${what}: the volume has "${taken[0] ?? ''}" already`, { target: path, hint: 'Apply to a volume that was just formatted (mkntfs --quick).' });
  }
  const warnings = facts.twins.length === 0 ? [] : [`Windows opens one of each of the files whose names differ in case only, such as "${facts.twins[0] ?? ''}"`];
  return { facts, warnings, freeBytes: null, wasEmpty: false };
}

async function prepareFolder(
  tree: () => Promise<ImageTree>, facts: TreeFacts, path: string, { what, applyPath }: { readonly what: string; readonly applyPath: string },
): Promise<Prepared> {
  const folder = lookAtFolder(path, what);
  if (folder.isCaseInsensitive && facts.twins.length > 0) {
    throw new DismError(Hresult.WIM_E_DUPLICATE_NAME, `${what}: the file system of the target takes names that differ in case only for one, such as "${facts.twins[0] ?? ''}"`, { target: applyPath });
  }
  if (!folder.isEmpty) { requireNothingInTheWay(await tree(), path, folder, what); }
  const warnings: string[] = [];
  if (facts.lost.length > 0) {
    warnings.push(`A Linux folder has no place for what the image has of these: ${facts.lost.join(', ')}, creation times. Apply it to an NTFS volume to keep them`);
  }
  if (folder.freeBytes < facts.bytes) {
    const text = `the image has ${inMegabytes(facts.bytes)}, and ${inMegabytes(folder.freeBytes)} are free`;
    if (folder.isSure) { throw new DismError(Hresult.ERROR_DISK_FULL, `${what}: ${text}`, { target: applyPath }); }
    warnings.push(`It may not fit: ${text}`);
  }
  return { facts, warnings, freeBytes: folder.freeBytes, wasEmpty: folder.isEmpty };
}

/** Looks at everything that can fail beforehand. */
async function prepare(
  source: ImageSource, imageIndex: number, place: Place, { what, applyPath }: { readonly what: string; readonly applyPath: string }, context: OperationContext,
): Promise<Prepared> {
  const { wim } = source;
  const facts = await examineImage(wim, imageIndex, {
    what, source: wim.path, target: applyPath, isVolume: place.isVolume, blobTables: await blobTablesOf(source, what),
  });
  const prepared = place.isVolume
    ? await prepareVolume(facts, place, what, context)
    : await prepareFolder(async () => await wim.tree(imageIndex), facts, place.path, { what, applyPath });
  if (facts.encrypted === 0) { return prepared; }
  return { ...prepared, warnings: [...prepared.warnings, `${facts.encrypted} files that are encrypted (EFS) are left out: only Windows can write them`] };
}

/** Takes away what was written into a folder that was empty. */
function takeAway(folder: string, names: readonly string[], context: OperationContext): boolean {
  try {
    for (const name of names) { rmSync(join(folder, name), { recursive: true, force: true }); }
    return true;
  } catch (error) {
    context.log.warning(`what was written cannot be taken away: ${messageOf(error)}`);
    return false;
  }
}

/**
 * Applies an image; a folder that was empty is so again where that fails.
 * @param what The first half of messages, where this is a part of another operation.
 */
export async function applyImage(params: Params, context: OperationContext, what = `Cannot apply "${params.imagePath}" to "${params.applyPath}"`): Promise<Result> {
  const { imagePath, applyPath, noRpFix, validateOnly } = params;
  return await guardedJob(what, imagePath, params.validateOnly !== true, context, async () => {
    refuseNativeOnly(params, what);
    const place = await folderOrVolume(applyPath, what);
    return await withSource(params, what, context, async (source) => {
      const { wim, otherParts, sizeBytes } = source;
      const imageIndex = await wim.chooseImage(params);
      const answer = { imagePath: wim.path, path: applyPath, imageIndex, sizeBefore: sizeBytes, sizeAfter: sizeBytes };
      if (validateOnly === true) {
        const { facts: { files, directories, bytes }, warnings, freeBytes } = await prepare(source, imageIndex, place, { what, applyPath }, context);
        // Each file takes up to a block more than it has, and a name some bytes.
        const plan = { writes: [{ path: applyPath, change: 'Filled' as const, maximumBytes: bytes + (files + directories) * 8192, freeBytes }], files, directories, bytes };
        return fileResult({ ...answer, warnings: [...source.warnings, ...warnings], plan }, context);
      }
      const seen: { prepared?: Prepared } = {};
      try {
        const { result, warnings: more } = await runWimJob('applyImage', {
          source: { path: wim.path, otherParts }, imageIndex, target: place.path, isVolume: place.isVolume, noRpFix, what,
        }, context, async () => {
          const prepared = await prepare(source, imageIndex, place, { what, applyPath }, context);
          context.signal.throwIfAborted();
          for (const warning of prepared.warnings) { context.log.warning(warning); }
          seen.prepared = prepared;
        });
        if (result.unconfined !== undefined) { context.log.info(`written without confinement: ${result.unconfined}`); }
        return fileResult({ ...answer, warnings: [...source.warnings, ...seen.prepared?.warnings ?? [], ...more] }, context);
      } catch (error) {
        // Nothing has been written before.
        if (seen.prepared === undefined) { throw error; }
        const { wasEmpty, facts: { topNames } } = seen.prepared;
        const isGone = wasEmpty && takeAway(place.path, topNames, context);
        if (error instanceof CancelledError && !isGone) {
          throw new CancelledError(context.operation, { target: applyPath }, place.isVolume ? 'the volume holds a part of the image: format it before it is used' : 'the folder holds a part of the image');
        }
        throw error;
      }
    });
  });
}
