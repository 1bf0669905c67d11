/** Health of an image's component store. */
import type { NumberSlot } from './asyncCall.ts';
import type { Caller, CallOptions } from './call.ts';
import { nativeFunction, progressParameters } from './dismLibrary.ts';
import type { CallOutcome, CallResult } from './outcome.ts';
import { stringArray } from './results.ts';
import type { DismSession } from './session.ts';

// The out argument comes after UserData here, and nowhere else.
const DismCheckImageHealth = nativeFunction('DismCheckImageHealth',
  `DismSession Session, BOOL ScanImage, ${progressParameters}, _Out_ int *ImageHealth`);
// LimitAccess comes after the sources here, and before them elsewhere.
const DismRestoreImageHealth = nativeFunction('DismRestoreImageHealth',
  `DismSession Session, PCWSTR *SourcePaths, UINT SourcePathCount, BOOL LimitAccess, ${progressParameters}`);

/** Where a repair takes files from. */
export interface RestoreImageHealthParams {
  /** As in `dism.exe /Source`, in this order. */
  readonly sourcePaths: readonly string[];
  /** Do not ask Windows Update. */
  readonly limitAccess: boolean;
}

/** Functions on the component store's health. */
export interface HealthFunctions {
  /**
   * Scans the image, or without `scanImage` reads what an earlier scan has found. Gives a DismImageHealthState.
   * Cancellable, with progress when it scans.
   * @throws DismError DISMAPI_E_BUSY
   * @see dismapi.h DismCheckImageHealth
   */
  checkImageHealth(session: DismSession, scanImage: boolean, options?: CallOptions): Promise<CallResult<number>>;
  /**
   * Repairs the image. Cancellable, with progress.
   * @throws DismError CBS_E_SOURCE_MISSING, CBS_E_DOWNLOAD_FAILURE, CBS_E_GROUPPOLICY_DISALLOWED: the files were not to be had.
   * @throws DismError ERROR_SXS_COMPONENT_STORE_CORRUPT
   * @see dismapi.h DismRestoreImageHealth
   */
  restoreImageHealth(session: DismSession, params: RestoreImageHealthParams, options?: CallOptions): Promise<CallOutcome>;
}

/** The functions of this group, on a caller. */
export function healthFunctions(caller: Caller): HealthFunctions {
  return {
    checkImageHealth: (session, scanImage, options) => {
      const health: NumberSlot = [0];
      return caller.read({
        function: DismCheckImageHealth, arguments: (trio) => [session, Number(scanImage), ...trio, health], options,
        results: [], read: () => health[0],
        action: scanImage ? 'Cannot scan the component store' : 'Cannot check the component store',
      });
    },
    restoreImageHealth: (session, { sourcePaths, limitAccess }, options) => caller.run({
      function: DismRestoreImageHealth, arguments: (trio) => [session, ...stringArray(sourcePaths), Number(limitAccess), ...trio], options,
      action: 'Cannot repair the component store',
    }),
  };
}
