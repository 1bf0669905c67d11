/** Finds all contents of an image file that do not match their hashes, and the files that have them. */
import type { ImageFileResult } from '@dismts/protocol';
import { DismError } from '../../../errors.ts';
import type { OperationContext } from '../../../operationContext.ts';
import { holdsBlob } from '../../../wim/checkBlob.ts';
import { WimFile } from '../../../wim/wimFile.ts';
import { type DamagedContent, findOwners } from './owners.ts';
import type { ImageSource } from './sources.ts';

/** One finding. */
export interface Damage {
  readonly kind: 'Integrity' | 'Metadata' | 'Content' | 'Structure';
  /** One sentence. */
  readonly reason: string;
  readonly imageIndex: NonNullable<ImageFileResult['imageIndex']> | null;
  readonly paths: readonly string[];
}

const maxDamage = 1000;

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
  await findOwners(source.wim, found);
  return { damage: [...found.values()].map((damage) => ({ kind: 'Content' as const, ...damage })), ...checked };
}
