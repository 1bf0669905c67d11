/** Which processes have a file open for writing: /proc. Those of other users, and of other containers, are seen by root only. */
import { constants, openSync, readFileSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import type { Holder } from '@dismts/protocol';
import { release } from '../../closing.ts';
import { programOf } from './holders.ts';

const accessMode = 3;
/** open(2) of the name only: it needs no right to the file. */
const O_PATH = 0o10000000;

/** What /proc says of a descriptor: how it was opened, and the inode as its file system counts them; kernels before 5.14 do not say that. */
interface Descriptor {
  readonly isForWriting: boolean;
  readonly inode: string | undefined;
}

function readDescriptor(fdinfo: string): Descriptor {
  const flags = /^flags:\s*(\d+)$/m.exec(fdinfo)?.[1];
  return {
    isForWriting: flags !== undefined && (Number.parseInt(flags, 8) & accessMode) !== constants.O_RDONLY,
    inode: /^ino:\s*(\d+)$/m.exec(fdinfo)?.[1],
  };
}

/** The inode of a file in the words of /proc, which may differ from those of stat(2). */
function shownInode(path: string): string | undefined {
  const descriptor = openSync(path, O_PATH);
  try {
    return readDescriptor(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'latin1')).inode;
  } finally {
    release(descriptor);
  }
}

/** The processes that have a file open for writing; ours is left out. @throws Error of node:fs: there is no such file. */
export async function findWriters(path: string): Promise<Holder[]> {
  const { dev, ino } = await stat(path, { bigint: true });
  const inode = shownInode(path);
  const writes = async (pid: string, descriptor: string): Promise<boolean> => {
    const seen = readDescriptor(await readFile(`/proc/${pid}/fdinfo/${descriptor}`, 'latin1').catch(() => ''));
    // Nobody else's file is touched: stat(2) waits for ever for one on a share that does not answer.
    if (!seen.isForWriting || seen.inode !== inode) { return false; }
    const found = await stat(`/proc/${pid}/fd/${descriptor}`, { bigint: true }).catch(() => undefined);
    return found?.ino === ino && found.dev === dev;
  };
  const found: Holder[] = [];
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) { continue; }
    for (const descriptor of await readdir(`/proc/${pid}/fd`).catch(() => [])) {
      if (!await writes(pid, descriptor)) { continue; }
      found.push({ pid: Number(pid), program: programOf(Number(pid)) });
      break;
    }
  }
  return found;
}
