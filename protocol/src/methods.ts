/** The table of all requests: what the server registers and the tests walk through. */
import { getEnvironment } from './environment.ts';
import { resolveError } from './error.ts';
import {
  cleanupMountPoints, commitImage, getImageInfo, listMountedImages, mountImage, remountImage, unmountImage,
} from './image.ts';
import { checkHealth, restoreHealth, scanHealth } from './health.ts';
import { getCapabilities, getDrivers, getEdition, getFeatures, getPackages } from './inventory.ts';
import { initialize, shutdown } from './lifecycle.ts';

/** Requests that an engine answers; each is the name of an Engine method. */
export const engineMethods = {
  getEnvironment,
  getImageInfo,
  listMountedImages,
  mountImage,
  remountImage,
  commitImage,
  unmountImage,
  cleanupMountPoints,
  checkHealth,
  scanHealth,
  restoreHealth,
  getPackages,
  getFeatures,
  getDrivers,
  getCapabilities,
  getEdition,
} as const;

/** All requests of the protocol. */
export const methods = { initialize, shutdown, resolveError, ...engineMethods } as const;
