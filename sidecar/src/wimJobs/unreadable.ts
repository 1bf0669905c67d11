/** What this user may not read of a folder that is to be put into an image: all of it is named, before anything is written. */
import { constants, lstatSync, openSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Breather } from '../breather.ts';
import { release } from '../closing.ts';
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';
import { isForbidden } from '../imageFiles/fileTrouble.ts';
import { isRoot } from '../isRoot.ts';
import { printable } from '../printable.ts';
import { Noted } from './noted.ts';

/** What `read` gives; undefined where this user may not. */
export function permitted<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!isForbidden(error)) { throw error; }
    return undefined;
  }
}

/** Whether this user may not read a file. Not access(), which asks for the user that has started the process. */
export function isUnreadable(path: string): boolean {
  try {
    release(openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK));
    return false;
  } catch (error) {
    return isForbidden(error);
  }
}

/** @param what The first half of messages. @param source Where they were found. @param hint What to do about them. @throws DismError E_ACCESSDENIED. */
export function refuseUnreadable(unreadable: Noted, what: string, source: string, hint: string): void {
  if (unreadable.count === 0) { return; }
  const which = unreadable.count === 1 ? String(unreadable) : `${unreadable.count} files and folders: ${String(unreadable)}`;
  throw new DismError(Hresult.E_ACCESSDENIED, printable(`${what}: you may not read ${which}`), { target: source, hint });
}

/** What this user may not read of a file or folder: paths from it on. Nothing is forbidden to root. */
export async function findUnreadable(source: string, signal: AbortSignal): Promise<Noted> {
  const [found, breather] = [new Noted(), new Breather()];
  const pending = isRoot() ? [] : [''];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    await breather.breathe(signal);
    const path = join(source, at);
    const stats = permitted(() => lstatSync(path, { throwIfNoEntry: false }) ?? null);
    const names = stats?.isDirectory() === true ? permitted(() => readdirSync(path)) : [];
    if (stats === undefined || names === undefined || (stats?.isFile() === true && isUnreadable(path))) { found.add(at === '' ? source : at); }
    pending.push(...(names ?? []).map((name) => join(at, name)).reverse());
  }
  return found;
}
