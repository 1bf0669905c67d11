/** Compiles the C programs of test/double, each once for the same sources, into a cache that the checkout does not see. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

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
  /** Further arguments of the compiler. */
  readonly args?: readonly string[] | undefined;
}

/**
 * Gives the path of what was compiled. Its folder has a name by the content of the sources; processes that compile the same at once
 * do not disturb one another.
 * @throws Error of the compiler, with its messages.
 */
export function compile(program: CProgram): string {
  const { program: compiler, args } = compilers[program.target];
  const options = [
    ...args, ...program.shared === true ? ['-shared', '-fvisibility=hidden'] : [],
    '-std=gnu17', '-fms-extensions', '-O2', '-Wall', '-Wextra', '-Werror',
    ...(program.defines ?? []).map((name) => `-D${name}`), ...program.args ?? [],
  ];
  const hash = createHash('sha256').update(JSON.stringify([compiler, options, program.sources, program.output]));
  for (const file of readdirSync(sourceFolder).sort()) { hash.update(file).update('\0').update(readFileSync(join(sourceFolder, file))); }
  const folder = join(cacheFolder, hash.digest('hex').slice(0, 24));
  const output = join(folder, program.output);
  if (!existsSync(output)) {
    mkdirSync(folder, { recursive: true });
    const unfinished = `${output}.${process.pid}.tmp`;
    const resources = `${output}.${process.pid}.o`;
    const run = (tool: string, toolArgs: readonly string[]) => execFileSync(tool, toolArgs, { cwd: sourceFolder, stdio: 'pipe', encoding: 'utf8' });
    try {
      const inputs = program.sources.map((source) => {
        if (!source.endsWith('.rc')) { return source; }
        run(compiler.replace(/gcc$/, 'windres'), [source, resources]);
        return resources;
      });
      run(compiler, ['-o', unfinished, ...inputs, ...options]);
      renameSync(unfinished, output);
    } finally {
      rmSync(unfinished, { force: true });
      rmSync(resources, { force: true });
    }
  }
  return output;
}
