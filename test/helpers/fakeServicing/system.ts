/** What the fake engine answers about settings of an installation as a whole. */
import type { ImageResult } from '@dismts/protocol';
import type { EngineOperations } from '../../../sidecar/src/engine/engine.ts';
import type { OperationContext } from '../../../sidecar/src/operationContext.ts';
import { act } from './act.ts';
import type { AnswerImage } from './session.ts';

/** The running system, whatever engine it is; words in the path of the scratch folder count, for there is no other path. */
async function runningSystem(context: OperationContext): Promise<ImageResult> {
  await act(context.scratchDirectory, context);
  return {
    path: '', online: true, winPath: 'Windows', sysDrivePath: '', restartNeeded: false, logPath: context.log.path, scratchDirectory: context.scratchDirectory,
    logLevel: context.log.level, warnings: [],
  };
}

/** The methods. */
export function fakeSystem(image: AnswerImage) {
  return {
    revertPendingActions: (params, context) => image(params, context, { phase: 'Reverting' }),
    applyUnattend: async (params, context) => ({ ...await image(params, context, { names: [params.unattendPath], phase: 'Applying changes' }), changed: true }),
    getReservedStorageState: async (_params, context) => ({ ...await runningSystem(context), reservedStorageState: 'Enabled' }),
    setReservedStorageState: async (params, context) => ({ ...await runningSystem(context), reservedStorageState: params.state }),
    startOsUninstall: async (params, context) => ({ ...await image(params, context), restartNeeded: true }),
  } satisfies Partial<EngineOperations>;
}
