/** image/listMounted and image/cleanupMountPoints on the portable engine. */
import { basename, dirname } from 'node:path';
import type { z } from 'zod';
import type { cleanupMountPoints as cleanupMethod, listMountedImages as listMethod, MountedImage } from '@dismts/protocol';
import type { OperationContext } from '../../../operationContext.ts';
import { printable } from '../../../printable.ts';
import { type MountTableEntry, readMountTable } from '../../../platform/linux/mountTable.ts';
import { formatOf } from '../images/formats.ts';
import { takeDown } from '../mounting/takeDown.ts';
import { allRecords, canonicalMountPath, findMount, openState } from '../mounting/mountOperation.ts';
import type { MountRecord } from '../images/mountRecord.ts';
import { coverSource, lookAt } from '../mounting/sight.ts';
import type { State } from '../mounting/state.ts';
import { currentStatus, mountStatus, type MountStatus } from '../mounting/status.ts';
import { guarded, messageOf } from '../../../systemErrors.ts';

/** A mount in the words of the protocol, at the folder where it shows now. */
function describe(state: State, record: MountRecord, { status, reason }: MountStatus, table?: readonly MountTableEntry[]): MountedImage {
  const place = lookAt(state, record, table).views[0]?.mountPoint ?? record.mountPath;
  return {
    path: place === record.mountPath ? record.given?.mountPath ?? place : place, imagePath: record.given?.imagePath ?? record.wimPath,
    imageIndex: record.imageIndex, mountMode: record.mode,
    mountStatus: status, statusReason: reason, mountId: record.id,
  };
}

/** What stands for mounts that nobody can say anything of, and the way out. */
function unreadable(state: State): string[] {
  const warnings: string[] = [];
  const wayOut = (folder: string): string => {
    const id = basename(folder);
    const shown = readMountTable().find(({ source }) => source.startsWith(coverSource({ id })));
    return shown === undefined ? `restore "${folder}" from a backup, or move it elsewhere`
      : `restore "${folder}" from a backup, or take it off with Dismount-DismTsImage -Path "${shown.mountPoint}" -Discard, which keeps the changes aside`;
  };
  state.records.readAll((path, reason) => {
    warnings.push(printable(`The record "${path}" of a mount cannot be read (${reason.replace(/\s+/g, ' ').slice(0, 200)}): ${wayOut(dirname(path))}`));
  });
  for (const folder of state.records.withoutRecord()) { warnings.push(`The mount in "${folder}" has no record: ${wayOut(folder)}`); }
  return warnings;
}

/** All mounts of the state directory, by folder. */
export async function listMountedImages(
  params: z.output<typeof listMethod.params>, context: OperationContext,
): Promise<z.input<typeof listMethod.result>> {
  return await guarded('Cannot list the mounted images', '', context, async () => {
    const state = await openState(context);
    const wanted = params.mountPath === undefined ? undefined : findMount(state, await canonicalMountPath(params.mountPath), context) ?? '';
    const records = allRecords(state, context).filter(({ id }) => wanted === undefined || id === wanted);
    // Once for all: each reading costs as much as there are mounts.
    const table = readMountTable();
    const found = await Promise.all(records.map(async ({ id }) => await currentStatus(state, id, table)));
    const mounts = found.flatMap((one) => (one === undefined ? [] : [describe(state, one.record, one.found, table)]));
    mounts.sort((a, b) => (a.path < b.path ? -1 : 1));
    return { mounts, logPath: context.log.path, warnings: unreadable(state) };
  });
}

/** Whether something is staged for a mount, or may be. */
function mayHaveChanges(state: State, record: MountRecord): boolean {
  if (record.mode === 'ReadOnly') { return false; }
  try {
    return formatOf(record).staging.hasChanges(state.generations.folders(record), record);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ENOENT';
  }
}

const leftAlone = ({ mountPath }: MountRecord, { reason }: MountStatus): string => `"${mountPath}" was left alone: ${reason}`;

/** Removes mounts whose status is Invalid: nothing could be saved from them any more. What they have staged is kept aside for a while. */
export async function cleanupMountPoints(
  params: z.output<typeof cleanupMethod.params>, context: OperationContext,
): Promise<z.input<typeof cleanupMethod.result>> {
  return await guarded('Cannot clean up mount points', '', context, async () => {
    const state = await openState(context);
    const removed: MountedImage[] = [];
    const warnings = unreadable(state);
    for (const { id } of allRecords(state, context)) {
      context.signal.throwIfAborted();
      const judged = await currentStatus(state, id);
      if (judged === undefined) { continue; }
      const { mountPath } = judged.record;
      if (judged.found.status === 'Unknown') { warnings.push(leftAlone(judged.record, judged.found)); }
      if (judged.found.status !== 'Invalid') { continue; }
      if (params.validateOnly === true) {
        removed.push(describe(state, judged.record, judged.found));
        continue;
      }
      const lock = await state.locks.lockMountSoon(id);
      if (lock === undefined) {
        warnings.push(`"${mountPath}" was left alone: another operation is running on it`);
        continue;
      }
      try {
        context.progress('Cleaning up', removed.length, 0);
        const image = await removeInvalid(state, id, warnings, context);
        if (image !== undefined) { removed.push(image); }
      } catch (error) {
        warnings.push(`"${mountPath}" could not be removed: ${messageOf(error, mountPath)}`);
      } finally {
        lock.release();
      }
    }
    return { removed, logPath: context.log.path, warnings };
  });
}

/** Judges a mount again, now that nobody else can change it, and removes it where it is still Invalid. The mount's lock must be held. */
async function removeInvalid(state: State, id: string, warnings: string[], context: OperationContext): Promise<MountedImage | undefined> {
  const record = state.records.read(id);
  if (record === undefined || record.commit !== undefined) { return undefined; }
  const found = await mountStatus(state, record);
  if (found.status === 'Unknown') { warnings.push(leftAlone(record, found)); }
  if (found.status !== 'Invalid') { return undefined; }
  const image = describe(state, record, found);
  await takeDown(state, record);
  if (mayHaveChanges(state, record)) {
    const kept = state.records.setAside(id, state.droppedFolder);
    warnings.push(`The unsaved changes of "${image.path}" are kept in "${kept}" for 30 days`);
  } else {
    await state.records.remove(id);
  }
  context.log.info(`removed the invalid mount "${image.path}": ${image.statusReason}`);
  return image;
}
