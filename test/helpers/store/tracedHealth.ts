/** Runs health operations in a process of their own under strace, to kill it at a chosen system call or to see what it opens. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** Whether programs can be traced here; tests that need it are skipped otherwise, with a line that says so. */
export const canTrace = spawnSync('strace', ['-e', 'trace=none', 'true']).status === 0;
if (!canTrace) {
  process.stderr.write('skipped: tests that trace a process need strace, and the right to use it\n');
}

/** Bundles the program that runs health operations; to be called while a test file is collected. */
export async function bundleHealthChild(): Promise<string> {
  return await bundleChild('test/helpers/store/healthChild.ts');
}

/** Bundles a program of the tests; to be called while a test file is collected. */
export async function bundleChild(entryPoint: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'dismts-bundle-'));
  afterAll(() => { rmSync(folder, { recursive: true, force: true }); });
  const outfile = join(folder, 'health.cjs');
  await build({
    absWorkingDir: root, entryPoints: [entryPoint], outfile,
    alias: { '@dismts/protocol': join(root, 'protocol', 'src', 'index.ts') },
    bundle: true, platform: 'node', target: 'node20', format: 'cjs', logLevel: 'error',
    // Packages are found from here, as they are from the sources.
    define: { 'import.meta.url': JSON.stringify(pathToFileURL(join(root, 'sidecar', 'src', 'main.ts')).href) },
  });
  return outfile;
}

/** What came of a traced run. */
export interface TracedRun {
  /** The signal that ended it, or null. */
  readonly signal: NodeJS.Signals | null;
  readonly status: number | null;
  /** The result, or what the program wrote instead; undefined where it was killed. */
  readonly output: unknown;
  readonly stderr: string;
  /** Lines of strace. */
  readonly trace: readonly string[];
}

/** Runs the program below strace with these options of strace. */
export function runTraced(program: string, stateFolder: string, straceOptions: readonly string[], args: readonly string[]): TracedRun {
  const log = join(mkdtempSync(join(stateFolder, 'trace-')), 'log');
  const { signal, status, stdout, stderr } = spawnSync('strace', ['-f', '-o', log, ...straceOptions, process.execPath, program, ...args], {
    encoding: 'utf8', maxBuffer: 1 << 28, env: { PATH: process.env['PATH'], HOME: stateFolder, DISMTS_STATE_DIR: join(stateFolder, 'state') }, cwd: stateFolder,
  });
  return { signal, status, stderr, output: stdout === '' ? undefined : JSON.parse(stdout), trace: readFileSync(log, 'utf8').split('\n') };
}
