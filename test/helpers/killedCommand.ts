/** Runs one request in a process of its own and kills it, with everything that it has started. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { type Workbench, processesWith, until } from './mounts.ts';
import { sourceCommand } from './sourceCommand.ts';

/** How a command ended. */
export interface CommandEnd {
  readonly wasKilled: boolean;
  readonly exitCode: number | null;
  readonly stderr: string;
  readonly milliseconds: number;
}

/** The processes of jobs for a state directory: nothing on their command lines says what they are for. */
function jobsOf(stateDirectory: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('--image-process')
        && readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`DISMTS_STATE_DIR=${stateDirectory}\0`);
    } catch {
      return false;
    }
  });
}

/** Runs `dismts call`; kills it with SIGKILL after so many milliseconds, where it is not through by then. */
export async function runCommand(bench: Pick<Workbench, 'folder' | 'stateDirectory'>, method: string, params: object, killAfterMs?: number): Promise<CommandEnd> {
  const built = process.env['DISMTS_KILL_EXECUTABLE'];
  const [program, ...args] = built === undefined ? sourceCommand : [built] as const;
  const start = performance.now();
  const child = spawn(program, [...args, 'call', method, JSON.stringify(params)], {
    env: { ...process.env, DISMTS_STATE_DIR: bench.stateDirectory, TMPDIR: bench.folder }, stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => { stderr += text; });
  const ended = once(child, 'close');
  if (killAfterMs !== undefined) {
    await Promise.race([setTimeout(killAfterMs), ended]);
    child.kill('SIGKILL');
  }
  const [exitCode] = await ended as [number | null];
  // The process of a job dies with the one that started it, a moment later.
  await until('no process of it is left', async () => (await processesWith(bench.folder)).length === 0 && jobsOf(bench.stateDirectory).length === 0);
  return { wasKilled: exitCode === null, exitCode, stderr, milliseconds: performance.now() - start };
}
