/** The one table of HRESULTs: code, symbol, category, meaning and what to do. */
import type { ErrorCategory } from '@dismts/protocol';

/** Codes that DismTs itself raises, by symbol. Unsigned. */
export const Hresult = {
  E_FAIL: 0x80004005,
  DISMAPI_E_INVALID_IMAGE_INDEX: 0xC0040005,
  DISMAPI_E_INVALID_IMAGE_NAME: 0xC0040006,
  DISMAPI_E_UNABLE_TO_UNMOUNT_IMAGE_PATH: 0xC0040007,
  DISMAPI_E_LOGGING_DISABLED: 0xC0040009,
  DISMAPI_E_NEEDS_REMOUNT: 0xC1510114,
  DISM_E_IMAGE_READONLY: 0xC1510111,
  DISM_E_MOUNT_INVALID: 0xC1510115,
  DISM_E_IMAGE_BUSY: 0xC15101FD,
  WIM_E_INVALID_CONTAINER: 0xC1420100,
  WIM_E_CONTAINER_READONLY: 0xC1420101,
  WIM_E_MOUNTED_READONLY: 0xC142010C,
  WIM_E_MOUNT_DIR_IN_USE: 0xC1420113,
  WIM_E_MOUNT_DIR_NOT_EMPTY: 0xC1420114,
  WIM_E_MOUNT_DIR_NOT_FOUND: 0xC1420115,
  WIM_E_UNMOUNT_INCOMPLETE: 0xC1420117,
  WIM_E_SERVICE_NOT_FOUND: 0xC1420119,
  WIM_E_DRIVER_NOT_INSTALLED: 0xC1420121,
  WIM_E_CHANGED_COMMIT_REFUSED: 0xC1420122,
  WIM_E_INVALID_REMOUNT_TARGET: 0xC1420123,
  WIM_E_CHANGED_REMOUNT_REFUSED: 0xC1420124,
  WIM_E_ALREADY_MOUNTED_READWRITE: 0xC1420127,
  WIM_E_SPLIT_NOT_MOUNTABLE: 0xC1420130,
  WIM_E_MOUNT_TO_VOLUME_ROOT: 0xC1420131,
  ERROR_FILE_NOT_FOUND: 0x80070002,
  ERROR_PATH_NOT_FOUND: 0x80070003,
  E_ACCESSDENIED: 0x80070005,
  ERROR_BAD_FORMAT: 0x8007000B,
  E_OUTOFMEMORY: 0x8007000E,
  ERROR_WRITE_FAULT: 0x8007001D,
  ERROR_READ_FAULT: 0x8007001E,
  ERROR_SHARING_VIOLATION: 0x80070020,
  ERROR_HANDLE_EOF: 0x80070026,
  ERROR_NOT_SUPPORTED: 0x80070032,
  E_INVALIDARG: 0x80070057,
  ERROR_DISK_FULL: 0x80070070,
  ERROR_MOD_NOT_FOUND: 0x8007007E,
  ERROR_CANCELLED: 0x800704C7,
  ERROR_FILE_CORRUPT: 0x80070570,
  ERROR_PRODUCT_VERSION: 0x80070666,
} as const;

export interface HresultEntry {
  /** Unsigned. */
  readonly code: number;
  readonly symbol: string;
  readonly category: ErrorCategory;
  /** One sentence without a full stop. */
  readonly meaning: string;
  /** One sentence, or empty where there is nothing general to advise. */
  readonly hint: string;
}

/** What is known of a code; an unknown one gets a symbol made of its digits and category NotSpecified. */
export function describeHresult(code: number): HresultEntry {
  const unsigned = code >>> 0;
  const symbol = Object.entries(Hresult).find(([, value]) => value === unsigned)?.[0];
  return { code: unsigned, symbol: symbol ?? `HRESULT_${unsigned.toString(16).toUpperCase().padStart(8, '0')}`, category: 'NotSpecified', meaning: '', hint: '' };
}
