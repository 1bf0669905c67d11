/** The DISM API: all functions of one DismApi library, typed. */
import { appxFunctions, type AppxFunctions } from './appx.ts';
import { Caller, type CallerLibraries } from './call.ts';
import { capabilityFunctions, type CapabilityFunctions } from './capabilities.ts';
import { driverFunctions, type DriverFunctions } from './drivers.ts';
import { editionFunctions, type EditionFunctions } from './editions.ts';
import { featureFunctions, type FeatureFunctions } from './features.ts';
import { healthFunctions, type HealthFunctions } from './health.ts';
import { imageFunctions, type ImageFunctions } from './image.ts';
import { lifecycleFunctions, type LifecycleFunctions } from './lifecycle.ts';
import { maintenanceFunctions, type MaintenanceFunctions } from './maintenance.ts';
import { packageFunctions, type PackageFunctions } from './packages.ts';
import { reservedStorageFunctions, type ReservedStorageFunctions } from './reservedStorage.ts';
import { sessionFunctions, type SessionFunctions } from './session.ts';
import { systemFunctions, type SystemFunctions } from './system.ts';
import { unattendFunctions, type UnattendFunctions } from './unattend.ts';

export type { CallOptions } from './call.ts';
export type { CallOutcome, CallResult } from './outcome.ts';
export type { DismSession } from './session.ts';

/**
 * The functions of the DISM API. Calls are made one after the other, in the order in which they were asked for; each runs on the
 * pool's one thread while the event loop goes on. Nothing that the API allocates is left when a promise settles.
 *
 * Every function also throws
 * - UnsupportedError: the library does not export it;
 * - CancelledError: the API says that the call was cancelled, or the signal was aborted before it began;
 * - DismError E_INVALIDARG: a string has a NUL in it; the call is not made then;
 * - DismError DISMAPI_E_DISMAPI_NOT_INITIALIZED, DISMAPI_E_INVALID_DISM_SESSION, or any other code of the API.
 * Messages say what could not be done and why, and then what Windows says, in the language of the user.
 */
export interface DismApi extends LifecycleFunctions, SessionFunctions, ImageFunctions, HealthFunctions, PackageFunctions, FeatureFunctions,
  UnattendFunctions, DriverFunctions, CapabilityFunctions, AppxFunctions, EditionFunctions, ReservedStorageFunctions, MaintenanceFunctions,
  SystemFunctions {
  /** Where it was loaded from. */
  readonly libraryPath: string;
  /** Whether the library exports a function of that name, such as `DismGetPackageInfoEx`. */
  exports(name: string): boolean;
}

/**
 * Opens a DismApi library; once in a process, which is to be started with UV_THREADPOOL_SIZE=1. Nothing of it is called yet.
 * @throws DismError ERROR_MOD_NOT_FOUND: a library or one that it needs is missing, or cannot be loaded into this process.
 * @throws DismError E_INVALIDARG: a path is not absolute.
 */
export function openDismApi(libraries: CallerLibraries): DismApi {
  const caller = new Caller(libraries);
  return {
    libraryPath: caller.library.path,
    exports: (name) => caller.library.exports(name),
    ...lifecycleFunctions(caller),
    ...sessionFunctions(caller),
    ...imageFunctions(caller),
    ...healthFunctions(caller),
    ...packageFunctions(caller),
    ...featureFunctions(caller),
    ...unattendFunctions(caller),
    ...driverFunctions(caller),
    ...capabilityFunctions(caller),
    ...appxFunctions(caller),
    ...editionFunctions(caller),
    ...reservedStorageFunctions(caller),
    ...maintenanceFunctions(caller),
    ...systemFunctions(caller),
  };
}
