/** image/unmount on the portable engine. */
import type { z } from 'zod';
import type { unmountImage as unmountImageMethod } from '@dismts/protocol';
import { Hresult } from '../../../hresult.ts';
import type { OperationContext } from '../../../operationContext.ts';
import { isUnsaved, requireSaveable, saveChanges } from './commitImage.ts';
import { busyError, imageResult, isBusy, withMount } from '../mounting/mountOperation.ts';
import { stopServing } from '../mounting/serving.ts';
import { stack, unstack } from '../mounting/stacking.ts';
import type { MountRecord } from '../mounting/record.ts';
import { toDismError } from '../../../systemErrors.ts';

type Params = z.output<typeof unmountImageMethod.params>;
type Result = z.input<typeof unmountImageMethod.result>;

/** Takes off what users see. @throws DismError WIM_E_UNMOUNT_INCOMPLETE: in use; nothing has changed then. */
async function takeOff(record: MountRecord, what: string): Promise<void> {
  try {
    if (record.mode === 'ReadOnly') { await stopServing(record.mountPath); } else { await unstack(record); }
  } catch (error) {
    throw isBusy(error) ? await busyError(what, record.mountPath, error) : error;
  }
}

/** Saves or drops the changes of a mount and takes it away. */
export async function unmountImage(params: Params, context: OperationContext): Promise<Result> {
  const what = `Cannot dismount "${params.mountPath}"`;
  return await withMount(params.mountPath, what, Hresult.DISMAPI_E_UNABLE_TO_UNMOUNT_IMAGE_PATH, context, async (state, record) => {
    if (params.commit) { await requireSaveable(state, record, what, params.mountPath); }
    if (params.validateOnly === true) { return imageResult(params.mountPath, context); }
    await takeOff(record, what);
    let warnings: readonly string[] = [];
    if (params.commit) {
      try {
        ({ result: { warnings } } = await saveChanges(state, record, params, context));
      } catch (error) {
        if (isUnsaved(state, record)) { stack(state, record); }
        throw toDismError(error, what, record.wimPath, context);
      }
    }
    context.progress('Unmounting', 0, 1);
    await stopServing(record.mountPath, true);
    await state.records.remove(record.id);
    context.progress('Unmounting', 1, 1);
    context.log.info(`dismounted "${record.mountPath}" (${params.commit ? 'changes saved' : 'changes dropped'})`);
    return imageResult(params.mountPath, context, warnings);
  });
}
