/** image/listMounted and image/cleanupMountPoints on the portable engine. */
import type { z } from 'zod';
import type { cleanupMountPoints as cleanupMethod, listMountedImages as listMethod, MountedImage } from '@dismts/protocol';
import type { OperationContext } from '../../../operationContext.ts';
import { allRecords, openState } from '../mounting/mountOperation.ts';
import { mountStatus } from '../mounting/status.ts';
import { takeDown } from '../mounting/bringUp.ts';
import type { MountRecord } from '../mounting/record.ts';
import type { State } from '../mounting/state.ts';
import { guarded, messageOf } from '../../../systemErrors.ts';

async function describe(state: State, record: MountRecord): Promise<MountedImage> {
  const { status, reason } = await mountStatus(state, record);
  return {
    path: record.given?.mountPath ?? record.mountPath, imagePath: record.given?.imagePath ?? record.wimPath,
    imageIndex: record.imageIndex, mountMode: record.mode,
    mountStatus: status, statusReason: reason,
  };
}

/** All mounts of the state directory, by folder. */
export async function listMountedImages(
  _params: z.output<typeof listMethod.params>, context: OperationContext,
): Promise<z.input<typeof listMethod.result>> {
  return await guarded('Cannot list the mounted images', '', context, async () => {
    const state = await openState(context);
    const mounts = await Promise.all(allRecords(state, context).map(async (record) => await describe(state, record)));
    mounts.sort((a, b) => (a.path < b.path ? -1 : 1));
    return { mounts, logPath: context.log.path };
  });
}

/** Removes mounts whose status is Invalid, with their staged changes: nothing could be saved from them any more. */
export async function cleanupMountPoints(
  params: z.output<typeof cleanupMethod.params>, context: OperationContext,
): Promise<z.input<typeof cleanupMethod.result>> {
  return await guarded('Cannot clean up mount points', '', context, async () => {
    const state = await openState(context);
    const removed: MountedImage[] = [];
    const warnings: string[] = [];
    for (const record of allRecords(state, context)) {
      context.signal.throwIfAborted();
      const image = await describe(state, record);
      if (image.mountStatus !== 'Invalid') { continue; }
      if (params.validateOnly === true) {
        removed.push(image);
        continue;
      }
      const lock = state.locks.tryLockMount(record.id);
      if (lock === undefined) {
        warnings.push(`"${record.mountPath}" was left alone: another operation is running on it`);
        continue;
      }
      try {
        context.progress('Cleaning up', removed.length, 0);
        await takeDown(state, record);
        await state.records.remove(record.id);
        context.log.info(`removed the invalid mount "${record.mountPath}": ${image.statusReason}`);
        removed.push(image);
      } catch (error) {
        warnings.push(`"${record.mountPath}" could not be removed: ${messageOf(error)}`);
      } finally {
        lock.release();
      }
    }
    return { removed, logPath: context.log.path, warnings };
  });
}
