/** image/commit on the portable engine, and the part of it that image/unmount shares. */
import { statSync } from 'node:fs';
import type { z } from 'zod';
import type { commitImage as commitImageMethod } from '@dismts/protocol';
import { DismError } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import type { OperationContext } from '../../../operationContext.ts';
import type { MountTableEntry } from '../../../platform/linux/mountTable.ts';
import { renewView } from '../mounting/bringUp.ts';
import { busyError, imageResult, isBusy, requireFree, withMount } from '../mounting/mountOperation.ts';
import { fileSignature } from '../mounting/imageIdentity.ts';
import { beginGeneration, endCommit, settleCommit } from '../mounting/recovery.ts';
import type { MountRecord } from '../mounting/record.ts';
import { freeze } from '../mounting/stacking.ts';
import type { State } from '../mounting/state.ts';
import { mountStatus, requireKnown } from '../mounting/status.ts';
import { commitChanges, type CommitResult } from '../saving/commit.ts';
import { messageOf, toDismError } from '../../../systemErrors.ts';

type Params = z.output<typeof commitImageMethod.params>;
type Result = z.input<typeof commitImageMethod.result>;

/** What a save may be asked for. */
export interface SaveOptions {
  readonly append?: boolean | undefined;
  readonly checkIntegrity?: boolean | undefined;
}

/** @throws DismError: the mount is not one that can be saved now. */
export async function requireSaveable(state: State, record: MountRecord, what: string, target: string, context: OperationContext): Promise<void> {
  if (record.mode === 'ReadOnly') {
    throw new DismError(Hresult.WIM_E_MOUNTED_READONLY, `${what}: the image is mounted read-only`, { target });
  }
  requireFree(state, record, what);
  const found = await mountStatus(state, record);
  if (found.status === 'NeedsRemount') {
    throw new DismError(Hresult.DISMAPI_E_NEEDS_REMOUNT, `${what}: ${found.reason}`, { target });
  }
  requireKnown(found, what, target, context, 'commit');
  requireWritable(record.wimPath, what);
}

/** That root could write to a file is no leave to. @throws DismError DISM_E_IMAGE_READONLY. */
function requireWritable(wimPath: string, what: string): void {
  if ((statSync(wimPath).mode & 0o222) !== 0) { return; }
  throw new DismError(Hresult.DISM_E_IMAGE_READONLY, `${what}: the file "${wimPath}" is marked read-only`, {
    target: wimPath, hint: 'Clear the mark ("chmod u+w"), then save again; the changes stay staged.',
  });
}

/**
 * Writes the changes of a mount that nobody can write to at the moment. When it fails, isUnsaved() says how the mount is.
 * @returns The record as it is in the state directory now, and what was written.
 */
export async function saveChanges(
  state: State, record: MountRecord, options: SaveOptions, context: OperationContext,
): Promise<{ readonly record: MountRecord; readonly result: CommitResult }> {
  const append = options.append === true;
  let current = record;
  const note = async (commit: NonNullable<MountRecord['commit']>): Promise<void> => {
    current = { ...current, commit };
    await state.records.write(current);
  };
  const wimLock = await state.locks.lockWim(record.wimPath, context.signal);
  try {
    const overwritten = await overwrittenInPlace(record);
    const result = await commitChanges({
      ...record, upperPath: state.generations.upperFolder(record), append, checkIntegrity: options.checkIntegrity === true,
    }, record.streamsShown, {
      started: async (start) => { await note({ ...start, wimPath: record.wimPath, append }); },
      finishing: async (newHeaderHash, newImageHash) => {
        if (current.commit !== undefined) { await note({ ...current.commit, newHeaderHash, newImageHash }); }
      },
    }, context);
    const warnings = [...result.warnings, ...overwritten];
    if (!result.written) { return { record, result: { ...result, warnings } }; }
    context.log.info(`saved image ${result.imageIndex} of "${record.wimPath}"`);
    return await noteSaved(state, current, { ...result, warnings }, append, context);
  } catch (error) {
    // Where even this fails, the record keeps the save, and the next operation tries again.
    await settleCommit(state, current, context).catch((cause: unknown) => { context.log.error(messageOf(cause)); });
    throw error;
  } finally {
    wimLock.release();
  }
}

/** The changes are in the file: that writing it down may fail, on a full disk for instance, makes no failure of the save. */
async function noteSaved(
  state: State, record: MountRecord, result: CommitResult, append: boolean, context: OperationContext,
): Promise<{ readonly record: MountRecord; readonly result: CommitResult }> {
  try {
    return { record: append ? await endCommit(state, record, true) : await beginGeneration(state, record, result.imageHash), result };
  } catch (error) {
    context.log.error(`the image was saved, but the state directory could not be written: ${messageOf(error)}`);
    const warning = `The changes are saved, but the state directory "${state.path}" could not be written, so the mount needs a remount: ${messageOf(error)}`;
    return { record, result: { ...result, warnings: [...result.warnings, warning] } };
  }
}

/** A file of the same size that was written to since: its image is the one that was mounted, but its data may not be. */
async function overwrittenInPlace({ wimPath, file }: MountRecord): Promise<string[]> {
  const now = await fileSignature(wimPath);
  return now.size === file.size && now.inode === file.inode && now.modifiedMs !== file.modifiedMs
    ? [`"${wimPath}" was written to by another program while the image was mounted. Verify it, with "wimlib-imagex verify" for instance: what was overwritten in place is damaged`]
    : [];
}

/**
 * Whether a save that failed has left the mount as it was. If not, it must not be written to: the changes may be saved
 * already, and those that came later would go with them.
 */
export function isUnsaved(state: State, record: MountRecord): boolean {
  const now = state.records.read(record.id);
  return now !== undefined && now.commit === undefined && now.generation === record.generation;
}

/** Saves the changes of a mount and keeps it mounted. */
export async function commitImage(params: Params, context: OperationContext): Promise<Result> {
  const what = `Cannot save "${params.mountPath}"`;
  return await withMount(params.mountPath, what, Hresult.DISMAPI_E_UNABLE_TO_UNMOUNT_IMAGE_PATH, context, async (state, record) => {
    await requireSaveable(state, record, what, params.mountPath, context);
    if (params.validateOnly === true) { return { ...imageResult(params.mountPath, context), imageIndex: record.imageIndex }; }
    const view = await stopWriting(state, record, what);
    let saved;
    try {
      saved = await saveChanges(state, record, params, context);
    } catch (error) {
      if (isUnsaved(state, record)) { letWrite(view, record, context); }
      throw savedAnyway(state, record, toDismError(error, what, record.wimPath, context));
    }
    const warnings = [...saved.result.warnings];
    if (isUnsaved(state, record)) {
      letWrite(view, record, context);
    } else if (saved.record.generation !== record.generation) {
      warnings.push(...await showNewGeneration(state, saved.record, context));
    }
    return { ...imageResult(params.mountPath, context, warnings), imageIndex: saved.result.imageIndex };
  });
}

/** The error of a save that failed after its last step, such as when the disk did not confirm it: the file holds the changes by then. */
export function savedAnyway(state: State, { id, generation, wimPath }: MountRecord, error: unknown): unknown {
  const now = state.records.read(id);
  if (!(error instanceof DismError) || now === undefined || now.generation === generation) { return error; }
  return new DismError(error.hresult, `${error.message}; "${wimPath}" holds the changes, which may not be on its disk yet`, {
    target: error.target, cause: error, hint: 'Remount the image, and verify the file once its disk is well again.',
  });
}

/** Keeps everybody from writing. @throws DismError WIM_E_UNMOUNT_INCOMPLETE: a file is open for writing. */
async function stopWriting(state: State, record: MountRecord, what: string): Promise<MountTableEntry> {
  const { views: [view] } = requireFree(state, record, what);
  if (view === undefined) { throw new DismError(Hresult.DISMAPI_E_NEEDS_REMOUNT, `${what}: it is not mounted any more`, { target: record.mountPath }); }
  try {
    freeze(view, true);
    return view;
  } catch (error) {
    throw isBusy(error) ? await busyError(what, view.mountPoint, error) : error;
  }
}

/** Lets everybody write again. Where that fails the next operation does it, and what went before is what the user has to know. */
function letWrite(view: MountTableEntry, record: MountRecord, context: OperationContext): void {
  try {
    freeze(view, false);
  } catch (error) {
    context.log.error(`"${record.mountPath}" cannot be written to yet: ${messageOf(error)}`);
  }
}

/** Serves the saved image, with no changes on it. @returns Warnings: the save itself is done, whatever happens here. */
async function showNewGeneration(state: State, record: MountRecord, context: OperationContext): Promise<string[]> {
  try {
    await renewView(state, record, context);
    await state.generations.removeOld(record);
    return [];
  } catch (error) {
    const text = messageOf(error);
    context.log.error(`the image was saved, but is not served again: ${text}`);
    return [`The changes are saved, but "${record.mountPath}" needs a remount: ${text}`];
  }
}
