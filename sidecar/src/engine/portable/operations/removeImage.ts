/** imageFile/remove and imageFile/set on the portable engine. */
import type { z } from 'zod';
import type { removeImage as removeMethod, setImage as setMethod } from '@dismts/protocol';
import { DismError } from '../../../errors.ts';
import { freeBytesAt } from '../../../freeBytes.ts';
import { Hresult } from '../../../hresult.ts';
import type { OperationContext } from '../../../operationContext.ts';
import { guarded } from '../../../systemErrors.ts';
import { BlobTable } from '../../../wim/blobTable.ts';
import { refuseSolidBoot, solidFileHint } from '../../../wim/bootChoice.ts';
import { removeImage as removeFromDocument, setTexts } from '../../../wim/documentChange.ts';
import { emptyResource, wimHeaderBytes } from '../../../wim/header.ts';
import { imageName } from '../../../wim/imageXml.ts';
import { findHashes, parseMetadata } from '../../../wim/readMetadata.ts';
import { countReferences, type References } from '../../../wim/treeChange.ts';
import type { WimFile } from '../../../wim/wimFile.ts';
import { changeFile, type FileChange } from '../imageFiles/changeFile.ts';
import { type ChangeableFile, requireIndexesUnused, withChangeable } from '../imageFiles/changing.ts';
import { checkTable } from '../../../wim/checkTable.ts';
import { withUnfinishedWork } from '../imageFiles/newFiles.ts';
import { fileResult } from '../imageFiles/results.ts';

type RemoveParams = z.output<typeof removeMethod.params>;
type RemoveResult = z.input<typeof removeMethod.result>;
type SetParams = z.output<typeof setMethod.params>;
type SetResult = z.input<typeof setMethod.result>;

/** What an image refers to. Of a damaged one nobody knows, so all of it stays. */
async function referencesOf(wim: WimFile, imageIndex: number, warnings: string[]): Promise<ReadonlyMap<string, References>> {
  try {
    const data = await wim.metadata(imageIndex);
    if (data === undefined) { return new Map(); }
    return new Map([...countReferences(parseMetadata(data))].map(([hash, { after }]) => [hash, { before: after, after: 0 }]));
  } catch (error) {
    if (!(error instanceof DismError)) { throw error; }
    warnings.push(`The metadata of image ${imageIndex} are damaged, so what it held cannot be told from what other images hold, and stays in the file`);
    return new Map();
  }
}

/** What other images refer to: that counts in the file are right is not to be relied on. */
async function neededByOthers(wim: WimFile, imageIndex: number, context: OperationContext): Promise<ReadonlySet<string> | undefined> {
  const needed = new Set<string>();
  for (let other = 1; other <= wim.header.imageCount; other++) {
    if (other === imageIndex) { continue; }
    context.signal.throwIfAborted();
    try {
      const data = await wim.metadata(other);
      if (data === undefined) { return undefined; }
      for (const hash of findHashes(data)) { needed.add(hash); }
    } catch (error) {
      if (!(error instanceof DismError)) { throw error; }
      return undefined;
    }
  }
  return needed;
}

/** Bytes of a file that neither a table refers to, nor anything else. */
function unusedBytes(table: BlobTable, fileBytes: number, xmlBytes: number, integrityBytes: number): number {
  return Math.max(0, fileBytes - wimHeaderBytes - table.data.length - xmlBytes - integrityBytes - table.storedBytes());
}

/** The boot image of a file without an image. */
function bootWithout({ header }: WimFile, imageIndex: number): Pick<FileChange, 'bootIndex' | 'bootMetadata'> {
  const { bootIndex, bootMetadata } = header;
  if (bootIndex === imageIndex) { return { bootIndex: 0, bootMetadata: emptyResource }; }
  return { bootIndex: bootIndex > imageIndex ? bootIndex - 1 : bootIndex, bootMetadata };
}

async function remove(file: ChangeableFile, params: RemoveParams, context: OperationContext): Promise<RemoveResult> {
  const { wim, state } = file;
  const imageIndex = await wim.chooseImage(params);
  const document = await wim.document();
  const element = document.images[imageIndex - 1];
  const removedName = element === undefined ? '' : imageName(element);
  if (wim.header.imageCount === 1) {
    throw wim.errors.make(Hresult.E_ACCESSDENIED, `image ${imageIndex} is the only one in it`, 'Delete the file where none of it is needed any more.');
  }
  requireIndexesUnused(file, imageIndex, context);
  const warnings = await checkTable(wim, params.checkIntegrity, context);
  const references = await referencesOf(wim, imageIndex, warnings);
  const needed = await neededByOthers(wim, imageIndex, context);
  const table = (await wim.blobs()).without(imageIndex, needed === undefined ? new Map() : references, needed ?? new Set());
  if (needed === undefined) { warnings.push('The metadata of another image are damaged, so what it needs is not known, and all contents stay in the file'); }
  if (wim.header.bootIndex === imageIndex) { warnings.push('It was the image that the file boots; now there is none. Choose another one with Set-DismTsImage -BootIndex'); }
  const xmlBytes = document.text.length * 2;
  const answer = { imagePath: params.imagePath, sizeBefore: wim.size };
  const removed = { removedIndex: imageIndex, removedName };
  const after = (size: number): number => unusedBytes(new BlobTable(table, wim.errors), size, xmlBytes, wim.header.integrityTable.sizeInWim);
  if (params.validateOnly === true) {
    const maximumBytes = wim.size + table.length + xmlBytes + wim.header.integrityTable.sizeInWim + 64 * 1024;
    const plan = { writes: [{ path: wim.path, change: 'Grown' as const, maximumBytes, freeBytes: freeBytesAt(wim.path) }], files: 0, directories: 0, bytes: 0 };
    return { ...fileResult({ ...answer, sizeAfter: wim.size, plan, warnings }, context), ...removed, unusedBytes: after(maximumBytes) };
  }
  const change: FileChange = {
    table, document: (totalBytes) => removeFromDocument(document, imageIndex, totalBytes, wim.errors), imageCount: wim.header.imageCount - 1,
    ...bootWithout(wim, imageIndex), integrity: params.checkIntegrity === true,
  };
  const sizeAfter = await withUnfinishedWork(state, context, async (work) => await changeFile(wim, change, work, context, warnings));
  context.log.info(`removed image ${imageIndex}, "${removedName}", from "${wim.path}"`);
  return { ...fileResult({ ...answer, sizeAfter, warnings }, context), ...removed, unusedBytes: after(sizeAfter) };
}

/** Takes an image out of a file. */
export async function removeImage(params: RemoveParams, context: OperationContext): Promise<RemoveResult> {
  const what = `Cannot remove an image from "${params.imagePath}"`;
  return await guarded(what, params.imagePath, context, async () => await withChangeable(params.imagePath, what, context, true,
    async (file) => await remove(file, params, context)));
}

/** Elements of the XML data by the parameters that set them. */
const elements = { newName: 'NAME', description: 'DESCRIPTION', displayName: 'DISPLAYNAME', displayDescription: 'DISPLAYDESCRIPTION', flags: 'FLAGS' } as const;

function textsOf(params: SetParams): Map<string, string> {
  const names = Object.keys(elements) as (keyof typeof elements)[];
  return new Map(names.flatMap((name) => (params[name] === undefined ? [] : [[elements[name], params[name]] as const])));
}

async function set({ wim, state, isSolid }: ChangeableFile, params: SetParams, what: string, context: OperationContext): Promise<SetResult> {
  const { bootIndex, newName } = params;
  const document = await wim.document();
  const texts = textsOf(params);
  const imageIndex = texts.size === 0 ? null : await wim.chooseImage(params);
  if ([...texts.values()].some((text) => !text.isWellFormed())) {
    throw wim.errors.make(Hresult.E_INVALIDARG, 'a text holds half a character (a surrogate without its other half)');
  }
  const twin = newName === undefined ? -1 : document.images.findIndex((image, at) => at + 1 !== imageIndex && imageName(image) === newName);
  if (twin !== -1) { throw wim.errors.make(Hresult.ERROR_ALREADY_EXISTS, `image ${twin + 1} has the name "${newName ?? ''}" already`, 'Choose another name.'); }
  if (bootIndex !== undefined && bootIndex > 0) {
    await wim.chooseImage({ imageIndex: bootIndex });
    refuseSolidBoot(isSolid, bootIndex, what, solidFileHint);
  }
  const warnings = await checkTable(wim, params.checkIntegrity, context);
  const bootMetadata = bootIndex === undefined || bootIndex === 0 ? undefined : (await wim.blobs()).imageMetadata(bootIndex);
  const text = imageIndex === null ? undefined : setTexts(document, imageIndex, texts, wim.errors);
  const changed = imageIndex ?? (bootIndex === undefined || bootIndex === 0 ? null : bootIndex);
  const answer = { imagePath: params.imagePath, imageIndex: changed, sizeBefore: wim.size };
  if (params.validateOnly === true) {
    const maximumBytes = wim.size + (text === undefined ? 0 : text.length * 2 + 2) + (params.checkIntegrity === true ? Math.ceil(wim.size / 1024) : 0);
    const plan = { writes: [{ path: wim.path, change: 'Grown' as const, maximumBytes, freeBytes: freeBytesAt(wim.path) }], files: 0, directories: 0, bytes: 0 };
    return fileResult({ ...answer, sizeAfter: wim.size, plan, warnings }, context);
  }
  const change: FileChange = { document: text === undefined ? undefined : () => text, bootIndex, bootMetadata, integrity: params.checkIntegrity === true };
  const sizeAfter = await withUnfinishedWork(state, context, async (work) => await changeFile(wim, change, work, context, warnings));
  context.log.info(`changed ${[...texts.keys(), ...bootIndex === undefined ? [] : ['boot index']].join(', ')} of "${wim.path}"`);
  return fileResult({ ...answer, sizeAfter, warnings }, context);
}

/** Changes what a file says of an image, or which image it boots. */
export async function setImage(params: SetParams, context: OperationContext): Promise<SetResult> {
  const what = `Cannot change "${params.imagePath}"`;
  return await guarded(what, params.imagePath, context, async () => await withChangeable(params.imagePath, what, context, true,
    async (file) => await set(file, params, what, context)));
}
