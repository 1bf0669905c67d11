/** Which parts a file is split into: what libwim makes of a size, foreseen. */
import { basename, dirname, join } from 'node:path';
import { ResourceFlag } from '../../../wim/header.ts';
import type { WimFile } from '../../../wim/wimFile.ts';

const headerBytes = 208;
const entryBytes = 50;
const integrityRunBytes = 10 * 1024 * 1024;

/** Bytes of the parts, and what they are made of. */
export interface SplitPlan {
  /** What to tell libwim, which counts the resources only. */
  readonly resourceBytes: number;
  /** Bytes of each part at most. */
  readonly parts: readonly number[];
  /** The size that every file can be split into but for its largest single contents: metadata and XML data cannot be parted. */
  readonly minimumBytes: number;
  /** Stored bytes of contents that are larger than a part. */
  readonly tooLarge: readonly number[];
}

/** Paths of parts: `x.swm`, `x2.swm`, ... */
export function partPath(first: string, number: number): string {
  return number === 1 ? first : join(dirname(first), `${basename(first).replace(/\.swm$/i, '')}${number}.swm`);
}

/** Whether a name is that of a part of a set with that first part. */
export function isPartName(name: string, first: string): boolean {
  const stem = basename(first).replace(/\.swm$/i, '').toLowerCase();
  const other = name.toLowerCase();
  return other.startsWith(stem) && /^\d*\.swm$/.test(other.slice(stem.length));
}

/** Fills parts as libwim does: all metadata into the first, then contents in the order of their places. */
function fill(metadataBytes: number, metadataCount: number, contents: readonly number[], resourceBytes: number): { bytes: number; count: number }[] {
  const parts = [{ bytes: metadataBytes, count: metadataCount }];
  for (const size of contents) {
    let part = parts.at(-1);
    if (part === undefined || (part.bytes + size >= resourceBytes && part.bytes > 0)) {
      part = { bytes: 0, count: 0 };
      parts.push(part);
    }
    part.bytes += size;
    part.count++;
  }
  return parts;
}

/** Plans. @param partBytes What a part may have. */
export async function planSplit(wim: WimFile, partBytes: number, hasIntegrity: boolean): Promise<SplitPlan> {
  const blobs = await wim.blobs();
  const xmlBytes = (await wim.document()).text.length * 2 + 2;
  let [metadataBytes, metadataCount] = [0, 0];
  const places: { readonly offset: number; readonly size: number }[] = [];
  for (const { flags, offset, sizeInWim } of blobs.resources()) {
    if ((flags & ResourceFlag.Metadata) !== 0) {
      metadataBytes += sizeInWim;
      metadataCount++;
    } else {
      places.push({ offset, size: sizeInWim });
    }
  }
  const contents = places.sort((a, b) => a.offset - b.offset).map(({ size }) => size);
  const fixed = headerBytes + xmlBytes + (hasIntegrity ? 12 + Math.ceil(partBytes / integrityRunBytes + 1) * 20 : 0);
  const total = ({ bytes, count }: { bytes: number; count: number }): number => fixed + bytes + count * entryBytes;
  const minimumBytes = total({ bytes: metadataBytes, count: metadataCount }) + 1;
  // A table takes the more the smaller contents a part has, which the size of its contents decides.
  let resourceBytes = Math.max(1, partBytes - fixed);
  let parts = fill(metadataBytes, metadataCount, contents, resourceBytes);
  const largestCount = (): number => Math.max(...parts.map(({ count }) => count));
  for (let rounds = 0; rounds < 20 && parts.some((part) => part.count > 1 && total(part) > partBytes); rounds++) {
    resourceBytes = Math.max(1, Math.min(resourceBytes - 1, partBytes - fixed - largestCount() * entryBytes));
    parts = fill(metadataBytes, metadataCount, contents, resourceBytes);
  }
  return { resourceBytes, parts: parts.map(total), minimumBytes, tooLarge: contents.filter((size) => total({ bytes: size, count: 1 }) > partBytes) };
}
