/** Cleaning up and optimising images, exporting sources, reverting pending actions, and going back to the Windows before. */
import type { Caller, CallOptions } from './call.ts';
import { nativeFunction, progressParameters } from './dismLibrary.ts';
import type { CallOutcome } from './outcome.ts';
import type { DismSession } from './session.ts';
import { quoted } from './text.ts';

const _DismCleanImage = nativeFunction('_DismCleanImage', `DismSession Session, UINT Type, UINT Flags, ${progressParameters}`);
const _DismOptimizeImage = nativeFunction('_DismOptimizeImage', `DismSession Session, UINT Flags, ${progressParameters}`);
const _DismApplyCustomDataImage = nativeFunction('_DismApplyCustomDataImage', `PCWSTR CustomDataImage, PCWSTR ImagePath, UINT Flags, ${progressParameters}`);
const _DismExportSource = nativeFunction('_DismExportSource',
  `DismSession Session, PCWSTR RecipeFile, PCWSTR SourcePath, PCWSTR TargetPath, ${progressParameters}`);
const _DismRevertPendingActions = nativeFunction('_DismRevertPendingActions', `DismSession Session, ${progressParameters}`);
const _DismInitiateOSUninstall = nativeFunction('_DismInitiateOSUninstall', 'DismSession Session, UINT Reason');

/** What to clean up, and how. */
export interface CleanImageParams {
  /** DismCleanImageType. */
  readonly type: number;
  /** DismCleanImageFlags. */
  readonly flags: number;
}

/** A custom data image, and what it is applied to. */
export interface ApplyCustomDataImageParams {
  readonly customDataImage: string;
  /** Root folder of the applied image. */
  readonly imagePath: string;
  /** DismApplyCustomDataImageFlags. */
  readonly flags: number;
}

/** What to export, from where, and where to. */
export interface ExportSourceParams {
  readonly recipeFile: string;
  readonly sourcePath: string;
  readonly targetPath: string;
}

/** Functions for maintenance. None of them is documented. */
export interface MaintenanceFunctions {
  /**
   * Cleans an image up. Cancellable, with progress.
   * @throws DismError CBS_E_PENDING, DISMAPI_E_BUSY
   * @see _DismCleanImage (undocumented)
   */
  cleanImage(session: DismSession, params: CleanImageParams, options?: CallOptions): Promise<CallOutcome>;
  /**
   * Prepares an offline image for a way of booting; `flags`: DismOptimizeImageFlags. Cancellable, with progress.
   * @see _DismOptimizeImage (undocumented)
   */
  optimizeImage(session: DismSession, flags: number, options?: CallOptions): Promise<CallOutcome>;
  /**
   * Applies a custom data image. Cancellable, with progress.
   * @throws DismError ERROR_FILE_NOT_FOUND, ERROR_PATH_NOT_FOUND
   * @see _DismApplyCustomDataImage (undocumented)
   */
  applyCustomDataImage(params: ApplyCustomDataImageParams, options?: CallOptions): Promise<CallOutcome>;
  /**
   * Copies what a recipe names out of a repository of features on demand into another. Cancellable, with progress.
   * @throws DismError ERROR_FILE_NOT_FOUND, CBS_E_SOURCE_MISSING
   * @see _DismExportSource (undocumented)
   */
  exportSource(session: DismSession, params: ExportSourceParams, options?: CallOptions): Promise<CallOutcome>;
  /**
   * Takes back the actions that wait for the next start of an offline image. Cancellable, with progress.
   * The export is known, the types of its parameters are inferred.
   * @see _DismRevertPendingActions (undocumented)
   */
  revertPendingActions(session: DismSession, options?: CallOptions): Promise<CallOutcome>;
  /**
   * Begins going back to the Windows that an upgrade has replaced. Running Windows only.
   * @see _DismInitiateOSUninstall (undocumented)
   */
  initiateOSUninstall(session: DismSession, reason: number): Promise<CallOutcome>;
}

/** The functions of this group, on a caller. */
export function maintenanceFunctions(caller: Caller): MaintenanceFunctions {
  return {
    cleanImage: (session, { type, flags }, options) => caller.run({
      function: _DismCleanImage, arguments: (trio) => [session, type, flags, ...trio], options, action: 'Cannot clean the image up',
    }),
    optimizeImage: (session, flags, options) => caller.run({
      function: _DismOptimizeImage, arguments: (trio) => [session, flags, ...trio], options, action: 'Cannot optimise the image',
    }),
    applyCustomDataImage: ({ customDataImage, imagePath, flags }, options) => caller.run({
      function: _DismApplyCustomDataImage, arguments: (trio) => [customDataImage, imagePath, flags, ...trio], options,
      action: `Cannot apply the custom data image ${quoted(customDataImage)} to ${quoted(imagePath)}`, target: customDataImage,
    }),
    exportSource: (session, { recipeFile, sourcePath, targetPath }, options) => caller.run({
      function: _DismExportSource, arguments: (trio) => [session, recipeFile, sourcePath, targetPath, ...trio], options,
      action: `Cannot export from ${quoted(sourcePath)} to ${quoted(targetPath)}`, target: sourcePath,
    }),
    revertPendingActions: (session, options) => caller.run({
      function: _DismRevertPendingActions, arguments: (trio) => [session, ...trio], options, action: 'Cannot revert the pending actions',
    }),
    initiateOSUninstall: (session, reason) => caller.run({
      function: _DismInitiateOSUninstall, arguments: [session, reason], action: 'Cannot go back to the Windows before',
    }),
  };
}
