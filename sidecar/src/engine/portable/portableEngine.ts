/** The portable engine: WIM files through libwim, mounts through FUSE and overlays. No Windows needed. */
import type { OperationContext } from '../../operationContext.ts';
import { requireScratchFolder } from '../../scratchFolder.ts';
import type { Engine } from '../engine.ts';
import { unsupportedBy, unsupportedOffLinux } from '../support.ts';
import * as append from './operations/appendImage.ts';
import * as apply from './operations/applyImage.ts';
import * as capture from './operations/captureImage.ts';
import * as appx from './operations/appx.ts';
import * as commit from './operations/commitImage.ts';
import * as converting from './operations/convertImage.ts';
import * as drivers from './operations/drivers.ts';
import * as environment from './operations/environment.ts';
import * as exporting from './operations/exportImage.ts';
import * as firstBoot from './operations/firstBoot.ts';
import * as health from './operations/health.ts';
import * as information from './operations/getImageInfo.ts';
import * as content from './operations/imageContent.ts';
import * as items from './operations/imageItems.ts';
import * as inventory from './operations/inventory.ts';
import * as mount from './operations/mountImage.ts';
import * as mounted from './operations/mountedImages.ts';
import * as optimizing from './operations/optimizeImageFile.ts';
import * as removing from './operations/removeImage.ts';
import * as registry from './operations/registry.ts';
import * as remount from './operations/remountImage.ts';
import * as splitting from './operations/splitImage.ts';
import * as testing from './operations/testImageFile.ts';
import * as unattend from './operations/unattend.ts';
import * as unmount from './operations/unmountImage.ts';

/** Makes the engine. Nothing is loaded or looked at before the first call. */
export function createPortableEngine() {
  return {
    name: 'Portable' as const,
    unsupported: process.platform === 'linux' ? unsupportedBy.Portable : { ...unsupportedBy.Portable, ...unsupportedOffLinux },
    cancellable: [
      'image/mount', 'image/commit', 'image/unmount', 'image/cleanupMountPoints', 'health/check', 'health/scan', 'health/restore',
      'package/get', 'feature/get', 'capability/get', 'driver/add', 'driver/export', 'driver/remove',
      'imageFile/export', 'imageFile/split', 'imageFile/join', 'imageFile/optimize', 'imageFile/test', 'imageFile/extractItem', 'imageFile/putItem',
      'imageFile/remove', 'imageFile/set', 'imageFile/getContent',
      'imageFile/capture', 'imageFile/append', 'imageFile/apply', 'imageFile/convert',
    ],
    // What else a file exports bears the name of no method.
    ...environment,
    ...checkingScratch({
      ...registry, ...appx, ...unattend, ...firstBoot,
      ...information, ...mount, ...remount, ...commit, ...unmount, ...mounted, ...health, ...inventory, ...drivers,
      ...exporting, ...splitting, ...optimizing, ...testing, ...items, ...removing, ...content, ...capture, ...append, ...apply, ...converting,
    }),
  } satisfies Engine;
}

/** The same operations; each looks at its scratch folder first. */
function checkingScratch<T extends object>(operations: T): T {
  const checking = (operation: (params: unknown, context: OperationContext) => Promise<unknown>) => async (params: unknown, context: OperationContext) => {
    requireScratchFolder(context.scratchDirectory);
    return await operation(params, context);
  };
  return Object.fromEntries(Object.entries(operations).map(([name, value]: [string, unknown]) => (
    [name, typeof value === 'function' ? checking(value as Parameters<typeof checking>[0]) : value]))) as T;
}
