/** The programs behind a mounted disk: one that serves the bytes of the volume as a file, and one that serves the files on it. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { releaseFile } from '../../../../closing.ts';
import { isThere } from '../../../../isThere.ts';
import { DismError } from '../../../../errors.ts';
import { Hresult } from '../../../../hresult.ts';
import { unmount } from '../../../../platform/linux/mountCalls.ts';
import { readMountTable } from '../../../../platform/linux/mountTable.ts';
import type { GenerationFolders } from '../imageFormat.ts';

/** Where the volume shows as a file. */
export function volumeFile({ folder }: GenerationFolders): string {
  return join(folder, 'volume');
}

const serving = /(?:^|\/)(?:qemu-storage-daemon|ntfs-3g)$/;
const starting = /(?:^|\/)(?:unshare|setpriv)$/;

/** A program that serves a disk, or the one that is about to become it. */
export function isServer([program = '']: readonly string[]): boolean {
  return serving.test(program) || starting.test(program);
}

/** The processes of a program that has a path below the folder among its arguments. One that has ended has none. */
function processesOf(program: string, { folder }: GenerationFolders): number[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => {
    try {
      const [own = '', ...words] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      return own.endsWith(`/${program}`) && words.some((word) => word.includes(`${folder}/`));
    } catch {
      return false;
    }
  });
}

/** The kernel is to end others first when memory runs out: changes that a program holds would be lost. */
export function protectFromMemoryKiller(folders: GenerationFolders): void {
  for (const pid of ['qemu-storage-daemon', 'ntfs-3g'].flatMap((program) => processesOf(program, folders))) {
    try { writeFileSync(`/proc/${pid}/oom_score_adj`, '-1000'); } catch { /* Not in every container; it was an extra. */ }
  }
}

/** A file system that writes what it has, and a daemon that flushes, end sooner, unless the disk is broken. */
const maxEndMs = 60_000;

/** @returns Whether they have ended. */
export async function waitForEnd(program: string, folders: GenerationFolders): Promise<boolean> {
  const deadline = performance.now() + maxEndMs;
  for (let pauseMs = 1; processesOf(program, folders).length > 0; pauseMs = Math.min(2 * pauseMs, 50)) {
    if (performance.now() > deadline) { return false; }
    await setTimeout(pauseMs);
  }
  return true;
}

function signalAll(program: string, folders: GenerationFolders, signal: NodeJS.Signals): void {
  for (const pid of processesOf(program, folders)) {
    try { process.kill(pid, signal); } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') { throw error; }
    }
  }
}

/** NTFS-3G answers from what it has in memory, also where the disk below it is gone. */
export function brokenServing(folders: GenerationFolders): string | undefined {
  return processesOf('qemu-storage-daemon', folders).length === 0 ? 'the program that serves the disk has ended' : undefined;
}

/** Puts what was written on the disk. */
async function flushFile(path: string): Promise<void> {
  if (!isThere(path)) { return; }
  const handle = await open(path, 'r+');
  try { await handle.sync(); } finally { await releaseFile(handle); }
}

/**
 * Ends both programs in their order, once the file system is unmounted: what it still holds goes to the staged changes first.
 * @throws DismError DISM_E_IMAGE_BUSY: they do not end; nothing is killed then that may hold changes.
 */
export async function endChain(folders: GenerationFolders): Promise<void> {
  if (!await waitForEnd('ntfs-3g', folders)) {
    throw new DismError(Hresult.DISM_E_IMAGE_BUSY, 'the program that serves the files of the disk does not end', { hint: 'A process still has a file of the mount open; end it, then try again.' });
  }
  signalAll('qemu-storage-daemon', folders, 'SIGTERM');
  if (!await waitForEnd('qemu-storage-daemon', folders)) {
    throw new DismError(Hresult.DISM_E_IMAGE_BUSY, 'the program that serves the disk does not end');
  }
  // One that was killed leaves its mount behind.
  const path = volumeFile(folders);
  for (const entry of readMountTable().filter(({ mountPoint }) => mountPoint === path)) { unmount(entry.mountPoint, true); }
  await flushFile(folders.staged);
}
