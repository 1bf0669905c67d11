/** What libwim reports and asks while it works: wimlib_progress_msg and its structures, decoded. */
import type { WimlibBinding } from './binding.ts';

/** A progress message that DismTs looks at. All bytes are uncompressed ones. */
export type WimlibProgress =
  | {
    readonly kind: 'calcIntegrity' | 'verifyIntegrity';
    readonly completedBytes: number;
    readonly totalBytes: number;
    readonly completedChunks: number;
    readonly totalChunks: number;
  }
  | {
    readonly kind: 'writeStreams' | 'verifyStreams' | 'extractStreams';
    readonly completedBytes: number;
    /** May shrink while libwim runs, when it finds data that is there already. */
    readonly totalBytes: number;
    readonly completedStreams: number;
    readonly totalStreams: number;
  }
  | {
    /** All that an image has is known, and nothing of it written yet. */
    readonly kind: 'extractBegin';
  }
  | {
    /** Folders and files made, then their attributes set. */
    readonly kind: 'extractStructure' | 'extractMetadata';
    readonly completedFiles: number;
    readonly totalFiles: number;
  }
  | {
    readonly kind: 'scanBegin' | 'scan' | 'scanEnd';
    /** Folder that is scanned. */
    readonly source: string;
    /** File that was just met; empty but for `scan`, which is sent with AddFlag.VERBOSE and EXCLUDE_VERBOSE. */
    readonly path: string;
    /** enum of WIMLIB_SCAN_DENTRY_*: 0 taken, 1 excluded, 2 of a kind that no WIM holds, 3 link adapted, 4 link not adapted. */
    readonly status: number;
    readonly folders: number;
    readonly files: number;
    readonly bytes: number;
  }
  | {
    /** Bytes in the file, compressed. */
    readonly kind: 'splitPartBegin' | 'splitPartEnd';
    readonly completedBytes: number;
    readonly totalBytes: number;
    readonly part: number;
    readonly parts: number;
    readonly partName: string;
  }
  | { readonly kind: 'verifyImage'; readonly image: number; readonly images: number }
  | { readonly kind: 'writeMetadataBegin' | 'writeMetadataEnd' };

/** What libwim asks; without an answer it decides itself. */
export interface WimlibQuestions {
  /** Whether to leave a file out of a capture: its path as libwim forms it, from the source's path on. Asked with AddFlag.TEST_FILE_EXCLUSION. */
  readonly excludes?: ((path: string) => boolean) | undefined;
  /** Whether to go on without a file that cannot be read; `code` is one of wimlibErrors. */
  readonly ignores?: ((path: string, code: number) => boolean) | undefined;
}

const Message = {
  EXTRACT_IMAGE_BEGIN: 0,
  EXTRACT_FILE_STRUCTURE: 3,
  EXTRACT_STREAMS: 4,
  EXTRACT_METADATA: 6,
  SCAN_BEGIN: 9,
  SCAN_DENTRY: 10,
  SCAN_END: 11,
  WRITE_STREAMS: 12,
  WRITE_METADATA_BEGIN: 13,
  WRITE_METADATA_END: 14,
  RENAME: 15,
  VERIFY_INTEGRITY: 16,
  CALC_INTEGRITY: 17,
  SPLIT_BEGIN_PART: 19,
  SPLIT_END_PART: 20,
  BEGIN_VERIFY_IMAGE: 27,
  VERIFY_STREAMS: 29,
  TEST_FILE_EXCLUSION: 30,
  HANDLE_ERROR: 31,
} as const;

type Uint64 = number | bigint;
interface Bytes { total_bytes: Uint64; completed_bytes: Uint64 }
interface Streams extends Bytes { total_streams: Uint64; completed_streams: Uint64 }
interface Integrity extends Bytes { total_chunks: number; completed_chunks: number }
interface Extract extends Streams { current_file_count: Uint64; end_file_count: Uint64 }
interface Scan {
  source: string | null; cur_path: string | null; status: number;
  num_dirs_scanned: Uint64; num_nondirs_scanned: Uint64; num_bytes_scanned: Uint64;
}
interface Split extends Bytes { cur_part_number: number; total_parts: number; part_name: string | null }
interface VerifyImage { total_images: number; current_image: number }

function streams(kind: 'writeStreams' | 'verifyStreams' | 'extractStreams', raw: Streams): WimlibProgress {
  return {
    kind,
    completedBytes: Number(raw.completed_bytes),
    totalBytes: Number(raw.total_bytes),
    completedStreams: Number(raw.completed_streams),
    totalStreams: Number(raw.total_streams),
  };
}

function integrity(kind: 'calcIntegrity' | 'verifyIntegrity', raw: Integrity): WimlibProgress {
  return {
    kind,
    completedBytes: Number(raw.completed_bytes),
    totalBytes: Number(raw.total_bytes),
    completedChunks: raw.completed_chunks,
    totalChunks: raw.total_chunks,
  };
}

function scan(kind: 'scanBegin' | 'scan' | 'scanEnd', raw: Scan): WimlibProgress {
  return {
    kind,
    source: raw.source ?? '',
    path: kind === 'scan' ? raw.cur_path ?? '' : '',
    status: kind === 'scan' ? raw.status : 0,
    folders: Number(raw.num_dirs_scanned),
    files: Number(raw.num_nondirs_scanned),
    bytes: Number(raw.num_bytes_scanned),
  };
}

function split(kind: 'splitPartBegin' | 'splitPartEnd', raw: Split): WimlibProgress {
  return {
    kind, completedBytes: Number(raw.completed_bytes), totalBytes: Number(raw.total_bytes),
    part: raw.cur_part_number, parts: raw.total_parts, partName: raw.part_name ?? '',
  };
}

function files(kind: 'extractStructure' | 'extractMetadata', raw: Extract): WimlibProgress {
  return { kind, completedFiles: Number(raw.current_file_count), totalFiles: Number(raw.end_file_count) };
}

/** Decodes one message; undefined for those that DismTs has no use for. */
export function decodeProgress({ koffi, types }: WimlibBinding, message: number, info: unknown): WimlibProgress | undefined {
  const raw = (type: keyof WimlibBinding['types']): unknown => koffi.decode(info, types[type]);
  switch (message) {
    case Message.EXTRACT_IMAGE_BEGIN: return { kind: 'extractBegin' };
    case Message.EXTRACT_FILE_STRUCTURE: return files('extractStructure', raw('wimlib_progress_info_extract') as Extract);
    case Message.EXTRACT_STREAMS: return streams('extractStreams', raw('wimlib_progress_info_extract') as Extract);
    case Message.EXTRACT_METADATA: return files('extractMetadata', raw('wimlib_progress_info_extract') as Extract);
    case Message.SCAN_BEGIN: return scan('scanBegin', raw('wimlib_progress_info_scan') as Scan);
    case Message.SCAN_DENTRY: return scan('scan', raw('wimlib_progress_info_scan') as Scan);
    case Message.SCAN_END: return scan('scanEnd', raw('wimlib_progress_info_scan') as Scan);
    case Message.WRITE_STREAMS: return streams('writeStreams', raw('wimlib_progress_info_write_streams') as Streams);
    case Message.VERIFY_STREAMS: return streams('verifyStreams', raw('wimlib_progress_info_verify_streams') as Streams);
    case Message.VERIFY_INTEGRITY: return integrity('verifyIntegrity', raw('wimlib_progress_info_integrity') as Integrity);
    case Message.CALC_INTEGRITY: return integrity('calcIntegrity', raw('wimlib_progress_info_integrity') as Integrity);
    case Message.SPLIT_BEGIN_PART: return split('splitPartBegin', raw('wimlib_progress_info_split') as Split);
    case Message.SPLIT_END_PART: return split('splitPartEnd', raw('wimlib_progress_info_split') as Split);
    case Message.BEGIN_VERIFY_IMAGE: {
      const { current_image, total_images } = raw('wimlib_progress_info_verify_image') as VerifyImage;
      return { kind: 'verifyImage', image: current_image, images: total_images };
    }
    case Message.WRITE_METADATA_BEGIN: return { kind: 'writeMetadataBegin' };
    case Message.WRITE_METADATA_END: return { kind: 'writeMetadataEnd' };
    default: return undefined;
  }
}

/** Answers a question where there is somebody to ask. @returns Whether the message was one. */
export function answerOf({ koffi, types }: WimlibBinding, message: number, info: unknown, { excludes, ignores }: WimlibQuestions): boolean {
  const set = (type: 'wimlib_progress_info_test_file_exclusion' | 'wimlib_progress_info_handle_error', field: string, value: boolean): void => {
    koffi.encode(info, types[type].members?.[field]?.offset ?? 0, 'bool', value);
  };
  if (message === Message.TEST_FILE_EXCLUSION) {
    const { path } = koffi.decode(info, types.wimlib_progress_info_test_file_exclusion) as { path: string };
    if (excludes !== undefined) { set('wimlib_progress_info_test_file_exclusion', 'will_exclude', excludes(path)); }
    return true;
  }
  if (message === Message.HANDLE_ERROR) {
    const { path, error_code } = koffi.decode(info, types.wimlib_progress_info_handle_error) as { path: string; error_code: number };
    if (ignores !== undefined) { set('wimlib_progress_info_handle_error', 'will_ignore', ignores(path, error_code)); }
    return true;
  }
  return false;
}

/** Whether libwim may be told to stop at this message: not after the new file has taken the place of the old one. */
export function isAbortable(message: number): boolean {
  return message !== Message.RENAME;
}
