/** The privileges of an administrator that a process has to ask for before they count. */
import { win32 } from 'node:path';
import { loadKoffi } from '../../nativeAddon/koffi.ts';
import { systemFolder } from './systemFolder.ts';

/** To read and write whatever is captured and applied, with its security descriptors. */
const names = ['SeBackupPrivilege', 'SeRestorePrivilege', 'SeSecurityPrivilege', 'SeTakeOwnershipPrivilege', 'SeManageVolumePrivilege'] as const;

const TOKEN_ADJUST_PRIVILEGES = 0x20;
const TOKEN_QUERY = 0x8;
const SE_PRIVILEGE_ENABLED = 0x2;
/** AdjustTokenPrivileges succeeds, and says this where the token does not have the privilege. */
const ERROR_NOT_ALL_ASSIGNED = 1300;

let missing: readonly string[] | undefined;

/**
 * Enables them for this process, once.
 * @returns The names of those that the process does not have.
 * @see AdjustTokenPrivileges
 */
export function enableImagePrivileges(): readonly string[] {
  return missing ??= enable();
}

function enable(): readonly string[] {
  const koffi = loadKoffi();
  const system = systemFolder();
  const [advapi32, kernel32] = [koffi.load(win32.join(system, 'advapi32.dll')), koffi.load(win32.join(system, 'kernel32.dll'))];
  const OpenProcessToken = advapi32.func('int32_t __stdcall OpenProcessToken(void *ProcessHandle, uint32_t DesiredAccess, _Out_ void **TokenHandle)');
  const LookupPrivilegeValueW = advapi32.func('int32_t __stdcall LookupPrivilegeValueW(const char16_t *lpSystemName, const char16_t *lpName, _Out_ uint8_t *lpLuid)');
  const AdjustTokenPrivileges = advapi32.func('int32_t __stdcall AdjustTokenPrivileges(void *TokenHandle, int32_t DisableAllPrivileges, const uint8_t *NewState, '
    + 'uint32_t BufferLength, void *PreviousState, void *ReturnLength)');
  const GetCurrentProcess = kernel32.func('void * __stdcall GetCurrentProcess()');
  const GetLastError = kernel32.func('uint32_t __stdcall GetLastError()');
  const CloseHandle = kernel32.func('int32_t __stdcall CloseHandle(void *hObject)');
  const token: [bigint | null] = [null];
  if (OpenProcessToken(GetCurrentProcess(), TOKEN_ADJUST_PRIVILEGES | TOKEN_QUERY, token) === 0) { return names; }
  try {
    return names.filter((name) => {
      const luid = new Uint8Array(8);
      if (LookupPrivilegeValueW(null, name, luid) === 0) { return true; }
      // TOKEN_PRIVILEGES: count, LUID, attributes.
      const state = Buffer.alloc(16);
      state.writeUInt32LE(1, 0);
      state.set(luid, 4);
      state.writeUInt32LE(SE_PRIVILEGE_ENABLED, 12);
      return AdjustTokenPrivileges(token[0], 0, state, 0, null, null) === 0 || GetLastError() === ERROR_NOT_ALL_ASSIGNED;
    });
  } finally {
    CloseHandle(token[0]);
  }
}
