/** Image files that are changed: not two at a time, and none that is mounted for writing or that another program writes to. */
import { realpath } from 'node:fs/promises';
import { DismError } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import type { OperationContext } from '../../../operationContext.ts';
import { tryLock, unlock } from '../../../platform/linux/locks.ts';
import { WimFile } from '../../../wim/wimFile.ts';
import { openState, readRecords } from '../mounting/mountOperation.ts';
import type { MountRecord } from '../images/mountRecord.ts';
import { checkWritable } from '../images/writable.ts';
import type { State } from '../mounting/state.ts';
import { clearUnfinished } from './unfinished.ts';

/** Opens the state directory for an operation on image files, and takes away what killed ones have left. */
export async function openImageFiles(context: OperationContext): Promise<State> {
  const state = await openState(context);
  clearUnfinished(state, context);
  return state;
}

/** A file that this operation alone changes. */
export interface ChangeableFile {
  readonly state: State;
  /** Open for reading and writing. */
  readonly wim: WimFile;
  /** Its content is packed into solid resources. */
  readonly isSolid: boolean;
}

/** The mounts whose images a file holds. */
function mountsOf(state: State, { path, signature }: WimFile, context: OperationContext): MountRecord[] {
  return readRecords(state, context).filter(({ wimPath, place }) => wimPath === path || (place.inode === signature.inode && place.device === signature.device));
}

/** The staged changes of a mount could not be saved any more. @throws DismError WIM_E_ALREADY_MOUNTED_READWRITE. */
function requireUnmounted(state: State, wim: WimFile, what: string, context: OperationContext): void {
  const { path } = wim;
  const mounted = mountsOf(state, wim, context).find(({ mode }) => mode === 'ReadWrite');
  if (mounted === undefined) { return; }
  throw new DismError(Hresult.WIM_E_ALREADY_MOUNTED_READWRITE, `${what}: image ${mounted.imageIndex} of it is mounted for writing at "${mounted.mountPath}"`, {
    target: path, hint: 'Dismount that image first.',
  });
}

/**
 * An image that goes, or gets another index, is not found again by its mount.
 * @throws DismError ERROR_SHARING_VIOLATION: it is mounted, for reading only.
 */
export function requireIndexesUnused({ state, wim }: ChangeableFile, from: number, context: OperationContext): void {
  const mounted = mountsOf(state, wim, context).find(({ imageIndex }) => imageIndex >= from);
  if (mounted === undefined) { return; }
  const effect = mounted.imageIndex === from ? '' : ', and would get another index';
  throw wim.errors.make(Hresult.ERROR_SHARING_VIOLATION, `image ${mounted.imageIndex} of it is mounted at "${mounted.mountPath}"${effect}`, 'Dismount that image first.');
}

/**
 * Runs a change of a file under the locks that saves of mounted images take, too.
 * @param holdLock Keep wimlib's own lock on the file for as long; not where libwim itself is to change it, which takes that lock then.
 * @throws DismError as WimFile.requireChangeable(); WIM_E_ALREADY_MOUNTED_READWRITE, DISM_E_IMAGE_READONLY, ERROR_SHARING_VIOLATION.
 */
export async function withChangeable<T>(
  imagePath: string, what: string, context: OperationContext, holdLock: boolean, change: (file: ChangeableFile) => Promise<T>,
): Promise<T> {
  const state = await openImageFiles(context);
  const path = await realpath(imagePath).catch(() => imagePath);
  const lock = await state.locks.lockWim(path, context.signal);
  try {
    // What is no image file says so, before what it may be used for is asked.
    await (await WimFile.open(path, { what })).close();
    await checkWritable(path, what, 'then try again');
    const wim = await WimFile.open(path, {
      what, forWriting: true,
      prepare: (handle, errors) => {
        if (!tryLock(handle.fd, path)) { throw errors.make(Hresult.ERROR_SHARING_VIOLATION, 'another program is writing to it'); }
      },
    });
    try {
      wim.requireChangeable();
      await wim.document();
      requireUnmounted(state, wim, what, context);
      if (!holdLock) { unlock(wim.handle.fd, path); }
      return await change({ state, wim, isSolid: (await wim.blobs()).hasSolidResources });
    } finally {
      await wim.close();
    }
  } finally {
    lock.release();
  }
}
