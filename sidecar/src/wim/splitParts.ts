/** Finds the parts of a split WIM beside one of them. */
import { constants } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';
import { parseWimHeader, type WimHeader, wimHeaderBytes } from './header.ts';

async function readHeader(path: string): Promise<WimHeader | undefined> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    if (!(await file.stat()).isFile()) { return undefined; }
    const raw = Buffer.alloc(wimHeaderBytes);
    const { bytesRead } = await file.read(raw, 0, wimHeaderBytes, 0);
    return parseWimHeader(raw.subarray(0, bytesRead), path);
  } catch (error) {
    if (error instanceof DismError) { return undefined; }
    throw error;
  } finally {
    await file.close();
  }
}

/**
 * All parts of the set that a file belongs to, the first part first. A file that is not split is its own only part.
 * Parts are recognised by what their headers say, not by their names.
 * @throws DismError ERROR_FILE_NOT_FOUND: a part is missing; names its number.
 */
export async function findParts(path: string): Promise<string[]> {
  const own = await readHeader(path);
  if (own === undefined || own.totalParts <= 1) { return [path]; }
  const folder = dirname(path);
  const parts = new Map<number, string>([[own.partNumber, path]]);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (!/\.swm$/i.test(entry.name) || !entry.isFile()) { continue; }
    const candidate = join(folder, entry.name);
    const header = await readHeader(candidate);
    if (header?.guid === own.guid && header.totalParts === own.totalParts && !parts.has(header.partNumber)) {
      parts.set(header.partNumber, candidate);
    }
  }
  return Array.from({ length: own.totalParts }, (_, index) => {
    const part = parts.get(index + 1);
    if (part === undefined) {
      throw new DismError(Hresult.ERROR_FILE_NOT_FOUND, `Part ${index + 1} of ${own.totalParts} of the split WIM "${path}" is not in its folder`, {
        target: folder, hint: 'Put all parts (.swm) into one folder.',
      });
    }
    return part;
  });
}
