/** The files of driver packages in an image: the folder in the store, the published INF file, the catalog, and what boot-critical ones copy. */
import { sameAs } from '../imageFiles/fileBytes.ts';
import { folderOf, joinPath } from '../imageFiles/imageFiles.ts';
import type { WritableFolderImage } from '../imageFiles/writableFolder.ts';
import type { SourcePackage } from './sourcePackage.ts';
import { catalogRootPath, storePath } from './storeFolder.ts';

/** Paths in the image of what a package has outside its folder. */
export function publishedPaths(windows: string, published: string): { readonly inf: string; readonly catalog: string } {
  return { inf: joinPath(windows, 'INF', published), catalog: joinPath(windows, catalogRootPath, published.replace(/\.inf$/i, '.cat')) };
}

/** Puts bytes in place, and makes the folders that they need. What is so already is left alone. */
export async function putFile(image: WritableFolderImage, path: string, data: Buffer, signal: AbortSignal): Promise<void> {
  if ((await image.stat(path))?.size === data.length && (await image.read(path))?.equals(data) === true) { return; }
  await image.makeFolders(folderOf(path));
  await image.replace(path, data, { signal, verify: sameAs(path, data) });
}

/** Writes the folder of a package. One that nobody registered is taken over: what is in it stays where it is as it should be. */
async function putStoreFolder(image: WritableFolderImage, folder: string, { files }: SourcePackage, signal: AbortSignal): Promise<void> {
  if ((await image.list(folder)).length > 0) {
    for (const [path, data] of files) { await putFile(image, `${folder}/${path}`, data, signal); }
    return;
  }
  const folders = new Set([...files.keys()].map((path) => folderOf(`${folder}/${path}`)));
  for (const path of [folder, ...folders]) { await image.makeFolders(path); }
  for (const [path, data] of files) {
    await image.addFile(`${folder}/${path}`, data, { signal, verify: sameAs(path, data) });
  }
  for (const path of folders) { image.flushFolder(path); }
}

/** Writes the files of a package that is only staged. */
export async function putPackage(image: WritableFolderImage, windows: string, source: SourcePackage, published: string, signal: AbortSignal): Promise<void> {
  const { inf, catalog } = publishedPaths(windows, published);
  await putStoreFolder(image, joinPath(windows, storePath, source.folder), source, signal);
  const infData = source.files.get(source.infName);
  if (infData !== undefined) { await putFile(image, inf, infData, signal); }
  const catalogData = source.version.catalog === undefined ? undefined : source.files.get(source.version.catalog);
  // A catalog that does not vouch for the files would only be looked at in vain.
  if (source.signature.isSigned && catalogData !== undefined) { await putFile(image, catalog, catalogData, signal); }
}

/**
 * That each of the files of a package can be found later by whoever undoes what is begun.
 * @param files Below the Windows folder.
 * @throws DismError as requireOneWay()
 */
export function requireReachable(
  image: WritableFolderImage, windows: string,
  { folder, published, files }: { readonly folder: string; readonly published: string; readonly files: readonly string[] },
): void {
  const { inf, catalog } = publishedPaths(windows, published);
  for (const path of [joinPath(windows, storePath, folder), inf, catalog, ...files.map((file) => joinPath(windows, file))]) { image.requireOneWay(path); }
}

/** Removes the files of a package; what is not there is no error. */
export async function removePackageFiles(image: WritableFolderImage, windows: string, folder: string, published: string | undefined): Promise<void> {
  if (published !== undefined) {
    const { inf, catalog } = publishedPaths(windows, published);
    // Windows makes a .pnf of the INF file once it has used it.
    for (const path of [catalog, inf, inf.replace(/\.inf$/i, '.pnf')]) { image.removeFile(path); }
  }
  await image.remove(joinPath(windows, storePath, folder));
}
