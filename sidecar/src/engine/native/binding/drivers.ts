/** The driver packages of an image. */
import type { AddressSlot, NumberSlot } from './asyncCall.ts';
import type { Caller, CallOptions } from './call.ts';
import { nativeFunction, progressParameters } from './dismLibrary.ts';
import type { CallOutcome, CallResult } from './outcome.ts';
import { readMany } from './results.ts';
import type { DismSession } from './session.ts';
import { readDriverPackages, readDrivers, type DismDriver, type DismDriverPackage } from './structs.ts';
import { quoted } from './text.ts';

const DismAddDriver = nativeFunction('DismAddDriver', 'DismSession Session, PCWSTR DriverPath, BOOL ForceUnsigned');
const DismRemoveDriver = nativeFunction('DismRemoveDriver', 'DismSession Session, PCWSTR DriverPath');
const DismGetDrivers = nativeFunction('DismGetDrivers',
  'DismSession Session, BOOL AllDrivers, _Out_ DismDriverPackage **DriverPackage, _Out_ UINT *Count');
const DismGetDriverInfo = nativeFunction('DismGetDriverInfo',
  'DismSession Session, PCWSTR DriverPath, _Out_ DismDriver **Driver, _Out_ UINT *Count, _Out_ DismDriverPackage **DriverPackage');
const _DismExportDriver = nativeFunction('_DismExportDriver',
  `DismSession Session, PCWSTR Destination, ${progressParameters}`);

/** What to add, and how. */
export interface AddDriverParams {
  /** One .inf file. */
  readonly driverPath: string;
  /** Also without a signature. */
  readonly forceUnsigned: boolean;
}

/** One driver package, and what it does for each hardware id. */
export interface DriverInfo {
  readonly drivers: readonly DismDriver[];
  /** Null where the API returned none. */
  readonly driverPackage: DismDriverPackage | null;
}

/** Functions on drivers. */
export interface DriverFunctions {
  /**
   * Adds an .inf file's package; it gets a published name like `oem3.inf`. Offline images only.
   * @throws DismError ERROR_FILE_NOT_FOUND
   * @see dismapi.h DismAddDriver
   */
  addDriver(session: DismSession, params: AddDriverParams): Promise<CallOutcome>;
  /**
   * Removes a third-party driver package by its published name. Offline images only.
   * @throws DismError ERROR_FILE_NOT_FOUND, ERROR_NOT_SUPPORTED
   * @see dismapi.h DismRemoveDriver
   */
  removeDriver(session: DismSession, publishedName: string): Promise<CallOutcome>;
  /**
   * The driver packages, unless `allDrivers` only third-party ones.
   * @throws DismError ERROR_BAD_EXE_FORMAT: image and process have different architectures.
   * @see dismapi.h DismGetDrivers
   */
  getDrivers(session: DismSession, allDrivers: boolean): Promise<CallResult<DismDriverPackage[]>>;
  /**
   * All about one driver package, given by its published name or the path of an .inf file.
   * @throws DismError ERROR_FILE_NOT_FOUND
   * @see dismapi.h DismGetDriverInfo
   */
  getDriverInfo(session: DismSession, driverPath: string): Promise<CallResult<DriverInfo>>;
  /**
   * Copies all third-party driver packages into a folder. Cancellable, with progress.
   * @throws DismError ERROR_PATH_NOT_FOUND, ERROR_DISK_FULL
   * @see _DismExportDriver (undocumented)
   */
  exportDriver(session: DismSession, destination: string, options?: CallOptions): Promise<CallOutcome>;
}

/** The functions of this group, on a caller. */
export function driverFunctions(caller: Caller): DriverFunctions {
  const named = (what: string, driver: string) => ({ action: `Cannot ${what} the driver ${quoted(driver)}`, target: driver });
  return {
    addDriver: (session, { driverPath, forceUnsigned }) => caller.run({
      function: DismAddDriver, arguments: [session, driverPath, Number(forceUnsigned)], ...named('add', driverPath),
    }),
    removeDriver: (session, publishedName) => caller.run({
      function: DismRemoveDriver, arguments: [session, publishedName], ...named('remove', publishedName),
    }),
    getDrivers: (session, allDrivers) => readMany(caller, {
      function: DismGetDrivers, inputs: [session, Number(allDrivers)], action: 'Cannot list the drivers of the image',
    }, readDriverPackages),
    getDriverInfo: (session, driverPath) => {
      const drivers: AddressSlot = [null];
      const count: NumberSlot = [0];
      const driverPackage: AddressSlot = [null];
      return caller.read({
        function: DismGetDriverInfo, arguments: [session, driverPath, drivers, count, driverPackage], results: [drivers, driverPackage],
        read: () => ({
          drivers: readDrivers(drivers[0], count[0]),
          driverPackage: readDriverPackages(driverPackage[0], 1)[0] ?? null,
        }),
        ...named('read', driverPath),
      });
    },
    exportDriver: (session, destination, options) => caller.run({
      function: _DismExportDriver, arguments: (trio) => [session, destination, ...trio], options,
      action: `Cannot export drivers to ${quoted(destination)}`, target: destination,
    }),
  };
}
