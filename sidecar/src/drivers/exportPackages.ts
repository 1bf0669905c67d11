/** Copies a driver package out of the store of an image. */
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';
import { sameAs } from '../imageFiles/fileBytes.ts';
import { folderOf, type ImageFiles, joinPath } from '../imageFiles/imageFiles.ts';
import type { WritableFolderImage } from '../imageFiles/writableFolder.ts';
import type { OperationContext } from '../operationContext.ts';
import { messageOf } from '../systemErrors.ts';
import { listTree, storePath } from './storeFolder.ts';
import { isStoreName } from './storeName.ts';

/** A package to be copied: its folder in the store, and its published name for messages. */
export interface ExportedPackage {
  readonly folder: string;
  readonly published: string;
}

/**
 * Copies the folder of a package into a folder, under its own name. A file that is there already and the same is left alone; another one is replaced.
 * Where that fails, the files that it has made go again: a package without some of its files would be taken for one.
 * @param windows The Windows folder in the image.
 * @throws DismError ERROR_PATH_NOT_FOUND: the store lacks the package; the signal's reason, between two files.
 */
export async function exportPackage(
  files: ImageFiles, windows: string, { folder, published }: ExportedPackage, destination: WritableFolderImage, context: OperationContext,
): Promise<void> {
  const source = joinPath(windows, storePath, folder);
  const names = isStoreName(folder) ? await listTree(files, source) : [];
  if (names.length === 0) {
    throw new DismError(Hresult.ERROR_PATH_NOT_FOUND, `Cannot export the driver "${published}": its folder "${folder}" is not in the driver store`, {
      target: published, hint: 'The image is damaged; remove the driver and add it again.',
    });
  }
  const isNew = !(await destination.list('')).some((name) => name.toUpperCase() === folder.toUpperCase());
  const made: string[] = [];
  try {
    for (const name of names) {
      context.signal.throwIfAborted();
      const path = `${folder}/${name}`;
      const data = await files.read(`${source}/${name}`);
      const existing = await destination.read(path);
      if (data === undefined || existing?.equals(data) === true) { continue; }
      if (existing === undefined) { made.push(path); }
      await destination.makeFolders(folderOf(path));
      await destination.replace(path, data, { signal: context.signal, verify: sameAs(path, data) });
    }
  } catch (error) {
    takeBack(made, isNew, destination, context);
    throw error;
  }
}

/** @param withFolders The folder of the package was made for these files; one that has anything else in it by now stays. */
function takeBack(made: readonly string[], withFolders: boolean, destination: WritableFolderImage, context: OperationContext): void {
  try {
    for (const path of made) { destination.removeFile(path); }
    if (!withFolders) { return; }
    const folders = new Set(made.flatMap((path) => path.split('/').slice(0, -1).map((_, index, parts) => parts.slice(0, index + 1).join('/'))));
    for (const folder of [...folders].sort((a, b) => b.length - a.length)) { destination.removeEmptyFolder(folder); }
  } catch (error) {
    context.log.warning(`A part of a package stays in "${destination.description}": ${messageOf(error)}`);
  }
}
