/** The table of all requests: what the server registers and the tests walk through. */
import {
  addAppxProvisionedPackage, getAppxProvisionedPackages, getNonRemovableAppsPolicy, optimizeAppxProvisionedPackages, removeAppxProvisionedPackage,
  setAppxProvisionedDataFile, setNonRemovableAppsPolicy,
} from './appx.ts';
import { addCapability, exportCapabilitySource, getCapabilities, removeCapability } from './capability.ts';
import { addDriver, exportDrivers, getDrivers, removeDriver } from './driver.ts';
import { getEdition, getTargetEditions, setEdition, setProductKey } from './edition.ts';
import { getEnvironment } from './environment.ts';
import { resolveError } from './error.ts';
import { disableFeature, enableFeature, getFeatureParent, getFeatures } from './feature.ts';
import { checkHealth, cleanComponents, restoreHealth, scanHealth } from './health.ts';
import {
  applyCustomDataImage, cleanupMountPoints, commitImage, getImageInfo, listMountedImages, mountImage, optimizeImage, remountImage, unmountImage,
} from './image.ts';
import { initialize, shutdown } from './lifecycle.ts';
import { getLog } from './log.ts';
import { addPackage, getPackages, removePackage } from './package.ts';
import { applyUnattend, getReservedStorageState, setReservedStorageState, startOsUninstall } from './system.ts';

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
  optimizeImage,
  applyCustomDataImage,
  checkHealth,
  scanHealth,
  restoreHealth,
  cleanComponents,
  getPackages,
  addPackage,
  removePackage,
  getFeatures,
  getFeatureParent,
  enableFeature,
  disableFeature,
  getDrivers,
  addDriver,
  removeDriver,
  exportDrivers,
  getCapabilities,
  addCapability,
  removeCapability,
  exportCapabilitySource,
  getEdition,
  getTargetEditions,
  setEdition,
  setProductKey,
  getAppxProvisionedPackages,
  addAppxProvisionedPackage,
  removeAppxProvisionedPackage,
  optimizeAppxProvisionedPackages,
  setAppxProvisionedDataFile,
  getNonRemovableAppsPolicy,
  setNonRemovableAppsPolicy,
  applyUnattend,
  getReservedStorageState,
  setReservedStorageState,
  startOsUninstall,
} as const;

/** All requests of the protocol. */
export const methods = { initialize, shutdown, resolveError, getLog, ...engineMethods } as const;
