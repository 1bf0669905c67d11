/** The INF files that a path stands for. */
import { type Dirent, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isSystemError, systemFailure } from '../systemErrors.ts';
import { missingInf } from './missingInf.ts';

/** Folders of drivers are not deeper; one that is goes on for ever. */
const maxDepth = 64;

/** How to look for INF files. */
export interface InfSearch {
  /** Whether to look in the folders below as well; undefined: nobody can ask for that. */
  readonly recurse?: boolean | undefined;
  /** What cannot be done without one, such as `Cannot add the driver "/d"`. */
  readonly what: string;
  /** Is called at each folder, and throws where the operation is to stop. */
  readonly beforeEach: () => void;
}

/**
 * Those in a folder, sorted.
 * @param path Something else than a folder stands for itself.
 * @throws DismError ERROR_FILE_NOT_FOUND: there is none. Others, such as E_ACCESSDENIED, name the folder that cannot be read.
 */
export function requireInfFiles(path: string, search: InfSearch): string[] {
  search.beforeEach();
  const paths = reading(path, search, () => statSync(path).isDirectory()) ? infFiles(path, search, 0) : [path];
  if (paths.length === 0) { throw missingInf(path, search.what, search.recurse); }
  return paths;
}

/** Links to folders are not followed: a loop of them would never end. */
function infFiles(folder: string, search: InfSearch, depth: number): string[] {
  search.beforeEach();
  const entries = reading(folder, search, () => readdirSync(folder, { withFileTypes: true }));
  return entries.sort((one, other) => (one.name < other.name ? -1 : 1)).flatMap((entry) => {
    const inside = join(folder, entry.name);
    if (entry.isDirectory()) { return search.recurse === true && depth < maxDepth ? infFiles(inside, search, depth + 1) : []; }
    return /\.inf$/i.test(entry.name) && isFile(entry, inside) ? [inside] : [];
  });
}

/** To Node.js every reparse point of Windows is a link, such as a file in the cloud or one whose data are shared with others. */
function isFile(entry: Dirent, path: string): boolean {
  return entry.isFile() || (entry.isSymbolicLink() && statSync(path, { throwIfNoEntry: false })?.isFile() === true);
}

function reading<T>(path: string, { what }: InfSearch, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw isSystemError(error) ? systemFailure(error, what, path) : error;
  }
}
