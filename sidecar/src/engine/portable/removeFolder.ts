/** Deletes folders of staged changes, which can hold a hundred thousand files. */
import { readdirSync, rmdirSync, unlinkSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Breather } from './upperLayer.ts';

/** Names are bytes here: those of staged changes need not be UTF-8. */
async function removeAll(folder: Buffer, breather: Breather): Promise<void> {
  for (const entry of readdirSync(folder, { encoding: 'buffer', withFileTypes: true })) {
    await breather.breathe();
    const path = Buffer.concat([folder, Buffer.from('/'), entry.name]);
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
    await removeAll(Buffer.from(path), new Breather());
  } catch {
    // Two that remove the same folder get in each other's way for a moment; rm() tries again, and throws what stays wrong.
    await rm(path, { recursive: true, force: true, maxRetries: 5 });
  }
}
