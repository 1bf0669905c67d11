/**
 * A stand-in for a WIM file: its tables behind a hole of its size, in which only solid resources say what they are. libwim reads nothing else of a
 * file that it adds images to, so it can add them to this; what it has written then is copied behind the end of the real one, whose header stays the
 * old one until all of it is on the disk.
 */
import { open } from 'node:fs/promises';
import type { OperationContext } from '../../../operationContext.ts';
import { addImagesOf } from '../../../wim/documentChange.ts';
import { changedHeader, emptyResource, ResourceFlag, type ResourceHeader } from '../../../wim/header.ts';
import { encodeDocument } from '../../../wim/imageXml.ts';
import { readFully } from '../../../wim/resourceReader.ts';
import { writeFully } from '../../../wim/resourceWriter.ts';
import type { WimFile } from '../../../wim/wimFile.ts';
import type { CommitJournal } from './commit.ts';
import { type Grown, growWim, type GrowOptions, imageCountOf } from './growWim.ts';

/** A solid resource begins with its size, and that and the type of its chunks. */
const solidHeaderBytes = 16;

/** Writes it. @param path Of an empty file. @returns Where it ends: what is added comes behind. */
export async function makeStandIn(of: WimFile, path: string): Promise<number> {
  const plain = ({ length }: Buffer, offset: number): ResourceHeader => ({ sizeInWim: length, uncompressedSize: length, flags: ResourceFlag.Metadata, offset });
  const blobs = await of.blobs();
  const [table, xml] = [blobs.data, encodeDocument((await of.document()).text)];
  const blobTable = plain(table, of.size);
  const document = plain(xml, blobTable.offset + table.length);
  const { imageCount, bootMetadata } = of.header;
  const file = await open(path, 'r+');
  try {
    await writeFully(file, changedHeader(of.header, { imageCount, bootMetadata, blobTable, xml: document, integrityTable: emptyResource }), 0);
    for (const { resource, isResource } of blobs.entries()) {
      if (!isResource) { continue; }
      const head = Buffer.alloc(Math.min(solidHeaderBytes, resource.sizeInWim));
      await readFully(of, head, resource.offset);
      await writeFully(file, head, resource.offset);
    }
    await writeFully(file, table, blobTable.offset);
    await writeFully(file, xml, document.offset);
  } finally {
    await file.close();
  }
  return document.offset + xml.length;
}

/**
 * Brings what was added to a stand-in into the file.
 * @param end Of makeStandIn(). @param to Open for writing, locked, and the same as when the stand-in was made.
 * @returns As growWim().
 */
export async function adoptAdded(
  to: WimFile, standIn: WimFile, end: number, { checkIntegrity, bootIndex, requireFree }: GrowOptions, journal: CommitJournal, context: OperationContext,
): Promise<Grown> {
  const images = await imageCountOf(to);
  const added = await standIn.blobs();
  const hashes = added.imageHashes();
  const [document, otherDocument] = [await to.document(), await standIn.document()];
  const length = standIn.header.blobTable.offset - end;
  if (length < 0 || hashes.length <= images || hashes.length !== standIn.header.imageCount) {
    throw new Error(`"${standIn.path}" is not what "${to.path}" is to be: ${hashes.length} images, ${length} bytes more`);
  }
  requireFree?.(length);
  return await growWim(to, length, journal, context, async (copier) => {
    const distance = await copier.copy(standIn, end, length) - end;
    const moved = (resource: ResourceHeader): ResourceHeader => (resource.offset >= end ? { ...resource, offset: resource.offset + distance } : resource);
    const boot = bootIndex === undefined ? undefined : added.imageMetadata(bootIndex);
    return {
      table: added.moved(end, distance), imageCount: hashes.length, imageHash: hashes[images] ?? '', checkIntegrity, bootIndex,
      bootMetadata: boot === undefined ? to.header.bootMetadata : moved(boot),
      document: (totalBytes) => addImagesOf(document, otherDocument, hashes.slice(images).map((_, at) => ({ index: images + at + 1 })), totalBytes, to.errors),
    };
  });
}
