/**
 * Changes the tables of an image file: what is new is written behind its end and flushed, and then the header is replaced in one write. Before that
 * the file is the old one with unused bytes behind its end, after it the new one.
 */
import type { OperationContext } from '../../../operationContext.ts';
import { changedHeader, emptyResource, ResourceFlag, type ResourceHeader } from '../../../wim/header.ts';
import { encodeDocument } from '../../../wim/imageXml.ts';
import { integrityEnd } from '../../../wim/integrity.ts';
import { ResourceWriter } from '../../../wim/resourceWriter.ts';
import type { WimFile } from '../../../wim/wimFile.ts';
import { undoGrowth } from '../saving/growWim.ts';
import { makeIntegrityTable } from '../saving/writeImage.ts';
import type { UnfinishedWork } from './unfinished.ts';

/** What becomes of a file. */
export interface FileChange {
  /** The new blob table; undefined: the old one stays where it is. */
  readonly table?: Buffer | undefined;
  /** Makes the new XML document. @param totalBytes What its TOTALBYTES is to say. */
  readonly document?: ((totalBytes: number) => string) | undefined;
  readonly imageCount?: number | undefined;
  readonly bootIndex?: number | undefined;
  readonly bootMetadata?: ResourceHeader | undefined;
  /** Give the file an integrity table, even where it has none. */
  readonly integrity: boolean;
}

/**
 * Makes the change. The file is open for writing and locked.
 * @param append Writes what the new tables refer to, before them; gives the table then.
 * @param warnings Gets sentences for the user.
 * @returns Bytes of the file afterwards. @throws What the system says; the file holds what it held then, unless the error says that it holds the change.
 */
export async function changeFile(
  wim: WimFile, change: FileChange, work: UnfinishedWork, context: OperationContext, warnings: string[],
  append?: (writer: ResourceWriter) => Promise<Buffer>,
): Promise<number> {
  const { handle, header } = wim;
  await work.growing(wim.path);
  const writer = new ResourceWriter(handle, header, wim.size, context.signal);
  let isPassed = false;
  try {
    const table = await append?.(writer) ?? change.table;
    const blobTable = table === undefined ? header.blobTable : await writer.appendPlain(table, ResourceFlag.Metadata);
    const blobTableEnd = blobTable.offset + blobTable.sizeInWim;
    const xml = change.document === undefined
      ? header.xml : await writer.appendPlain(encodeDocument(change.document(blobTableEnd)), ResourceFlag.Metadata);
    let { integrityTable } = header;
    // It is of what lies before the end of the blob table.
    const isKept = integrityTable.offset !== 0 && blobTableEnd === integrityEnd(header);
    if (!isKept && (integrityTable.offset !== 0 || change.integrity)) {
      integrityTable = await writer.appendPlain(await makeIntegrityTable(wim, blobTableEnd, context, warnings), 0);
    }
    const { imageCount = header.imageCount, bootIndex = header.bootIndex } = change;
    const bootMetadata = change.bootMetadata ?? (bootIndex === 0 ? emptyResource : header.bootMetadata);
    const raw = changedHeader(header, { imageCount, blobTable, xml, bootIndex, bootMetadata, integrityTable });
    context.progress('Finishing', 0, 0);
    await handle.truncate(writer.position);
    await handle.sync();
    // The last moment to stop: from here on the file is the new one.
    context.signal.throwIfAborted();
    isPassed = true;
    await handle.write(raw, 0, raw.length, 0);
    await handle.sync();
    work.grown();
    return writer.position;
  } catch (error) {
    throw await undoGrowth(wim, isPassed, error, () => { work.grown(); });
  } finally {
    await writer.close();
  }
}
