/** The portable engine: WIM files through libwim, mounts through FUSE and overlays. No Windows needed. */
import type { Engine } from '../engine.ts';
import { unsupportedBy } from '../support.ts';
import { checkHealth, restoreHealth, scanHealth } from '../../health/operations.ts';
import { getCapabilities, getDrivers, getEdition, getFeatures, getPackages } from '../../inventory/operations.ts';
import { commitImage } from './commitImage.ts';
import { getEnvironment } from './environment.ts';
import { getImageInfo } from './imageInfo.ts';
import { cleanupMountPoints, listMountedImages } from './mountedImages.ts';
import { mountImage } from './mountImage.ts';
import { remountImage } from './remountImage.ts';
import { unmountImage } from './unmountImage.ts';

/** Makes the engine. Nothing is loaded or looked at before the first call. */
export function createPortableEngine() {
  return {
    name: 'Portable' as const,
    unsupported: unsupportedBy.Portable,
    cancellable: [
      'image/mount', 'image/commit', 'image/unmount', 'image/cleanupMountPoints', 'health/check', 'health/scan', 'health/restore',
      'package/get', 'feature/get', 'capability/get',
    ],
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
  } satisfies Engine;
}
