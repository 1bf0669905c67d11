/** Saves a mount: what image/commit and image/unmount share, and what all formats do alike. */
import { release } from '../../../closing.ts';
import { DismError, hintAnd, reworded } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import type { OperationContext } from '../../../operationContext.ts';
import { holdFolder } from '../../../platform/linux/mountCalls.ts';
import type { MountTableEntry } from '../../../platform/linux/mountTable.ts';
import { messageOf, toDismError } from '../../../systemErrors.ts';
import { formatOf } from '../images/formats.ts';
import type { SaveOptions, SaveResult } from '../images/imageFormat.ts';
import { bringUpAgain } from './bringUp.ts';
import { takeDownView } from './takeDown.ts';
import { busyError, isBusy, requireFree } from './mountOperation.ts';
import { beginGeneration, endCommit, settleCommit } from './recovery.ts';
import { endMount } from './serving.ts';
import type { State } from './state.ts';
import { mountStatus, requireKnown } from './status.ts';
import { fileSignature } from '../images/fileSignature.ts';
import type { MountRecord } from '../images/mountRecord.ts';
import { checkWritable } from '../images/writable.ts';

/** The record as it is in the state directory after a save, and what was written. */
export interface Saved {
  readonly record: MountRecord;
  readonly result: SaveResult;
}

/** @throws DismError: the mount is not one that can be saved now, or not so. */
export async function requireSaveable(
  state: State, record: MountRecord, options: SaveOptions, what: string, target: string, context: OperationContext,
): Promise<void> {
  if (record.mode === 'ReadOnly') {
    throw new DismError(Hresult.WIM_E_MOUNTED_READONLY, `${what}: the image is mounted read-only`, { target });
  }
  requireFree(state, record, what);
  const found = await mountStatus(state, record);
  if (found.status === 'NeedsRemount') {
    throw new DismError(Hresult.DISMAPI_E_NEEDS_REMOUNT, `${what}: ${found.reason}`, { target });
  }
  requireKnown(found, what, target, context, 'commit');
  await checkWritable(record.wimPath, `${what}: "${record.wimPath}"`, 'then save again; the changes stay staged');
  formatOf(record).checkSave?.(record, options, what);
}

/**
 * Writes the changes of a mount that nobody can write to at the moment. When it fails, unsavedRecord() says how the mount is.
 * @param isLast The mount ends next, and what its record says of the save suffices until then: no new generation is begun.
 */
export async function saveChanges(state: State, record: MountRecord, options: SaveOptions, context: OperationContext, isLast = false): Promise<Saved> {
  const append = options.append === true;
  const { wimPath } = record;
  let current = record;
  const fileLock = await state.locks.lockWim(wimPath, context.signal);
  try {
    const result = await formatOf(record).save({
      record, folders: state.generations.folders(record), options,
      note: async (journal) => {
        const noted = { ...current, commit: { wimPath, append, journal } };
        await state.records.write(noted);
        current = noted;
      },
    }, context);
    if (!result.written) { return { record, result }; }
    context.log.info(`saved image ${result.imageIndex} of "${wimPath}"`);
    return isLast ? { record: current, result } : await noteSaved(state, current, result, append, context);
  } catch (error) {
    // A save that could not be noted was not begun, and is not to be finished: what counts is the record. Where even this fails, it keeps the save, and the
    // next operation tries again.
    await settleCommit(state, recordNow(state, record) ?? current, context).catch((cause: unknown) => { context.log.error(messageOf(cause)); });
    throw error;
  } finally {
    fileLock.release();
  }
}

/** The changes are in the file: that writing it down may fail, on a full disk for instance, makes no failure of the save. */
async function noteSaved(state: State, record: MountRecord, result: SaveResult, append: boolean, context: OperationContext): Promise<Saved> {
  try {
    const file = await fileSignature(record.wimPath).catch(() => record.file);
    return { record: append ? await endCommit(state, record, file) : await beginGeneration(state, record, result.imageHash, file, context), result };
  } catch (error) {
    context.log.error(`the image was saved, but the state directory could not be written: ${messageOf(error)}`);
    const warning = `The changes are saved, but the state directory "${state.path}" could not be written, so the mount needs a remount: ${messageOf(error)}`;
    return { record, result: { ...result, warnings: [...result.warnings, warning] } };
  }
}

/** The record as it is now; undefined where it cannot be read, which is not what failed. */
function recordNow(state: State, { id }: MountRecord): MountRecord | undefined {
  try { return state.records.read(id); } catch { return undefined; }
}

/**
 * The record of a mount that a save which failed has left as it was: its file may bear another time since. Where there is none, the mount must
 * not be written to: the changes may be saved already, and those that came later would go with them.
 */
export function unsavedRecord(state: State, record: MountRecord): MountRecord | undefined {
  const now = recordNow(state, record);
  return now !== undefined && now.commit === undefined && now.generation === record.generation ? now : undefined;
}

/** The error of a save that failed after its last step, such as when the disk did not confirm it: the file holds the changes by then. */
export function savedAnyway(state: State, record: MountRecord, error: unknown): unknown {
  const now = recordNow(state, record);
  const { generation, wimPath } = record;
  if (!(error instanceof DismError) || now === undefined || now.generation === generation) { return error; }
  return reworded(error, `${error.message}; "${wimPath}" holds the changes, which may not be on its disk yet`, {
    hint: 'Remount the image, and verify the file once its disk is well again.',
  });
}

/** Takes off what users see. @throws DismError WIM_E_UNMOUNT_INCOMPLETE: in use; nothing has changed then. */
export async function takeOffView(view: MountTableEntry, what: string): Promise<void> {
  try {
    await endMount(view);
  } catch (error) {
    throw isBusy(error) ? await busyError(what, view.mountPoint, error) : error;
  }
}

/**
 * Saves while nothing serves the image, for a format that writes to what it is read from. The folder shows its cover then;
 * when it fails, and the mount is as it was, it shows the image again.
 */
export async function saveInPlace(
  state: State, record: MountRecord, view: MountTableEntry, options: SaveOptions, what: string, context: OperationContext,
): Promise<Saved> {
  await takeOffView(view, what);
  try {
    await takeDownView(state, record);
    return await saveChanges(state, record, options, context);
  } catch (error) {
    const unsaved = unsavedRecord(state, record);
    const isShown = unsaved !== undefined && await showAgain(state, unsaved, view.mountPoint, context) === undefined;
    throw afterFailure(state, record, toDismError(error, what, record.wimPath, context), isShown, unsaved !== undefined);
  }
}

/**
 * The error of a save that failed while the folder did not show the image.
 * @param isShown It shows it again. @param isUnsaved The save has changed nothing; else it may be there in part, and the next command settles it.
 */
export function afterFailure(state: State, record: MountRecord, error: unknown, isShown: boolean, isUnsaved: boolean): unknown {
  const failure = savedAnyway(state, record, error);
  if (isShown || failure !== error || !(error instanceof DismError)) { return failure; }
  return reworded(error, `${error.message}; ${isUnsaved ? 'the changes stay staged, and ' : ''}"${record.mountPath}" needs a remount`, {
    hint: hintAnd(error, `Then run Mount-DismTsImage -Remount -Path with the mount folder${isUnsaved ? ', and save again' : ''}.`),
  });
}

/** Serves a mount again at its covered folder. @returns Why it needs a remount now; undefined where it does not. */
export async function showAgain(state: State, record: MountRecord, mountPath: string, context: OperationContext): Promise<string | undefined> {
  try {
    const folder = holdFolder(mountPath);
    try {
      await bringUpAgain(state, { ...record, mountPath }, folder, context);
    } finally {
      release(folder);
    }
    return undefined;
  } catch (error) {
    const reason = messageOf(error);
    context.log.error(`"${mountPath}" needs a remount: ${reason}`);
    return reason;
  }
}
