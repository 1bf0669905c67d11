/** Starts dismts as a process of its own: bundled from the sources, with the real or the fake engine, or the built executable. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, onTestFinished } from 'vitest';
import { RawPeer } from './rawPeer.ts';
import { tempFolder } from './tempFolder.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** What starts a program: the executable, and what stands before its own arguments. */
export interface Program {
  readonly command: string;
  readonly args: readonly string[];
}

/** Bundles an entry point of this repository; to be called while a test file is collected, for all of its tests. */
export async function bundleProgram(entryPoint: string): Promise<Program> {
  const { outputFiles } = await build({
    absWorkingDir: root, entryPoints: [entryPoint], write: false,
    alias: { '@dismts/protocol': join(root, 'protocol', 'src', 'index.ts') },
    bundle: true, platform: 'node', target: 'node20', format: 'cjs', logLevel: 'error',
    define: { 'import.meta.url': 'bundleUrl' },
    banner: { js: 'const bundleUrl = require("node:url").pathToFileURL(__filename).href;' },
  });
  const folder = mkdtempSync(join(tmpdir(), 'dismts-bundle-'));
  afterAll(() => { rmSync(folder, { recursive: true, force: true }); });
  const outfile = join(folder, 'dismts.cjs');
  writeFileSync(outfile, outputFiles[0]?.contents ?? '');
  return { command: process.execPath, args: [outfile] };
}

/** The executable of this platform in module/bin, where it has been built. */
export function builtExecutable(): Program | undefined {
  const command = join(root, 'module', 'bin', `${process.platform}-${process.arch}`, process.platform === 'win32' ? 'dismts.exe' : 'dismts');
  return existsSync(command) ? { command, args: [] } : undefined;
}

/** A process and everything that came out of it. */
export interface RunningProgram {
  readonly child: ChildProcessWithoutNullStreams;
  /** Settles when the process has ended and its streams are read: its exit code, or the signal that ended it. */
  readonly exit: Promise<number | NodeJS.Signals | null>;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Folder of the logs that it writes by default. */
  readonly logDirectory: string;
}

/** Starts a program with a state directory of its own. A test that ends before it kills it. */
export function start(program: Program, args: readonly string[]): RunningProgram {
  const stateDirectory = tempFolder();
  const child = spawn(program.command, [...program.args, ...args], {
    env: { PATH: process.env['PATH'], HOME: stateDirectory, DISMTS_STATE_DIR: stateDirectory },
    cwd: stateDirectory,
  });
  child.stdin.on('error', () => undefined);
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => { stdout += text; });
  child.stderr.setEncoding('utf8').on('data', (text: string) => { stderr += text; });
  const exit = new Promise<number | NodeJS.Signals | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => { resolve(code ?? signal); });
  });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await exit;
  });
  return { child, exit, stdout: () => stdout, stderr: () => stderr, logDirectory: join(stateDirectory, 'logs') };
}

/** Starts `--stdio` and joins a client. */
export function startStdio(program: Program): RunningProgram & { readonly peer: RawPeer } {
  const running = start(program, ['--stdio']);
  return { ...running, peer: new RawPeer(running.child.stdout, running.child.stdin) };
}
