/** Runs Windows programs under Wine, so that they can be talked to over pipes as any program of this system. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { cacheFolder, compile, lacksCompiler, onPath } from './cBuild.ts';
import { windowsPath } from './dismDouble.ts';
import type { Program } from './programs.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
/** Where Debian's package wine64 has it; other systems have it on PATH. */
const debianWine = '/usr/lib/wine/wine64';

function findWine(): string | undefined {
  return existsSync(debianWine) ? debianWine : ['wine64', 'wine'].find(onPath);
}

/** Why Windows programs cannot be run here; undefined where they can. */
export function lacksWine(): string | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64') { return 'Wine is used on x64 Linux only'; }
  return findWine() === undefined ? 'no wine64 (package wine64)' : lacksCompiler('pe');
}

/**
 * No windows, no questions about Mono and Gecko, no messages of Wine's own among those of the program; arguments and file names in UTF-8, whatever the
 * locale of the caller. Wine's own wimgapi.dll does nothing: only what a test has put into System32 counts.
 */
const environment = ['WINEDEBUG=-all', 'WINEDLLOVERRIDES=mscoree,mshtml=;wimgapi=n', 'DISPLAY=', 'LC_ALL=C.UTF-8'];

/** Runs a program of Wine to its end, with the prefix given. */
function runWine(prefix: string, ...args: string[]): void {
  execFileSync('env', [`WINEPREFIX=${prefix}`, ...environment, findWine() ?? 'wine64', ...args], { stdio: 'ignore', timeout: 300_000 });
}

/**
 * The folder that holds Wine's Windows, which says that it is Windows 10: made once and kept, for a new one takes long.
 * Processes that make it at once do not disturb one another.
 */
export function winePrefix(): string {
  const version = execFileSync(findWine() ?? 'wine64', ['--version'], { encoding: 'utf8' }).trim();
  const prefix = join(cacheFolder, version.replaceAll(/[^\w.-]+/g, '-'));
  if (existsSync(prefix)) { return prefix; }
  mkdirSync(cacheFolder, { recursive: true });
  const unfinished = `${prefix}.${process.pid}.tmp`;
  try {
    runWine(unfinished, 'wineboot', '--init');
    runWine(unfinished, 'reg', 'add', 'HKCU\\Software\\Wine', '/v', 'Version', '/d', 'win10', '/f');
    // The registry is written when the last process of the prefix has ended.
    runWine(unfinished, 'wineboot', '--shutdown');
    execFileSync('env', [`WINEPREFIX=${unfinished}`, wineServer(), '-w'], { timeout: 300_000 });
    try {
      renameSync(unfinished, prefix);
    } catch (error) {
      // Another process was through first.
      if (!existsSync(prefix)) { throw error; }
    }
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  return prefix;
}

function wineServer(): string {
  return existsSync('/usr/lib/wine/wineserver64') ? '/usr/lib/wine/wineserver64' : 'wineserver';
}

/**
 * Makes a folder on Wine's drive C, which the caller removes; gives its path on this system. On Z, a library for an administrator would
 * have to lie where nobody else can write, which the temporary folder is not.
 */
export function makeWineFolder(): string {
  const parent = join(winePrefix(), 'drive_c', 'dismts-test');
  mkdirSync(parent, { recursive: true });
  return mkdtempSync(join(parent, 'test-'));
}

/** The same for one test, after which it is removed. */
export function wineFolder(): string {
  const folder = makeWineFolder();
  onTestFinished(() => { rmSync(folder, { recursive: true, force: true }); });
  return folder;
}

/** A command that runs a Windows program, with its standard streams as it wants them. Takes no environment of the caller's. */
export function underWine(program: string, args: readonly string[] = []): Program {
  const bridge = compile({ target: 'pe', sources: ['bridge.c'], output: 'bridge.exe' });
  return {
    command: 'env',
    args: [`WINEPREFIX=${winePrefix()}`, ...environment, findWine() ?? 'wine64', bridge, windowsPath(program), ...args],
  };
}

/** A command that runs a program that needs .NET, with variables: that needs Wine's own mscoree.dll. What follows are the program and its arguments. */
export function wineCommand(variables: Readonly<Record<string, string>>): Program {
  const withClr = environment.map((setting) => setting.replace('mscoree,', ''));
  return {
    command: 'env',
    args: [`WINEPREFIX=${winePrefix()}`, ...withClr, ...Object.entries(variables).map(([name, value]) => `${name}=${value}`), findWine() ?? 'wine64'],
  };
}

/** The executable for Windows, where it has been built: by `npm run build:windows`. */
export function windowsExecutable(): string | undefined {
  const path = join(root, 'module', 'bin', 'win32-x64', 'dismts.exe');
  return existsSync(path) ? path : undefined;
}
