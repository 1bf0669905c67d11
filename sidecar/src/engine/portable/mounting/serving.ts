/** Serves an image at a mount folder through libwim's FUSE file system, and takes it away again. */
import { closeSync, existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { DismError, WimError } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import type { OperationContext } from '../../../operationContext.ts';
import { isElevated } from '../../../platform/elevation.ts';
import { SystemCallError } from '../../../platform/linux/libc.ts';
import { findHolders } from '../../../platform/linux/holders.ts';
import { holdFile, unmountEntry } from '../../../platform/linux/mountCalls.ts';
import type { MountTableEntry } from '../../../platform/linux/mountTable.ts';
import { findProgram, runProgram } from '../../../platform/linux/programs.ts';
import { mountPrivately, type PrivateRootRequest } from './privateRoot.ts';
import type { MountRecord } from './record.ts';
import type { State } from './state.ts';

/** Type of the file system in the mount table. */
export const wimfsType = 'fuse.wimfs';

export interface ServeRequest {
  readonly id: string;
  readonly wimPath: string;
  readonly imageIndex: number;
  /** Where links of the image lead to, and without a private root also where it is mounted. */
  readonly mountPath: string;
  /** Of root: where it is mounted at first, and put at last. */
  readonly privateRoot: Pick<PrivateRootRequest, 'root' | 'baseMount' | 'target'> | undefined;
  readonly streamsShown: boolean;
  /** The other parts of a split WIM. */
  readonly otherParts: readonly string[];
}

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
 * @throws DismError. Killed at the wrong moment it may have mounted already, which takeDown() ends.
 */
export async function serve(request: ServeRequest, state: State, context: OperationContext): Promise<void> {
  const { imagex } = requireServing();
  const { mountPath, wimPath, otherParts, privateRoot } = request;
  // In a private root what is served is the file that was looked at, by its descriptor, and its volume is in use there.
  const files = privateRoot === undefined ? [] : [wimPath, ...otherParts].map(holdFile);
  const [image = wimPath, ...parts] = privateRoot === undefined ? [wimPath, ...otherParts] : files.map((_, index) => `/proc/self/fd/${3 + index}`);
  const args = [
    'mount', image, String(request.imageIndex), mountPath,
    `--streams-interface=${request.streamsShown ? 'xattr' : 'none'}`,
    // A part is named by a pattern, as of a shell.
    ...parts.map((part) => `--ref=${part.replace(/[\\*?[]/g, '\\$&')}`),
  ];
  context.log.debug(`${imagex} ${args.join(' ')} ("${wimPath}")`);
  const lock = state.locks.lockServing(request.id);
  try {
    const run = async (program: string, words: readonly string[]): Promise<void> => {
      const { exitCode, output } = await runProgram(program, words, context.signal, lock, files);
      if (exitCode === 0) { return; }
      context.log.error(output);
      throw servingError(request, exitCode, output);
    };
    if (privateRoot === undefined) { await run(imagex, args); return; }
    await mountPrivately({ ...privateRoot, mountPath, files: ['/', '/proc/self', '/dev/fuse', imagex, wimPath, ...otherParts] },
      async () => { await run(requireChroot(), [privateRoot.root, imagex, ...args]); });
  } finally {
    for (const file of files) { closeSync(file); }
    lock?.release();
  }
}

function requireChroot(): string {
  const path = findProgram('chroot');
  if (path !== undefined) { return path; }
  throw new DismError(Hresult.WIM_E_SERVICE_NOT_FOUND, 'Cannot mount: the program "chroot" is not installed', { hint: 'Install it: it is part of coreutils.' });
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

/**
 * The processes that serve a mount, or are about to: those that were given its lock. Those of other containers are not ours.
 * Only the programs that we start: another operation that looks at the lock is none of them. Young ones, which have high
 * numbers for the most part, come first.
 */
function* eachServer(state: State, id: string): Generator<number, undefined> {
  const lock = state.locks.servingLock(id);
  const ownNamespace = readlinkSync('/proc/self/ns/mnt');
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number).sort((a, b) => b - a)) {
    try {
      const [program = '', argument] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      if ((/(?:^|\/)wimlib-imagex$/.test(program) ? argument === 'mount' : /(?:^|\/)chroot$/.test(program))
        && readlinkSync(`/proc/${pid}/ns/mnt`) === ownNamespace
        && readdirSync(`/proc/${pid}/fd`).some((descriptor) => readlinkSync(`/proc/${pid}/fd/${descriptor}`).startsWith(lock))) {
        yield pid;
      }
    } catch {
      // It has ended meanwhile, or is none of ours.
    }
  }
  return undefined;
}

/** All processes that serve a mount. */
export function findServers(state: State, id: string): number[] {
  return [...eachServer(state, id)];
}

/** The process that serves a mount and is none of those that did before. */
export function findNewServer(state: State, id: string, before: readonly number[]): number | undefined {
  for (const pid of eachServer(state, id)) {
    if (!before.includes(pid)) { return pid; }
  }
  return undefined;
}

/** Ends processes that serve something. One that has ended by itself is no error. */
function endProcesses(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') { throw error; }
    }
  }
}

/**
 * Ends the programs that serve a mount. One that was started by a process that was killed would else mount when
 * nobody expects it any more.
 * @throws DismError DISM_E_IMAGE_BUSY: it is served in another mount namespace.
 */
export async function endServers(state: State, { id }: Pick<MountRecord, 'id'>): Promise<void> {
  // Whoever serves it holds its lock, and there is no need to look at all processes where nobody does.
  if (!state.locks.isServed(id)) { return; }
  endProcesses(findServers(state, id));
  // One that is just going into the background has begun another process before it is gone.
  const deadline = performance.now() + maxEndMs;
  for (let pauseMs = 1; state.locks.isServed(id); pauseMs = Math.min(2 * pauseMs, 16)) {
    await setTimeout(pauseMs);
    if (!state.locks.isServed(id)) { return; }
    const servers = findServers(state, id);
    if (performance.now() > deadline) {
      if (servers.length > 0) { return; }
      throw new DismError(Hresult.DISM_E_IMAGE_BUSY, 'it is served by a program that cannot be seen from here, such as one in a container', {
        hint: 'Dismount it where it was mounted.',
      });
    }
    endProcesses(servers);
  }
}

/** How often, and how far apart, a busy mount is tried again that nobody can be seen to use: somebody only looked at it. */
const [busyTries, busyPauseMs] = [40, 50];

/**
 * Ends a mount of ours, as root or through fusermount.
 * @param detach Also where somebody uses it; it ends for new users at once.
 * @throws SystemCallError EBUSY.
 */
export async function endMount(entry: MountTableEntry, detach = false): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      if (isElevated()) { unmountEntry(entry, detach); } else { await unmountAsUser(entry.mountPoint, detach); }
      return;
    } catch (error) {
      const isBusy = (error as NodeJS.ErrnoException).code === 'EBUSY';
      if (!isBusy || tries === busyTries || (await findHolders(entry.mountPoint)).length > 0) { throw error; }
      await setTimeout(busyPauseMs);
    }
  }
}

async function unmountAsUser(mountPath: string, detach: boolean): Promise<void> {
  const fusermount = findProgram('fusermount3', 'fusermount');
  if (fusermount === undefined) { return; }
  const { exitCode, output } = await runProgram(fusermount, ['-u', ...(detach ? ['-z'] : []), '--', mountPath], new AbortController().signal);
  if (exitCode !== 0) {
    const busy = /busy/i.test(output);
    throw busy ? new SystemCallError('fusermount', mountPath, 16) : new Error(output);
  }
}

/** How long a mount may take to answer. */
const maxAnswerMs = 3000;
/** Questions that were not answered yet, by mount; each keeps a thread waiting, so no second one is asked. */
const questions = new Map<number, Promise<'yes' | 'no'>>();

function ask({ id, mountPoint }: Pick<MountTableEntry, 'id' | 'mountPoint'>): Promise<'yes' | 'no'> {
  const asked = questions.get(id);
  if (asked !== undefined) { return asked; }
  const question = lstat(`${mountPoint}/.dismts-${randomUUID()}`)
    .then(() => 'yes' as const, (error: unknown) => ((error as NodeJS.ErrnoException).code === 'ENOENT' ? 'yes' as const : 'no' as const))
    .finally(() => { questions.delete(id); });
  questions.set(id, question);
  return question;
}

/**
 * Whether what is mounted somewhere answers. A name that nobody has is asked for, so that the answer comes from
 * whoever serves the image and not from a cache.
 * @returns `late` where no answer came within seconds.
 */
export async function answers(mount: Pick<MountTableEntry, 'id' | 'mountPoint'>): Promise<'yes' | 'no' | 'late'> {
  const timer = new AbortController();
  try {
    return await Promise.race([ask(mount), setTimeout(maxAnswerMs, 'late' as const, { signal: timer.signal })]);
  } finally {
    timer.abort();
  }
}
