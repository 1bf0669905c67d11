/** Reads a driver package that is to be added: its INF file, the files that belong to it, and their signature. */
import { basename, dirname } from 'node:path';
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';
import { FolderImage } from '../imageFiles/folderFiles.ts';
import { InfError } from './infError.ts';
import { InfFile } from './infFile.ts';
import { allCopies } from './infInstall.ts';
import { type InfModel, readModels } from './infModels.ts';
import { type InfSource, sourceFiles } from './infSources.ts';
import type { InfTarget } from './infTarget.ts';
import { maxInfBytes } from './infText.ts';
import { type InfVersion, readVersion, requireFileName } from './infVersion.ts';
import { checkSignature, type PackageSignature } from './packageSignature.ts';
import { storeName } from './storeName.ts';

/** A package, read whole. */
export interface SourcePackage {
  /** Name of the INF file, as it is spelled. */
  readonly infName: string;
  /** Folder that it was read from. */
  readonly sourceFolder: string;
  /** Name of its folder in the driver store. */
  readonly folder: string;
  readonly inf: InfFile;
  readonly target: InfTarget;
  readonly version: InfVersion;
  readonly models: readonly InfModel[];
  readonly sources: readonly InfSource[];
  /** All files, by path in the package: the INF file, the catalog if it is there, and what is copied or listed. */
  readonly files: ReadonlyMap<string, Buffer>;
  readonly signature: PackageSignature;
}

/**
 * Reads a package. Links in its folder are not followed.
 * @throws InfError; DismError ERROR_FILE_NOT_FOUND: a file of it is missing; SPAPI_E_DRIVER_NONNATIVE, SPAPI_E_INVALID_TARGET: it is not for the image.
 */
export async function readSourcePackage(infPath: string, target: InfTarget, language: number): Promise<SourcePackage> {
  const folder = new FolderImage(dirname(infPath));
  try {
    const infName = basename(infPath);
    requireFileName(infName, 'the INF file');
    const data = await folder.read(infName, maxInfBytes);
    if (data === undefined) { throw new DismError(Hresult.ERROR_FILE_NOT_FOUND, `"${infPath}" does not exist, or is no file`, { target: infPath }); }
    const inf = InfFile.parse(data, language);
    const version = readVersion(inf, target.architecture);
    const models = readModels(inf, target);
    const copies = allCopies(inf, models, target);
    const sources = sourceFiles(inf, copies, target);
    const { catalog: name } = version;
    // Both are read on their own, and no catalog has itself among its members.
    const own = new Set([infName.toLowerCase(), name?.toLowerCase()]);
    const files = new Map([[infName, data], ...await readFiles(folder, sources.filter(({ path }) => !own.has(path.toLowerCase())), infName)]);
    const signed = new Map(files);
    const catalog = name === undefined ? undefined : { name, data: await folder.read(name) };
    const signature = checkSignature(infName, catalog, signed);
    if (catalog?.data !== undefined) { files.set(catalog.name, catalog.data); }
    return {
      infName, sourceFolder: dirname(infPath), folder: storeName(infName, target.architecture, data), inf, target, version, models, sources, files, signature,
    };
  } catch (error) {
    // Messages of the format do not know which file it is.
    throw error instanceof InfError ? new InfError(`${error.what} ("${infPath}")`, { target: infPath, cause: error }) : error;
  } finally {
    folder.closeNow();
  }
}

async function readFiles(folder: FolderImage, sources: readonly InfSource[], infName: string): Promise<[string, Buffer][]> {
  const files: [string, Buffer][] = [];
  for (const { path, isCopied } of sources) {
    const data = await folder.read(path);
    if (data !== undefined) {
      files.push([path, data]);
    } else if (isCopied) {
      const packed = await folder.stat(path.replace(/.$/, '_')) !== undefined;
      throw new DismError(Hresult.ERROR_FILE_NOT_FOUND, `The driver "${infName}" needs the file "${path}", which is not in its folder${packed ? ' but in packed form' : ''}`, {
        target: path, hint: packed ? 'Unpack it with "expand" of Windows or "cabextract".' : 'Unpack the whole driver package; its files belong together.',
      });
    }
  }
  return files;
}
