/** Whether a library may be loaded by an administrator: nobody else may be able to change it, or to put another one in its place. */
import { lstatSync } from 'node:fs';
import { dirname } from 'node:path';
import { DismError } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import { accessControl, type AccessControl } from '../../../platform/windows/windows.ts';

/** Administrators, SYSTEM, TrustedInstaller: who is one of them can change Windows itself. */
const administrators: ReadonlySet<string> = new Set([
  'S-1-5-32-544', 'S-1-5-18', 'S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464',
]);

const right = {
  writeData: 0x2, appendData: 0x4, deleteChild: 0x40, delete: 0x10000, writeDac: 0x40000, writeOwner: 0x80000, genericAll: 0x10000000, genericWrite: 0x40000000,
} as const;
/** Rights by which something is replaced as a whole, whatever it is. */
const replacing = right.delete | right.writeDac | right.writeOwner | right.genericAll;
/** What others must not be allowed, on the library, on its folder (write and append mean: new files and folders there), and on the folders above. */
const dangerousRights = {
  file: replacing | right.writeData | right.appendData | right.genericWrite,
  folder: replacing | right.writeData | right.appendData | right.deleteChild | right.genericWrite,
  above: replacing | right.deleteChild,
} as const;

/** Where on the way to the library something is. */
export type PathPart = keyof typeof dangerousRights;

/** Why others than the trusted can change something; undefined where they cannot. */
export function unsafeReason({ owner, allowed }: AccessControl, part: PathPart, trusted: ReadonlySet<string>): string | undefined {
  if (!trusted.has(owner)) { return `belongs to ${owner}`; }
  if (allowed === null) { return 'can be changed by everybody'; }
  const other = allowed.find(({ sid, rights }) => !trusted.has(sid) && (rights & dangerousRights[part]) !== 0);
  return other === undefined ? undefined : `can be changed by ${other.sid}`;
}

/**
 * @param path Absolute, without links on the way: what realpath gives.
 * @param systemLibrary A library of the system: whoever owns that is trusted with any other. Windows only.
 * @throws DismError DISMTS_E_UNSAFE_LIBRARY: somebody else than an administrator can change the file, or a folder that it is in.
 */
export function requireSafeLibrary(path: string, systemLibrary: string): void {
  const reasonFor = process.platform === 'win32' ? windowsReason(systemLibrary) : posixReason;
  let part: PathPart = 'file';
  for (let current = path; ; current = dirname(current)) {
    const reason = reasonFor(current, part);
    if (reason !== undefined) {
      throw new DismError(Hresult.DISMTS_E_UNSAFE_LIBRARY, `Cannot load "${path}": "${current}" ${reason}`, { target: current });
    }
    if (dirname(current) === current) { return; }
    part = part === 'file' ? 'folder' : 'above';
  }
}

function windowsReason(systemLibrary: string): (path: string, part: PathPart) => string | undefined {
  const trusted = new Set([...administrators, accessControl(systemLibrary).owner]);
  return (path, part) => unsafeReason(accessControl(path), part, trusted);
}

/** Root and this user are trusted. A folder above may let others write where its sticky bit keeps them from replacing what is not theirs. */
function posixReason(path: string, part: PathPart): string | undefined {
  const { uid, mode } = lstatSync(path);
  if (uid !== 0 && uid !== process.geteuid?.()) { return `belongs to user ${uid}`; }
  const sticky = part === 'above' && (mode & 0o1000) !== 0;
  return (mode & 0o022) === 0 || sticky ? undefined : 'can be changed by others';
}
