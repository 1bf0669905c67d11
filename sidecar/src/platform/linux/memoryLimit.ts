/** How much memory another process may take: prlimit(2). */
import { libc, SystemCallError } from './libc.ts';

const RLIMIT_AS = 9;

/** @param choose The new limit, of the one above which it cannot be set. */
function setLimit(pid: number, choose: (most: bigint) => bigint): void {
  // struct rlimit: the limit that holds, and the one above which it cannot be set.
  const limits = Buffer.alloc(16);
  const { prlimit } = libc();
  if (prlimit(pid, RLIMIT_AS, null, limits) === 0) {
    limits.writeBigUInt64LE(choose(limits.readBigUInt64LE(8)), 0);
    if (prlimit(pid, RLIMIT_AS, limits, null) === 0) { return; }
  }
  const error = new SystemCallError('prlimit', String(pid));
  // It has ended, and needs no limit.
  if (error.code !== 'ESRCH') { throw error; }
}

/** Lets a process, and those that it starts from now on, take no more than so many bytes of address space. @throws SystemCallError */
export function limitMemory(pid: number, bytes: number): void {
  setLimit(pid, (most) => (BigInt(bytes) < most ? BigInt(bytes) : most));
}

/** Takes back what limitMemory() set. @throws SystemCallError */
export function unlimitMemory(pid: number): void {
  setLimit(pid, (most) => most);
}
