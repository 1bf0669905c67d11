/** The process that calls the DISM API, seen from the server: started, asked, cancelled, lost, ended. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { dirname } from 'node:path';
import { CancellationTokenSource, createMessageConnection, StreamMessageReader, StreamMessageWriter, type MessageConnection } from 'vscode-jsonrpc/node';
import type { DismLogRange } from '../../../log/byteRange.ts';
import { DismError } from '../../../errors.ts';
import { formatHresult, Hresult } from '../../../hresult.ts';
import { Interruption } from '../../../interruption.ts';
import type { ApiConfiguration } from '../api/apiState.ts';
import { engineProcessArgument } from './engineProcessArgument.ts';
import {
  configure, dismLogged, fromResponseError, logged, perform, progressed, RetiredError, stop,
  type LogLine, type OperationCall,
} from './processMessages.ts';
import type { OperationContext } from '../../../operationContext.ts';
import { ownCommand, programPath } from '../../../platform/programPath.ts';

/** How much is kept of what the process prints on stderr: a library or Node.js says there why it gave up. */
const stderrTailLength = 2000;

/** What an operation hears of itself while it runs. */
export interface OperationListener {
  progress: OperationContext['progress'];
  log(line: LogLine): void;
  dismLog(range: DismLogRange): void;
}

/** How the process is started. */
export interface ProcessOptions {
  readonly configuration: ApiConfiguration;
  /** The program and its arguments; default: what executes this. */
  readonly command?: readonly [string, ...string[]] | undefined;
  /** Variables to add to this process's environment. */
  readonly env?: NodeJS.ProcessEnv | undefined;
}

/** One engine process. */
export class EngineProcess {
  /** Settles with a sentence about how it ended, when it has; never rejects. */
  readonly ended: Promise<string>;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #connection: MessageConnection;
  readonly #listeners = new Map<number, OperationListener>();
  /** With how the process ended. */
  readonly #lost = new Interruption<string>();
  #lastId = 0;
  #stderrTail = '';
  #running = true;
  #killed = false;
  #retired = false;
  /** Says how it ended; the first time counts. */
  #end: (how: string) => void = () => undefined;

  constructor({ configuration, command = ownCommand(), env = {} }: ProcessOptions) {
    const [program, ...args] = command;
    this.#child = spawn(program, [...args, engineProcessArgument], {
      cwd: neutralFolder(), env: { ...processEnvironment(), ...env }, stdio: 'pipe', windowsHide: true,
      // On Windows it would otherwise be killed together with this process, in the middle of what DISM does to an image.
      detached: process.platform === 'win32',
    });
    requireStarted(this.#child, program);
    this.ended = this.#watch();
    this.#connection = createMessageConnection(new StreamMessageReader(this.#child.stdout), new StreamMessageWriter(this.#child.stdin));
    // The end of the process says more than the end of its streams does.
    this.#connection.onError(() => undefined);
    this.#connection.onNotification(progressed, ({ id, phase, current, total, unit }) => { this.#listeners.get(id)?.progress(phase, current, total, unit); });
    this.#connection.onNotification(logged, (line) => { this.#listeners.get(line.id)?.log(line); });
    this.#connection.onNotification(dismLogged, ({ id, ...range }) => { this.#listeners.get(id)?.dismLog(range); });
    this.#connection.listen();
    this.#connection.sendNotification(configure, configuration).catch(() => undefined);
  }

  /** False once it has ended, or could not be started. */
  get running(): boolean {
    return this.#running;
  }

  /** True once it has refused an operation, because a session of it is gone for good. It runs nothing then. */
  get retired(): boolean {
    return this.#retired;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /**
   * Has an operation done. An abort of the signal is passed on; the answer is waited for all the same.
   * @throws DismError, UnsupportedError, CancelledError: what the operation throws there. DISMTS_E_ENGINE_LOST: the process ended before it answered.
   * @throws RetiredError: nothing was done; another process has to do it.
   */
  async perform(call: Omit<OperationCall, 'id'>, signal: AbortSignal, listener: OperationListener): Promise<unknown> {
    this.#lastId += 1;
    const id = this.#lastId;
    const source = new CancellationTokenSource();
    const cancel = (): void => { source.cancel(); };
    signal.addEventListener('abort', cancel);
    if (signal.aborted) { cancel(); }
    this.#listeners.set(id, listener);
    try {
      const answer = this.#connection.sendRequest(perform, { ...call, id }, source.token).catch((error: unknown) => {
        if (this.#isAnswer(error)) { throw error; }
        // A connection that breaks rejects its requests before it is known how the process ended.
        return new Promise<never>(() => undefined);
      });
      return await this.#lost.race(answer, (how) => lostError(call.operation, how, this.#stderrTail));
    } catch (error) {
      const failure = fromResponseError(error, call.operation);
      this.#retired ||= failure instanceof RetiredError;
      throw failure;
    } finally {
      signal.removeEventListener('abort', cancel);
      this.#listeners.delete(id);
      source.dispose();
    }
  }

  /**
   * Asks the process to cancel what it does, to close its sessions and to end. One that has not done so in time is left to itself while a call
   * runs, for what the API does to an image is not interrupted: it ends after the call, and keeps others from the image until then. One in which
   * nothing runs is killed.
   */
  async close(graceMs: number): Promise<void> {
    // Its stdin stays open for as long as it has something to say; should it not listen, the end of stdin says the same.
    this.#connection.sendNotification(stop).catch(() => { this.#child.stdin.end(); });
    const timer = setTimeout(() => {
      if (this.#listeners.size > 0) {
        this.#leave();
      } else {
        this.#killed = true;
        this.#child.kill('SIGKILL');
      }
    }, graceMs);
    await this.ended;
    clearTimeout(timer);
  }

  /** Lets the process go on without this one. */
  #leave(): void {
    this.#end(`did not stop in time; it goes on as process ${this.#child.pid ?? 0}, and its outcome is unknown`);
    for (const stream of [this.#child.stdin, this.#child.stdout, this.#child.stderr]) { stream.destroy(); }
    this.#child.unref();
  }

  #isAnswer(error: unknown): boolean {
    return fromResponseError(error, '') !== error && this.#running;
  }

  #watch(): Promise<string> {
    this.#child.stdin.on('error', () => undefined);
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderrTail = (this.#stderrTail + text).slice(-stderrTailLength);
    });
    return new Promise((resolve) => {
      this.#end = (how) => {
        this.#running = false;
        this.#lost.interrupt(how);
        resolve(how);
      };
      this.#child.once('error', (error) => { this.#end(`could not be started: ${error.message}`); });
      // Not 'exit': an answer may still be in the pipe.
      this.#child.once('close', (code, signal) => {
        this.#end(this.#killed ? 'did not stop in time and was killed' : `ended with ${code === null ? `signal ${String(signal)}` : `exit code ${exitCodeText(code)}`}`);
      });
    });
  }
}

/** Without descriptors for its pipes Node.js makes a child with no streams, and says why only later. @throws Error EMFILE, as of a system call. */
function requireStarted(child: ChildProcessWithoutNullStreams, program: string): void {
  if ((child.stdin as unknown) !== undefined) { return; }
  child.once('error', () => undefined);
  throw Object.assign(new Error(`EMFILE: spawn '${program}'`), { code: 'EMFILE', syscall: 'spawn', path: program });
}

function lostError(operation: string, how: string, stderrTail: string): DismError {
  const printed = stderrTail.trim();
  return new DismError(Hresult.DISMTS_E_ENGINE_LOST, `The operation "${operation}" was lost: the process that calls the DISM API ${how}`,
    printed === '' ? {} : { cause: new Error(`it printed: ${printed}`) });
}

/** Windows ends a process that crashed with a status such as 0xC0000005. */
function exitCodeText(code: number): string {
  return code > 0xFFFF || code < 0 ? formatHresult(code) : String(code);
}

/**
 * This process's environment without what would change how Node.js works there. The pool has one thread, because the DISM API keeps the text
 * of the last error per thread; that number is read when a process starts.
 */
function processEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(?:NODE|UV)_/i.test(name));
  return { ...Object.fromEntries(kept), UV_THREADPOOL_SIZE: '1' };
}

/**
 * A current folder in a mounted image would keep it from being unmounted. On Windows libraries can be looked for in the current folder,
 * too: those of the program's own folder are looked for there before anyway.
 */
function neutralFolder(): string {
  return process.platform === 'win32' ? dirname(programPath()) : '/';
}
