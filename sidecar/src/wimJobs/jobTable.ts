/** What can be done in the process of a job: functions of parameters and results that are JSON. */
import { applyImage, listVolumeRoot } from './applyImage.ts';
import { captureImage } from './captureImage.ts';
import { captureMounted } from './captureMounted.ts';
import { exportImages } from './exportImages.ts';
import { exportInto } from './exportInto.ts';
import { extractItem } from './extractItem.ts';
import type { WimJob } from './jobContext.ts';
import { rebuildWim } from './rebuildWim.ts';
import { joinWim, splitWim } from './splitWim.ts';
import { verifyWim } from './verifyWim.ts';

export const wimJobs = {
  applyImage, captureImage, captureMounted, exportImages, exportInto, extractItem, joinWim, listVolumeRoot, rebuildWim, splitWim, verifyWim,
} satisfies Readonly<Record<string, WimJob>>;
