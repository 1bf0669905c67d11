/** Writes an image into a folder, or onto an NTFS volume. */
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';
import { confineWrites } from '../platform/linux/confine.ts';
import { isSystemError, messageOf } from '../systemErrors.ts';
import type { WimlibOperation } from '../wimlib/calls.ts';
import { AddFlag, ExtractFlag } from '../wimlib/flags.ts';
import { createWim } from '../wimlib/openWim.ts';
import { type JobContext, watching } from './jobContext.ts';
import { openSource, type SourceFile } from './sourceFile.ts';

/** What to apply, and where. */
export interface ApplyImage {
  readonly source: SourceFile;
  readonly imageIndex: number;
  /** Canonical path of a folder, or of a device or file with an NTFS volume. */
  readonly target: string;
  readonly isVolume: boolean;
  readonly noRpFix?: boolean | undefined;
  /** The first half of messages, such as `Cannot apply "/a.wim" to "/b"`. */
  readonly what: string;
}

/**
 * Keeps what is written in the folder, should somebody put links in it meanwhile. Who is not root has only their own rights to be led astray with.
 * @returns Why it could not be done; undefined where it is. @throws SystemCallError: it is half done, and nothing can be written any more.
 */
function confine(folder: string): string | undefined {
  try {
    confineWrites(folder);
    return undefined;
  } catch (error) {
    if (!isSystemError(error) || error.syscall === 'move_mount') { throw error; }
    return messageOf(error);
  }
}

/** As watching(), with nothing written before there is consent. */
function watchingWithConsent(context: JobContext): WimlibOperation {
  const { onProgress, ...rest } = watching(context);
  return {
    ...rest,
    onProgress: (progress) => {
      if (progress.kind === 'extractBegin') { context.awaitConsent(); }
      onProgress?.(progress);
    },
  };
}

/**
 * Applies. libwim reads what the image has at once, and begins to write with the consent of whoever has looked at the names in it meanwhile: that none
 * leads out of the target by itself.
 */
export async function applyImage(
  { source, imageIndex, target, isVolume, noRpFix, what }: ApplyImage, context: JobContext,
): Promise<{ readonly unconfined: string | undefined }> {
  const wim = await openSource(source, what, context);
  const flags = (noRpFix === true ? ExtractFlag.NORPFIX : 0) | (isVolume ? ExtractFlag.NTFS | ExtractFlag.STRICT_ACLS | ExtractFlag.STRICT_TIMESTAMPS : 0);
  const unconfined = isVolume ? undefined : confine(target);
  try {
    // On this thread, which the confinement is about.
    await wim.extractImage(imageIndex, target, flags, watchingWithConsent(context));
  } catch (error) {
    const isConfined = error instanceof DismError && error.hresult === Hresult.WIM_E_CONTAINER_READONLY && unconfined === undefined;
    if (!isConfined) { throw error; }
    throw new DismError(Hresult.WIM_E_EXTRACT_OUTSIDE_IMAGE, `${what}: a link led out of the target while it was written, or its file system is read-only`, {
      target, cause: error.cause, hint: 'Nothing outside of the target was touched. Apply into a folder that nobody else can write to.',
    });
  }
  return { unconfined };
}

/** The names in the root of an NTFS volume that is not mounted, without those that each has. */
export async function listVolumeRoot({ path, what }: { readonly path: string; readonly what: string }, { operation }: JobContext): Promise<string[]> {
  const names: string[] = [];
  const wim = createWim(path, 0, { what, operation });
  await wim.addImage(path, '', AddFlag.NTFS | AddFlag.NORPFIX | AddFlag.NO_ACLS | AddFlag.TEST_FILE_EXCLUSION, {
    onThisThread: true,
    excludes: (name) => {
      if (name === '/') { return false; }
      names.push(name.slice(1));
      return true;
    },
  });
  return names;
}
