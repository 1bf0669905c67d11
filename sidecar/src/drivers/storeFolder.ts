/** The folders of packages in the driver store. */
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';
import type { ImageFiles } from '../imageFiles/imageFiles.ts';

/** Below the Windows folder. */
export const storePath = 'System32/DriverStore/FileRepository';
/** Folder of the catalogs of drivers, by which Windows finds the one that a file is in. */
export const catalogRootPath = 'System32/CatRoot/{F750E6C3-38EE-11D1-85E5-00C04FC295EE}';

/** Deeper than any package; a folder that goes on for ever ends here. */
const maxDepth = 16;
/** More files than any package. */
const maxFiles = 20_000;

/**
 * All files below a folder of an image, as paths below that folder, spelled as they are.
 * @throws DismError: it is deeper, or has more files, than a driver package may; E_ACCESSDENIED: a link is in it.
 */
export async function listTree(files: Pick<ImageFiles, 'list' | 'stat'>, folder: string): Promise<string[]> {
  const found: string[] = [];
  const visit = async (path: string, depth: number): Promise<void> => {
    for (const name of await files.list(`${folder}${path === '' ? '' : `/${path}`}`)) {
      const inner = path === '' ? name : `${path}/${name}`;
      if (depth > maxDepth || found.length >= maxFiles) {
        throw new DismError(Hresult.ERROR_FILE_CORRUPT, `The folder "${folder}" is no driver package: it has more files, or deeper folders, than one may have`, { target: folder });
      }
      if (await files.stat(`${folder}/${inner}`) === undefined) { await visit(inner, depth + 1); } else { found.push(inner); }
    }
  };
  await visit('', 0);
  return found;
}
