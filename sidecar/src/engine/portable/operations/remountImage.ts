/** image/remount on the portable engine. */
import { readdir } from 'node:fs/promises';
import type { z } from 'zod';
import type { remountImage as remountImageMethod } from '@dismts/protocol';
import { DismError } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import type { OperationContext } from '../../../operationContext.ts';
import { bringUpAgain, takeDown } from '../mounting/bringUp.ts';
import { imageResult, withMount } from '../mounting/mountOperation.ts';
import { mountStatus } from '../mounting/status.ts';

type Params = z.output<typeof remountImageMethod.params>;
type Result = z.input<typeof remountImageMethod.result>;

/** Serves a mount again with its staged changes. */
export async function remountImage(params: Params, context: OperationContext): Promise<Result> {
  const what = `Cannot remount "${params.mountPath}"`;
  return await withMount(params.mountPath, what, Hresult.WIM_E_INVALID_REMOUNT_TARGET, context, async (state, record) => {
    const { status, reason, imageChanged } = await mountStatus(state, record);
    if (status === 'Ok') {
      return imageResult(params.mountPath, context, [`"${params.mountPath}" is mounted and needs no remount`]);
    }
    if (status === 'Invalid') {
      throw new DismError(imageChanged ? Hresult.WIM_E_CHANGED_REMOUNT_REFUSED : Hresult.DISM_E_MOUNT_INVALID, `${what}: ${reason}`, { target: params.mountPath });
    }
    if (params.validateOnly === true) { return imageResult(params.mountPath, context); }
    context.progress('Mounting', 0, 1);
    await takeDown(state, record);
    const names = await readdir(record.mountPath).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') { return undefined; }
      throw error;
    });
    if (names === undefined) {
      throw new DismError(Hresult.WIM_E_MOUNT_DIR_NOT_FOUND, `${what}: the folder is gone`, {
        target: params.mountPath, hint: 'Make the folder again, then remount.',
      });
    }
    if (names.length > 0) {
      throw new DismError(Hresult.WIM_E_MOUNT_DIR_NOT_EMPTY, `${what}: the folder is not empty`, {
        target: params.mountPath, hint: 'Somebody wrote to the folder while nothing was mounted there; move the files elsewhere, then remount.',
      });
    }
    await bringUpAgain(state, record, context);
    await state.generations.removeOld(record);
    context.progress('Mounting', 1, 1);
    context.log.info(`remounted "${record.mountPath}"`);
    return imageResult(params.mountPath, context);
  });
}
