/** image/mount on the portable engine. */
import { randomUUID } from 'node:crypto';
import { lstat, readdir, stat } from 'node:fs/promises';
import type { z } from 'zod';
import type { mountImage as mountImageMethod } from '@dismts/protocol';
import { isElevated } from '../../../platform/elevation.ts';
import { DismError } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import type { OperationContext } from '../../../operationContext.ts';
import { imageFormatOf } from '../images/formats.ts';
import { bringUp, takeDown } from '../mounting/bringUp.ts';
import { canonicalMountPath, imageResult, openState, readRecords } from '../mounting/mountOperation.ts';
import { readMountTable } from '../../../platform/linux/mountTable.ts';
import { requireServing } from '../mounting/serving.ts';
import type { MountRecord } from '../mounting/record.ts';
import type { State } from '../mounting/state.ts';
import { guarded } from '../../../systemErrors.ts';

type Params = z.output<typeof mountImageMethod.params>;
type Result = z.input<typeof mountImageMethod.result>;

/** Checks the folder. @returns its canonical path. */
async function checkMountFolder(path: string, what: string, state: State): Promise<string> {
  const folder = await canonicalMountPath(path);
  if (folder === '/') {
    throw new DismError(Hresult.WIM_E_MOUNT_TO_VOLUME_ROOT, `${what}: it is the root of the file system`, { target: path });
  }
  const found = await lstat(folder).catch((error: unknown) => {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) { return undefined; }
    throw error;
  });
  const isInUse = readMountTable().some((entry) => entry.mountPoint === folder && /^(?:overlay|fuse\.)/.test(entry.type));
  if (isInUse) {
    throw new DismError(Hresult.WIM_E_MOUNT_DIR_IN_USE, `${what}: something is mounted there already`, { target: path });
  }
  if (found === undefined || !found.isDirectory()) {
    throw new DismError(Hresult.WIM_E_MOUNT_DIR_NOT_FOUND, `${what}: there is no such folder`, { target: path });
  }
  if (folder === state.path || folder.startsWith(`${state.path}/`)) {
    throw new DismError(Hresult.E_INVALIDARG, `${what}: it lies in the state directory of DismTs`, { target: path });
  }
  if ((await readdir(folder)).length > 0) {
    throw new DismError(Hresult.WIM_E_MOUNT_DIR_NOT_EMPTY, `${what}: the folder is not empty`, { target: path });
  }
  return folder;
}

/** Only root may stack an overlay, and may look at the mount of an image for it. @throws DismError ERROR_ELEVATION_REQUIRED. */
function requireRoot(what: string, mountPath: string): void {
  if (isElevated()) { return; }
  throw new DismError(Hresult.ERROR_ELEVATION_REQUIRED, `${what}: only root can mount for writing`, {
    target: mountPath, hint: 'Run as root, or mount with -ReadOnly.',
  });
}

/**
 * Only one mount at a folder, and nothing beside a writable mount of an image: two sets of changes could not both be
 * saved. Counts what is just being mounted, and what needs a remount. The registry lock must be held.
 */
async function checkConflict(state: State, { wimPath, mountPath, imageIndex }: MountRecord, what: string, context: OperationContext): Promise<void> {
  const own = await stat(wimPath);
  for (const record of readRecords(state, context)) {
    if (record.mountPath === mountPath) {
      throw new DismError(Hresult.WIM_E_MOUNT_DIR_IN_USE, `${what}: image ${record.imageIndex} of "${record.wimPath}" has its mount there`, {
        target: mountPath, hint: 'Remount or dismount that image first, or mount into another folder.',
      });
    }
    if (record.mode !== 'ReadWrite' || record.imageIndex !== imageIndex) { continue; }
    const other = await stat(record.wimPath).catch(() => undefined);
    if (record.wimPath === wimPath || (other !== undefined && other.ino === own.ino && other.dev === own.dev)) {
      throw new DismError(Hresult.WIM_E_ALREADY_MOUNTED_READWRITE,
        `${what}: image ${imageIndex} is already mounted for writing at "${record.mountPath}"`, { target: wimPath });
    }
  }
}

/** Mounts an image. Whatever fails or is cancelled is undone whole. */
export async function mountImage(params: Params, context: OperationContext): Promise<Result> {
  const what = `Cannot mount "${params.imagePath}" at "${params.mountPath}"`;
  return await guarded(what, params.imagePath, context, async () => {
    requireServing();
    const readOnly = params.readOnly === true;
    if (!readOnly) { requireRoot(what, params.mountPath); }
    const state = await openState(context);
    const mountPath = await checkMountFolder(params.mountPath, what, state);
    const image = await imageFormatOf().identify(params, what, context);
    const { wimPath, imageIndex } = image;
    const result = (): Result => ({
      ...imageResult(params.mountPath, context),
      imagePath: params.imagePath, imageIndex, mountMode: readOnly ? 'ReadOnly' : 'ReadWrite',
    });
    const record: MountRecord = {
      version: 1, id: randomUUID(), state: 'mounting', wimPath, mountPath, given: { mountPath: params.mountPath, imagePath: params.imagePath },
      imageIndex, mode: readOnly ? 'ReadOnly' : 'ReadWrite',
      imageHash: image.hash, file: image.file, generation: 1, stacking: readOnly ? 'none' : 'overlayfs', streamsShown: image.streamsFit,
    };
    const registry = await state.locks.lockRegistry(context.signal);
    let lock;
    try {
      await checkConflict(state, record, what, context);
      if (params.validateOnly === true) { return result(); }
      lock = state.locks.tryLockMount(record.id);
      await state.records.write(record);
    } catch (error) {
      lock?.release();
      await state.records.removeLeftovers();
      throw error;
    } finally {
      registry.release();
    }
    try {
      await bringUp(state, record, image.otherParts, context);
      context.log.info(`mounted image ${imageIndex} of "${wimPath}" at "${mountPath}" (${record.mode})`);
      return result();
    } catch (error) {
      await takeDown(state, record);
      await state.records.remove(record.id);
      throw error;
    } finally {
      lock?.release();
    }
  });
}
