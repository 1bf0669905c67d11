/** Entry point of the dismts executable. */
import { CallExit } from './call.ts';
import { run } from './cli.ts';
import { createEngine } from './engine/selectEngine.ts';

run(process.argv.slice(2), createEngine).then(
  // Handles that an engine keeps for its next operation must not keep this process alive.
  (exitCode) => process.exit(exitCode),
  (error: unknown) => {
    process.stderr.write(`dismts: Bug in DismTs: ${String(error)}\n`);
    process.exit(CallExit.bug);
  },
);
