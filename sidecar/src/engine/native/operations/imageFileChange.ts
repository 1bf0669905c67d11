/** imageFile/remove, imageFile/set: changes of what a file says of its images. */
import type { removeImage as removeMethod, setImage as setMethod } from '@dismts/protocol';
import { Hresult } from '../../../hresult.ts';
import { refuseSolidBoot, solidFileHint } from '../../../wim/bootChoice.ts';
import { imageName } from '../../../wim/imageXml.ts';
import { WimFile } from '../../../wim/wimFile.ts';
import { WimCompression } from '../binding/wimgapi/constants.ts';
import type { Handler } from './handler.ts';
import { withElements } from './imageFile/imageXml.ts';
import { withImageFiles } from './imageFile/imageFileWork.ts';
import { requireChangeable } from './imageFile/inPlace.ts';
import { sizeOf } from './imageFile/newFile.ts';
import { choose, documentOf, refuseTakenName, statistics, withImage } from './imageFile/openWim.ts';
import { fileResult, plannedWrite } from './imageFile/results.ts';
import { requireFile } from './requiredFiles.ts';

export const removeImage: Handler<typeof removeMethod> = async (params, operation) => {
  const { imagePath, checkIntegrity = false } = params;
  const action = `Cannot remove an image from "${imagePath}"`;
  requireFile(imagePath, action);
  const sizeBefore = sizeOf(imagePath);
  const removed = await withImageFiles(operation, action, async (work) => {
    await requireChangeable(work, imagePath, checkIntegrity);
    const { api, withWim } = work;
    return withWim({ path: imagePath, verify: checkIntegrity, writable: params.validateOnly !== true }, async (wim) => {
      const document = await documentOf(wim);
      const index = choose(document, params, wim.errors);
      if (document.images.length === 1) { throw wim.errors.make(Hresult.E_ACCESSDENIED, 'it is the only image', 'Delete the file instead.'); }
      operation.throwIfCancelled();
      if (params.validateOnly !== true) { await api.deleteImage(wim.handle, index); }
      const image = document.images[index - 1];
      return { index, name: image === undefined ? '' : imageName(image), counts: statistics(document, [index]) };
    });
  });
  const plan = params.validateOnly === true ? { files: 0, directories: 0, bytes: 0, writes: [plannedWrite(imagePath, 'Grown', sizeBefore)] } : undefined;
  const unusedBytes = params.validateOnly === true ? 0 : await operation.optional(() => unusedBytesOf(imagePath), 'How much of the file is of no use any more cannot be told');
  return {
    ...fileResult(operation, { path: imagePath, imagePath, imageIndex: null, sizeBefore, plan }),
    removedIndex: removed.index, removedName: removed.name, unusedBytes: unusedBytes ?? 0,
  };
};

/** Bytes of a file that no image needs: wimgapi.dll does not tell, but the file itself does, whose tables are not compressed. */
async function unusedBytesOf(imagePath: string): Promise<number> {
  const file = await WimFile.open(imagePath);
  try {
    return Math.max(0, file.size - (await file.blobs()).usedBytes() - file.header.blobTable.sizeInWim - file.header.xml.sizeInWim
      - file.header.integrityTable.sizeInWim - file.header.raw.length);
  } finally {
    await file.close();
  }
}

export const setImage: Handler<typeof setMethod> = async (params, operation) => {
  const { imagePath, newName, bootIndex, checkIntegrity = false } = params;
  const action = `Cannot change what "${imagePath}" says of its images`;
  requireFile(imagePath, action);
  const sizeBefore = sizeOf(imagePath);
  const choosesImage = params.imageIndex !== undefined || params.imageName !== undefined;
  const imageIndex = await withImageFiles(operation, action, async (work) => {
    await requireChangeable(work, imagePath, checkIntegrity);
    const { api, withWim } = work;
    return withWim({ path: imagePath, verify: checkIntegrity, writable: params.validateOnly !== true }, async (wim) => {
      const document = await documentOf(wim);
      const index = choosesImage ? choose(document, params, wim.errors) : undefined;
      if (newName !== undefined) { refuseTakenName(document, newName, wim.errors, index); }
      refuseSolidBoot(wim.info.compression === WimCompression.Lzms, bootIndex ?? 0, action, solidFileHint);
      if (bootIndex !== undefined && bootIndex > document.images.length) {
        throw wim.errors.make(Hresult.DISMAPI_E_INVALID_IMAGE_INDEX, `image index ${bootIndex} does not exist, so that it cannot boot it`);
      }
      if (params.validateOnly === true) { return index; }
      operation.throwIfCancelled();
      if (index !== undefined) {
        await withImage(wim, index, async (image) => {
          await api.setInformation(image, withElements(await api.getInformation(image), {
            NAME: newName, DESCRIPTION: params.description, DISPLAYNAME: params.displayName, DISPLAYDESCRIPTION: params.displayDescription, FLAGS: params.flags,
          }, wim.errors));
        });
      }
      if (bootIndex !== undefined) { await api.setBootImage(wim.handle, bootIndex); }
      return index;
    });
  });
  const plan = params.validateOnly === true ? { files: 0, directories: 0, bytes: 0, writes: [plannedWrite(imagePath, 'Grown', sizeBefore + 1024 * 1024)] } : undefined;
  return fileResult(operation, { path: imagePath, imagePath, imageIndex: imageIndex ?? null, sizeBefore, plan });
};
