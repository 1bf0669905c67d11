/** Has the jobs of this test file run from the sources. Import it for its effect, or for the processes of jobs. */
import { readdirSync, readFileSync } from 'node:fs';
import { setJobCommand } from '../../sidecar/src/wimJobs/waitingProcess.ts';
import { sourceCommand } from './sourceCommand.ts';

setJobCommand(sourceCommand);

/**
 * Stops the jobs of this process, so that none of them comes to its end by itself: what ends then did not wait for one.
 * @returns How many there are.
 */
export function stopJobs(): number {
  const pids = jobProcesses();
  for (const pid of pids) { process.kill(pid, 'SIGSTOP'); }
  return pids.length;
}

/** The processes of jobs that a process has started; default: this one. */
export function jobProcesses(starter: number = process.pid): number[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => {
    try {
      // Behind the name, which is in brackets: state and parent.
      const [, parent] = readFileSync(`/proc/${pid}/stat`, 'latin1').replace(/^.*\) /s, '').split(' ');
      return Number(parent) === starter && readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('--image-process');
    } catch {
      return false;
    }
  });
}
