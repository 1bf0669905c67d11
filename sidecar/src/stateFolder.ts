/** Where DismTs keeps what outlives a process: one decision for mounts, logs and extracted libraries. */
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { DismError } from './errors.ts';
import { Hresult } from './hresult.ts';

const isRoot = (): boolean => process.geteuid?.() === 0;

/** A folder below the user's XDG state folder; relative values of XDG_STATE_HOME are ignored, as its specification says. */
function userStateHome(env: NodeJS.ProcessEnv): string {
  const chosen = env['XDG_STATE_HOME'];
  return chosen !== undefined && isAbsolute(chosen) ? chosen : join(homedir(), '.local', 'state');
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

/** Where programs of DismTs keep what they execute. Root may have been reached in a way that kept the user's environment: then no variable is looked at. */
export function executableFolder(): { readonly base: string; readonly below: readonly string[] } {
  return { base: isRoot() ? '/var/lib' : userStateHome(process.env), below: ['dismts'] };
}

/**
 * The folder of log files on systems other than Windows: below DISMTS_STATE_DIR, else /var/log/dismts for root, else in the
 * user's XDG state folder. A DISMTS_STATE_DIR that is no absolute path is somebody else's error to report.
 */
export function posixLogFolder(env: NodeJS.ProcessEnv = process.env): string {
  const chosen = env['DISMTS_STATE_DIR'];
  if (chosen !== undefined && isAbsolute(chosen)) { return join(chosen, 'logs'); }
  return isRoot() ? '/var/log/dismts' : join(userStateHome(env), 'dismts', 'logs');
}
