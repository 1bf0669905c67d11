/** Where a file may be kept that this process is going to execute, by platform and by who runs it. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join, win32 } from 'node:path';
import { systemFolder } from '../platform/windows/systemFolder.ts';
import { executableFolders } from '../stateFolder.ts';

/** A folder to start from, and the folders below it which are ours. */
export interface PrivateLocation {
  /** Belongs to the system or the user; created when it is missing. */
  readonly base: string;
  /** Names of folders below it, from the outermost in. */
  readonly below: readonly string[];
}

/**
 * The locations for this process, first the best. The environment has a say only where it cannot raise anyone's rights.
 * @throws Error: Windows does not tell where Program Files is, or it cannot be written for another reason than missing rights.
 */
export function privateLocations(): readonly PrivateLocation[] {
  return process.platform === 'win32' ? [windowsLocation()] : executableFolders();
}

/** Who can write in Program Files is an administrator, and must execute nothing that others can write; all others use their profile. */
function windowsLocation(): PrivateLocation {
  const base = programFiles();
  if (canCreateIn(base)) { return { base, below: ['DismTs'] }; }
  // The profile folder as the system knows it, whatever %USERPROFILE% and %LOCALAPPDATA% say.
  return { base: join(userInfo().homedir, 'AppData', 'Local'), below: ['DismTs'] };
}

/** Program Files as HKEY_LOCAL_MACHINE has it, which is where the known folder comes from: a user can change %ProgramFiles%, but not that key. */
function programFiles(): string {
  const system = systemFolder();
  const output = execFileSync(
    win32.join(system, 'reg.exe'),
    ['query', 'HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion', '/v', 'ProgramFilesDir', '/reg:64'],
    { encoding: 'utf8', env: { SystemRoot: win32.dirname(system) }, windowsHide: true, stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const folder = /^\s+ProgramFilesDir\s+REG_SZ\s+(\S.*?)\s*$/m.exec(output)?.[1];
  if (folder === undefined || !win32.isAbsolute(folder)) { throw new Error('the registry does not name the Program Files folder'); }
  return folder;
}

/** Only a refusal of access counts as "no": any other failure must not lead an administrator to a less safe folder. */
function canCreateIn(folder: string): boolean {
  try {
    rmdirSync(mkdtempSync(join(folder, 'DismTs-')));
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EPERM' || code === 'EACCES') { return false; }
    throw error;
  }
}
