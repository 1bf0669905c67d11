/** The C side of libwim: where the library is found, its prototypes and struct layouts, names as in wimlib.h. */
import { existsSync, fstatSync, ftruncateSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';
import { loadKoffi } from '../nativeAddon/koffi.ts';

type Koffi = ReturnType<typeof loadKoffi>;
type Library = ReturnType<Koffi['load']>;
type CFunction = ReturnType<Library['func']>;

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
  : 'Install it with "apt-get install wimtools" (Debian, Ubuntu) or "dnf install wimlib-utils" (Fedora).';

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

/** C layouts that DismTs reads; a test compares each with what a C compiler makes of wimlib.h. */
function defineTypes(koffi: Koffi) {
  koffi.opaque('WIMStruct');
  // typedef enum wimlib_progress_status (*wimlib_progress_func_t)(enum wimlib_progress_msg, union wimlib_progress_info *, void *)
  koffi.proto('int wimlib_progress_func_t(int msg_type, void *info, void *progctx)');
  koffi.proto('int wimlib_iterate_dir_tree_callback_t(const void *dentry, void *user_ctx)');
  const timespec = koffi.struct('timespec', { tv_sec: 'long', tv_nsec: 'long' });
  const wimlib_progress_info_write_streams = koffi.struct('wimlib_progress_info_write_streams', {
    total_bytes: 'uint64_t',
    total_streams: 'uint64_t',
    completed_bytes: 'uint64_t',
    completed_streams: 'uint64_t',
    num_threads: 'uint32_t',
    compression_type: 'int32_t',
    total_parts: 'uint32_t',
    completed_parts: 'uint32_t',
    completed_compressed_bytes: 'uint64_t',
  });
  const wimlib_progress_info_integrity = koffi.struct('wimlib_progress_info_integrity', {
    total_bytes: 'uint64_t',
    completed_bytes: 'uint64_t',
    total_chunks: 'uint32_t',
    completed_chunks: 'uint32_t',
    chunk_size: 'uint32_t',
    filename: 'const char *',
  });
  const wimlib_progress_info_verify_streams = koffi.struct('wimlib_progress_info_verify_streams', {
    wimfile: 'const char *',
    total_streams: 'uint64_t',
    total_bytes: 'uint64_t',
    completed_streams: 'uint64_t',
    completed_bytes: 'uint64_t',
  });
  // Its bit-fields fill one uint32_t; `flags` stands for it.
  const wimlib_resource_entry = koffi.struct('wimlib_resource_entry', {
    uncompressed_size: 'uint64_t',
    compressed_size: 'uint64_t',
    offset: 'uint64_t',
    sha1_hash: koffi.array('uint8_t', 20),
    part_number: 'uint32_t',
    reference_count: 'uint32_t',
    flags: 'uint32_t',
    raw_resource_offset_in_wim: 'uint64_t',
    raw_resource_compressed_size: 'uint64_t',
    raw_resource_uncompressed_size: 'uint64_t',
    reserved: koffi.array('uint64_t', 1),
  });
  const wimlib_stream_entry = koffi.struct('wimlib_stream_entry', {
    stream_name: 'const char *',
    resource: wimlib_resource_entry,
    reserved: koffi.array('uint64_t', 4),
  });
  // Without its flexible array `streams`, which begins where this ends.
  const wimlib_dir_entry = koffi.struct('wimlib_dir_entry', {
    filename: 'const char *',
    dos_name: 'const char *',
    full_path: 'const char *',
    depth: 'size_t',
    security_descriptor: 'void *',
    security_descriptor_size: 'size_t',
    attributes: 'uint32_t',
    reparse_tag: 'uint32_t',
    num_links: 'uint32_t',
    num_named_streams: 'uint32_t',
    hard_link_group_id: 'uint64_t',
    creation_time: timespec,
    last_write_time: timespec,
    last_access_time: timespec,
    unix_uid: 'uint32_t',
    unix_gid: 'uint32_t',
    unix_mode: 'uint32_t',
    unix_rdev: 'uint32_t',
    object_id: koffi.array('uint8_t', 64),
    creation_time_high: 'int32_t',
    last_write_time_high: 'int32_t',
    last_access_time_high: 'int32_t',
    reserved2: 'int32_t',
    reserved: koffi.array('uint64_t', 4),
  });
  return {
    wimlib_progress_info_write_streams,
    wimlib_progress_info_integrity,
    wimlib_progress_info_verify_streams,
    wimlib_resource_entry,
    wimlib_stream_entry,
    wimlib_dir_entry,
  };
}

function defineFunctions(library: Library) {
  const func = (definition: string): CFunction => library.func(definition);
  return {
    wimlib_global_init: func('int wimlib_global_init(int init_flags)'),
    wimlib_get_version_string: func('const char *wimlib_get_version_string()'),
    wimlib_set_error_file: func('int wimlib_set_error_file(void *fp)'),
    // From libc, found through libwim's own dependencies.
    fopen: func('void *fopen(const char *path, const char *mode)'),
    wimlib_open_wim_with_progress: func('int wimlib_open_wim_with_progress(const char *wim_file, int open_flags, '
      + '_Out_ WIMStruct **wim_ret, wimlib_progress_func_t *progfunc, void *progctx)'),
    wimlib_free: func('void wimlib_free(WIMStruct *wim)'),
    wimlib_register_progress_function: func('void wimlib_register_progress_function(WIMStruct *wim, '
      + 'wimlib_progress_func_t *progfunc, void *progctx)'),
    wimlib_set_image_name: func('int wimlib_set_image_name(WIMStruct *wim, int image, const char *name)'),
    wimlib_set_image_property: func('int wimlib_set_image_property(WIMStruct *wim, int image, '
      + 'const char *property_name, const char *property_value)'),
    wimlib_reference_resource_files: func('int wimlib_reference_resource_files(WIMStruct *wim, '
      + 'const char **resource_wimfiles_or_globs, unsigned int count, int ref_flags, int open_flags)'),
    wimlib_update_image: func('int wimlib_update_image(WIMStruct *wim, int image, const void *cmds, '
      + 'size_t num_cmds, int update_flags)'),
    wimlib_overwrite: func('int wimlib_overwrite(WIMStruct *wim, int write_flags, unsigned int num_threads)'),
    wimlib_verify_wim: func('int wimlib_verify_wim(WIMStruct *wim, int verify_flags)'),
    wimlib_iterate_dir_tree: func('int wimlib_iterate_dir_tree(WIMStruct *wim, int image, const char *path, '
      + 'int flags, wimlib_iterate_dir_tree_callback_t *cb, void *user_ctx)'),
  };
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
 * It has no name any more once it is open, so nothing is left behind whichever way the process ends.
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

/** Without a place for temporary files there are no texts, and everything else works. */
function openMessageFile(functions: WimlibBinding['functions']): MessageFile | undefined {
  let folder: string | undefined;
  try {
    folder = mkdtempSync(join(tmpdir(), 'dismts-'));
    const path = join(folder, 'libwim.log');
    const messages = new MessageFile(openSync(path, 'wx+', 0o600));
    // "e": not inherited by the processes that DismTs starts.
    const stream: unknown = functions.fopen(path, 'ae');
    if (stream === null) { return undefined; }
    functions.wimlib_set_error_file(stream);
    return messages;
  } catch {
    return undefined;
  } finally {
    if (folder !== undefined) { rmSync(folder, { recursive: true, force: true }); }
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

function load(): WimlibBinding {
  const path = wimlibCandidates().find((candidate) => existsSync(candidate));
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
  functions.wimlib_global_init(0);
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
 * @throws DismError ERROR_MOD_NOT_FOUND: the library is not installed, or does not load.
 */
export function loadWimlib(): WimlibBinding {
  binding ??= load();
  return binding;
}
