/** Locks on files: flock(2). They end with the process, whichever way it ends. */
import { constants, fstatSync, openSync, statSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import type { Holder } from '@dismts/protocol';
import { readTextFile, release } from '../../closing.ts';
import { processState, programOf } from './holders.ts';
import { libc, SystemCallError } from './libc.ts';

const LOCK_SH = 1;
const LOCK_EX = 2;
const LOCK_NB = 4;
const LOCK_UN = 8;

/** How long a lock is waited for whose holder has been stopped, and whose holder does nothing that could be seen. */
const [stoppedMs, idleMs] = [4000, 30_000];
const pollMs = 25;

/**
 * Takes a lock on an open file, which ends with the last descriptor of it, those of other processes that inherited it included.
 * @param path For the error.
 * @returns false where another holds one that does not go with it.
 */
export function tryLock(descriptor: number, path: string, isShared = false): boolean {
  if (libc().flock(descriptor, (isShared ? LOCK_SH : LOCK_EX) | LOCK_NB) === 0) { return true; }
  const error = new SystemCallError('flock', path);
  if (error.code === 'EAGAIN') { return false; }
  throw error;
}

/** Gives up a lock of tryLock() before its file is closed. @param path For the error. @throws SystemCallError: it is held still. */
export function unlock(descriptor: number, path: string): void {
  if (libc().flock(descriptor, LOCK_UN) !== 0) { throw new SystemCallError('flock', path); }
}

/** Who took the locks that are on a file: /proc/locks. A process that inherited one is not in it, nor one of another container. */
export function lockHolders(file: number | string): Holder[] {
  const found = typeof file === 'number' ? fstatSync(file) : statSync(file, { throwIfNoEntry: false });
  if (found === undefined) { return []; }
  // Some file systems show another device there than stat(2) does.
  const pids = [...readTextFile('/proc/locks').matchAll(/^\d+: FLOCK +\S+ +\S+ +(\d+) [0-9a-f]+:[0-9a-f]+:(\d+) /gm)]
    .filter(([, , inode]) => Number(inode) === found.ino).map(([, pid]) => Number(pid));
  return [...new Set(pids)].filter((pid) => processState(pid) !== undefined).map((pid) => ({ pid, program: programOf(pid) }));
}

/** A lock was not to be had: who holds it has been stopped, or hangs. */
export class LockHeldError extends Error {
  override readonly name = 'LockHeldError';
  readonly holders: readonly Holder[];
  readonly stopped: boolean;

  constructor(path: string, holders: readonly Holder[], stopped: boolean) {
    super(`the lock "${path}" is held`);
    this.holders = holders;
    this.stopped = stopped;
  }
}

/** Watches the holders of a lock: one that works is waited for, however long it takes. */
class Patience {
  readonly #path: string;
  #ticks = '';
  #sign = performance.now();
  #running = performance.now();

  constructor(path: string) {
    this.#path = path;
  }

  /** @throws LockHeldError */
  check(): void {
    const now = performance.now();
    const holders = lockHolders(this.#path);
    const states = holders.map(({ pid }) => processState(pid));
    const ticks = states.map((state) => state?.ticks).join();
    if (ticks !== this.#ticks) { [this.#ticks, this.#sign] = [ticks, now]; }
    const stopped = states.length > 0 && states.every((state) => state?.state === 'T' || state?.state === 't');
    if (!stopped) { this.#running = now; }
    if (now - this.#running > stoppedMs || now - this.#sign > idleMs) { throw new LockHeldError(this.#path, holders, stopped); }
  }
}

/** A lock that ends with the process, whichever way it ends, and with all programs that were given its descriptor. */
export class Lock {
  readonly descriptor: number;

  private constructor(descriptor: number) {
    this.descriptor = descriptor;
  }

  /** @returns undefined where another holds it. */
  static tryAcquire(path: string, isShared = false): Lock | undefined {
    const descriptor = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600);
    let isHeld = false;
    try {
      isHeld = tryLock(descriptor, path, isShared);
    } finally {
      if (!isHeld) { release(descriptor); }
    }
    return isHeld ? new Lock(descriptor) : undefined;
  }

  /**
   * Waits for the lock, as long as who holds it does something.
   * @throws the signal's reason. LockHeldError: the holder has been stopped, or hangs.
   */
  static async acquire(path: string, signal: AbortSignal): Promise<Lock> {
    const patience = new Patience(path);
    for (let round = 1; ; round++) {
      const lock = Lock.tryAcquire(path);
      if (lock !== undefined) { return lock; }
      // flock(2) that blocks would hold a thread of the pool and could not be cancelled.
      await setTimeout(pollMs, undefined, { signal });
      if (round % 10 === 0) { patience.check(); }
    }
  }

  /**
   * Takes the lock where it is free or will be in a moment: another looks at it, or its holder was killed and a child that it
   * was just starting still has the descriptor.
   * @returns undefined where a process that lives holds it, and has not let it go within `milliseconds`.
   */
  static async acquireSoon(path: string, milliseconds: number, isShared = false): Promise<Lock | undefined> {
    for (const deadline = performance.now() + milliseconds; ;) {
      const lock = Lock.tryAcquire(path, isShared);
      if (lock !== undefined || performance.now() > deadline) { return lock; }
      await setTimeout(pollMs);
    }
  }

  /**
   * The same for a file or folder that is open already: the lock owns the descriptor, which is closed where another holds it.
   * @param path For the error.
   */
  static async onDescriptor(descriptor: number, path: string, milliseconds: number): Promise<Lock | undefined> {
    for (const deadline = performance.now() + milliseconds; ;) {
      if (tryLock(descriptor, path)) { return new Lock(descriptor); }
      if (performance.now() > deadline) {
        release(descriptor);
        return undefined;
      }
      await setTimeout(pollMs);
    }
  }

  release(): void {
    release(this.descriptor);
  }
}
