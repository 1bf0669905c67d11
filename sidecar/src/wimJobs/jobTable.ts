/** What can be done in the process of a job: functions of parameters and results that are JSON. */
import { exportImages } from './exportImages.ts';
import { verifyWim } from './verifyWim.ts';
import type { WimJob } from './jobContext.ts';

export const wimJobs = { exportImages, verifyWim } satisfies Readonly<Record<string, WimJob>>;
