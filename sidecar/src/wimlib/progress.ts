/** What libwim reports while it works: wimlib_progress_msg and its structures, decoded. */
import type { WimlibBinding } from './binding.ts';

/** A progress message that DismTs looks at. */
export type WimlibProgress =
  | {
    readonly kind: 'calcIntegrity';
    readonly completedBytes: number;
    readonly totalBytes: number;
    readonly completedChunks: number;
    readonly totalChunks: number;
  }
  | {
    readonly kind: 'writeStreams' | 'verifyStreams';
    /** Uncompressed. */
    readonly completedBytes: number;
    /** May shrink while libwim runs, when it finds data that is there already. */
    readonly totalBytes: number;
    readonly completedStreams: number;
    readonly totalStreams: number;
  }
  | { readonly kind: 'writeMetadataBegin' | 'writeMetadataEnd' };

const WIMLIB_PROGRESS_MSG_WRITE_STREAMS = 12;
const WIMLIB_PROGRESS_MSG_WRITE_METADATA_BEGIN = 13;
const WIMLIB_PROGRESS_MSG_WRITE_METADATA_END = 14;
const WIMLIB_PROGRESS_MSG_RENAME = 15;
const WIMLIB_PROGRESS_MSG_CALC_INTEGRITY = 17;
const WIMLIB_PROGRESS_MSG_VERIFY_STREAMS = 29;

type Uint64 = number | bigint;
interface Streams { total_bytes: Uint64; completed_bytes: Uint64; total_streams: Uint64; completed_streams: Uint64 }
interface Integrity { total_bytes: Uint64; completed_bytes: Uint64; total_chunks: number; completed_chunks: number }

/** Decodes one message; undefined for those that DismTs has no use for. */
export function decodeProgress(
  { koffi, types }: WimlibBinding, message: number, info: unknown,
): WimlibProgress | undefined {
  switch (message) {
    case WIMLIB_PROGRESS_MSG_CALC_INTEGRITY: {
      const raw = koffi.decode(info, types.wimlib_progress_info_integrity) as Integrity;
      return {
        kind: 'calcIntegrity',
        completedBytes: Number(raw.completed_bytes),
        totalBytes: Number(raw.total_bytes),
        completedChunks: raw.completed_chunks,
        totalChunks: raw.total_chunks,
      };
    }
    case WIMLIB_PROGRESS_MSG_WRITE_STREAMS:
    case WIMLIB_PROGRESS_MSG_VERIFY_STREAMS: {
      const writes = message === WIMLIB_PROGRESS_MSG_WRITE_STREAMS;
      const raw = koffi.decode(info, writes
        ? types.wimlib_progress_info_write_streams : types.wimlib_progress_info_verify_streams) as Streams;
      return {
        kind: writes ? 'writeStreams' : 'verifyStreams',
        completedBytes: Number(raw.completed_bytes),
        totalBytes: Number(raw.total_bytes),
        completedStreams: Number(raw.completed_streams),
        totalStreams: Number(raw.total_streams),
      };
    }
    case WIMLIB_PROGRESS_MSG_WRITE_METADATA_BEGIN:
      return { kind: 'writeMetadataBegin' };
    case WIMLIB_PROGRESS_MSG_WRITE_METADATA_END:
      return { kind: 'writeMetadataEnd' };
    default:
      return undefined;
  }
}

/** Whether libwim may be told to stop at this message: not after the new file has taken the place of the old one. */
export function isAbortable(message: number): boolean {
  return message !== WIMLIB_PROGRESS_MSG_RENAME;
}
