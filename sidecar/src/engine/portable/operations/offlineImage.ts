/** Opens an offline image for a command that changes it, or for one that reads its registry: at most one at a time changes it. */
import { realpath } from 'node:fs/promises';
import { DismError } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import { FolderImage } from '../../../imageFiles/folderFiles.ts';
import { joinPath } from '../../../imageFiles/imageFiles.ts';
import { WritableFolderImage } from '../../../imageFiles/writableFolder.ts';
import type { OperationContext } from '../../../operationContext.ts';
import { configFolder } from '../../../servicing/hivePaths.ts';
import { isSystemError } from '../../../systemErrors.ts';
import { finishInterrupted } from '../interruptedChanges.ts';
import { mountShownAt, openState, runningOperation } from '../mounting/mountOperation.ts';
import { requireShown } from '../mounting/status.ts';
import { runningSystemError } from '../runningSystem.ts';

/** Parameters that say which image is meant. */
export interface ImageParams {
  readonly path: string;
  readonly windowsDirectory?: string | undefined;
}

/**
 * The image of an operation that Windows does with the running system, too.
 * @throws UnsupportedError: the running system is meant.
 */
export function requireOffline(params: { readonly path?: string | undefined; readonly windowsDirectory?: string | undefined }, what: string): ImageParams {
  if (params.path === undefined) { throw runningSystemError(`${what} of the running system (-Online)`); }
  return { path: params.path, windowsDirectory: params.windowsDirectory };
}

/** An image that may be changed. */
export interface ChangeableImage {
  readonly files: WritableFolderImage;
  /** The Windows folder below the root. */
  readonly windows: string;
}

/** @throws DismError ERROR_PATH_NOT_FOUND: there is no Windows in the image. */
async function requireWindows(files: FolderImage, { path, windowsDirectory = 'Windows' }: ImageParams): Promise<string> {
  const windows = joinPath(windowsDirectory);
  if ((await files.list(configFolder(windows))).length > 0) { return windows; }
  throw new DismError(Hresult.ERROR_PATH_NOT_FOUND, `Cannot find a Windows in "${path}": there is no "${configFolder(windows)}" with files in it`, {
    target: path, hint: 'Give the folder in which an image with Windows is mounted; -WindowsDirectory names its Windows folder where that is not "Windows".',
  });
}

/**
 * Runs a step that changes an image, under the lock of its mount where DismTs mounted it. A change of hives that was interrupted is finished first.
 * @param what What cannot be done, such as `Cannot add the driver "a.inf"`.
 * @throws DismError WIM_E_MOUNTED_READONLY, DISM_E_IMAGE_READONLY: it cannot be written. DISMAPI_E_NEEDS_REMOUNT, DISM_E_MOUNT_INVALID: its mount is down.
 * What the system says: that cannot be told.
 * DISM_E_IMAGE_BUSY: another operation works on it. ERROR_PATH_NOT_FOUND: there is no Windows in it.
 */
export async function withChangeableImage<T>(
  params: ImageParams, what: string, context: OperationContext, step: (image: ChangeableImage) => Promise<T>,
): Promise<T> {
  const path = await realpath(params.path).catch((cause: unknown) => {
    if (!isSystemError(cause) || cause.code !== 'ENOENT') { throw cause; }
    throw new DismError(Hresult.ERROR_PATH_NOT_FOUND, `${what}: the folder "${params.path}" does not exist`, { target: params.path, cause });
  });
  const state = await openState(context);
  const record = mountShownAt(state, path, what, context);
  if (record?.mode === 'ReadOnly') {
    throw new DismError(Hresult.WIM_E_MOUNTED_READONLY, `${what}: the image is mounted read-only`, { target: path });
  }
  const lock = record === undefined ? undefined : await state.locks.lockMountSoon(record.id);
  if (record !== undefined && lock === undefined) { throw runningOperation(state, record.id, what, path); }
  try {
    if (record !== undefined) { await requireShown(state, record, what, path, context); }
    const files = new WritableFolderImage(path);
    try {
      const windows = await requireWindows(files, params);
      files.requireWritable(configFolder(windows), what);
      return await step({ files, windows });
    } finally {
      await files.close();
    }
  } finally {
    lock?.release();
  }
}

/** Opens an image for reading, after a change of hives that was interrupted has been finished, where it can be. */
export async function withReadableImage<T>(
  params: ImageParams, context: OperationContext, step: (files: FolderImage, windows: string, warnings: string[]) => Promise<T>,
): Promise<T> {
  const files = new FolderImage(params.path);
  try {
    const windows = await requireWindows(files, params);
    return await step(files, windows, await finishInterrupted(files, params.path, windows, context));
  } finally {
    await files.close();
  }
}
