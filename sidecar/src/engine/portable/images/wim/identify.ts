/** Finds an image in a WIM file, and checks that it can be mounted. */
import { realpath } from 'node:fs/promises';
import { printable } from '../../../../printable.ts';
import type { OperationContext } from '../../../../operationContext.ts';
import { findParts } from '../../../../wim/splitParts.ts';
import { checkTables } from '../../../../wim/checkTable.ts';
import { WimFile } from '../../../../wim/wimFile.ts';
import type { CheckedImage, IdentifiedImage, MountParams } from '../imageFormat.ts';
import { checkWritable, orMountReadOnly } from '../writable.ts';
import { checkImage, identifyImage } from './identity.ts';
import type { WimOwn } from './own.ts';
import { requireServing } from './serve.ts';

/** The part of a file that its images are in, and the other parts. */
interface OpenImageFile {
  readonly wim: WimFile;
  readonly otherParts: readonly string[];
}

/** Opens a file: of a split WIM its first part, whichever is given. */
export async function openImageFile(path: string, what: string): Promise<OpenImageFile> {
  const given = await WimFile.open(path, { what });
  try {
    if (given.header.totalParts === 1) { return { wim: given, otherParts: [] }; }
    const [first = path, ...otherParts] = await findParts(given);
    if (given.header.partNumber === 1) { return { wim: given, otherParts }; }
    const wim = await WimFile.open(first, { what });
    await given.close();
    return { wim, otherParts };
  } catch (error) {
    await given.close();
    throw error;
  }
}

/** Verifies the file where that is asked for, and finds the image. @param warnings Gets that there is nothing to verify it by. */
async function resolveImage(params: MountParams, { wim, otherParts }: OpenImageFile, context: OperationContext, warnings: string[]): Promise<number> {
  if (params.readOnly !== true) { wim.requireChangeable(); }
  await wim.document();
  warnings.push(...await checkTables(wim, otherParts, params.checkIntegrity, context));
  return await wim.chooseImage(params);
}

/** No warning gets longer by more than this many names. */
const maxNames = 5;

function unshowableWarnings(names: readonly string[]): string[] {
  if (names.length === 0) { return []; }
  const shown = names.slice(0, maxNames).map((name) => `"${printable(name)}"`).join(', ');
  const count = names.length === 1 ? 'A name' : `${names.length} names`;
  return [`${count} of the image cannot be shown by a mount on Linux, being too long or impossible there, and will stay in the image as it is: ${shown}${names.length > maxNames ? ', ...' : ''}`];
}

/** What who serves an image takes at most for each byte that describes it, and beside. */
const [memoryPerByte, otherMemory] = [16, 1024 ** 3];

/** The part of identify() that takes longer the more files there are. */
async function check(wim: WimFile, imageIndex: number, warnings: readonly string[]): Promise<CheckedImage> {
  try {
    const { streamsFit, unshowable } = await checkImage(wim, imageIndex);
    const trouble = wim.integrityTrouble;
    const own: WimOwn = { streamsShown: streamsFit };
    return { own, warnings: [
      ...warnings,
      ...trouble === undefined ? [] : [`"${wim.path}" was damaged or not copied to its end, and can be mounted read-only: ${trouble}`],
      ...unshowableWarnings(unshowable),
    ] };
  } finally {
    await wim.close();
  }
}

/** All is read through one descriptor. */
export async function identify(params: MountParams, what: string, context: OperationContext): Promise<IdentifiedImage> {
  const warnings: string[] = [];
  const { wim, otherParts } = await openImageFile(await realpath(params.imagePath).catch(() => params.imagePath), what);
  try {
    requireServing();
    // They are on their way while the file is looked at; what is wrong with it is said before what is wrong in it.
    for (const reading of [wim.document(), wim.blobs()]) { reading.catch(() => undefined); }
    if (params.readOnly !== true) { await checkWritable(wim.path, what, orMountReadOnly); }
    const imageIndex = await resolveImage(params, { wim, otherParts }, context, warnings);
    const { hash, metadataBytes } = await identifyImage(wim, imageIndex);
    // Few images have streams that do not fit: it is begun as for the others.
    const own: WimOwn = { streamsShown: true };
    return {
      path: wim.path, otherFiles: otherParts, imageIndex, hash, file: wim.signature, own,
      check: async () => await check(wim, imageIndex, warnings),
      close: async () => { await wim.close(); },
      uncheckedBytes: otherMemory + memoryPerByte * (metadataBytes + wim.header.blobTable.uncompressedSize),
    };
  } catch (error) {
    await wim.close();
    throw error;
  }
}
