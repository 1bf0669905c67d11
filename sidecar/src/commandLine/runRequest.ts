/** One request from a shell: `dismts call` and the verbs. */
import { addAbortSignal } from 'node:stream';
import { ResponseError } from 'vscode-jsonrpc/node';
import * as z from 'zod';
import { dismErrorDataSchema, ErrorCode, failureSchema, invalidParamsDataSchema, maxMessageBytes, type EngineChoice } from '@dismts/protocol';
import type { EngineFactory } from '../engine/selectEngine.ts';
import { CancelledError, InvalidParamsError, reworded } from '../errors.ts';
import { exitCode, outcomeOfFailure, outcomeOfResult, type Outcome } from '../exitCodes.ts';
import { withoutEngine } from '../engineless/withoutEngine.ts';
import { formatHresult } from '../hresult.ts';
import { logBug, noteUnwritten } from '../log/fileLog.ts';
import { defaultLogDirectory } from '../log/logFolder.ts';
import { engineOperations, runOperation } from '../operation.ts';
import { print } from '../stdout.ts';
import { systemFailure, type SystemError } from '../systemErrors.ts';
import { isBug, toWireError, type WireError } from '../transport/responseError.ts';
import { callableMethods } from './callable.ts';
import { normalise, parametersOf } from './parameters.ts';
import { progressDisplay } from './progressDisplay.ts';
import { resultText } from './resultText.ts';
import { inShellWords } from './shellWords.ts';
import type { Verb } from './verbs.ts';

/** How results and errors are printed: as `call` does it, JSON and text; as JSON both; as text for a person, as a verb has it. */
export type OutputStyle = 'call' | 'json' | { readonly verb: Verb };

/** What is to be run, and how. */
export interface RunnableRequest {
  /** A method of an engine, or one that needs none. */
  readonly method: string;
  /** The parameters, or JSON as people write them; `-`: it is on stdin. */
  readonly params: Readonly<Record<string, unknown>> | string;
  readonly engine: EngineChoice;
  /** The DismApi.dll of the native engine, or its folder; undefined: that of Windows. */
  readonly dismPath: string | undefined;
  readonly style: OutputStyle;
  /** Results and errors, and nothing else. */
  readonly quiet: boolean;
  /** Show progress even where stderr is not a terminal. */
  readonly progress: boolean;
}

/** The result of an operation that did a part of its work. */
const partlyFailed = z.object({ failure: failureSchema });

/** Runs a request from a shell and gives the exit code. */
export async function runRequest(request: RunnableRequest, createEngine: EngineFactory): Promise<number> {
  const controller = new AbortController();
  const cancel = (): void => {
    controller.abort();
  };
  process.on('SIGINT', cancel).on('SIGTERM', cancel).on('SIGHUP', cancel);
  // An exception that no operation can catch, such as one in a callback from native code.
  process.on('uncaughtException', (error) => {
    fail(error, request).then((code) => process.exit(code), () => process.exit(exitCode('bug')));
  });
  process.stderr.on('error', () => undefined);
  const { style, quiet } = request;
  try {
    const result = await answer(request, createEngine, await readParams(request, controller.signal), controller.signal);
    const { text, notes } = typeof style === 'string' ? { text: `${JSON.stringify(result, undefined, 2)}\n`, notes: [] } : resultText(style.verb, result, quiet);
    const unwritten = await print(text);
    if (unwritten !== undefined) { await sayUnwritten(unwritten, result, request); }
    if (!quiet) { await write(process.stderr, notes.map((note) => `dismts: ${note}\n`).join('')); }
    // A repair that mended a part has a result and a failure.
    const partly = partlyFailed.safeParse(result);
    if (partly.success) {
      await write(process.stderr, describe(new ResponseError(ErrorCode.DismError, partly.data.failure.message, partly.data.failure.data), request));
    }
    const outcome = outcomeOfResult(result);
    return exitCode(unwritten !== undefined && ['done', 'restart'].includes(outcome) ? 'unwritten' : outcome);
  } catch (error) {
    return await fail(error, request);
  }
}

/** Says that what was asked for is done, and that its result did not get to stdout. */
async function sayUnwritten(unwritten: SystemError, result: unknown, request: RunnableRequest): Promise<void> {
  const { logPath = '' } = (result ?? {}) as { readonly logPath?: string };
  const failure = systemFailure(unwritten, `"${request.method}" is done, but its result cannot be written to stdout`, '');
  noteUnwritten(logPath, request.method, failure.message);
  const hint = logPath === '' ? 'Run it again with its output elsewhere.' : 'Its log says what it has done; it need not run again for that.';
  await write(process.stderr, describe(toWireError(reworded(failure, failure.message, { hint }), { operation: request.method, logPath }), request, 'unwritten'));
}

/** Says what went wrong, and gives the exit code for it. */
async function fail(error: unknown, request: RunnableRequest): Promise<number> {
  const logPath = isBug(error) ? logBug(error, request.method, defaultLogDirectory()) : '';
  const wireError = toWireError(error, { operation: request.method, logPath });
  await write(process.stderr, describe(wireError, request));
  return exitCode(outcomeOfError(wireError));
}

async function answer(request: RunnableRequest, createEngine: EngineFactory, params: unknown, signal: AbortSignal): Promise<unknown> {
  const operation = engineOperations.get(request.method);
  if (operation === undefined) {
    return await withoutEngine.get(request.method)?.(params, signal);
  }
  const display = progressDisplay(process.stderr, request);
  const engine = await createEngine(request.engine, { dismPath: request.dismPath });
  try {
    return await runOperation({
      operation, params, signal, engine,
      defaults: { logPath: '', logLevel: 'WarningsInfo', scratchDirectory: '', logDirectory: defaultLogDirectory() },
      onProgress: (value) => { display.show(value); },
    });
  } finally {
    display.end();
    await engine.close?.();
  }
}

async function readParams({ method, params }: RunnableRequest, signal: AbortSignal): Promise<unknown> {
  if (typeof params !== 'string') { return params; }
  const text = params === '-' ? await readInput(method, signal) : params;
  try {
    return normalise(callableMethods.get(method)?.params ?? z.unknown(), JSON.parse(text));
  } catch {
    throw new InvalidParamsError(method, [{ path: '', message: 'are not valid JSON' }]);
  }
}

async function readInput(method: string, signal: AbortSignal): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of addAbortSignal(signal, process.stdin) as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > maxMessageBytes) {
        throw new InvalidParamsError(method, [{ path: '', message: `are over the limit of ${maxMessageBytes} bytes` }]);
      }
    }
  } catch (error) {
    throw signal.aborted ? new CancelledError(method, { cause: error }) : error;
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The message, then symbol with code and hint, then where to look further: a line each; or all of it as one line of JSON. */
function describe(error: WireError, { style }: RunnableRequest, outcome = outcomeOfError(error)): string {
  if (style === 'json') {
    return `${JSON.stringify({ error: { code: error.code, message: error.message, data: error.data }, exitCode: exitCode(outcome) })}\n`;
  }
  if (error.code === ErrorCode.InvalidParams && typeof style !== 'string') { return usageText(error, style.verb); }
  // A command calls the folder of a mount -Path, and the shell its option --folder.
  const lines = [`dismts: ${inShellWords(error.message.replace('(-Path)', '(-MountPath)'))}`];
  const parsed = dismErrorDataSchema.safeParse(error.data);
  if (parsed.success) {
    const { symbol, nativeCode, hint, holders = [], logPath } = parsed.data;
    lines.push(`${symbol} (${formatHresult(nativeCode)})${hint === undefined ? '' : `: ${inShellWords(hint)}`}`);
    lines.push(...holders.map(({ pid, program }) => `In use by: ${program} (process ${pid})`));
    lines.push(...logPath === undefined ? [] : [`Log: ${logPath}`]);
  }
  return `${lines.join('\n')}\n`;
}

/** Parameters that do not fit, in the words of the verb. */
function usageText(error: WireError, verb: Verb): string {
  const issues = invalidParamsDataSchema.safeParse(error.data).data?.issues ?? [{ path: '', message: error.message }];
  const parameters = parametersOf(callableMethods.get(verb.method)?.params ?? z.object({}));
  const called = (name: string): string => {
    const option = parameters.find((parameter) => parameter.name === name)?.option;
    return option === undefined ? name : verb.positionals.includes(name) ? `<${option}>` : `--${option}`;
  };
  const words = parameters.map(({ name }) => name).sort((a, b) => b.length - a.length).join('|');
  // What is in quotation marks is a value.
  const inWords = (message: string): string => message.replace(new RegExp(`"(?:[^"\\\\]|\\\\.)*"|\\b(?:${words})\\b`, 'g'), (part) => part.startsWith('"') ? part : called(part));
  const reasons = issues.map(({ path, message }) => `${path === '' ? '' : `${called(path)}: `}${inWords(message)}`);
  return `dismts ${verb.name}: ${reasons.join('; ')}\nSee "dismts ${verb.name} --help".\n`;
}

/** What an answer that is an error comes to. */
function outcomeOfError(error: WireError): Outcome {
  switch (error.code) {
    case ErrorCode.InvalidParams: return 'usage';
    case ErrorCode.RequestCancelled: return 'cancelled';
    case ErrorCode.InternalError: return 'bug';
    default: {
      const parsed = dismErrorDataSchema.safeParse(error.data);
      return parsed.success ? outcomeOfFailure(parsed.data) : 'failed';
    }
  }
}

/** Settles when the text has left this process; gives the error where it cannot. */
function write(stream: NodeJS.WriteStream, text: string): Promise<unknown> {
  return new Promise((resolve) => {
    stream.write(text, resolve);
  });
}
