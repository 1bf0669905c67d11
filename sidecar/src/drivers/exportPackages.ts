/** Copies driver packages out of the store of an image. */
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';
import { sameAs } from '../imageFiles/fileBytes.ts';
import { folderOf, type ImageFiles, joinPath } from '../imageFiles/imageFiles.ts';
import type { WritableFolderImage } from '../imageFiles/writableFolder.ts';
import type { OperationContext } from '../operationContext.ts';
import { listTree, storePath } from './storeFolder.ts';
import { isStoreName } from './storeName.ts';

/** A package to be copied: its folder in the store, and its published name for messages. */
export interface ExportedPackage {
  readonly folder: string;
  readonly published: string;
}

/**
 * Copies the folders of packages into a folder, each under its own name. A file that is there already and the same is left alone; another one is replaced.
 * @param windows The Windows folder in the image.
 * @throws DismError ERROR_PATH_NOT_FOUND: the store lacks a package; the signal's reason, between two files.
 */
export async function exportPackages(
  files: ImageFiles, windows: string, packages: readonly ExportedPackage[], destination: WritableFolderImage, context: OperationContext,
): Promise<void> {
  for (const [index, { folder, published }] of packages.entries()) {
    context.progress('Exporting drivers', index, packages.length);
    const source = joinPath(windows, storePath, folder);
    const names = isStoreName(folder) ? await listTree(files, source) : [];
    if (names.length === 0) {
      throw new DismError(Hresult.ERROR_PATH_NOT_FOUND, `Cannot export the driver "${published}": its folder "${folder}" is not in the driver store`, {
        target: published, hint: 'The image is damaged; remove the driver and add it again.',
      });
    }
    for (const name of names) {
      context.signal.throwIfAborted();
      const data = await files.read(`${source}/${name}`);
      const path = `${folder}/${name}`;
      if (data !== undefined && await destination.read(path).then((existing) => existing?.equals(data)) !== true) {
        await destination.makeFolders(folderOf(path));
        await destination.replace(path, data, {
          signal: context.signal, verify: sameAs(path, data),
        });
      }
    }
  }
  context.progress('Exporting drivers', packages.length, packages.length);
}
