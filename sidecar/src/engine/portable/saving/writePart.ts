/** Writes an image into a WIM file of its own that has only what another file lacks of it: to be read together with that. */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { toFileTime } from '../../../fileTime.ts';
import type { OperationContext } from '../../../operationContext.ts';
import { serializeEntry } from '../../../wim/blobEntry.ts';
import type { ImageTree } from '../../../wim/dentry.ts';
import { addImagesOf, changeImage } from '../../../wim/documentChange.ts';
import { sha1 } from '../../../wim/hash.ts';
import { plainHeader, ResourceFlag, wimHeaderBytes } from '../../../wim/header.ts';
import { encodeDocument, parseDocument } from '../../../wim/imageXml.ts';
import { ResourceWriter } from '../../../wim/resourceWriter.ts';
import { compareTree, countReferences } from '../../../wim/treeChange.ts';
import type { WimFile } from '../../../wim/wimFile.ts';
import { serializeMetadata } from '../../../wim/writeMetadata.ts';
import { CompressionType } from '../../../wimlib/codec.ts';
import { NewBlobs } from './newBlobs.ts';
import { appendBlobs, findDamaged } from './writeImage.ts';

/** The changed tree of an image. */
export interface ChangedImage {
  readonly tree: ImageTree;
  /** Index in the file that it is from. */
  readonly imageIndex: number;
  /** Sets the hashes of everything that is new, and gathers the bytes. */
  readonly gather: (blobs: NewBlobs) => Promise<void>;
}

/**
 * Writes the file.
 * @param path Of an empty file, which nobody needs yet. @param wim The file that has the rest.
 */
export async function writePart(path: string, wim: WimFile, { tree, imageIndex, gather }: ChangedImage, context: OperationContext): Promise<void> {
  const table = await wim.blobs();
  const file = await open(path, constants.O_RDWR | constants.O_NOFOLLOW);
  try {
    // What libwim makes of it is compressed as the new file is; here it would only take time.
    const writer = new ResourceWriter(file, { compressionType: CompressionType.None, chunkSize: 0 }, wimHeaderBytes, context.signal);
    try {
      const blobs = new NewBlobs(table, writer);
      await gather(blobs);
      const damaged = await findDamaged(wim, table, blobs, context.signal);
      const change = compareTree(tree, (hash) => blobs.sources.get(hash)?.size ?? table.sizeOf(hash));
      const added = await appendBlobs(writer, table, blobs, damaged, countReferences(tree), context);
      const metadata = serializeMetadata(tree);
      const metadataResource = await writer.appendPlain(metadata, ResourceFlag.Metadata);
      const entries = [{ resource: metadataResource, referenceCount: 1, hash: sha1(metadata) }, ...added].map(serializeEntry);
      const blobTable = await writer.appendPlain(Buffer.concat(entries), ResourceFlag.Metadata);
      const statistics = { ...change, modified: toFileTime(BigInt(Date.now()) * 1_000_000n) };
      const changed = parseDocument(encodeDocument(changeImage(await wim.document(), imageIndex, statistics, 0, wim.errors)), wim.errors);
      const empty = parseDocument(encodeDocument('<WIM><TOTALBYTES>0</TOTALBYTES></WIM>'), wim.errors);
      const document = addImagesOf(empty, changed, [{ index: imageIndex }], writer.position, wim.errors);
      const xml = await writer.appendPlain(encodeDocument(document), ResourceFlag.Metadata);
      const header = plainHeader({ blobTable, xml });
      await file.write(header, 0, header.length, 0);
    } finally {
      await writer.close();
    }
  } finally {
    await file.close();
  }
}
