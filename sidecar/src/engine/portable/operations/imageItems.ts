/** imageFile/extractItem and imageFile/putItem on the portable engine. */
import { mkdirSync, readdirSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { z } from 'zod';
import type { extractImageItem as extractMethod, putImageItem as putMethod } from '@dismts/protocol';
import { freeBytesAt } from '../../../freeBytes.ts';
import { Hresult } from '../../../hresult.ts';
import type { OperationContext } from '../../../operationContext.ts';
import { filesBelow, leftOutAsOwn } from '../../../ownFiles.ts';
import { printable } from '../../../printable.ts';
import { guarded } from '../../../systemErrors.ts';
import { type Dentry, walk } from '../../../wim/dentry.ts';
import type { FileErrors } from '../../../fileErrors.ts';
import { isDirectory } from '../../../wim/inode.ts';
import { hexHash } from '../../../wim/hash.ts';
import { runWimJob } from '../../../wimJobs/jobProcess.ts';
import { writing } from '../../../writing.ts';
import { guardedJob } from '../imageFiles/guardedJob.ts';
import { type ChangeableFile, openImageFiles, withChangeable } from '../imageFiles/changing.ts';
import { checkTable } from '../../../wim/checkTable.ts';
import { childOf, findItem, namesOf, pathInImage } from '../imageFiles/imagePaths.ts';
import { itemLayer } from '../imageFiles/itemLayer.ts';
import { newFilePath, publish, withUnfinishedWork } from '../imageFiles/newFiles.ts';
import { fileResult, requireFree } from '../imageFiles/results.ts';
import { withSource } from '../imageFiles/sources.ts';
import { temporaryPath } from '../imageFiles/unfinished.ts';
import { applyChanges } from '../saving/applyChanges.ts';
import { commitChanges } from '../saving/commit.ts';
import { heldAnyway } from '../saving/growWim.ts';

/** No link of a source leads into it. */
const noMount = '\0';

type Params = z.output<typeof extractMethod.params>;
type Result = z.input<typeof extractMethod.result>;
type PutParams = z.output<typeof putMethod.params>;
type PutResult = z.input<typeof putMethod.result>;

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
  return await guardedJob(what, destination, params.validateOnly !== true, context, async () => await withSource(params, what, context, async (source) => {
    const { wim, otherParts, sizeBytes } = source;
    const imageIndex = await wim.chooseImage(params);
    const item = findItem((await wim.tree(imageIndex)).root, itemPath, wim.errors);
    requireHarmless(item, wim.errors);
    const target = newFilePath(destination, what);
    const blobs = await wim.blobs();
    const { files, directories, bytes, streams } = measure(item, (hash) => blobs.sizeOf(hash));
    const warnings = streams === 0 ? [] : [`${streams === 1 ? 'A named stream' : `${streams} named streams`} of what was copied cannot be kept in a folder of Linux`];
    const answer = { imagePath, path: destination, imageIndex, sizeBefore: sizeBytes, sizeAfter: sizeBytes, warnings };
    requireFree(target, bytes, what);
    const state = await openImageFiles(context);
    if (params.validateOnly === true) {
      const writes = [{ path: target, change: 'New' as const, maximumBytes: bytes, freeBytes: freeBytesAt(target) }];
      return fileResult({ ...answer, plan: { writes, files, directories, bytes } }, context);
    }
    const more = await withUnfinishedWork(state, context, async (work) => {
      const folder = temporaryPath(target, 'folder');
      await work.making(folder);
      const job = { source: { path: wim.path, otherParts }, what, imageIndex, itemPath: pathInImage(item, '/'), folder };
      await writing(folder, dirname(target), async () => {
        mkdirSync(folder);
        return await runWimJob('extractItem', job, context);
      });
      // What is in the root of an image comes without a folder around it.
      const isRoot = item.parent === undefined;
      const [name] = readdirSync(folder);
      if (name === undefined && !isRoot) { throw wim.errors.damaged('libwim has written nothing for the item'); }
      context.signal.throwIfAborted();
      return publish(isRoot || name === undefined ? folder : join(folder, name), target, what);
    });
    context.log.info(`copied "${itemPath}" of image ${imageIndex} of "${wim.path}" to "${target}"`);
    return fileResult({ ...answer, warnings: [...warnings, ...more] }, context);
  }));
}

/** Where an item is to be put. */
interface PutPlace {
  readonly folder: Dentry;
  readonly name: string;
}

/** @throws DismError ERROR_FILE_EXISTS: something has the name, and is not to be replaced. ERROR_PATH_NOT_FOUND: its folder is not there. */
function placeFor(root: Dentry, { itemPath, replace }: PutParams, errors: FileErrors): PutPlace {
  const names = namesOf(itemPath);
  const name = names.pop();
  if (name === undefined || name === '.' || name === '..') {
    throw errors.make(Hresult.ERROR_INVALID_NAME, `"${itemPath}" names no file or folder`, 'Give the path that the item is to have in the image, with its name.');
  }
  const folder = findItem(root, names.join('/'), errors);
  if (!isDirectory(folder.inode)) { throw errors.make(Hresult.ERROR_PATH_NOT_FOUND, `"${pathInImage(folder, '\\')}" is no folder`); }
  const existing = childOf(folder, name);
  if (existing !== undefined && replace !== true) {
    throw errors.make(Hresult.ERROR_FILE_EXISTS, `the image has "${pathInImage(existing, '\\')}" already`, 'Give -Replace to put the new one in its place.');
  }
  return { folder, name };
}

async function put({ wim, state }: ChangeableFile, params: PutParams, what: string, context: OperationContext): Promise<PutResult> {
  const imageIndex = await wim.chooseImage(params);
  const tree = await wim.tree(imageIndex);
  const blobs = await wim.blobs();
  const [hash, metadata] = [blobs.imageHashes()[imageIndex - 1], blobs.imageMetadata(imageIndex)];
  if (metadata === undefined || hash === undefined) { throw wim.errors.damaged(`the file has no metadata for image ${imageIndex}`); }
  const { folder, name } = placeFor(tree.root, params, wim.errors);
  const source = realpathSync(params.source);
  if (source === wim.path) { throw wim.errors.make(Hresult.E_INVALIDARG, 'it is the image file itself', 'Copy the file first, and give the copy.'); }
  const without = filesBelow(source, [wim.path, context.log.path]);
  const { layer, files, directories, bytes } = await itemLayer({ source, folder, name, without, what }, context.signal);
  const unchecked = [...leftOutAsOwn(without), ...await checkTable(wim, params.checkIntegrity, context)];
  const answer = { imagePath: params.imagePath, imageIndex, sizeBefore: wim.size };
  const { blobTable, xml, integrityTable } = wim.header;
  // All of it new, none of it smaller when compressed, and the tables anew.
  const maximumBytes = wim.size + bytes + Math.ceil(bytes / 32768) * 8 + metadata.uncompressedSize + (files + directories) * 1024
    + blobTable.uncompressedSize + xml.uncompressedSize + integrityTable.uncompressedSize + Math.ceil((wim.size + bytes) / 1024 / 1024) * 20 + 64 * 1024;
  if (params.validateOnly === true) {
    const writes = [{ path: wim.path, change: 'Grown' as const, maximumBytes, freeBytes: freeBytesAt(wim.path) }];
    const { warnings } = await applyChanges(tree, layer, { mountPath: noMount, targets: new Map() }, context.signal);
    return fileResult({ ...answer, sizeAfter: wim.size, warnings: [...unchecked, ...warnings], plan: { writes, files, directories, bytes } }, context);
  }
  const { sizeBytes: sizeAfter, warnings } = await withUnfinishedWork(state, context, async (work) => {
    await work.growing(wim.path);
    const result = await commitChanges({
      wimPath: wim.path, imageIndex, imageHash: hexHash(hash), upperPath: '', layer, mountPath: noMount, append: false, checkIntegrity: params.checkIntegrity === true,
    }, true, { started: async () => { await Promise.resolve(); }, finishing: async () => { await Promise.resolve(); } }, context)
      .catch(async (error: unknown) => { throw await heldAnyway(wim, error); });
    work.grown();
    return result;
  });
  context.log.info(`put "${params.source}" into image ${imageIndex} of "${wim.path}"`);
  return fileResult({ ...answer, sizeAfter, warnings: [...unchecked, ...warnings] }, context);
}

/** Puts a file or folder into an image. */
export async function putImageItem(params: PutParams, context: OperationContext): Promise<PutResult> {
  const what = `Cannot put "${params.source}" into "${params.imagePath}"`;
  return await guarded(what, params.imagePath, context, async () => await withChangeable(params.imagePath, what, context, false,
    async (file) => await put(file, params, what, context)));
}
