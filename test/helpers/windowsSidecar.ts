/** dismts.exe under Wine, with a double of DismApi.dll: the native engine as it is on Windows. */
import { copyFileSync, existsSync, linkSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { basename, join } from 'node:path';
import { buildDouble, installDouble, windowsPath, type DoubleModes, type InstalledDouble } from './dismDouble.ts';
import type { Program } from './programs.ts';
import { installWimDouble, type InstalledWimDouble } from './wimDouble.ts';
import { lacksWine, underWine, windowsExecutable, winePrefix } from './wine.ts';

/** Why dismts.exe cannot be run here; undefined where it can. */
export function lacksWindowsSidecar(): string | undefined {
  return lacksWine() ?? (windowsExecutable() === undefined ? 'dismts.exe is not built (npm run build:windows)' : undefined);
}

/** An executable of its own, so that its processes can be told from those of other tests. */
export interface WindowsSidecar {
  readonly double: InstalledDouble;
  /** Starts it. Its current folder, and that of its engine process, is on drive C: there `/x` means `C:\x`. */
  readonly program: (...args: string[]) => Program;
  /** Ids of its processes, by this system's count: the bridge, the server, its engine process. */
  readonly processes: () => number[];
  readonly engineProcess: () => number | undefined;
}

/** Puts executable and double into a folder of `makeWineFolder` or `wineFolder`. */
export function installWindowsSidecar(folder: string, modes: DoubleModes = {}): WindowsSidecar {
  const built = windowsExecutable();
  if (built === undefined) { throw new Error('dismts.exe is not built'); }
  const executable = join(folder, 'dismts.exe');
  try {
    linkSync(built, executable);
  } catch {
    copyFileSync(built, executable);
  }
  const running = () => processesOf(basename(folder));
  return {
    double: installDouble(join(folder, 'DISM'), 'pe', modes),
    program: (...programArgs) => {
      const { command, args } = underWine(executable, programArgs);
      // Wine takes the drive with the shortest name for a folder. The logs must not stay behind in its Windows.
      return { command, args: [`--chdir=${join(winePrefix(), 'drive_c')}`, `DISMTS_STATE_DIR=${windowsPath(join(folder, 'state'))}`, ...args] };
    },
    processes: () => running().map(({ pid }) => pid),
    engineProcess: () => running().find(({ commandLine }) => commandLine.includes('--engine-process'))?.pid,
  };
}

/** Processes whose command line has a word in it. One that has ended and was not waited for has none. */
function processesOf(word: string): { readonly pid: number; readonly commandLine: string }[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((name) => {
    try {
      const commandLine = readFileSync(join('/proc', name, 'cmdline'), 'utf8');
      return commandLine.includes(word) ? [{ pid: Number(name), commandLine }] : [];
    } catch {
      // It has just ended.
      return [];
    }
  });
}

/**
 * Puts the double of wimgapi.dll where Windows has its own, until `remove` is called: it is looked for nowhere else. Wine's comes back then.
 * @param folder For what it writes down.
 */
export function installSystemWimgapi(folder: string, modes: DoubleModes = {}): InstalledWimDouble & { readonly remove: () => void } {
  const system = join(winePrefix(), 'drive_c', 'windows', 'system32');
  const path = join(system, 'wimgapi.dll');
  const kept = join(system, 'wimgapi.wine');
  if (existsSync(path) && !existsSync(kept)) { renameSync(path, kept); }
  return {
    ...installWimDouble(system, 'pe', modes, folder),
    remove: () => {
      rmSync(`${path}.conf`, { force: true });
      rmSync(path, { force: true });
      if (existsSync(kept)) { renameSync(kept, path); }
    },
  };
}

const kitsKey = 'HKLM\\SOFTWARE\\Microsoft\\Windows Kits\\Installed Roots';
const kitsValue = 'KitsRoot10';

/** Installs the double as the DISM of a Windows ADK whose root is below `folder`; gives the folder of DISM. `removeKit` takes it out of the registry. */
export function installKit(folder: string): string {
  const root = join(folder, 'Program Files (x86)', 'Windows Kits', '10');
  const dism = join(root, 'Assessment and Deployment Kit', 'Deployment Tools', 'amd64', 'DISM');
  mkdirSync(dism, { recursive: true });
  copyFileSync(buildDouble('pe'), join(dism, 'dismapi.dll'));
  changeRegistry('add', kitsKey, '/v', kitsValue, '/d', `${windowsPath(root)}\\`, '/f', '/reg:32');
  return dism;
}

/** Makes it as if no Windows ADK were installed. */
export function removeKit(): void {
  changeRegistry('delete', kitsKey, '/v', kitsValue, '/f', '/reg:32');
}

function changeRegistry(...regArgs: readonly string[]): void {
  const { command, args } = underWine(join(winePrefix(), 'drive_c', 'windows', 'system32', 'reg.exe'), regArgs);
  execFileSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'], timeout: 120_000 });
}
