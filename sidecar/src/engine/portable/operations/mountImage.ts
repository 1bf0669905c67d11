/** image/mount on the portable engine. */
import { constants } from 'node:fs';
import { access, lstat, readdir, realpath, stat } from 'node:fs/promises';
import type { z } from 'zod';
import type { mountImage as mountImageMethod } from '@dismts/protocol';
import { isElevated } from '../../../platform/elevation.ts';
import { DismError } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import type { OperationContext } from '../../../operationContext.ts';
import { readImageFileHeader } from '../../../wim/fileHeader.ts';
import { fileSignature, identifyImage } from '../mounting/imageIdentity.ts';
import { canonicalMountPath, imageResult, openState, readRecords, uncancellable } from '../mounting/mountOperation.ts';
import { readMountTable } from '../../../platform/linux/mountTable.ts';
import { takeDown } from '../mounting/recovery.ts';
import { requireServing, serve } from '../mounting/serving.ts';
import { findParts } from '../../../wim/splitParts.ts';
import { stack } from '../mounting/stacking.ts';
import type { MountRecord, State } from '../mounting/state.ts';
import { guarded } from '../../../systemErrors.ts';
import { openWim } from '../../../wimlib/openWim.ts';

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

/** Opens the file through libwim: verifies it where asked, and finds the image. */
async function resolveImage(params: Params, wimPath: string, context: OperationContext): Promise<number> {
  const wim = await openWim(wimPath, {
    action: 'mount', operation: context.operation, checkIntegrity: params.checkIntegrity === true,
    // Refuses files that are marked read-only or are part of a split WIM.
    writeAccess: params.readOnly !== true, signal: context.signal,
    onProgress: (progress) => {
      if (progress.kind === 'verifyIntegrity') {
        context.progress('Verifying integrity', progress.completedBytes, progress.totalBytes);
      }
    },
  });
  try {
    return params.imageName === undefined ? wim.requireImageIndex(params.imageIndex ?? 0) : wim.resolveImageName(params.imageName);
  } finally {
    wim.close();
  }
}

/** Only root may stack an overlay, and may look at the mount of an image for it. @throws DismError ERROR_ELEVATION_REQUIRED. */
function requireRoot(what: string, mountPath: string): void {
  if (isElevated()) { return; }
  throw new DismError(Hresult.ERROR_ELEVATION_REQUIRED, `${what}: only root can mount for writing`, {
    target: mountPath, hint: 'Run as root, or mount with -ReadOnly.',
  });
}

/** What a writable mount needs of the file. */
async function checkWritable(wimPath: string, what: string): Promise<void> {
  try {
    await access(wimPath, constants.W_OK);
  } catch (cause) {
    throw new DismError(Hresult.DISM_E_IMAGE_READONLY, `${what}: you may not write to the file`, { target: wimPath, cause });
  }
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
    await readImageFileHeader(params.imagePath, what);
    const parts = await findParts(await realpath(params.imagePath).catch(() => params.imagePath));
    const [wimPath = params.imagePath, ...otherParts] = parts;
    if (!readOnly) { await checkWritable(wimPath, what); }
    const imageIndex = await resolveImage(params, wimPath, context);
    const identity = await identifyImage(wimPath, imageIndex);
    if (identity === undefined) {
      throw new DismError(Hresult.WIM_E_INVALID_CONTAINER, `${what}: the file has no metadata for image ${imageIndex}`, { target: wimPath });
    }
    const result = (): Result => ({
      ...imageResult(params.mountPath, context),
      imagePath: params.imagePath, imageIndex, mountMode: readOnly ? 'ReadOnly' : 'ReadWrite',
    });
    const record: MountRecord = {
      version: 1, id: state.newId(), state: 'mounting', wimPath, mountPath, imageIndex, mode: readOnly ? 'ReadOnly' : 'ReadWrite',
      imageHash: identity.hash, file: await fileSignature(wimPath), generation: 1, stacking: readOnly ? 'none' : 'overlayfs', streamsShown: identity.streamsFit,
    };
    const registry = await state.lockRegistry(context.signal);
    let lock;
    try {
      await checkConflict(state, record, what, context);
      if (params.validateOnly === true) { return result(); }
      lock = state.tryLockMount(record.id);
      await state.write(record);
    } catch (error) {
      lock?.release();
      await state.removeLeftovers();
      throw error;
    } finally {
      registry.release();
    }
    try {
      await bringUp(state, record, otherParts, context);
      context.log.info(`mounted image ${imageIndex} of "${wimPath}" at "${mountPath}" (${record.mode})`);
      return result();
    } catch (error) {
      await takeDown(state, record);
      await state.remove(record.id);
      throw error;
    } finally {
      lock?.release();
    }
  });
}

async function bringUp(state: State, record: MountRecord, otherParts: readonly string[], context: OperationContext): Promise<void> {
  context.progress('Mounting', 0, 2);
  await serve({ ...record, otherParts }, state, context);
  context.progress('Mounting', 1, 2);
  if (record.mode === 'ReadWrite') {
    state.makeGeneration(record);
    stack(state, record);
  }
  // From here on it is a mount, so a cancellation comes too late.
  context.signal.throwIfAborted();
  await state.write({ ...record, state: 'mounted' });
  context.progress('Mounting', 2, 2);
}

/** Serves a recorded mount again and stacks its changes on it. The folder must be free. */
export async function bringUpAgain(state: State, record: MountRecord, context: OperationContext): Promise<void> {
  const steadfast = uncancellable(context);
  const [, ...otherParts] = await findParts(record.wimPath);
  await serve({ ...record, otherParts }, state, steadfast);
  if (record.mode === 'ReadWrite') {
    try {
      stack(state, record);
    } catch (error) {
      await takeDown(state, record);
      throw error;
    }
  }
}
