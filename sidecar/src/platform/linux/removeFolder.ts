/** Deletes folders of staged changes, which can hold a hundred thousand files. */
import { readdirSync, rmdirSync, unlinkSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Breather } from '../../breather.ts';

async function removeAll(folder: string, breather: Breather): Promise<void> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    await breather.breathe();
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) { await removeAll(path, breather); } else { unlinkSync(path); }
  }
  rmdirSync(folder);
}

/**
 * Deletes a folder with all that is in it; links are not followed. It is no error that it does not exist.
 * Deleting a file takes microseconds, and handing that to another thread, as rm() does, ten times as long.
 */
export async function removeFolder(path: string): Promise<void> {
  try {
    await removeAll(path, new Breather());
  } catch {
    // A name that is no UTF-8, or another process that removes the same: rm() copes, or throws what is wrong.
    await rm(path, { recursive: true, force: true, maxRetries: 5 });
  }
}
