/** Changing a file that is there. */
import { openSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { release } from '../../../../closing.ts';
import { DismError } from '../../../../errors.ts';
import { Hresult } from '../../../../hresult.ts';
import { isDenied, isSystemError, systemFailure } from '../../../../systemErrors.ts';
import { DismMountMode } from '../../binding/constants.ts';
import { WimAttribute } from '../../binding/wimgapi/constants.ts';
import type { NativeOperation } from '../nativeOperation.ts';
import type { ImageFileWork } from './imageFileWork.ts';
import type { OpenWim } from './openWim.ts';

/** Whether two paths are the same file, by their names. */
export function isSameFile(one: string, other: string): boolean {
  const [left, right] = [resolve(one), resolve(other)];
  return left === right || (process.platform === 'win32' && left.toLowerCase() === right.toLowerCase());
}

/**
 * Looks at a file before it is opened for writing, where wimgapi.dll would say no more than that access is denied.
 * @param checkIntegrity It is going to be compared with its table, and gets one then: whether it has one is to be told before.
 * @throws DismError DISM_E_IMAGE_READONLY: it is marked so, or this account may not write to it.
 *   WIM_E_CONTAINER_READONLY, WIM_E_SPLIT_NOT_MOUNTABLE, WIM_E_ALREADY_MOUNTED_READWRITE
 */
export async function requireChangeable({ operation, action, withWim }: ImageFileWork, path: string, checkIntegrity = false): Promise<void> {
  if ((statSync(path).mode & 0o222) === 0) {
    throw new DismError(Hresult.DISM_E_IMAGE_READONLY, `${action}: "${path}" is marked read-only`, { target: path, hint: 'Clear the attribute, then try again.' });
  }
  await withWim({ path, tellsNoTable: checkIntegrity }, ({ info, errors }) => {
    if (info.parts > 1) { throw errors.make(Hresult.WIM_E_SPLIT_NOT_MOUNTABLE, `it is part ${info.part} of ${info.parts} of a split WIM`, joinHint); }
    if ((info.attributes & WimAttribute.ReadOnly) !== 0) { throw errors.make(Hresult.WIM_E_CONTAINER_READONLY, 'it is marked read-only'); }
    return Promise.resolve();
  });
  await requireUnmounted(operation, path, action);
  requireWritable(path, action);
}

/** Opened for writing and closed again: Windows tells in no other way whether this account may, and nothing is written by it. */
function requireWritable(path: string, action: string): void {
  try {
    release(openSync(path, 'r+'));
  } catch (error) {
    if (!isSystemError(error)) { throw error; }
    const failure = systemFailure(error, `${action}: nothing can be written to "${path}"`, path);
    throw isDenied(error) ? new DismError(Hresult.DISM_E_IMAGE_READONLY, failure.message, { target: path, hint: failure.hint, cause: error }) : failure;
  }
}

/** What to do about a split file. */
export const joinHint = 'Join the parts first: Join-DismTsImage.';

/** The staged changes of a mount could not be saved any more. */
async function requireUnmounted(operation: NativeOperation, path: string, action: string): Promise<void> {
  let mounts;
  try {
    mounts = (await operation.call(() => operation.api.getMountedImageInfo())).value;
  } catch (error) {
    if (!(error instanceof DismError)) { throw error; }
    operation.throwIfCancelled();
    operation.context.log.warning(`Whether an image of "${path}" is mounted cannot be told: ${error.message}`);
    return;
  }
  const mounted = mounts.find(({ mountMode, imageFilePath }) => mountMode === DismMountMode.ReadWrite && isSameFile(imageFilePath ?? '', path));
  if (mounted !== undefined) {
    throw new DismError(Hresult.WIM_E_ALREADY_MOUNTED_READWRITE, `${action}: image ${mounted.imageIndex} of it is mounted for writing at "${mounted.mountPath ?? ''}"`, {
      target: path, hint: 'Dismount that image first.',
    });
  }
}

/** Does what adds images to a file; of a failure none of them stays, nor another boot index. */
export async function keepingImages<T>(wim: OpenWim, { operation }: ImageFileWork, body: () => Promise<T>): Promise<T> {
  const { api, handle, info } = wim;
  try {
    return await body();
  } catch (error) {
    try {
      for (let { imageCount } = await api.getAttributes(handle); imageCount > info.imageCount; imageCount -= 1) { await api.deleteImage(handle, imageCount); }
      await api.setBootImage(handle, info.bootIndex);
    } catch (problem) {
      operation.context.log.error(`"${wim.path}" may hold more images than before: ${(problem as Error).message}`);
    }
    throw error;
  }
}
