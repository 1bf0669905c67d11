/** Runs one operation of an engine: parameters in, checked result or WireError out, with log and progress. */
import { engineMethods, type LogLevel, type ProgressValue, type RequestMethod } from '@dismts/protocol';
import type { Engine } from './engine/engine.ts';
import type { OperationContext } from './operationContext.ts';
import { CancelledError, DismError, UnsupportedError } from './errors.ts';
import { formatHresult } from './hresult.ts';
import { logStack, openFileLog, type FileLog } from './log/fileLog.ts';
import { nameCulprit } from './namedPath.ts';
import { toDismError } from './systemErrors.ts';
import { parseParams } from './transport/params.ts';
import { ProgressReporter } from './transport/progressReporter.ts';
import { toWireError } from './transport/responseError.ts';
import { version } from './version.ts';

type EngineMethodName = keyof typeof engineMethods;

/** An operation's method of the engine, and its declaration. */
export interface EngineOperation {
  readonly name: EngineMethodName;
  readonly declaration: RequestMethod<(typeof engineMethods)[EngineMethodName]['params']>;
}

/** What an engine can be asked to do, by the protocol's method name. */
export const engineOperations: ReadonlyMap<string, EngineOperation> = new Map(
  Object.entries(engineMethods).map(([name, declaration]) => [declaration.method, { name: name as EngineMethodName, declaration }]),
);

/** What holds for all operations that say nothing else. */
export interface OperationDefaults {
  /** Empty: each operation writes a file of its own. */
  readonly logPath: string;
  readonly logLevel: LogLevel;
  /** Empty: the engine's own choice. */
  readonly scratchDirectory: string;
  /** Folder of the log files that operations write of their own. */
  readonly logDirectory: string;
}

/** One operation to run. */
export interface OperationRequest {
  readonly operation: EngineOperation;
  /** As they came from the client. */
  readonly params: unknown;
  readonly engine: Engine;
  readonly defaults: OperationDefaults;
  readonly signal: AbortSignal;
  /** Called at most ten times a second, and not any more once the operation is over. */
  readonly onProgress: (value: ProgressValue) => void;
}

/**
 * Runs an operation.
 * @throws WireError: whatever went wrong, ready to be sent.
 */
export async function runOperation(request: OperationRequest): Promise<unknown> {
  const operation = request.operation.declaration.method;
  let log: FileLog | undefined;
  const progress = new ProgressReporter(request.onProgress);
  const begun = performance.now();
  try {
    const params = parseParams(request.operation.declaration, request.params);
    refuseUnsupported(request.engine, operation);
    log = openFileLog({
      operation,
      level: params.logLevel ?? request.defaults.logLevel,
      logPath: params.logPath ?? request.defaults.logPath,
      directory: request.defaults.logDirectory,
      // What only looks leaves no log behind where it has nothing to say.
      atOnce: !/\/(?:get|list|check)/.test(operation),
      header: `DismTs ${version}, ${request.engine.name} engine, ${JSON.stringify(withoutSecrets(params))}`,
    });
    if (request.signal.aborted) {
      throw new CancelledError(operation);
    }
    const result = await callEngine(request, params, {
      operation,
      signal: request.signal,
      log,
      scratchDirectory: params.scratchDirectory ?? request.defaults.scratchDirectory,
      progress: (...values) => {
        progress.report(...values);
      },
    });
    logEnd(log, 'done', begun);
    return withLogWarning(result, log);
  } catch (caught) {
    const error = toDismError(caught, ...failedWork(request), { operation, signal: request.signal });
    nameCulprit(error, request.params);
    if (log !== undefined) {
      logFailure(log, error);
      logEnd(log, error instanceof CancelledError ? 'cancelled' : 'failed', begun);
    }
    throw toWireError(error, { operation, logPath: log?.path ?? '' });
  } finally {
    progress.close();
    log?.close();
  }
}

/** Parameters for the log. */
function withoutSecrets(params: object): object {
  return 'productKey' in params ? { ...params, productKey: '*****' } : params;
}

async function callEngine(request: OperationRequest, params: unknown, context: OperationContext): Promise<unknown> {
  const { name, declaration } = request.operation;
  // Parameters and method belong together, which the type of a lookup by name cannot say.
  const call = request.engine[name]?.bind(request.engine) as ((params: unknown, context: OperationContext) => Promise<unknown>) | undefined;
  if (call === undefined) { throw new Error(`the ${request.engine.name} engine has no "${name}", and does not say why`); }
  const checked = declaration.result.safeParse(await call(params, context));
  if (!checked.success) {
    throw new Error(`the engine's result of "${declaration.method}" does not fit its schema`, { cause: checked.error });
  }
  return checked.data;
}

function refuseUnsupported(engine: Engine, operation: string): void {
  const reason = Object.hasOwn(engine.unsupported, operation) ? engine.unsupported[operation] : undefined;
  if (reason !== undefined) {
    const other = engine.name === 'Native' ? 'Portable engine' : 'Native engine (on Windows)';
    throw new UnsupportedError(`The ${engine.name} engine cannot do "${operation}": ${reason}`, { hint: `Use the ${other} for this.` });
  }
}

/** What cannot be done, and the file or folder that it is about, for an error that nobody on the way has put in words. */
function failedWork({ operation, params }: OperationRequest): readonly [what: string, target: string] {
  const what = `Cannot finish "${operation.declaration.method}"`;
  const { imagePath, path, mountPath } = (params ?? {}) as Readonly<Record<string, unknown>>;
  const target = [imagePath, path, mountPath].find((value) => typeof value === 'string');
  return target === undefined ? [what, ''] : [`${what} for "${target}"`, target];
}

/** An operation does not fail for want of a log, but its user should know. */
function withLogWarning(result: unknown, log: FileLog): unknown {
  if (log.problem !== '' && typeof result === 'object' && result !== null && 'warnings' in result && Array.isArray(result.warnings)) {
    return { ...result, warnings: [...(result.warnings as unknown[]), `No log was written: ${log.problem}`] };
  }
  return result;
}

/** The last line of a log that there is: one that has none is of an operation that was killed. */
function logEnd(log: FileLog, end: 'done' | 'failed' | 'cancelled', begun: number): void {
  if (log.path !== '') { log.info(`${end} after ${((performance.now() - begun) / 1000).toFixed(3)} s`); }
}

function causeOf(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined;
}

function logFailure(log: FileLog, error: unknown): void {
  if (error instanceof CancelledError) {
    log.warning(error.message);
  } else if (error instanceof DismError) {
    log.error(`${error.message} (${error.symbol}, ${formatHresult(error.hresult)})`);
  } else {
    logStack(log, error);
  }
  // To the end: the texts of libwim are the cause of what was put in other words since.
  for (let cause = causeOf(error); cause !== undefined; cause = causeOf(cause)) {
    log.error('Caused by:');
    logStack(log, cause);
  }
}
