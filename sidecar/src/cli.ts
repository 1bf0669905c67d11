/** The command line: what it may say, and what is then done. */
import { parseArgs } from 'node:util';
import { absolutePathSchema, engineChoiceSchema } from '@dismts/protocol';
import { call, type CallRequest } from './call.ts';
import type { EngineFactory } from './engine/selectEngine.ts';
import { exitCode, exitCodes, type Outcome } from './exitCodes.ts';
import { withoutEngine } from './engineless/withoutEngine.ts';
import { engineOperations } from './operation.ts';
import { serveStdio } from './stdio.ts';
import { version } from './version.ts';

const usage = `Usage: dismts --stdio
       dismts call METHOD [JSON|-] [--engine Auto|Native|Portable] [--dism-path PATH] [--progress]
       dismts --version
       dismts --help

--stdio    Serve JSON-RPC on stdin and stdout. This is what the PowerShell module starts.
call       Run one request, such as:
             dismts call image/getInfo '{"imagePath":"/images/install.wim"}'
           Parameters are a JSON object, or - to read it from stdin; paths are absolute.
           The result is JSON on stdout; progress and errors are text on stderr.
           Methods: ${[...withoutEngine.keys()].join(', ')},
             ${[...engineOperations.keys()].join(', ')}
--progress Show progress even where stderr is not a terminal.
--dism-path
           DismApi.dll that the Native engine uses, or the folder that it is in. Default: that of Windows.

Exit codes of call:
${exitCodeLines()}
`;

/** The exit codes of this system, a line each. */
function exitCodeLines(): string {
  return Object.entries(exitCodes).filter(([outcome]) => outcome !== 'restart' || process.platform === 'win32')
    .map(([outcome, { meaning }]) => `  ${String(exitCode(outcome as Outcome)).padEnd(4)} ${meaning}`).join('\n');
}

/** What a command line asks for. */
export type Command =
  | { readonly kind: 'stdio' | 'version' | 'help' }
  | { readonly kind: 'call'; readonly request: CallRequest }
  | { readonly kind: 'wrong'; readonly reason: string };

/** Reads a command line; never throws. */
export function parseCommand(args: readonly string[]): Command {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        stdio: { type: 'boolean' }, version: { type: 'boolean' }, help: { type: 'boolean', short: 'h' },
        engine: { type: 'string' }, progress: { type: 'boolean' }, 'dism-path': { type: 'string' },
      },
    });
  } catch (error) {
    return { kind: 'wrong', reason: error instanceof Error ? error.message : String(error) };
  }
  const { values, positionals: [command, method, json = '{}', ...rest] } = parsed;
  const engine = engineChoiceSchema.safeParse(values.engine ?? 'Auto');
  if (!engine.success) {
    return { kind: 'wrong', reason: '--engine takes Auto, Native or Portable' };
  }
  const dismPath = absolutePathSchema.optional().safeParse(values['dism-path']);
  if (!dismPath.success) {
    return { kind: 'wrong', reason: '--dism-path takes an absolute path' };
  }
  if (command === undefined) {
    const asked = (['help', 'version', 'stdio'] as const).filter((name) => values[name] === true);
    const [kind] = asked;
    const callOptions = [values.engine, values.progress, values['dism-path']];
    if (kind === undefined || asked.length > 1 || callOptions.some((value) => value !== undefined)) {
      return { kind: 'wrong', reason: 'Give one of --stdio, call, --version and --help' };
    }
    return { kind };
  }
  if (values.help === true) {
    return { kind: 'help' };
  }
  if (command !== 'call' || rest.length > 0 || values.stdio === true || values.version === true) {
    return { kind: 'wrong', reason: `Unexpected argument "${command !== 'call' ? command : rest[0] ?? '--stdio'}"` };
  }
  if (method === undefined) {
    return { kind: 'wrong', reason: 'call needs the name of a method' };
  }
  if (!withoutEngine.has(method) && !engineOperations.has(method)) {
    return { kind: 'wrong', reason: `There is no method "${method}" to call` };
  }
  return { kind: 'call', request: { method, json, engine: engine.data, dismPath: dismPath.data, progress: values.progress ?? false } };
}

/** Does what the arguments ask for and gives the exit code. */
export async function run(args: readonly string[], createEngine: EngineFactory): Promise<number> {
  const command = parseCommand(args);
  switch (command.kind) {
    case 'stdio': return await serveStdio(createEngine);
    case 'call': return await call(command.request, createEngine);
    case 'version': process.stdout.write(`dismts ${version}\n`); return exitCode('done');
    case 'help': process.stdout.write(usage); return exitCode('done');
    case 'wrong': process.stderr.write(`dismts: ${command.reason}\n\n${usage}`); return exitCode('usage');
  }
}
