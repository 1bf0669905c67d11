/** The locks of a state directory: files that outlive nobody's process. */
import { createHash } from 'node:crypto';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Lock } from '../../../platform/linux/locks.ts';

/** Locks on mounts, on what serves them, on WIM files, and on the list of mounts. */
export class MountLocks {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Held while records are made, compared and removed; never during long work. */
  async lockRegistry(signal: AbortSignal): Promise<Lock> {
    return await Lock.acquire(join(this.#folder, 'registry'), signal);
  }

  /** Held by whoever works on a mount; free means that nobody does, also after a crash. */
  tryLockMount(id: string): Lock | undefined {
    return Lock.tryAcquire(join(this.#folder, `mount-${id}`));
  }

  /** Given to the programs that serve a mount, so that none of them goes unnoticed. */
  lockServing(id: string): Lock | undefined {
    return Lock.tryAcquire(this.#servingLock(id), true);
  }

  /** Whether a program serves a mount, or has been started to: also one whose process has not become that program yet. */
  isServed(id: string): boolean {
    const lock = Lock.tryAcquire(this.#servingLock(id));
    lock?.release();
    return lock === undefined;
  }

  /** Held while a WIM file is written, so that saves of two of its images wait for each other. */
  async lockWim(wimPath: string, signal: AbortSignal): Promise<Lock> {
    const name = createHash('sha256').update(wimPath).digest('hex').slice(0, 32);
    return await Lock.acquire(join(this.#folder, `wim-${name}`), signal);
  }

  /** Removes the locks of a mount that is no more. */
  removeOf(id: string): void {
    for (const lock of [`mount-${id}`, `serving-${id}`]) { rmSync(join(this.#folder, lock), { force: true }); }
  }

  /** Removes the locks of all mounts but those named. */
  removeExcept(ids: ReadonlySet<string>): void {
    for (const lock of readdirSync(this.#folder)) {
      const id = /^(?:mount|serving)-(.+)$/.exec(lock)?.[1];
      if (id !== undefined && !ids.has(id)) { rmSync(join(this.#folder, lock), { force: true }); }
    }
  }

  #servingLock(id: string): string {
    return join(this.#folder, `serving-${id}`);
  }
}
