/** The files of an image as libwim itself shows them, for what our own reader and writer are judged by. */
import { loadWimlib } from '../../sidecar/src/wimlib/binding.ts';

/** The data of a file or of one of its named streams. */
export interface DirEntryStream {
  /** Empty for the unnamed stream. */
  readonly name: string;
  /** Unknown, and then 0, when `isMissing`. */
  readonly sizeBytes: number;
  /** Hexadecimal; all zeroes for an empty stream. */
  readonly sha1: string;
  /** The data is not in the file, but in another part of a split WIM. */
  readonly isMissing: boolean;
}

/** One name of one file. */
export interface DirEntry {
  /** Empty for the root. */
  readonly fileName: string;
  /** The 8.3 name; empty where there is none. */
  readonly shortName: string;
  /** With `/` as separator and in front; a hostile image can hold any text here. */
  readonly fullPath: string;
  /** FILE_ATTRIBUTE_*. */
  readonly attributes: number;
  /** 0 unless the attributes say that it is a reparse point. */
  readonly reparseTag: number;
  /** SECURITY_DESCRIPTOR_RELATIVE, hexadecimal; empty where there is none. */
  readonly securityDescriptor: string;
  readonly linkCount: number;
  /** The same for all names of one file; may be 0 for a file with one name. */
  readonly hardLinkGroupId: bigint;
  /** FILETIME: 100 ns since 1601. */
  readonly creationTime: bigint;
  readonly lastWriteTime: bigint;
  readonly data: DirEntryStream;
  readonly namedStreams: readonly DirEntryStream[];
}

interface RawTime { tv_sec: number | bigint; tv_nsec: number | bigint }
interface RawEntry {
  filename: string | null; dos_name: string | null; full_path: string;
  security_descriptor: bigint | null; security_descriptor_size: number | bigint;
  attributes: number; reparse_tag: number; num_links: number; num_named_streams: number;
  hard_link_group_id: number | bigint; creation_time: RawTime; last_write_time: RawTime;
}
interface RawStream {
  stream_name: string | null;
  resource: { uncompressed_size: number | bigint; sha1_hash: Uint8Array; flags: number };
}

/** WIMLIB_ITERATE_DIR_TREE_FLAG_RECURSIVE. */
const recursive = 1;

function load() {
  const { koffi, path, functions } = loadWimlib();
  koffi.proto('int wimlib_iterate_dir_tree_callback_t(const void *dentry, void *user_ctx)');
  const timespec = koffi.struct('timespec', { tv_sec: 'long', tv_nsec: 'long' });
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
  const iterate = koffi.load(path).func('int wimlib_iterate_dir_tree(WIMStruct *wim, int image, const char *path, int flags, '
    + 'wimlib_iterate_dir_tree_callback_t *cb, void *user_ctx)');
  return { koffi, functions, iterate, types: { wimlib_resource_entry, wimlib_stream_entry, wimlib_dir_entry } };
}

let loaded: ReturnType<typeof load> | undefined;

/** Loaded once: koffi knows each type by its name. */
export function libwimTypes(): ReturnType<typeof load> {
  loaded ??= load();
  return loaded;
}

const unixEpochInFiletime = 11_644_473_600n;
const isMissingBit = 1 << 4;

function filetime({ tv_sec, tv_nsec }: RawTime): bigint {
  return (BigInt(tv_sec) + unixEpochInFiletime) * 10_000_000n + BigInt(tv_nsec) / 100n;
}

function readStream(dentry: bigint, index: number): DirEntryStream {
  const { koffi, types } = libwimTypes();
  const offset = types.wimlib_dir_entry.size + index * types.wimlib_stream_entry.size;
  const raw = koffi.decode(dentry + BigInt(offset), types.wimlib_stream_entry) as RawStream;
  return {
    name: raw.stream_name ?? '',
    sizeBytes: Number(raw.resource.uncompressed_size),
    sha1: Buffer.from(raw.resource.sha1_hash).toString('hex'),
    isMissing: (raw.resource.flags & isMissingBit) !== 0,
  };
}

/** Decodes what the callback of wimlib_iterate_dir_tree() was given; valid only within that callback. */
function readDirEntry(dentry: bigint): DirEntry {
  const { koffi, types } = libwimTypes();
  const raw = koffi.decode(dentry, types.wimlib_dir_entry) as RawEntry;
  return {
    fileName: raw.filename ?? '',
    shortName: raw.dos_name ?? '',
    fullPath: raw.full_path,
    attributes: raw.attributes,
    reparseTag: raw.reparse_tag,
    securityDescriptor: raw.security_descriptor === null
      ? '' : Buffer.from(koffi.view(raw.security_descriptor, Number(raw.security_descriptor_size))).toString('hex'),
    linkCount: raw.num_links,
    hardLinkGroupId: BigInt(raw.hard_link_group_id),
    creationTime: filetime(raw.creation_time),
    lastWriteTime: filetime(raw.last_write_time),
    data: readStream(dentry, 0),
    namedStreams: Array.from({ length: raw.num_named_streams }, (_, i) => readStream(dentry, i + 1)),
  };
}

/** All names of an image, the root first. @param most Where to stop. @throws Error with the code of libwim. */
export function entriesOf(wimPath: string, imageIndex = 1, most = Infinity): DirEntry[] {
  const { koffi, functions, iterate } = libwimTypes();
  const entries: DirEntry[] = [];
  const opened: [bigint | null] = [null];
  const status = functions.wimlib_open_wim_with_progress(wimPath, 0, opened, null, null) as number;
  if (status !== 0) { throw new Error(`libwim cannot open "${wimPath}": ${status}`); }
  const visitor = koffi.register((dentry: bigint): number => {
    entries.push(readDirEntry(dentry));
    return entries.length < most ? 0 : -1;
  }, koffi.pointer('wimlib_iterate_dir_tree_callback_t'));
  try {
    const walked = iterate(opened[0], imageIndex, '/', recursive, visitor, null) as number;
    if (walked !== 0 && walked !== -1) { throw new Error(`libwim cannot walk image ${imageIndex} of "${wimPath}": ${walked}`); }
  } finally {
    koffi.unregister(visitor);
    functions.wimlib_free(opened[0]);
  }
  return entries;
}
