/** driver/export on the portable engine. */
import { accessSync, constants } from 'node:fs';
import type { exportDrivers as exportMethod } from '@dismts/protocol';
import type { z } from 'zod';
import { exportPackages } from '../../../drivers/exportPackages.ts';
import { CancellableFiles } from '../../../imageFiles/cancellableFiles.ts';
import { WritableFolderImage } from '../../../imageFiles/writableFolder.ts';
import { listAddedDevices } from '../../../inventory/drivers.ts';
import type { OperationContext } from '../../../operationContext.ts';
import { guarded } from '../../../systemErrors.ts';
import { readWindows } from '../windowsReading.ts';

/** Copies all drivers that were added to an image into a folder, as they are in its driver store. */
export async function exportDrivers(
  params: z.output<typeof exportMethod.params>, context: OperationContext,
): Promise<z.input<typeof exportMethod.result>> {
  const { destination: path } = params;
  return await readWindows('drivers', params, context, async (image, files) => {
    const drivers = await listAddedDevices(image);
    await guarded(`Cannot export the drivers to "${path}"`, path, context, async () => {
      const destination = new WritableFolderImage(path);
      try {
        accessSync(path, constants.W_OK);
        if (params.validateOnly === true) { return; }
        const folders = new Map(drivers.map(({ driver, originalFileName }) => [originalFileName.split('/').at(-2) ?? '', driver]));
        const packages = Array.from(folders, ([folder, published]) => ({ folder, published }));
        await exportPackages(new CancellableFiles(files, context.signal), image.windows, packages, destination, context);
      } finally {
        await destination.close();
      }
    });
    return { drivers };
  });
}
