/** libwim, loaded: where the library is found, and what it says of its errors. */
import { fstatSync, ftruncateSync, mkdtempSync, openSync, readSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { release } from '../closing.ts';
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';
import { firstThere } from '../isThere.ts';
import { loadKoffi } from '../nativeAddon/koffi.ts';
import { libc } from '../platform/linux/libc.ts';
import { installHint } from '../platform/linux/packages.ts';
import { defineFunctions, defineTypes, type Koffi, type Library } from './declarations.ts';

/** Opaque address of a WIMStruct. */
export type WimPointer = bigint;

/** Debian's name of the folder that holds this architecture's libraries. */
const multiarch: Readonly<Partial<Record<string, string>>> = {
  x64: 'x86_64-linux-gnu',
  arm64: 'aarch64-linux-gnu',
  arm: 'arm-linux-gnueabihf',
  ia32: 'i386-linux-gnu',
  riscv64: 'riscv64-linux-gnu',
  ppc64: 'powerpc64le-linux-gnu',
  s390x: 's390x-linux-gnu',
  loong64: 'loongarch64-linux-gnu',
};

/** What installs libwim and its programs, per family of systems. */
export const wimlibInstallHint = process.platform === 'darwin'
  ? 'Install it with "brew install wimlib".'
  : installHint('libwim');

/** Absolute paths only, so that no folder of the environment or the caller can slip in another library. */
export function wimlibCandidates(platform: string = process.platform, arch: string = process.arch): string[] {
  if (platform === 'darwin') {
    return ['/opt/homebrew/lib', '/usr/local/lib', '/opt/local/lib'].map((folder) => `${folder}/libwim.15.dylib`);
  }
  if (platform !== 'linux') {
    return [];
  }
  const triplet = multiarch[arch];
  return [
    ...triplet === undefined ? [] : [`/usr/lib/${triplet}`],
    '/usr/lib64', '/usr/lib', '/usr/local/lib64', '/usr/local/lib',
  ].map((folder) => `${folder}/libwim.so.15`);
}

/** libwim, loaded. */
export interface WimlibBinding {
  readonly koffi: Koffi;
  readonly functions: ReturnType<typeof defineFunctions>;
  readonly types: ReturnType<typeof defineTypes>;
  /** The file it came from. */
  readonly path: string;
  /** Version as the library reports it, such as `1.13.6`. */
  readonly version: string;
  readonly messages: MessageFile | undefined;
}

/**
 * The file that libwim writes its error and warning texts to: the only place where it says why a write failed.
 * It has no name once it is open, so nothing is left behind whichever way the process ends.
 */
export class MessageFile {
  readonly #descriptor: number;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  /** Takes what was written since the last call; texts of operations that run at the same time come together. */
  take(): string {
    const size = fstatSync(this.#descriptor).size;
    if (size === 0) {
      return '';
    }
    const buffer = Buffer.alloc(Math.min(size, 64 * 1024));
    const length = readSync(this.#descriptor, buffer, 0, buffer.length, 0);
    ftruncateSync(this.#descriptor);
    return buffer.toString('utf8', 0, length).replaceAll('\r', '').trim();
  }
}

const MFD_CLOEXEC = 1;

/** A file in memory: where it can be had, not even a process that is killed leaves anything behind. */
function openInMemory(): { readonly descriptor: number; readonly path: string } | undefined {
  if (process.platform !== 'linux') { return undefined; }
  const descriptor = libc().memfdCreate('libwim.log', MFD_CLOEXEC);
  return descriptor === -1 ? undefined : { descriptor, path: `/proc/self/fd/${descriptor}` };
}

/** Without a place for temporary files there are no texts, and everything else works. */
function openMessageFile(functions: WimlibBinding['functions']): MessageFile | undefined {
  const inMemory = openInMemory();
  if (inMemory !== undefined) {
    // "e": not inherited by the processes that DismTs starts.
    const stream: unknown = functions.fopen(inMemory.path, 'ae');
    if (stream !== null) {
      functions.wimlib_set_error_file(stream);
      return new MessageFile(inMemory.descriptor);
    }
    release(inMemory.descriptor);
  }
  let made: { readonly folder: string; readonly path: string } | undefined;
  try {
    const folder = mkdtempSync(join(tmpdir(), 'dismts-'));
    const path = join(folder, 'libwim.log');
    made = { folder, path };
    const descriptor = openSync(path, 'wx+', 0o600);
    const stream: unknown = functions.fopen(path, 'ae');
    if (stream === null) {
      release(descriptor);
      return undefined;
    }
    functions.wimlib_set_error_file(stream);
    return new MessageFile(descriptor);
  } catch {
    return undefined;
  } finally {
    // A name in the folder for temporary files that cannot go is no reason to do without the library.
    // Not "recursive", which takes a descriptor: there may be none left.
    try {
      if (made !== undefined) {
        rmSync(made.path, { force: true });
        rmdirSync(made.folder);
      }
    } catch { /* Nothing is in it. */ }
  }
}

/**
 * libwim lets libxml2 print parse errors to stderr, which belongs to the sidecar's own last words. libxml2 has one
 * error handler a thread; xmlResetError, its own function that returns at once when given NULL, serves as a silent one.
 */
function silenceLibxml(library: Library): void {
  let reset: unknown;
  try {
    reset = library.symbol('xmlResetError');
  } catch {
    return; // libwim 1.14 has a reader of its own.
  }
  for (const name of ['xmlSetStructuredErrorFunc', 'xmlThrDefSetStructuredErrorFunc']) {
    library.func(name, 'void', ['void *', 'void *'])(null, reset);
  }
}

/** WIMLIB_INIT_FLAG_DEFAULT_CASE_INSENSITIVE. */
const caseInsensitiveFlag = 0x20;

function load(isCaseInsensitive: boolean): WimlibBinding {
  const path = firstThere(wimlibCandidates());
  if (path === undefined) {
    throw new DismError(Hresult.ERROR_MOD_NOT_FOUND, 'Cannot load libwim: the library is not installed', {
      hint: wimlibInstallHint,
    });
  }
  const koffi = loadKoffi();
  let library: Library;
  try {
    library = koffi.load(path);
  } catch (error) {
    throw new DismError(Hresult.ERROR_MOD_NOT_FOUND, `Cannot load "${path}": ${(error as Error).message}`, {
      target: path, hint: wimlibInstallHint, cause: error,
    });
  }
  const types = defineTypes(koffi);
  const functions = defineFunctions(library);
  functions.wimlib_global_init(isCaseInsensitive ? caseInsensitiveFlag : 0);
  silenceLibxml(library);
  return {
    koffi, functions, types, path,
    version: functions.wimlib_get_version_string() as string,
    messages: openMessageFile(functions),
  };
}

let binding: WimlibBinding | undefined;

/**
 * libwim, loaded at first use and kept.
 * @param isCaseInsensitive Whether names in images are the same that differ in case only: for the process, and decided by the first call.
 * @throws DismError ERROR_MOD_NOT_FOUND: the library is not installed, or does not load.
 */
export function loadWimlib(isCaseInsensitive = false): WimlibBinding {
  binding ??= load(isCaseInsensitive);
  return binding;
}
