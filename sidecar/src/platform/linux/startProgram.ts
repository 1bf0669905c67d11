/**
 * Starts a program by posix_spawn(3). Node.js forks, which copies the page tables of this process and makes each page that is
 * written to afterwards a page fault: with an image's metadata in memory that takes longer than all else that a mount needs.
 */
import { constants, fstatSync, readSync } from 'node:fs';
import { release } from '../../closing.ts';
import { pathOf } from './heldPath.ts';
import { libc, SystemCallError } from './libc.ts';
import { holdFolder } from './mountCalls.ts';

/** A program that was started. */
export interface StartedProgram {
  readonly pid: number;
  /** @returns undefined while it runs; -1 where a signal ended it. To be asked until it has ended, and not again. */
  exitCode(): number | undefined;
  /** The beginning of what it has printed on both streams, at most so many bytes. */
  output(maxBytes: number): string;
  /** Frees what holds the output. */
  close(): void;
}

/** Larger than posix_spawn_file_actions_t, posix_spawnattr_t and sigset_t of any C library. */
const structBytes = 512;
const POSIX_SPAWN_SETSIGDEF = 0x04;
const POSIX_SPAWN_SETSIGMASK = 0x08;
const POSIX_SPAWN_SETSID = 0x80;
const MFD_CLOEXEC = 1;
const WNOHANG = 1;
const CLONE_FS = 0x200;
const firstFile = 3;

/**
 * @param path Absolute.
 * @param args Without the program's name.
 * @param files Open files that it gets as descriptors from 3 on; it gets no other.
 * @param env Its environment, as `NAME=value`.
 * @param root Its root folder, which the path is seen in; only root may give one.
 * @throws SystemCallError of `spawn` EAGAIN, ENOMEM, EMFILE, ENOENT ...: nothing was started.
 */
export function startProgram(path: string, args: readonly string[], files: readonly number[], env: readonly string[], root?: string): StartedProgram {
  const { memfdCreate, posixSpawn } = libc();
  const printed = memfdCreate('output', MFD_CLOEXEC);
  if (printed === -1) { throw new SystemCallError('spawn', path); }
  try {
    const pid: [number] = [0];
    // Its errors are no errno.
    const error = withActions(printed, files, (actions) => withAttributes((attributes) =>
      withRoot(root, () => posixSpawn(pid, path, actions, attributes, [path, ...args, null], [...env, null]))));
    if (error !== 0) { throw new SystemCallError('spawn', path, error); }
    return startedProgram(pid[0], printed);
  } catch (error) {
    release(printed);
    throw error;
  }
}

/**
 * Runs a step while this thread has another root folder, which a process that it starts inherits: chroot(8) would be one more program
 * to load. Nothing else runs on this thread meanwhile, and the other threads keep their root.
 */
function withRoot<T>(root: string | undefined, step: () => T): T {
  if (root === undefined) { return step(); }
  const { unshare, chroot, fchdir } = libc();
  const own = holdFolder('/');
  try {
    // Each time: a thread that was made since shares what this one has.
    if (unshare(CLONE_FS) !== 0) { throw new SystemCallError('unshare', root); }
    if (chroot(root) !== 0) { throw new SystemCallError('chroot', root); }
    try {
      return step();
    } finally {
      // The working folder has not changed, and need not where /proc shows.
      if (chroot(pathOf(own)) !== 0 && (fchdir(own) !== 0 || chroot('.') !== 0)) { process.abort(); }
    }
  } finally {
    release(own);
  }
}

/** What is done in the new process before it becomes the program. */
function withActions<T>(printed: number, files: readonly number[], use: (actions: Buffer) => T): T {
  const { init, destroy, addDup2, addClose, addOpen, addChdir } = libc().spawnActions;
  const actions = Buffer.alloc(structBytes);
  init(actions);
  try {
    addChdir(actions, '/');
    // By way of numbers that nothing has, so that none is overwritten before it was taken.
    const sources = [printed, ...files];
    const free = Math.max(...sources, firstFile + files.length) + 1;
    sources.forEach((source, index) => addDup2(actions, source, free + index));
    addOpen(actions, 0, '/dev/null', constants.O_RDONLY, 0);
    for (const stream of [1, 2]) { addDup2(actions, free, stream); }
    files.forEach((_, index) => addDup2(actions, free + 1 + index, firstFile + index));
    sources.forEach((_, index) => addClose(actions, free + index));
    return use(actions);
  } finally {
    destroy(actions);
  }
}

/** A session of its own, so that a Ctrl+C in the caller's terminal does not reach it, and signals as the system has them: Node.js ignores some. */
function withAttributes<T>(use: (attributes: Buffer) => T): T {
  const { init, destroy, setFlags, setDefaultSignals, setSignalMask } = libc().spawnAttributes;
  const attributes = Buffer.alloc(structBytes);
  init(attributes);
  try {
    const none = Buffer.alloc(structBytes);
    const all = Buffer.alloc(structBytes);
    // Signals 1 to 31 but SIGKILL (9) and SIGSTOP (19), which nobody can set.
    all.writeUInt32LE(0x7fff_ffff & ~(1 << 8) & ~(1 << 18), 0);
    setDefaultSignals(attributes, all);
    setSignalMask(attributes, none);
    setFlags(attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSID);
    return use(attributes);
  } finally {
    destroy(attributes);
  }
}

function startedProgram(pid: number, printed: number): StartedProgram {
  return {
    pid,
    exitCode: () => {
      const status: [number] = [0];
      const ended = libc().waitpid(pid, status, WNOHANG);
      if (ended === -1) { throw new SystemCallError('waitpid', String(pid)); }
      return ended === 0 ? undefined : (status[0] & 0x7f) === 0 ? (status[0] >> 8) & 0xff : -1;
    },
    output: (maxBytes) => {
      const buffer = Buffer.alloc(Math.min(fstatSync(printed).size, maxBytes));
      return buffer.toString('utf8', 0, readSync(printed, buffer, 0, buffer.length, 0));
    },
    close: () => { release(printed); },
  };
}
