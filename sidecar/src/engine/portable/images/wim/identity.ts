/** Tells an image in a WIM file from any other: by the SHA-1 of its metadata, which changes with every change in it. */
import { hexHash } from '../../../../wim/hash.ts';
import { findNamedStreams, findUnshowableNames } from '../../../../wim/readMetadata.ts';
import { WimFile } from '../../../../wim/wimFile.ts';

/** SHA-1 of the metadata of each image, in hex, in the order of the images. @throws DismError: not a WIM, or damaged. */
export async function readImageHashes(path: string): Promise<string[]> {
  const wim = await WimFile.open(path);
  try {
    return (await wim.blobs()).imageHashes().map(hexHash);
  } finally {
    await wim.close();
  }
}

/** ext4 stores the attributes of a file, names included, in 4 KiB beside ours. */
const maxShownStreamBytes = 3000;

/** Streams with such a name would show as attributes that overlayfs takes for its own in the mounts of users. */
const overlayAttribute = /^overlay\./;

/** What a mount has to know of an image. */
export interface ImageIdentity {
  readonly hash: string;
  /** All named streams can be extended attributes. */
  readonly streamsFit: boolean;
  /** Names that a mount cannot show. */
  readonly unshowable: readonly string[];
}

/**
 * Identifies an image. The whole directory tree is read and checked: a few kilobytes can describe more files than fit
 * into memory, and who serves the image would try to hold them.
 * @throws DismError WIM_E_INVALID_CONTAINER: the tree is missing, damaged or runs in a circle.
 */
export async function identifyImage(wim: WimFile, imageIndex: number): Promise<ImageIdentity> {
  const blobs = await wim.blobs();
  const hash = blobs.imageHashes()[imageIndex - 1];
  const metadata = await wim.metadata(imageIndex);
  if (hash === undefined || metadata === undefined) { throw wim.errors.damaged(`the file has no metadata for image ${imageIndex}`); }
  const streamsFit = findNamedStreams(metadata).every((named) => named.every(({ name }) => !overlayAttribute.test(name)) && named
    .reduce((sum, stream) => sum + Buffer.byteLength(stream.name) + 16 + blobs.sizeOf(stream.hash), 0) <= maxShownStreamBytes);
  return { hash: hexHash(hash), streamsFit, unshowable: findUnshowableNames(metadata) };
}
