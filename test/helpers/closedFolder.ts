/** A folder in which nobody can make anything, not even root. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { isRoot } from './nobody.ts';
import { tempFolder } from './tempFolder.ts';

/** @param fill Puts something in it before it is closed. */
export async function closedFolder(fill: (folder: string) => Promise<void> = () => Promise.resolve()): Promise<string> {
  const folder = join(tempFolder(), 'closed');
  mkdirSync(folder);
  if (!isRoot) {
    await fill(folder);
    chmodSync(folder, 0o555);
    onTestFinished(() => { chmodSync(folder, 0o755); });
    return folder;
  }
  execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', folder]);
  onTestFinished(() => { execFileSync('umount', [folder]); });
  await fill(folder);
  execFileSync('mount', ['-o', 'remount,ro', folder]);
  return folder;
}
