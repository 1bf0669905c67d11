/**
 * Doing something without being root, in tests that run as root.
 * The clone may be where other users cannot go, such as below /root: what they need is loaded before, or copied to where they can.
 */
import { execFileSync } from 'node:child_process';
import { open } from 'node:fs/promises';
import { loadKoffi } from '../../sidecar/src/nativeAddon/koffi.ts';

/** User and group `nobody`. */
export const nobodyId = 65534;

/** Whether the tests run as root; those that need it are skipped otherwise, with a line that says so. */
export const isRoot = process.geteuid?.() === 0;
if (!isRoot) {
  process.stderr.write('skipped: tests that mount or give up rights need to run as root\n');
}

/** Runs `body` with the rights of user `nobody`: this process has them until the promise is settled. */
export async function asNobody<T>(body: () => Promise<T>): Promise<T> {
  // Its addon is a file of the clone, read at the first use.
  loadKoffi();
  process.setegid?.(nobodyId);
  process.seteuid?.(nobodyId);
  try {
    return await body();
  } finally {
    process.seteuid?.(0);
    process.setegid?.(0);
  }
}

/** Whether user `nobody` can open a file, for reading unless `flags` say otherwise. */
export async function nobodyOpens(path: string, flags = 'r'): Promise<boolean> {
  return await asNobody(async () => {
    try {
      await (await open(path, flags)).close();
      return true;
    } catch {
      return false;
    }
  });
}

/** Lets every user read a folder with all that is in it, whatever rights that was copied with. */
export function letAllRead(folder: string): void {
  execFileSync('chmod', ['-R', 'a+rX', folder]);
}
