/** Serves an image at a mount folder through libwim's FUSE file system, and takes it away again. */
import { existsSync } from 'node:fs';
import { lstat, readdir, readFile } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { DismError, WimError } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import type { OperationContext } from '../../../operationContext.ts';
import { SystemCallError } from '../../../platform/linux/libc.ts';
import { unmount } from '../../../platform/linux/mountCalls.ts';
import { readMountTable } from '../../../platform/linux/mountTable.ts';
import { findProgram, runProgram } from '../../../platform/linux/programs.ts';
import type { State } from './state.ts';

/** Type of the file system in the mount table. */
export const wimfsType = 'fuse.wimfs';

export interface ServeRequest {
  readonly id: string;
  readonly wimPath: string;
  readonly imageIndex: number;
  readonly mountPath: string;
  readonly streamsShown: boolean;
  /** The other parts of a split WIM. */
  readonly otherParts: readonly string[];
}

const isRoot = (): boolean => process.geteuid?.() === 0;

/** @throws DismError: what serving needs is not installed. */
export function requireServing(): { readonly imagex: string } {
  const imagex = findProgram('wimlib-imagex');
  if (imagex === undefined) {
    throw new DismError(Hresult.WIM_E_SERVICE_NOT_FOUND, 'Cannot mount: the program "wimlib-imagex", which serves a mounted image, is not installed', {
      hint: 'Install it: apt-get install wimtools (Debian, Ubuntu) or dnf install wimlib-utils (Fedora).',
    });
  }
  if (!existsSync('/dev/fuse') || findProgram('fusermount', 'fusermount3') === undefined) {
    throw new DismError(Hresult.WIM_E_DRIVER_NOT_INSTALLED, 'Cannot mount: FUSE is not available on this system', {
      hint: 'Install it: apt-get install fuse3 (Debian, Ubuntu) or dnf install fuse (Fedora); a container also needs the device /dev/fuse.',
    });
  }
  return { imagex };
}

/**
 * Serves an image read-only. The program that does it goes into the background and outlives this process.
 * @throws DismError; nothing is mounted then.
 */
export async function serve(request: ServeRequest, state: State, context: OperationContext): Promise<void> {
  const { imagex } = requireServing();
  const { mountPath, wimPath, imageIndex } = request;
  const args = [
    'mount', wimPath, String(imageIndex), mountPath,
    `--streams-interface=${request.streamsShown ? 'xattr' : 'none'}`,
    // A part is named by a pattern, as of a shell.
    ...request.otherParts.map((part) => `--ref=${part.replace(/[\\*?[]/g, '\\$&')}`),
  ];
  context.log.debug(`${imagex} ${args.join(' ')}`);
  const lock = state.locks.lockServing(request.id);
  try {
    const { exitCode, output } = await runProgram(imagex, args, context.signal, lock);
    if (exitCode === 0) { return; }
    context.log.error(output);
    throw servingError(request, exitCode, output);
  } catch (error) {
    // Killed at the wrong moment it may have mounted already.
    await stopServing(mountPath, true);
    throw error;
  } finally {
    lock?.release();
  }
}

function servingError({ wimPath, mountPath }: ServeRequest, exitCode: number, output: string): DismError {
  const what = `Cannot mount "${wimPath}" at "${mountPath}"`;
  // libwim's own words come last; the lines before are warnings.
  const reason = output.split('\n').filter((line) => line !== '').slice(-2).join(' ').replace(/\s+/g, ' ').slice(0, 300);
  if (/fuse.*(?:device not found|permission denied|operation not permitted)/i.test(output)) {
    return new DismError(Hresult.WIM_E_DRIVER_NOT_INSTALLED, `${what}: FUSE refused it (${reason})`, { target: mountPath });
  }
  if (/mountpoint is not empty/.test(output)) {
    return new DismError(Hresult.WIM_E_MOUNT_DIR_NOT_EMPTY, `${what}: the folder is not empty`, { target: mountPath });
  }
  return new WimError(`WIMLIB_EXIT_${exitCode}`, `${what}: ${reason}`, { target: wimPath });
}

/** A killed program that waits for a broken disk ends when the disk answers; nobody waits for that. */
const maxEndMs = 2000;

/** Our processes that serve something at a folder, or are about to. */
async function findServers(mountPath: string): Promise<number[]> {
  const found: number[] = [];
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) { continue; }
    const [program = '', ...args] = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0');
    if (!program.endsWith('/wimlib-imagex') || args[0] !== 'mount' || !args.includes(mountPath)) { continue; }
    const folder = await lstat(`/proc/${pid}`).catch(() => undefined);
    if (folder?.uid === process.geteuid?.()) { found.push(Number(pid)); }
  }
  return found;
}

/**
 * Ends the programs that serve a folder. One that was started by a process that was killed would else mount when
 * nobody expects it any more.
 */
export async function endServers(state: State, { id, mountPath }: Pick<ServeRequest, 'id' | 'mountPath'>): Promise<void> {
  // One that is just going into the background has begun another process before it is gone.
  for (const deadline = performance.now() + maxEndMs; state.locks.isServed(id) && performance.now() < deadline;) {
    for (const pid of await findServers(mountPath)) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') { throw error; }
      }
    }
    await setTimeout(5);
  }
}

/**
 * Takes what is served at a folder away.
 * @param detach Also where somebody still uses it; it ends for new users at once.
 * @returns False where nothing is mounted there.
 * @throws SystemCallError EBUSY.
 */
export async function stopServing(mountPath: string, detach = false): Promise<boolean> {
  const top = readMountTable().findLast((entry) => entry.mountPoint === mountPath);
  if (top?.type !== wimfsType) { return false; }
  await unmountTop(mountPath, detach);
  return true;
}

/** Unmounts what shows at a folder, as root or through fusermount. @throws SystemCallError EBUSY. */
export async function unmountTop(mountPath: string, detach: boolean): Promise<void> {
  if (isRoot()) {
    unmount(mountPath, detach);
    return;
  }
  const fusermount = findProgram('fusermount3', 'fusermount');
  if (fusermount === undefined) { return; }
  const { exitCode, output } = await runProgram(fusermount, ['-u', ...(detach ? ['-z'] : []), '--', mountPath], new AbortController().signal);
  if (exitCode !== 0) {
    const busy = /busy/i.test(output);
    throw busy ? new SystemCallError('fusermount', mountPath, 16) : new Error(output);
  }
}

/**
 * Whether what is mounted at a folder answers. A name that nobody has is asked for, so that the answer comes from
 * whoever serves the image and not from a cache.
 */
export async function answers(mountPath: string): Promise<boolean> {
  try {
    await lstat(`${mountPath}/.dismts-${randomUUID()}`);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}
