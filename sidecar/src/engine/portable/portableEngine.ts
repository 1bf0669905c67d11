/** The portable engine: WIM files through libwim, mounts through FUSE and overlays. No Windows needed. */
import type { Engine } from '../engine.ts';
import { unsupportedBy } from '../support.ts';
import * as health from './operations/health.ts';
import * as inventory from './operations/inventory.ts';
import { commitImage } from './operations/commitImage.ts';
import { getEnvironment } from './operations/environment.ts';
import { getImageInfo } from './operations/getImageInfo.ts';
import { cleanupMountPoints, listMountedImages } from './operations/mountedImages.ts';
import { mountImage } from './operations/mountImage.ts';
import { remountImage } from './operations/remountImage.ts';
import { unmountImage } from './operations/unmountImage.ts';

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
    ...health,
    ...inventory,
  } satisfies Engine;
}
