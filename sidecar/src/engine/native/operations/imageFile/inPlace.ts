/** Changing a file that is there. */
import type { ImageFileWork } from './imageFileWork.ts';
import type { OpenWim } from './openWim.ts';
import { Hresult } from '../../../../hresult.ts';

/** @throws DismError E_INVALIDARG: the file is a part of a split WIM, which cannot be changed. */
export function requireOnePart({ info, errors }: OpenWim): void {
  if (info.parts > 1) { throw errors.make(Hresult.E_INVALIDARG, `it is part ${info.part} of ${info.parts} of a split WIM, which cannot be changed`, 'Join the parts first: Join-DismTsImage.'); }
}

/** Does what adds images to a file; of a failure none of them stays, nor another boot index. */
export async function keepingImages<T>(wim: OpenWim, { operation }: ImageFileWork, body: () => Promise<T>): Promise<T> {
  const { api, handle, info } = wim;
  try {
    return await body();
  } catch (error) {
    try {
      for (let { imageCount } = await api.getAttributes(handle); imageCount > info.imageCount; imageCount -= 1) { await api.deleteImage(handle, imageCount); }
      await api.setBootImage(handle, info.bootIndex);
    } catch (problem) {
      operation.context.log.error(`"${wim.path}" may hold more images than before: ${(problem as Error).message}`);
    }
    throw error;
  }
}
