/** Compiles the C programs of test/double, each once for the same sources, into a cache that the checkout does not see. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** For a hook that compiles and makes a Wine prefix where neither is there yet, on a machine that is busy; milliseconds. */
export const firstBuildTimeoutMs = 600_000;

const root = fileURLToPath(new URL('../../', import.meta.url));
const sourceFolder = join(root, 'test', 'double');
/** Folder of what tests make once and keep. */
export const cacheFolder = join(root, 'node_modules', '.cache', 'dismts-test');

/** What is compiled for: Linux or Windows, both for x64. */
export type CTarget = 'elf' | 'pe';

const compilers = {
  elf: { program: 'gcc', args: ['-fPIC', '-pthread'], package: 'gcc' },
  // Static: no DLL of the compiler's own beside it.
  pe: { program: 'x86_64-w64-mingw32-gcc', args: ['-static'], package: 'gcc-mingw-w64-x86-64-win32' },
} as const;

/** Whether a program is on PATH. */
export function onPath(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, program)));
}

/** Why nothing can be compiled for a target here; undefined where it can. */
export function lacksCompiler(target: CTarget): string | undefined {
  const { program, package: debianPackage } = compilers[target];
  return onPath(program) ? undefined : `no ${program} (package ${debianPackage})`;
}

/** What to compile. */
export interface CProgram {
  readonly target: CTarget;
  /** Names of files in test/double; for Windows also resource scripts. */
  readonly sources: readonly string[];
  /** File name of the result. */
  readonly output: string;
  readonly shared?: boolean | undefined;
  /** Macros to define. */
  readonly defines?: readonly string[] | undefined;
}

/**
 * Gives the path of what was compiled, in a folder that has a name by what it is made of. Objects are kept, too: a changed source is
 * all that is compiled again. Processes that compile the same at once do not disturb one another.
 * @throws Error of the compiler, with its messages.
 */
export function compile(program: CProgram): string {
  const { program: compiler, args } = compilers[program.target];
  const objectArgs = [...program.shared === true ? ['-fvisibility=hidden'] : [], ...(program.defines ?? []).map((name) => `-D${name}`)];
  const objects = program.sources.map((source) => source.endsWith('.rc')
    ? make([compiler, source, read(source)], `${source}.o`, (output) => { run(compiler.replace(/gcc$/, 'windres'), '-O', 'coff', source, output); })
    : compileObject(program.target, source, objectArgs));
  const linkArgs = [...args, ...program.shared === true ? ['-shared'] : []];
  return make([compiler, ...linkArgs, ...objects], program.output, (output) => { run(compiler, '-o', output, ...objects, ...linkArgs); });
}

/** Compiles one source, without linking it; see `compile`. */
export function compileObject(target: CTarget, source: string, args: readonly string[] = []): string {
  const { program: compiler, args: always } = compilers[target];
  const options = [...always, '-std=gnu17', '-fms-extensions', '-O1', '-Wall', '-Wextra', '-Werror', ...args];
  const headers = readdirSync(sourceFolder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.h')).sort().map(read);
  return make([compiler, ...options, source, read(source), ...headers], basename(source, '.c').concat('.o'), (output) => {
    run(compiler, '-c', '-o', output, source, ...options);
  });
}

function read(source: string): string {
  return readFileSync(join(sourceFolder, source), 'utf8');
}

function run(program: string, ...args: readonly string[]): void {
  execFileSync(program, args, { cwd: sourceFolder, stdio: 'pipe', encoding: 'utf8' });
}

/** Gives the path of a file that depends on `inputs` alone; makes it where there is none yet. */
function make(inputs: readonly string[], name: string, action: (output: string) => void): string {
  const folder = join(cacheFolder, createHash('sha256').update(JSON.stringify(inputs)).digest('hex').slice(0, 24));
  const output = join(folder, name);
  if (!existsSync(output)) {
    mkdirSync(folder, { recursive: true });
    const unfinished = `${output}.${process.pid}.tmp`;
    try {
      action(unfinished);
      renameSync(unfinished, output);
    } finally {
      rmSync(unfinished, { force: true });
    }
  }
  return output;
}
