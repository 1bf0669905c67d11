/** WIM files as images that can be mounted. */
import { constants } from 'node:fs';
import { access, realpath } from 'node:fs/promises';
import { DismError } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import type { OperationContext } from '../../../operationContext.ts';
import { findParts } from '../../../wim/splitParts.ts';
import { openWim } from '../../../wimlib/openWim.ts';
import { fileSignature, identifyImage } from '../mounting/imageIdentity.ts';
import type { IdentifiedImage, ImageFormat, MountParams } from './imageFormat.ts';

/** Opens the file through libwim: verifies it where asked, and finds the image. */
async function resolveImage(params: MountParams, wimPath: string, context: OperationContext): Promise<number> {
  const wim = await openWim(wimPath, {
    action: 'mount', operation: context.operation, checkIntegrity: params.checkIntegrity === true,
    // Refuses files that are marked read-only or are part of a split WIM.
    writeAccess: params.readOnly !== true, signal: context.signal,
    onProgress: (progress) => {
      if (progress.kind === 'verifyIntegrity') {
        context.progress('Verifying integrity', progress.completedBytes, progress.totalBytes);
      }
    },
  });
  try {
    return params.imageName === undefined ? wim.requireImageIndex(params.imageIndex ?? 0) : wim.resolveImageName(params.imageName);
  } finally {
    wim.close();
  }
}

/** What a writable mount needs of the file. */
async function checkWritable(wimPath: string, what: string): Promise<void> {
  try {
    await access(wimPath, constants.W_OK);
  } catch (cause) {
    throw new DismError(Hresult.DISM_E_IMAGE_READONLY, `${what}: you may not write to the file`, { target: wimPath, cause });
  }
}

async function identify(params: MountParams, what: string, context: OperationContext): Promise<IdentifiedImage> {
  const parts = await findParts(await realpath(params.imagePath).catch(() => params.imagePath));
  const [wimPath = params.imagePath, ...otherParts] = parts;
  if (params.readOnly !== true) { await checkWritable(wimPath, what); }
  const imageIndex = await resolveImage(params, wimPath, context);
  const identity = await identifyImage(wimPath, imageIndex);
  if (identity === undefined) {
    throw new DismError(Hresult.WIM_E_INVALID_CONTAINER, `${what}: the file has no metadata for image ${imageIndex}`, { target: wimPath });
  }
  return { wimPath, otherParts, imageIndex, hash: identity.hash, file: await fileSignature(wimPath), streamsFit: identity.streamsFit };
}

/** .wim, .swm and .esd files. */
export const wimFormat: ImageFormat = { name: 'Wim', identify };
