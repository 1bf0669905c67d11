/** environment/get: what this machine has of what the native engine needs, and what to do about the rest. */
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { isSea } from 'node:sea';
import type { environmentCheckSchema, getEnvironment as method } from '@dismts/protocol';
import type { z } from 'zod';
import { isElevated } from '../../../platform/elevation.ts';
import { DismError } from '../../../errors.ts';
import { defaultLogDirectory } from '../../../log/logFolder.ts';
import { fileVersion, hasPackageIdentity, hasRegistryKey, isTokenElevated, nativeArchitecture } from '../../../platform/windows/windows.ts';
import type { OperationContext } from '../../../operationContext.ts';
import { chosenLibrary, kitCopies, windowsCopy, type DismCopy } from '../binding/libraryLocation.ts';
import { programPath } from '../../../platform/programPath.ts';

type Check = z.output<typeof environmentCheckSchema>;

/** What the checks ask the machine; tests answer for machines that lack something. */
export interface WindowsMachine {
  readonly platform: string;
  /** Of this process. */
  readonly architecture: string;
  isElevated(): boolean;
  /** Undefined where the system does not tell. */
  nativeArchitecture(): string | undefined;
  hasPackageIdentity(): boolean;
  hasPendingRestart(): boolean;
  windowsCopy(): DismCopy | undefined;
  kitCopies(): readonly DismCopy[];
  /** @throws DismError: it does not exist, or is not safe. */
  chosenCopy(dismPath: string): DismCopy;
  /** Why files cannot be made in a folder; undefined where they can. */
  unwritable(folder: string): string | undefined;
}

const thisMachine: WindowsMachine = {
  platform: process.platform,
  architecture: process.arch,
  isElevated: isTokenElevated,
  nativeArchitecture,
  hasPackageIdentity,
  hasPendingRestart: () => hasRegistryKey('SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\RebootPending'),
  windowsCopy,
  kitCopies,
  chosenCopy: (dismPath) => {
    const path = chosenLibrary(dismPath);
    return { path, version: fileVersion(path) };
  },
  unwritable: (folder) => {
    let nearest = folder;
    while (!existsSync(nearest) && dirname(nearest) !== nearest) { nearest = dirname(nearest); }
    if (!statSync(nearest).isDirectory()) { return `"${nearest}" is no folder`; }
    try {
      accessSync(nearest, constants.W_OK);
      return undefined;
    } catch {
      return `"${nearest}" cannot be written`;
    }
  },
};

const check = (name: string, state: Check['state'], detail: string, hint = ''): Check => ({ name, state, detail, hint });
const describe = ({ path, version }: DismCopy): string => `${version ?? 'unknown version'}, ${path}`;

function checkElevation(machine: WindowsMachine): Check {
  return machine.isElevated()
    ? check('Elevation', 'Ok', 'this process is elevated')
    : check('Elevation', 'Missing', 'this process is not elevated, and the DISM API refuses those that are not', 'Run PowerShell as administrator.');
}

function checkArchitecture(machine: WindowsMachine): Check {
  const native = machine.nativeArchitecture();
  return native === undefined || native === machine.architecture
    ? check('Architecture', 'Ok', machine.architecture)
    : check('Architecture', 'Warning', `this is DismTs for ${machine.architecture} on a machine of the architecture ${native}: images can be serviced, the running Windows cannot`,
        `Use the dismts.exe for ${native}.`);
}

function checkPackageIdentity(machine: WindowsMachine): Check {
  return machine.hasPackageIdentity()
    ? check('Package identity', 'Warning', 'this process belongs to an app package, from which DISM may not reach its host process (0x80040154)',
        'Use PowerShell from the MSI package instead of that of the Store.')
    : check('Package identity', 'Ok', 'none');
}

function checkPendingRestart(machine: WindowsMachine): Check {
  return machine.hasPendingRestart()
    ? check('Pending restart', 'Warning', 'changes to the running Windows wait for a restart', 'Restart Windows before you change it with -Online.')
    : check('Pending restart', 'Ok', 'none');
}

/** The copy that is used, and those that could be. */
function checkLibraries(machine: WindowsMachine, dismPath: string | undefined): Check[] {
  const name = 'DismApi.dll';
  const windows = machine.windowsCopy();
  const kits = machine.kitCopies().map((copy) => check(`${name} (ADK)`, 'Ok', describe(copy)));
  if (dismPath !== undefined) {
    try {
      return [check(name, 'Ok', `${describe(machine.chosenCopy(dismPath))} (chosen)`), ...kits];
    } catch (error) {
      if (!(error instanceof DismError)) { throw error; }
      return [check(name, 'Missing', error.message, error.hint ?? 'Name another one with -DismPath.'), ...kits];
    }
  }
  return [windows === undefined
    ? check(name, 'Missing', 'this Windows has none', 'Install the Windows ADK, and name its DISM folder with -DismPath.')
    : check(name, 'Ok', describe(windows)), ...kits];
}

function checkFolder(machine: WindowsMachine, name: string, folder: string, hint: string): Check {
  const problem = machine.unwritable(folder);
  return problem === undefined ? check(name, 'Ok', folder) : check(name, 'Warning', problem, hint);
}

/** What a check could not find out is no reason to fail: this is what people run when nothing works. */
function guarded(name: string, run: () => Check | Check[]): Check[] {
  try {
    return [run()].flat();
  } catch (error) {
    return [check(name, 'Missing', error instanceof Error ? error.message : String(error), error instanceof DismError ? error.hint ?? '' : 'This is a bug; report it.')];
  }
}

/** What is asked beside the machine. */
export interface EnvironmentQuestion {
  readonly dismPath: string | undefined;
  readonly logDirectory: string;
  readonly scratchDirectory: string;
}

/** All checks for a machine. */
export function checkWindows(machine: WindowsMachine, { dismPath, logDirectory, scratchDirectory }: EnvironmentQuestion): Check[] {
  if (machine.platform !== 'win32') {
    return [check('Windows', 'Missing', `this is ${machine.platform}`, 'Use the Portable engine (-Engine Portable).')];
  }
  return [
    ...guarded('Elevation', () => checkElevation(machine)),
    ...guarded('Architecture', () => checkArchitecture(machine)),
    ...guarded('Package identity', () => checkPackageIdentity(machine)),
    ...guarded('DismApi.dll', () => checkLibraries(machine, dismPath)),
    ...guarded('Pending restart', () => checkPendingRestart(machine)),
    ...guarded('Log directory', () => checkFolder(machine, 'Log directory', logDirectory, 'Operations run without a log; name one with -LogPath.')),
    ...guarded('Scratch directory', () => checkFolder(machine, 'Scratch directory', scratchDirectory, 'Choose another one with -ScratchDirectory.')),
  ];
}

/** Looks at this machine. Changes nothing, starts nothing, and does not load DismApi.dll. */
export function getEnvironment(context: OperationContext, dismPath: string | undefined): Promise<z.input<typeof method.result>> {
  const logDirectory = defaultLogDirectory();
  const scratchDirectory = context.scratchDirectory === '' ? tmpdir() : context.scratchDirectory;
  const checks = checkWindows(thisMachine, { dismPath, logDirectory, scratchDirectory });
  return Promise.resolve({
    engine: 'Native',
    ready: checks.every(({ state }) => state !== 'Missing'),
    platform: process.platform,
    architecture: process.arch,
    elevated: checks.some(({ name, state }) => name === 'Elevation' && state === 'Ok') || (process.platform !== 'win32' && isElevated()),
    // Windows keeps the record of mounts.
    stateDirectory: '',
    logDirectory,
    executable: isSea() ? programPath() : [programPath(), ...process.argv.slice(1, 2)].join(' '),
    checks,
  });
}
