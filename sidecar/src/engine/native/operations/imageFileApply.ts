/** imageFile/apply, imageFile/extractItem: files of an image in a folder, without mounting it. */
import { join } from 'node:path';
import type { applyImage as applyMethod, extractImageItem as extractMethod } from '@dismts/protocol';
import { Hresult } from '../../../hresult.ts';
import { moveNew } from '../../../platform/moveNew.ts';
import {
  WIM_FLAG_APPLY_CI_EA, WIM_FLAG_APPLY_COMPACT, WIM_FLAG_NO_RP_FIX, WIM_FLAG_SUPPORT_EA, WIM_FLAG_VERIFY, WIM_FLAG_WIM_BOOT,
} from '../binding/wimgapi/constants.ts';
import type { Handler } from './handler.ts';
import { underFolder } from './imageFile/captureTree.ts';
import { listPaths, refuseHostilePaths, type ImagePath } from './imageFile/imagePaths.ts';
import { withImageFiles } from './imageFile/imageFileWork.ts';
import { requireNew, requireRoom, sizeOf, withFolderBeside } from './imageFile/newFile.ts';
import { choose, documentOf, furtherParts, requireAllParts, statistics, withImage, type OpenWim } from './imageFile/openWim.ts';
import { fileResult, plannedWrite, Troubles } from './imageFile/results.ts';
import type { NativeOperation } from './nativeOperation.ts';
import { requireWritableFolder } from '../../../writableFolder.ts';

/** The paths of an image, none of which leads out of the folder that it is applied to. */
async function safePaths(wim: OpenWim, index: number, expected: number, operation: NativeOperation): Promise<ImagePath[]> {
  const paths = await withImage(wim, index, (image) => listPaths(wim, image, operation, 'Scanning'));
  // Nothing is written that was not looked at.
  if (paths.length === 0 && expected > 0) { throw wim.errors.make(Hresult.E_FAIL, 'Windows does not list the paths of the image, so that they cannot be checked'); }
  refuseHostilePaths(paths, wim.errors);
  return paths;
}

type ApplyParams = Parameters<Handler<typeof applyMethod>>[0];

function flagsOf({ verify, noRpFix, compact, confirmTrustedFile, supportEa, wimBoot }: ApplyParams): number {
  return (verify === true ? WIM_FLAG_VERIFY : 0) | (noRpFix === true ? WIM_FLAG_NO_RP_FIX : 0) | (compact === true ? WIM_FLAG_APPLY_COMPACT : 0)
    | (confirmTrustedFile === true ? WIM_FLAG_APPLY_CI_EA : 0) | (supportEa === true ? WIM_FLAG_SUPPORT_EA : 0) | (wimBoot === true ? WIM_FLAG_WIM_BOOT : 0);
}

export const applyImage: Handler<typeof applyMethod> = async (params, operation) => {
  const { imagePath, applyPath, checkIntegrity = false } = params;
  const action = `Cannot apply "${imagePath}" to "${applyPath}"`;
  const parts = furtherParts(imagePath, params.splitImageFilePattern, action);
  requireWritableFolder(applyPath, action);
  const flags = flagsOf(params);
  const sizeBefore = sizeOf(imagePath);
  return withImageFiles(operation, action, ({ api, withWim }) => withWim({ path: imagePath, verify: checkIntegrity, parts }, async (wim) => {
    requireAllParts(wim, parts);
    const document = await documentOf(wim);
    const imageIndex = choose(document, params, wim.errors);
    const counts = statistics(document, [imageIndex]);
    await safePaths(wim, imageIndex, counts.files + counts.directories, operation);
    const outcome = { path: applyPath, imagePath, imageIndex, sizeBefore };
    if (params.validateOnly === true) {
      return fileResult(operation, { ...outcome, plan: { ...counts, writes: [plannedWrite(applyPath, 'Filled', counts.bytes)] } });
    }
    operation.throwIfCancelled();
    await withImage(wim, imageIndex, (image) => api.applyImage(image, wim.relay, { folder: applyPath, flags }, {
      signal: operation.context.signal,
      onProgress: (percent) => { operation.progress('Writing', Math.round(counts.bytes * percent / 100), counts.bytes, 'bytes'); },
      onTrouble: new Troubles(operation).listener,
    }));
    return fileResult(operation, outcome);
  }));
};

/** With one `\` before each name, and none at the end. */
function normalized(itemPath: string): string {
  return itemPath.split(/[\\/]+/).filter((name) => name !== '').map((name) => `\\${name}`).join('');
}

export const extractImageItem: Handler<typeof extractMethod> = async (params, operation) => {
  const { imagePath, itemPath, destination } = params;
  const action = `Cannot copy "${itemPath}" of "${imagePath}" to "${destination}"`;
  const parts = furtherParts(imagePath, params.splitImageFilePattern, action);
  requireNew(destination, action);
  const wanted = normalized(itemPath).toUpperCase();
  const sizeBefore = sizeOf(imagePath);
  return withImageFiles(operation, action, ({ api, withWim }) => withWim({ path: imagePath, parts }, async (wim) => {
    requireAllParts(wim, parts);
    const document = await documentOf(wim);
    const imageIndex = choose(document, params, wim.errors);
    const { files, directories } = statistics(document, [imageIndex]);
    const paths = await safePaths(wim, imageIndex, files + directories, operation);
    const below = paths.filter(({ path }) => isWithin(path.toUpperCase(), wanted));
    const item = paths.find(({ path }) => path.toUpperCase() === wanted);
    if (item === undefined && wanted !== '') { throw wim.errors.make(Hresult.ERROR_FILE_NOT_FOUND, `image ${imageIndex} has no such path`); }
    const bytes = below.reduce((sum, { size }) => sum + size, 0);
    const outcome = { path: destination, imagePath, imageIndex, sizeBefore };
    requireRoom(destination, bytes, action);
    if (params.validateOnly === true) {
      const folders = below.filter(({ isFolder }) => isFolder).length;
      const writes = [plannedWrite(destination, 'New', bytes)];
      return fileResult(operation, { ...outcome, plan: { files: below.length - folders, directories: folders, bytes, writes } });
    }
    await withFolderBeside(destination, action, async (folder) => {
      const inside = underFolder(folder);
      await withImage(wim, imageIndex, (image) => api.applyImage(image, wim.relay, { folder, flags: WIM_FLAG_VERIFY }, {
        signal: operation.context.signal,
        onProgress: (percent) => { operation.progress('Writing', Math.round(bytes * percent / 100), bytes, 'bytes'); },
        onTrouble: new Troubles(operation).listener,
        // The folders that it is in, itself, and what is below it.
        includes: (path) => {
          const relative = inside(path)?.toUpperCase();
          return relative === undefined || relative === '\\' || isWithin(wanted, relative) || isWithin(relative, wanted);
        },
      }));
      operation.throwIfCancelled();
      moveNew(join(folder, ...(item?.path ?? '').split('\\')), destination);
    });
    return fileResult(operation, outcome);
  }));
};

/** True for a path itself, and for those below it. */
function isWithin(path: string, above: string): boolean {
  return path === above || path.startsWith(`${above}\\`);
}
