/** Entry point of the dismts executable. */
import { CallExit } from './call.ts';
import { run } from './cli.ts';
import { engineProcessArgument } from './engine/native/processMessages.ts';
import { createEngine } from './engine/selectEngine.ts';

const args = process.argv.slice(2);

/** What the arguments ask for: a user's command, or the server's engine process. */
async function main(): Promise<number> {
  if (args[0] !== engineProcessArgument) { return await run(args, createEngine); }
  const { serveEngineProcess } = await import('./engine/native/processMain.ts');
  return await serveEngineProcess();
}

main().then(
  // Handles that an engine keeps for its next operation must not keep this process alive.
  (exitCode) => process.exit(exitCode),
  (error: unknown) => {
    process.stderr.write(`dismts: Bug in DismTs: ${String(error)}\n`);
    process.exit(CallExit.bug);
  },
);
