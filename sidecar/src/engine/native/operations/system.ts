/** unattend/*, pendingActions/*, reservedStorage/* and osUninstall/*: an installation as a whole. */
import type {
  applyUnattend as unattendMethod, getReservedStorageState as getReservedMethod, revertPendingActions as revertMethod,
  setReservedStorageState as setReservedMethod, startOsUninstall as uninstallMethod,
} from '@dismts/protocol';
import { DISM_RESERVED_STORAGE_DISABLED, DISM_RESERVED_STORAGE_ENABLED } from '../binding/constants.ts';
import { UnsupportedError } from '../../../errors.ts';
import { requireFile } from './requiredFiles.ts';
import type { Handler } from './handler.ts';
import type { NativeOperation } from './nativeOperation.ts';

/** Reserved storage is a thing of the running Windows. */
const online = {};
/** The reason that goes into the diagnostics of Windows; none in particular. */
const uninstallReason = 0;

export const applyUnattend: Handler<typeof unattendMethod> = async (params, operation) => {
  const { unattendPath } = params;
  if (params.copyToPanther === true) {
    throw new UnsupportedError('The Native engine does not copy answer files: put the file into "Windows\\Panther" yourself, without -CopyToPanther', { target: unattendPath });
  }
  requireFile(unattendPath, `Cannot apply the answer file "${unattendPath}"`);
  if (params.validateOnly === true) {
    await operation.open(params);
  } else {
    // Each package in a session of its own: what fails then is one package.
    await operation.change(params, (session) => operation.api.applyUnattend(session, { unattendFile: unattendPath, singleSession: false }));
  }
  return { ...operation.imageResult(params), changed: true };
};

export const revertPendingActions: Handler<typeof revertMethod> = async (params, operation) => {
  if (params.validateOnly === true) {
    await operation.open(params);
  } else {
    await operation.change(params, (session) => operation.api.revertPendingActions(session, operation.options('Reverting')));
  }
  return operation.imageResult(params);
};

async function readState(operation: NativeOperation): Promise<'Disabled' | 'Enabled'> {
  const state = await operation.read(online, (session) => operation.api.getReservedStorageState(session));
  return state === DISM_RESERVED_STORAGE_DISABLED ? 'Disabled' : 'Enabled';
}

export const getReservedStorageState: Handler<typeof getReservedMethod> = async (_params, operation) => ({
  reservedStorageState: await readState(operation), ...operation.imageResult(online),
});

export const setReservedStorageState: Handler<typeof setReservedMethod> = async ({ state, validateOnly = false }, operation) => {
  if (validateOnly) { return { reservedStorageState: await readState(operation), ...operation.imageResult(online) }; }
  await operation.change(online, (session) => operation.api.setReservedStorageState(
    session, state === 'Enabled' ? DISM_RESERVED_STORAGE_ENABLED : DISM_RESERVED_STORAGE_DISABLED));
  return { reservedStorageState: state, ...operation.imageResult(online) };
};

export const startOsUninstall: Handler<typeof uninstallMethod> = async (params, operation) => {
  if (params.validateOnly === true) {
    await operation.open(params);
  } else {
    await operation.change(params, (session) => operation.api.initiateOSUninstall(session, uninstallReason));
  }
  return operation.imageResult(params);
};
