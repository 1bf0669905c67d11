/** Which processes have a file open for writing: /proc. Those of other users, and of other containers, are seen by root only. */
import { constants } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import type { Holder } from '@dismts/protocol';
import { programOf } from './holders.ts';

const accessMode = 3;

/** Whether a descriptor of a process is that file, open for writing. */
async function writes(pid: string, descriptor: string, device: bigint, inode: bigint): Promise<boolean> {
  const found = await stat(`/proc/${pid}/fd/${descriptor}`, { bigint: true }).catch(() => undefined);
  if (found?.ino !== inode || found.dev !== device) { return false; }
  const flags = /^flags:\s*(\d+)$/m.exec(await readFile(`/proc/${pid}/fdinfo/${descriptor}`, 'latin1').catch(() => ''))?.[1];
  return flags !== undefined && (Number.parseInt(flags, 8) & accessMode) !== constants.O_RDONLY;
}

/** The processes that have a file open for writing; ours is left out. @throws Error of node:fs: there is no such file. */
export async function findWriters(path: string): Promise<Holder[]> {
  const { dev, ino } = await stat(path, { bigint: true });
  const found: Holder[] = [];
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) { continue; }
    for (const descriptor of await readdir(`/proc/${pid}/fd`).catch(() => [])) {
      if (!await writes(pid, descriptor, dev, ino)) { continue; }
      found.push({ pid: Number(pid), program: programOf(Number(pid)) });
      break;
    }
  }
  return found;
}
