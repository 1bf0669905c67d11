/** A change of an image that was interrupted is finished or undone before the image is saved, so that no file has half of it. */
import { settle } from '../../../drivers/driverChange.ts';
import { isDriverChangeLeft } from '../../../drivers/driverJournal.ts';
import { joinPath } from '../../../imageFiles/imageFiles.ts';
import { WritableFolderImage } from '../../../imageFiles/writableFolder.ts';
import type { OperationContext } from '../../../operationContext.ts';
import { finishChange } from '../../../servicing/imageChange.ts';
import { fileTrouble } from '../../../imageFiles/fileTrouble.ts';
import { messageOf } from '../../../systemErrors.ts';
import { changeOf } from '../driverChanges.ts';

/**
 * Looks into every folder at the top of an image that may be that of a Windows.
 * @param changed Names of those in whose System32 something is staged: what was interrupted has left its journal there. Default: it may be any.
 * @returns Sentences for the user about what could not be finished.
 */
export async function finishChanges(path: string, context: OperationContext, changed?: readonly string[]): Promise<string[]> {
  if (changed?.length === 0) { return []; }
  const files = new WritableFolderImage(path);
  const warnings: string[] = [];
  try {
    for (const folder of changed ?? await foldersOf(files, context)) {
      try {
        const windows = joinPath(folder);
        for (const done of await finishChange(files, windows)) { context.log.info(`An interrupted change was finished: ${done}`); }
        if (await isDriverChangeLeft(files, windows)) { await settle(await changeOf({ files, windows }, { path }, warnings, context)); }
      } catch (error) {
        if (fileTrouble(error) === undefined) { throw error; }
        // What leads out of the image, or may not be looked at, is no Windows.
        if (folder.toLowerCase() === 'windows') { warnings.push(`An interrupted change of the image is not finished: ${messageOf(error)}`); }
      }
    }
  } finally {
    await files.close();
  }
  return warnings;
}

/** A root that cannot be listed, as hostile images have one, holds no Windows that anybody changed here; what there is can still be saved. */
async function foldersOf(files: WritableFolderImage, context: OperationContext): Promise<readonly string[]> {
  try {
    return await files.list('');
  } catch (error) {
    if (fileTrouble(error) === undefined) { throw error; }
    context.log.info(`Not looked for interrupted changes: ${messageOf(error)}`);
    return [];
  }
}
