/** Constants of wimgapi.h, under their names there, and the one flag that is in no header. */

/** Access of createFile(). */
export const WIM_GENERIC_READ = 0x80000000;
/** Access of createFile(): whatever changes the file needs it beside WIM_GENERIC_READ. */
export const WIM_GENERIC_WRITE = 0x40000000;

/** Disposition of createFile(). */
export const WIM_CREATE_NEW = 1;
/** Disposition of createFile(). */
export const WIM_OPEN_EXISTING = 3;

/** Compression of a file that is created. */
export const WimCompression = { None: 0, Xpress: 1, Lzx: 2, Lzms: 3 } as const;

/** Check what is written or applied; of createFile(): the integrity table, which a new file gets. */
export const WIM_FLAG_VERIFY = 0x2;
/** Of applyImage(): only say what is there. */
export const WIM_FLAG_NO_APPLY = 0x8;
/** Of applyImage(): send a WIM_MSG_FILEINFO for each path. */
export const WIM_FLAG_FILEINFO = 0x80;
/** Leave reparse points as they are. */
export const WIM_FLAG_NO_RP_FIX = 0x100;
/** Of applyImage(): the trusted desktop. */
export const WIM_FLAG_APPLY_CI_EA = 0x1000;
/** WIMBoot. Windows 8.1 and later. */
export const WIM_FLAG_WIM_BOOT = 0x2000;
/** Of applyImage(): Compact OS. Windows 10 and later. */
export const WIM_FLAG_APPLY_COMPACT = 0x4000;
/** Extended attributes. Windows 10 1607 and later. */
export const WIM_FLAG_SUPPORT_EA = 0x8000;
/** Of createFile(), in no header: solid resources. Without it an .esd file cannot be opened, nor LZMS be written; to other files it does nothing. */
export const WIM_FLAG_CHUNKED = 0x20000000;

/** Flag of setReferenceFile(): one more part. */
export const WIM_REFERENCE_APPEND = 0x10000;

/** Flag of exportImage(): also where the file has the same image. */
export const WIM_EXPORT_ALLOW_DUPLICATES = 0x1;
/** Flag of exportImage(). Windows 8 and later. */
export const WIM_EXPORT_VERIFY_SOURCE = 0x8;
/** Flag of exportImage(). Windows 8 and later. */
export const WIM_EXPORT_VERIFY_DESTINATION = 0x10;

/** Bits of `WimInfo.attributes`. */
export const WimAttribute = { VerifyData: 0x4, Spanned: 0x10, ReadOnly: 0x20 } as const;

/** The messages that a client looks at. */
export const WimMessage = {
  Progress: 0x9478, Process: 0x9479, Scanning: 0x947A, Compress: 0x947E, Error: 0x947F, Retry: 0x9481, FileInfo: 0x9483, Info: 0x9484, Warning: 0x9485,
  WarningObjectId: 0x9487,
} as const;

/** Answer to a message: go on. */
export const WIM_MSG_SUCCESS = 0;
/** Answer to a message: the call has to fail, with ERROR_REQUEST_ABORTED. */
export const WIM_MSG_ABORT_IMAGE = 0xFFFFFFFF;

export const FILE_ATTRIBUTE_DIRECTORY = 0x10;
export const FILE_ATTRIBUTE_REPARSE_POINT = 0x400;

/** Last errors with a meaning of their own. */
export const WinError = { AlreadyExists: 183, MoreData: 234, Cancelled: 1223, RequestAborted: 1235 } as const;
