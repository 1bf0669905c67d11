/** imageFile/export, imageFile/join, imageFile/optimize: images in another file, or in the same one written anew. */
import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { exportImage as exportMethod, joinImage as joinMethod, optimizeImageFile as optimizeMethod } from '@dismts/protocol';
import { DismError } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import { chooseBootImage, optimizeHint, refuseSolidBoot } from '../../../wim/bootChoice.ts';
import { WimAttribute, WimCompression } from '../binding/wimgapi/constants.ts';
import type { Handler } from './handler.ts';
import { copyImages, newNames, requireFreeNames } from './imageFile/exporting.ts';
import { withImageFiles, type ImageFileWork } from './imageFile/imageFileWork.ts';
import { isSameFile, keepingImages, requireChangeable } from './imageFile/inPlace.ts';
import { makeFile, requireNew, requireRoom, sizeOf } from './imageFile/newFile.ts';
import { choose, documentOf, furtherParts, requireAllParts, statistics, type OpenWim } from './imageFile/openWim.ts';
import { compressionOf, fileResult, plannedWrite } from './imageFile/results.ts';
import { requireWritableFolder } from '../../../writableFolder.ts';
import type { FileErrors } from '../../../fileErrors.ts';
import { imageName, type WimDocument } from '../../../wim/imageXml.ts';
import { requireSplit } from '../../../wim/splitParts.ts';

/** Metadata and tables of an image take little beside its content. */
const overhead = 64 * 1024 * 1024;

/** The indexes that are asked for, which are all there. */
function chosenIndexes(document: WimDocument, indexes: '*' | readonly number[] | undefined, sourceName: string | undefined, { errors }: OpenWim): number[] {
  if (indexes === '*' && document.images.length === 0) { throw errors.make(Hresult.DISMAPI_E_INVALID_IMAGE_INDEX, 'the file holds no image'); }
  if (indexes === '*') { return document.images.map((_, at) => at + 1); }
  const chosen = (indexes ?? [undefined]).map((imageIndex) => choose(document, { imageIndex, imageName: sourceName }, errors));
  const twice = chosen.find((index, at) => chosen.indexOf(index) !== at);
  if (twice !== undefined) { throw errors.make(Hresult.ERROR_ALREADY_EXISTS, `image ${twice} is named twice`, 'Name each image once.'); }
  return chosen;
}

/** Bytes that copies of images take at most. */
function maximumBytes(document: WimDocument, indexes: readonly number[]): number {
  return statistics(document, indexes).bytes + overhead;
}

type ExportParams = Parameters<Handler<typeof exportMethod>>[0];

export const exportImage: Handler<typeof exportMethod> = async (params, operation) => {
  const { sourceImagePath, destinationImagePath, checkIntegrity = false, setbootable = false, wimBoot = false } = params;
  const action = `Cannot export "${sourceImagePath}" to "${destinationImagePath}"`;
  const parts = furtherParts(sourceImagePath, params.splitImageFilePattern, action);
  if (isSameFile(sourceImagePath, destinationImagePath)) {
    throw new DismError(Hresult.E_INVALIDARG, `${action}: source and destination are the same file`, { target: destinationImagePath });
  }
  const grows = statSync(destinationImagePath, { throwIfNoEntry: false }) !== undefined;
  if (!grows) { requireNew(destinationImagePath, action); }
  const sizeBefore = sizeOf(destinationImagePath);
  return withImageFiles(operation, action, (work) => work.withWim({ path: sourceImagePath, verify: checkIntegrity, parts }, async (source) => {
    requireAllParts(source, parts);
    const document = await documentOf(source);
    const indexes = chosenIndexes(document, params.sourceIndexes, params.sourceName, source);
    const counts = statistics(document, indexes);
    const compression = params.compressionType === undefined ? source.info.compression : compressionOf[params.compressionType];
    const allowSame = !grows || params.destinationName !== undefined;
    const there = grows ? await lookAtDestination(work, params, compression) : nothingThere(source.errors);
    requireFreeNames(newNames(document, indexes, params.destinationName), there.names, there.errors);
    const { place, warning } = chooseBootImage({
      sourcePath: sourceImagePath, sourceBoots: source.info.bootIndex, indexes, isAll: params.sourceIndexes === '*', setbootable,
      destinationPath: destinationImagePath, destinationBoots: there.bootIndex, what: action,
      // A file that is solid already, and boots, may stay so.
      isSolid: grows ? there.isSolid : compression === WimCompression.Lzms && (source.info.compression !== WimCompression.Lzms || setbootable),
    });
    if (warning !== undefined) { operation.warnings.push(warning); }
    const copy = async (destination: OpenWim): Promise<number[]> => {
      const added = await copyImages(operation, destination, { source, document, indexes, newName: params.destinationName, verify: checkIntegrity, allowSame });
      const bootIndex = added[place - 1] ?? 0;
      if (bootIndex > 0) { await work.api.setBootImage(destination.handle, bootIndex); }
      return added;
    };
    const outcomeFor = (imageIndexes: readonly number[]) => ({
      path: destinationImagePath, imagePath: destinationImagePath, imageIndex: imageIndexes[0] ?? null, sizeBefore,
    });
    if (params.validateOnly === true) {
      const plan = { ...counts, writes: [plannedWrite(destinationImagePath, grows ? 'Grown' : 'New', sizeBefore + maximumBytes(document, indexes))] };
      const imageIndexes = indexes.map((_, at) => there.names.length + at + 1);
      return { ...fileResult(operation, { ...outcomeFor(imageIndexes), plan }), imageIndexes };
    }
    const imageIndexes = grows
      ? await work.withWim({ path: destinationImagePath, verify: checkIntegrity, writable: true },
          (destination) => keepingImages(destination, work, () => copy(destination)))
      : await makeFile({ path: destinationImagePath, action, beforeMove: () => { operation.throwIfCancelled(); } },
          (temporary) => work.withWim({ path: temporary, compression, verify: checkIntegrity, wimBoot }, copy));
    return { ...fileResult(operation, outcomeFor(imageIndexes)), imageIndexes };
  }));
};

/** A file that images are to be added to, as it is before. */
interface Destination {
  readonly bootIndex: number;
  readonly isSolid: boolean;
  readonly names: readonly string[];
  readonly errors: FileErrors;
}

const nothingThere = (errors: FileErrors): Destination => ({ bootIndex: 0, isSolid: false, names: [], errors });

/** Looks at a file that is to be added to. A file that is there keeps its type, of which a warning tells. */
async function lookAtDestination(
  work: ImageFileWork, { destinationImagePath: path, compressionType, validateOnly, checkIntegrity = false }: ExportParams, asked: number,
): Promise<Destination> {
  await requireChangeable(work, path, checkIntegrity);
  // Where it is opened for writing then, it is compared with its table there.
  return work.withWim({ path, verify: checkIntegrity && validateOnly === true }, async (wim) => {
    const { compression, bootIndex } = wim.info;
    if (compressionType !== undefined && compression !== asked) {
      work.operation.warnings.push(`"${path}" keeps its type of compression: -CompressionType is for new files. Optimize-DismTsImageFile changes the type of a file`);
    }
    return { bootIndex, isSolid: compression === WimCompression.Lzms, names: (await documentOf(wim)).images.map(imageName), errors: wim.errors };
  });
}

export const joinImage: Handler<typeof joinMethod> = async (params, operation) => {
  const { imagePath, destinationImagePath, checkIntegrity = false } = params;
  const action = `Cannot join "${imagePath}" into "${destinationImagePath}"`;
  const parts = furtherParts(imagePath, params.splitImageFilePattern, action);
  requireNew(destinationImagePath, action);
  const outcome = { path: destinationImagePath, imagePath: destinationImagePath, imageIndex: null, sizeBefore: 0 };
  return withImageFiles(operation, action, (work) => work.withWim({ path: imagePath, verify: checkIntegrity, parts }, async (source) => {
    requireSplit(imagePath, source.info.parts, source.errors);
    requireAllParts(source, parts);
    const document = await documentOf(source);
    const total = [imagePath, ...parts].reduce((sum, path) => sum + sizeOf(path), 0);
    requireRoom(destinationImagePath, total, action);
    if (params.validateOnly === true) {
      const counts = statistics(document, document.images.map((_, at) => at + 1));
      return fileResult(operation, { ...outcome, plan: { ...counts, writes: [plannedWrite(destinationImagePath, 'New', total + overhead)] } });
    }
    await makeFile({ path: destinationImagePath, action, beforeMove: () => { operation.throwIfCancelled(); } },
      (temporary) => rewrite(work, { source, document, path: temporary, compression: source.info.compression, integrity: checkIntegrity }));
    return fileResult(operation, outcome);
  }));
};

/** All images of a file in a new one. */
interface Rewrite {
  readonly source: OpenWim;
  readonly document: WimDocument;
  readonly path: string;
  readonly compression: number;
  readonly integrity: boolean;
}

async function rewrite({ api, operation, withWim }: ImageFileWork, { source, document, path, compression, integrity }: Rewrite): Promise<void> {
  await withWim({ path, compression, verify: integrity }, async (destination) => {
    const indexes = document.images.map((_, at) => at + 1);
    await copyImages(operation, destination, { source, document, indexes, verify: integrity, allowSame: true, keepNames: true });
    if (source.info.bootIndex > 0) { await api.setBootImage(destination.handle, source.info.bootIndex); }
  });
}

export const optimizeImageFile: Handler<typeof optimizeMethod> = async (params, operation) => {
  const { imagePath, recompress = false, checkIntegrity = false } = params;
  const action = `Cannot write "${imagePath}" anew`;
  furtherParts(imagePath, undefined, action);
  const sizeBefore = sizeOf(imagePath);
  const outcome = { path: imagePath, imagePath, imageIndex: null, sizeBefore };
  return withImageFiles(operation, action, async (work) => {
    await requireChangeable(work, imagePath, checkIntegrity);
    // Windows locks the file while it is open: it has to be closed before the new one takes its place.
    const planned = await work.withWim({ path: imagePath, verify: checkIntegrity }, async (source) => {
      const document = await documentOf(source);
      if (document.images.length === 0) { throw source.errors.make(Hresult.E_INVALIDARG, 'it holds no image'); }
      const compression = params.compressionType === undefined ? source.info.compression : compressionOf[params.compressionType];
      refuseSolidBoot(compression === WimCompression.Lzms && source.info.compression !== WimCompression.Lzms, source.info.bootIndex, action, optimizeHint);
      const counts = statistics(document, document.images.map((_, at) => at + 1));
      const same = compression === source.info.compression && !recompress;
      return {
        counts, compression, twice: recompress && compression === source.info.compression && compression !== WimCompression.None,
        most: same ? sizeBefore : Math.max(sizeBefore, counts.bytes + overhead),
        integrity: checkIntegrity || (source.info.attributes & WimAttribute.VerifyData) !== 0,
      };
    });
    const { counts, compression, twice, most, integrity } = planned;
    if (statSync(imagePath).nlink > 1) { operation.warnings.push(`"${imagePath}" has several names (hard links): the others keep the old file`); }
    requireWritableFolder(dirname(imagePath), action);
    requireRoom(imagePath, Math.min(most, sizeBefore), action);
    if (params.validateOnly === true) { return fileResult(operation, { ...outcome, plan: { ...counts, writes: [plannedWrite(imagePath, 'Replaced', most)] } }); }
    const write = (from: string, to: string, type: number, table: boolean) => work.withWim({ path: from }, async (source) => {
      await rewrite(work, { source, document: await documentOf(source), path: to, compression: type, integrity: table });
    });
    await makeFile({ path: imagePath, action, replace: true, beforeMove: () => { operation.throwIfCancelled(); } }, async (temporary) => {
      if (!twice) {
        await write(imagePath, temporary, compression, integrity);
        return;
      }
      // What has the type already is copied as it is: compressed anew is what comes from a file without compression.
      const plain = join(work.temporaryFolder, 'uncompressed.wim');
      requireRoom(plain, counts.bytes, action);
      await write(imagePath, plain, WimCompression.None, false);
      await write(plain, temporary, compression, integrity);
    });
    return fileResult(operation, outcome);
  });
};
