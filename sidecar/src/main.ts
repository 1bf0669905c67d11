/** Entry point of the dismts executable. */
import { basename } from 'node:path';
import { engineProcessArgument, probeArgument } from './engine/native/process/engineProcessArgument.ts';
import { exitWith } from './exitWith.ts';
import { wimJobArgument } from './wimJobs/jobArgument.ts';

const args = process.argv.slice(2);

if (process.argv0.startsWith('/proc/self/fd/')) {
  // The module starts the open file that it has hashed. Lists of processes show a name, not the number of a descriptor.
  process.title = basename(process.execPath);
}

/**
 * What the arguments ask for: the server's engine process, the process of one job, a probe, or a user's command. Each loads what it needs: the
 * first ones have no use for any schema.
 */
async function main(): Promise<number> {
  if (args[0] === engineProcessArgument) {
    const { serveEngineProcess } = await import('./engine/native/process/processMain.ts');
    return await serveEngineProcess();
  }
  if (args[0] === wimJobArgument) {
    const { serveWimJob } = await import('./wimJobs/jobMain.ts');
    return await serveWimJob();
  }
  if (args[0] === probeArgument) {
    const { serveProbe } = await import('./engine/native/process/probe.ts');
    return await serveProbe(args[1]);
  }
  const [{ run }, { createEngine }] = await Promise.all([import('./cli.ts'), import('./engine/selectEngine.ts')]);
  return await run(args, createEngine);
}

exitWith(main());
