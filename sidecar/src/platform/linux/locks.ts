/** Locks on files: flock(2). They end with the process, whichever way it ends. */
import { closeSync, constants, openSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { libc, SystemCallError } from './libc.ts';

const LOCK_SH = 1;
const LOCK_EX = 2;
const LOCK_NB = 4;

/**
 * Takes a lock on an open file, which ends with the last descriptor of it, those of other processes that inherited it included.
 * @param path For the error.
 * @returns false where another holds one that does not go with it.
 */
export function tryLock(descriptor: number, path: string, isShared = false): boolean {
  if (libc().flock(descriptor, (isShared ? LOCK_SH : LOCK_EX) | LOCK_NB) === 0) { return true; }
  const error = new SystemCallError('flock', path);
  if (error.code === 'EAGAIN' || error.code === 'EWOULDBLOCK') { return false; }
  throw error;
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
      if (!isHeld) { closeSync(descriptor); }
    }
    return isHeld ? new Lock(descriptor) : undefined;
  }

  /** Waits for the lock. @throws the signal's reason. */
  static async acquire(path: string, signal: AbortSignal): Promise<Lock> {
    for (;;) {
      const lock = Lock.tryAcquire(path);
      if (lock !== undefined) { return lock; }
      // flock(2) that blocks would hold a thread of the pool and could not be cancelled.
      await setTimeout(25, undefined, { signal });
    }
  }

  release(): void {
    closeSync(this.descriptor);
  }
}
