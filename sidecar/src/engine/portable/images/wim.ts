/** WIM files as images that can be mounted: libwim serves them, changes are stacked on them, and a save appends to the file. */
import { WimImage } from '../../../imageFiles/wimFiles.ts';
import type { OperationContext } from '../../../operationContext.ts';
import type { MountRecord } from './mountRecord.ts';
import type { GenerationFolders, ImageFormat } from './imageFormat.ts';
import { readUpperLayer } from '../saving/upperLayer.ts';
import { overlayStaging } from './overlayStaging.ts';
import { steadily } from './steadily.ts';
import { identify, openImageFile } from './wim/identify.ts';
import { readImageHashes } from './wim/identity.ts';
import { describeImages } from './wim/information.ts';
import { journalOf, ownOf } from './wim/own.ts';
import { save, settle } from './wim/save.ts';
import { isServer, serve, wimfsType } from './wim/serve.ts';

async function holdsImage({ wimPath, imageIndex, imageHash, commit }: MountRecord): Promise<boolean> {
  const hash = (await steadily(wimPath, async () => await readImageHashes(wimPath)))[imageIndex - 1];
  return hash === imageHash || (commit?.append === false && hash !== undefined && hash === journalOf(commit).newImageHash);
}

async function otherParts({ wimPath, mode }: MountRecord): Promise<readonly string[]> {
  // Only what is mounted read-only can be split.
  if (mode === 'ReadWrite') { return []; }
  const { wim, otherParts: parts } = await openImageFile(wimPath, `Cannot mount "${wimPath}"`);
  await wim.close();
  return parts;
}

/** Straight from the file and in its order, which a solid one has none of. */
async function openFiles({ mode, wimPath, imageIndex }: MountRecord, folders: GenerationFolders, { signal }: OperationContext): Promise<WimImage | undefined> {
  const isUnchanged = mode === 'ReadOnly' || (await readUpperLayer(folders.staged, signal)).entryCount === 0;
  const image = isUnchanged ? await WimImage.open(wimPath, imageIndex) : undefined;
  if (image?.isSolid !== true) { return image; }
  await image.close();
  return undefined;
}

/** .wim, .swm and .esd files. */
export const wimFormat: ImageFormat = {
  name: 'wim',
  fileSystems: [wimfsType],
  staging: overlayStaging,
  savesInPlace: false,
  describe: describeImages,
  identify,
  checkRecord: (record) => {
    ownOf(record);
    if (record.commit !== undefined) { journalOf(record.commit); }
  },
  holdsImage,
  otherFiles: otherParts,
  openFiles,
  serve,
  isServer,
  save,
  settle,
};
