/** The table of what an engine process does, by method of the engine. */
import type { engineMethods } from '@dismts/protocol';
import {
  addAppxProvisionedPackage, getAppxProvisionedPackages, getNonRemovableAppsPolicy, optimizeAppxProvisionedPackages, removeAppxProvisionedPackage,
  setAppxProvisionedDataFile, setNonRemovableAppsPolicy,
} from './appx.ts';
import { addCapability, exportCapabilitySource, getCapabilities, removeCapability } from './capabilities.ts';
import { addDriver, exportDrivers, getDrivers, removeDriver } from './drivers.ts';
import { getEdition, getTargetEditions, setEdition, setProductKey } from './editions.ts';
import { disableFeature, enableFeature, getFeatureParent, getFeatures } from './features.ts';
import type { Handler } from './handler.ts';
import { checkHealth, cleanComponents, restoreHealth, scanHealth } from './health.ts';
import {
  applyCustomDataImage, cleanupMountPoints, commitImage, getImageInfo, listMountedImages,
  mountImage, optimizeImage, remountImage, unmountImage,
} from './images.ts';
import { addPackage, getPackages, removePackage } from './packages.ts';
import { applyUnattend, getReservedStorageState, setReservedStorageState, startOsUninstall } from './system.ts';

/** Every method that needs the DISM API. What the machine has of it, the server finds out without. */
export const operations: { readonly [K in Exclude<keyof typeof engineMethods, 'getEnvironment'>]: Handler<(typeof engineMethods)[K]> } = {
  applyCustomDataImage,
  cleanupMountPoints,
  commitImage,
  getImageInfo,
  listMountedImages,
  mountImage,
  optimizeImage,
  remountImage,
  unmountImage,
  checkHealth,
  cleanComponents,
  restoreHealth,
  scanHealth,
  addPackage,
  getPackages,
  removePackage,
  disableFeature,
  enableFeature,
  getFeatureParent,
  getFeatures,
  addDriver,
  exportDrivers,
  getDrivers,
  removeDriver,
  addCapability,
  exportCapabilitySource,
  getCapabilities,
  removeCapability,
  getEdition,
  getTargetEditions,
  setEdition,
  setProductKey,
  addAppxProvisionedPackage,
  getAppxProvisionedPackages,
  getNonRemovableAppsPolicy,
  optimizeAppxProvisionedPackages,
  removeAppxProvisionedPackage,
  setAppxProvisionedDataFile,
  setNonRemovableAppsPolicy,
  applyUnattend,
  getReservedStorageState,
  setReservedStorageState,
  startOsUninstall,
};
