/** What images of a file need: to say beforehand how large something gets. */
import { setImmediate } from 'node:timers/promises';
import { isDirectory } from '../../../wim/inode.ts';
import { ResourceFlag } from '../../../wim/header.ts';
import type { WimFile } from '../../../wim/wimFile.ts';

/** Numbers of some images together; content that several files share counts once in both bytes. */
export interface ImageUsage {
  readonly files: number;
  readonly directories: number;
  /** Uncompressed, metadata included. */
  readonly bytes: number;
  /** As they are stored in the file; of what is in solid resources the uncompressed bytes. */
  readonly storedBytes: number;
  /** The largest single resource, as it is stored. */
  readonly largestStoredBytes: number;
  /** SHA-1 of all contents. */
  readonly hashes: ReadonlySet<string>;
}

/** Counts. @throws DismError WIM_E_INVALID_CONTAINER: the metadata of an image are damaged, or in another part. The signal's reason. */
export async function usageOf(wim: WimFile, imageIndexes: readonly number[], signal: AbortSignal): Promise<ImageUsage> {
  const blobs = await wim.blobs();
  const hashes = new Set<string>();
  let [files, directories, bytes, storedBytes, largestStoredBytes] = [0, 0, 0, 0, 0];
  for (const index of imageIndexes) {
    signal.throwIfAborted();
    const place = blobs.imageMetadata(index);
    bytes += place?.uncompressedSize ?? 0;
    storedBytes += place?.sizeInWim ?? 0;
    await wim.forEachFile(index, (inode) => {
      if (isDirectory(inode)) { directories++; } else { files++; }
      for (const hash of inode.hashes()) { hashes.add(hash); }
    });
    await setImmediate();
  }
  for (const hash of hashes) {
    const resource = blobs.find(hash);
    const size = blobs.sizeOf(hash);
    const stored = resource === undefined || (resource.flags & ResourceFlag.Solid) !== 0 ? size : resource.sizeInWim;
    bytes += size;
    storedBytes += stored;
    largestStoredBytes = Math.max(largestStoredBytes, stored);
  }
  return { files, directories, bytes, storedBytes, largestStoredBytes, hashes };
}

/** What a table of so many blobs, an XML document and a header take at most. */
export function overheadBytes(usage: ImageUsage, xmlBytes: number): number {
  const entryBytes = 50;
  // Where a resource is larger than 4 GiB its chunk table has 8 bytes an entry, one for each 32 KiB.
  return 208 + (usage.hashes.size + 100) * entryBytes + xmlBytes + 64 * 1024 + Math.ceil(usage.bytes / 32768) * 8;
}
