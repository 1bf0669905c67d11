/** How a WIM file was before it was changed in place, and what became of it: which of its bytes nobody needs if the change never came to its end. */
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import { DismError } from '../errors.ts';
import { holdsBlob } from '../wim/checkBlob.ts';
import { sha1 } from '../wim/hash.ts';
import { isSameHeader, ResourceFlag, type WimHeader } from '../wim/header.ts';
import { readFully } from '../wim/resourceReader.ts';
import type { WimFile } from '../wim/wimFile.ts';

export const fileBefore = z.object({
  /** Bytes of the file. */
  size: z.number().int().nonnegative(),
  /** The header, in base64. */
  header: z.base64(),
  /** SHA-256 of blob table, XML data and integrity table as they are stored, in hexadecimal. */
  tables: z.string(),
});
export type FileBefore = z.infer<typeof fileBefore>;

/** Bytes that are read at once. */
const runBytes = 1024 * 1024;

/** What the header names itself, in the order in which it does. */
function tablesOf({ blobTable, xml, integrityTable }: WimHeader): readonly { readonly offset: number; readonly sizeInWim: number }[] {
  return [blobTable, xml, integrityTable].filter(({ offset }) => offset > 0);
}

async function hashTables(file: WimFile): Promise<string> {
  const hash = createHash('sha256');
  for (const { offset, sizeInWim } of tablesOf(file.header)) {
    for (let done = 0; done < sizeInWim; done += runBytes) {
      const run = Buffer.allocUnsafe(Math.min(runBytes, sizeInWim - done));
      await readFully(file, run, offset + done);
      hash.update(run);
    }
  }
  return hash.digest('hex');
}

/** Where the last byte ends that the header and the blob table refer to. */
async function endOf(file: WimFile): Promise<number> {
  const blobs = await file.blobs();
  let end = file.header.raw.length;
  const reach = ({ offset, sizeInWim }: { readonly offset: number; readonly sizeInWim: number }): void => { end = Math.max(end, offset + sizeInWim); };
  tablesOf(file.header).forEach(reach);
  blobs.imageHashes().forEach((_, at) => { reach(blobs.imageMetadata(at + 1) ?? { offset: 0, sizeInWim: 0 }); });
  // What is in a solid resource is counted from the beginning of that.
  const isInSolid = (flags: number): boolean => (flags & ResourceFlag.Solid) !== 0;
  for (const { resource, isResource } of blobs.entries()) { if (isResource || !isInSolid(resource.flags)) { reach(resource); } }
  return end;
}

/**
 * Reads all that a file says of itself.
 * @throws DismError WIM_E_INVALID_CONTAINER, ERROR_FILE_CORRUPT: it cannot be read, or refers to more than it has.
 */
export async function lookAt(file: WimFile): Promise<FileBefore & { /** Where the last byte ends that it refers to. */ readonly end: number }> {
  file.requireIntegrityTable();
  await file.document();
  const end = await endOf(file);
  if (end > file.size) { throw file.errors.damaged(`it ends too early: its content should end at byte ${end}, the file has ${file.size} bytes`); }
  return { size: file.size, header: file.header.raw.toString('base64'), tables: await hashTables(file), end };
}

/**
 * Takes away what was added behind the end of a file, if all that it refers to is what it was before. It is open for writing, and nobody else writes.
 * @returns How many bytes went; undefined: the file is another one by now, and was left alone.
 * @throws DismError as lookAt(). Error of node:fs.
 */
export async function takeBack(file: WimFile, before: FileBefore): Promise<number | undefined> {
  const now = await lookAt(file);
  const header = Buffer.from(before.header, 'base64');
  if (!isSameHeader(file.header.raw, header) || now.tables !== before.tables || now.end > before.size || now.size < before.size) { return undefined; }
  // The mark of a writer that is gone.
  if (!file.header.raw.equals(header)) { await file.handle.write(header, 0, header.length, 0); }
  if (now.size > before.size) { await file.handle.truncate(before.size); }
  await file.handle.sync();
  return now.size - before.size;
}

/**
 * As takeBack(), for a change that did not succeed and whose maker has ended it: the file may say by a new header what it said before, or say more.
 * It gets the old header back if all that this refers to is there still, in its place.
 */
export async function putBack(file: WimFile, before: FileBefore): Promise<number | undefined> {
  const taken = await takeBack(file, before);
  if (taken !== undefined || file.size < before.size) { return taken; }
  const header = Buffer.from(before.header, 'base64');
  if (!await stillHolds(file, file.asOf(header, before.size), before)) { return undefined; }
  await file.handle.write(header, 0, header.length, 0);
  await file.handle.truncate(before.size);
  await file.handle.sync();
  return file.size - before.size;
}

/** Whether a file has all that it had. What its new tables have in the same place was not touched; all else is read. */
async function stillHolds(file: WimFile, old: WimFile, before: FileBefore): Promise<boolean> {
  try {
    if ((await lookAt(old)).tables !== before.tables) { return false; }
    const [was, now] = [await old.blobs(), await file.blobs()];
    for (const [at, hash] of was.imageHashes().entries()) {
      const metadata = await old.metadata(at + 1);
      if (metadata === undefined || sha1(metadata) !== hash) { return false; }
    }
    for (const hash of was.contentHashes()) {
      const isInPlace = isDeepStrictEqual(was.find(hash), now.find(hash)) && isDeepStrictEqual(was.solidPlace(hash), now.solidPlace(hash));
      if (!isInPlace && !await holdsBlob(old, hash, was.sizeOf(hash), () => undefined)) { return false; }
    }
    return true;
  } catch (error) {
    // It cannot be read any more.
    if (error instanceof DismError) { return false; }
    throw error;
  }
}
