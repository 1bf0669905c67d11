/** Brings mounts that a crash left in the middle of an operation into a state that has a name. */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { wimHeaderBytes } from '../../../wim/header.ts';
import type { OperationContext } from '../../../operationContext.ts';
import { fileSignature } from './imageIdentity.ts';
import { tryLock } from '../../../platform/linux/locks.ts';
import { takeDown } from './bringUp.ts';
import { freeze, isFrozen } from './stacking.ts';
import type { MountRecord, PendingCommit } from './record.ts';
import type { State } from './state.ts';
import { messageOf } from '../../../systemErrors.ts';

/** The record after its changes are in the file: the staged ones are done with, and an empty generation begins. */
export async function beginGeneration(state: State, record: MountRecord, imageHash: string): Promise<MountRecord> {
  const next: MountRecord = {
    ...record, commit: undefined, imageHash, generation: record.generation + 1, file: await fileSignature(record.wimPath),
  };
  state.generations.make(next);
  await state.records.write(next);
  return next;
}

/** The record without its pending commit. */
export async function endCommit(state: State, record: MountRecord): Promise<MountRecord> {
  const next: MountRecord = { ...record, commit: undefined, file: await fileSignature(record.wimPath).catch(() => record.file) };
  await state.records.write(next);
  return next;
}

/** Whether the new header got into the file. undefined: somebody else has changed the file since. */
async function isCommitted(file: FileHandle, commit: PendingCommit): Promise<boolean | undefined> {
  const header = Buffer.alloc(wimHeaderBytes);
  await file.read(header, 0, wimHeaderBytes, 0);
  const hash = createHash('sha1').update(header).digest('hex');
  return hash === commit.newHeaderHash ? true : hash === commit.oldHeaderHash ? false : undefined;
}

/**
 * Finds out what became of an interrupted save: takes it back, or for done where the file says so. The mount then needs
 * a remount, since it still shows the changes on the image before.
 * @returns The record without the save; undefined where nobody can tell yet, and nothing may be written to the mount.
 */
export async function settleCommit(state: State, record: MountRecord, context: OperationContext): Promise<MountRecord | undefined> {
  const { commit } = record;
  if (commit === undefined) { return record; }
  let file: FileHandle;
  try {
    file = await open(commit.wimPath, constants.O_RDWR | constants.O_NOFOLLOW);
  } catch (error) {
    // The file may come back, on a share for instance; until then the mount shows as Invalid and keeps its changes.
    context.log.warning(`cannot look at the interrupted save into "${commit.wimPath}": ${messageOf(error)}`);
    return undefined;
  }
  try {
    if (!tryLock(file.fd, commit.wimPath)) { return undefined; }
    const committed = await isCommitted(file, commit);
    if (committed === true && !commit.append) {
      context.log.warning(`a save into "${commit.wimPath}" was interrupted after it was complete; the mount "${record.mountPath}" needs a remount`);
      await takeDown(state, record);
      return await beginGeneration(state, record, commit.newImageHash ?? record.imageHash);
    }
    if (committed === false) {
      context.log.warning(`a save into "${commit.wimPath}" was interrupted; the file is put back to ${commit.oldSize} bytes, the changes stay staged`);
      const { size } = await file.stat();
      if (size > commit.oldSize) {
        await file.truncate(commit.oldSize);
        await file.sync();
      }
    }
    return await endCommit(state, record);
  } finally {
    await file.close();
  }
}

/** Lets users write again where a save ended while nobody could. */
function thaw(record: MountRecord, context: OperationContext): void {
  if (!isFrozen(record)) { return; }
  context.log.warning(`a save of "${record.mountPath}" was interrupted; the mount can be written to again`);
  freeze(record, false);
}

/**
 * Recovers every mount that nobody works on. The registry lock must be held.
 * An interrupted mount is undone; an interrupted save is taken back, or for done if the file says so.
 */
export async function recover(state: State, context: OperationContext): Promise<void> {
  const records = state.records.readAll((path, reason) => { context.log.warning(`the record "${path}" cannot be read: ${reason}`); });
  for (const found of records) {
    if (found.state === 'mounted' && found.commit === undefined && !isFrozen(found)) { continue; }
    const lock = state.locks.tryLockMount(found.id);
    if (lock === undefined) { continue; }
    try {
      const record = state.records.read(found.id);
      if (record?.state === 'mounting') {
        context.log.warning(`an interrupted mount at "${record.mountPath}" is undone`);
        await takeDown(state, record);
        await state.records.remove(record.id);
      } else if (record !== undefined) {
        const settled = await settleCommit(state, record, context);
        if (settled !== undefined) { thaw(settled, context); }
      }
    } catch (error) {
      // What ails one mount must not keep others from being used, nor this one from being dismounted.
      context.log.error(`the mount "${found.mountPath}" cannot be recovered: ${messageOf(error)}`);
    } finally {
      lock.release();
    }
  }
  await state.records.removeLeftovers().catch((error: unknown) => { context.log.warning(`leftovers cannot be removed: ${messageOf(error)}`); });
}
