/** Which processes keep a mount busy: /proc, as fuser(1) reads it. */
import { readdir, readFile, readlink } from 'node:fs/promises';
import type { Holder } from '@dismts/protocol';

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

async function holds(pid: string, folder: string): Promise<boolean> {
  const base = `/proc/${pid}`;
  const descriptors = await readdir(`${base}/fd`).catch(() => []);
  const links = [`${base}/cwd`, `${base}/root`, `${base}/exe`, ...descriptors.map((descriptor) => `${base}/fd/${descriptor}`)];
  for (const link of links) {
    const target = await readlink(link).catch(() => '');
    if (isWithin(target.replace(/ \(deleted\)$/, ''), folder)) { return true; }
  }
  const maps = await readFile(`${base}/maps`, 'utf8').catch(() => '');
  return maps.split('\n').some((line) => isWithin(line.slice(line.indexOf('/')), folder));
}

/** No message gets longer by more than this many processes. */
const maxHolders = 20;

/**
 * The processes with a file, their working directory or a mapping below a folder. Others' processes can be seen by
 * root only; ours is left out.
 */
export async function findHolders(folder: string): Promise<Holder[]> {
  const found: Holder[] = [];
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid || found.length >= maxHolders) { continue; }
    if (await holds(pid, folder)) {
      const program = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
      found.push({ pid: Number(pid), program: program.trim() });
    }
  }
  return found;
}
