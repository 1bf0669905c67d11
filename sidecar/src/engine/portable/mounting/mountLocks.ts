/** The locks of a state directory: files that outlive nobody's process. */
import { createHash } from 'node:crypto';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Holder } from '@dismts/protocol';
import { DismError } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import { Lock, lockHolders, LockHeldError } from '../../../platform/linux/locks.ts';

/** Longer than anybody takes to look at a mount. */
const soonMs = 1000;

/** Whether a lock is none of a mount, or one of those named. */
function isLockOf(lock: string, ids: ReadonlySet<string>): boolean {
  const id = /^(?:mount|serving)-(.+)$/.exec(lock)?.[1];
  return id === undefined || ids.has(id);
}

/** Locks on mounts, on what serves them, on WIM files, and on the list of mounts. */
export class MountLocks {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Held while records are made, compared and removed; never during long work. */
  async lockRegistry(signal: AbortSignal): Promise<Lock> {
    return await this.#acquire('registry', 'the list of mounts', signal);
  }

  /** As lockRegistry() where it is free. */
  tryLockRegistry(): Lock | undefined {
    return Lock.tryAcquire(join(this.#folder, 'registry'));
  }

  /** Held by whoever works on a mount; free means that nobody does, also after a crash. */
  tryLockMount(id: string): Lock | undefined {
    return Lock.tryAcquire(this.#mountLock(id));
  }

  /** As tryLockMount(), for a lock that is about to be free: another only looks, or was killed just now. */
  async lockMountSoon(id: string): Promise<Lock | undefined> {
    return await Lock.acquireSoon(this.#mountLock(id), soonMs);
  }

  /** Who works on a mount. */
  mountHolders(id: string): Holder[] {
    return lockHolders(this.#mountLock(id));
  }

  /** Given to the programs that serve a mount, so that none of them goes unnoticed. */
  async lockServing(id: string): Promise<Lock | undefined> {
    // Another looks at it, perhaps, with isServed().
    return await Lock.acquireSoon(this.servingLock(id), soonMs, true);
  }

  /** Whether a program serves a mount, or has been started to: also one whose process has not become that program yet. */
  isServed(id: string): boolean {
    const path = this.servingLock(id);
    const isFree = (isShared: boolean): boolean => {
      const lock = Lock.tryAcquire(path, isShared);
      lock?.release();
      return lock !== undefined;
    };
    // Who serves it shares the lock. Who does not share it is another that looks, and is through in no time.
    for (let [shared, tries] = [0, 0]; shared < 2 && tries < 1000; tries++) {
      if (isFree(false)) { return false; }
      if (isFree(true)) { shared++; }
    }
    return true;
  }

  /** Held while a WIM file is written, so that saves of two of its images wait for each other. */
  async lockWim(wimPath: string, signal: AbortSignal): Promise<Lock> {
    const name = createHash('sha256').update(wimPath).digest('hex').slice(0, 32);
    return await this.#acquire(`wim-${name}`, `the file "${wimPath}"`, signal);
  }

  async #acquire(name: string, title: string, signal: AbortSignal): Promise<Lock> {
    try {
      return await Lock.acquire(join(this.#folder, name), signal);
    } catch (error) {
      if (!(error instanceof LockHeldError)) { throw error; }
      const { holders, stopped } = error;
      const who = holders.length === 0 ? 'another process' : holders.map(({ pid, program }) => `${program} (${pid})`).join(', ');
      throw new DismError(Hresult.DISM_E_IMAGE_BUSY, `Cannot work on ${title}: ${who} has it and ${stopped ? 'has been stopped' : 'does nothing any more'}`, {
        holders, cause: error, hint: 'Let that process go on, or end it, then try again.',
      });
    }
  }

  /** Removes the locks of a mount that is no more. */
  removeOf(id: string): void {
    for (const lock of [`mount-${id}`, `serving-${id}`]) { rmSync(join(this.#folder, lock), { force: true }); }
  }

  /** Whether there are locks of mounts that are not named. */
  hasOthers(ids: ReadonlySet<string>): boolean {
    return readdirSync(this.#folder).some((lock) => !isLockOf(lock, ids));
  }

  /** Removes the locks of all mounts but those named. */
  removeExcept(ids: ReadonlySet<string>): void {
    for (const lock of readdirSync(this.#folder)) {
      if (!isLockOf(lock, ids)) { rmSync(join(this.#folder, lock), { force: true }); }
    }
  }

  #mountLock(id: string): string {
    return join(this.#folder, `mount-${id}`);
  }

  /** The file that tells by who has it open which processes serve a mount. */
  servingLock(id: string): string {
    return join(this.#folder, `serving-${id}`);
  }
}
