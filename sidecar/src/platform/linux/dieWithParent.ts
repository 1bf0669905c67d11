/** Ties the life of a process to that of its parent. */
import { constants } from 'node:os';
import { libc } from './libc.ts';

const PR_SET_PDEATHSIG = 1;

/** Has the kernel kill this process when the thread that started it ends, however it ends. Elsewhere than on Linux it does nothing. */
export function dieWithParent(): void {
  if (process.platform === 'linux') { libc().prctl(PR_SET_PDEATHSIG, constants.signals.SIGKILL, 0, 0, 0); }
}
