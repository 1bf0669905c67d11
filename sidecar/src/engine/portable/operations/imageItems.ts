/** imageFile/extractItem on the portable engine. */
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import type { extractImageItem as method } from '@dismts/protocol';
import { Hresult } from '../../../hresult.ts';
import type { OperationContext } from '../../../operationContext.ts';
import { printable } from '../../../printable.ts';
import { guarded } from '../../../systemErrors.ts';
import { type Dentry, walk } from '../../../wim/dentry.ts';
import type { FileErrors } from '../../../wim/fileErrors.ts';
import { isDirectory } from '../../../wim/inode.ts';
import { parseMetadata } from '../../../wim/readMetadata.ts';
import { runWimJob } from '../../../wimJobs/jobProcess.ts';
import { openImageFiles } from '../imageFiles/changing.ts';
import { findItem, pathInImage } from '../imageFiles/imagePaths.ts';
import { newFilePath, publish, withUnfinishedWork } from '../imageFiles/newFiles.ts';
import { fileResult, freeBytesAt, requireFree } from '../imageFiles/results.ts';
import { withSource } from '../imageFiles/sources.ts';
import { temporaryPath } from '../imageFiles/unfinished.ts';

type Params = z.output<typeof method.params>;
type Result = z.input<typeof method.result>;

/** Numbers of an item, and of all below it. */
function measure(item: Dentry, sizeOf: (hash: string) => number): { files: number; directories: number; bytes: number; streams: number } {
  let [files, directories, bytes, streams] = [0, 0, 0, 0];
  walk(item, ({ inode }) => {
    if (isDirectory(inode)) { directories++; } else { files++; }
    const hashes = inode.hashes();
    bytes += hashes.reduce((sum, hash) => sum + sizeOf(hash), 0);
    streams += inode.named.length;
  });
  return { files, directories, bytes, streams };
}

/** Nothing is written under names that lead elsewhere. @throws DismError ERROR_INVALID_NAME. */
function requireHarmless(item: Dentry, errors: FileErrors): void {
  walk(item, ({ hidden }) => {
    const [first] = hidden ?? [];
    if (first === undefined) { return; }
    throw errors.make(Hresult.ERROR_INVALID_NAME, `"${printable(first.name)}" in "${pathInImage(item, '\\')}" is no name for a file, or there twice`,
      'The image was damaged or made to do harm: copy single files of it.');
  });
}

/** Copies a file or folder of an image to a path that is free. */
export async function extractImageItem(params: Params, context: OperationContext): Promise<Result> {
  const { imagePath, itemPath, destination } = params;
  const what = `Cannot copy "${itemPath}" of "${imagePath}" to "${destination}"`;
  return await guarded(what, destination, context, async () => await withSource(params, what, context, async (source) => {
    const { wim, otherParts, sizeBytes } = source;
    const imageIndex = await wim.chooseImage(params);
    const data = await wim.metadata(imageIndex);
    if (data === undefined) { throw wim.errors.damaged(`the file has no metadata for image ${imageIndex}`); }
    const item = findItem(parseMetadata(data).root, itemPath, wim.errors);
    requireHarmless(item, wim.errors);
    const target = newFilePath(destination, what);
    const blobs = await wim.blobs();
    const { files, directories, bytes, streams } = measure(item, (hash) => blobs.sizeOf(hash));
    const warnings = streams === 0 ? [] : [`${streams === 1 ? 'A named stream' : `${streams} named streams`} of what was copied cannot be kept in a folder of Linux`];
    const answer = { imagePath, path: destination, imageIndex, sizeBefore: sizeBytes, sizeAfter: sizeBytes, warnings };
    if (params.validateOnly === true) {
      const writes = [{ path: target, change: 'New' as const, maximumBytes: bytes, freeBytes: freeBytesAt(target) }];
      return fileResult({ ...answer, plan: { writes, files, directories, bytes } }, context);
    }
    requireFree(target, bytes, what);
    const state = await openImageFiles(context);
    await withUnfinishedWork(state, context, async (work) => {
      const folder = temporaryPath(target, 'folder');
      await work.making(folder);
      mkdirSync(folder);
      await runWimJob('extractItem', { source: { path: wim.path, otherParts }, imageIndex, itemPath: pathInImage(item, '/'), folder }, context);
      const [name] = readdirSync(folder);
      if (name === undefined) { throw wim.errors.damaged('libwim has written nothing for the item'); }
      context.signal.throwIfAborted();
      publish(join(folder, name), target, what);
    });
    context.log.info(`copied "${itemPath}" of image ${imageIndex} of "${wim.path}" to "${target}"`);
    return fileResult(answer, context);
  }));
}
