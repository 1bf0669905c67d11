/** `dismts --stdio`: serves the process that started this one, over stdin and stdout. */
import { Console } from 'node:console';
import { Writable } from 'node:stream';
import type { EngineFactory } from './engine/selectEngine.ts';
import { defaultLogDirectory } from './log.ts';
import { Server } from './server.ts';

/** 128 + SIGTERM, as a shell reports it. */
const terminatedExit = 143;

/** Serves one connection and gives the exit code. */
export async function serveStdio(createEngine: EngineFactory): Promise<number> {
  const output = process.stdout;
  silenceProcess();
  const server = new Server({ input: process.stdin, output, createEngine, logDirectory: defaultLogDirectory() });
  // A terminal sends Ctrl+C and a hang-up to the whole process group: what they mean is for the client to decide, and to say.
  process.on('SIGINT', () => undefined).on('SIGHUP', () => undefined);
  process.on('SIGTERM', () => {
    void server.stop(terminatedExit);
  });
  process.on('uncaughtException', (error) => {
    void server.fail(error);
  });
  server.listen();
  return await server.ended;
}

/** Stdout belongs to the frames, and stderr to nobody: device management judges a script by whether something is on it. */
function silenceProcess(): void {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => {
    done();
  } });
  Object.defineProperty(process, 'stdout', { value: nowhere });
  Object.defineProperty(process, 'stderr', { value: nowhere });
  globalThis.console = new Console(nowhere, nowhere);
  process.removeAllListeners('warning');
}
