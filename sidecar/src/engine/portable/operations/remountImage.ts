/** image/remount on the portable engine. */
import { readdirSync } from 'node:fs';
import type { z } from 'zod';
import type { remountImage as remountImageMethod } from '@dismts/protocol';
import { release } from '../../../closing.ts';
import { DismError } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import type { OperationContext } from '../../../operationContext.ts';
import { throughDescriptor } from '../../../platform/linux/heldPath.ts';
import { holdFolder } from '../../../platform/linux/mountCalls.ts';
import { bringUpAgain, placeOf } from '../mounting/bringUp.ts';
import { takeDownView } from '../mounting/takeDown.ts';
import { imageResult, withMount } from '../mounting/mountOperation.ts';
import type { MountRecord } from '../images/mountRecord.ts';
import { lookAt } from '../mounting/sight.ts';
import type { State } from '../mounting/state.ts';
import { mountStatus, requireKnown } from '../mounting/status.ts';

type Params = z.output<typeof remountImageMethod.params>;
type Result = z.input<typeof remountImageMethod.result>;

/** Holds the folder to mount at. Where the cover lies on it nobody could have written to it. */
function holdRemountFolder(state: State, { mountPath, ...record }: MountRecord, what: string, target: string): number {
  let folder: number;
  try {
    folder = holdFolder(mountPath, true);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTDIR') {
      throw new DismError(Hresult.WIM_E_MOUNT_DIR_NOT_FOUND, `${what}: there is a file where the folder was`, { target, hint: 'Move the file elsewhere and make the folder again, then remount.' });
    }
    if (code !== 'ENOENT') { throw error; }
    throw new DismError(Hresult.WIM_E_MOUNT_DIR_NOT_FOUND, `${what}: the folder is gone`, { target, hint: 'Make the folder again, then remount.' });
  }
  try {
    if (lookAt(state, { mountPath, ...record }).cover !== undefined || throughDescriptor(folder, (held) => readdirSync(held)).length === 0) { return folder; }
  } catch (error) {
    release(folder);
    throw error;
  }
  release(folder);
  throw new DismError(Hresult.WIM_E_MOUNT_DIR_NOT_EMPTY, `${what}: the folder is not empty`, {
    target, hint: 'Somebody wrote to the folder while nothing was mounted there; move the files elsewhere, then remount.',
  });
}

/** Serves a mount again with its staged changes. */
export async function remountImage(params: Params, context: OperationContext): Promise<Result> {
  const what = `Cannot remount "${params.mountPath}"`;
  return await withMount(params.mountPath, what, Hresult.WIM_E_INVALID_REMOUNT_TARGET, context, async (state, record) => {
    const found = await mountStatus(state, record);
    if (found.status === 'Ok') {
      return imageResult(params.mountPath, context, [`"${params.mountPath}" is mounted and needs no remount`]);
    }
    requireKnown(found, what, params.mountPath, context, 'remount');
    if (params.validateOnly === true) { return imageResult(params.mountPath, context); }
    context.progress('Mounting', 0, 1);
    await takeDownView(state, record);
    const folder = holdRemountFolder(state, record, what, params.mountPath);
    try {
      await bringUpAgain(state, { ...record, mountPath: placeOf(folder, what, params.mountPath) }, folder, context);
    } finally {
      release(folder);
    }
    await state.generations.removeOld(record);
    context.progress('Mounting', 1, 1);
    context.log.info(`remounted "${record.mountPath}"`);
    return imageResult(params.mountPath, context);
  });
}
