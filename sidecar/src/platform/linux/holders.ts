/** Which processes keep a mount busy: /proc, as fuser(1) reads it. */
import { readFileSync } from 'node:fs';
import { readdir, readFile, readlink } from 'node:fs/promises';
import type { Holder } from '@dismts/protocol';
import { printable } from '../../printable.ts';

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

/** Name of a process, as it can be shown: any user can call a process what they like. Empty where it has ended. */
export function programOf(pid: number): string {
  try {
    return printable(readFileSync(`/proc/${pid}/comm`, 'utf8').trim());
  } catch {
    return '';
  }
}

/** What the kernel says of a process. */
export interface ProcessState {
  /** In jiffies after boot: with the pid it is the same process, or none. */
  readonly startTime: string;
  /** One letter, as ps(1) shows it: `T` is stopped, `Z` has ended. */
  readonly state: string;
  /** Processor time so far, in clock ticks. */
  readonly ticks: number;
}

/** @returns undefined where there is no such process. */
export function processState(pid: number): ProcessState | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name, in parentheses, may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', ticks: Number(fields[11]) + Number(fields[12]), startTime: fields[19] ?? '' };
  } catch {
    return undefined;
  }
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
    if (await holds(pid, folder)) { found.push({ pid: Number(pid), program: programOf(Number(pid)) }); }
  }
  return found;
}
