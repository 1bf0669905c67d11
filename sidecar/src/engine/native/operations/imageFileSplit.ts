/** imageFile/split: a file as parts that fit where it does not. */
import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { splitImage as splitMethod } from '@dismts/protocol';
import { DismError } from '../../../errors.ts';
import { escapeRegExp } from '../../../escapeRegExp.ts';
import { Hresult } from '../../../hresult.ts';
import { WimAttribute } from '../binding/wimgapi/constants.ts';
import type { Handler } from './handler.ts';
import { withImageFiles, type ImageFileWork } from './imageFile/imageFileWork.ts';
import { joinHint } from './imageFile/inPlace.ts';
import { listPaths } from './imageFile/imagePaths.ts';
import { moveAll, requireRoom, sizeOf, withFolderBeside } from './imageFile/newFile.ts';
import { documentOf, furtherParts, statistics, withImage, type OpenWim } from './imageFile/openWim.ts';
import { fileResult, plannedWrite } from './imageFile/results.ts';
import type { NativeOperation } from './nativeOperation.ts';
import { requireWritableFolder } from '../../../writableFolder.ts';

const megabyte = 1024 * 1024;

/** Name of a part, by its number from 1. */
function partName(first: string, number: number): string {
  return number === 1 ? first : first.replace(/(\.[^.]*)$/, `${number}$1`);
}

/** @throws DismError ERROR_FILE_EXISTS: a part would overwrite something, or be taken for one of an older set. */
function requireNoParts(firstPart: string, action: string): void {
  requireWritableFolder(dirname(firstPart), action);
  const part = new RegExp(`^${escapeRegExp(basename(firstPart).replace(/\.[^.]*$/, ''))}\\d*\\.swm$`, 'i');
  const there = readdirSync(dirname(firstPart)).find((name) => part.test(name));
  if (there !== undefined) {
    const path = join(dirname(firstPart), there);
    throw new DismError(Hresult.ERROR_FILE_EXISTS, `${action}: "${path}" exists already`, { target: path });
  }
}

/** Warns of a file that no part holds within the limit: its part becomes larger. Its size when it is compressed is not known before. */
async function warnOfLargeFiles(wim: OpenWim, indexes: readonly number[], limit: number, operation: NativeOperation): Promise<void> {
  let largest: { readonly path: string; readonly size: number } | undefined;
  for (const index of indexes) {
    const paths = await withImage(wim, index, (image) => listPaths(wim, image, operation, 'Scanning'));
    for (const { path, size } of paths) { if (size > (largest?.size ?? limit)) { largest = { path, size }; } }
  }
  if (largest !== undefined) {
    operation.warnings.push(`"${largest.path}" has ${largest.size} bytes, which is more than a part takes: unless it is compressed enough, its part is larger`);
  }
}

export const splitImage: Handler<typeof splitMethod> = async (params, operation) => {
  const { imagePath, splitImagePath, fileSize, checkIntegrity = false } = params;
  const action = `Cannot split "${imagePath}" into "${splitImagePath}"`;
  furtherParts(imagePath, undefined, action);
  requireNoParts(splitImagePath, action);
  const limit = fileSize * megabyte;
  const size = sizeOf(imagePath);
  return withImageFiles(operation, action, (work) => work.withWim({ path: imagePath, verify: checkIntegrity }, async (wim) => {
    if (wim.info.parts > 1) { throw wim.errors.make(Hresult.WIM_E_SPLIT_NOT_MOUNTABLE, 'it is a part of a split WIM already', joinHint); }
    const document = await documentOf(wim);
    const indexes = document.images.map((_, at) => at + 1);
    await warnOfLargeFiles(wim, indexes, limit, operation);
    const outcome = { path: splitImagePath, imagePath: splitImagePath, imageIndex: null, sizeBefore: 0 };
    requireRoom(splitImagePath, size, action);
    if (params.validateOnly === true) {
      const count = Math.max(1, Math.ceil(size / limit));
      const parts = Array.from({ length: count }, (_, at) => ({ path: partName(splitImagePath, at + 1), bytes: Math.min(limit, size - at * limit) }));
      const writes = parts.map(({ path }) => plannedWrite(path, 'New', Math.min(limit, size)));
      return { ...fileResult(operation, { ...outcome, sizeAfter: 0, plan: { ...statistics(document, indexes), writes } }), parts };
    }
    const parts = await withFolderBeside(splitImagePath, action, async (folder) => {
      const firstPart = join(folder, basename(splitImagePath));
      const minimum = await work.api.splitFile(wim.handle, wim.relay, { firstPart, bytes: BigInt(limit) }, {
        signal: operation.context.signal,
        onProgress: (percent) => { operation.progress('Writing', Math.round(size * percent / 100), size, 'bytes'); },
      });
      if (minimum !== undefined) {
        const least = Math.ceil(Number(minimum) / megabyte);
        throw new DismError(Hresult.ERROR_MORE_DATA, `${action}: parts of ${fileSize} MB are too small, for the first takes ${least} MB at least`, {
          target: splitImagePath, hint: `Give at least -FileSize ${least}.`,
        });
      }
      operation.throwIfCancelled();
      const moves = movesOf(folder, splitImagePath);
      if (moves.length === 0) { throw wim.errors.make(Hresult.E_FAIL, 'Windows wrote no part'); }
      const written = moves.map(([from, to]) => ({ path: to, bytes: sizeOf(from) }));
      if (checkIntegrity) { await warnWithoutTable(work, firstPart); }
      moveAll(moves);
      return written;
    });
    for (const { path, bytes } of parts.filter((part) => part.bytes > limit)) {
      operation.warnings.push(`"${path}" has ${bytes} bytes, more than a part should: it holds a file that cannot be divided`);
    }
    return { ...fileResult(operation, { ...outcome, sizeAfter: parts.reduce((sum, { bytes }) => sum + bytes, 0) }), parts };
  }));
};

/** From the folder to the names that were asked for, in the order of the parts. */
function movesOf(folder: string, first: string): (readonly [string, string])[] {
  const there = new Set(readdirSync(folder));
  const moves: (readonly [string, string])[] = [];
  for (let number = 1; there.has(partName(basename(first), number)); number += 1) {
    moves.push([join(folder, partName(basename(first), number)), partName(first, number)]);
  }
  return moves;
}

/** wimgapi.dll takes no wish for a table of parts. */
async function warnWithoutTable(work: ImageFileWork, firstPart: string): Promise<void> {
  const { attributes } = await work.withWim({ path: firstPart }, ({ info }) => Promise.resolve(info));
  if ((attributes & WimAttribute.VerifyData) === 0) { work.operation.warnings.push('The parts have no integrity table: Windows gives them none'); }
}
