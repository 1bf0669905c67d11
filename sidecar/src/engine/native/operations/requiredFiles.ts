/** Looks at files and folders that an operation is given, before it changes anything. Synchronous: the pool's only thread is DISM's. */
import { readdirSync, statSync, type Stats } from 'node:fs';
import { extname } from 'node:path';
import { DismError } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import { isSystemError, systemFailure } from '../../../systemErrors.ts';

/** A source in a WIM file, as dism.exe takes it. */
const wimSource = /^(?:WIM|ESD):(.+):(\d+)$/i;

function look(path: string, action: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if (!isSystemError(error)) { throw error; }
    if (error.code === 'ENOTDIR') { return undefined; }
    throw systemFailure(error, action, path);
  }
}

/**
 * @param action What cannot be done without the file, such as `Cannot add the package "C:\a.cab"`.
 * @param extensions What its name may end with; none: anything.
 * @throws DismError ERROR_FILE_NOT_FOUND: there is no such file. E_INVALIDARG: it has another extension. E_ACCESSDENIED
 */
export function requireFile(path: string, action: string, extensions: readonly string[] = []): void {
  if (look(path, action)?.isFile() !== true) {
    throw new DismError(Hresult.ERROR_FILE_NOT_FOUND, `${action}: the file "${path}" does not exist`, { target: path });
  }
  if (extensions.length > 0 && !extensions.includes(extname(path).toLowerCase())) {
    throw new DismError(Hresult.E_INVALIDARG, `${action}: "${path}" is no ${extensions.join(' or ')} file`, { target: path });
  }
}

/** @throws DismError ERROR_PATH_NOT_FOUND: there is no such folder. E_ACCESSDENIED */
export function requireFolder(path: string, action: string): void {
  if (look(path, action)?.isDirectory() !== true) {
    throw new DismError(Hresult.ERROR_PATH_NOT_FOUND, `${action}: the folder "${path}" does not exist`, { target: path });
  }
}

/** True for a folder. */
export function isFolder(path: string, action: string): boolean {
  return look(path, action)?.isDirectory() === true;
}

/**
 * The sources of an operation: folders, files, and images in WIM files as `WIM:path:index`. The API would look for what it needs for minutes and
 * then not say which of them is missing.
 * @throws DismError ERROR_PATH_NOT_FOUND: one of them does not exist.
 */
export function requireSources(sources: readonly string[], action: string): void {
  for (const source of sources) {
    const path = wimSource.exec(source)?.[1] ?? source;
    if (look(path, action) === undefined) {
      throw new DismError(Hresult.ERROR_PATH_NOT_FOUND, `${action}: the source "${source}" does not exist`, { target: source });
    }
  }
}

/** Names of the entries of a folder, sorted. @throws DismError E_ACCESSDENIED, ERROR_PATH_NOT_FOUND */
export function listFolder(path: string, action: string): { readonly name: string; readonly isFolder: boolean }[] {
  try {
    return readdirSync(path, { withFileTypes: true }).map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }))
      .sort((one, other) => (one.name < other.name ? -1 : 1));
  } catch (error) {
    throw isSystemError(error) ? systemFailure(error, action, path) : error;
  }
}
