/** A file of an image as wimlib_iterate_dir_tree() shows it: struct wimlib_dir_entry, decoded. */
import type { WimlibBinding } from './binding.ts';

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

const unixEpochInFiletime = 11_644_473_600n;
const isMissingBit = 1 << 4;

function filetime({ tv_sec, tv_nsec }: RawTime): bigint {
  return (BigInt(tv_sec) + unixEpochInFiletime) * 10_000_000n + BigInt(tv_nsec) / 100n;
}

function readStream({ koffi, types }: WimlibBinding, dentry: bigint, index: number): DirEntryStream {
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
export function readDirEntry(binding: WimlibBinding, dentry: bigint): DirEntry {
  const { koffi, types } = binding;
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
    data: readStream(binding, dentry, 0),
    namedStreams: Array.from({ length: raw.num_named_streams }, (_, i) => readStream(binding, dentry, i + 1)),
  };
}
