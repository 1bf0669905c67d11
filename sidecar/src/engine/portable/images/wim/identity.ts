/** Tells an image in a WIM file from any other: by the SHA-1 of its metadata, which changes with every change in it. */
import type { DismError } from '../../../../errors.ts';
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

/** What a mount has to know of an image, beside which one it is. */
export interface ImageContent {
  /** All named streams can be extended attributes. */
  readonly streamsFit: boolean;
  /** Names that a mount cannot show. */
  readonly unshowable: readonly string[];
}

/** @throws DismError WIM_E_INVALID_CONTAINER. */
const withoutMetadata = ({ errors }: WimFile, imageIndex: number): DismError => errors.damaged(`the file has no metadata for image ${imageIndex}`);

/** Identifies an image, without a look at what it holds. @throws DismError WIM_E_INVALID_CONTAINER. */
export async function identifyImage(wim: WimFile, imageIndex: number): Promise<{ readonly hash: string; readonly metadataBytes: number }> {
  const blobs = await wim.blobs();
  const hash = blobs.imageHashes()[imageIndex - 1];
  const place = blobs.imageMetadata(imageIndex);
  if (hash === undefined || place === undefined) { throw withoutMetadata(wim, imageIndex); }
  return { hash: hexHash(hash), metadataBytes: place.uncompressedSize };
}

/**
 * Reads and checks the whole directory tree: a few kilobytes can describe more files than fit into memory, and who serves the image
 * tries to hold them.
 * @throws DismError WIM_E_INVALID_CONTAINER: the tree is missing, damaged or runs in a circle.
 */
export async function checkImage(wim: WimFile, imageIndex: number): Promise<ImageContent> {
  const blobs = await wim.blobs();
  const metadata = await wim.metadata(imageIndex);
  if (metadata === undefined) { throw withoutMetadata(wim, imageIndex); }
  const streamsFit = findNamedStreams(metadata).every((named) => named.every(({ name }) => !overlayAttribute.test(name)) && named
    .reduce((sum, stream) => sum + Buffer.byteLength(stream.name) + 16 + blobs.sizeOf(stream.hash), 0) <= maxShownStreamBytes);
  return { streamsFit, unshowable: findUnshowableNames(metadata) };
}
