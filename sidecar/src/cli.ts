/** The command line: what is asked for, and `dismts call`. */
import { parseArgs } from 'node:util';
import { dismErrorDataSchema, engineChoiceSchema, ErrorCode, maxMessageBytes, resolveError, type EngineChoice, type ProgressValue } from '@dismts/protocol';
import { createEngine } from './engine/selectEngine.ts';
import { InvalidParamsError } from './errors.ts';
import { resolveError as answerResolveError } from './handlers/resolveError.ts';
import { defaultLogDirectory, logBug } from './log.ts';
import { engineOperations, runOperation } from './operation.ts';
import { parseParams } from './transport/params.ts';
import { isBug, toWireError, type WireError } from './transport/responseError.ts';

/** Exit codes of `dismts call`. */
export const CallExit = { ok: 0, failed: 1, usage: 2, bug: 70, cancelled: 130 } as const;

export const usage = `Usage: dismts --stdio
       dismts call METHOD [JSON|-] [--engine Auto|Native|Portable] [--progress]
       dismts --version
       dismts --help

--stdio    Serve JSON-RPC on stdin and stdout. This is what the PowerShell module starts.
call       Run one request, such as:
             dismts call image/getInfo '{"imagePath":"/images/install.wim"}'
           Parameters are a JSON object, or - to read it from stdin; paths are absolute.
           The result is JSON on stdout; progress and errors are text on stderr.
           Methods: error/resolve,
             ${[...engineOperations.keys()].join(', ')}
--progress Show progress even where stderr is not a terminal.

Exit codes of call: 0 done (look for restartNeeded in the result), 1 failed, 2 wrong usage or parameters,
70 a bug in DismTs, 130 cancelled by a signal, after cleaning up.
`;

/** What a command line asks for. */
export type Command =
  | { readonly kind: 'stdio' | 'version' | 'help' }
  | { readonly kind: 'call'; readonly method: string; readonly json: string; readonly engine: EngineChoice; readonly progress: boolean }
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
        engine: { type: 'string' }, progress: { type: 'boolean' },
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
  if (command === undefined) {
    const asked = (['help', 'version', 'stdio'] as const).filter((name) => values[name] === true);
    const [kind] = asked;
    if (kind === undefined || asked.length > 1 || values.engine !== undefined || values.progress !== undefined) {
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
  if (method !== resolveError.method && !engineOperations.has(method)) {
    return { kind: 'wrong', reason: `There is no method "${method}" to call` };
  }
  return { kind: 'call', method, json, engine: engine.data, progress: values.progress ?? false };
}

/** Runs `dismts call` and gives the exit code. */
export async function call(command: Extract<Command, { kind: 'call' }>): Promise<number> {
  const controller = new AbortController();
  const cancel = (): void => {
    controller.abort();
  };
  process.on('SIGINT', cancel).on('SIGTERM', cancel).on('SIGHUP', cancel);
  // An exception that no operation can catch, such as one in a callback from native code.
  process.on('uncaughtException', (error) => {
    fail(error, command.method).then((exitCode) => process.exit(exitCode), () => process.exit(CallExit.bug));
  });
  // A reader that has seen enough, such as head, closes the pipe.
  process.stdout.on('error', () => undefined);
  process.stderr.on('error', () => undefined);
  try {
    const result = await answer(command, await parseJson(command.method, command.json), controller.signal);
    await write(process.stdout, `${JSON.stringify(result, undefined, 2)}\n`);
    return CallExit.ok;
  } catch (error) {
    return await fail(error, command.method);
  }
}

/** Says what went wrong, and gives the exit code for it. */
async function fail(error: unknown, method: string): Promise<number> {
  const logPath = isBug(error) ? logBug(error, method, defaultLogDirectory()) : '';
  const wireError = toWireError(error, { operation: method, logPath });
  await write(process.stderr, describe(wireError));
  return exitCodeOf(wireError);
}

async function answer(command: Extract<Command, { kind: 'call' }>, params: unknown, signal: AbortSignal): Promise<unknown> {
  const operation = engineOperations.get(command.method);
  if (operation === undefined) {
    return answerResolveError(parseParams(resolveError, params));
  }
  const showProgress = command.progress || process.stderr.isTTY;
  return await runOperation({
    operation, params, signal,
    engine: await createEngine(command.engine),
    defaults: { logPath: '', logLevel: 'WarningsInfo', scratchDirectory: '', logDirectory: defaultLogDirectory() },
    onProgress: (value) => {
      if (showProgress) {
        process.stderr.write(`${progressLine(value)}\n`);
      }
    },
  });
}

async function parseJson(method: string, argument: string): Promise<unknown> {
  const text = argument === '-' ? await readInput(method) : argument;
  try {
    return JSON.parse(text);
  } catch {
    throw new InvalidParamsError(method, [{ path: '', message: 'are not valid JSON' }]);
  }
}

async function readInput(method: string): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > maxMessageBytes) {
      throw new InvalidParamsError(method, [{ path: '', message: `are over the limit of ${maxMessageBytes} bytes` }]);
    }
  }
  return Buffer.concat(chunks).toString('utf8');
}

function progressLine({ phase, current, total }: ProgressValue): string {
  return total === 0 ? phase : `${phase} ${Math.floor(current / total * 100)}%`;
}

/** The message, then symbol with code and hint, then where to look further: a line each. */
function describe(error: WireError): string {
  const lines = [`dismts: ${error.message}`];
  const parsed = dismErrorDataSchema.safeParse(error.data);
  if (parsed.success) {
    const { symbol, nativeCode, hint, holders = [], logPath } = parsed.data;
    const code = `0x${(nativeCode >>> 0).toString(16).toUpperCase().padStart(8, '0')}`;
    lines.push(`${symbol} (${code})${hint === undefined ? '' : `: ${hint}`}`);
    lines.push(...holders.map(({ pid, program }) => `In use by: ${program} (process ${pid})`));
    lines.push(...logPath === undefined ? [] : [`Log: ${logPath}`]);
  }
  return `${lines.join('\n')}\n`;
}

function exitCodeOf(error: WireError): number {
  switch (error.code) {
    case ErrorCode.InvalidParams: return CallExit.usage;
    case ErrorCode.RequestCancelled: return CallExit.cancelled;
    case ErrorCode.InternalError: return CallExit.bug;
    default: return CallExit.failed;
  }
}

/** Settles when the text has left this process, or cannot. */
function write(stream: NodeJS.WriteStream, text: string): Promise<void> {
  return new Promise((resolve) => {
    stream.write(text, () => {
      resolve();
    });
  });
}
