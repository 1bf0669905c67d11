/** Where a restore looks for files: `-Source` in every form that DISM takes. A source is never trusted; the wanted digest decides. */
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';
import { CancellableFiles } from '../imageFiles/cancellableFiles.ts';
import { FolderImage } from '../imageFiles/folderFiles.ts';
import { type ImageFiles, joinPath } from '../imageFiles/imageFiles.ts';
import { readBases } from './baseManifests.ts';
import { SourceFiles } from './sourceFiles.ts';
import { WimImage } from '../imageFiles/wimFiles.ts';

/** One source, opened. */
export class StoreSource {
  readonly files: SourceFiles;
  /** Folder of the component store below its root; undefined where it is a folder of loose files. */
  readonly store: string | undefined;
  /** Folder of the Windows installation below its root; undefined where it has none. */
  readonly windows: string | undefined;
  #bases: Promise<Buffer[]> | undefined;
  #folders: Promise<string[]> | undefined;

  constructor(files: SourceFiles, store: string | undefined, windows: string | undefined) {
    this.files = files;
    this.store = store;
    this.windows = windows;
  }

  /** Base manifests of its servicing stacks. */
  async bases(): Promise<Buffer[]> {
    this.#bases ??= readBases(this.files, this.store ?? '');
    return await this.#bases;
  }

  /** Places where it may have a payload file, the likeliest first. */
  payloadPaths(component: string, file: string, destinations: readonly string[]): string[] {
    const store = this.store ?? '';
    const name = file.split('/').at(-1) ?? file;
    return [
      joinPath(store, component, file),
      ...this.windows === undefined ? [] : destinations,
      joinPath(store, 'Backup', `${component}_${name}`),
      ...this.store === undefined ? [joinPath(component, name), name] : [],
    ];
  }

  manifestPaths(component: string): string[] {
    const name = `${component}.manifest`;
    const store = this.store ?? '';
    return [joinPath(store, 'Manifests', name), joinPath(store, 'Backup', name), ...this.store === undefined ? [name] : []];
  }

  catalogPaths(catalog: string): string[] {
    return [joinPath(this.store ?? '', 'Catalogs', `${catalog}.cat`), ...this.store === undefined ? [`${catalog}.cat`] : []];
  }

  packagePath(identity: string, ending: 'mum' | 'cat'): string {
    return this.windows === undefined ? `${identity}.${ending}` : joinPath(this.windows, 'servicing/Packages', `${identity}.${ending}`);
  }

  /** Versions of the same component that it has: the user's most frequent mistake is a source of another revision. */
  async versionsOf(component: string): Promise<string[]> {
    this.#folders ??= this.files.list(joinPath(this.store ?? '', 'Manifests'));
    const [architecture, name, token, , culture] = component.split('_');
    return (await this.#folders).flatMap((file) => {
      const parts = file.replace(/\.manifest$/i, '').split('_');
      const isSame = [architecture, name, token].every((part, index) => parts[index]?.toLowerCase() === part?.toLowerCase())
        && parts[4]?.toLowerCase() === culture?.toLowerCase();
      return isSame && parts[3] !== undefined ? [parts[3]] : [];
    });
  }

  async close(): Promise<void> {
    await this.files.close();
  }
}

/** Finds the component store in a source: root of an image, its Windows folder, its WinSxS, or loose files. */
async function openStore(files: SourceFiles, windowsDirectory: string): Promise<StoreSource> {
  for (const windows of [joinPath(windowsDirectory), 'Windows', '']) {
    const store = joinPath(windows, 'WinSxS');
    if ((await files.list(store)).length > 0) { return new StoreSource(files, store, windows); }
  }
  return (await files.list('Manifests')).length > 0 ? new StoreSource(files, '', undefined) : new StoreSource(files, undefined, undefined);
}

/**
 * Opens the sources in their order.
 * @throws DismError: one is not to be had; those that were opened are closed again.
 */
export async function openSources(sources: readonly string[], windowsDirectory: string, signal: AbortSignal): Promise<StoreSource[]> {
  const opened: StoreSource[] = [];
  try {
    for (const source of sources) { opened.push(await openStore(new SourceFiles(new CancellableFiles(await openFiles(source), signal)), windowsDirectory)); }
    return opened;
  } catch (error) {
    for (const source of opened) { await source.close(); }
    throw error;
  }
}

async function openFiles(source: string): Promise<ImageFiles> {
  const match = /^(?:wim|esd):(.+):(\d{1,9})$/is.exec(source);
  const [, path, index] = match ?? [];
  if (path === undefined || index === undefined) {
    if (!source.startsWith('/')) {
      throw new DismError(Hresult.E_INVALIDARG, `The source "${source}" is neither an absolute folder nor "WIM:path:index"`, { target: source });
    }
    return new FolderImage(source);
  }
  if (!path.startsWith('/')) {
    throw new DismError(Hresult.E_INVALIDARG, `The source "${source}" needs an absolute path`, { target: source });
  }
  try {
    const image = await WimImage.open(path, Number(index));
    if (image !== undefined) { return image; }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      throw new DismError(Hresult.ERROR_FILE_NOT_FOUND, `The source "${source}" does not exist`, { target: path, cause: error });
    }
    throw error;
  }
  throw new DismError(Hresult.ERROR_NOT_SUPPORTED, `The source "${source}" is part of a split WIM`, {
    target: path, hint: 'Mount the image read-only and give its folder as the source.',
  });
}
