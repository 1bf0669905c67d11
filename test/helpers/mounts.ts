/** Drives the portable engine with a state directory of its own, and finds what it leaves behind. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { copyFile, cp, lstat, mkdir, readdir, readFile, readlink, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { engineMethods, type MountedImage, type ProgressValue } from '@dismts/protocol';
import { build } from 'esbuild';
import { afterAll, expect, onTestFinished } from 'vitest';
import type { z } from 'zod';
import { unmount } from '../../sidecar/src/platform/linux/mountCalls.ts';
import { readMountTable } from '../../sidecar/src/platform/linux/mountTable.ts';
import { createPortableEngine } from '../../sidecar/src/engine/portable/portableEngine.ts';
import { DismError } from '../../sidecar/src/errors.ts';
import { deadlineMs } from './deadline.ts';
import { isRoot, letAllRead, nobodyOpens } from './nobody.ts';
import { testContext, type TestContext } from './operationContext.ts';
import { imagex } from './wims.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));
const engine = createPortableEngine();

type Methods = typeof engineMethods;
/** What the portable engine can do. */
export type MethodName = keyof Methods & keyof typeof engine;
export type Params<K extends MethodName> = z.input<Methods[K]['params']>;
export type Result<K extends MethodName> = z.output<Methods[K]['result']>;

/** Calls an engine method as the server does: parameters and result go through the protocol's schemas. */
export async function callEngine<K extends MethodName>(method: K, params: Params<K>, context: TestContext): Promise<Result<K>> {
  const declaration = engineMethods[method];
  const call = engine[method] as (params: unknown, context: TestContext) => Promise<unknown>;
  return declaration.result.parse(await call(declaration.params.parse(params), context)) as Result<K>;
}

/** The DismError that a promise fails with. */
export async function failure(promise: Promise<unknown>): Promise<DismError> {
  const error: unknown = await promise.then(() => undefined, (reason: unknown) => reason);
  expect(error).toBeInstanceOf(DismError);
  return error as DismError;
}

/** Waits until something holds, up to a deadline. */
export async function until(what: string, holds: () => Promise<boolean> | boolean): Promise<void> {
  const deadline = Date.now() + deadlineMs;
  while (!await holds()) {
    if (Date.now() > deadline) { throw new Error(`it did not happen within ${deadlineMs} ms that ${what}`); }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Processes with a text in their command line. */
export async function processesWith(text: string): Promise<number[]> {
  const found: number[] = [];
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) { continue; }
    const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (commandLine.includes(text)) { found.push(Number(pid)); }
  }
  return found;
}

/** Mounts at or below a folder, first the one that was made first. */
export function mountsBelow(folder: string): string[] {
  return readMountTable().map(({ mountPoint }) => mountPoint)
    .filter((mountPoint) => mountPoint === folder || mountPoint.startsWith(`${folder}/`));
}

/** What a test does with the engine: a folder, a state directory in it, and the methods. */
export class Workbench {
  readonly folder: string;
  readonly stateDirectory: string;
  /** What the last call logged and reported. */
  context: TestContext = testContext('');
  #mounts = 0;

  constructor(folder: string, stateDirectory = join(folder, 'state')) {
    this.folder = folder;
    this.stateDirectory = stateDirectory;
  }

  async call<K extends MethodName>(
    method: K, params: Params<K>, options: { readonly signal?: AbortSignal; readonly onProgress?: (value: ProgressValue) => void } = {},
  ): Promise<Result<K>> {
    process.env['DISMTS_STATE_DIR'] = this.stateDirectory;
    const context = testContext(engineMethods[method].method, options.signal === undefined ? {} : { signal: options.signal });
    const { onProgress } = options;
    this.context = onProgress === undefined ? context : {
      ...context,
      progress: (phase, current, total) => {
        context.progress(phase, current, total);
        onProgress({ phase, current, total });
      },
    };
    return await callEngine(method, params, this.context);
  }

  /** A new empty folder to mount at. */
  async mountFolder(name = `mount ${++this.#mounts}`): Promise<string> {
    const path = join(this.folder, name);
    await mkdir(path, { recursive: true });
    return path;
  }

  /** Mounts for writing at a new folder. @returns the folder. */
  async mount(imagePath: string, options: Partial<Params<'mountImage'>> = {}): Promise<string> {
    const mountPath = options.mountPath ?? await this.mountFolder();
    const image = options.imageName === undefined && options.imageIndex === undefined ? { imageIndex: 1 } : {};
    await this.call('mountImage', { imagePath, mountPath, ...image, ...options });
    return mountPath;
  }

  async save(mountPath: string, options: Partial<Params<'commitImage'>> = {}): Promise<Result<'commitImage'>> {
    return await this.call('commitImage', { mountPath, ...options });
  }

  async dismount(mountPath: string, commit: boolean, options: Partial<Params<'unmountImage'>> = {}): Promise<Result<'unmountImage'>> {
    return await this.call('unmountImage', { mountPath, commit, ...options });
  }

  async list(): Promise<MountedImage[]> {
    return (await this.call('listMountedImages', {})).mounts;
  }

  /** The only mount there is. */
  async only(): Promise<MountedImage> {
    const mounts = await this.list();
    expect(mounts).toHaveLength(1);
    return mounts[0] as MountedImage;
  }

  /** What is there that must be gone when nothing is mounted: mounts, processes, folders and files of the state directory. */
  async leftovers(): Promise<string[]> {
    const processes = await processesWith(this.folder);
    const inState = await readdir(this.stateDirectory, { recursive: true }).catch(() => []);
    return [
      ...mountsBelow(this.folder).map((path) => `mount ${path}`),
      ...processes.map((pid) => `process ${pid}`),
      // Locks of the registry and of WIM files stay: one that is deleted while another waits for it is no lock. So do logs.
      ...inState.filter((name) => !/^(?:mounts|unfinished|locks|locks\/registry|locks\/wim-[0-9a-f]{32}|addon(?:\/.*)?|logs(?:\/[^/]+\.log)?)$/.test(name)).map((name) => `state ${name}`),
    ];
  }

  async expectNothingLeft(): Promise<void> {
    // What served a mount ends a moment after the mount does.
    await until('no process is left', async () => (await processesWith(this.folder)).length === 0).catch(() => undefined);
    expect(await this.leftovers()).toEqual([]);
  }

  /** Ends all mounts, through the engine where that works. */
  async close(): Promise<void> {
    try {
      for (const { path } of await this.list()) { await this.dismount(path, false); }
      await this.expectNothingLeft();
    } finally {
      for (const path of mountsBelow(this.folder).reverse()) { if (mountsBelow(this.folder).includes(path)) { unmount(path, true); } }
      for (const pid of await processesWith(this.folder)) { process.kill(pid, 'SIGKILL'); }
    }
  }
}

/** A workbench for one test. After the test all its mounts are dismounted, and nothing may be left behind. */
export async function workbench(stateDirectory?: (folder: string) => string): Promise<Workbench> {
  const folder = await realpath(mkdtempSync(join(tmpdir(), 'dismts-test-')));
  const bench = new Workbench(folder, stateDirectory?.(folder));
  onTestFinished(async () => {
    try {
      await bench.close();
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
  return bench;
}

/** The engine in a process of its own. */
export interface EngineProcess {
  readonly child: ChildProcess;
  /** Told once the process is there and calls the engine. */
  readonly begun: Promise<void>;
  /** The result, or the symbol of the error; undefined where the process was killed before. */
  readonly outcome: Promise<{ readonly result?: unknown; readonly symbol?: string; readonly message?: string; readonly hint?: string } | undefined>;
  /** Every progress value so far. */
  readonly progress: readonly ProgressValue[];
  readonly onProgress: (listener: (value: ProgressValue) => void) => void;
}

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** What the program is run by, such as `unshare --mount sh -c ...`. */
  readonly prefix?: readonly string[];
  readonly uid?: number;
  readonly gid?: number;
}

/** Bundles `test/helpers/engineProcess.ts`; to be called while a test file is collected. */
export async function bundleEngine(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'dismts-bundle-'));
  afterAll(() => { rmSync(folder, { recursive: true, force: true }); });
  const outfile = join(folder, 'engine.cjs');
  await build({
    absWorkingDir: root, entryPoints: ['test/helpers/engineProcess.ts'], outfile,
    alias: { '@dismts/protocol': join(root, 'protocol', 'src', 'index.ts') },
    bundle: true, platform: 'node', target: 'node20', format: 'cjs', logLevel: 'error',
    define: { 'import.meta.url': 'bundleUrl' },
    banner: { js: 'const bundleUrl = require("node:url").pathToFileURL(__filename).href;' },
  });
  // Other users run it as well, and may not read the folder that this is in, nor the one that Node.js is in.
  for (const name of ['koffi', `@koromix/koffi-${process.platform}-${process.arch}`]) {
    await cp(join(root, 'node_modules', name), join(folder, 'node_modules', name), { recursive: true });
  }
  if (isRoot && !await nobodyOpens(process.execPath)) { await copyFile(process.execPath, join(folder, 'node')); }
  letAllRead(folder);
  return outfile;
}

/** Starts one call of the engine in another process. A test that ends before it kills it. */
export function startEngine<K extends MethodName>(
  bundle: string, bench: Workbench, method: K, params: Params<K>, options: StartOptions = {},
): EngineProcess {
  const copiedNode = join(bundle, '..', 'node');
  const node = existsSync(copiedNode) ? copiedNode : process.execPath;
  const words = [...options.prefix ?? [], node, bundle, method, JSON.stringify(params)];
  const [command = '', ...args] = words;
  const child = spawn(command, args, {
    cwd: '/', stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'], DISMTS_STATE_DIR: bench.stateDirectory,
      // A killed process leaves what it was just about to remove. Other users may not write there.
      ...options.uid === undefined ? { TMPDIR: bench.folder } : {},
      ...options.env,
    },
    ...options.uid === undefined ? {} : { uid: options.uid, gid: options.gid ?? options.uid },
  });
  const progress: ProgressValue[] = [];
  const listeners: ((value: ProgressValue) => void)[] = [];
  let outcome: Awaited<EngineProcess['outcome']>;
  let [rest, errors] = ['', ''];
  let begin: () => void = () => undefined;
  const begun = new Promise<void>((resolve) => { begin = resolve; });
  child.stderr.setEncoding('utf8').on('data', (text: string) => { errors += text; });
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = `${rest}${text}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const message = JSON.parse(line) as { readonly begun?: true; readonly progress?: ProgressValue; readonly symbol?: string };
      if (message.begun === true) {
        begin();
      } else if (message.progress === undefined) {
        outcome = message;
      } else {
        progress.push(message.progress);
        for (const listener of listeners) { listener(message.progress); }
      }
    }
  });
  const done = new Promise<Awaited<EngineProcess['outcome']>>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (outcome === undefined && code !== null) { reject(new Error(`the engine process ended with ${code}: ${errors}`)); } else { resolve(outcome); }
    });
  });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await done.catch(() => undefined);
  });
  return { child, begun, outcome: done, progress, onProgress: (listener) => { listeners.push(listener); } };
}

/**
 * Kills an engine process, and waits until nothing of it is left. A program that it was just starting is a copy of it until it has become
 * that program, and holds its locks so long: whoever looked would think that it still works.
 * @returns Whether it was killed before it had answered.
 */
export async function killEngine(bundle: string, { child, outcome }: EngineProcess): Promise<boolean> {
  child.kill('SIGKILL');
  const wasKilled = await outcome === undefined;
  await until('no copy of the killed process is left', async () => (await processesWith(bundle)).length === 0);
  return wasKilled;
}

/** One name of a folder: its kind, and what it holds. */
export type FolderEntry = 'folder' | `file ${string}` | `link ${string}`;

/** Everything below a folder by path. A file with several names names the first of them, too. */
export async function readFolder(folder: string): Promise<Record<string, FolderEntry>> {
  const entries: Record<string, FolderEntry> = {};
  const firstNames = new Map<number, string>();
  const read = async (path: string): Promise<void> => {
    for (const name of (await readdir(join(folder, path))).sort()) {
      const own = path === '' ? name : `${path}/${name}`;
      const full = join(folder, own);
      const found = await lstat(full);
      if (found.isDirectory()) {
        entries[own] = 'folder';
        await read(own);
      } else if (found.isSymbolicLink()) {
        entries[own] = `link ${await readlink(full)}`;
      } else {
        const data = await readFile(full);
        const content = data.length <= 60 ? JSON.stringify(data.toString('latin1')) : `${data.length} bytes ${createHash('sha1').update(data).digest('hex')}`;
        const first = firstNames.get(found.ino);
        if (first === undefined) { firstNames.set(found.ino, own); }
        entries[own] = `file ${content}${found.nlink > 1 ? ` = ${first ?? own}` : ''}`;
      }
    }
  };
  await read('');
  return entries;
}

/** What an image holds, once wimlib-imagex has verified the file and applied the image. */
export async function appliedImage(bench: Workbench, wim: string, imageIndex = 1, references: readonly string[] = []): Promise<Record<string, FolderEntry>> {
  await imagex('verify', wim, ...references.map((part) => `--ref=${part}`));
  const target = mkdtempSync(join(bench.folder, 'applied-'));
  await imagex('apply', wim, String(imageIndex), target, '--no-acls', '--norpfix', ...references.map((part) => `--ref=${part}`));
  const entries = await readFolder(target);
  await rm(target, { recursive: true });
  return entries;
}

/** What `wimlib-imagex dir --detailed` says of each path; without the reference counts, which other files change. */
export async function detailedList(wim: string, imageIndex = 1): Promise<Map<string, string>> {
  const text = await imagex('dir', wim, String(imageIndex), '--detailed');
  const blocks = text.split(/^-{40,}$/m).slice(1);
  return new Map(blocks.map((block) => [/^Full Path +=\s"(.*)"$/m.exec(block)?.[1] ?? '', block.replace(/^Reference Count.*$/gm, '').trim()]));
}

/** SHA-1 of a file. */
export async function hashFile(path: string): Promise<string> {
  return createHash('sha1').update(await readFile(path)).digest('hex');
}

/** Runs a program; its error text becomes the exception's. */
export async function runProgram(program: string, ...args: readonly string[]): Promise<string> {
  return (await run(program, args)).stdout;
}
