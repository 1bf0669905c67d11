/** The peer of all work on WIM files: wimlib's own program, started as a process for each step. */
import { spawn } from 'node:child_process';

/** Runs `wimlib-imagex` and waits for its end. Its output goes nowhere, as it costs the same wherever it goes. */
export async function wimlib(...args: readonly string[]): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const child = spawn('wimlib-imagex', args, { stdio: 'ignore' });
    child.once('error', reject);
    child.once('exit', (code) => {
      if (code === 0) { resolve(); } else { reject(new Error(`wimlib-imagex ${args.join(' ')}: exit code ${String(code)}`)); }
    });
  });
}
