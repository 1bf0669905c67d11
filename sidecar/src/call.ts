/** `dismts call`: one request from a shell. */
import { addAbortSignal } from 'node:stream';
import { ResponseError } from 'vscode-jsonrpc/node';
import * as z from 'zod';
import { dismErrorDataSchema, ErrorCode, failureSchema, maxMessageBytes, type EngineChoice, type ProgressValue } from '@dismts/protocol';
import type { EngineFactory } from './engine/selectEngine.ts';
import { CancelledError, InvalidParamsError } from './errors.ts';
import { exitCode, outcomeOfFailure, outcomeOfResult, type Outcome } from './exitCodes.ts';
import { withoutEngine } from './engineless/withoutEngine.ts';
import { formatHresult } from './hresult.ts';
import { defaultLogDirectory, logBug } from './log/fileLog.ts';
import { engineOperations, runOperation } from './operation.ts';
import { isSystemError, systemFailure } from './systemErrors.ts';
import { isBug, toWireError, type WireError } from './transport/responseError.ts';

/** What is to be called, and how. */
export interface CallRequest {
  /** A method of an engine, or one that needs none. */
  readonly method: string;
  /** The parameters; `-`: they are on stdin. */
  readonly json: string;
  readonly engine: EngineChoice;
  /** The DismApi.dll of the native engine, or its folder; undefined: that of Windows. */
  readonly dismPath: string | undefined;
  /** True: show progress even where stderr is not a terminal. */
  readonly progress: boolean;
}

/** The result of an operation that did a part of its work. */
const partlyFailed = z.object({ failure: failureSchema });

/** Runs `dismts call` and gives the exit code. */
export async function call(request: CallRequest, createEngine: EngineFactory): Promise<number> {
  const controller = new AbortController();
  const cancel = (): void => {
    controller.abort();
  };
  process.on('SIGINT', cancel).on('SIGTERM', cancel).on('SIGHUP', cancel);
  // An exception that no operation can catch, such as one in a callback from native code.
  process.on('uncaughtException', (error) => {
    fail(error, request.method).then((code) => process.exit(code), () => process.exit(exitCode('bug')));
  });
  // A reader that has seen enough, such as head, closes the pipe.
  process.stdout.on('error', () => undefined);
  process.stderr.on('error', () => undefined);
  try {
    const result = await answer(request, createEngine, await parseJson(request, controller.signal), controller.signal);
    const unwritten = await write(process.stdout, `${JSON.stringify(result, undefined, 2)}\n`);
    if (isSystemError(unwritten) && unwritten.code !== 'EPIPE') {
      throw systemFailure(unwritten, `"${request.method}" has succeeded, but its result cannot be written to stdout`, '');
    }
    // A repair that mended a part has a result and a failure.
    const partly = partlyFailed.safeParse(result);
    if (partly.success) {
      await write(process.stderr, describe(new ResponseError(ErrorCode.DismError, partly.data.failure.message, partly.data.failure.data)));
    }
    return exitCode(outcomeOfResult(result));
  } catch (error) {
    return await fail(error, request.method);
  }
}

/** Says what went wrong, and gives the exit code for it. */
async function fail(error: unknown, method: string): Promise<number> {
  const logPath = isBug(error) ? logBug(error, method, defaultLogDirectory()) : '';
  const wireError = toWireError(error, { operation: method, logPath });
  await write(process.stderr, describe(wireError));
  return exitCode(outcomeOfError(wireError));
}

async function answer(request: CallRequest, createEngine: EngineFactory, params: unknown, signal: AbortSignal): Promise<unknown> {
  const operation = engineOperations.get(request.method);
  if (operation === undefined) {
    return await withoutEngine.get(request.method)?.(params, signal);
  }
  const showProgress = request.progress || process.stderr.isTTY;
  const engine = await createEngine(request.engine, { dismPath: request.dismPath });
  try {
    return await runOperation({
      operation, params, signal, engine,
      defaults: { logPath: '', logLevel: 'WarningsInfo', scratchDirectory: '', logDirectory: defaultLogDirectory() },
      onProgress: (value) => {
        if (showProgress) {
          process.stderr.write(`${progressLine(value)}\n`);
        }
      },
    });
  } finally {
    await engine.close?.();
  }
}

async function parseJson({ method, json }: CallRequest, signal: AbortSignal): Promise<unknown> {
  const text = json === '-' ? await readInput(method, signal) : json;
  try {
    return JSON.parse(text);
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

function progressLine({ phase, current, total }: ProgressValue): string {
  return total === 0 ? phase : `${phase} ${Math.floor(current / total * 100)}%`;
}

/** The message, then symbol with code and hint, then where to look further: a line each. */
function describe(error: WireError): string {
  const lines = [`dismts: ${error.message}`];
  const parsed = dismErrorDataSchema.safeParse(error.data);
  if (parsed.success) {
    const { symbol, nativeCode, hint, holders = [], logPath } = parsed.data;
    lines.push(`${symbol} (${formatHresult(nativeCode)})${hint === undefined ? '' : `: ${hint}`}`);
    lines.push(...holders.map(({ pid, program }) => `In use by: ${program} (process ${pid})`));
    lines.push(...logPath === undefined ? [] : [`Log: ${logPath}`]);
  }
  return `${lines.join('\n')}\n`;
}

/** What an answer that is an error comes to. */
export function outcomeOfError(error: WireError): Outcome {
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
