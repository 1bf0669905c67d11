/** `dismts --stdio`: serves the process that started this one, over stdin and stdout. */
import { isSea } from 'node:sea';
import type { EngineFactory } from './engine/selectEngine.ts';
import { defaultLogDirectory } from './log/logFolder.ts';
import { moduleFolderWarnings } from './moduleFolder.ts';
import { programPath } from './platform/programPath.ts';
import { Server } from './server.ts';
import { claimStdout } from './silence.ts';
import { keepJobsReady } from './wimJobs/waitingProcess.ts';

/** 128 + SIGTERM, as a shell reports it. */
const terminatedExit = 143;

/** Serves one connection and gives the exit code. */
export async function serveStdio(createEngine: EngineFactory): Promise<number> {
  const output = claimStdout(true);
  const server = new Server({
    input: process.stdin, output, createEngine, logDirectory: defaultLogDirectory(),
    // From the source, the program is Node.js.
    ...(isSea() && { installationWarnings: () => moduleFolderWarnings(programPath()) }),
  });
  // A terminal sends Ctrl+C and a hang-up to the whole process group: what they mean is for the client to decide, and to say.
  process.on('SIGINT', () => undefined).on('SIGHUP', () => undefined);
  process.on('SIGTERM', () => {
    void server.stop(terminatedExit);
  });
  process.on('uncaughtException', (error) => {
    void server.fail(error);
  });
  keepJobsReady(true);
  server.listen();
  return await server.ended;
}
