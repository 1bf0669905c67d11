/** Every error code of libwim, and what DismTs makes of it: one table. */
import { describeErrno, type ErrnoEntry } from '../errnos.ts';
import { errnoInText } from '../errnoTexts.ts';
import { CancelledError, DismError, UnsupportedError, WimError } from '../errors.ts';
import { Hresult } from '../hresult.ts';
import { unreadablePart } from './unreadablePart.ts';

interface WimlibErrorEntry {
  /** Name in wimlib.h. */
  readonly symbol: string;
  /** HRESULT; `null` where no DISM or Windows code stands for it and the error is a WimError. */
  readonly hresult: number | null;
  /** Why, as the second half of a message. */
  readonly reason: string;
}

const entry = (symbol: string, hresult: number | null, reason: string): WimlibErrorEntry => ({ symbol, hresult, reason });

/** enum wimlib_error_code of libwim 1.13; codes that a later version adds become a WimError. */
export const wimlibErrors: ReadonlyMap<number, WimlibErrorEntry> = new Map([
  [1, entry('WIMLIB_ERR_ALREADY_LOCKED', Hresult.ERROR_SHARING_VIOLATION, 'another process is writing to the file')],
  [2, entry('WIMLIB_ERR_DECOMPRESSION', Hresult.ERROR_FILE_CORRUPT, 'compressed data in the file is damaged')],
  [6, entry('WIMLIB_ERR_FUSE', null, 'FUSE reported an error')],
  [8, entry('WIMLIB_ERR_GLOB_HAD_NO_MATCHES', Hresult.ERROR_FILE_NOT_FOUND, 'no file fits the pattern')],
  [10, entry('WIMLIB_ERR_IMAGE_COUNT', Hresult.WIM_E_INVALID_CONTAINER, 'its header and its XML data do not agree on the images in it')],
  [11, entry('WIMLIB_ERR_IMAGE_NAME_COLLISION', Hresult.DISMAPI_E_INVALID_IMAGE_NAME, 'another image has this name')],
  [12, entry('WIMLIB_ERR_INSUFFICIENT_PRIVILEGES', Hresult.E_ACCESSDENIED, 'the process lacks a privilege')],
  [13, entry('WIMLIB_ERR_INTEGRITY', Hresult.ERROR_FILE_CORRUPT, 'it does not match its integrity table')],
  [14, entry('WIMLIB_ERR_INVALID_CAPTURE_CONFIG', null, 'the capture configuration is not valid')],
  [15, entry('WIMLIB_ERR_INVALID_CHUNK_SIZE', Hresult.WIM_E_INVALID_CONTAINER, 'its header holds an impossible chunk size')],
  [16, entry('WIMLIB_ERR_INVALID_COMPRESSION_TYPE', Hresult.WIM_E_INVALID_CONTAINER, 'its header holds an unknown compression type')],
  [17, entry('WIMLIB_ERR_INVALID_HEADER', Hresult.WIM_E_INVALID_CONTAINER, 'its header is damaged')],
  [18, entry('WIMLIB_ERR_INVALID_IMAGE', Hresult.DISMAPI_E_INVALID_IMAGE_INDEX, 'there is no such image in it')],
  [19, entry('WIMLIB_ERR_INVALID_INTEGRITY_TABLE', Hresult.ERROR_FILE_CORRUPT, 'its integrity table is damaged')],
  [20, entry('WIMLIB_ERR_INVALID_LOOKUP_TABLE_ENTRY', Hresult.WIM_E_INVALID_CONTAINER, 'its lookup table is damaged')],
  [21, entry('WIMLIB_ERR_INVALID_METADATA_RESOURCE', Hresult.ERROR_FILE_CORRUPT, 'the file list of an image is damaged')],
  [23, entry('WIMLIB_ERR_INVALID_OVERLAY', null, 'a file and a folder have the same name')],
  [24, entry('WIMLIB_ERR_INVALID_PARAM', Hresult.E_INVALIDARG, 'libwim refused a parameter')],
  [25, entry('WIMLIB_ERR_INVALID_PART_NUMBER', Hresult.WIM_E_INVALID_CONTAINER, 'its header holds an impossible part number')],
  [26, entry('WIMLIB_ERR_INVALID_PIPABLE_WIM', Hresult.WIM_E_INVALID_CONTAINER, 'it is a damaged pipable WIM')],
  [27, entry('WIMLIB_ERR_INVALID_REPARSE_DATA', Hresult.ERROR_FILE_CORRUPT, 'the data of a reparse point is damaged')],
  [28, entry('WIMLIB_ERR_INVALID_RESOURCE_HASH', Hresult.ERROR_FILE_CORRUPT, 'data in the file does not match its SHA-1 hash')],
  [30, entry('WIMLIB_ERR_INVALID_UTF16_STRING', Hresult.ERROR_FILE_CORRUPT, 'a name in it is not valid UTF-16')],
  [31, entry('WIMLIB_ERR_INVALID_UTF8_STRING', Hresult.E_INVALIDARG, 'a name is not valid UTF-8')],
  [32, entry('WIMLIB_ERR_IS_DIRECTORY', Hresult.E_ACCESSDENIED, 'it is a folder')],
  [33, entry('WIMLIB_ERR_IS_SPLIT_WIM', Hresult.WIM_E_SPLIT_NOT_MOUNTABLE, 'it is a part of a split WIM')],
  [35, entry('WIMLIB_ERR_LINK', null, 'a link could not be made')],
  [36, entry('WIMLIB_ERR_METADATA_NOT_FOUND', Hresult.WIM_E_SPLIT_NOT_MOUNTABLE, 'the file list of the image is in another part')],
  [37, entry('WIMLIB_ERR_MKDIR', null, 'a folder could not be made')],
  [38, entry('WIMLIB_ERR_MQUEUE', null, 'a POSIX message queue could not be used')],
  [39, entry('WIMLIB_ERR_NOMEM', Hresult.E_OUTOFMEMORY, 'there is not enough memory')],
  [40, entry('WIMLIB_ERR_NOTDIR', Hresult.ERROR_PATH_NOT_FOUND, 'a folder is expected where there is a file')],
  [41, entry('WIMLIB_ERR_NOTEMPTY', null, 'the folder is not empty')],
  [42, entry('WIMLIB_ERR_NOT_A_REGULAR_FILE', Hresult.ERROR_BAD_FORMAT, 'it is not a regular file')],
  [43, entry('WIMLIB_ERR_NOT_A_WIM_FILE', Hresult.ERROR_BAD_FORMAT, 'it is not a WIM file')],
  [44, entry('WIMLIB_ERR_NOT_PIPABLE', null, 'it is not a pipable WIM')],
  [45, entry('WIMLIB_ERR_NO_FILENAME', Hresult.ERROR_FILE_NOT_FOUND, 'the file has no name any more')],
  [46, entry('WIMLIB_ERR_NTFS_3G', null, 'libntfs-3g reported an error')],
  [47, entry('WIMLIB_ERR_OPEN', null, 'a file could not be opened')],
  [48, entry('WIMLIB_ERR_OPENDIR', null, 'a folder could not be opened')],
  [49, entry('WIMLIB_ERR_PATH_DOES_NOT_EXIST', Hresult.ERROR_FILE_NOT_FOUND, 'the path does not exist in the image')],
  [50, entry('WIMLIB_ERR_READ', Hresult.ERROR_READ_FAULT, 'the file could not be read')],
  [51, entry('WIMLIB_ERR_READLINK', null, 'a symbolic link could not be read')],
  [52, entry('WIMLIB_ERR_RENAME', null, 'the new file could not take the place of the old one')],
  [54, entry('WIMLIB_ERR_REPARSE_POINT_FIXUP_FAILED', null, 'the target of a reparse point could not be adapted')],
  [55, entry('WIMLIB_ERR_RESOURCE_NOT_FOUND', Hresult.ERROR_FILE_CORRUPT, 'data of the image is missing from the file')],
  [56, entry('WIMLIB_ERR_RESOURCE_ORDER', null, 'the file is laid out in a way that cannot be appended to')],
  [57, entry('WIMLIB_ERR_SET_ATTRIBUTES', null, 'file attributes could not be set')],
  [58, entry('WIMLIB_ERR_SET_REPARSE_DATA', null, 'reparse data could not be set')],
  [59, entry('WIMLIB_ERR_SET_SECURITY', null, 'a security descriptor could not be set')],
  [60, entry('WIMLIB_ERR_SET_SHORT_NAME', null, 'a short name could not be set')],
  [61, entry('WIMLIB_ERR_SET_TIMESTAMPS', null, 'file times could not be set')],
  [62, entry('WIMLIB_ERR_SPLIT_INVALID', Hresult.WIM_E_INVALID_CONTAINER, 'the parts do not make one split WIM')],
  [63, entry('WIMLIB_ERR_STAT', null, 'the properties of a file could not be read')],
  [65, entry('WIMLIB_ERR_UNEXPECTED_END_OF_FILE', Hresult.WIM_E_INVALID_CONTAINER, 'it ends too early')],
  [66, entry('WIMLIB_ERR_UNICODE_STRING_NOT_REPRESENTABLE', null, 'a name cannot be represented')],
  [67, entry('WIMLIB_ERR_UNKNOWN_VERSION', Hresult.ERROR_BAD_FORMAT, 'its WIM version is unknown')],
  [68, entry('WIMLIB_ERR_UNSUPPORTED', Hresult.ERROR_NOT_SUPPORTED, 'this build of libwim cannot do that')],
  [69, entry('WIMLIB_ERR_UNSUPPORTED_FILE', Hresult.ERROR_NOT_SUPPORTED, 'a file is of a kind that a WIM cannot hold')],
  [71, entry('WIMLIB_ERR_WIM_IS_READONLY', Hresult.WIM_E_CONTAINER_READONLY, 'it is read-only')],
  [72, entry('WIMLIB_ERR_WRITE', Hresult.ERROR_WRITE_FAULT, 'the file could not be written')],
  [73, entry('WIMLIB_ERR_XML', Hresult.WIM_E_INVALID_CONTAINER, 'its XML data is damaged')],
  [74, entry('WIMLIB_ERR_WIM_IS_ENCRYPTED', Hresult.ERROR_NOT_SUPPORTED, 'it is encrypted')],
  [75, entry('WIMLIB_ERR_WIMBOOT', null, 'a WIMBoot operation failed')],
  [76, entry('WIMLIB_ERR_ABORTED_BY_PROGRESS', Hresult.ERROR_CANCELLED, 'the operation was cancelled')],
  [77, entry('WIMLIB_ERR_UNKNOWN_PROGRESS_STATUS', null, 'the progress function answered with an unknown value')],
  [78, entry('WIMLIB_ERR_MKNOD', null, 'a special file could not be made')],
  [79, entry('WIMLIB_ERR_MOUNTED_IMAGE_IS_BUSY', Hresult.WIM_E_UNMOUNT_INCOMPLETE, 'files of the mounted image are in use')],
  [80, entry('WIMLIB_ERR_NOT_A_MOUNTPOINT', Hresult.DISMAPI_E_UNABLE_TO_UNMOUNT_IMAGE_PATH, 'no image is mounted there')],
  [81, entry('WIMLIB_ERR_NOT_PERMITTED_TO_UNMOUNT', Hresult.E_ACCESSDENIED, 'another user mounted the image')],
  [82, entry('WIMLIB_ERR_FVE_LOCKED_VOLUME', Hresult.E_ACCESSDENIED, 'the volume is locked by BitLocker')],
  [83, entry('WIMLIB_ERR_UNABLE_TO_READ_CAPTURE_CONFIG', null, 'the capture configuration could not be read')],
  [84, entry('WIMLIB_ERR_WIM_IS_INCOMPLETE', Hresult.WIM_E_INVALID_CONTAINER, 'it was not written to its end')],
  [85, entry('WIMLIB_ERR_COMPACTION_NOT_POSSIBLE', null, 'the file cannot be compacted in place')],
  [86, entry('WIMLIB_ERR_IMAGE_HAS_MULTIPLE_REFERENCES', null, 'the image is in use elsewhere in the process')],
  [87, entry('WIMLIB_ERR_DUPLICATE_EXPORTED_IMAGE', null, 'the image was exported before')],
  [88, entry('WIMLIB_ERR_CONCURRENT_MODIFICATION_DETECTED', Hresult.ERROR_SHARING_VIOLATION, 'a file changed while it was read')],
  [89, entry('WIMLIB_ERR_SNAPSHOT_FAILURE', null, 'a snapshot could not be made')],
  [90, entry('WIMLIB_ERR_INVALID_XATTR', Hresult.ERROR_FILE_CORRUPT, 'extended attributes of a file are damaged')],
  [91, entry('WIMLIB_ERR_SET_XATTR', null, 'extended attributes could not be set')],
]);

/** Codes that have such a cause, and what libwim was doing. */
const callsOf: ReadonlyMap<string, string> = new Map([
  ['WIMLIB_ERR_OPEN', 'open'], ['WIMLIB_ERR_READ', 'read'], ['WIMLIB_ERR_STAT', 'stat'], ['WIMLIB_ERR_OPENDIR', 'scandir'], ['WIMLIB_ERR_READLINK', 'readlink'],
  // Its name without links, which it asks for once the file is open.
  ['WIMLIB_ERR_NO_FILENAME', 'open'],
  ['WIMLIB_ERR_WRITE', 'write'], ['WIMLIB_ERR_RENAME', 'rename'], ['WIMLIB_ERR_MKDIR', 'mkdir'], ['WIMLIB_ERR_LINK', 'link'], ['WIMLIB_ERR_MKNOD', 'mknod'],
  ['WIMLIB_ERR_SET_SECURITY', 'chown'], ['WIMLIB_ERR_SET_TIMESTAMPS', 'utime'], ['WIMLIB_ERR_SET_XATTR', 'setxattr'],
  ['WIMLIB_ERR_FUSE', 'mount'],
]);

/** What was done to an NTFS volume when libntfs-3g reported an error; of most calls it does not say whether it was reading or writing. */
function volumeCall(messages: string): string {
  if (messages.includes('Error writing data')) { return 'write'; }
  return messages.includes('Error reading data') ? 'read' : 'ioctl';
}

/** What the system answered to libwim. */
function errnoOf(symbol: string, messages: string): string | undefined {
  const code = errnoInText(messages);
  // libntfs-3g says so of what it still has to write after a write has failed. Only when it mounts the volume does somebody else use it.
  return code === 'EBUSY' && symbol === 'WIMLIB_ERR_NTFS_3G' && !/Failed to mount/.test(messages) ? 'EIO' : code;
}

/** What the table of errnos says of the cause. */
function causeOf(symbol: string, messages: string): ErrnoEntry | undefined {
  const call = symbol === 'WIMLIB_ERR_NTFS_3G' ? volumeCall(messages) : callsOf.get(symbol);
  if (call === undefined) { return undefined; }
  const code = errnoOf(symbol, messages);
  if (code === 'EROFS') { return { hresult: Hresult.WIM_E_CONTAINER_READONLY, reason: 'its file system is read-only', hint: undefined }; }
  return code === undefined ? undefined : describeErrno(code, call);
}

/** The file that libwim's texts name: one of several parts, or one that is captured. */
function culpritIn(messages: string): string | undefined {
  return /"(\/[^"\n]*)"/.exec(messages)?.[1];
}

/** Where something went wrong whose path libwim does not say: the path, or those of several files, one of which it is. */
function placesOf(symbol: string, { target, readFrom, writtenTo, messages = '' }: WimlibFailure): string | readonly string[] {
  // What was written is read once more for the table.
  if (symbol === 'WIMLIB_ERR_WRITE' || /while calculating integrity/.test(messages)) { return writtenTo ?? target; }
  if (symbol === 'WIMLIB_ERR_UNEXPECTED_END_OF_FILE') { return readFrom ?? target; }
  if (symbol !== 'WIMLIB_ERR_READ' || readFrom === undefined) { return target; }
  return readFrom.length > 1 ? unreadablePart(readFrom) ?? readFrom : readFrom;
}

/** The file at fault, and what the message says of it beside its first half. */
function culpritOf(symbol: string, failure: WimlibFailure): { readonly culprit: string; readonly mention: string } {
  // Of a volume it names the files in it.
  const places = (symbol === 'WIMLIB_ERR_NTFS_3G' ? failure.volume : undefined) ?? culpritIn(failure.messages ?? '') ?? placesOf(symbol, failure);
  if (typeof places !== 'string' && places.length > 1) { return { culprit: places[0] ?? failure.target, mention: ' (in one of the parts)' }; }
  const culprit = typeof places === 'string' ? places : places[0] ?? failure.target;
  return { culprit, mention: failure.what.includes(`"${culprit}"`) ? '' : ` ("${culprit}")` };
}

/** What failed, for the message. */
export interface WimlibFailure {
  /** The first half of the message, such as `Cannot open "/a.wim"`. */
  readonly what: string;
  /** The file or folder at fault, where libwim does not name another. */
  readonly target: string;
  /** What it reads (all parts of a split WIM), and where it writes to, where these are others: an error of reading is not one of the file that is written. */
  readonly readFrom?: readonly string[] | undefined;
  readonly writtenTo?: string | undefined;
  /** The device or file with the NTFS volume that libntfs-3g reads or writes. */
  readonly volume?: string | undefined;
  /** Name of the operation, for a cancellation. */
  readonly operation: string;
  /** What libwim wrote meanwhile; goes into `cause`. */
  readonly messages?: string | undefined;
}

/**
 * Makes the error for a code that libwim returned. A code with an HRESULT of its own gives a DismError
 * (CancelledError, UnsupportedError), any other a WimError that keeps libwim's name for it.
 */
export function wimlibError(code: number, failure: WimlibFailure): DismError {
  const { what, target, operation, messages = '' } = failure;
  const { symbol, hresult, reason } = wimlibErrors.get(code)
    ?? entry(`WIMLIB_ERR_${code}`, null, `libwim returned code ${code}`);
  if (hresult === Hresult.ERROR_CANCELLED) { return new CancelledError(operation, { target }); }
  const { culprit, mention } = culpritOf(symbol, failure);
  const options = messages === '' ? { target: culprit } : {
    target: culprit, contentHash: /Expected SHA-1: ([0-9a-f]{40})/.exec(messages)?.[1], cause: new Error(`${symbol}: ${messages}`),
  };
  const cause = causeOf(symbol, messages);
  if (cause !== undefined) { return new DismError(cause.hresult, `${what}: ${cause.reason}${mention}`, { ...options, hint: cause.hint }); }
  if (hresult === Hresult.ERROR_NOT_SUPPORTED) {
    return new UnsupportedError(`${what}: ${reason}${mention}`, options);
  }
  return hresult === null
    ? new WimError(symbol, `${what}: ${reason}${mention}`, options)
    : new DismError(hresult, `${what}: ${reason}${mention}`, options);
}

const WIMLIB_ERR_ABORTED_BY_PROGRESS = 76;

/** The error of an operation that was stopped. */
export function cancelled(failure: WimlibFailure): DismError {
  return wimlibError(WIMLIB_ERR_ABORTED_BY_PROGRESS, failure);
}
