/** Finds all contents of an image file that do not match their hashes, and the files that have them. */
import type { ImageFileResult } from '@dismts/protocol';
import { DismError } from '../../../errors.ts';
import type { OperationContext } from '../../../operationContext.ts';
import { holdsBlob } from '../../../wim/checkBlob.ts';
import { walk } from '../../../wim/dentry.ts';
import { parseMetadata } from '../../../wim/readMetadata.ts';
import { WimFile } from '../../../wim/wimFile.ts';
import { pathInImage } from './imagePaths.ts';
import type { ImageSource } from './sources.ts';

/** One finding. */
export interface Damage {
  readonly kind: 'Integrity' | 'Metadata' | 'Content' | 'Structure';
  /** One sentence. */
  readonly reason: string;
  readonly imageIndex: NonNullable<ImageFileResult['imageIndex']> | null;
  readonly paths: readonly string[];
}

const [maxDamage, maxPaths] = [1000, 100];

/** A damaged content, and why it is. */
interface DamagedContent {
  readonly reason: string;
  imageIndex: number | null;
  readonly paths: string[];
}

/** The contents of one part. */
async function testPart(wim: WimFile, context: OperationContext, found: Map<string, DamagedContent>): Promise<{ contents: number; bytes: number }> {
  const blobs = await wim.blobs();
  const hashes = blobs.contentHashes();
  const total = hashes.reduce((sum, hash) => sum + blobs.sizeOf(hash), 0);
  let [contents, bytes] = [0, 0];
  for (const hash of hashes) {
    context.signal.throwIfAborted();
    const size = blobs.sizeOf(hash);
    if (found.size < maxDamage) {
      const reason = await troubleWith(wim, hash, size, (done) => {
        context.signal.throwIfAborted();
        context.progress('Verifying', bytes + done, total, 'bytes');
      });
      if (reason !== undefined) { found.set(hash, { reason, imageIndex: null, paths: [] }); }
    }
    contents++;
    bytes += size;
    context.progress('Verifying', bytes, total, 'bytes');
  }
  return { contents, bytes };
}

/** @param onBytes Is told of large contents how far it is. */
async function troubleWith(wim: WimFile, hash: string, size: number, onBytes: (done: number) => void): Promise<string | undefined> {
  try {
    return await holdsBlob(wim, hash, size, onBytes) ? undefined : 'content does not match its hash';
  } catch (error) {
    if (!(error instanceof DismError)) { throw error; }
    return `content cannot be read: ${error.message.replace(/^Cannot [^:]*?"[^"]*": /, '')}`;
  }
}

/** Whose the damaged contents are. */
async function findOwners({ wim }: ImageSource, found: ReadonlyMap<string, DamagedContent>): Promise<void> {
  for (const imageIndex of (await wim.document()).images.map((_, at) => at + 1)) {
    try {
      const data = await wim.metadata(imageIndex);
      if (data === undefined) { continue; }
      walk(parseMetadata(data).root, (dentry) => {
        for (const hash of dentry.inode.hashes()) {
          const damage = found.get(hash);
          if (damage === undefined) { continue; }
          damage.imageIndex ??= imageIndex;
          if (damage.imageIndex === imageIndex && damage.paths.length < maxPaths) { damage.paths.push(pathInImage(dentry, '\\')); }
        }
      });
    } catch (error) {
      // Its metadata are damaged, too, which was found before.
      if (!(error instanceof DismError)) { throw error; }
    }
  }
}

/** Reads all contents of all parts. */
export async function findDamagedContents(source: ImageSource, context: OperationContext): Promise<{ damage: Damage[]; contents: number; bytes: number }> {
  const found = new Map<string, DamagedContent>();
  const checked = await testPart(source.wim, context, found);
  for (const path of source.otherParts) {
    const part = await WimFile.open(path);
    try {
      const { contents, bytes } = await testPart(part, context, found);
      checked.contents += contents;
      checked.bytes += bytes;
    } finally {
      await part.close();
    }
  }
  await findOwners(source, found);
  return { damage: [...found.values()].map((damage) => ({ kind: 'Content' as const, ...damage })), ...checked };
}
