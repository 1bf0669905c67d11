/** Finds the parts of a split WIM beside one of them. */
import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { DismError } from '../errors.ts';
import type { FileErrors } from '../fileErrors.ts';
import { Hresult } from '../hresult.ts';
import { isSystemError, systemFailure } from '../systemErrors.ts';
import { fileNameMatcher } from '../wildcard.ts';
import type { WimHeader } from './header.ts';
import { WimFile } from './wimFile.ts';

/** The header of a file that may be no WIM at all, or why it could not be read. */
async function headerOf(path: string): Promise<WimHeader | DismError> {
  try {
    const file = await WimFile.open(path);
    await file.close();
    return file.header;
  } catch (error) {
    if (error instanceof DismError) { return error; }
    throw error;
  }
}

/** Opens another part of a split file: its errors name it. @param what The first half of messages about the whole. */
export async function openPart(path: string, what: string): Promise<WimFile> {
  return await WimFile.open(path, { what: what.includes(`"${path}"`) ? what : `${what}: "${path}"` });
}

/**
 * All parts of the set that a file belongs to, the first part first. A file that is not split is its own only part.
 * Parts are recognised by what their headers say, not by their names.
 * @param pattern Where to look: a path with `*` and `?` in its last component; default: all .swm files beside the given one.
 * @throws DismError ERROR_FILE_NOT_FOUND: a part is missing; names its number. What the system answered instead of a file that may be it.
 */
export async function findParts({ path, header: own, errors }: WimFile, pattern?: string): Promise<string[]> {
  if (own.totalParts <= 1) { return [path]; }
  const folder = dirname(pattern ?? path);
  const fits = fileNameMatcher(pattern === undefined ? '*.swm' : basename(pattern));
  const parts = new Map<number, string>([[own.partNumber, path]]);
  let unfit: DismError | undefined;
  let unread: DismError | undefined;
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const candidate = join(folder, entry.name);
    if (!fits(entry.name) || !entry.isFile() || candidate === path) { continue; }
    const header = await headerOf(candidate);
    if (header instanceof DismError) {
      unfit = header;
      // It may be the part that is looked for.
      if (isSystemError(header.cause)) { unread ??= systemFailure(header.cause, errors.what, candidate); }
    } else if (header.guid === own.guid && header.totalParts === own.totalParts && !parts.has(header.partNumber)) {
      parts.set(header.partNumber, candidate);
    }
  }
  return Array.from({ length: own.totalParts }, (_, index) => {
    const part = parts.get(index + 1);
    if (part === undefined) {
      if (unread !== undefined) { throw unread; }
      throw new DismError(Hresult.ERROR_FILE_NOT_FOUND, `${errors.what}: part ${index + 1} of ${own.totalParts} of this split WIM is ${pattern === undefined ? 'not in its folder' : `none of "${pattern}"`}`, {
        target: pattern ?? folder, cause: unfit,
        hint: pattern === undefined ? 'Put all parts (.swm) into one folder.' : 'Give -SplitImageFilePattern a path with wildcards that fits all parts, such as "D:\\install*.swm".',
      });
    }
    return part;
  });
}

/**
 * Refuses a file that is no part of a set. A set of one part, which a file smaller than the size of a part is split into, looks like any whole file to
 * Windows and to libwim, too: its name alone says that it is one.
 * @throws DismError E_INVALIDARG
 */
export function requireSplit(path: string, totalParts: number, errors: FileErrors): void {
  if (totalParts > 1 || /\.swm$/i.test(path)) { return; }
  throw errors.make(Hresult.E_INVALIDARG, 'it is not split: there is nothing to join', 'Give a part of a split file (.swm). Images of a whole file are copied with Export-DismTsImage.');
}
