/** The double of DismApi.dll: builds it, and drives it in this process through its hooks or in another one through files. */
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, win32 } from 'node:path';
import { loadKoffi } from '../../sidecar/src/nativeAddon/koffi.ts';
import { compile, lacksCompiler } from './cBuild.ts';

/** ELF: a library for this process. PE: the DLL, for Windows and Wine. */
export type DoubleFormat = 'elf' | 'pe';

/** Which DismApi.dll it is like, by the functions that it exports; see the end of test/double/dismapi.h. */
export type DoubleGeneration = 'newest' | '19041' | 'windows8';

/** Why the double cannot be built here; undefined where it can. */
export function lacksDouble(format: DoubleFormat): string | undefined {
  return process.platform === 'linux' ? lacksCompiler(format) : 'the double is built on Linux';
}

const sources = [
  'appx.c', 'call.c', 'capability.c', 'content.c', 'driver.c', 'edition.c', 'events.c', 'feature.c', 'heap.c', 'hooks.c', 'image.c', 'json.c', 'maintenance.c',
  'modes.c', 'operation.c', 'package.c', 'platform.c', 'session.c', 'state.c', 'text.c',
  'wimgapi/wimArchive.c', 'wimgapi/wimContainer.c', 'wimgapi/wimHash.c', 'wimgapi/wimTree.c',
];

/**
 * Builds the double and gives the absolute path of the library: `DismApi.so` or `DismApi.dll`. The folder is shared by all tests:
 * see `installDouble` for one that is driven by a file.
 */
export function buildDouble(format: DoubleFormat, generation: DoubleGeneration = 'newest'): string {
  const defines = { newest: [], 19041: ['DOUBLE_19041'], windows8: ['DOUBLE_WINDOWS8'] }[generation];
  return format === 'elf'
    ? compile({ target: 'elf', sources, output: 'DismApi.so', shared: true, defines })
    : compile({ target: 'pe', sources: [...sources, 'version.rc'], output: 'DismApi.dll', shared: true, defines });
}

/** Keys and values as the head of test/double/hooks.c tells them; undefined unsets. */
export type DoubleModes = Readonly<Record<string, string | number | undefined>>;

/** A call as the double wrote it down when it returned. */
export interface DoubleCall {
  readonly call: number;
  /** The export, such as `DismMountImage`. */
  readonly function: string;
  readonly process: number;
  /** Thread id of the operating system. */
  readonly thread: number;
  /** 0 where the function takes none. */
  readonly session: number;
  /** By the names of the C parameters. Callback and event are booleans; an array has its count beside it, as `<name>Count`. */
  readonly arguments: Readonly<Record<string, unknown>>;
  /** HRESULT, signed. */
  readonly result: number;
  /** Progress callbacks made. */
  readonly callbacks: number;
  readonly cancelSeen: boolean;
  /** Another call was running when this one came. */
  readonly concurrent: boolean;
  /** Blocks of results that were alive when it returned. */
  readonly outstanding: number;
  /** Open events; in a PE all handles of the process. */
  readonly handles: number;
}

/** Something else that the double wrote into its file. */
export interface DoubleEvent {
  readonly event: 'blocked' | 'crash';
  readonly function: string;
  readonly process: number;
  readonly thread: number;
}

/** The hooks of a double that is loaded into this process. */
export interface DismDouble {
  readonly path: string;
  /** Makes it as if just loaded. */
  readonly reset: () => void;
  /** Blocks of results that DismDelete has not freed. */
  readonly outstanding: () => number;
  /** Events that CreateEventW made and CloseHandle did not close. */
  readonly handles: () => number;
  /** Calls that mode `block` holds. */
  readonly blocked: () => number;
  /** What a function returns from now on; 0: what it finds itself. */
  readonly setResult: (name: string, hresult: number) => void;
  readonly setModes: (modes: DoubleModes) => void;
  readonly calls: () => readonly DoubleCall[];
  /** What the client, or the double itself, must not have done. */
  readonly violations: () => readonly string[];
}

/** Loads the ELF double into this process; a second load of the same path gives the same library. */
export function loadDouble(path = buildDouble('elf')): DismDouble {
  const library = loadKoffi().load(path);
  const reset = library.func('void DismDouble_Reset()') as () => void;
  const outstanding = library.func('uint32_t DismDouble_Outstanding()') as () => number;
  const handles = library.func('uint32_t DismDouble_Handles()') as () => number;
  const blocked = library.func('uint32_t DismDouble_Blocked()') as () => number;
  const setResult = library.func('void DismDouble_SetResult(const char *name, int32_t hresult)') as (name: string, hresult: number) => void;
  const setMode = library.func('void DismDouble_SetMode(const char *key, const char *value)') as (key: string, value: string | null) => void;
  const calls = library.func('const char *DismDouble_Calls()') as () => string;
  const violations = library.func('const char *DismDouble_Violations()') as () => string;
  return {
    path,
    reset,
    outstanding,
    handles,
    blocked,
    // Codes of either sign, such as 0x800F081F.
    setResult: (name, hresult) => { setResult(name, hresult | 0); },
    setModes: (modes) => {
      for (const [key, value] of Object.entries(modes)) { setMode(key, value === undefined ? null : String(value)); }
    },
    calls: () => JSON.parse(calls()) as DoubleCall[],
    violations: () => JSON.parse(violations()) as string[],
  };
}

/** A copy of the double for another process, driven by files. */
export interface InstalledDouble {
  /** Folder with the library, as `-DismPath` takes it; a path of this system. */
  readonly folder: string;
  readonly path: string;
  /** Replaces all modes; works while a call blocks. `log` and `state-file` are set already. */
  readonly setModes: (modes: DoubleModes) => void;
  /** Calls so far, of all processes. */
  readonly calls: () => readonly DoubleCall[];
  readonly events: () => readonly DoubleEvent[];
  readonly violations: () => readonly string[];
}

/** The path by which a program under Wine finds a file of this system: on its drive C, or on Z, where all of this system is. */
export function windowsPath(path: string): string {
  const [, onDriveC] = /\/drive_c(?:\/(.*))?$/.exec(path) ?? [];
  return win32.join(onDriveC === undefined ? 'Z:\\' : 'C:\\', (onDriveC ?? path).replaceAll('/', '\\'));
}

/** Copies the double into `folder`, with a configuration file beside it. */
export function installDouble(folder: string, format: DoubleFormat, modes: DoubleModes = {}, generation: DoubleGeneration = 'newest'): InstalledDouble {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, format === 'elf' ? 'DismApi.so' : 'DismApi.dll');
  copyFileSync(buildDouble(format, generation), path);
  const log = join(folder, 'calls.jsonl');
  const inside = format === 'elf' ? (file: string) => file : windowsPath;
  const setModes = (wanted: DoubleModes) => {
    const all: DoubleModes = { log: inside(log), 'state-file': inside(join(folder, 'mounts.txt')), ...wanted };
    const lines = Object.entries(all).filter(([, value]) => value !== undefined).map(([key, value]) => `${key}=${value}\n`);
    // In one step: a call that blocks reads the file again and again, and must not find it half written.
    writeFileSync(`${path}.conf.new`, lines.join(''));
    renameSync(`${path}.conf.new`, `${path}.conf`);
  };
  setModes(modes);
  const lines = (): unknown[] => (existsSync(log) ? readFileSync(log, 'utf8') : '').split('\n').filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);
  return {
    folder,
    path,
    setModes,
    calls: () => lines().filter((line): line is DoubleCall => typeof line === 'object' && line !== null && 'call' in line),
    events: () => lines().filter((line): line is DoubleEvent => typeof line === 'object' && line !== null && 'event' in line),
    violations: () => lines().flatMap((line) => typeof line === 'object' && line !== null && 'violation' in line ? [String(line.violation)] : []),
  };
}

/** Builds a program of test/double that is linked with the double's sources. */
function buildClient(source: string, format: DoubleFormat): string {
  return compile({ target: format, sources: [source, ...sources], output: source.replace(/\.c$/, format === 'pe' ? '.exe' : '') });
}

/** The program that checks the out slots; it ends with 0 where they are right. */
export function buildSlotCheck(format: DoubleFormat): string {
  return buildClient('sessionSlot.c', format);
}

/** The program for Linux that times calls from C: `<program> <calls>` prints `{"calls":N,"nanoseconds":M}`, M for DismGetFeatures and its DismDelete. */
export function buildBenchmark(): string {
  return buildClient('benchmark.c', 'elf');
}
