/** Writes a changed image behind the end of its file, and then the header that makes it the image. */
import type { OperationContext } from '../../../operationContext.ts';
import type { BlobEntry } from '../../../wim/blobEntry.ts';
import type { BlobTable } from '../../../wim/blobTable.ts';
import { DismError } from '../../../errors.ts';
import { holdsBlob, maxWholeBytes } from '../../../wim/checkBlob.ts';
import { emptyHash, hexHash, sha1 } from '../../../wim/hash.ts';
import { changedHeader, emptyResource, ResourceFlag, type ResourceHeader } from '../../../wim/header.ts';
import { encodeDocument } from '../../../wim/imageXml.ts';
import { computeIntegrityTable, coversFile, integrityEnd, parseIntegrityTable, serializeIntegrityTable } from '../../../wim/integrity.ts';
import type { ResourceWriter } from '../../../wim/resourceWriter.ts';
import type { References } from '../../../wim/treeChange.ts';
import type { WimFile } from '../../../wim/wimFile.ts';
import type { CommitJournal } from './commit.ts';
import type { NewBlobs } from './newBlobs.ts';

/**
 * What was written that the file says to have already, and has damaged: whoever put a damaged file right under the mount
 * wrote just these bytes.
 */
export async function findDamaged(wim: WimFile, table: BlobTable, blobs: NewBlobs, signal: AbortSignal): Promise<ReadonlySet<string>> {
  const damaged = new Set<string>();
  for (const [hash, { size }] of blobs.sources) {
    const resource = table.find(hash);
    if (resource === undefined) { continue; }
    signal.throwIfAborted();
    try {
      // Large content in solid resources is believed: it cannot be read alone there.
      const isBelieved = size > maxWholeBytes && (resource.flags & ResourceFlag.Solid) !== 0;
      if (!isBelieved && !await holdsBlob(wim, hash, size, () => { signal.throwIfAborted(); })) { damaged.add(hash); }
    } catch (error) {
      if (!(error instanceof DismError)) { throw error; }
      damaged.add(hash);
    }
  }
  return damaged;
}

/** Appends the bytes that the file does not have yet, or has damaged. */
export async function appendBlobs(
  writer: ResourceWriter, table: BlobTable, blobs: NewBlobs, damaged: ReadonlySet<string>, references: ReadonlyMap<string, References>,
  context: OperationContext,
): Promise<BlobEntry[]> {
  const wanted = [...blobs.sources].filter(([hash]) => (table.find(hash) === undefined
    ? (references.get(hash)?.after ?? 0) > 0 : damaged.has(hash) && references.get(hash)?.after !== 0));
  const total = wanted.reduce((sum, [, source]) => sum + source.size, 0);
  let done = 0;
  context.progress('Writing', 0, total);
  const headers = await writer.appendAll(wanted.map(([, source]) => ({ source, flags: 0 })), (bytes) => {
    done += bytes;
    context.progress('Writing', done, total);
  });
  return headers.map((resource, index) => {
    const hash = wanted[index]?.[0] ?? emptyHash;
    return { resource, referenceCount: references.get(hash)?.after ?? 0, hash };
  });
}

/**
 * Makes the integrity table of the changed file. Who verifies it finds all that was damaged before: a table that is none
 * of the old file is kept as it is, since one made anew would vouch for bytes that nobody knows to be right.
 */
export async function makeIntegrityTable(wim: WimFile, end: number, context: OperationContext, warnings: string[]): Promise<Buffer> {
  const { handle, header, path } = wim;
  const compute = async (old: Parameters<typeof computeIntegrityTable>[2]) => await computeIntegrityTable(handle, end, old, context.signal,
    (done, total) => { context.progress('Calculating integrity', done, total); });
  if (header.integrityTable.offset === 0) { return serializeIntegrityTable((await compute(undefined)).table); }
  const oldEnd = integrityEnd(header);
  const data = await wim.resource(header.integrityTable);
  const old = parseIntegrityTable(data);
  if (old === undefined || !coversFile(old, oldEnd)) {
    warnings.push(`The integrity table of "${path}" was damaged before and is left so: verify its images, then export them into a new file with a new table`);
    return data;
  }
  const { table, isDamaged } = await compute({ table: old, end: oldEnd });
  if (isDamaged) { warnings.push(`"${path}" did not match its integrity table before the save and still does not: verify its images`); }
  return serializeIntegrityTable(table);
}

/** What a file gets behind its new blobs and metadata. */
export interface NewEnd {
  /** The blob table. */
  readonly table: Buffer;
  readonly imageCount: number;
  /** Default: as it was. */
  readonly bootIndex?: number | undefined;
  readonly bootMetadata: ResourceHeader;
  /** Make an integrity table even where there was none. */
  readonly checkIntegrity: boolean;
  /** SHA-1 of the metadata of the image that was written. */
  readonly imageHash: string;
  /** Makes the XML document. @param totalBytes The size of everything before it. */
  document(totalBytes: number): Promise<string> | string;
}

/** Waits for both, also where one fails: what goes on must not be taken for something that has ended. @throws The first error. */
async function bothDone(...steps: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(steps)).find((step) => step.status === 'rejected');
  if (failed !== undefined) { throw failed.reason; }
}

/** Writes the tables and the document, flushes, and replaces the header. @param warnings Gets sentences for the user. */
export async function finish(
  wim: WimFile, writer: ResourceWriter, end: NewEnd, journal: CommitJournal, context: OperationContext, point: { passed: boolean }, warnings: string[],
): Promise<void> {
  const { handle: file, header } = wim;
  const blobTable = await writer.appendPlain(end.table, ResourceFlag.Metadata);
  const blobTableEnd = writer.position;
  const xml = await writer.appendPlain(encodeDocument(await end.document(blobTableEnd)), ResourceFlag.Metadata);
  let integrityTable = emptyResource;
  if (end.checkIntegrity || header.integrityTable.offset !== 0) {
    integrityTable = await writer.appendPlain(await makeIntegrityTable(wim, blobTableEnd, context, warnings), 0);
  }
  context.progress('Finishing', 0, 0);
  const { imageCount, bootIndex, bootMetadata } = end;
  const newHeader = changedHeader(header, { imageCount, blobTable, xml, integrityTable, bootIndex, bootMetadata });
  await file.truncate(writer.position);
  // Both are on the disk before the header, and each takes its time to get there.
  await bothDone(file.sync(), journal.finishing(hexHash(sha1(newHeader)), hexHash(end.imageHash)));
  // The last moment to stop: from here on the file is the new one.
  context.signal.throwIfAborted();
  point.passed = true;
  await file.write(newHeader, 0, newHeader.length, 0);
  await file.sync();
}
