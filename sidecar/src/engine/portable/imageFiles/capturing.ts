/** What capturing and appending have in common: parameters become those of the job that captures, and its findings what the user is told. */
import { realpathSync } from 'node:fs';
import type { captureImage as captureMethod, ImageFilePlan } from '@dismts/protocol';
import type { z } from 'zod';
import { UnsupportedError } from '../../../errors.ts';
import { freeBytesAt } from '../../../freeBytes.ts';
import type { OperationContext } from '../../../operationContext.ts';
import { filesBelow, leftOutAsOwn } from '../../../ownFiles.ts';
import { readWimScript } from '../../../wim/readWimScript.ts';
import type { CaptureImage, Captured } from '../../../wimJobs/captureImage.ts';
import { runWimJob } from '../../../wimJobs/jobProcess.ts';
import { captureMount, ownMountAt, whileVolumeRests } from './mountedCapture.ts';
import { folderOrVolume, mountedVolumeAt } from './places.ts';
import type { UnfinishedWork } from './unfinished.ts';

/** What both requests have. */
export type CaptureParams = Omit<z.output<typeof captureMethod.params>, 'compressionType'>;

/** A capture that is ready to run. */
export interface PreparedCapture {
  readonly job: Omit<CaptureImage, 'format' | 'path' | 'base' | 'withoutPaths'>;
  /** Whether the source is where an image of a WIM file is mounted. */
  readonly isMounted: boolean;
  /** A mount of ours that the source is read out of, and that has to stay as it is until it is read. */
  readonly mountPath?: string | undefined;
  /** What is to be said whatever comes. */
  readonly warnings: readonly string[];
}

/** What a Linux folder has no place for. */
const foldersLack = 'its files have no security descriptors, DOS attributes, short names, named streams and creation times, and get those of new files where the image is applied';

/** @throws UnsupportedError: extended attributes. */
function refuseExtendedAttributes({ supportEa }: CaptureParams, what: string): void {
  if (supportEa !== true) { return; }
  throw new UnsupportedError(`${what}: the Portable engine cannot keep extended attributes (-SupportEa)`, { hint: 'Use the Native engine (on Windows) for this, or leave -SupportEa out.' });
}

/** Looks at everything that can be looked at before the source is read. */
export async function prepareCapture(params: CaptureParams, what: string, context: OperationContext): Promise<PreparedCapture> {
  refuseExtendedAttributes(params, what);
  const { capturePath, imageName, description, noRpFix, wimBoot, setbootable, verify, configFilePath } = params;
  const script = configFilePath === undefined ? undefined : readWimScript(configFilePath, what);
  const place = await folderOrVolume(capturePath, what);
  const warnings = [...script?.warnings ?? []];
  const own = place.isVolume ? undefined : await ownMountAt(place.path, context);
  const volume = place.isVolume || own !== undefined ? undefined : mountedVolumeAt(place.path);
  // What nobody can write to, and what we keep from being written to, is read where it lies, with all that it has.
  const unwritten = own?.kind === 'volume' ? own.volume : volume?.isReadOnly === true ? volume.device : undefined;
  const { path, isVolume } = unwritten === undefined ? place : { path: unwritten, isVolume: true };
  const isMounted = own?.kind === 'wim';
  if (!isVolume && !isMounted) {
    const way = volume === undefined ? '' : `. To keep them, mount "${volume.device}" read-only, or unmount it and capture that`;
    warnings.push(`"${capturePath}" is captured as a Linux folder: ${foldersLack}${way}`);
  }
  return {
    job: { source: path, isVolume, name: imageName, description, script: script?.text, noRpFix, wimBoot, bootable: setbootable, verify, what },
    isMounted, warnings, mountPath: own?.kind === 'volume' ? place.path : undefined,
  };
}

/** Where a capture goes. */
type Target = Pick<CaptureImage, 'format' | 'path' | 'base'> & {
  /** A file that exists and grows; canonical. */
  readonly grown?: string;
  readonly work?: UnfinishedWork;
};

/** Runs the job; what the operation itself writes is left out. @returns What was captured, and all warnings. */
export async function runCapture(
  { job, isMounted, mountPath, warnings }: PreparedCapture, { work, grown, ...rest }: Target, context: OperationContext,
): Promise<{ readonly captured: Captured; readonly warnings: readonly string[] }> {
  if (isMounted) {
    const mounted = await captureMount(job, { ...rest, work }, context);
    return { ...mounted, warnings: [...warnings, ...mounted.warnings] };
  }
  const known = job.isVolume ? [] : filesBelow(job.source, [grown ?? '', context.log.path]);
  const withoutPaths = [...known, ...rest.path === undefined ? [] : [realpathSync(rest.path)]];
  const run = async () => await runWimJob('captureImage', { ...job, ...rest, withoutPaths }, context);
  const { result, warnings: more } = mountPath === undefined
    ? await run() : await whileVolumeRests(mountPath, job.what, context, run);
  return { captured: result, warnings: [...warnings, ...leftOutAsOwn(known), ...more] };
}

/** Bytes that the image takes in a file at most: nothing gets larger by being compressed, and a name takes less than 1 KiB of metadata and tables. */
function mostBytes({ files, directories, bytes }: Captured): number {
  return bytes + Math.ceil(bytes / 32768) * 8 + (files + directories) * 1024 + 1024 * 1024;
}

/** What a dry run says. */
export function capturePlan(captured: Captured, imagePath: string, sizeBefore: number): ImageFilePlan {
  return {
    writes: [{ path: imagePath, change: sizeBefore === 0 ? 'New' : 'Grown', maximumBytes: sizeBefore + mostBytes(captured), freeBytes: freeBytesAt(imagePath) }],
    files: captured.files, directories: captured.directories, bytes: captured.bytes,
  };
}
