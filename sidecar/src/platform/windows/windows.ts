/** What Windows tells about itself, this process and files. Every library is loaded by its absolute path in the system folder. */
import { win32 } from 'node:path';
import { loadKoffi } from '../../nativeAddon/koffi.ts';
import { systemFolder } from './systemFolder.ts';

/** A right that a file or folder grants to someone. */
export interface AccessEntry {
  /** Such as `S-1-5-32-544`. */
  readonly sid: string;
  /** Access mask: FILE_* and GENERIC_* rights. */
  readonly rights: number;
}

/** Who may do what to a file or folder itself. */
export interface AccessControl {
  readonly owner: string;
  /** What is allowed; null: everything to everybody. Denials are left out, so that it may say too much. */
  readonly allowed: readonly AccessEntry[] | null;
}

/** Machines of IsWow64Process2 that DismTs runs on, as process.arch names them. */
const machines: ReadonlyMap<number, string> = new Map([[0x8664, 'x64'], [0xAA64, 'arm64'], [0x014C, 'ia32']]);

const ERROR_SUCCESS = 0;
const ERROR_INSUFFICIENT_BUFFER = 122;
const APPMODEL_ERROR_NO_PACKAGE = 15700;
const SE_FILE_OBJECT = 1;
const OWNER_AND_DACL_SECURITY_INFORMATION = 0x1 | 0x4;
const INHERIT_ONLY_ACE = 0x8;
/** ACCESS_ALLOWED_ACE_TYPE, and the same with a condition; other types that allow something are of no file. */
const allowingTypes: ReadonlySet<number> = new Set([0x0, 0x9]);
const TOKEN_QUERY = 0x8;
const TokenElevation = 20;
const HKEY_LOCAL_MACHINE = 0xFFFFFFFF80000002n;
const KEY_QUERY_VALUE = 0x1;
const KEY_WOW64_64KEY = 0x100;
const RRF_RT_REG_SZ = 0x2;
const MOVEFILE_REPLACE_EXISTING = 0x1;
const MOVEFILE_WRITE_THROUGH = 0x8;
/** Last errors of MoveFileExW that Node.js has names for. */
const moveErrors: ReadonlyMap<number, string> = new Map([
  [2, 'ENOENT'], [3, 'ENOENT'], [5, 'EACCES'], [17, 'EXDEV'], [32, 'EBUSY'], [80, 'EEXIST'], [112, 'ENOSPC'], [183, 'EEXIST'],
]);
const viewFlags = { 64: 0x00010000, 32: 0x00020000 } as const;

/** Slot for an address that a function returns. */
type AddressSlot = [bigint | null];

type Functions = ReturnType<typeof bind>;
let bound: Functions | undefined;

function bind() {
  const koffi = loadKoffi();
  const system = systemFolder();
  const load = (name: string) => koffi.load(win32.join(system, name));
  const [advapi32, kernel32, version] = [load('advapi32.dll'), load('kernel32.dll'), load('version.dll')];
  return {
    koffi,
    GetNamedSecurityInfoW: advapi32.func('uint32_t __stdcall GetNamedSecurityInfoW(const char16_t *pObjectName, int32_t ObjectType, uint32_t SecurityInfo, '
      + '_Out_ void **ppsidOwner, void *ppsidGroup, _Out_ void **ppDacl, void *ppSacl, _Out_ void **ppSecurityDescriptor)'),
    GetAce: advapi32.func('int32_t __stdcall GetAce(void *pAcl, uint32_t dwAceIndex, _Out_ void **pAce)'),
    ConvertSidToStringSidW: advapi32.func('int32_t __stdcall ConvertSidToStringSidW(void *Sid, _Out_ void **StringSid)'),
    OpenProcessToken: advapi32.func('int32_t __stdcall OpenProcessToken(void *ProcessHandle, uint32_t DesiredAccess, _Out_ void **TokenHandle)'),
    GetTokenInformation: advapi32.func('int32_t __stdcall GetTokenInformation(void *TokenHandle, int32_t TokenInformationClass, '
      + '_Out_ uint8_t *TokenInformation, uint32_t TokenInformationLength, _Out_ uint32_t *ReturnLength)'),
    RegGetValueW: advapi32.func('int32_t __stdcall RegGetValueW(uintptr_t hkey, const char16_t *lpSubKey, const char16_t *lpValue, uint32_t dwFlags, '
      + 'void *pdwType, _Out_ uint8_t *pvData, _Inout_ uint32_t *pcbData)'),
    RegOpenKeyExW: advapi32.func('int32_t __stdcall RegOpenKeyExW(uintptr_t hKey, const char16_t *lpSubKey, uint32_t ulOptions, uint32_t samDesired, '
      + '_Out_ void **phkResult)'),
    RegCloseKey: advapi32.func('int32_t __stdcall RegCloseKey(void *hKey)'),
    LocalFree: kernel32.func('void * __stdcall LocalFree(void *hMem)'),
    CloseHandle: kernel32.func('int32_t __stdcall CloseHandle(void *hObject)'),
    GetCurrentProcess: kernel32.func('void * __stdcall GetCurrentProcess()'),
    MoveFileExW: kernel32.func('int32_t __stdcall MoveFileExW(const char16_t *lpExistingFileName, const char16_t *lpNewFileName, uint32_t dwFlags)'),
    GetLastError: kernel32.func('uint32_t __stdcall GetLastError()'),
    SetDllDirectoryW: kernel32.func('int32_t __stdcall SetDllDirectoryW(const char16_t *lpPathName)'),
    // Not in every Windows that DismTs may meet: bound when they are called.
    bindIsWow64Process2: () => kernel32.func('int32_t __stdcall IsWow64Process2(void *hProcess, _Out_ uint16_t *pProcessMachine, _Out_ uint16_t *pNativeMachine)'),
    bindGetCurrentPackageFullName: () => kernel32.func('int32_t __stdcall GetCurrentPackageFullName(_Inout_ uint32_t *packageFullNameLength, void *packageFullName)'),
    GetFileVersionInfoSizeW: version.func('uint32_t __stdcall GetFileVersionInfoSizeW(const char16_t *lptstrFilename, void *lpdwHandle)'),
    GetFileVersionInfoW: version.func('int32_t __stdcall GetFileVersionInfoW(const char16_t *lptstrFilename, uint32_t dwHandle, uint32_t dwLen, '
      + '_Out_ uint8_t *lpData)'),
    VerQueryValueW: version.func('int32_t __stdcall VerQueryValueW(const uint8_t *pBlock, const char16_t *lpSubBlock, _Out_ void **lplpBuffer, _Out_ uint32_t *puLen)'),
  };
}

function functions(): Functions {
  return bound ??= bind();
}

/**
 * Owner and access control list of a file or folder; links are followed.
 * @throws Error: it cannot be read.
 * @see GetNamedSecurityInfoW
 */
export function accessControl(path: string): AccessControl {
  const { koffi, GetNamedSecurityInfoW, GetAce, LocalFree } = functions();
  const owner: AddressSlot = [null];
  const dacl: AddressSlot = [null];
  const descriptor: AddressSlot = [null];
  const code = GetNamedSecurityInfoW(path, SE_FILE_OBJECT, OWNER_AND_DACL_SECURITY_INFORMATION, owner, null, dacl, null, descriptor) as number;
  if (code !== ERROR_SUCCESS || owner[0] === null) {
    throw new Error(`the access control list of "${path}" cannot be read (error ${code})`);
  }
  try {
    const ownerSid = sidText(owner[0]);
    const [acl] = dacl;
    if (acl === null) { return { owner: ownerSid, allowed: null }; }
    // ACL: revision, padding, size and then the number of entries.
    const count = koffi.decode(acl, 4, 'uint16_t') as number;
    const allowed: AccessEntry[] = [];
    for (let index = 0; index < count; index += 1) {
      const slot: AddressSlot = [null];
      if (GetAce(acl, index, slot) === 0 || slot[0] === null) { throw new Error(`the access control list of "${path}" is damaged`); }
      // ACE_HEADER (type, flags, size), access mask, SID.
      const [type, flags] = [koffi.decode(slot[0], 0, 'uint8_t') as number, koffi.decode(slot[0], 1, 'uint8_t') as number];
      if (allowingTypes.has(type) && (flags & INHERIT_ONLY_ACE) === 0) {
        allowed.push({ rights: koffi.decode(slot[0], 4, 'uint32_t') as number, sid: sidText(slot[0] + 8n) });
      }
    }
    return { owner: ownerSid, allowed };
  } finally {
    LocalFree(descriptor[0]);
  }
}

function sidText(sid: bigint): string {
  const { koffi, ConvertSidToStringSidW, LocalFree } = functions();
  const text: AddressSlot = [null];
  if (ConvertSidToStringSidW(sid, text) === 0 || text[0] === null) { throw new Error('a security identifier cannot be read'); }
  try {
    return koffi.decode(text[0], 'char16_t', -1) as string;
  } finally {
    LocalFree(text[0]);
  }
}

/** Whether this process has the full rights of an administrator. @see TokenElevation */
export function isTokenElevated(): boolean {
  const { OpenProcessToken, GetTokenInformation, GetCurrentProcess, CloseHandle } = functions();
  const token: AddressSlot = [null];
  if (OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, token) === 0) { return false; }
  try {
    const elevation = new Uint32Array(1);
    const bytes = new Uint8Array(elevation.buffer);
    return GetTokenInformation(token[0], TokenElevation, bytes, bytes.length, [0]) !== 0 && elevation[0] !== 0;
  } finally {
    CloseHandle(token[0]);
  }
}

/** Architecture of the machine, as process.arch names it; undefined where this Windows does not tell. @see IsWow64Process2 */
export function nativeArchitecture(): string | undefined {
  const { bindIsWow64Process2, GetCurrentProcess } = functions();
  const native: [number] = [0];
  try {
    return bindIsWow64Process2()(GetCurrentProcess(), [0], native) === 0 ? undefined : machines.get(native[0]);
  } catch {
    // Before Windows 10 1511 there is no such function, and no machine on which it would say anything new.
    return undefined;
  }
}

/** Whether this process belongs to an app package (MSIX), as children of PowerShell from the Store do. @see GetCurrentPackageFullName */
export function hasPackageIdentity(): boolean {
  try {
    const code = functions().bindGetCurrentPackageFullName()([0], null) as number;
    return code === ERROR_INSUFFICIENT_BUFFER || (code !== APPMODEL_ERROR_NO_PACKAGE && code === ERROR_SUCCESS);
  } catch {
    return false;
  }
}

/** A text of HKEY_LOCAL_MACHINE; undefined where it is not there. `view` is that of 32-bit or of 64-bit programs. @see RegGetValueW */
export function registryText(key: string, name: string, view: 32 | 64): string | undefined {
  const data = new Uint8Array(2 * 1024);
  const size: [number] = [data.length];
  const code = functions().RegGetValueW(HKEY_LOCAL_MACHINE, key, name, RRF_RT_REG_SZ | viewFlags[view], null, data, size) as number;
  return code === ERROR_SUCCESS ? Buffer.from(data.subarray(0, size[0])).toString('utf16le').replace(/\0+$/, '') : undefined;
}

/** Whether HKEY_LOCAL_MACHINE has a key. @see RegOpenKeyExW */
export function hasRegistryKey(key: string): boolean {
  const { RegOpenKeyExW, RegCloseKey } = functions();
  const handle: AddressSlot = [null];
  if (RegOpenKeyExW(HKEY_LOCAL_MACHINE, key, 0, KEY_QUERY_VALUE | KEY_WOW64_64KEY, handle) !== ERROR_SUCCESS) { return false; }
  RegCloseKey(handle[0]);
  return true;
}

/** Version of an executable or library, such as `10.0.26100.1742`; undefined where it has none. @see GetFileVersionInfoW */
export function fileVersion(path: string): string | undefined {
  const { koffi, GetFileVersionInfoSizeW, GetFileVersionInfoW, VerQueryValueW } = functions();
  const size = GetFileVersionInfoSizeW(path, null) as number;
  if (size === 0) { return undefined; }
  const data = new Uint8Array(size);
  const block: AddressSlot = [null];
  if (GetFileVersionInfoW(path, 0, size, data) === 0 || VerQueryValueW(data, '\\', block, [0]) === 0 || block[0] === null) { return undefined; }
  // VS_FIXEDFILEINFO: dwFileVersionMS and dwFileVersionLS come after the signature and the version of the struct.
  const [high, low] = [koffi.decode(block[0], 8, 'uint32_t') as number, koffi.decode(block[0], 12, 'uint32_t') as number];
  return [high >>> 16, high & 0xFFFF, low >>> 16, low & 0xFFFF].join('.');
}

/** Lets libraries be found in this folder before those of the system, and never in the current folder. @see SetDllDirectoryW */
export function searchLibrariesIn(folder: string): void {
  functions().SetDllDirectoryW(folder);
}

/**
 * Renames a file or folder; on the disk when it returns.
 * @throws Error in the shape of those of node:fs.
 * @see MoveFileExW
 */
export function moveFile(from: string, to: string, replace: boolean): void {
  const { MoveFileExW, GetLastError } = functions();
  if (MoveFileExW(longPath(from), longPath(to), MOVEFILE_WRITE_THROUGH | (replace ? MOVEFILE_REPLACE_EXISTING : 0)) !== 0) { return; }
  // koffi keeps it from one call of this thread to the next.
  const lastError = GetLastError() as number;
  const code = moveErrors.get(lastError) ?? 'EIO';
  throw Object.assign(new Error(`${code}: rename '${from}' -> '${to}' (error ${lastError})`), { code, syscall: 'rename', path: to });
}

/** With the prefix that lets a path have more than 259 characters. */
function longPath(path: string): string {
  return path.length < 248 || path.startsWith('\\\\') ? path : `\\\\?\\${win32.normalize(path)}`;
}
