/** Entry point of the dismts executable. */
import { call, CallExit, parseCommand, usage } from './cli.ts';
import { createEngine } from './engine/selectEngine.ts';
import { serveStdio } from './stdio.ts';
import { version } from './version.ts';

async function run(args: readonly string[]): Promise<number> {
  const command = parseCommand(args);
  switch (command.kind) {
    case 'stdio': return await serveStdio(createEngine);
    case 'call': return await call(command);
    case 'version': process.stdout.write(`dismts ${version}\n`); return CallExit.ok;
    case 'help': process.stdout.write(usage); return CallExit.ok;
    case 'wrong': process.stderr.write(`dismts: ${command.reason}\n\n${usage}`); return CallExit.usage;
  }
}

run(process.argv.slice(2)).then(
  // Handles that an engine keeps for its next operation must not keep this process alive.
  (exitCode) => process.exit(exitCode),
  (error: unknown) => {
    process.stderr.write(`dismts: Bug in DismTs: ${String(error)}\n`);
    process.exit(CallExit.bug);
  },
);
