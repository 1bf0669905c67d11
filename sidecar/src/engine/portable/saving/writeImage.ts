/** Writes a changed image behind the end of its file, and then the header that makes it the image. */
import type { OperationContext } from '../../../operationContext.ts';
import type { BlobEntry, BlobTable } from '../../../wim/blobTable.ts';
import { addImage, changeImage, type StatisticsChange } from '../../../wim/documentChange.ts';
import { emptyHash, hexHash, sha1 } from '../../../wim/hash.ts';
import { changedHeader, emptyResource, ResourceFlag, type ResourceHeader } from '../../../wim/header.ts';
import { encodeDocument } from '../../../wim/imageXml.ts';
import { computeIntegrityTable, integrityEnd, parseIntegrityTable, serializeIntegrityTable } from '../../../wim/integrity.ts';
import type { ResourceWriter } from '../../../wim/resourceWriter.ts';
import type { References } from '../../../wim/treeChange.ts';
import type { WimFile } from '../../../wim/wimFile.ts';
import type { CommitJournal, CommitRequest } from './commit.ts';
import type { NewBlobs } from './newBlobs.ts';

/** Appends the bytes that the file does not have yet. */
export async function appendBlobs(
  writer: ResourceWriter, table: BlobTable, blobs: NewBlobs, references: ReadonlyMap<string, References>, context: OperationContext,
): Promise<BlobEntry[]> {
  const wanted = [...blobs.sources].filter(([hash]) => table.find(hash) === undefined && (references.get(hash)?.after ?? 0) > 0);
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

/** Reads the old integrity table, where there is one that can be continued. */
async function oldIntegrity(wim: WimFile) {
  const { integrityTable } = wim.header;
  if (integrityTable.offset === 0) { return undefined; }
  const table = parseIntegrityTable(await wim.resource(integrityTable));
  return table === undefined ? undefined : { table, end: integrityEnd(wim.header) };
}

/** Writes the tables and the document, flushes, and replaces the header. */
export async function finish(
  wim: WimFile, writer: ResourceWriter, request: CommitRequest,
  image: {
    readonly table: Buffer; readonly imageCount: number; readonly imageIndex: number; readonly statistics: StatisticsChange;
    readonly metadataResource: ResourceHeader; readonly imageHash: string;
  },
  journal: CommitJournal, context: OperationContext, point: { passed: boolean },
): Promise<void> {
  const { handle: file, header } = wim;
  const blobTable = await writer.appendPlain(image.table, ResourceFlag.Metadata);
  const blobTableEnd = writer.position;
  const change = request.append ? addImage : changeImage;
  const xml = await writer.appendPlain(
    encodeDocument(change(await wim.document(), request.imageIndex, image.statistics, blobTableEnd, wim.errors)), ResourceFlag.Metadata);
  let integrityTable = emptyResource;
  if (request.checkIntegrity || header.integrityTable.offset !== 0) {
    const table = await computeIntegrityTable(file, blobTableEnd, await oldIntegrity(wim), context.signal,
      (done, total) => { context.progress('Calculating integrity', done, total); });
    integrityTable = await writer.appendPlain(serializeIntegrityTable(table), 0);
  }
  context.progress('Finishing', 0, 0);
  const newHeader = changedHeader(header, {
    imageCount: image.imageCount,
    blobTable,
    xml,
    integrityTable,
    bootMetadata: header.bootIndex === image.imageIndex ? image.metadataResource : header.bootMetadata,
  });
  await file.truncate(writer.position);
  await file.sync();
  await journal.finishing(hexHash(sha1(newHeader)), hexHash(image.imageHash));
  // The last moment to stop: from here on the file is the new one.
  context.signal.throwIfAborted();
  point.passed = true;
  await file.write(newHeader, 0, newHeader.length, 0);
  await file.sync();
}
