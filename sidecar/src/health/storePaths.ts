/** Where the files of a component store are, as paths of the image, and how large they may be. */
import { joinPath, maxFileBytes } from '../imageFiles/imageFiles.ts';

/** The largest manifests of Windows have three megabytes; payload is as large as a file of Windows gets. */
export const maxManifestBytes = 16 * 1024 * 1024;
export const maxPayloadBytes = maxFileBytes;
/** Package files and catalogs have a few megabytes at most. */
export const maxPackageFileBytes = 64 * 1024 * 1024;

/** An image, by its Windows folder. */
interface Windows {
  readonly windows: string;
}

export const storeFolder = ({ windows }: Windows): string => joinPath(windows, 'WinSxS');
export const manifestFolder = (index: Windows): string => joinPath(storeFolder(index), 'Manifests');
export const manifestPath = (index: Windows, component: string): string => joinPath(manifestFolder(index), `${component}.manifest`);
export const payloadPath = (index: Windows, component: string, file: string): string => joinPath(storeFolder(index), component, file);
export const catalogFolder = (index: Windows): string => joinPath(storeFolder(index), 'Catalogs');
export const catalogPath = (index: Windows, catalog: string): string => joinPath(catalogFolder(index), `${catalog}.cat`);
export const packageFolder = ({ windows }: Windows): string => joinPath(windows, 'servicing/Packages');
export const packagePath = (index: Windows, identity: string, ending: 'mum' | 'cat'): string => joinPath(packageFolder(index), `${identity}.${ending}`);
