/** Deletes folders, also those with several hundred thousand files, and those deeper than any path can be long. */
import { lstatSync, readdirSync, renameSync, rmdirSync, unlinkSync } from 'node:fs';
import { Breather } from '../../breather.ts';

/** How often to go on after an error: what is not there any more was removed by another process, which can happen at each file. */
const maxTries: ReadonlyMap<string | undefined, number> = new Map([['ENOENT', 10_000], ['ENOTEMPTY', 5]]);

const child = (folder: Buffer, name: Buffer): Buffer => Buffer.concat([folder, Buffer.from('/'), name]);

/**
 * Deletes a folder with all that is in it; links are not followed. It is no error that it does not exist. Folders in it are moved
 * up before they are emptied, so no path gets longer than by two names, and what another file system shows in it cannot be
 * reached: it is not moved, and this ends with an error.
 * Deleting a file takes microseconds, and handing that to another thread, as rm() does, ten times as long.
 * @throws Error of node:fs: something else is mounted in it, or it cannot be changed.
 */
export async function removeFolder(path: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await removeAll(Buffer.from(path));
      return;
    } catch (error) {
      if (tries >= (maxTries.get((error as NodeJS.ErrnoException).code) ?? 0)) { throw error; }
    }
  }
}

async function removeAll(top: Buffer): Promise<void> {
  if (lstatSync(top, { throwIfNoEntry: false })?.isDirectory() !== true) { return; }
  const breather = new Breather();
  let moved = 0;
  for (let names = readdirSync(top, { encoding: 'buffer' }); names.length > 0; names = readdirSync(top, { encoding: 'buffer' })) {
    for (const name of names) {
      const own = child(top, name);
      if (lstatSync(own).isDirectory()) {
        for (const entry of readdirSync(own, { encoding: 'buffer', withFileTypes: true })) {
          await breather.breathe();
          const inner = child(own, entry.name);
          if (entry.isDirectory()) {
            while (lstatSync(child(top, Buffer.from(`.removing-${moved}`)), { throwIfNoEntry: false }) !== undefined) { moved++; }
            renameSync(inner, child(top, Buffer.from(`.removing-${moved++}`)));
          } else {
            unlinkSync(inner);
          }
        }
        rmdirSync(own);
      } else {
        unlinkSync(own);
      }
    }
  }
  rmdirSync(top);
}
