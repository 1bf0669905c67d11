/** `dismts --engine-process`: calls the DISM API for the server that started it, until that closes stdin. */
import { writeSync } from 'node:fs';
import { createMessageConnection, StreamMessageReader, StreamMessageWriter, type CancellationToken, type MessageConnection } from 'vscode-jsonrpc/node';
import { CancelledError } from '../../../errors.ts';
import { claimStdout } from '../../../silence.ts';
import type { OperationContext, OperationLog } from '../../../operationContext.ts';
import { type ApiConfiguration, ApiState } from '../api/apiState.ts';
import { claim, imagesOf, refuseClaimed } from '../api/claims.ts';
import type { Handler } from '../operations/handler.ts';
import { NativeOperation } from '../operations/nativeOperation.ts';
import { operations } from '../operations/operationTable.ts';
import {
  configure, dismLogged, logged, perform, progressed, RetiredError, stop, stopped, toResponseError, type LogLine, type OperationCall,
} from './processMessages.ts';

/** After an exception that nothing caught: EX_SOFTWARE, as for the server. */
const bugExit = 70;

/** Serves until stdin ends; by then everything is cancelled, closed and shut down. */
export async function main(): Promise<number> {
  const output = claimStdout(false);
  process.on('SIGINT', () => undefined).on('SIGHUP', () => undefined);
  process.on('uncaughtException', (error) => {
    writeSync(2, error.stack ?? error.message);
    // While a call of the API runs, exit() would wait for it; this does not.
    process.exitCode = bugExit;
    process.kill(process.pid, 'SIGKILL');
  });
  return await new Promise((resolve) => {
    const connection = createMessageConnection(new StreamMessageReader(process.stdin), new StreamMessageWriter(output));
    const host = new OperationHost(connection);
    connection.onNotification(configure, (configuration) => { host.configure(configuration); });
    connection.onRequest(perform, (call, token) => host.perform(call, token));
    const end = (): void => { void host.end().then(() => { resolve(0); }); };
    connection.onNotification(stop, end);
    connection.onClose(end);
    process.on('SIGTERM', end);
    // A server that is gone closes stdin, too; until then there is nobody to tell about a broken pipe.
    connection.onError(() => undefined);
    output.on('error', () => undefined);
    connection.listen();
  });
}

/** Runs operations one after the other. */
class OperationHost {
  readonly #connection: MessageConnection;
  readonly #running = new Set<AbortController>();
  #state: ApiState | undefined;
  #sessionIdleMs = 0;
  #idleTimer: NodeJS.Timeout | undefined;
  /** Settles, never rejects, when everything that was asked for so far is over. */
  #last: Promise<unknown> = Promise.resolve();
  #ending = false;
  /** The end that was asked for first: the server may ask, close the connection and be killed after that. */
  #ended: Promise<void> | undefined;
  /** What runs. */
  #current: OperationCall | undefined;
  /** DISM is of no more use here: what waits is for another process. */
  #retired = false;

  constructor(connection: MessageConnection) {
    this.#connection = connection;
  }

  configure(configuration: ApiConfiguration): void {
    this.#state = new ApiState(configuration);
    this.#sessionIdleMs = configuration.sessionIdleMs;
  }

  async perform(call: OperationCall, token: CancellationToken): Promise<unknown> {
    const controller = new AbortController();
    token.onCancellationRequested(() => { controller.abort(); });
    if (token.isCancellationRequested || this.#ending) { controller.abort(); }
    this.#running.add(controller);
    try {
      return await this.#inTurn(() => this.#run(call, controller.signal), controller.signal, call.operation);
    } catch (error) {
      throw toResponseError(error, call.operation);
    } finally {
      this.#running.delete(controller);
    }
  }

  /** Cancels everything, waits for the call that runs, and gives back what the API holds. */
  end(): Promise<void> {
    this.#ended ??= this.#end();
    return this.#ended;
  }

  async #end(): Promise<void> {
    this.#ending = true;
    clearTimeout(this.#idleTimer);
    for (const controller of this.#running) { controller.abort(); }
    // Whoever comes next must not touch an image that a call is still at work on.
    if (this.#current !== undefined) { await claim(imagesOf(this.#current.params), { pid: process.pid, operation: this.#current.operation }); }
    await this.#last;
    await this.#state?.end();
    // Answers come before this on the stream; their turn is when the event loop comes round.
    await new Promise(setImmediate);
    try {
      await this.#connection.sendNotification(stopped);
    } catch {
      // The server is gone.
    }
  }

  /** Waits for its turn, or for being cancelled before it. */
  async #inTurn<T>(run: () => Promise<T>, signal: AbortSignal, operation: string): Promise<T> {
    const turn = this.#last;
    const done = turn.then(() => {
      if (signal.aborted) { throw new CancelledError(operation); }
      return run();
    });
    // Not catch(): the chain would keep the answer until the next one.
    this.#last = done.then(() => undefined, () => undefined);
    let onAbort: () => void = () => undefined;
    const cancelled = new Promise<void>((resolve) => {
      onAbort = resolve;
      if (signal.aborted) { resolve(); } else { signal.addEventListener('abort', onAbort); }
    });
    try {
      // From its turn on it answers itself.
      const first = await Promise.race([turn.then(() => 'turn' as const), cancelled.then(() => 'cancelled' as const)]);
      if (first === 'cancelled') {
        done.catch(() => undefined);
        throw new CancelledError(operation);
      }
      return await done;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  async #run(call: OperationCall, signal: AbortSignal): Promise<unknown> {
    if (this.#retired) { throw new RetiredError(); }
    const state = this.#state;
    if (state === undefined) { throw new Error('an engine process has to be configured first'); }
    clearTimeout(this.#idleTimer);
    await refuseClaimed(imagesOf(call.params), call.operation);
    this.#current = call;
    const log = this.#logOf(call);
    const before = state.dismLog(call);
    const sayRange = (): void => {
      const after = state.dismLog(call);
      if (before === undefined || after === undefined) { return; }
      // A log that became too large is moved away by DISM, and begins anew.
      this.#send(() => this.#connection.sendNotification(dismLogged, {
        id: call.id, path: before.path, start: after.size < before.size ? 0 : before.size, end: after.size,
      }));
    };
    sayRange();
    try {
      const operation = new NativeOperation(this.#contextOf(call, signal, log), await state.ready(call, log));
      const handlers: Readonly<Partial<Record<string, (params: never, operation: NativeOperation) => Promise<unknown>>>> = operations;
      const handler = handlers[call.method] as Handler<never> | undefined;
      if (handler === undefined) { throw new Error(`the engine process has no "${call.method}"`); }
      return await handler(call.params as never, operation);
    } finally {
      this.#current = undefined;
      this.#retired ||= state.dead;
      sayRange();
      this.#closeWhenIdle(state);
    }
  }

  #contextOf(call: OperationCall, signal: AbortSignal, log: OperationLog): OperationContext {
    return {
      operation: call.operation, signal, log, scratchDirectory: call.scratchDirectory,
      progress: (phase, current, total, unit) => {
        this.#send(() => this.#connection.sendNotification(progressed, { id: call.id, phase, current, total, unit }));
      },
    };
  }

  /** The server writes it; its path says what an operation must not read. */
  #logOf({ id, logLevel, logPath }: OperationCall): OperationLog {
    const line = (level: LogLine['level']) => (text: string): void => {
      this.#send(() => this.#connection.sendNotification(logged, { id, level, text }));
    };
    return { error: line('error'), warning: line('warning'), info: line('info'), debug: line('debug'), path: logPath, level: logLevel };
  }

  /** Nobody is there to hear it once the connection is broken; the operation goes on all the same. */
  #send(send: () => Promise<void>): void {
    try {
      send().catch(() => undefined);
    } catch {
      // The connection is closed.
    }
  }

  #closeWhenIdle(state: ApiState): void {
    if (!state.hasSessions || this.#ending || this.#retired) { return; }
    this.#idleTimer = setTimeout(() => {
      this.#last = this.#last.then(() => state.closeSessions());
    }, this.#sessionIdleMs);
  }
}
