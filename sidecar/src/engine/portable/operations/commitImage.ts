/** image/commit on the portable engine. */
import type { z } from 'zod';
import type { commitImage as commitImageMethod } from '@dismts/protocol';
import { DismError } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import type { OperationContext } from '../../../operationContext.ts';
import type { MountTableEntry } from '../../../platform/linux/mountTable.ts';
import { formatOf } from '../images/formats.ts';
import { renewView } from '../mounting/bringUp.ts';
import { busyError, imageResult, isBusy, requireFree, requireLogOutside, requireMeant, withMount } from '../mounting/mountOperation.ts';
import { finishChanges } from './finishedChanges.ts';
import type { MountRecord } from '../images/mountRecord.ts';
import { requireSaveable, saveChanges, type Saved, savedAnyway, saveInPlace, showAgain, unsavedRecord } from '../mounting/saveMount.ts';
import { lookAt } from '../mounting/sight.ts';
import { freeze } from '../mounting/stacking.ts';
import type { State } from '../mounting/state.ts';
import { messageOf, toDismError } from '../../../systemErrors.ts';

type Params = z.output<typeof commitImageMethod.params>;
type Result = z.input<typeof commitImageMethod.result>;

/** Saves the changes of a mount and keeps it mounted. */
export async function commitImage(params: Params, context: OperationContext): Promise<Result> {
  const what = `Cannot save "${params.mountPath}"`;
  return await withMount(params.mountPath, what, Hresult.DISMAPI_E_UNABLE_TO_UNMOUNT_IMAGE_PATH, context, async (state, record) => {
    requireMeant(record.id, params, what);
    await requireSaveable(state, record, params, what, params.mountPath, context);
    requireLogOutside(lookAt(state, record), what, context);
    if (params.validateOnly === true) { return { ...imageResult(params.mountPath, context), imageIndex: record.imageIndex }; }
    const view = requireView(state, record, what);
    // What others mounted in its place is none of ours.
    const changed = formatOf(record).staging.changedWindows?.(state.generations.folders(record));
    const unfinished = lookAt(state, record).foreign === undefined ? await finishChanges(view.mountPoint, context, changed) : [];
    const { result, warnings } = formatOf(record).savesInPlace ? await saveUnserved(state, record, view, params, what, context)
      : await saveShown(state, record, view, params, what, context);
    return { ...imageResult(params.mountPath, context, [...unfinished, ...result.warnings, ...warnings]), imageIndex: result.imageIndex };
  });
}

type SavedShown = Pick<Saved, 'result'> & { readonly warnings: readonly string[] };

function requireView(state: State, record: MountRecord, what: string): MountTableEntry {
  const { views: [view] } = requireFree(state, record, what);
  if (view !== undefined) { return view; }
  throw new DismError(Hresult.DISMAPI_E_NEEDS_REMOUNT, `${what}: it is not mounted any more`, { target: record.mountPath });
}

/** Saves while everybody can read the mount and nobody can write to it. */
async function saveShown(
  state: State, record: MountRecord, view: MountTableEntry, params: Params, what: string, context: OperationContext,
): Promise<SavedShown> {
  await stopWriting(view, what);
  let saved;
  try {
    saved = await saveChanges(state, record, params, context);
  } catch (error) {
    if (unsavedRecord(state, record) !== undefined) { letWrite(view, record, context); }
    throw savedAnyway(state, record, toDismError(error, what, record.wimPath, context));
  }
  const { result, record: now } = saved;
  if (now.generation !== record.generation) { return { result, warnings: await showNewGeneration(state, now, context) }; }
  // Where it could not be written down that the changes are saved, nobody may write to them.
  if (now.commit === undefined) { letWrite(view, record, context); }
  return { result, warnings: [] };
}

/** Saves while nobody can reach the mount, and nothing serves it. */
async function saveUnserved(
  state: State, record: MountRecord, view: MountTableEntry, params: Params, what: string, context: OperationContext,
): Promise<SavedShown> {
  const saved = await saveInPlace(state, record, view, params, what, context);
  const trouble = await showAgain(state, saved.record, view.mountPoint, context);
  if (trouble !== undefined) { return { result: saved.result, warnings: [`The changes are saved, but "${record.mountPath}" needs a remount: ${trouble}`] }; }
  await state.generations.removeOld(saved.record);
  return { result: saved.result, warnings: [] };
}

/** Keeps everybody from writing. @throws DismError WIM_E_UNMOUNT_INCOMPLETE: a file is open for writing. */
async function stopWriting(view: MountTableEntry, what: string): Promise<void> {
  try {
    freeze(view, true);
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
