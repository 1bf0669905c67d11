/** image/mount on the portable engine. */
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import type { z } from 'zod';
import type { mountImage as mountImageMethod } from '@dismts/protocol';
import { release } from '../../../closing.ts';
import { isElevated } from '../../../platform/elevation.ts';
import { DismError } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import type { OperationContext } from '../../../operationContext.ts';
import { foreignMountError } from '../../../platform/linux/foreignMounts.ts';
import { shownAt, throughDescriptor } from '../../../platform/linux/heldPath.ts';
import type { Lock } from '../../../platform/linux/locks.ts';
import { holdFolder } from '../../../platform/linux/mountCalls.ts';
import { ownRightsMissing } from '../../../platform/linux/mountRights.ts';
import { readMountTable } from '../../../platform/linux/mountTable.ts';
import { fileSignature, sameSignature } from '../images/fileSignature.ts';
import { formatOf, identify } from '../images/formats.ts';
import { steadily } from '../images/steadily.ts';
import { bringUp, placeOf } from '../mounting/bringUp.ts';
import { takeDown } from '../mounting/takeDown.ts';
import { imageResult, openState, readRecords } from '../mounting/mountOperation.ts';
import type { MountRecord } from '../images/mountRecord.ts';
import { describeMount, mountIdAt } from '../mounting/sight.ts';
import type { State } from '../mounting/state.ts';
import { placeOfFile } from '../mounting/status.ts';
import { guarded, messageOf } from '../../../systemErrors.ts';

type Params = z.output<typeof mountImageMethod.params>;
type Result = z.input<typeof mountImageMethod.result>;

/** Holds the folder, and checks it. @returns Its descriptor, which the caller closes, and its canonical path. */
function holdMountFolder(path: string, what: string, state: State): { readonly folder: number; readonly mountPath: string } {
  const folder = openMountFolder(path, what);
  try {
    // Before the folder is looked at: the FUSE mount of another user lets not even root do that.
    const shown = shownAt(folder);
    const there = readMountTable().find((entry) => entry.mountPoint === shown && shown !== '/' && /^(?:overlay|fuse\.)/.test(entry.type));
    if (there !== undefined) {
      const ours = ownImageAt(state, shown);
      throw new DismError(Hresult.WIM_E_MOUNT_DIR_IN_USE, `${what}: ${ours ?? `something is mounted there already: ${describeMount(there)}`}`, { target: path });
    }
    const mountPath = placeOf(folder, what, path);
    if (mountPath === '/') {
      throw new DismError(Hresult.WIM_E_MOUNT_TO_VOLUME_ROOT, `${what}: it is the root of the file system`, { target: path });
    }
    if (mountPath === state.path || mountPath.startsWith(`${state.path}/`)) {
      throw new DismError(Hresult.E_INVALIDARG, `${what}: it lies in the state directory of DismTs`, { target: path });
    }
    if (throughDescriptor(folder, (held) => readdirSync(held)).length > 0) {
      throw new DismError(Hresult.WIM_E_MOUNT_DIR_NOT_EMPTY, `${what}: the folder is not empty`, { target: path });
    }
    return { folder, mountPath };
  } catch (error) {
    release(folder);
    throw error;
  }
}

/** An image in the words of a message. */
const imageOf = ({ imageIndex, wimPath }: MountRecord): string => `image ${imageIndex} of "${wimPath}"`;

/** Says which image of ours is mounted at a folder; undefined where none is, or its record cannot be read. */
function ownImageAt(state: State, mountPath: string): string | undefined {
  try {
    const id = mountIdAt(state, mountPath);
    const record = id === undefined ? undefined : state.records.read(id);
    return record === undefined ? undefined : `${imageOf(record)} is mounted there already`;
  } catch {
    return undefined;
  }
}

function openMountFolder(path: string, what: string): number {
  try {
    return holdFolder(path, true);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTCONN') {
      throw new DismError(Hresult.WIM_E_MOUNT_DIR_IN_USE, `${what}: something is mounted there already, and does not answer`, { target: path });
    }
    if (code !== 'ENOENT' && code !== 'ENOTDIR') { throw foreignMountError(error, what, path) ?? error; }
    if (existsSync(path)) { throw new DismError(Hresult.WIM_E_MOUNT_DIR_NOT_FOUND, `${what}: it is a file`, { target: path, hint: 'Give an empty folder.' }); }
    throw new DismError(Hresult.WIM_E_MOUNT_DIR_NOT_FOUND, `${what}: there is no such folder`, { target: path });
  }
}

/**
 * Only root may stack an overlay, and may look at the mount of an image for it; what it makes of a read-only mount needs its rights, too.
 * @throws DismError ERROR_ELEVATION_REQUIRED, ERROR_PRIVILEGE_NOT_HELD.
 */
function requireRights(what: string, { mountPath, readOnly }: Params): void {
  if (isElevated()) {
    const missing = ownRightsMissing();
    if (missing === undefined) { return; }
    throw new DismError(Hresult.ERROR_PRIVILEGE_NOT_HELD, `${what}: this is ${missing.detail}`, { target: mountPath, hint: missing.hint });
  }
  if (readOnly === true) { return; }
  throw new DismError(Hresult.ERROR_ELEVATION_REQUIRED, `${what}: only root can mount for writing`, {
    target: mountPath, hint: 'Run as root, or mount with -ReadOnly.',
  });
}

/**
 * Only one mount at a folder, and nothing beside a writable mount of an image: two sets of changes could not both be
 * saved. Counts what is just being mounted, and what needs a remount. The registry lock must be held.
 */
function checkConflict(state: State, { wimPath, mountPath, imageIndex, place, format, mode }: MountRecord, what: string, context: OperationContext): void {
  for (const record of readRecords(state, context)) {
    if (record.mountPath === mountPath) {
      throw new DismError(Hresult.WIM_E_MOUNT_DIR_IN_USE, `${what}: ${imageOf(record)} has its mount there`, {
        target: mountPath, hint: 'Remount or dismount that image first, or mount into another folder.',
      });
    }
    const isInTheWay = record.mode === 'ReadWrite' || (mode === 'ReadWrite' && formatOf({ format }).savesInPlace);
    if (!isInTheWay || record.imageIndex !== imageIndex) { continue; }
    // As it was recorded: to look at the file of another mount may take forever, on a share that hangs.
    if (record.wimPath === wimPath || (record.place.inode === place.inode && record.place.device === place.device)) {
      throw new DismError(Hresult.WIM_E_ALREADY_MOUNTED_READWRITE,
        `${what}: image ${imageIndex} is already mounted ${record.mode === 'ReadWrite' ? 'for writing ' : ''}at "${record.mountPath}"`, { target: wimPath });
    }
  }
}

type Found = Awaited<ReturnType<typeof identify>>;

/** How often an image is looked at anew that is being changed by another process. */
const maxLooks = 20;

/**
 * Registers a mount of the image as it is now. The image is read before: reading takes long, and nothing long is done under the
 * registry lock. What another process saved meanwhile shows in the file, and then the image is read again.
 */
async function register(
  state: State, image: () => Promise<Found>, make: (image: Found, place: MountRecord['place']) => MountRecord, what: string, validateOnly: boolean, context: OperationContext,
): Promise<{ readonly record: MountRecord; readonly found: Found; readonly lock: Lock | undefined }> {
  for (let looks = 1; ; looks++) {
    const found = await image();
    let registry: Lock | undefined;
    let lock: Lock | undefined;
    try {
      registry = await state.locks.lockRegistry(context.signal);
      const [place, now] = await Promise.all([placeOfFile(found.path), fileSignature(found.path)]);
      const record = make(found, place);
      checkConflict(state, record, what, context);
      if (!sameSignature(now, record.file)) {
        if (looks < maxLooks) {
          await found.close();
          continue;
        }
        throw new DismError(Hresult.ERROR_SHARING_VIOLATION, `${what}: another program is writing to the file`, { target: record.wimPath });
      }
      if (!validateOnly) {
        lock = state.locks.tryLockMount(record.id);
        await state.records.write(record);
      }
      return { record, found, lock };
    } catch (error) {
      lock?.release();
      await found.close();
      if (registry !== undefined) { await state.records.removeLeftovers(); }
      throw error;
    } finally {
      registry?.release();
    }
  }
}

async function undo(state: State, record: MountRecord): Promise<void> {
  await takeDown(state, record);
  await state.records.remove(record.id);
}

/** Mounts an image. Whatever fails or is cancelled is undone whole. */
export async function mountImage(params: Params, context: OperationContext): Promise<Result> {
  const what = `Cannot mount "${params.imagePath}" at "${params.mountPath}"`;
  return await guarded(what, params.imagePath, context, async () => {
    const readOnly = params.readOnly === true;
    requireRights(what, params);
    const state = await openState(context);
    const { folder, mountPath } = holdMountFolder(params.mountPath, what, state);
    try {
      const id = randomUUID();
      const mode = readOnly ? 'ReadOnly' : 'ReadWrite';
      const { record, found, lock } = await register(state, async () => await steadily(params.imagePath,
        async () => await identify(params, what, context)), ({ format, path, imageIndex, hash, file, own }, place) => ({
        version: 2, id, state: 'mounting', format: format.name, wimPath: path, mountPath, given: { mountPath: params.mountPath, imagePath: params.imagePath },
        imageIndex, mode, imageHash: hash, file, place, generation: 1, stacking: readOnly ? 'none' : format.staging.stacking, own,
      }), what, params.validateOnly === true, context);
      const { imageIndex } = record;
      const result: Result = {
        ...imageResult(params.mountPath, context), imagePath: params.imagePath, imageIndex, mountMode: mode, mountId: id,
      };
      if (params.validateOnly === true) { return { ...result, warnings: [...(await found.check()).warnings] }; }
      try {
        const warnings = await bringUp(state, record, found, folder, context);
        context.log.info(`mounted image ${imageIndex} of "${record.wimPath}" at "${mountPath}" (${mode})`);
        return { ...result, warnings: [...warnings] };
      } catch (error) {
        // Whatever fails now is tried again by the next operation; what the user has to know is the first error.
        await undo(state, record).catch((cause: unknown) => { context.log.error(`the mount is not undone yet: ${messageOf(cause)}`); });
        throw error;
      } finally {
        lock?.release();
      }
    } finally {
      release(folder);
    }
  });
}
