/** unattend/*, pendingActions/*, reservedStorage/* and osUninstall/*: an installation as a whole. */
import * as z from 'zod';
import { absolutePathSchema, imageResultSchema, operationOptionsSchema, request } from './messages.ts';
import { registryChangeSchema } from './registry.ts';
import { ofImage, ofOfflineImage } from './session.ts';

/** Applies the offlineServicing pass of an answer file. DismApplyUnattend. */
export const applyUnattend = request('unattend/apply', () => ofImage({
  unattendPath: absolutePathSchema,
  /** Also put the file into the image, where Windows Setup looks for it (Windows\Panther\unattend.xml). Portable engine. */
  copyToPanther: z.boolean().optional(),
  /** Reflect drivers that Windows may need to start, as in driver/add. Windows itself always does. */
  bootCritical: z.boolean().optional(),
}), () => imageResultSchema.extend({
  /** False where everything was so already. */
  changed: z.boolean(),
  /** Settings of the answer file, as they were and are. Portable engine. */
  settings: z.array(registryChangeSchema).default([]),
  /** INF files that are new in the image. Portable engine. */
  addedDrivers: z.array(z.string()).default([]),
  /** Files that were written besides, as paths in the image. Portable engine. */
  writtenFiles: z.array(z.string()).default([]),
}));

/** Takes back what waits for the next start of an offline image, such as an update that keeps it from starting. _DismRevertPendingActions. */
export const revertPendingActions = request('pendingActions/revert', () => ofOfflineImage({}), () => imageResultSchema);

/** State of the storage that Windows keeps free for updates (DISM_RESERVED_STORAGE_*). */
export const reservedStorageStateSchema = z.enum(['Disabled', 'Enabled']);

/** Whether the running Windows reserves storage. DismGetReservedStorageState. */
export const getReservedStorageState = request('reservedStorage/get', () => operationOptionsSchema,
  () => imageResultSchema.extend({ reservedStorageState: reservedStorageStateSchema }));

/** Turns reserved storage of the running Windows on or off; fails while it is in use. DismSetReservedStorageState. */
export const setReservedStorageState = request('reservedStorage/set', () => operationOptionsSchema.extend({ state: reservedStorageStateSchema }),
  () => imageResultSchema.extend({ reservedStorageState: reservedStorageStateSchema }));

/** Goes back to the Windows that was there before an upgrade; happens at the next restart. _DismInitiateOSUninstall. */
export const startOsUninstall = request('osUninstall/start', () => ofImage({}), () => imageResultSchema);
