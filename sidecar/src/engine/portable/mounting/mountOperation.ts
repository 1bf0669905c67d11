/** Finds the mount that an operation is about, and keeps others from working on it at the same time. */
import { realpath } from 'node:fs/promises';
import { basename, dirname, join, normalize } from 'node:path';
import type { ImageResult } from '@dismts/protocol';
import { DismError } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import type { OperationContext } from '../../../operationContext.ts';
import { bootId } from '../../../platform/linux/bootId.ts';
import { findHolders } from '../../../platform/linux/holders.ts';
import type { Lock } from '../../../platform/linux/locks.ts';
import { readMountTable } from '../../../platform/linux/mountTable.ts';
import { filesBelow, logInside } from '../../../ownFiles.ts';
import { guarded, isSystemError } from '../../../systemErrors.ts';
import type { MountRecord } from '../images/mountRecord.ts';
import { recover } from './recovery.ts';
import { lookAt, mountIdAt, obstacleTo, type Sight } from './sight.ts';
import { State } from './state.ts';

/** Opens the state and recovers what a crash left. */
export async function openState(context: OperationContext): Promise<State> {
  const state = new State();
  state.prepare();
  // Known from here on: nothing is brought up that could not be taken down for want of it.
  bootId();
  await recover(state, context);
  return state;
}

/** The path that a mount folder is recorded by: symbolic links on the way resolved, also where the mount itself is dead. */
export async function canonicalMountPath(path: string): Promise<string> {
  const clean = normalize(path).replace(/(?<=.)\/+$/, '');
  try {
    return await realpath(clean);
  } catch {
    return join(await realpath(dirname(clean)).catch(() => dirname(clean)), basename(clean));
  }
}

/** All records, those of mounts that are just being made among them. */
export function readRecords(state: State, context: OperationContext): MountRecord[] {
  return state.records.readAll((path, reason) => { context.log.warning(`the record "${path}" cannot be read: ${reason}`); });
}

/** The records of mounts. */
export function allRecords(state: State, context: OperationContext): MountRecord[] {
  return readRecords(state, context).filter((record) => record.state === 'mounted');
}

/** Which mount a folder belongs to: as the kernel says, which follows renamed folders, else as it was recorded. */
export function findMount(state: State, path: string, context: OperationContext): string | undefined {
  const shown = mountIdAt(state, path, readMountTable());
  if (shown !== undefined) { return shown; }
  const records = allRecords(state, context);
  return (records.find((record) => record.mountPath === path) ?? records.find((record) => record.given?.mountPath === path))?.id;
}

/** What to say of who works on a mount. */
export function runningOperation(state: State, id: string, what: string, target: string): DismError {
  const holders = state.locks.mountHolders(id);
  const who = holders.length === 0 ? '' : `: ${holders.map(({ pid, program }) => `${program} (${pid})`).join(', ')}`;
  return new DismError(Hresult.DISM_E_IMAGE_BUSY, `${what}: another operation is running on it${who}`, { target, holders });
}

/**
 * Runs an operation on the mount at a folder.
 * @param what What cannot be done, such as `Cannot dismount "/mnt/a"`.
 * @param notAMount The code for a folder where DismTs mounted nothing.
 * @param withoutRecord Takes a mount off whose record cannot be read.
 * @throws DismError the given code; DISM_E_IMAGE_BUSY: another operation runs on the mount; DISM_E_MOUNT_INVALID: its record cannot be read.
 */
export async function withMount<T>(
  mountPath: string, what: string, notAMount: number, context: OperationContext,
  operation: (state: State, record: MountRecord, mountLock: Lock) => Promise<T>,
  withoutRecord?: (state: State, id: string, path: string, problem: Error) => Promise<T>,
): Promise<T> {
  return await guarded(what, mountPath, context, async () => {
    const path = await canonicalMountPath(mountPath);
    const state = await openState(context);
    const id = findMount(state, path, context);
    if (id === undefined || !isKnown(state, id)) {
      throw new DismError(notAMount, `${what}: ${id === undefined ? 'no image is mounted there' : 'the image there belongs to another state directory'}`, {
        target: mountPath, hint: id === undefined ? 'List the mounted images: Get-DismTsImage -Mounted.' : 'Name that directory with DISMTS_STATE_DIR.',
      });
    }
    const lock = await state.locks.lockMountSoon(id);
    if (lock === undefined) { throw runningOperation(state, id, what, mountPath); }
    try {
      const record = readRecord(state, id, path);
      if (record instanceof Error) {
        if (withoutRecord !== undefined) { return await withoutRecord(state, id, path, record); }
        throw unreadableRecord(state, id, what, record);
      }
      if (record === undefined) { throw new DismError(notAMount, `${what}: it was dismounted meanwhile`, { target: mountPath }); }
      return await operation(state, record, lock);
    } finally {
      lock.release();
    }
  });
}

/**
 * The mount whose image a folder shows, for what is done to the image in it; undefined where the folder is no mount of this state directory.
 * @throws DismError DISM_E_MOUNT_INVALID: its record cannot be read. What the disk answered instead of it.
 */
export function mountShownAt(state: State, path: string, what: string, context: OperationContext): MountRecord | undefined {
  const id = findMount(state, path, context);
  if (id === undefined || !isKnown(state, id)) { return undefined; }
  const record = readRecord(state, id, path);
  if (record instanceof Error) { throw unreadableRecord(state, id, what, record); }
  return record?.state === 'mounted' ? record : undefined;
}

/** What to say of a mount whose record cannot be read. */
function unreadableRecord(state: State, id: string, what: string, problem: Error): Error {
  // The disk may be well again later, and nothing has to be restored or given up then.
  if (isSystemError(problem)) { return problem; }
  return new DismError(Hresult.DISM_E_MOUNT_INVALID, `${what}: its record cannot be read (${problem.message})`, {
    target: state.records.folder(id), cause: problem,
    hint: `Restore "${state.records.folder(id)}" from a backup, or take the mount off with Dismount-DismTsImage -Discard; its changes are kept aside then.`,
  });
}

/** Whether a mount that the kernel shows is one of this state directory, with a record or without. */
function isKnown(state: State, id: string): boolean {
  return state.records.exists(id) || readMountTable().some(({ mountPoint }) => mountPoint.startsWith(`${state.records.folder(id)}/`));
}

/** The record of a mount, or why it cannot be read; undefined where the mount has gone. */
function readRecord(state: State, id: string, path: string): MountRecord | Error | undefined {
  try {
    return state.records.read(id) ?? (mountIdAt(state, path) === id ? new Error('it is missing') : undefined);
  } catch (error) {
    return error as Error;
  }
}

/** @throws DismError DISMAPI_E_UNABLE_TO_UNMOUNT_IMAGE_PATH: the mount that is meant has gone, and another one is at its folder. */
export function requireMeant(id: string, { mountId, mountPath }: { readonly mountId?: string | undefined; readonly mountPath: string }, what: string): void {
  if (mountId === undefined || mountId === id) { return; }
  throw new DismError(Hresult.DISMAPI_E_UNABLE_TO_UNMOUNT_IMAGE_PATH, `${what}: the mount that is meant has been dismounted, and another one is there now`, {
    target: mountPath, hint: 'Leave it to whoever mounted it: nothing has been changed. Get-DismTsImage -Mounted shows what is mounted.',
  });
}

/** @throws DismError WIM_E_UNMOUNT_INCOMPLETE: others mounted something on the mount, in it, or it at another place. */
export function requireFree(state: State, record: MountRecord, what: string): Sight {
  const sight = lookAt(state, record);
  const obstacle = obstacleTo(sight);
  if (obstacle !== undefined) {
    throw new DismError(Hresult.WIM_E_UNMOUNT_INCOMPLETE, `${what}: ${obstacle}`, {
      target: record.mountPath, hint: 'Unmount that first, then try again; nothing has been changed.',
    });
  }
  return sight;
}

/** @throws DismError E_INVALIDARG: the log of the operation is in the mount, which would be found in use. */
export function requireLogOutside({ views, foreign }: Sight, what: string, { log }: OperationContext): void {
  // What others have mounted there is none of the image.
  if (foreign === undefined && views.some(({ mountPoint }) => filesBelow(mountPoint, [log.path]).length > 0)) { throw logInside(what, log.path); }
}

/** The error for a mount that is in use; names who uses it. */
export async function busyError(what: string, mountPath: string, cause: unknown): Promise<DismError> {
  const holders = await findHolders(mountPath);
  const list = holders.map(({ pid, program }) => `${program} (${pid})`).join(', ');
  const who = holders.length === 0 ? 'files in it are open' : `it is in use by ${list}`;
  return new DismError(Hresult.WIM_E_UNMOUNT_INCOMPLETE, `${what}: ${who}`, {
    target: mountPath, holders, cause,
    hint: 'Close the files, leave the folder in every shell, then try again; nothing has been changed.',
  });
}

export function isBusy(error: unknown): boolean {
  return (error as NodeJS.ErrnoException | undefined)?.code === 'EBUSY';
}

/** The in-box ImageObject of an offline image. */
export function imageResult(path: string, context: OperationContext, warnings: readonly string[] = []): ImageResult {
  return {
    path, online: false, winPath: '', sysDrivePath: '', restartNeeded: false,
    logPath: context.log.path, scratchDirectory: context.scratchDirectory, logLevel: context.log.level, warnings: [...warnings],
  };
}
