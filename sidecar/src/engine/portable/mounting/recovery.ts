/** Brings mounts that a crash left in the middle of an operation into a state that has a name. */
import type { OperationContext } from '../../../operationContext.ts';
import { readMountTable } from '../../../platform/linux/mountTable.ts';
import { removeFolder } from '../../../platform/linux/removeFolder.ts';
import { fileSignature } from '../images/fileSignature.ts';
import { formatOf } from '../images/formats.ts';
import { makeStaging } from './bringUp.ts';
import { takeDown, takeDownView } from './takeDown.ts';
import { lookAt } from './sight.ts';
import { freeze, isFrozen } from './stacking.ts';
import type { State } from './state.ts';
import { messageOf } from '../../../systemErrors.ts';
import type { MountRecord } from '../images/mountRecord.ts';

/**
 * The record after its changes are in the file: the staged ones are done with, and an empty generation begins.
 * @param file The file as it holds them.
 */
export async function beginGeneration(
  state: State, record: MountRecord, imageHash: string, file: MountRecord['file'] | undefined, context: OperationContext,
): Promise<MountRecord> {
  const next: MountRecord = {
    ...record, commit: undefined, imageHash, generation: record.generation + 1, file: file ?? await fileSignature(record.wimPath),
  };
  await makeStaging(state, next, context);
  await state.records.write(next);
  return next;
}

/**
 * The record without its pending commit.
 * @param file The file as it was seen to hold the mounted image. If nobody knows, the mount's next look at the status finds out.
 */
export async function endCommit(state: State, record: MountRecord, file: MountRecord['file'] = record.file): Promise<MountRecord> {
  const next: MountRecord = { ...record, commit: undefined, file };
  await state.records.write(next);
  return next;
}

/**
 * Finds out what became of an interrupted save: finishes it, takes it back, or for done where the file says so. The mount then needs
 * a remount, since it still shows the changes on the image before.
 * @returns The record without the save; undefined where nobody can tell yet, and nothing may be written to the mount.
 */
export async function settleCommit(state: State, record: MountRecord, context: OperationContext): Promise<MountRecord | undefined> {
  const { commit } = record;
  if (commit === undefined) { return record; }
  const format = formatOf(record);
  if (format.savesInPlace) { await takeDownView(state, record); }
  const settled = await format.settle(record, commit, state.generations.folders(record), context);
  if (settled === undefined) { return undefined; }
  if (!settled.isSaved || commit.append) { return await endCommit(state, record, settled.file); }
  context.log.warning(`a save into "${commit.wimPath}" was interrupted after it was complete; the mount "${record.mountPath}" needs a remount`);
  await takeDown(state, record);
  return await beginGeneration(state, record, settled.imageHash, settled.file, context);
}

/** Lets users write again where a save or a capture ended while nobody could. */
function thaw(state: State, record: MountRecord, context: OperationContext): void {
  const [view] = lookAt(state, record).views;
  if (view === undefined || !isFrozen(state, record)) { return; }
  context.log.warning(`an operation on "${record.mountPath}" was interrupted; the mount can be written to again`);
  freeze(view, false);
}

async function recoverMount(state: State, id: string, context: OperationContext): Promise<void> {
  // A process that was killed while it started a program still has its lock for a moment, in the child.
  const lock = state.locks.mountHolders(id).length > 0 ? state.locks.tryLockMount(id) : await state.locks.lockMountSoon(id);
  if (lock === undefined) { return; }
  try {
    const record = state.records.read(id);
    if (record?.state === 'mounting') {
      context.log.warning(`an interrupted mount at "${record.mountPath}" is undone`);
      await takeDown(state, record);
      await state.records.remove(record.id);
    } else if (record !== undefined) {
      const settled = await settleCommit(state, record, context);
      if (settled !== undefined) { thaw(state, settled, context); }
    }
  } finally {
    lock.release();
  }
}

/**
 * Recovers every mount that nobody works on.
 * An interrupted mount is undone; an interrupted save is taken back, or for done if the file says so.
 */
export async function recover(state: State, context: OperationContext): Promise<void> {
  const records = state.records.readAll((path, reason) => { context.log.warning(`the record "${path}" cannot be read: ${reason}`); });
  // Once for all, as each costs as much as there are mounts; what it names is looked at again under its lock.
  const table = records.length === 0 ? [] : readMountTable();
  for (const record of records) {
    if (record.state === 'mounted' && record.commit === undefined && !isFrozen(state, record, table)) { continue; }
    await recoverMount(state, record.id, context).catch((error: unknown) => {
      // What ails one mount must not keep others from being used, nor this one from being dismounted.
      context.log.error(`the mount "${record.mountPath}" cannot be recovered: ${messageOf(error)}`);
    });
  }
  await removeLeftovers(state, context);
}

/** Whoever makes or removes a mount at this moment is none of our business, and is not to be kept waiting; the next operation looks again. */
async function removeLeftovers(state: State, context: OperationContext): Promise<void> {
  if (!state.records.hasLeftovers() && state.oldDropped().length === 0) { return; }
  const registry = state.locks.tryLockRegistry();
  if (registry === undefined) { return; }
  try {
    await state.records.removeLeftovers();
    for (const folder of state.oldDropped()) { await removeFolder(folder); }
  } catch (error) {
    context.log.warning(`leftovers cannot be removed: ${messageOf(error)}`);
  } finally {
    registry.release();
  }
}
