/** Tells an image in a file from any other: by the SHA-1 of its metadata, which changes with every change in it. */
import { constants } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { parseBlobTable, isMetadata } from '../../wim/blobTable.ts';
import { parseWimHeader, wimHeaderBytes } from '../../wim/header.ts';
import { parseMetadata, walk } from '../../wim/metadata.ts';
import { readResource } from '../../wim/resource.ts';
import type { MountRecord } from './state.ts';

/** How a file looked when it was last read. */
export async function fileSignature(path: string): Promise<MountRecord['file']> {
  const { size, mtimeMs, ino } = await stat(path);
  return { size, modifiedMs: mtimeMs, inode: String(ino) };
}

export function sameSignature(a: MountRecord['file'], b: MountRecord['file']): boolean {
  return a.size === b.size && a.modifiedMs === b.modifiedMs && a.inode === b.inode;
}

/** SHA-1 of the metadata of each image, in hex, in the order of the images. @throws DismError: not a WIM, or damaged. */
export async function readImageHashes(path: string): Promise<string[]> {
  const file = await open(path, constants.O_RDONLY);
  try {
    const raw = Buffer.alloc(wimHeaderBytes);
    const { bytesRead } = await file.read(raw, 0, wimHeaderBytes, 0);
    const header = parseWimHeader(raw.subarray(0, bytesRead), path);
    const blobs = parseBlobTable(await readResource(file, header, header.blobTable, path));
    return blobs.filter(isMetadata).map(({ hash }) => Buffer.from(hash, 'latin1').toString('hex'));
  } finally {
    await file.close();
  }
}

/** ext4 stores the attributes of a file, names included, in 4 KiB beside ours. */
const maxShownStreamBytes = 3000;

/** Whether all named streams of an image are small enough to be extended attributes of the file system of the changes. */
export async function streamsFitAttributes(path: string, imageIndex: number): Promise<boolean> {
  const file = await open(path, constants.O_RDONLY);
  try {
    const raw = Buffer.alloc(wimHeaderBytes);
    await file.read(raw, 0, wimHeaderBytes, 0);
    const header = parseWimHeader(raw, path);
    const blobs = parseBlobTable(await readResource(file, header, header.blobTable, path));
    const image = blobs.filter(isMetadata)[imageIndex - 1];
    if (image === undefined) { return true; }
    const tree = parseMetadata(await readResource(file, header, image.resource, path));
    const hashes = new Map<string, number>();
    const streamed: { name: string; hash: string }[][] = [];
    walk(tree.root, ({ inode }) => {
      if (inode.named.length > 0) { streamed.push(inode.named); }
    });
    if (streamed.length === 0) { return true; }
    for (const { hash, resource } of blobs) { hashes.set(hash, resource.uncompressedSize); }
    return streamed.every((streams) => streams
      .reduce((sum, { name, hash }) => sum + Buffer.byteLength(name) + 16 + (hashes.get(hash) ?? 0), 0) <= maxShownStreamBytes);
  } finally {
    await file.close();
  }
}
