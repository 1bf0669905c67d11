/** Flags of libwim's functions that DismTs gives, named as in wimlib.h without WIMLIB_ and the function's name. */

/** WIMLIB_OPEN_FLAG_*. */
export const OpenFlag = {
  CHECK_INTEGRITY: 0x1,
  ERROR_IF_SPLIT: 0x2,
  WRITE_ACCESS: 0x4,
} as const;

/** WIMLIB_WRITE_FLAG_*: how write(), overwrite(), split() and joinWims() write. UNSAFE_COMPACT is not among them: a kill would lose the file. */
export const WriteFlag = {
  CHECK_INTEGRITY: 0x1,
  NO_CHECK_INTEGRITY: 0x2,
  NOT_PIPABLE: 0x8,
  RECOMPRESS: 0x10,
  FSYNC: 0x20,
  REBUILD: 0x40,
  SOFT_DELETE: 0x80,
  IGNORE_READONLY_FLAG: 0x100,
  /** Leaves out the data that other files have which were referenced. */
  SKIP_EXTERNAL_WIMS: 0x200,
  STREAMS_OK: 0x400,
  RETAIN_GUID: 0x800,
  SOLID: 0x1000,
} as const;

/** WIMLIB_ADD_FLAG_*: how a tree is captured. */
export const AddFlag = {
  NTFS: 0x1,
  DEREFERENCE: 0x2,
  VERBOSE: 0x4,
  BOOT: 0x8,
  UNIX_DATA: 0x10,
  NO_ACLS: 0x20,
  STRICT_ACLS: 0x40,
  EXCLUDE_VERBOSE: 0x80,
  RPFIX: 0x100,
  NORPFIX: 0x200,
  NO_UNSUPPORTED_EXCLUDE: 0x400,
  WINCONFIG: 0x800,
  WIMBOOT: 0x1000,
  NO_REPLACE: 0x2000,
  /** Asks WimlibOperation.excludes() for each file. */
  TEST_FILE_EXCLUSION: 0x4000,
} as const;

/** WIMLIB_EXPORT_FLAG_*. */
export const ExportFlag = {
  BOOT: 0x1,
  NO_NAMES: 0x2,
  NO_DESCRIPTIONS: 0x4,
  WIMBOOT: 0x10,
} as const;

/** WIMLIB_EXTRACT_FLAG_*. RECOVER_DATA is not among them: what is damaged is never passed off as whole. */
export const ExtractFlag = {
  NTFS: 0x1,
  UNIX_DATA: 0x20,
  NO_ACLS: 0x40,
  STRICT_ACLS: 0x80,
  RPFIX: 0x100,
  NORPFIX: 0x200,
  REPLACE_INVALID_FILENAMES: 0x800,
  ALL_CASE_CONFLICTS: 0x1000,
  STRICT_TIMESTAMPS: 0x2000,
  STRICT_SHORT_NAMES: 0x4000,
  STRICT_SYMLINKS: 0x8000,
  GLOB_PATHS: 0x40000,
  STRICT_GLOB: 0x80000,
  NO_ATTRIBUTES: 0x100000,
  NO_PRESERVE_DIR_STRUCTURE: 0x200000,
  WIMBOOT: 0x400000,
} as const;

/** WIMLIB_CHANGE_*: which fields setWimInfo() sets. */
export const ChangeFlag = {
  READONLY: 0x1,
  GUID: 0x2,
  BOOT_INDEX: 0x4,
  RPFIX: 0x8,
} as const;

/** WIMLIB_ALL_IMAGES: stands for an image index. */
export const allImages = -1;
/** WIMLIB_NO_IMAGE: as a boot index. */
export const noImage = 0;
