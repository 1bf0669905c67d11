/** Finds the mount that an operation is about, and keeps others from working on it at the same time. */
import { realpath } from 'node:fs/promises';
import { basename, dirname, join, normalize } from 'node:path';
import type { ImageResult } from '@dismts/protocol';
import { DismError } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import type { OperationContext } from '../../../operationContext.ts';
import { findHolders } from '../../../platform/linux/holders.ts';
import { recover } from './recovery.ts';
import type { Lock } from '../../../platform/linux/locks.ts';
import type { MountRecord } from './record.ts';
import { State } from './state.ts';
import { guarded } from '../../../systemErrors.ts';

/** Opens the state and recovers what a crash left. */
export async function openState(context: OperationContext): Promise<State> {
  const state = new State();
  state.prepare();
  const registry = await state.locks.lockRegistry(context.signal);
  try {
    await recover(state, context);
  } finally {
    registry.release();
  }
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

/**
 * Runs an operation on the mount at a folder.
 * @param what What cannot be done, such as `Cannot dismount "/mnt/a"`.
 * @param notAMount The code for a folder where DismTs mounted nothing.
 * @throws DismError the given code; DISM_E_IMAGE_BUSY: another operation runs on the mount.
 */
export async function withMount<T>(
  mountPath: string, what: string, notAMount: number, context: OperationContext,
  operation: (state: State, record: MountRecord, mountLock: Lock) => Promise<T>,
): Promise<T> {
  return await guarded(what, mountPath, context, async () => {
    const path = await canonicalMountPath(mountPath);
    const state = await openState(context);
    const known = allRecords(state, context).find((record) => record.mountPath === path);
    if (known === undefined) {
      throw new DismError(notAMount, `${what}: no image is mounted there`, {
        target: mountPath, hint: 'List the mounted images: Get-DismTsImage -Mounted.',
      });
    }
    const lock = state.locks.tryLockMount(known.id);
    if (lock === undefined) {
      throw new DismError(Hresult.DISM_E_IMAGE_BUSY, `${what}: another operation is running on it`, { target: mountPath });
    }
    try {
      const record = state.records.read(known.id);
      if (record === undefined) { throw new DismError(notAMount, `${what}: it was dismounted meanwhile`, { target: mountPath }); }
      return await operation(state, record, lock);
    } finally {
      lock.release();
    }
  });
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

/** A context that cannot be cancelled, for what has to be finished or undone once it was begun. */
export function uncancellable(context: OperationContext): OperationContext {
  const { operation, log, scratchDirectory } = context;
  return { operation, log, scratchDirectory, signal: new AbortController().signal, progress: (...args) => { context.progress(...args); } };
}
