/** The JSON-RPC server: one client, one engine, any number of operations at a time. */
import type { Readable, Writable } from 'node:stream';
import {
  ErrorCode, exitMethod, getLog, initialize, methods, progressMethod, protocolVersion, shutdown, type ProgressValue,
} from '@dismts/protocol';
import { createMessageConnection, ResponseError, type CancellationToken, type MessageConnection } from 'vscode-jsonrpc/node';
import type { z } from 'zod';
import type { Engine } from './engine/engine.ts';
import type { EngineFactory } from './engine/selectEngine.ts';
import { DismError } from './errors.ts';
import { withoutEngine } from './engineless/withoutEngine.ts';
import { Hresult } from './hresult.ts';
import { Interruption, withTimeout } from './interruption.ts';
import { logBug } from './log/fileLog.ts';
import { engineOperations, runOperation, type EngineOperation, type OperationDefaults } from './operation.ts';
import { FrameReader, type Violation } from './transport/frameReader.ts';
import { FrameWriter } from './transport/frameWriter.ts';
import { parseParams } from './transport/params.ts';
import { PendingIds } from './transport/pendingIds.ts';
import { isBug, toWireError } from './transport/responseError.ts';
import { version } from './version.ts';

/** How long the last answers may take to leave when the client does not read them. */
const flushTimeoutMs = 5000;
/** How long operations may clean up after a bug has made the state of this process uncertain. */
const failTimeoutMs = 5000;

/** Exit codes of `dismts --stdio`. */
export const ServerExit = {
  /** After shutdown and exit, or when the client closed the connection between two messages. */
  ok: 0,
  /** After exit without shutdown, after an unreadable stream, or when answers cannot be written. */
  connectionFailed: 1,
  /** After an exception that nothing caught: EX_SOFTWARE. */
  bug: 70,
} as const;

/** What a server works with. */
export interface ServerOptions {
  readonly input: Readable;
  readonly output: Writable;
  readonly createEngine: EngineFactory;
  /** Folder of the log files that operations write of their own. */
  readonly logDirectory: string;
  /** What the client should know of the installation. */
  readonly installationWarnings?: () => string[];
}

interface RunningOperation {
  readonly controller: AbortController;
  readonly done: Promise<unknown>;
}

type Initialization =
  | { readonly state: 'none' | 'running' | 'shutDown' }
  | { readonly state: 'done'; readonly engine: Engine; readonly defaults: OperationDefaults };

/** Serves one connection. */
export class Server {
  readonly #options: ServerOptions;
  readonly #pendingIds = new PendingIds();
  readonly #reader: FrameReader;
  readonly #writer: FrameWriter;
  readonly #connection: MessageConnection;
  readonly #running = new Set<RunningOperation>();
  readonly #handled = new Set<Promise<unknown>>();
  readonly #progressTokens = new Set<number | string>();
  #initialization: Initialization = { state: 'none' };
  #engine: Engine | undefined;
  #ending: Promise<void> | undefined;
  readonly #failed = new Interruption<Error>();
  #resolveExitCode: (exitCode: number) => void = () => undefined;

  /** Settles with the exit code when the connection is over and every operation has cleaned up. Mounts stay. */
  readonly ended: Promise<number>;

  constructor(options: ServerOptions) {
    this.#options = options;
    this.ended = new Promise((resolve) => {
      this.#resolveExitCode = resolve;
    });
    this.#reader = new FrameReader(options.input, this.#pendingIds, (violation) => {
      this.#answerViolation(violation);
    });
    this.#writer = new FrameWriter(options.output, this.#pendingIds);
    this.#connection = createMessageConnection(this.#reader, this.#writer, undefined, {
      messageStrategy: {
        handleMessage: (message, next) => {
          const handled = Promise.resolve(next(message));
          this.#handled.add(handled);
          return handled.finally(() => this.#handled.delete(handled));
        },
      },
    });
  }

  /** Starts to read. */
  listen(): void {
    this.#connection.onRequest((method: string, params: unknown, token: CancellationToken) => this.#handleRequest(method, params, token));
    this.#connection.onNotification(exitMethod, () => {
      void this.stop(this.#initialization.state === 'shutDown' ? ServerExit.ok : ServerExit.connectionFailed);
    });
    const onOutputGone = (): void => {
      void this.stop(ServerExit.connectionFailed);
    };
    this.#options.output.on('error', onOutputGone).on('close', onOutputGone);
    this.#reader.onClose(() => {
      void this.stop(ServerExit.ok);
    });
    this.#connection.listen();
  }

  /** Cancels what runs, waits until it has cleaned up and its answers are written, then ends. The first call counts. */
  stop(exitCode: number): Promise<void> {
    this.#ending ??= this.#end(exitCode);
    return this.#ending;
  }

  /** After an exception that nothing caught: answers all requests with it, lets operations clean up for a short time, then ends. */
  async fail(error: unknown): Promise<void> {
    this.#failed.interrupt(toWireError(error, { operation: 'server', logPath: logBug(error, 'server', this.#options.logDirectory) }));
    await withTimeout(this.stop(ServerExit.bug), failTimeoutMs);
    this.#resolveExitCode(ServerExit.bug);
  }

  async #end(exitCode: number): Promise<void> {
    this.#reader.stop();
    const stopping = this.#stopOperations();
    await this.#engine?.close?.();
    await stopping;
    await withTimeout(this.#flush(), flushTimeoutMs);
    this.#connection.dispose();
    this.#resolveExitCode(exitCode);
  }

  async #stopOperations(): Promise<void> {
    const running = [...this.#running];
    for (const { controller } of running) {
      controller.abort();
    }
    await Promise.allSettled(running.map(({ done }) => done));
  }

  /** Waits until every request that was read is answered. */
  async #flush(): Promise<void> {
    do {
      await Promise.allSettled(this.#handled);
      await new Promise(setImmediate);
    } while (this.#handled.size > 0 || this.#pendingIds.size > 0);
  }

  #answerViolation({ code, message, id, fatal }: Violation): void {
    const written = this.#writer.write({ jsonrpc: '2.0', id, error: { code, message } } as Parameters<FrameWriter['write']>[0]);
    const settled = written.catch(() => undefined);
    this.#handled.add(settled);
    void settled.finally(() => this.#handled.delete(settled));
    if (fatal) {
      void this.stop(ServerExit.connectionFailed);
    }
  }

  async #handleRequest(method: string, params: unknown, token: CancellationToken): Promise<unknown> {
    try {
      return await this.#failed.race(this.#answer(method, params, token), (error) => error);
    } catch (error) {
      // What fails within an operation comes here as a WireError, already logged.
      throw toWireError(error, { operation: method, logPath: isBug(error) ? logBug(error, method, this.#options.logDirectory) : '' });
    }
  }

  async #answer(method: string, params: unknown, token: CancellationToken): Promise<unknown> {
    if (!Object.values(methods).some((declaration) => declaration.method === method)) {
      throw new ResponseError(ErrorCode.MethodNotFound, `There is no method "${method.slice(0, 100)}"`);
    }
    if (this.#ending !== undefined || this.#initialization.state === 'shutDown') {
      throw new ResponseError(ErrorCode.InvalidRequest, `The server is shutting down and answers no "${method}"`);
    }
    if (method === initialize.method) {
      return await this.#initialize(params);
    }
    if (this.#initialization.state !== 'done') {
      throw new ResponseError(ErrorCode.ServerNotInitialized, `"${method}" has to wait until "${initialize.method}" is answered`);
    }
    const { engine, defaults } = this.#initialization;
    if (method === shutdown.method) {
      parseParams(shutdown, params);
      this.#initialization = { state: 'shutDown' };
      await this.#stopOperations();
      return null;
    }
    const answer = withoutEngine.get(method);
    if (answer !== undefined) {
      return await this.#cancellable(token, (signal) => answer(params, signal));
    }
    const operation = engineOperations.get(method);
    if (operation === undefined) {
      throw new Error(`no handler for "${method}"`);
    }
    return await this.#runOperation(operation, params, engine, defaults, token);
  }

  async #initialize(params: unknown): Promise<z.input<typeof initialize.result>> {
    if (this.#initialization.state !== 'none') {
      throw new ResponseError(ErrorCode.ServerNotInitialized, `"${initialize.method}" was sent before`);
    }
    this.#initialization = { state: 'running' };
    try {
      refuseOtherProtocol(params);
      const { engine: choice, dismPath, logPath = '', logLevel, scratchDirectory = '' } = parseParams(initialize, params);
      const engine = await this.#options.createEngine(choice, { dismPath });
      this.#engine = engine;
      this.#initialization = {
        state: 'done', engine, defaults: { logPath, logLevel, scratchDirectory, logDirectory: this.#options.logDirectory },
      };
      const supported = [...engineOperations.keys()].filter((method) => !Object.hasOwn(engine.unsupported, method));
      const warnings = this.#options.installationWarnings?.() ?? [];
      return {
        ...(warnings.length > 0 && { warnings }),
        server: { name: 'dismts', version },
        protocolVersion,
        engine: engine.name,
        capabilities: {
          methods: [...withoutEngine.keys(), ...supported],
          unsupported: Object.entries(engine.unsupported).map(([method, reason]) => ({ method, reason })),
          cancellable: [getLog.method, ...engine.cancellable],
        },
      };
    } catch (error) {
      this.#initialization = { state: 'none' };
      throw error;
    }
  }

  /** Runs what stops when the client cancels it, and when the connection ends. */
  async #cancellable<T>(token: CancellationToken, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const controller = new AbortController();
    if (token.isCancellationRequested) {
      controller.abort();
    }
    token.onCancellationRequested(() => {
      controller.abort();
    });
    const running = { controller, done: run(controller.signal) };
    this.#running.add(running);
    try {
      return await running.done;
    } finally {
      this.#running.delete(running);
    }
  }

  async #runOperation(
    operation: EngineOperation, params: unknown, engine: Engine, defaults: OperationDefaults, token: CancellationToken,
  ): Promise<unknown> {
    const progressToken = progressTokenOf(params);
    if (progressToken !== undefined && this.#progressTokens.has(progressToken)) {
      throw new ResponseError(ErrorCode.InvalidParams, 'The workDoneToken is in use by another request',
        { issues: [{ path: 'workDoneToken', message: 'is in use by another request' }] });
    }
    if (progressToken !== undefined) {
      this.#progressTokens.add(progressToken);
    }
    try {
      return await this.#cancellable(token, (signal) => runOperation({
        operation, params, engine, defaults, signal,
        onProgress: (value) => {
          this.#sendProgress(progressToken, value);
        },
      }));
    } finally {
      if (progressToken !== undefined) {
        this.#progressTokens.delete(progressToken);
      }
    }
  }

  #sendProgress(token: number | string | undefined, value: ProgressValue): void {
    if (token !== undefined && this.#ending === undefined) {
      // A client that is gone is noticed where the output closes.
      this.#connection.sendNotification(progressMethod, { token, value }).catch(() => undefined);
    }
  }
}

/** Looked at before the other parameters, which may be different ones in another version. */
function refuseOtherProtocol(params: unknown): void {
  if (typeof params !== 'object' || params === null || !('protocolVersion' in params) || typeof params.protocolVersion !== 'string') {
    return;
  }
  const [major] = params.protocolVersion.split('.');
  if (/^\d+\.\d+$/.test(params.protocolVersion) && major !== protocolVersion.split('.')[0]) {
    throw new DismError(Hresult.DISMTS_E_PROTOCOL_VERSION,
      `Cannot serve a client that speaks protocol ${params.protocolVersion.slice(0, 20)}: DismTs ${version} speaks protocol ${protocolVersion}`);
  }
}

function progressTokenOf(params: unknown): number | string | undefined {
  const token = typeof params === 'object' && params !== null && 'workDoneToken' in params ? params.workDoneToken : undefined;
  return typeof token === 'string' || typeof token === 'number' ? token : undefined;
}
