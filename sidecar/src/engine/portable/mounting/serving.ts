/** The programs that serve images: finds them, asks them, and ends them and their mounts. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { DismError } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import { isElevated } from '../../../platform/elevation.ts';
import { SystemCallError } from '../../../platform/linux/libc.ts';
import { findHolders } from '../../../platform/linux/holders.ts';
import { unmountEntry } from '../../../platform/linux/mountCalls.ts';
import type { MountTableEntry } from '../../../platform/linux/mountTable.ts';
import { installHint } from '../../../platform/linux/packages.ts';
import { findProgram, runProgram } from '../../../platform/linux/programs.ts';
import { atPath } from '../../../systemErrors.ts';
import { formatOf } from '../images/formats.ts';
import type { MountRecord } from '../images/mountRecord.ts';
import { programFailure } from '../images/programFailure.ts';
import type { State } from './state.ts';

/** A killed program that waits for a broken disk ends when the disk answers; nobody waits for that. */
const maxEndMs = 2000;

function youngFirst(): number[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number).sort((a, b) => b - a);
}

/** How far from that of the program that was started the number of its child may be for the search to be short. */
const nearby = 8;

/** What comes back where a process has ended meanwhile, or is somebody else's. */
const ofOthers: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ESRCH', 'EACCES', 'EPERM']);

/** A mount, as far as it says what serves it. */
type Served = Pick<MountRecord, 'id' | 'format'>;

/**
 * The processes that serve a mount, or are about to: those that were given its lock. Those of other containers are not ours.
 * Only the programs that we start: another operation that looks at the lock is none of them. Young ones, which have high
 * numbers for the most part, come first.
 */
function* eachServer(state: State, record: Served, pids: Iterable<number> = youngFirst()): Generator<number, undefined> {
  const format = formatOf(record);
  const lock = state.locks.servingLock(record.id);
  const ownNamespace = readlinkSync('/proc/self/ns/mnt');
  for (const pid of pids) {
    try {
      if (format.isServer(readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0'))
        && readlinkSync(`/proc/${pid}/ns/mnt`) === ownNamespace
        && readdirSync(`/proc/${pid}/fd`).some((descriptor) => readlinkSync(`/proc/${pid}/fd/${descriptor}`).startsWith(lock))) {
        yield pid;
      }
    } catch (error) {
      if (!ofOthers.has((error as NodeJS.ErrnoException).code)) { throw error; }
    }
  }
  return undefined;
}

/** All processes that serve a mount. */
export function findServers(state: State, record: Served): number[] {
  return [...eachServer(state, record)];
}

/**
 * The process that serves a mount and is none of those that did before.
 * @param near Where it is looked for first: it was started by the process that had this number.
 */
export function findNewServer(state: State, record: Served, before: readonly number[], near: number | undefined): number | undefined {
  const first = near === undefined ? [] : Array.from({ length: nearby }, (_, index) => near + 1 + index);
  for (const pids of [first, undefined]) {
    for (const pid of eachServer(state, record, pids)) {
      if (!before.includes(pid)) { return pid; }
    }
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

/** Kills the programs that serve a mount, and does not wait for their end. @returns Whether there are any. */
export function killServers(state: State, record: Served & Pick<MountRecord, 'live'>): boolean {
  const { id, live } = record;
  // Whoever serves it holds its lock, and there is no need to look at all processes where nobody does.
  if (!state.locks.isServed(id)) { return false; }
  const known = live?.server === undefined ? [] : [...eachServer(state, record, [live.server.pid])];
  endProcesses(known.length > 0 ? known : findServers(state, record));
  return true;
}

/**
 * Ends the programs that serve a mount. One that was started by a process that was killed would else mount when
 * nobody expects it any more.
 * @param areKilled killServers() has been called.
 * @throws DismError DISM_E_IMAGE_BUSY: it is served in another mount namespace.
 */
export async function endServers(state: State, record: Served & Pick<MountRecord, 'live' | 'mountPath'>, areKilled = false): Promise<void> {
  const { id, mountPath } = record;
  if (!areKilled && !killServers(state, record)) { return; }
  // One that is just going into the background has begun another process before it is gone.
  const deadline = performance.now() + maxEndMs;
  for (let pauseMs = 1; state.locks.isServed(id); pauseMs = Math.min(2 * pauseMs, 16)) {
    await setTimeout(pauseMs);
    if (!state.locks.isServed(id)) { return; }
    // One that was ended needs a moment.
    if (pauseMs < 4) { continue; }
    const servers = findServers(state, record);
    if (performance.now() > deadline) {
      if (servers.length > 0) { return; }
      throw new DismError(Hresult.DISM_E_IMAGE_BUSY, `Cannot take "${mountPath}" off: it is served by a program that cannot be seen from here, such as one in a container`, {
        target: mountPath, hint: 'Dismount it where it was mounted.',
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
  if (fusermount === undefined) {
    throw new DismError(Hresult.WIM_E_DRIVER_NOT_INSTALLED, `Cannot unmount "${mountPath}": the program "fusermount3" is not installed`, { target: mountPath, hint: installHint('fusermount') });
  }
  const { exitCode, output } = await runProgram(fusermount, ['-u', ...(detach ? ['-z'] : []), '--', mountPath], new AbortController().signal);
  if (exitCode !== 0) {
    throw /busy/i.test(output) ? new SystemCallError('fusermount', mountPath, 16)
      : programFailure({ program: 'fusermount', exitCode, output, what: `Cannot unmount "${mountPath}"`, target: mountPath });
  }
}

/** How long a mount may take to answer. */
const maxAnswerMs = 3000;
/** Questions that were not answered yet, by mount; each keeps a thread waiting, so no second one is asked. */
const questions = new Map<number, Promise<Answer>>();

/** What comes back where no program serves the file system any more. */
const ofTheDead: ReadonlySet<string | undefined> = new Set(['ENOTCONN', 'ECONNABORTED']);

/** `no`: what served it has ended. An error: what it, or the system, answered instead. */
type Answer = 'yes' | 'no' | Error;

function ask({ id, mountPoint }: Pick<MountTableEntry, 'id' | 'mountPoint'>): Promise<Answer> {
  const asked = questions.get(id);
  if (asked !== undefined) { return asked; }
  const question = lstat(`${mountPoint}/.dismts-${randomUUID()}`)
    .then((): Answer => 'yes', (error: unknown): Answer => {
      const { code } = error as NodeJS.ErrnoException;
      return code === 'ENOENT' ? 'yes' : ofTheDead.has(code) ? 'no' : atPath(error, mountPoint) as Error;
    })
    .finally(() => { questions.delete(id); });
  questions.set(id, question);
  return question;
}

/**
 * Whether what is mounted somewhere answers. A name that nobody has is asked for, so that the answer comes from
 * whoever serves the image and not from a cache.
 * @returns `late` where no answer came within seconds; an error where that is the answer.
 */
export async function answers(mount: Pick<MountTableEntry, 'id' | 'mountPoint'>): Promise<Answer | 'late'> {
  const timer = new AbortController();
  try {
    return await Promise.race([ask(mount), setTimeout(maxAnswerMs, 'late' as const, { signal: timer.signal })]);
  } finally {
    timer.abort();
  }
}
