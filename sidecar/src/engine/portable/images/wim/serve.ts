/** Serves an image of a WIM file through libwim's FUSE file system. */
import { accessSync, constants } from 'node:fs';
import { release } from '../../../../closing.ts';
import { DismError } from '../../../../errors.ts';
import { Hresult } from '../../../../hresult.ts';
import { isThere } from '../../../../isThere.ts';
import type { OperationContext } from '../../../../operationContext.ts';
import { holdFile } from '../../../../platform/linux/mountCalls.ts';
import { installHint } from '../../../../platform/linux/packages.ts';
import { findProgram, runProgram } from '../../../../platform/linux/programs.ts';
import { isDenied } from '../../../../systemErrors.ts';
import { wimlibError, wimlibErrors } from '../../../../wimlib/errors.ts';
import type { MountRecord } from '../mountRecord.ts';
import type { ServeRequest } from '../imageFormat.ts';
import { mountPrivately } from '../privateRoot.ts';
import { programFailure } from '../programFailure.ts';
import { firstWords, lastLines } from '../programWords.ts';
import { ownOf } from './own.ts';

/** Type of the file system in the mount table. */
export const wimfsType = 'fuse.wimfs';

/** @throws DismError: what serving needs is not installed. */
export function requireServing(): { readonly imagex: string } {
  const imagex = findProgram('wimlib-imagex');
  if (imagex === undefined) {
    throw new DismError(Hresult.WIM_E_SERVICE_NOT_FOUND, 'Cannot mount: the program "wimlib-imagex", which serves a mounted image, is not installed', {
      hint: installHint('wimlib-imagex'),
    });
  }
  if (!isThere('/dev/fuse') || findProgram('fusermount', 'fusermount3') === undefined) {
    throw new DismError(Hresult.WIM_E_DRIVER_NOT_INSTALLED, 'Cannot mount: FUSE is not available on this system', {
      hint: `${installHint('fusermount')} A container also needs the device /dev/fuse.`,
    });
  }
  try {
    accessSync('/dev/fuse', constants.R_OK | constants.W_OK);
  } catch (cause) {
    if (!isDenied(cause)) { throw cause; }
    throw new DismError(Hresult.WIM_E_DRIVER_NOT_INSTALLED, 'Cannot mount: /dev/fuse may not be opened by this user', {
      hint: 'Make /dev/fuse readable and writable for this user.', cause,
    });
  }
  return { imagex };
}

/**
 * Serves an image read-only. The program that does it goes into the background and outlives this process. Links of the image lead
 * below the mount folder, wherever it is mounted at first.
 * @throws DismError. Killed at the wrong moment it may have mounted already, which takeDown() ends.
 */
export async function serve({ record, target, baseMount, otherFiles, lock, maxMemory }: ServeRequest, context: OperationContext): Promise<number> {
  const { imagex } = requireServing();
  const { mountPath, wimPath } = record;
  const isPrivate = target !== mountPath;
  // In a private root what is served is the file that was looked at, by its descriptor, and its volume is in use there.
  const files = isPrivate ? [wimPath, ...otherFiles].map(holdFile) : [];
  const [image = wimPath, ...parts] = isPrivate ? files.map((_, index) => `/proc/self/fd/${3 + index}`) : [wimPath, ...otherFiles];
  const args = [
    'mount', image, String(record.imageIndex), mountPath,
    `--streams-interface=${ownOf(record).streamsShown ? 'xattr' : 'none'}`,
    // A part is named by a pattern, as of a shell.
    ...parts.map((part) => `--ref=${part.replace(/[\\*?[]/g, '\\$&')}`),
  ];
  context.log.debug(`${imagex} ${args.join(' ')} ("${wimPath}")`);
  try {
    const run = async (root?: string): Promise<number> => {
      const { exitCode, output, pid } = await runProgram(imagex, args, context.signal, { lock, files, root, maxMemory });
      if (exitCode === 0) { return pid; }
      context.log.error(output);
      // It knows the files by their descriptors.
      const named = [wimPath, ...otherFiles].reduce((text, path, index) => text.replaceAll(`"/proc/self/fd/${3 + index}"`, () => `"${path}"`), output);
      throw servingError(record, exitCode, named);
    };
    if (!isPrivate) { return await run(); }
    return await mountPrivately({
      baseMount, target, mountPath, type: wimfsType, files: ['/', '/proc/self', '/dev/fuse', imagex, wimPath, ...otherFiles],
    }, async () => await run(target));
  } finally {
    for (const file of files) { release(file); }
  }
}

export function isServer([program = '', argument]: readonly string[]): boolean {
  return /(?:^|\/)wimlib-imagex$/.test(program) && argument === 'mount';
}

function servingError({ wimPath, mountPath }: MountRecord, exitCode: number, output: string): DismError {
  const what = `Cannot mount "${wimPath}" at "${mountPath}"`;
  // libwim's own words come last; the lines before are warnings.
  const said = lastLines(output);
  if (/fuse.*(?:device not found|permission denied|operation not permitted)/i.test(output)) {
    return new DismError(Hresult.WIM_E_DRIVER_NOT_INSTALLED, `${what}: FUSE refused it (${firstWords(said)})`, { target: mountPath });
  }
  if (/mountpoint is not empty/.test(output)) {
    return new DismError(Hresult.WIM_E_MOUNT_DIR_NOT_EMPTY, `${what}: the folder is not empty`, { target: mountPath });
  }
  // The program ends with libwim's code, but for 1, which may be any program's.
  if (exitCode !== 1 && wimlibErrors.has(exitCode)) { return wimlibError(exitCode, { what, target: wimPath, operation: 'Mount', messages: output }); }
  return programFailure({ program: 'wimlib-imagex', exitCode, output: said, what, target: wimPath });
}
