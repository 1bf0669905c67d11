/** A change of an image that was interrupted after it had happened is finished before somebody reads the image. */
import { fileTrouble } from '../../imageFiles/fileTrouble.ts';
import type { FolderImage } from '../../imageFiles/folderFiles.ts';
import { WritableFolderImage } from '../../imageFiles/writableFolder.ts';
import type { OperationContext } from '../../operationContext.ts';
import { hasHappened } from '../../servicing/changeJournal.ts';
import { finishChange } from '../../servicing/imageChange.ts';
import { messageOf } from '../../systemErrors.ts';

/** @returns Sentences for the user about what could not be finished, as in an image that cannot be written. */
export async function finishInterrupted(files: FolderImage, path: string, windows: string, context: OperationContext): Promise<string[]> {
  try {
    if (!await hasHappened(files, windows)) { return []; }
  } catch (error) {
    if (fileTrouble(error) === undefined) { throw error; }
    return [`Whether an earlier change of the image was interrupted cannot be told (${messageOf(error)}): if so, some of it may show what was before`];
  }
  try {
    const image = new WritableFolderImage(path);
    try {
      for (const done of await finishChange(image, windows)) { context.log.info(`An interrupted change was finished: ${done}`); }
      return [];
    } finally {
      await image.close();
      files.forgetNames();
    }
  } catch (error) {
    if (fileTrouble(error) === undefined) { throw error; }
    return [`An earlier change of the image was interrupted, and cannot be finished here (${messageOf(error)}): some of it may show what was before`];
  }
}
