/** Starts bindingHost.ts and calls the binding and the double in it, as if they were here. */
import { fork, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeEach, expect } from 'vitest';
import type { CallOptions, DismApi } from '../../../sidecar/src/engine/native/binding/dismApi.ts';
import { cacheFolder } from '../../helpers/cBuild.ts';
import { buildDouble, lacksDouble, type DismDouble, type DoubleGeneration } from '../../helpers/dismDouble.ts';

/** What the host is asked to do. */
export interface HostRequest {
  readonly id: number;
  readonly target: 'open' | 'api' | 'double' | 'failRead' | 'ping';
  readonly name: string;
  readonly arguments: readonly unknown[];
  readonly hasOptions: boolean;
  readonly listener: 'none' | 'listening' | 'throwing';
  readonly cancellable: boolean;
}

/** An error of the host. */
export interface HostError {
  readonly name: string;
  readonly message: string;
  readonly hresult?: number | undefined;
  readonly symbol?: string | undefined;
  readonly category?: string | undefined;
  readonly target?: string | undefined;
  readonly hint?: string | undefined;
  readonly cause?: { readonly hresult: number; readonly message: string } | undefined;
}

/** What the host answers. */
export type HostResponse = { readonly id: number } & (
  { readonly value: unknown } | { readonly error: HostError } | { readonly progress: readonly [current: number, total: number] });

/** The functions of the API, which all return promises; the last argument of some is CallOptions. */
export type RemoteApi = Omit<DismApi, 'exports' | 'libraryPath'> & { readonly exports: (name: string) => Promise<boolean> };

/** The hooks of the double. */
export type RemoteDouble = {
  readonly [Hook in Exclude<keyof DismDouble, 'path'>]: (...values: Parameters<DismDouble[Hook]>) => Promise<ReturnType<DismDouble[Hook]>>;
};

/** A listener that the host has fail. */
export const throwingListener: NonNullable<CallOptions['onProgress']> = () => undefined;

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly onProgress: CallOptions['onProgress'];
}

/** A process with the binding in it. */
export class BindingProcess {
  readonly #child: ChildProcess;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;
  readonly #ended: Promise<void>;

  constructor(script: string, library: string, env: NodeJS.ProcessEnv) {
    // Of the caller's environment, nothing that changes times or messages.
    this.#child = fork(script, [library], {
      env: { PATH: process.env['PATH'], TZ: 'Europe/Berlin', UV_THREADPOOL_SIZE: '1', ...env }, execArgv: [], serialization: 'advanced',
    });
    this.#child.on('message', (response: HostResponse) => { this.#settle(response); });
    this.#ended = new Promise((resolve) => {
      this.#child.once('exit', (code, signal) => {
        for (const { reject } of this.#pending.values()) { reject(new Error(`the host ended with ${signal ?? code}`)); }
        this.#pending.clear();
        resolve();
      });
    });
  }

  /** Opens the double through the binding. */
  open(): Promise<unknown> { return this.#ask({ target: 'open' }); }

  /** Settles when the event loop of the process has come around. */
  ping(): Promise<unknown> { return this.#ask({ target: 'ping' }); }

  /** Makes a call whose result cannot be decoded. */
  failRead(session: number): Promise<unknown> { return this.#ask({ target: 'failRead', arguments: [session] }); }

  /** The functions of the binding. */
  readonly api: RemoteApi = new Proxy({}, {
    get: (_, name: string) => (...values: unknown[]) => {
      const last = values.at(-1) as CallOptions | undefined;
      const hasOptions = typeof last === 'object' && ('signal' in last || 'onProgress' in last);
      return this.#ask({ target: 'api', name, arguments: hasOptions ? values.slice(0, -1) : values, hasOptions }, hasOptions ? last : {});
    },
  }) as RemoteApi;

  /** The hooks of the double. */
  readonly double: RemoteDouble = new Proxy({}, {
    get: (_, name: string) => (...values: unknown[]) => this.#ask({ target: 'double', name, arguments: values }),
  }) as RemoteDouble;

  /** Ends the process. */
  async stop(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  #ask(request: Pick<HostRequest, 'target'> & Partial<HostRequest>, options: CallOptions = {}): Promise<unknown> {
    this.#lastId += 1;
    const id = this.#lastId;
    const { signal, onProgress } = options;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject, onProgress });
      this.#child.send({
        id, name: '', arguments: [], hasOptions: false, cancellable: signal !== undefined,
        listener: onProgress === undefined ? 'none' : onProgress === throwingListener ? 'throwing' : 'listening', ...request,
      } satisfies HostRequest, (error) => {
        if (error !== null) { reject(error); }
      });
      const abort = (): void => { this.#child.send({ abort: id }, () => undefined); };
      if (signal?.aborted === true) { abort(); } else { signal?.addEventListener('abort', abort); }
    });
  }

  #settle(response: HostResponse): void {
    const pending = this.#pending.get(response.id);
    if ('progress' in response) {
      pending?.onProgress?.(...response.progress);
      return;
    }
    this.#pending.delete(response.id);
    if ('error' in response) {
      pending?.reject(Object.assign(new Error(response.error.message), response.error));
    } else {
      pending?.resolve(response.value);
    }
  }
}

/** Why the tests of the binding cannot run here; printed once where they cannot. */
export const lacksBinding = lacksDouble('elf');
if (lacksBinding !== undefined) {
  process.stderr.write(`skipped: the DISM binding is not tested: ${lacksBinding}\n`);
}

/** Bundles the host where it finds koffi; to be called while a test file is collected. Gives what starts processes for its tests. */
export async function bindingHost(): Promise<(generation?: DoubleGeneration, env?: NodeJS.ProcessEnv) => BindingProcess> {
  mkdirSync(cacheFolder, { recursive: true });
  const folder = mkdtempSync(join(cacheFolder, 'binding-'));
  const processes: BindingProcess[] = [];
  afterAll(async () => {
    await Promise.all(processes.map((each) => each.stop()));
    rmSync(folder, { recursive: true, force: true });
  });
  const script = join(folder, 'host.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL('bindingHost.ts', import.meta.url))], outfile: script, bundle: true, platform: 'node', target: 'node20',
    format: 'esm', logLevel: 'error', external: ['vitest', 'esbuild'],
  });
  return (generation, env = {}) => {
    const started = new BindingProcess(script, buildDouble('elf', generation), env);
    processes.push(started);
    return started;
  };
}

/** What a test works with. */
export interface BindingContext {
  readonly host: BindingProcess;
  readonly api: RemoteApi;
  readonly double: RemoteDouble;
  /** On an offline image. */
  session: number;
  /** Makes the double as it was before the test. */
  readonly reset: () => Promise<void>;
}

/**
 * One process for the tests of a file, with the API initialised and a session open on an offline image before each of them. After each, no
 * result and no event is left, and the double has seen nothing that a client must not do.
 */
export async function useBinding(): Promise<BindingContext> {
  const host = (await bindingHost())();
  await host.open();
  const context: BindingContext = {
    host, api: host.api, double: host.double, session: 0,
    reset: async () => {
      await host.double.reset();
      await host.api.initialize({ logLevel: 2, logFilePath: null, scratchDirectory: null });
      context.session = await openOffline(host.api);
    },
  };
  beforeEach(() => context.reset());
  afterEach(async () => {
    expect(await host.double.outstanding()).toBe(0);
    expect(await host.double.handles()).toBe(0);
    expect(await host.double.violations()).toEqual([]);
  });
  return context;
}

/** Opens a session on an offline image. */
export async function openOffline(api: RemoteApi): Promise<number> {
  return (await api.openSession({ imagePath: 'D:\\mount', windowsDirectory: null, systemDrive: null })).value;
}
