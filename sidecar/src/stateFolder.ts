/** Where DismTs keeps what outlives a process: one decision for mounts, logs and extracted libraries. */
import { lstatSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { DismError } from './errors.ts';
import { Hresult } from './hresult.ts';
import { isRoot } from './isRoot.ts';

/** A folder below the user's XDG state folder; relative values of XDG_STATE_HOME are ignored, as its specification says. */
function userStateHome(env: NodeJS.ProcessEnv): string {
  const chosen = env['XDG_STATE_HOME'];
  return chosen !== undefined && isAbsolute(chosen) ? chosen : join(ownHome(), '.local', 'state');
}

/** @throws DismError ERROR_PATH_NOT_FOUND: the account has none, such as one without an entry in /etc/passwd. */
function ownHome(): string {
  let home = '';
  try { home = homedir(); } catch { /* No HOME, and no entry of the user. */ }
  if (isAbsolute(home)) { return home; }
  throw new DismError(Hresult.ERROR_PATH_NOT_FOUND, `The account (user ${process.geteuid?.() ?? '?'}) has no home folder to keep anything in`, {
    hint: 'Set the environment variable DISMTS_STATE_DIR, XDG_STATE_HOME or HOME to a folder that it can write.',
  });
}

/** The folder that `DISMTS_STATE_DIR` names, without trailing slashes; undefined where it names none. @throws DismError E_INVALIDARG: not absolute. */
function chosenFolder(env: NodeJS.ProcessEnv): string | undefined {
  const chosen = env['DISMTS_STATE_DIR'];
  if (chosen === undefined || chosen === '') { return undefined; }
  if (!isAbsolute(chosen)) {
    throw new DismError(Hresult.E_INVALIDARG, `DISMTS_STATE_DIR is "${chosen}", but must be an absolute path`, { target: chosen });
  }
  return chosen.replace(/(?<=.)\/+$/, '');
}

/**
 * Where records and staged changes of mounts live: DISMTS_STATE_DIR, else /var/lib/dismts for root, else the user's XDG
 * state folder. Different folders know nothing of each other's mounts.
 * @throws DismError E_INVALIDARG: DISMTS_STATE_DIR is not an absolute path.
 */
export function stateFolder(env: NodeJS.ProcessEnv = process.env): string {
  return chosenFolder(env) ?? (isRoot() ? '/var/lib/dismts' : join(userStateHome(env), 'dismts'));
}

/** A folder to keep a file in that is executed: the base is not judged, and those below it must be ours alone. */
export interface PrivateFolder {
  readonly base: string;
  readonly below: readonly string[];
}

/**
 * Where programs of DismTs keep what they execute, first the best. What is executed is checked by its hash and owner, so it does
 * no harm that root may have been reached in a way that kept the user's environment.
 */
export function executableFolders(env: NodeJS.ProcessEnv = process.env): readonly PrivateFolder[] {
  const chosen = env['DISMTS_STATE_DIR'];
  const folders: PrivateFolder[] = [];
  if (chosen !== undefined && isAbsolute(chosen)) { folders.push({ base: dirname(resolve(chosen)), below: [basename(resolve(chosen))] }); }
  if (isRoot()) {
    folders.push({ base: '/var/lib', below: ['dismts'] });
  } else {
    try { folders.push({ base: userStateHome(env), below: ['dismts'] }); } catch { /* An account without a home. */ }
  }
  return folders;
}

/**
 * The folder of log files on systems other than Windows: below DISMTS_STATE_DIR, else /var/log/dismts for root, else in the
 * user's XDG state folder. A DISMTS_STATE_DIR that is no absolute path is somebody else's error to report.
 * @returns An empty text where there is none: an account without a home.
 */
export function posixLogFolder(env: NodeJS.ProcessEnv = process.env): string {
  const chosen = env['DISMTS_STATE_DIR'];
  if (chosen !== undefined && isAbsolute(chosen)) { return join(chosen, 'logs'); }
  if (isRoot()) { return '/var/log/dismts'; }
  try {
    return join(userStateHome(env), 'dismts', 'logs');
  } catch {
    return '';
  }
}

/** Whether a folder is the state directory of DISMTS_STATE_DIR, and one that is not used because others could write to it. */
export function isRefusedStateFolder(path: string, env: NodeJS.ProcessEnv = process.env): boolean {
  const chosen = env['DISMTS_STATE_DIR'];
  if (chosen === undefined || !isAbsolute(chosen) || resolve(chosen) !== resolve(path)) { return false; }
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found !== undefined && (!found.isDirectory() || found.uid !== process.geteuid?.() || (found.mode & 0o022) !== 0);
}
