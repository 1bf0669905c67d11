/** The native engine: the DISM API, called by a process of its own that is started with the first operation. */
import { statSync } from 'node:fs';
import { engineMethods } from '@dismts/protocol';
import { formatDismLogRange, type DismLogRange } from '../../log/byteRange.ts';
import { CancelledError } from '../../errors.ts';
import type { Engine, EngineOperations } from '../engine.ts';
import type { OperationContext } from '../../operationContext.ts';
import { unsupportedBy } from '../support.ts';
import { EngineProcess } from './process/engineProcess.ts';
import { getEnvironment } from './operations/environment.ts';
import type { NotNative } from './operations/operationTable.ts';
import type { LibraryPaths } from './binding/libraryPaths.ts';
import { RetiredError } from './process/processMessages.ts';

/** An open session keeps others from unmounting the image; opening one takes a second or two. */
const defaultSessionIdleMs = 10_000;
/** What the API does to an image is not interrupted lightly: writing a large image takes minutes, and some of it cannot be cancelled. */
const defaultGraceMs = 60_000;
/** A process that has lost DISM runs nothing; closing what is dead need not come to an end. */
const retiredGraceMs = 10_000;

/** How the engine works; tests say more than a user can. */
export interface NativeEngineOptions {
  /** The DismApi.dll, or its folder; default: that of Windows. */
  readonly dismPath?: string | undefined;
  /** Libraries to use as they are. */
  readonly libraries?: LibraryPaths | undefined;
  /** What starts the engine process; default: what executes this. */
  readonly command?: readonly [string, ...string[]] | undefined;
  /** Variables to add to the engine process's environment. */
  readonly env?: NodeJS.ProcessEnv | undefined;
  readonly sessionIdleMs?: number | undefined;
  /** How long close() waits for a call of the API to return. */
  readonly graceMs?: number | undefined;
}

type ForwardedOperations = Omit<EngineOperations, 'getEnvironment' | NotNative>;

/** The engine, and its process for tests to look at. */
export type NativeEngine = Engine & Omit<EngineOperations, NotNative> & {
  /** Id of the engine process; undefined while there is none. */
  readonly processId: () => number | undefined;
};

/** Makes the engine. Nothing is started, loaded or looked for before the first operation. */
export function createNativeEngine(options: NativeEngineOptions = {}): NativeEngine {
  const { dismPath, libraries, command, env, sessionIdleMs = defaultSessionIdleMs, graceMs = defaultGraceMs } = options;
  let current: EngineProcess | undefined;
  let closed = false;
  const runningProcess = async (): Promise<EngineProcess> => {
    // Two at once would get in the way of each other.
    if (current?.running === true && current.retired) { await current.close(Math.min(graceMs, retiredGraceMs)); }
    if (current?.running !== true) {
      current = new EngineProcess({ configuration: { dismPath, libraries, sessionIdleMs }, command, env });
    }
    return current;
  };
  const forward = (method: keyof ForwardedOperations) => async (params: unknown, context: OperationContext) => {
    for (;;) {
      if (closed || context.signal.aborted) { throw new CancelledError(context.operation); }
      try {
        return await perform(await runningProcess(), method, params, context);
      } catch (error) {
        if (!(error instanceof RetiredError)) { throw error; }
      }
    }
  };
  const forwarded = Object.fromEntries(Object.entries(engineMethods).filter(([, { method }]) => !Object.hasOwn(unsupportedBy.Native, method))
    .map(([method]) => [method, forward(method as keyof ForwardedOperations)]));
  return {
    // Each takes the parameters of its method and gives its result, as the engine process's table of operations says.
    ...forwarded as unknown as ForwardedOperations,
    name: 'Native',
    unsupported: unsupportedBy.Native,
    cancellable: [
      'imageFile/capture', 'imageFile/append', 'imageFile/apply', 'imageFile/export', 'imageFile/split', 'imageFile/remove', 'imageFile/getContent', 'imageFile/join',
      'imageFile/optimize', 'imageFile/test', 'imageFile/extractItem', 'image/mount', 'image/commit', 'image/unmount', 'image/optimize', 'image/applyCustomData', 'health/check', 'health/scan', 'health/restore',
      'health/cleanComponents', 'package/get', 'package/add', 'package/remove', 'feature/get', 'feature/enable', 'feature/disable', 'driver/add', 'driver/export',
      'capability/get', 'capability/add', 'capability/remove', 'capability/exportSource', 'edition/set',
    ],
    getEnvironment: (_params, context) => getEnvironment(context, dismPath),
    close: async () => {
      closed = true;
      if (current?.running === true) { await current.close(graceMs); }
    },
    processId: () => (current?.running === true ? current.pid : undefined),
  };
}

/** Has the engine process do an operation; writes down what it says meanwhile. */
async function perform(process: EngineProcess, method: keyof ForwardedOperations, params: unknown, context: OperationContext): Promise<never> {
  const { operation, log, signal, scratchDirectory } = context;
  let range: DismLogRange | undefined;
  // Only a log of the caller's own is there before the first line.
  const logPath = log.path;
  try {
    const result = await process.perform({ method, operation, params, logPath, logLevel: log.level, scratchDirectory }, signal, {
      progress: (...progress) => { context.progress(...progress); },
      log: ({ level, text }) => { log[level](text); },
      dismLog: (said) => { range = said; },
    });
    if (range !== undefined && range.end > range.start) { log.info(formatDismLogRange(range)); }
    return withLogPath(result, log.path) as never;
  } catch (error) {
    // Whatever the level of the log: this is what helps to find the cause. A process that is lost could not say where its part ends.
    const grown = range === undefined ? undefined : { ...range, end: Math.max(range.end, sizeOf(range.path)) };
    if (grown !== undefined && grown.end > grown.start) { log.error(formatDismLogRange(grown)); }
    throw error;
  }
}

/** The log of an operation is the server's, so only the server knows its path. */
function withLogPath(result: unknown, logPath: string): unknown {
  if (typeof result !== 'object' || result === null || !('logPath' in result)) { return result; }
  const results = 'results' in result && Array.isArray(result.results) ? { results: result.results.map((one) => withFailureLog(one, logPath)) } : {};
  return { ...result, ...results, logPath };
}

function withFailureLog(result: unknown, logPath: string): unknown {
  const failure = (result as { readonly failure?: { readonly data: object } | null }).failure;
  return failure === undefined || failure === null || logPath === ''
    ? result : { ...result as object, failure: { ...failure, data: { ...failure.data, logPath } } };
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
