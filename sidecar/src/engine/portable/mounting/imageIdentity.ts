/** Tells an image in a file from any other: by the SHA-1 of its metadata, which changes with every change in it. */
import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { BlobTable } from '../../../wim/blobTable.ts';
import { hexHash } from '../../../wim/hash.ts';
import { parseWimHeader, type WimHeader, wimHeaderBytes } from '../../../wim/header.ts';
import { findNamedStreams } from '../../../wim/metadata.ts';
import { readResource } from '../../../wim/resource.ts';
import type { MountRecord } from './record.ts';

/** How a file looked when it was last read. */
export async function fileSignature(path: string): Promise<MountRecord['file']> {
  const { size, mtimeMs, ino } = await stat(path);
  return { size, modifiedMs: mtimeMs, inode: String(ino) };
}

export function sameSignature(a: MountRecord['file'], b: MountRecord['file']): boolean {
  return a.size === b.size && a.modifiedMs === b.modifiedMs && a.inode === b.inode;
}

/** Opens a WIM file for what its header and blob table say. */
async function withBlobTable<T>(path: string, use: (file: FileHandle, header: WimHeader, blobs: BlobTable) => Promise<T>): Promise<T> {
  const file = await open(path, constants.O_RDONLY);
  try {
    const raw = Buffer.alloc(wimHeaderBytes);
    const { bytesRead } = await file.read(raw, 0, wimHeaderBytes, 0);
    const header = parseWimHeader(raw.subarray(0, bytesRead), path);
    return await use(file, header, new BlobTable(await readResource(file, header, header.blobTable, path)));
  } finally {
    await file.close();
  }
}

/** SHA-1 of the metadata of each image, in hex, in the order of the images. @throws DismError: not a WIM, or damaged. */
export async function readImageHashes(path: string): Promise<string[]> {
  return await withBlobTable(path, async (_file, _header, blobs) => await Promise.resolve(blobs.imageHashes().map(hexHash)));
}

/** ext4 stores the attributes of a file, names included, in 4 KiB beside ours. */
const maxShownStreamBytes = 3000;

/** Streams with such a name would show as attributes that overlayfs takes for its own in the mounts of users. */
const overlayAttribute = /^overlay\./;

/**
 * What a mount has to know of an image. The whole directory tree is read and checked: a few kilobytes can describe more
 * files than fit into memory, and who serves the image would try to hold them.
 * @returns undefined where the file has no metadata for that image.
 * @throws DismError WIM_E_INVALID_CONTAINER: the tree is damaged or runs in a circle.
 */
export async function identifyImage(path: string, imageIndex: number):
Promise<{ readonly hash: string; /** All named streams can be extended attributes. */ readonly streamsFit: boolean } | undefined> {
  return await withBlobTable(path, async (file, header, blobs) => {
    const hash = blobs.imageHashes()[imageIndex - 1];
    const metadata = blobs.imageMetadata(imageIndex);
    if (hash === undefined || metadata === undefined) { return undefined; }
    const streams = findNamedStreams(await readResource(file, header, metadata, path));
    const streamsFit = streams.every((named) => named.every(({ name }) => !overlayAttribute.test(name)) && named
      .reduce((sum, stream) => sum + Buffer.byteLength(stream.name) + 16 + blobs.sizeOf(stream.hash), 0) <= maxShownStreamBytes);
    return { hash: hexHash(hash), streamsFit };
  });
}
