/** image/unmount on the portable engine. */
import { close } from 'node:fs';
import type { z } from 'zod';
import type { unmountImage as unmountImageMethod } from '@dismts/protocol';
import { release } from '../../../closing.ts';
import { DismError, hintAnd, reworded } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import type { OperationContext } from '../../../operationContext.ts';
import { cloneMount, holdFolder } from '../../../platform/linux/mountCalls.ts';
import { mountIdOf, type MountTableEntry } from '../../../platform/linux/mountTable.ts';
import { formatNames, formatOf } from '../images/formats.ts';
import { attachView } from '../mounting/bringUp.ts';
import { takeDown } from '../mounting/takeDown.ts';
import { imageResult, requireFree, requireLogOutside, requireMeant, withMount } from '../mounting/mountOperation.ts';
import { type MountRecord, recordsOfUnknown } from '../images/mountRecord.ts';
import { settleCommit } from '../mounting/recovery.ts';
import { finishChanges } from './finishedChanges.ts';
import { afterFailure, requireSaveable, saveChanges, saveInPlace, takeOffView, unsavedRecord } from '../mounting/saveMount.ts';
import { describeMount, lookAt } from '../mounting/sight.ts';
import type { State } from '../mounting/state.ts';
import { isSystemError, messageOf, toDismError } from '../../../systemErrors.ts';

type Params = z.output<typeof unmountImageMethod.params>;
type Result = z.input<typeof unmountImageMethod.result>;

/** Keeps what users see from ending with its mount. @returns A mount that shows nowhere; it ends with the descriptor. */
function keepView({ mountPoint }: MountTableEntry): number {
  const root = holdFolder(mountPoint);
  try {
    return cloneMount(root);
  } finally {
    release(root);
  }
}

/** Saves the changes while nobody can reach them; when that fails, the view goes back to its place. */
async function saveUnseen(
  state: State, record: MountRecord, view: MountTableEntry, kept: number, params: Params, what: string, context: OperationContext,
): Promise<readonly string[]> {
  await takeOffView(view, what);
  try {
    return (await saveChanges(state, record, params, context, true)).result.warnings;
  } catch (error) {
    const unsaved = unsavedRecord(state, record);
    const isShown = unsaved !== undefined && await putBack(state, unsaved, kept, context);
    throw afterFailure(state, record, toDismError(error, what, record.wimPath, context), isShown, unsaved !== undefined);
  }
}

/** Shows a view again. @returns False where that failed, and the mount needs a remount: what failed before is what the user has to know. */
async function putBack(state: State, record: MountRecord, view: number, context: OperationContext): Promise<boolean> {
  try {
    const { cover } = lookAt(state, record);
    if (cover === undefined) { throw new Error('the folder has been uncovered meanwhile'); }
    attachView(record, view, cover);
    if (record.live !== undefined) { await state.records.write({ ...record, live: { ...record.live, mountId: mountIdOf(view) } }); }
    return true;
  } catch (error) {
    context.log.error(`"${record.mountPath}" needs a remount: ${messageOf(error)}`);
    return false;
  }
}

/** Takes a mount off whose record cannot be read. Nobody knows whether its changes are saved, so they are kept aside. */
async function dropWithoutRecord(state: State, id: string, path: string, problem: Error, params: Params, context: OperationContext): Promise<Result> {
  const what = `Cannot dismount "${params.mountPath}"`;
  requireMeant(id, params, what);
  if (params.commit) {
    if (isSystemError(problem)) { throw problem; }
    throw new DismError(Hresult.DISM_E_MOUNT_INVALID, `${what}: its record cannot be read (${problem.message})`, {
      target: state.records.folder(id),
      hint: `Restore "${state.records.folder(id)}" from a backup, or take the mount off with Dismount-DismTsImage -Discard; its changes are kept aside then.`,
    });
  }
  if (params.validateOnly === true) { return imageResult(params.mountPath, context); }
  for (const record of recordsOfUnknown(id, path, formatNames)) { await takeDown(state, record); }
  const kept = state.records.exists(id) ? state.records.setAside(id, state.droppedFolder) : '';
  return imageResult(params.mountPath, context, [
    `The record of the mount could not be read (${messageOf(problem)})${kept === '' ? '' : `; what was staged is kept in "${kept}" for 30 days`}`,
  ]);
}

async function settle(state: State, { id }: MountRecord, context: OperationContext): Promise<void> {
  const now = state.records.read(id);
  if (now?.commit !== undefined) { await settleCommit(state, now, context); }
}

/** The error of a mount that could not be taken away once its changes were saved. */
function keptAfterSave(error: unknown, { wimPath }: MountRecord): unknown {
  if (!(error instanceof DismError)) { return error; }
  return reworded(error, `${error.message}; the changes are saved in "${wimPath}"`, {
    hint: hintAnd(error, 'Then dismount it with -Discard: nothing is left to save.'),
  });
}

/** The error of a mount that was not to be saved, and could not be taken away: it is one still, and shows nothing any more. */
function keptAfterDiscard(error: unknown, { mountPath, mode }: MountRecord): unknown {
  if (!(error instanceof DismError)) { return error; }
  return reworded(error, `${error.message}; ${mode === 'ReadOnly' ? '' : 'its changes are still there, and '}"${mountPath}" needs a remount`, {
    hint: hintAnd(error, 'Then dismount it again, or run Mount-DismTsImage -Remount -Path with the mount folder to keep it.'),
  });
}

/** @param kept The view, where changes are stacked on the image. @returns Warnings. */
async function takeAway(
  state: State, record: MountRecord, view: MountTableEntry | undefined, kept: number | undefined, params: Params, what: string, context: OperationContext,
): Promise<readonly string[]> {
  let warnings: readonly string[] = [];
  if (params.commit && view !== undefined) {
    warnings = kept === undefined ? (await saveInPlace(state, record, view, params, what, context)).result.warnings
      : await saveUnseen(state, record, view, kept, params, what, context);
  } else if (view !== undefined) {
    await takeOffView(view, what);
  }
  context.progress('Unmounting', 0, 1);
  try {
    await takeDown(state, record);
    await state.records.remove(record.id);
  } catch (error) {
    // It stays a mount, whose record has to say what became of the save. Where that fails, too, the next operation sees to it.
    await settle(state, record, context).catch((cause: unknown) => { context.log.error(messageOf(cause)); });
    if (view === undefined || !state.records.exists(record.id)) { throw error; }
    const failure = toDismError(error, what, record.mountPath, context);
    throw params.commit ? keptAfterSave(failure, record) : keptAfterDiscard(failure, record);
  }
  return warnings;
}

/** Saves or drops the changes of a mount and takes it away. */
export async function unmountImage(params: Params, context: OperationContext): Promise<Result> {
  const what = `Cannot dismount "${params.mountPath}"`;
  return await withMount(params.mountPath, what, Hresult.DISMAPI_E_UNABLE_TO_UNMOUNT_IMAGE_PATH, context, async (state, record) => {
    requireMeant(record.id, params, what);
    if (params.commit) {
      await requireSaveable(state, record, params, what, params.mountPath, context);
    } else {
      formatOf(record).checkDiscard?.(record, what);
    }
    const sight = requireFree(state, record, what);
    requireLogOutside(sight, what, context);
    const { views: [view], foreign } = sight;
    if (params.validateOnly === true) { return imageResult(params.mountPath, context); }
    const warnings: string[] = [];
    if (foreign !== undefined) { warnings.push(`Something else is mounted at the folder and was left alone: ${describeMount(foreign)}`); }
    if (params.commit && view !== undefined && foreign === undefined) {
      const changed = formatOf(record).staging.changedWindows?.(state.generations.folders(record));
      warnings.push(...await finishChanges(view.mountPoint, context, changed));
    }
    // To end an overlay is to wait until the disk has all that it holds. What is saved or dropped need not get there, so it ends last,
    // and nobody waits for it.
    const kept = view === undefined || record.stacking === 'none' ? undefined : keepView(view);
    try {
      warnings.push(...await takeAway(state, record, view, kept, params, what, context));
    } finally {
      if (kept !== undefined) { close(kept, () => undefined); }
    }
    context.progress('Unmounting', 1, 1);
    context.log.info(`dismounted "${record.mountPath}" (${params.commit ? 'changes saved' : 'changes dropped'})`);
    return imageResult(params.mountPath, context, warnings);
  }, async (state, id, path, problem) => await dropWithoutRecord(state, id, path, problem, params, context));
}
