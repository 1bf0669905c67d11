/** driver/*: driver packages. */
import type { addDriver as addMethod, Driver, DriverInfo, DriverResult, exportDrivers as exportMethod, getDrivers as getMethod, removeDriver as removeMethod } from '@dismts/protocol';
import type { z } from 'zod';
import { requireInfFiles } from '../../../drivers/infFolder.ts';
import { CancelledError, DismError } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import { errorData } from '../../../errorData.ts';
import type { DismDriver } from '../binding/structs.ts';
import { requireWritableFolder } from '../../../writableFolder.ts';
import { isFolder, requireFile } from './requiredFiles.ts';
import type { Handler } from './handler.ts';
import type { NativeOperation } from './nativeOperation.ts';
import { readEach } from './readEach.ts';
import type { ImageReference } from '../api/sessions.ts';
import { text, toDriver } from './values.ts';

function toDriverInfo(driver: Driver, device: DismDriver): DriverInfo {
  return {
    ...driver, manufacturerName: text(device.manufacturerName), hardwareDescription: text(device.hardwareDescription), hardwareId: text(device.hardwareId),
    architecture: device.architecture, serviceName: text(device.serviceName), compatibleIds: text(device.compatibleIds), excludeIds: text(device.excludeIds),
  };
}

/** One object for each hardware id. */
async function readDevices(operation: NativeOperation, image: ImageReference, name: string): Promise<DriverInfo[]> {
  const { drivers, driverPackage } = await operation.read(image, (session) => operation.api.getDriverInfo(session, name));
  if (driverPackage === null) {
    throw new DismError(Hresult.ERROR_NOT_FOUND, `Cannot read the driver "${name}": the DISM API says nothing about its package`, { target: name });
  }
  const driver = toDriver(driverPackage);
  return drivers.map((device) => toDriverInfo(driver, device));
}

async function listDrivers(operation: NativeOperation, image: ImageReference, all: boolean): Promise<Driver[]> {
  return (await operation.read(image, (session) => operation.api.getDrivers(session, all))).map(toDriver);
}

export const getDrivers: Handler<typeof getMethod> = async (params, operation) => ({
  drivers: await readDrivers(operation, params), ...operation.imageResult(params),
});

async function readDrivers(operation: NativeOperation, params: z.output<typeof getMethod.params>): Promise<(Driver | DriverInfo)[]> {
  const { driver, infPath, all = false } = params;
  if (infPath !== undefined) { return await readInfFiles(operation, params, infPath); }
  return driver === undefined ? await listDrivers(operation, params, all) : await readDevices(operation, params, driver);
}

/** What packages that are not in the image are for. In a folder those that the API refuses are left out, as the in-box module does. */
async function readInfFiles(operation: NativeOperation, image: ImageReference, path: string): Promise<DriverInfo[]> {
  const action = `Cannot read the driver "${path}"`;
  if (!isFolder(path, action)) {
    requireFile(path, action, ['.inf']);
    return await readDevices(operation, image, path);
  }
  const files = requireDrivers(path, undefined, operation, action);
  const devices: DriverInfo[] = [];
  let refused: DismError | undefined;
  for (const file of files) {
    operation.throwIfCancelled();
    try {
      for (const device of await readDevices(operation, image, file)) { devices.push(device); }
    } catch (error) {
      if (!(error instanceof DismError) || error instanceof CancelledError || operation.dead) { throw error; }
      operation.context.log.warning(error.message);
      refused ??= error;
    }
  }
  if (devices.length === 0 && refused !== undefined) { throw refused; }
  return devices;
}

/** @param recurse undefined: nobody can ask for that. @throws DismError ERROR_FILE_NOT_FOUND: there is none. E_INVALIDARG: a file of another kind. */
function requireDrivers(path: string, recurse: boolean | undefined, operation: NativeOperation, action: string): string[] {
  if (!isFolder(path, action)) { requireFile(path, action, ['.inf']); }
  return requireInfFiles(path, { recurse, what: action, beforeEach: () => { operation.throwIfCancelled(); } });
}

export const addDriver: Handler<typeof addMethod> = async (params, operation) => {
  const { driver: path, recurse = false, forceUnsigned = false } = params;
  const action = `Cannot add the driver "${path}"`;
  const files = requireDrivers(path, recurse, operation, action);
  let known = namesOf(await listDrivers(operation, params, false));
  if (params.validateOnly === true) { return { results: [], ...operation.imageResult(params) }; }
  const results: DriverResult[] = [];
  for (const infPath of files) {
    const added = results.filter(({ failure }) => failure === null).length;
    operation.throwIfCancelled(added === 0 ? '' : `${added} of the ${files.length} drivers had been added before`);
    operation.progress('Adding drivers', results.length, files.length);
    try {
      await operation.change(params, (session) => operation.api.addDriver(session, { driverPath: infPath, forceUnsigned }));
    } catch (error) {
      if (!(error instanceof DismError) || error instanceof CancelledError) { throw error; }
      operation.context.log.error(error.message);
      const data = errorData(error, { operation: operation.context.operation, logPath: '' });
      results.push({ infPath, driver: null, failure: { message: error.message, data } });
      continue;
    }
    const drivers = await operation.optional(() => listDrivers(operation, params, false), `The driver "${infPath}" is added; its new name cannot be told`);
    results.push({ infPath, driver: drivers?.find(({ driver }) => !known.has(driver.toLowerCase())) ?? null, failure: null });
    if (drivers !== undefined) { known = namesOf(drivers); }
  }
  operation.progress('Adding drivers', files.length, files.length);
  return { results, ...operation.imageResult(params) };
};

function namesOf(drivers: readonly Driver[]): ReadonlySet<string> {
  return new Set(drivers.map(({ driver }) => driver.toLowerCase()));
}

export const removeDriver: Handler<typeof removeMethod> = async (params, operation) => {
  const { driver } = params;
  if (params.validateOnly === true) {
    const drivers = await listDrivers(operation, params, false);
    if (!namesOf(drivers).has(driver.toLowerCase())) {
      throw new DismError(Hresult.ERROR_FILE_NOT_FOUND, `Cannot remove the driver "${driver}": the image has no third-party driver of that published name`, {
        target: driver, hint: 'List the published names with Get-DismTsDriver.',
      });
    }
  } else {
    await operation.change(params, (session) => operation.api.removeDriver(session, driver));
  }
  return operation.imageResult(params);
};

export const exportDrivers: Handler<typeof exportMethod> = async (params, operation) => {
  const { destination } = params;
  requireWritableFolder(destination, `Cannot export the drivers to "${destination}"`);
  if (params.validateOnly !== true) {
    await operation.change(params, (session) => operation.api.exportDriver(session, destination, operation.options('Exporting drivers')));
  }
  const devices = await operation.optional(
    async () => readEach(operation, await listDrivers(operation, params, false), ({ driver }) => readDevices(operation, params, driver)),
    params.validateOnly === true ? 'What would be exported cannot be told' : 'The drivers are exported; which they are cannot be told') ?? [];
  return { drivers: devices.flat().filter((device): device is DriverInfo => 'hardwareId' in device), ...operation.imageResult(params) };
};
