/** Who else than this user can change the module that the executable belongs to, and so have it run what they like. */
import { existsSync, lstatSync, readdirSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { accessControl } from './platform/windows/windows.ts';

/** Groups that anybody at a Windows machine is in: Everyone, INTERACTIVE, Authenticated Users, Users, Guests. */
const everybody: ReadonlyMap<string, string> = new Map([
  ['S-1-1-0', 'Everyone'], ['S-1-5-4', 'INTERACTIVE'], ['S-1-5-11', 'Authenticated Users'], ['S-1-5-32-545', 'Users'], ['S-1-5-32-546', 'Guests'],
]);
/** FILE_WRITE_DATA (or new files), FILE_APPEND_DATA (or new folders), FILE_DELETE_CHILD, DELETE, WRITE_DAC, WRITE_OWNER, GENERIC_ALL, GENERIC_WRITE. */
const changingRights = 0x2 | 0x4 | 0x40 | 0x10000 | 0x40000 | 0x80000 | 0x10000000 | 0x40000000;
/** How many are named. */
const namedAtMost = 3;

/** Whom this process trusts with its own code. */
export interface Trust {
  readonly uid: number;
  /** Who became root by sudo, if anybody: that user could have run anything at all. */
  readonly sudoUid?: number;
}

/**
 * What is wrong with the rights on the module's files, their folders and the folders above; empty where only this user and root can change them.
 *
 * A warning and no refusal: who can write here could have changed what would refuse, and a bind mount or a Windows drive may show every
 * file as writable. The executable is started by the descriptor that was hashed, so exchanging it alone does not get it run.
 * @param executable Absolute, without links on the way: module/bin/PLATFORM/NAME in the folder of the module. Elsewhere nothing is judged.
 */
export function moduleFolderWarnings(executable: string, trust: Trust = thisUser()): string[] {
  const bin = dirname(dirname(executable));
  const moduleFolder = dirname(bin);
  const root = dirname(moduleFolder);
  if (basename(bin) !== 'bin' || basename(moduleFolder) !== 'module' || !existsSync(join(root, 'DismTs.psd1'))) { return []; }
  try {
    const found = process.platform === 'win32' ? windowsFindings(partsOf(root)) : posixFindings(root, partsOf(root), trust);
    if (found.length === 0) { return []; }
    const more = found.length > namedAtMost ? `, and ${found.length - namedAtMost} more` : '';
    return [`Others can change DismTs, and so run what they like with your rights: ${found.slice(0, namedAtMost).join('; ')}${more}. ${remedy()}`];
  } catch (error) {
    return [`It cannot be told who can change DismTs in "${root}": ${error instanceof Error ? error.message : String(error)}`];
  }
}

function remedy(): string {
  return process.platform === 'win32'
    ? 'Install DismTs below Program Files, or take these rights away with icacls.'
    : 'Give it to root or to yourself (chown), and take the right to write from the others (chmod go-w).';
}

function thisUser(): Trust {
  const uid = process.geteuid?.() ?? 0;
  const sudoUid = Number(process.env['SUDO_UID'] ?? Number.NaN);
  return uid === 0 && Number.isInteger(sudoUid) ? { uid, sudoUid } : { uid };
}

/** Everything that PowerShell and this process load code from, and the folders of that; the texts in docs, which are half of the files, are only read. */
function partsOf(root: string): string[] {
  const moduleFolder = join(root, 'module');
  const parts = [root, join(root, 'DismTs.psd1'), moduleFolder];
  const add = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true }).sort((one, other) => one.name < other.name ? -1 : 1)) {
      const path = join(folder, entry.name);
      if (folder === moduleFolder && entry.name === 'docs') { continue; }
      parts.push(path);
      if (entry.isDirectory()) { add(path); }
    }
  };
  add(moduleFolder);
  return parts;
}

function posixFindings(root: string, parts: readonly string[], trust: Trust): string[] {
  const found: string[] = [];
  const judge = (path: string, isAbove: boolean): void => {
    const reason = posixReason(lstatSync(path), trust, isAbove);
    if (reason !== undefined) { found.push(`"${path}" ${reason}`); }
  };
  for (let folder = dirname(root); ; folder = dirname(folder)) {
    judge(folder, true);
    if (dirname(folder) === folder) { break; }
  }
  for (const path of parts) { judge(path, false); }
  return found;
}

/**
 * Why others can change something. The group of a trusted user's own, which has the user's number, is that user: many systems let new files
 * be written by it. In a folder above, the sticky bit keeps others from replacing what is not theirs.
 */
function posixReason({ uid, gid, mode }: Stats, { uid: own, sudoUid }: Trust, isAbove: boolean): string | undefined {
  const trusted = [0, own, sudoUid];
  if (!trusted.includes(uid)) { return `belongs to user ${uid}`; }
  if (isAbove && (mode & 0o1000) !== 0) { return undefined; }
  if ((mode & 0o002) !== 0) { return 'can be written by everybody'; }
  return (mode & 0o020) !== 0 && !trusted.includes(gid) ? `can be written by group ${gid}` : undefined;
}

function windowsFindings(parts: readonly string[]): string[] {
  return parts.flatMap((path) => {
    const { allowed } = accessControl(path);
    if (allowed === null) { return [`"${path}" can be changed by everybody`]; }
    const other = allowed.find(({ sid, rights }) => everybody.has(sid) && (rights & changingRights) !== 0);
    return other === undefined ? [] : [`"${path}" can be changed by ${everybody.get(other.sid)}`];
  });
}
