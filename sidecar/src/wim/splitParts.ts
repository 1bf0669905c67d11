/** Finds the parts of a split WIM beside one of them. */
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';
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

/**
 * All parts of the set that a file belongs to, the first part first. A file that is not split is its own only part.
 * Parts are recognised by what their headers say, not by their names.
 * @throws DismError ERROR_FILE_NOT_FOUND: a part is missing; names its number.
 */
export async function findParts({ path, header: own, errors }: WimFile): Promise<string[]> {
  if (own.totalParts <= 1) { return [path]; }
  const folder = dirname(path);
  const parts = new Map<number, string>([[own.partNumber, path]]);
  let unreadable: DismError | undefined;
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const candidate = join(folder, entry.name);
    if (!/\.swm$/i.test(entry.name) || !entry.isFile() || candidate === path) { continue; }
    const header = await headerOf(candidate);
    if (header instanceof DismError) {
      unreadable = header;
    } else if (header.guid === own.guid && header.totalParts === own.totalParts && !parts.has(header.partNumber)) {
      parts.set(header.partNumber, candidate);
    }
  }
  return Array.from({ length: own.totalParts }, (_, index) => {
    const part = parts.get(index + 1);
    if (part === undefined) {
      throw new DismError(Hresult.ERROR_FILE_NOT_FOUND, `${errors.what}: part ${index + 1} of ${own.totalParts} of this split WIM is not in its folder`, {
        target: folder, hint: 'Put all parts (.swm) into one folder.', cause: unreadable,
      });
    }
    return part;
  });
}
